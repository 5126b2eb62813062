"""What the drawings of a search take: trials in any order, of which some may have failed."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from lecture.plots.style import COLORS
from lecture.words import counted

BEST = COLORS[1]  # the best trial, in all figures of a search


class Trial(Protocol):
    """One choice of hyperparameters, and its result; such as ``lecture.tuning.Trial``."""

    @property
    def number(self) -> int:
        """Its number, from 0."""

    @property
    def values(self) -> Mapping[str, object]:
        """The hyperparameters that it uses, by name."""

    @property
    def score(self) -> float | None:
        """Its score; None, or a number that is not finite, if it has none."""

    @property
    def curve(self) -> Sequence[float]:
        """The score after each epoch, with those of the trial that it continues."""

    @property
    def status(self) -> str:
        """ "failed", or any other word."""

    @property
    def bracket(self) -> int | None:
        """The bracket of Hyperband."""

    @property
    def round(self) -> int | None:
        """The round of the bracket."""


class Winners(Protocol):
    """The best of the first 1, 2, … trials of many searches; such as ``lecture.tuning.Winners``."""

    @property
    def validation(self) -> np.ndarray:
        """Validation scores, of shape (n_searches, n_networks)."""

    @property
    def test(self) -> np.ndarray:
        """Test accuracies of the same networks."""

    @property
    def n_images(self) -> int:
        """Number of images that a trial is scored on."""


def in_order(trials: Iterable[Trial]) -> tuple[list[Trial], list[Trial]]:
    """Return the trials by number, and those of them that have a score.

    Raises
    ------
    ValueError
        If there are no trials, or none has a score.
    """
    ordered = sorted(trials, key=lambda trial: trial.number)
    if not ordered:
        raise ValueError("trials must hold one trial or more, got none.")
    scored = [trial for trial in ordered if trial.score is not None and math.isfinite(trial.score)]
    if not scored:
        raise ValueError(f"trials must hold one or more with a score, got none among {counted(len(ordered), 'trial')}.")
    return ordered, scored


def best_of(scored: Sequence[Trial], higher_is_better: bool) -> Trial:
    """Return the trial with the best score; the first of several."""
    return (max if higher_is_better else min)(scored, key=lambda trial: trial.score)
