"""The minimal ratio by samples at several radii, beside that by eigenvalues."""

import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lecture import landscape
from lecture.landscape.parameters import Model

MSE = "mean_squared_error"
FINE_RADII = tuple(2 * 10.0 ** np.arange(-8, 0, 0.5))  # below, rounding decides


@dataclass(frozen=True, eq=False)
class RatiosOverRadii:
    """Minimal ratios at R points; of one of them, arrays without the axis of points.

    Attributes
    ----------
    radii : array (n,)
        How far a sample moves each weight, at most.
    sampled, low, high : array (n, R)
        Share of the samples at which the loss is higher, and its 95% interval.
    slope_share : array (n, R)
        Share of the samples in which the slope moves the loss more than the curvature does.
    eigenvalues : array (R,)
        Share of positive eigenvalues of the Hessian, which knows no radius.
    """

    radii: np.ndarray
    sampled: np.ndarray
    low: np.ndarray
    high: np.ndarray
    slope_share: np.ndarray
    eigenvalues: np.ndarray

    def at(self, radius: float) -> np.ndarray:
        """Return what was sampled at one of the radii, (R,)."""
        return self.sampled[self._place(radius)]

    def ruled(self, radius: float) -> np.ndarray:
        """Return in which share of the samples the slope rules at one of the radii, (R,)."""
        return self.slope_share[self._place(radius)]

    def of(self, point: int) -> "RatiosOverRadii":
        """Return the ratios at one of the points: arrays (n,), and one number of the eigenvalues."""
        rows = (self.sampled, self.low, self.high, self.slope_share)
        return RatiosOverRadii(self.radii, *(row[:, point] for row in rows), self.eigenvalues[point])

    def describe(self) -> str:
        """Return the ratios in a sentence, means over the points."""
        means = [np.mean(row) for row in self.sampled]
        told = ", ".join(f"{mean:.2f} at {radius:g}" for mean, radius in zip(means, self.radii))
        return f"minimal ratio by samples {told}; by eigenvalues {np.mean(self.eigenvalues):.2f}"

    def _place(self, radius):
        return int(np.argmin(np.abs(np.log(self.radii / radius))))


def ratios_over_radii(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    radii: Sequence[float],
    *,
    n: int = 500,
    at: ArrayLike | None = None,
    layers: slice | Sequence[slice] | None = None,
    dtype: str = "float64",
    seed: int = 0,
) -> RatiosOverRadii:
    """Return the minimal ratio of the squared error around some points by samples at each radius, and by eigenvalues.

    Nothing warns where the slope rules the samples: ``slope_share`` tells it.

    Parameters
    ----------
    model : keras.Model or lecture.replicas.Replicas
        One network, or R.
    X, y : arrays
        Examples.
    radii : sequence of float
        Distances by which a sample moves each weight, at most.
    n : int
        Samples at each radius, the same directions at all of them.
    at : array (R, P), optional
        Points to sample around instead of the model's own weights.
    layers : slice or sequence of slices, optional
        The weights that samples move, as ``names`` gives them; all by default.
    dtype : "float64" or "float32"
        Precision of the samples; eigenvalues are computed in float64.
    seed : int
        Seed of the samples.
    """
    settings: Any = dict(n=n, layers=layers, loss=MSE, at=at, seed=seed)
    with as_asked():
        found = [
            landscape.minimal_ratio(model, X, y, method="samples", radius=radius, dtype=dtype, **settings)
            for radius in radii
        ]
        exact = landscape.minimal_ratio(model, X, y, **settings)
    sampled, low, high, ruled = (
        np.stack([np.atleast_1d(getattr(each, name)) for each in found])
        for name in ("value", "low", "high", "slope_share")
    )
    return RatiosOverRadii(np.asarray(radii, float), sampled, low, high, ruled, np.atleast_1d(exact.value))


@contextmanager
def as_asked() -> Generator[None]:
    """Return a context without two warnings of `lecture.landscape`, for those who ask about just that.

    They are that the slope rules the samples of a ratio, and that a Hessian holds inside one linear piece of a network
    with kinks.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "radius .* is so small that the slope rules")
        warnings.filterwarnings("ignore", ".*has no second derivative at its kinks")
        yield
