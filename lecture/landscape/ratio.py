"""The minimal ratio: in what share of the directions the loss rises."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, real, whole
from lecture.landscape import kinks
from lecture.landscape.arrays import part
from lecture.landscape.hessian import MAX_BYTES, hessians
from lecture.landscape.losses import Loss, chosen
from lecture.landscape.parameters import Model
from lecture.landscape.problem import problem
from lecture.landscape.spectrum import FINEST_SINGLE, TOLERANCE, Spectrum, eigenvalues

METHODS = ("eigenvalues", "samples")
Z = 1.959964  # of the normal distribution, for 95%
MUCH = 0.1  # share of the samples that the slope may rule


@dataclass(frozen=True, eq=False)
class Ratio:
    """A minimal ratio; numbers, or arrays (R,).

    Attributes
    ----------
    value : float or array (R,)
    low, high : float or array (R,)
        With samples, Wilson's 95% interval; with eigenvalues, the ratio at a hundred times the tolerance and at a
        hundredth of it.
    slope_share : float or array (R,)
        In what share of the samples the slope moves the loss more than the curvature does. There the ratio says whether
        a step goes up the slope, which is a coin toss. 0 with eigenvalues.
    """

    value: float | np.ndarray
    low: float | np.ndarray
    high: float | np.ndarray
    slope_share: float | np.ndarray

    def describe(self) -> str:
        """Return the ratio in a sentence."""
        ruled = f", ruled by the slope in {np.mean(self.slope_share):.0%}" if np.any(self.slope_share) else ""
        return f"minimal ratio {np.mean(self.value):.3g} ({np.mean(self.low):.3g} to {np.mean(self.high):.3g}){ruled}"


def minimal_ratio(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    method: str = "eigenvalues",
    n: int = 500,
    radius: float = 1e-3,
    tolerance: float = TOLERANCE,
    layers: slice | Sequence[slice] | None = None,
    loss: Loss | None = None,
    at: ArrayLike | None = None,
    dtype: str = "float64",
    seed: int = 0,
    max_bytes: float = MAX_BYTES,
) -> Ratio:
    """Return the share of positive eigenvalues, or of points around the weights at which the loss is higher.

    The two answer different questions: a random direction sees the trace of the Hessian, and a few large eigenvalues
    hide many negative ones.

    Parameters
    ----------
    model : keras.Model or Replicas
    X, y : arrays
        Examples.
    method : "eigenvalues" or "samples"
    n : int
        Samples.
    radius : float
        A sample moves each weight by a number drawn evenly from -radius to radius.
    tolerance : float
        Eigenvalues up to this share of the largest magnitude count as zero.
    layers : slice or sequence of slices, optional
        The weights that move, as ``names`` gives them; the others stay as they are. All by default.
    loss, at
        As for ``gradient``.
    dtype : "float64" or "float32"
        Precision of the computation. In float32 a loss that rises by less than a ten-millionth of itself does not
        count as higher.
    seed : int
        Seed of the samples.
    max_bytes : float
        Memory that the Hessians may take, at most, in bytes.

    Raises
    ------
    ValueError
        If something does not fit.
    """
    one_of(method, METHODS, "method")
    whole(n, "n", least=1)
    real(radius, "radius", above=0)
    real(tolerance, "tolerance", least=0, below=1)
    if method == "eigenvalues" and dtype == "float32" and tolerance < FINEST_SINGLE:
        raise ValueError(f"tolerance must be at least {FINEST_SINGLE:g} in float32, got {tolerance:g}: take float64.")
    kinks.look(model, chosen(model, loss))
    task = problem(model, X, y, loss=loss, at=at, dtype=dtype)
    task.check_finite()
    moving = part(layers, task.n_parameters)
    if method == "eigenvalues":
        spectrum = Spectrum(eigenvalues(hessians(task, max_bytes)[:, moving][:, :, moving]), tolerance)
        ratios = [spectrum.at(min(tolerance * factor, 0.99)).minimal_ratio for factor in (1, 100, 0.01)]
        return Ratio(*(task.given_back(ratio) for ratio in ratios), slope_share=task.given_back(0 * ratios[0]))
    rises, ruled = _sampled(task, moving, n, radius, np.random.default_rng(seed))
    if ruled.max() > MUCH:
        warnings.warn(
            f"radius {radius:g} is so small that the slope rules {ruled.max():.0%} of the samples: there the ratio is "
            "a coin toss. Take a larger one.",
            stacklevel=2,
        )
    low, high = wilson(rises, n)
    return Ratio(*(task.given_back(value) for value in (rises / n, low, high, ruled)))


def wilson(successes: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95% interval of a share, (low, high), from the successes among n (Wilson, 1927).

    >>> wilson(np.array(0), 10)[0].round(3), wilson(np.array(5), 10)[1].round(3)
    (np.float64(0.0), np.float64(0.763))
    """
    share, square = successes / n, Z * Z / n
    middle, half = share + square / 2, Z * np.sqrt(share * (1 - share) / n + square / (4 * n))
    return np.maximum((middle - half) / (1 + square), 0.0), np.minimum((middle + half) / (1 + square), 1.0)


def _sampled(task, moving, n, radius, rng):
    """How many samples are higher (R,), and in which share the slope rules (R,)."""
    R, P = task.theta.shape
    moves = np.zeros((R, n + 1, P))  # the first stays: in one pass with the others it is rounded as they are
    moves[:, 1:, moving] = rng.uniform(-radius, radius, size=(R, n, len(moving)))
    losses = task.losses((task.theta[:, None] + moves).reshape(-1, P)).reshape(R, n + 1)
    higher, moves = losses[:, 1:] > losses[:, :1], moves[:, 1:]
    along = np.einsum("rnp,rp->rn", moves, task.gradients())
    curved = np.einsum("rnp,rnp->rn", moves, _images(task, moves)) / 2
    return higher.sum(axis=1), (np.abs(along) > np.abs(curved)).mean(axis=1)


def _images(task, moves):
    """The Hessian times all moves, (R, n, P): by the whole Hessian where it has fewer columns than there are moves."""
    R, n, P = moves.shape
    if P <= n:
        return moves @ task.derivatives()[1]
    return task.products(moves.reshape(-1, P), np.repeat(task.theta, n, axis=0)).reshape(R, n, P)
