"""Losses of two weights, to watch optimizers on: value, exact gradient, minima, window.

Formulas use operators only, so that they work on numbers and on meshes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of


@dataclass(frozen=True)
class Surface:
    """A loss of two weights x and y. Those in ``SURFACES`` are nowhere negative; your own may be.

    Attributes
    ----------
    name, formula : str
        Name and formula in plain text.
    value : callable
        ``value(x, y)`` for numbers, or arrays of the same shape.
    gradient : callable
        ``gradient(x, y)`` returns the exact derivatives ∂/∂x and ∂/∂y, in the same shape.
    minima : tuple of (float, float)
        All points with the lowest value, which is 0 in ``SURFACES``; empty if there is none.
    window : tuple of float
        The part that is drawn, and where a path may start: x from, x to, y from, y to.
    start : (float, float)
        Default start of paths.
    """

    name: str
    formula: str
    value: Callable
    gradient: Callable
    minima: tuple[tuple[float, float], ...]
    window: tuple[float, float, float, float]
    start: tuple[float, float]

    def point(self, start: ArrayLike | None = None) -> np.ndarray:
        """Return ``start``, or the surface's own start if None, as an array of shape (2,).

        Raises
        ------
        ValueError
            If it is not two numbers inside the window.
        """
        if start is None:
            return np.array(self.start, dtype=float)
        left, right, bottom, top = self.window
        try:
            point = np.asarray(start, dtype=float)
        except (TypeError, ValueError):
            point = np.empty(0)
        if point.shape != (2,) or not (left <= point[0] <= right and bottom <= point[1] <= top):
            raise ValueError(
                f"start must be two numbers (x, y) inside {self.name}'s window, "
                f"x from {left:g} to {right:g} and y from {bottom:g} to {top:g}, got {start!r}."
            )
        return point

    def distance(self, point: ArrayLike) -> np.ndarray:
        """Return the distance of ``point`` (..., 2) from the nearest minimum, shape (...); inf if there is none."""
        apart = np.asarray(point)[..., None, :] - np.reshape(self.minima, (-1, 2))  # (..., n_minima, 2)
        return np.hypot(apart[..., 0], apart[..., 1]).min(axis=-1, initial=np.inf)


def _beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def _beale_gradient(x, y):
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y
    return (2 * (a * (y - 1) + b * (y * y - 1) + c * (y * y * y - 1)), 2 * x * (a + 2 * b * y + 3 * c * y * y))


def _rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(x, y):
    off = y - x * x
    return -2 * (1 - x) - 400 * x * off, 200 * off


def _himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _himmelblau_gradient(x, y):
    a, b = x * x + y - 11, x + y * y - 7
    return 4 * a * x + 2 * b, 2 * a + 4 * b * y


def _saddle(x, y):
    return x**2 / 2 + (y**2 - 1) ** 2 / 4


def _saddle_gradient(x, y):
    return x, y * (y * y - 1)


def _valley(x, y):
    return (x**2 + 50 * y**2) / 2


def _valley_gradient(x, y):
    return x, 50 * y


_TIMES, _BEFORE, _WANTED = 8, 0.5, 0.7  # how often the recurrent unit is applied, to what, and what it should give


def _unrolled(x, y):
    """The state of a recurrent unit after all its steps, and its derivatives by x and y."""
    h, by_x, by_y = _BEFORE + 0 * x, 0 * x, 0 * x
    for _ in range(_TIMES):
        after = np.tanh(x * h + y)
        slope = 1 - after**2
        h, by_x, by_y = after, slope * (h + x * by_x), slope * (1 + x * by_y)
    return h, by_x, by_y


def _recurrent(x, y):
    return (_unrolled(x, y)[0] - _WANTED) ** 2


def _recurrent_gradient(x, y):
    h, by_x, by_y = _unrolled(x, y)
    return 2 * (h - _WANTED) * by_x, 2 * (h - _WANTED) * by_y


# Beale (1958), window and start as in the original lecture; Rosenbrock (1960); Himmelblau (1972), three minima rounded.
BEALE = Surface(
    "Beale",
    "(1.5 - x + xy)² + (2.25 - x + xy²)² + (2.625 - x + xy³)²",
    _beale,
    _beale_gradient,
    minima=((3.0, 0.5),),
    window=(-2.0, 3.5, -3.5, 2.0),
    start=(0.8, 1.6),
)
ROSENBROCK = Surface(
    "Rosenbrock",
    "(1 - x)² + 100 (y - x²)²",
    _rosenbrock,
    _rosenbrock_gradient,
    minima=((1.0, 1.0),),
    window=(-2.0, 2.0, -1.0, 3.0),
    start=(-1.2, 1.0),
)
HIMMELBLAU = Surface(
    "Himmelblau",
    "(x² + y - 11)² + (x + y² - 7)²",
    _himmelblau,
    _himmelblau_gradient,
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ),
    window=(-5.0, 5.0, -5.0, 5.0),
    start=(0.0, -4.0),
)
SADDLE = Surface(
    "saddle",
    "x²/2 + (y² - 1)²/4, flat at (0, 0) between two minima",
    _saddle,
    _saddle_gradient,
    minima=((0.0, 1.0), (0.0, -1.0)),
    window=(-2.0, 2.0, -1.6, 1.6),
    start=(-1.5, 0.01),
)
VALLEY = Surface(
    "valley",
    "(x² + 50 y²)/2, fifty times as steep across as along",
    _valley,
    _valley_gradient,
    minima=((0.0, 0.0),),
    window=(-4.0, 2.0, -2.5, 2.5),
    start=(-3.5, 1.0),
)
# Its weight x and its bias y, as in Pascanu et al. (2013), figure 6: a cliff beside a curve of minima, of which none is
# named here. It stands outside of SURFACES, whose minima are points.
RECURRENT = Surface(
    "recurrent unit",
    "(h₈ - 0.7)², with h₀ = 0.5 and hₜ = tanh(x hₜ₋₁ + y)",
    _recurrent,
    _recurrent_gradient,
    minima=(),
    window=(0.0, 3.0, -1.0, 2.6),
    start=(1.6, -0.8),
)
SURFACES = {"beale": BEALE, "rosenbrock": ROSENBROCK, "himmelblau": HIMMELBLAU, "saddle": SADDLE, "valley": VALLEY}


def get(surface: Surface | str) -> Surface:
    """Return the surface with this key in ``SURFACES``; a `Surface` is returned unchanged.

    Raises
    ------
    ValueError
        If there is no surface of this name; the message lists all names.
    """
    return surface if isinstance(surface, Surface) else SURFACES[one_of(surface, SURFACES, "surface")]
