"""A walk over the loss of a small network: its training, a random walk beside it, and planes that show them."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, whole
from lecture.landscape.examples import checked
from lecture.landscape.parameters import assign, single
from lecture.landscape.plane import Plane
from lecture.landscape.problem import problem
from lecture.landscape.projection import chance, project
from lecture.landscape.slices import slice_2d
from lecture.replicas import Replicas

TRAINING, WALK = "training", "random walk"
PLANES = (TRAINING, WALK, "random directions")
LOSS = "mse"
MARGIN = 1.2  # how much larger the square is than the paths
LEAST = 0.5  # half a side of the square, at least, as a share of the weights' norm


@dataclass(frozen=True, eq=False)
class Walk:
    """A training of a small network from one number to one number, and a random walk with the same step lengths.

    Attributes
    ----------
    sizes : tuple of int
        Units of each layer; hidden layers have tanh, the output is linear.
    X, y : array (n, 1)
        Examples.
    steps : array (T,)
        Update steps made before each record.
    weights : dict of str to array (T, P)
        Weights of the training and of the random walk, by name.
    loss : dict of str to array (T,)
        Their losses: the mean squared error.
    planes : dict of str to Plane
        Planes through the weights: where the training moves most, where the random walk does, and one at random.
    """

    sizes: tuple[int, ...]
    X: np.ndarray
    y: np.ndarray
    steps: np.ndarray
    weights: dict[str, np.ndarray]
    loss: dict[str, np.ndarray]
    planes: dict[str, Plane]

    @property
    def n_parameters(self) -> int:
        """P."""
        return self.weights[TRAINING].shape[1]

    def predict(self, theta: ArrayLike, x: ArrayLike) -> np.ndarray:
        """Return the outputs (n,) of the network with weights ``theta`` (P,) for the numbers ``x`` (n,)."""
        theta, values = np.asarray(theta, float), np.asarray(x, float)[:, None]
        for before, after in itertools.pairwise(self.sizes):
            kernel, bias, theta = np.split(theta, [before * after, (before + 1) * after])
            values = values @ kernel.reshape(before, after) + bias
            values = np.tanh(values) if len(theta) else values
        return values[:, 0]

    def describe(self) -> str:
        """Return the walk in a sentence."""
        units, P = "-".join(map(str, self.sizes)), self.n_parameters
        first, last = (f"{self.loss[TRAINING][at]:.3g}" for at in (0, -1))
        by_chance = f"{self.loss[WALK][-1]:.3g} at the end of a random walk with the same step lengths"
        return (
            f"{units}, {P} parameters: loss {first} before training, {last} after {self.steps[-1]:,} steps, {by_chance}"
        )


def walk(
    nets: Replicas,
    X: ArrayLike,
    y: ArrayLike,
    *,
    number: int = 0,
    planes: Sequence[str] = PLANES,
    n: int = 61,
    seed: int = 0,
) -> Walk:
    """Return the training of a small network on planes through its weights, beside a random walk.

    Parameters
    ----------
    nets : Replicas
        Networks with one input, tanh and one linear output, trained with ``keep="all"``.
    X, y : array (n, 1)
        Examples.
    number : int
        Which of the networks.
    planes : sequence of str
        ``"training"`` and ``"random walk"`` are the planes in which these move most, through their ends;
        ``"random directions"`` is one in which the weights of each unit change by as much as they are long (Li et al.,
        2018), through the end of the training.
    n : int
        Points along each side of the grid.
    seed : int
        Seed of the random walk and of the random directions.

    Returns
    -------
    Walk

    Raises
    ------
    ValueError
        If the networks are of another kind, did not keep their weights or diverged, or a plane is unknown.
    """
    if not isinstance(nets, Replicas):
        raise ValueError(f"nets must be replicas, as replicas.train gives them, got {type(nets).__name__}.")
    net = single(nets, number)
    whole(n, "n", least=4)
    planes = (planes,) if isinstance(planes, str) else planes
    for name in planes:
        one_of(name, PLANES, "planes")
    if not planes:
        raise ValueError("planes must be one or more, got none.")
    _check_kind(nets)
    X, y = checked(nets, X, y, sparse=False)
    if X.ndim != 2:
        raise ValueError(f"X must be the same for all networks, with shape (n, 1), got {X.shape}.")
    trained = nets.kept["all"][:, number].astype(float)
    if not np.isfinite(trained).all():
        raise ValueError(f"the training must be finite to the end, and network {number} diverged.")
    by_chance = chance(trained[None], "walk", np.random.default_rng(seed))[0]
    paths = {TRAINING: trained, WALK: by_chance}
    return Walk(
        sizes=tuple(nets.net.sizes),
        X=X,
        y=y,
        steps=nets.steps,
        weights=paths,
        loss={name: _losses(net, X, y, path) for name, path in paths.items()},
        planes={name: _plane(net, X, y, paths, name, n=n, seed=seed) for name in planes},
    )


def _check_kind(nets):
    net, wanted = nets.net, "nets must have one input, tanh in their hidden layers and one linear output"
    if net.sizes[0] != 1 or net.sizes[-1] != 1 or net.n_layers < 2 or net.tied:
        raise ValueError(f"{wanted}, got the layers {'-'.join(map(str, net.sizes))}{' (tied)' if net.tied else ''}.")
    if net.activation is not keras.activations.tanh or net.output is not keras.activations.linear:
        names = (getattr(function, "__name__", function) for function in (net.activation, net.output))
        raise ValueError(f"{wanted}, got {' and '.join(map(str, names))}.")
    if "all" not in nets.kept:
        raise ValueError('nets must have kept their weights: train them with keep="all".')


def _losses(net, X, y, rows):
    return problem(net, X, y, loss=LOSS, at=rows, dtype="float64").losses().astype(float)


def _plane(net, X, y, paths, name, *, n, seed):
    """A square that holds both paths as far as the plane has them."""
    origin = paths[WALK if name == WALK else TRAINING][-1]
    net = assign(net, origin[None])
    if name in paths:
        directions = project(paths[name], center="end", null=None).axes.T
    else:
        drawn = slice_2d(net, X, y, loss=LOSS, n=2, seed=seed).directions[0]
        directions = np.linalg.qr(drawn.T)[0].T  # the same plane, with axes of length 1 at right angles
    placed = {key: (path - origin) @ directions.T for key, path in paths.items()}
    low, high = (f(np.concatenate([*placed.values()]), axis=0) for f in (np.min, np.max))
    half = max(MARGIN * (high - low).max() / 2, LEAST * float(np.linalg.norm(origin)))
    middle = (low + high) / 2
    square = slice_2d(
        assign(net, (origin + middle @ directions)[None]), X, y, loss=LOSS, n=n, directions=half * directions
    )
    a, b = middle[:, None] + half * square.a
    return Plane(
        origin=origin,
        directions=directions,
        a=a,
        b=b,
        loss=square.loss[0].astype(np.float32).astype(float),
        paths=placed,
        left_out={key: np.linalg.norm(path - origin - placed[key] @ directions, axis=1) for key, path in paths.items()},
        projected={key: _losses(net, X, y, origin + points @ directions) for key, points in placed.items()},
    )
