"""What an experiment found: numbers per seed, verdicts, and the published numbers beside ours."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module

import numpy as np
import pandas as pd

from lecture.experiments.judgement import Compared, Verdict
from lecture.intervals import FEW, bounded, interval
from lecture.words import counted


@dataclass(frozen=True, eq=False)
class Sweep:
    """A quantity over a swept value, for each seed.

    Attributes
    ----------
    name : str
        Title of the panel, a few words.
    x : sequence
        The swept values: numbers in increasing order, or names.
    x_name, y_name : str
        What is swept, and what is measured.
    values : dict of str to array (n_x, n_seeds)
        Measured values of each curve by its name; NaN where a run did not get as far.
    log_x, log_y : bool
        Whether the axis is logarithmic.
    """

    name: str
    x: Sequence
    x_name: str
    y_name: str
    values: dict[str, np.ndarray]
    log_x: bool = False
    log_y: bool = False

    def __post_init__(self):
        for label, values in self.values.items():
            if np.ndim(values) != 2 or len(values) != len(self.x):
                raise ValueError(f"{label} must have shape ({len(self.x)}, n_seeds), got {np.shape(values)}.")

    def intervals(self) -> dict[str, np.ndarray]:
        """Return mean and 95% confidence interval of each curve: arrays (3, n_x) with rows mean, low, high.

        That of an accuracy or a share ends at 0 and 1. Four runs or fewer give none: its ends are infinite. Where a
        value is missing, NaN, there is no mean either: the mean of those that are left would be another quantity.
        """
        return {label: np.array([self._interval(row) for row in values]).T for label, values in self.values.items()}

    def _interval(self, values):
        """The mean of some runs, and its interval as `intervals` describes it."""
        if np.isnan(values).any():
            return math.nan, math.nan, math.nan
        mean, low, high = interval(values)
        return mean, *bounded(self.y_name, low, high)


@dataclass(frozen=True, eq=False)
class Result:
    """An experiment's outcome.

    Attributes
    ----------
    question : str
        The experiment's name, as in ``experiments.NAMES``.
    title : str
        What was asked.
    preset : str
        Which settings were used where none were given.
    protocol : str
        What was trained, and where it departs from the published preset: sentences.
    seeds : tuple of int
        Seeds of the runs.
    sweeps : tuple of Sweep
        What was measured.
    verdicts : tuple of Verdict
        What the numbers say about the hypotheses.
    compared : tuple of Compared
        Published numbers beside ours; empty if none were published.
    seconds : float
        Time that the run took.
    details : object, optional
        What the experiment's own figure draws: fitted curves, decisions, weights over steps.
    """

    question: str
    title: str
    preset: str
    protocol: str
    seeds: tuple[int, ...]
    sweeps: tuple[Sweep, ...]
    verdicts: tuple[Verdict, ...]
    compared: tuple[Compared, ...]
    seconds: float
    details: object = field(default=None, repr=False)

    def verdict(self, name: str, which: str | None = None) -> Verdict:
        """Return the verdict on one of the hypotheses.

        Parameters
        ----------
        name : str
            Name of the hypothesis in the experiment's file, such as "HELPS".
        which : str, optional
            Which one, where the file has several under this name.

        Raises
        ------
        ValueError
            If the run has no verdict on it.
        """
        asked = getattr(import_module(f"lecture.experiments.{self.question}"), name, None)
        if isinstance(asked, Mapping):
            asked = asked.get(which)
        for verdict in self.verdicts:
            if verdict.hypothesis == asked:
                return verdict
        asked_for = name if which is None else f"{name}, {which},"
        raise ValueError(f"{self.question} must have a verdict on {asked_for} in this run, got none.")

    def table(self) -> pd.DataFrame:
        """Return all numbers: a row for each panel, curve, swept value and seed."""
        rows = [
            (self.question, self.preset, sweep.name, label, sweep.x_name, x, sweep.y_name, seed, value)
            for sweep in self.sweeps
            for label, values in sweep.values.items()
            for x, row in zip(sweep.x, values)
            for seed, value in zip(self.seeds, row)
        ]
        return pd.DataFrame(
            rows, columns=["question", "preset", "panel", "curve", "swept", "at", "measured", "seed", "value"]
        )

    def means(self) -> pd.DataFrame:
        """Return mean and 95% confidence interval of each curve at each swept value."""
        rows = [
            (sweep.name, label, x, *row)
            for sweep in self.sweeps
            for label, values in sweep.intervals().items()
            for x, row in zip(sweep.x, values.T)
        ]
        return pd.DataFrame(rows, columns=["panel", "curve", "at", "mean", "low", "high"])

    def conclusions(self) -> pd.DataFrame:
        """Return a row for each hypothesis: what was claimed, what was measured, the verdict."""
        rows = [
            (
                verdict.hypothesis.text,
                verdict.hypothesis.quantity,
                _effect(verdict.hypothesis),
                _estimate(verdict.mean, verdict.low, verdict.high, verdict.n_seeds),
                verdict.word,
            )
            for verdict in self.verdicts
        ]
        return pd.DataFrame(
            rows, columns=["hypothesis", "quantity", "smallest effect", f"measured, {len(self.seeds)} seeds", "verdict"]
        )

    def published_beside_measured(self) -> pd.DataFrame:
        """Return a row for each published number: as published, as measured now, and whether our runs could give it.

        The interval is the one that decides: where 95 of 100 means of as many runs as were published would lie.
        """
        rows = [
            (number.what, f"{number.published:g}", str(number.runs), _expected(number), number.word)
            for number in self.compared
        ]
        measured = f"measured now ({self.preset}), where means of so many runs lie"
        return pd.DataFrame(rows, columns=["what", "published", "runs", measured, "agrees"])

    def describe(self) -> str:
        """Return the question with the verdicts in sentences."""
        verdicts = " ".join(verdict.describe() for verdict in self.verdicts)
        return f"{self.title} ({self.preset}, {len(self.seeds)} seeds, {self.seconds:.1f} s) {verdicts}"

    __str__ = describe


def _effect(hypothesis):
    return f"below ±{hypothesis.smallest:g}" if hypothesis.absent else f"at least {hypothesis.smallest:g}"


def _expected(number):
    """Our mean, and where a published mean of as many runs is to be expected; a few runs of ours cannot say."""
    return _estimate(number.measured[0], *number.expected, np.size(number.values))


def _estimate(mean, low, high, n):
    """A mean with its interval, or with the number of runs where these are too few for one."""
    digits = _format(mean)
    spread = counted(n, "run") if n <= FEW else f"{low:{digits}} to {high:{digits}}"
    return f"{mean:{digits}} ({spread})"


def _format(mean):
    """The format of a mean's digits: three after the point, or powers of ten where it is small."""
    return ".3f" if abs(mean) >= 0.01 or mean == 0 else ".2g"
