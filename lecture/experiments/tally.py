"""The verdicts of several experiments together: how many of each, and all of them in a table."""

from collections.abc import Sequence

import pandas as pd

from lecture.experiments.judgement import WORDS
from lecture.experiments.result import Result
from lecture.intervals import FEW
from lecture.words import counted, digits, listed


def tally(results: Sequence[Result]) -> str:
    """Return how many claims there are, and how many of them are supported, contradicted and undecided: a sentence.

    Parameters
    ----------
    results : sequence of lecture.experiments.Result
        What some experiments found.

    Raises
    ------
    ValueError
        If they have no verdict at all.
    """
    words = [verdict.word for result in results for verdict in result.verdicts]
    if not words:
        raise ValueError("results must have a verdict at least, got none.")
    counts = [f"{words.count(word)} {word} ({words.count(word) / len(words):.0%})" for word in WORDS]
    return f"{counted(len(words), 'claim')}: {listed(counts)}."


def verdict_table(results: Sequence[Result]) -> pd.DataFrame:
    """Return a row for each claim: the claim, what was measured, the verdict.

    Parameters
    ----------
    results : sequence of lecture.experiments.Result
        What some experiments found.
    """
    rows = [
        (verdict.hypothesis.text, _estimate(verdict), verdict.word) for result in results for verdict in result.verdicts
    ]
    return pd.DataFrame(rows, columns=["claim", "measured, 95% interval", "verdict"])


def _estimate(verdict):
    """A mean, and its interval where there are runs enough."""
    if verdict.n_seeds <= FEW:
        return f"{digits(verdict.mean)} ({counted(verdict.n_seeds, 'run')})"
    return f"{digits(verdict.mean)} ({digits(verdict.low)} to {digits(verdict.high)})"
