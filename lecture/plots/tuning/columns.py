"""The hyperparameters of trials as columns of numbers: their scales, ticks and categories."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator

from lecture.plots.tuning.trials import Trial
from lecture.words import counted

_FEW = 6  # different numbers up to which each has a tick
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Column:
    """One hyperparameter over some trials.

    Attributes
    ----------
    name : str
    x : ndarray of shape (n_trials,)
        Its values, or the numbers of its categories; NaN if a trial does not use it.
    categories : tuple of str
        Names of the categories; empty for a hyperparameter that is a number.
    log : bool
        Whether it is drawn on a log scale.
    """

    name: str
    x: np.ndarray
    categories: tuple[str, ...] = ()
    log: bool = False

    @property
    def low(self) -> float:
        """The lowest value."""
        return float(np.nanmin(self.x))

    @property
    def high(self) -> float:
        """The highest value."""
        return float(np.nanmax(self.x))

    def fraction(self, values: np.ndarray | float) -> np.ndarray:
        """Return where values lie between the lowest, 0, and the highest, 1; one half if they are the same."""
        scale = np.log if self.log else np.asarray
        low, high = scale(self.low), scale(self.high)
        return (scale(values) - low) / (high - low) if high > low else np.where(np.isnan(values), np.nan, 0.5)

    def ticks(self, apart: float = 0.09) -> tuple[list[float], list[str]]:
        """Return values and labels of ticks, at least ``apart`` of the axis from each other; its ends come first."""
        if self.categories:
            return list(range(len(self.categories))), list(self.categories)
        places, kept = self._places(), []
        for place in sorted(places, key=lambda place: place not in (places[0], places[-1])):
            if all(abs(self.fraction(place) - self.fraction(other)) >= apart for other in kept):
                kept.append(float(place))
        return sorted(kept), [_label(place, self.log) for place in sorted(kept)]

    def text(self, value: float) -> str:
        """Return a value of ``x`` in words."""
        return self.categories[int(value)] if self.categories else f"{value:.4g}"

    def _places(self):
        """Where ticks would be good: at each value if these are few, at round ones otherwise."""
        different = np.unique(self.x[~np.isnan(self.x)])
        if len(different) <= _FEW:
            return different
        places = self._inside(LogLocator()) if self.log else []
        return places if len(places) > 1 else self._inside(MaxNLocator(4))

    def _inside(self, locator):
        """The ticks of a locator between the lowest and the highest value."""
        return [place for place in locator.tick_values(self.low, self.high) if self.low <= place <= self.high]


def columns(trials: Sequence[Trial], logarithmic: str | Iterable[str] = ()) -> list[Column]:
    """Return the hyperparameters of some trials, in the order of the trials' values.

    Raises
    ------
    ValueError
        If the trials have no hyperparameters, or a logarithmic one is not a number above 0.
    """
    logarithmic = {logarithmic} if isinstance(logarithmic, str) else set(logarithmic)
    found = [_column(name, trials, name in logarithmic) for name in _names(trials)]
    if not found:
        got = f"none in {counted(len(trials), 'trial')}"
        raise ValueError(f"trials must have one hyperparameter or more, got {got}.")
    return found


def _names(trials):
    """All names, each after the one that it follows in its first trial: so a conditional one keeps its place."""
    names = []
    for trial in trials:
        last = -1
        for name in trial.values:
            if name not in names:
                names.insert(last + 1, name)
            last = names.index(name)
    return names


def _column(name, trials, log):
    """The column of one hyperparameter."""
    used = [name in trial.values for trial in trials]
    values = [trial.values.get(name) for trial in trials]
    given = [value for value, is_used in zip(values, used) if is_used]
    others = [value for value in given if not _is_number(value)]
    if others and log:
        raise ValueError(f"logarithmic hyperparameters must be numbers, got {others[0]!r} for {name}.")
    if others:
        categories = tuple(sorted({str(value) for value in given}))
        numbers = [categories.index(str(value)) if is_used else np.nan for value, is_used in zip(values, used)]
        return Column(name, np.array(numbers), categories)
    if log and min(given) <= 0:
        raise ValueError(f"logarithmic hyperparameters must be above 0, got {min(given):g} for {name}.")
    numbers = [value if is_used else np.nan for value, is_used in zip(values, used)]
    return Column(name, np.array(numbers, dtype=float), log=log)


def _is_number(value):
    """Whether a value is drawn on an axis, and not a category."""
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _label(value, log):
    """A tick's label: powers of ten far from 1 are short."""
    power = round(math.log10(value)) if log else 0
    is_short = abs(power) > 1 and math.isclose(value, 10.0**power)
    return f"10{str(power).translate(_RAISED)}" if is_short else f"{value:.4g}"
