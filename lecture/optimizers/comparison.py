"""Optimizers beside each other, each at the learning rate that suits it best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike

from lecture import surfaces
from lecture.checks import one_of, whole
from lecture.optimizers.descent import descend, describe_paths, walk
from lecture.optimizers.registry import LECTURE_RATES, RULES
from lecture.optimizers.rules import Rule
from lecture.surfaces import BEALE, Surface

# Ten a decade, evenly spaced on a log scale, in two digits.
RATES = tuple(
    float(f"{mantissa}e{exponent}")
    for exponent in range(-4, 3)
    for mantissa in (1, 1.3, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8)
)
N_BETWEEN = 60  # rates that are tried between the two neighbours of the best one


@dataclass(frozen=True)
class Tuning:
    """The loss that a rule reaches at each learning rate.

    Attributes
    ----------
    rates : ndarray of shape (n_rates,)
        The learning rates.
    losses : ndarray of shape (n_rates,)
        The mean loss over the last tenth of the steps, so that a lucky bounce does not win; inf where the path left the
        surface's window, as one that diverges does.
    """

    rates: np.ndarray
    losses: np.ndarray

    @property
    def best(self) -> float:
        """The learning rate with the lowest loss."""
        return float(self.rates[self.losses.argmin()])

    def closer(self) -> np.ndarray:
        """Return rates of three digits between the two neighbours of the best one, evenly spaced on a log scale.

        >>> Tuning(np.array([0.1, 0.2, 0.4]), np.array([3.0, 1.0, 2.0])).closer()[[0, 1, 30, -1]]
        array([0.1  , 0.102, 0.2  , 0.4  ])
        """
        at = int(self.losses.argmin())
        ends = self.rates[max(at - 1, 0)], self.rates[min(at + 1, len(self.rates) - 1)]
        return np.unique([float(f"{rate:.3g}") for rate in np.geomspace(*ends, N_BETWEEN + 1)])

    def describe(self) -> str:
        """Return the best rate, its loss, and the lowest rate at which the path leaves the window."""
        lost = self.rates[np.isinf(self.losses)]
        end = f"; at {lost.min():g} the path leaves the window" if lost.size else ""
        return f"The best of {len(self.rates)} rates is {self.best:g}, with a loss of {self.losses.min():.3g}{end}."


def tune_rate(
    rule: Callable[..., Rule],
    surface: Surface | str = BEALE,
    start: tuple[float, float] | None = None,
    steps: int = 100,
    rates: ArrayLike = RATES,
) -> Tuning:
    """Return the loss that a rule reaches at each of several learning rates.

    Parameters
    ----------
    rule : callable
        Makes a rule from an array of learning rates, since all are tried at once: ``Adam``, or
        ``lambda rate: Momentum(rate, momentum=0.5)``.
    surface, start :
        As for `descend`.
    steps : int
        Number of steps, at least 1.
    rates : array (n_rates,)
        Learning rates to try.

    Returns
    -------
    Tuning

    Raises
    ------
    ValueError
        If there is no rate, all paths leave the window, or as for `descend`.
    """
    surface, tried = surfaces.get(surface), np.array(rates, dtype=float)
    if not tried.size:
        raise ValueError("rates must hold at least one, got none.")
    left, right, bottom, top = surface.window
    w = np.repeat(surface.point(start)[:, None], tried.size, axis=1)  # (2, n_rates): all descents at once
    with np.errstate(all="ignore"):
        path = np.array([w for w, _, _ in islice(walk(rule(tried), surface, w), whole(steps, "steps", least=1) + 1)])
        losses = surface.value(*path[-max(1, steps // 10) :].swapaxes(0, 1)).mean(axis=0)
    x, y = path.swapaxes(0, 1)  # (steps + 1, n_rates) each
    inside = ((left <= x) & (x <= right) & (bottom <= y) & (y <= top)).all(axis=0)  # NaN is not inside either
    if not inside.any():
        raise ValueError(f"rates must hold one at which the path stays in the window, got {tried.tolist()}.")
    return Tuning(tried, np.where(inside, losses, np.inf))


@lru_cache(maxsize=256)
def tuned_rate(name: str, surface: Surface = BEALE) -> float:
    """Return the best learning rate of a named optimizer, after 100 steps from the surface's start; cached.

    It is the best of ``RATES`` first, and then of `Tuning.closer`: between two of ten rates a decade, the loss may
    still change a hundredfold.
    """
    rule = RULES[one_of(name, RULES, "optimizer")]
    return tune_rate(rule, surface, rates=tune_rate(rule, surface).closer()).best


@dataclass(frozen=True)
class Comparison:
    """Paths of several optimizers over one surface.

    Attributes
    ----------
    surface : Surface
        The surface.
    rates : dict of str to float or schedule
        The learning rate of each optimizer.
    paths : dict of str to ndarray of shape (steps + 1, 2)
        The path of each optimizer.
    """

    surface: Surface
    rates: dict[str, float | Callable]
    paths: dict[str, np.ndarray]

    def describe(self) -> str:
        """Return where each path ends, best first, and which diverged."""
        return describe_paths(self.paths, self.surface)


def compare(
    names: str | Sequence[str] = tuple(RULES),
    surface: Surface | str = BEALE,
    start: tuple[float, float] | None = None,
    steps: int = 100,
    rates: str | Mapping[str, float | Callable] = "tuned",
) -> Comparison:
    """Let optimizers descend from one start, each at its own learning rate.

    Parameters
    ----------
    names : str or sequence of str
        Keys of ``RULES``.
    surface, start, steps :
        As for `descend`.
    rates : "tuned", "lecture", or mapping of str to float
        Learning rates. ``"tuned"``: for each the best of ``RATES`` on this surface, after 100 steps from the surface's
        start. ``"lecture"``: those of the original lecture, picked by hand for Beale's function.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If a name is unknown or has no rate, or as for `descend`.
    """
    surface = surfaces.get(surface)
    names = tuple(one_of(name, RULES, "optimizer") for name in ([names] if isinstance(names, str) else names))
    if isinstance(rates, str):
        one_of(rates, ("tuned", "lecture"), "rates")
        rates = LECTURE_RATES if rates == "lecture" else {name: tuned_rate(name, surface) for name in names}
    missing = [name for name in names if name not in rates]
    if missing:
        raise ValueError(f"rates must hold one for each optimizer, got none for {', '.join(missing)}.")
    rates, hundreds = {name: rates[name] for name in names}, whole(steps, "steps") // 100 + 1
    paths = {name: _long_path(name, rates[name], surface, tuple(surface.point(start)), hundreds) for name in names}
    return Comparison(surface, rates, {name: path[: steps + 1].copy() for name, path in paths.items()})


@lru_cache(maxsize=256)
def _long_path(name, rate, surface, start, hundreds):
    """A path of some hundred steps, cached: a slider over steps shows parts of the same path."""
    return descend(RULES[name](rate), surface, start, 100 * hundreds)
