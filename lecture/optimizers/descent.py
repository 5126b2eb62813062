"""The path of a rule over a surface, and one of its steps taken apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from lecture import surfaces
from lecture.checks import whole
from lecture.optimizers.rules import Momentum, Nesterov, Rule
from lecture.optimizers.settings import value_at
from lecture.surfaces import BEALE, Surface
from lecture.words import counted


def walk(rule: Rule, surface: Surface, w: np.ndarray) -> Iterator[tuple]:
    """Yield, without end, the weights before each step, the gradient there and the state of the rule.

    The weights have shape (2,), or (2, n) for n descents at once.
    """
    state = rule.begin(w)
    for s in count():
        gradient = np.array(surface.gradient(*w))
        yield w, gradient, state
        w, state = rule.step(s, w, gradient, state)


def descend(
    rule: Rule, surface: Surface | str = BEALE, start: tuple[float, float] | None = None, steps: int = 100
) -> np.ndarray:
    """Return the path of a rule over a surface.

    Parameters
    ----------
    rule : Rule
        Update rule, with its settings.
    surface : Surface or str
        Surface, or its key in ``SURFACES``.
    start : (float, float), optional
        Point inside the surface's window; the surface's own start if None.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    ndarray of shape (steps + 1, 2)
        The start, and the point after each step. Rows after the first point that is not finite are NaN.

    Raises
    ------
    ValueError
        If ``rule`` is not a rule, there is no such surface, the start is outside its window, or ``steps`` is negative.
    """
    if not isinstance(rule, Rule):
        raise ValueError(
            f"rule must be one of lecture.optimizers, such as Adam(0.2), got {rule!r}; "
            "training.trace follows the optimizers of Keras."
        )
    surface = surfaces.get(surface)
    path = np.full((whole(steps, "steps") + 1, 2), np.nan)
    with np.errstate(all="ignore"):  # a path that diverges ends in inf, and is cut there
        for s, (w, _, _) in zip(range(steps + 1), walk(rule, surface, surface.point(start))):
            path[s] = w
            if not np.isfinite(w).all():
                break
    return path


def diverged_at(path: np.ndarray) -> int | None:
    """Return the first step at which a path of shape (steps + 1, 2) is not finite, or None if there is none."""
    lost = ~np.isfinite(path).all(axis=1)
    return int(lost.argmax()) if lost.any() else None


def describe_paths(paths: Mapping[str, np.ndarray], surface: Surface) -> str:
    """Return a sentence on where paths end, nearest to a minimum first, and on which diverged.

    Parameters
    ----------
    paths : mapping of str to array of shape (n, 2)
        Paths by name.
    surface : Surface
        Surface that they lead over.
    """
    lost = {name: diverged_at(path) for name, path in paths.items()}
    distances = {name: float(surface.distance(path[-1])) for name, path in paths.items() if lost[name] is None}
    ends = []
    for name in sorted(distances, key=distances.__getitem__):
        x, y = paths[name][-1]
        ends.append(f"{name} ends at ({x:.3g}, {y:.3g}), {distances[name]:.2g} from the minimum")
    ends += [f"{name} diverges at step {step}" for name, step in lost.items() if step is not None]
    steps = max((len(path) - 1 for path in paths.values()), default=0)
    return f"After {counted(steps, 'step')} on the {surface.name} surface: {'; '.join(ends)}."


@dataclass(frozen=True)
class Dissection:
    """One step with momentum, taken apart. All arrays have shape (2,).

    Attributes
    ----------
    step : int
        Number of the step, from 0.
    origin : ndarray
        The textbook's weights w before the step; for Nesterov, Keras' weights θ minus μ v.
    previous : ndarray
        The velocity v, which is the step before this one.
    momentum : ndarray
        μ v.
    looked_at : ndarray
        The point where the gradient is taken: the origin, or with Nesterov the point that momentum leads to.
    gradient : ndarray
        -η g, with the gradient g taken there.
    update : ndarray
        The step that the rule takes, as the weights moved.
    """

    step: int
    origin: np.ndarray
    previous: np.ndarray
    momentum: np.ndarray
    looked_at: np.ndarray
    gradient: np.ndarray
    update: np.ndarray

    def describe(self) -> str:
        """Return the arrows' numbers in a sentence."""
        arrows = {"momentum": self.momentum, "gradient step": self.gradient, "together": self.update}
        numbers = ", ".join(f"{name} ({x:.3g}, {y:.3g})" for name, (x, y) in arrows.items())
        where = "where momentum leads" if np.any(self.looked_at != self.origin) else "at the weights"
        x, y = self.origin
        return f"Step {self.step} from ({x:.3g}, {y:.3g}), gradient taken {where}: {numbers}."


def dissect(
    rule: Momentum | Nesterov,
    surface: Surface | str = BEALE,
    start: tuple[float, float] | None = None,
    step: int = 0,
) -> Dissection:
    """Return the parts of one step of a descent with momentum.

    Parameters
    ----------
    rule : Momentum or Nesterov
        Update rule, with its settings.
    surface, start :
        As for `descend`.
    step : int
        Number of steps before this one.

    Returns
    -------
    Dissection

    Raises
    ------
    ValueError
        If the rule is another one, the path diverges before this step, or as for `descend`.
    """
    if not isinstance(rule, (Momentum, Nesterov)):
        raise ValueError(f"rule must be Momentum or Nesterov, got {rule!r}.")
    surface = surfaces.get(surface)
    with np.errstate(all="ignore"):
        way = walk(rule, surface, surface.point(start))
        (before, gradient, velocity), (after, _, new_velocity) = islice(way, whole(step, "step"), step + 2)
    if not np.isfinite([before, after]).all():
        raise ValueError(f"step must be one before the path diverges, got {step}.")
    momentum = value_at(rule.momentum, step) * velocity
    origin, end = before, after
    if isinstance(rule, Nesterov):
        origin, end = before - momentum, after - value_at(rule.momentum, step + 1) * new_velocity
    return Dissection(
        step,
        origin,
        previous=velocity,
        momentum=momentum,
        looked_at=before,
        gradient=-value_at(rule.learning_rate, step) * gradient,
        update=end - origin,
    )
