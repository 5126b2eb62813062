"""The 95% interval by Student's t: of a mean, and of the mean of further runs."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from lecture.checks import whole

LEVEL = 0.95
FEW = 4  # so many runs or fewer say too little of their spread: no interval of theirs is shown


def interval(values: ArrayLike) -> tuple[float, float, float]:
    """Return the mean of some numbers and its 95% confidence interval: (mean, low, high).

    A single number says nothing of the spread: its interval is the whole line.

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

    >>> bounded("share of the runs", -0.1, 0.4), bounded("accuracy with minus without", -0.1, 0.4)
    ((0.0, 0.4), (-0.1, 0.4))
    """
    is_part = quantity.endswith("accuracy") or quantity.startswith("share ")
    return (max(low, 0.0), min(high, 1.0)) if is_part and "minus" not in quantity else (low, high)


def expected_mean(values: ArrayLike, n_new: int) -> tuple[float, float, float]:
    """Return the mean of some numbers and where 95 of 100 means of ``n_new`` further ones would lie: (mean, low, high).

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
    """The mean, the standard deviation times Student's quantile (infinite for one number), and the count."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise ValueError(f"an interval must come from one or more finite numbers, got {values}.")
    n = len(values)
    if n == 1:
        return float(values[0]), math.inf, 1
    quantile = stats.t.ppf((1 + LEVEL) / 2, n - 1)
    return float(values.mean()), float(quantile * values.std(ddof=1)), n
