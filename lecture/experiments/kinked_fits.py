"""The best fit of a line with kinks: what a small ReLU network could make of a function at best."""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from lecture.checks import whole
from lecture.words import counted

N_CANDIDATES = 14  # places at which each kink is tried before the best are refined
COUNTED = ("one kink", "two kinks", "three kinks", "four kinks")


@dataclass(frozen=True, eq=False)
class KinkedFit:
    """A continuous function that is straight between its kinks.

    Attributes
    ----------
    kinks : array (k,)
        Where its slope changes, ascending.
    slopes : array (k + 1,)
        Slope of each piece.
    start : float
        Leftmost point that it was fitted to.
    value : float
        Value at this point.
    loss : float
        Mean squared error.
    flat : bool
        Whether the first piece was to be constant.
    """

    kinks: np.ndarray
    slopes: np.ndarray
    start: float
    value: float
    loss: float
    flat: bool

    def __call__(self, x: ArrayLike) -> np.ndarray:
        """Return its values at points of any shape."""
        x = np.asarray(x, float)
        bends = np.maximum(x[..., None] - self.kinks, 0) @ np.diff(self.slopes)
        return self.value + self.slopes[0] * (x - self.start) + bends

    @property
    def name(self) -> str:
        """What it looks like, in a few words."""
        if not len(self.kinks):
            return "a constant" if self.flat else "a line"
        kinks = COUNTED[len(self.kinks) - 1]
        return f"flat, then {kinks}" if self.flat else f"a line with {kinks}"

    def describe(self) -> str:
        """Return the fit in a sentence."""
        where = f", at {', '.join(f'{kink:.3g}' for kink in self.kinks)}" if len(self.kinks) else ""
        return f"{self.name}{where}: loss {self.loss:.3g}"


def best_fit(x: ArrayLike, y: ArrayLike, *, kinks: int = 1, flat: bool = False) -> KinkedFit:
    """Return the best fit, by the squared error, of a line with kinks, which may lie anywhere.

    A network with one hidden layer of ReLU units computes just such functions, with one kink for each unit whose kink
    lies between the points; units that are active at none of them are lost. So each of these fits is a network within
    larger ones, and where training finds it, the gradient is zero (Fukumizu & Amari, 2000).

    Parameters
    ----------
    x, y : arrays (n,)
        Points, of which more than 2 + 2 ``kinks`` are different, and values.
    kinks : int
        From 0 to 4.
    flat : bool
        Whether the first piece is constant.

    Raises
    ------
    ValueError
        If points or kinks do not fit.

    >>> fit = best_fit([0, 1, 2, 3, 4], [5, 5, 5, 6, 7], kinks=1, flat=True)
    >>> fit.name, fit.kinks.round(6), fit(5.0).round(6)
    ('flat, then one kink', array([2.]), np.float64(8.0))
    """
    whole(kinks, "kinks", least=0, most=len(COUNTED))
    x, y = (np.asarray(values, float) for values in (x, y))
    if x.ndim != 1 or x.shape != y.shape or not (np.isfinite(x) & np.isfinite(y)).all():
        raise ValueError(f"x and y must be finite numbers, (n,) each, got shapes {x.shape} and {y.shape}.")
    if (n := len(np.unique(x))) <= 2 + 2 * kinks:
        wanted = f"more than {2 + 2 * kinks} different points for {counted(kinks, 'kink')}"
        raise ValueError(f"x must be {wanted}, got {n}.")
    at = _searched(x, y, kinks, flat)
    loss, weights = _solved(x, y, at, flat)
    slopes = np.cumsum(np.append([0.0] if flat else [], weights[1:]))
    return KinkedFit(at, slopes, float(x.min()), float(weights[0]), loss, flat)


def _searched(x, y, kinks, flat):
    """The best places of the kinks: all sets of candidates, then downhill without slopes from the best."""
    low, high = x.min(), x.max()
    if not kinks:
        return np.empty(0)
    inner = np.linspace(low, high, N_CANDIDATES + 2)[1:-1]

    def loss(places):
        inside = np.all((places > low) & (places < high))
        return _solved(x, y, np.sort(places), flat)[0] if inside else np.inf

    first = min(itertools.combinations(inner, kinks), key=lambda places: loss(np.array(places)))
    found = minimize(loss, first, method="Nelder-Mead", options=dict(xatol=1e-10, fatol=1e-15, maxfev=4000))
    return np.sort(found.x)


def _solved(x, y, at, flat):
    """Loss and weights of the best fit with kinks at these places: value, slope unless flat, changes of slope."""
    start = [] if flat else [x - x.min()]
    columns = np.stack([np.ones_like(x), *start, *(np.maximum(x - kink, 0) for kink in at)], axis=1)
    weights = np.linalg.lstsq(columns, y, rcond=None)[0]
    return float(np.mean(np.square(columns @ weights - y))), weights
