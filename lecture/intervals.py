"""The 95% interval by Student's t: of a mean, and of the mean of further runs."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from lecture.checks import whole

LEVEL = 0.95
FEW = 4  # so many runs or fewer say too little of their spread: they have no interval


def interval(values: ArrayLike) -> tuple[float, float, float]:
    """Return the mean of some numbers and its 95% confidence interval: (mean, low, high).

    Four numbers or fewer say too little of the spread: their interval is the whole line, with infinite ends.

    Parameters
    ----------
    values : array (n,)
        One number for each independent run.

    Raises
    ------
    ValueError
        If there are no numbers, or one of them is not finite.
    """
    mean, spread, n = _summary(values)
    half = spread / math.sqrt(n)
    return mean, mean - half, mean + half


def bounded(quantity: str, low: float, high: float) -> tuple[float, float]:
    """Return the ends of an interval, within 0 and 1 if its quantity is an accuracy or a share, not a difference.

    Infinite ends, which are those of no interval, stay infinite.

    >>> bounded("share of the runs", -0.1, 0.4), bounded("accuracy with minus without", -0.1, 0.4)
    ((0.0, 0.4), (-0.1, 0.4))
    """
    if math.isinf(low):
        return low, high
    is_part = quantity.endswith("accuracy") or quantity.startswith("share ")
    return (max(low, 0.0), min(high, 1.0)) if is_part and "minus" not in quantity else (low, high)


def enough(n: int, what: str) -> int:
    """Return a number of runs from which an interval follows.

    Raises
    ------
    ValueError
        If there are four runs or fewer.

    >>> enough(3, "a claim")
    Traceback (most recent call last):
    ValueError: a claim must rest on 5 runs or more, got 3: fewer have no interval.
    """
    if n <= FEW:
        raise ValueError(f"{what} must rest on {FEW + 1} runs or more, got {n}: fewer have no interval.")
    return n


def expected_mean(values: ArrayLike, n_new: int) -> tuple[float, float, float]:
    """Return the mean of some numbers and where 95 of 100 means of ``n_new`` further ones would lie: (mean, low, high).

    Of four numbers or fewer that is the whole line.

    Parameters
    ----------
    values : array (n,)
        One number for each independent run.
    n_new : int
        Number of further runs, whose mean is predicted.

    Raises
    ------
    ValueError
        If there are no numbers, one of them is not finite, or ``n_new`` is not a whole number of at least 1.
    """
    mean, spread, n = _summary(values)
    half = spread * math.sqrt(1 / n + 1 / whole(n_new, "n_new", least=1))
    return mean, mean - half, mean + half


def _summary(values):
    """The mean, the standard deviation times Student's quantile (infinite for a few numbers), and the count."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError(f"an interval must come from one or more finite numbers, got {values}.")
    n = len(values)
    if n <= FEW:
        return float(values.mean()), math.inf, n
    quantile = stats.t.ppf((1 + LEVEL) / 2, n - 1)
    return float(values.mean()), float(quantile * values.std(ddof=1)), n
