"""A plane through a model's weights, and the loss over it."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, real, whole
from lecture.landscape.arrays import numbers
from lecture.landscape.losses import Loss
from lecture.landscape.parameters import Model, shapes
from lecture.landscape.problem import problem
from lecture.landscape.projection import project

DIRECTIONS = ("filter", "weights", "pca")
MARGIN = 1.2  # how much further than the path the plane reaches
PARALLEL = 1e-6  # sine of the smallest angle between two directions


@dataclass(frozen=True, eq=False)
class Slice:
    """Loss over the plane θ + a d₁ + b d₂; with an axis R before for replicas.

    Attributes
    ----------
    a, b : array (n,)
        Steps along each direction.
    loss : array (n, n) or (R, n, n)
        A row for each b, a column for each a, as ``contourf(a, b, loss)`` takes it.
    directions : array (2, P) or (R, 2, P)
    path : array (T, 2) or None
        Where a path lies in the plane, in units of a and b.
    left_out : array (T,) or None
        Distance of each of its points from the plane.
    """

    a: np.ndarray
    b: np.ndarray
    loss: np.ndarray
    directions: np.ndarray
    path: np.ndarray | None = None
    left_out: np.ndarray | None = None

    def describe(self) -> str:
        """Return the slice in a sentence."""
        middle = self.loss[..., len(self.b) // 2, len(self.a) // 2]
        low, high = np.nanmin(self.loss), np.nanmax(self.loss)
        return f"loss {np.mean(middle):.3g} in the middle, {low:.3g} to {high:.3g} over the plane"


def slice_2d(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    directions: str | ArrayLike = "filter",
    n: int = 51,
    span: float = 1.0,
    path: ArrayLike | None = None,
    loss: Loss | None = None,
    seed: int = 0,
) -> Slice:
    """Return the loss over a plane through a model's weights.

    Parameters
    ----------
    model : keras.Model or Replicas
    X, y : arrays
        Examples.
    directions : "filter", "weights", "pca", or array (2, P)
        Random directions in which the weights of each unit are as long as the model's own, biases and batch norm left
        alone (Li et al., 2018); random directions that are as long as all weights together; the directions in which
        ``path`` moves most; or two of one's own.
    n : int
        Points along each direction.
    span : float
        The plane reaches from -span to span times each direction.
    path : array (T, P), optional
        Weights of a training to place in the plane; needed for ``"pca"``, which reaches a little beyond it.
    loss : str, keras.losses.Loss or callable, optional
        The loss that the model is compiled with by default; needed with replicas.
    seed : int
        Seed of random directions.

    Raises
    ------
    ValueError
        If directions are zero, parallel or of another size, or something does not fit.
    """
    whole(n, "n", least=2)
    real(span, "span", above=0)
    task = problem(model, X, y, loss=loss)
    task.check_finite()
    theta = task.theta.astype(float)
    path = _path(path, theta)
    found = _directions(directions, model, theta, path, seed)
    steps = np.linspace(-span, span, n)
    a, b = (grid.ravel() for grid in np.meshgrid(steps, steps))
    grid = np.stack([a, b], axis=1).astype(task.dtype)
    rows = task.theta[:, None] + grid @ found.astype(task.dtype)  # (R, n², P)
    losses = task.losses(rows.reshape(-1, rows.shape[-1])).reshape(-1, n, n)
    if not np.isfinite(losses).all():
        warnings.warn(f"the loss is not finite at {np.mean(~np.isfinite(losses)):.1%} of the plane.", stacklevel=2)
    placed, left_out = (None, None) if path is None else _placed(path - theta, found[0])
    return Slice(steps, steps, task.given_back(losses), task.given_back(found), placed, left_out)


def _directions(directions, model, theta, path, seed):
    """Two directions for each row of weights, (R, 2, P)."""
    R, P = theta.shape
    if not isinstance(directions, str):
        found = numbers(directions, "directions")
        if found.shape not in ((2, P), (R, 2, P)):
            raise ValueError(f"directions must have shape (2, {P}), got {found.shape}.")
        found = np.broadcast_to(found, (R, 2, P))
    elif one_of(directions, DIRECTIONS, "directions") == "pca":
        found = _along(path)[None]
    else:
        drawn = np.random.default_rng(seed).normal(size=(R, 2, P))
        parts = _filters(model) if directions == "filter" else [np.arange(P)[:, None]]
        found = np.zeros_like(drawn)
        for part in parts:  # (weights of a unit, units)
            lengths = np.linalg.norm(drawn[..., part], axis=-2, keepdims=True)
            own = np.linalg.norm(theta[:, None, part], axis=-2, keepdims=True)
            found[..., part] = drawn[..., part] * own / np.where(lengths > 0, lengths, 1)
    lengths = np.linalg.norm(found, axis=-1)
    if not np.isfinite(found).all() or (lengths == 0).any():
        raise ValueError("directions must be finite and not zero.")
    cosines = np.einsum("rp,rp->r", found[:, 0], found[:, 1]) / lengths.prod(axis=-1)
    if (1 - np.abs(cosines) < PARALLEL**2 / 2).any():
        raise ValueError("directions must not be parallel: a line is no plane.")
    return found


def _filters(model):
    """Where the weights of each unit lie, an array (weights of a unit, units) for each kernel."""
    begin, found = 0, []
    for shape in shapes(model).values():
        places = np.arange(begin, begin + int(np.prod(shape)))
        begin = places[-1] + 1
        if len(shape) > 1:
            found.append(places.reshape(-1, shape[-1]))
    return found


def _along(path):
    if path is None:
        raise ValueError("path must be given with directions='pca': it is what they follow.")
    if len(path) < 3 or not np.ptp(path, axis=0).any():
        raise ValueError(
            f"path must have three or more points that differ with directions='pca', to span a plane, got {len(path)}."
        )
    found = project(path, center="end", null=None)
    reach = np.abs(found.points).max(axis=(0, 1))
    return (found.axes * MARGIN * reach).T


def _path(path, theta):
    if path is None:
        return None
    path = numbers(path, "path")
    if len(theta) > 1 or path.ndim != 2 or path.shape[1] != theta.shape[1]:
        raise ValueError(f"path must have shape (T, {theta.shape[1]}), of one model, got {path.shape}.")
    if not np.isfinite(path).all():
        raise ValueError("path must be finite, and has weights that are not.")
    return path


def _placed(moves, directions):
    """Coordinates of points in the plane, and their distances from it."""
    places = np.linalg.lstsq(directions.T, moves.T, rcond=None)[0].T
    return places, np.linalg.norm(moves - places @ directions, axis=1)
