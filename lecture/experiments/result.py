"""What an experiment found: numbers per seed, verdicts, and the published numbers beside ours."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from lecture.intervals import interval


@dataclass(frozen=True, eq=False)
class Sweep:
    """A quantity over a swept value, for each seed.

    Attributes
    ----------
    name : str
        Of what is shown, a few words: the title of its panel.
    x : tuple
        The swept values, numbers in increasing order, or names.
    x_name, y_name : str
    values : dict of str to array (n_x, n_seeds)
        A curve for each name.
    log_x, log_y : bool
        Whether equal factors take equal room.
    """

    name: str
    x: tuple
    x_name: str
    y_name: str
    values: dict
    log_x: bool = False
    log_y: bool = False

    def __post_init__(self):
        for label, values in self.values.items():
            if np.ndim(values) != 2 or len(values) != len(self.x):
                raise ValueError(f"{label} must have shape ({len(self.x)}, n_seeds), got {np.shape(values)}.")

    def intervals(self):
        """Return mean and 95 % confidence interval of each curve at each swept value: a dict of arrays (3, n_x), mean, low, high."""
        return {label: np.array([interval(row) for row in values]).T for label, values in self.values.items()}


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
    protocol : str
        What was trained, and what a short run cuts: sentences.
    seeds : tuple of int
    sweeps : tuple of Sweep
    verdicts : tuple of Verdict
    compared : tuple of Compared
        Published numbers beside ours; none for what was not published.
    seconds : float
        That it took.
    shown : object, optional
        What the experiment's own figure draws: fitted curves, decisions, weights over steps.
    """

    question: str
    title: str
    preset: str
    protocol: str
    seeds: tuple
    sweeps: tuple
    verdicts: tuple
    compared: tuple
    seconds: float
    shown: object = field(default=None, repr=False)

    def table(self):
        """Return all numbers in a DataFrame: a row for each panel, curve, swept value and seed."""
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

    def means(self):
        """Return a DataFrame with mean and 95 % confidence interval of each curve at each swept value."""
        rows = [
            (sweep.name, label, x, *row)
            for sweep in self.sweeps
            for label, values in sweep.intervals().items()
            for x, row in zip(sweep.x, values.T)
        ]
        return pd.DataFrame(rows, columns=["panel", "curve", "at", "mean", "low", "high"])

    def conclusions(self):
        """Return a DataFrame with a row for each hypothesis: what was claimed, what was measured, the verdict."""
        rows = [
            (
                it.hypothesis.text,
                it.hypothesis.quantity,
                _effect(it.hypothesis),
                _estimate(it.mean, it.low, it.high),
                it.word,
            )
            for it in self.verdicts
        ]
        return pd.DataFrame(
            rows, columns=["hypothesis", "quantity", "smallest effect", f"measured, {len(self.seeds)} seeds", "verdict"]
        )

    def then_and_now(self):
        """Return a DataFrame with a row for each published number: as published, as measured now, and whether one of our runs could have given it."""
        rows = [(it.what, f"{it.then:g}", _estimate(*it.now), "yes" if it.agrees else "no") for it in self.compared]
        return pd.DataFrame(rows, columns=["what", "published", f"measured now ({self.preset})", "agrees"])

    def describe(self):
        """Return the verdicts in a sentence or two."""
        return f"{self.title} ({self.preset}, {len(self.seeds)} seeds, {self.seconds:.1f} s) " + " ".join(
            it.describe() for it in self.verdicts
        )

    __str__ = describe


def _effect(hypothesis):
    return f"below ±{hypothesis.smallest:g}" if hypothesis.absent else f"at least {hypothesis.smallest:g}"


def _estimate(mean, low, high):
    """A mean with its interval, to three digits after the point, or in powers of ten where it is small."""
    digits = ".3f" if abs(mean) >= 0.01 or mean == 0 else ".2g"
    return f"{mean:{digits}} ({low:{digits}} to {high:{digits}})"
