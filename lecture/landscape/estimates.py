"""The trace and the density of a large Hessian's eigenvalues, from products with random vectors."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real, whole
from lecture.intervals import interval
from lecture.landscape import kinks
from lecture.landscape.lanczos import iterate
from lecture.landscape.losses import Loss, chosen
from lecture.landscape.parameters import Model
from lecture.landscape.problem import problem

N_GRID = 400


@dataclass(frozen=True, eq=False)
class Trace:
    """An estimate of a trace, with its 95% interval; arrays (R,) for several.

    Attributes
    ----------
    value, low, high : float or array (R,)
    n : int
        Random vectors.
    """

    value: float | np.ndarray
    low: float | np.ndarray
    high: float | np.ndarray
    n: int

    def describe(self) -> str:
        """Return the estimate in a sentence."""
        return (
            f"trace {np.mean(self.value):.4g} ({np.mean(self.low):.4g} to {np.mean(self.high):.4g}), {self.n} vectors"
        )


@dataclass(frozen=True, eq=False)
class Density:
    """How the eigenvalues are spread: a smoothed histogram of total area 1.

    Attributes
    ----------
    grid : array (g,)
        Eigenvalues.
    density : array (g,)
    values, weights : arrays (m,)
        What it is smoothed from: places, and the share of the spectrum at each.
    """

    grid: np.ndarray
    density: np.ndarray
    values: np.ndarray
    weights: np.ndarray


def trace(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    n: int = 30,
    loss: Loss | None = None,
    at: ArrayLike | None = None,
    dtype: str | None = None,
    seed: int = 0,
) -> Trace:
    """Return the trace of the Hessian, estimated as the mean of v · H v over random signs v (Hutchinson, 1989).

    Parameters
    ----------
    model : keras.Model or Replicas
    X, y : arrays
        Examples.
    n : int
        Random vectors, 2 or more; four or fewer have no interval, its ends are infinite.
    loss, at
        As for ``gradient``.
    dtype : "float32" or "float64", optional
        Precision of the computation; the model's own by default.
    seed : int
        Seed of the vectors.

    Raises
    ------
    ValueError
        If something does not fit.
    """
    whole(n, "n", least=2)
    task = _task(model, X, y, loss=loss, at=at, dtype=dtype)
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(n):
        signs = rng.choice([-1.0, 1.0], size=task.theta.shape)
        values.append(np.einsum("rp,rp->r", signs, task.products(signs)))
    bounds = np.transpose([interval(of_one) for of_one in np.transpose(values)])  # mean, low, high
    return Trace(*(task.given_back(bound) for bound in bounds), n=n)


def density(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    n: int = 5,
    steps: int = 40,
    width: float = 0.01,
    loss: Loss | None = None,
    at: ArrayLike | None = None,
    dtype: str | None = None,
    seed: int = 0,
) -> Density:
    """Return the density of the Hessian's eigenvalues by stochastic Lanczos quadrature (Ghorbani et al., 2019).

    Parameters
    ----------
    model : keras.Model or Replicas
        With replicas the density is that of all their Hessians together.
    X, y : arrays
        Examples.
    n : int
        Random vectors to start Lanczos from.
    steps : int
        Products with the Hessian from each.
    width : float
        Standard deviation of the smoothing, as a share of the range of eigenvalues.
    loss, at, dtype, seed
        As for ``trace``.

    Raises
    ------
    ValueError
        If something does not fit.
    """
    whole(n, "n", least=1)
    real(width, "width", above=0)
    task = _task(model, X, y, loss=loss, at=at, dtype=dtype)
    steps = min(whole(steps, "steps", least=1), task.n_parameters)
    rng = np.random.default_rng(seed)
    values, weights = [], []
    for _ in range(n):
        start = rng.normal(size=task.theta.shape)
        found = iterate(task.products, start, most=steps, k=steps, tolerance=0, dtype=task.dtype, rng=rng)
        ritz, inner = found.ritz()
        values.append(ritz.ravel())
        weights.append(np.square(inner[:, 0]).ravel() / (n * len(ritz)))
    values, weights = np.concatenate(values), np.concatenate(weights)
    return Density(*_smoothed(values, weights, width), values, weights)


def _task(model, X, y, **chosen_by_user):
    kinks.look(model, chosen(model, chosen_by_user["loss"]), stacklevel=4)
    task = problem(model, X, y, **chosen_by_user)
    task.check_finite()
    return task


def _smoothed(values, weights, width):
    reach = max(np.ptp(values), np.abs(values).max() * 1e-6, np.finfo(float).tiny)
    deviation = width * reach
    grid = np.linspace(values.min() - 4 * deviation, values.max() + 4 * deviation, N_GRID)
    bumps = np.exp(-0.5 * ((grid[:, None] - values) / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))
    return grid, bumps @ weights
