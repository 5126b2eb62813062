"""A square of a plane through the weights of a network: the loss over it, and where paths of weights lie beside it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole


class Rule(Protocol):
    """An update rule, such as those of `lecture.optimizers`."""

    def begin(self, w: np.ndarray):
        """Return the state before the first step."""
        ...

    def step(self, s: int, w: np.ndarray, g: np.ndarray, state, /) -> tuple:
        """Return the next weights and the next state."""
        ...


@dataclass(frozen=True, eq=False)
class Plane:
    """The loss on a square of the plane θ + a d₁ + b d₂, and paths projected on it.

    Attributes
    ----------
    origin : array (P,)
        θ, the weights at a = b = 0.
    directions : array (2, P)
        d₁ and d₂, of length 1 and at right angles: a and b are distances between weights.
    a, b : array (n,)
        Grid of the square, evenly spaced, with the same spacing both ways.
    loss : array (n, n)
        Loss on the grid in single precision, as a page stores it; a row for each b.
    paths : dict of str to array (T, 2)
        Where each path lies in the plane, by its name: the nearest points.
    left_out : dict of str to array (T,)
        Distance of each point of a path from the plane.
    projected : dict of str to array (T,)
        Loss of the network at the points in the plane.
    """

    origin: np.ndarray
    directions: np.ndarray
    a: np.ndarray
    b: np.ndarray
    loss: np.ndarray
    paths: dict[str, np.ndarray]
    left_out: dict[str, np.ndarray]
    projected: dict[str, np.ndarray]

    @property
    def path(self) -> np.ndarray:
        """The first path, (T, 2)."""
        return next(iter(self.paths.values()))

    @property
    def spacing(self) -> float:
        """Distance of neighbours on the grid."""
        return float(self.a[-1] - self.a[0]) / (len(self.a) - 1)

    @cached_property
    def padded(self) -> np.ndarray:
        """The loss with one more row and column on each side, continued by parabolas: (n + 2, n + 2)."""
        rows = np.vstack([_before(*self.loss[:3]), self.loss, _before(*self.loss[:-4:-1])])
        return np.column_stack([_before(*rows.T[:3]), rows, _before(*rows.T[:-4:-1])])

    def weights(self, points: ArrayLike) -> np.ndarray:
        """Return the weights (…, P) of points (…, 2) in the plane."""
        return self.origin + np.asarray(points, float) @ self.directions

    def at(self, points: ArrayLike) -> np.ndarray:
        """Return the loss (…) at points (…, 2), interpolated between the grid's by cubic convolution (Keys, 1981).

        It is exact for parabolas, and its slope has no jumps. Beyond the square the outermost cells are continued.
        """
        (near_a, near_b), patch = self._near(points)
        return np.einsum("...b,...a,...ba->...", _shares(near_b), _shares(near_a), patch)

    def slope(self, points: ArrayLike) -> np.ndarray:
        """Return the slope (…, 2) of the interpolated loss along both directions."""
        (near_a, near_b), patch = self._near(points)
        along_a = np.einsum("...b,...a,...ba->...", _shares(near_b), _slopes(near_a), patch)
        along_b = np.einsum("...b,...a,...ba->...", _slopes(near_b), _shares(near_a), patch)
        return np.stack([along_a, along_b], axis=-1) / self.spacing

    def contains(self, point: ArrayLike) -> bool:
        """Return whether a point (2,) lies in the square."""
        a, b = np.asarray(point, float)
        return bool(self.a[0] <= a <= self.a[-1] and self.b[0] <= b <= self.b[-1])

    def descend(self, rule: Rule, start: ArrayLike, steps: int) -> np.ndarray:
        """Return the path (up to steps + 1, 2) of an optimizer that sees the plane only.

        Parameters
        ----------
        rule : object
            Update rule, such as ``lecture.optimizers.Momentum(0.1)``.
        start : array (2,)
            Where it starts.
        steps : int
            Number of update steps; the path ends where it leaves the square.

        Raises
        ------
        ValueError
            If the start lies outside the square, or ``steps`` is not positive.
        """
        whole(steps, "steps", least=1)
        point = np.asarray(start, float)
        if point.shape != (2,) or not self.contains(point):
            a, b = (f"{line[0]:.3g} to {line[-1]:.3g}" for line in (self.a, self.b))
            raise ValueError(f"start must be two numbers, a from {a} and b from {b}, got {start!r}.")
        state, path = rule.begin(point), [point]
        for step in range(steps):
            point, state = rule.step(step, point, self.slope(point), state)
            if not self.contains(point):
                break
            path.append(point)
        return np.array(path)

    def describe(self) -> str:
        """Return what the plane shows in a sentence."""
        low, high = self.loss.min(), self.loss.max()
        away = " and ".join(f"up to {far.max():.2g} from the {name}" for name, far in self.left_out.items())
        return f"loss {low:.3g} to {high:.3g}; the plane is {away}"

    def _near(self, points):
        """Places of points within their cells, two arrays (…), and the 4 × 4 values around each cell."""
        points = np.asarray(points, float)
        n = len(self.a)
        scaled = (points - [self.a[0], self.b[0]]) / self.spacing
        cells = np.clip(np.floor(scaled), 0, n - 2).astype(int)
        around = np.arange(4)
        patch = self.padded[
            cells[..., 1, None, None] + around[:, None], cells[..., 0, None, None] + around
        ]  # (…, 4 of b, 4 of a); the padding moves all by one
        within = scaled - cells
        return (within[..., 0], within[..., 1]), patch


def _before(first, second, third):
    """What comes before three values of a parabola."""
    return 3 * first - 3 * second + third


def _shares(t):
    """How much each of four neighbours counts at t, from 0 to 1 between the middle two: (…, 4)."""
    t = np.asarray(t)[..., None]
    parts = [((2 - t) * t - 1) * t, (3 * t - 5) * t * t + 2, ((4 - 3 * t) * t + 1) * t, (t - 1) * t * t]
    return np.concatenate(parts, axis=-1) / 2


def _slopes(t):
    """The slopes of the shares."""
    t = np.asarray(t)[..., None]
    parts = [(4 - 3 * t) * t - 1, (9 * t - 10) * t, (8 - 9 * t) * t + 1, (3 * t - 2) * t]
    return np.concatenate(parts, axis=-1) / 2
