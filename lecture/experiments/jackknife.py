"""The jackknife: an interval for a statistic that is one number for all cases together."""

from collections.abc import Callable

import numpy as np

FEWEST = 4  # cases; with one of three left out, a rank correlation is 1 or -1


def pseudo_values(statistic: Callable[[np.ndarray], float], n: int) -> np.ndarray:
    """Return the jackknife's pseudo-values of a statistic of n cases, n s - (n - 1) s₋ᵢ (Tukey, 1958): (n,).

    Their mean and its interval are those of the statistic. The statistic alone is returned, (1,), if there are fewer
    than four cases, or if it does not exist for all cases or without one of them: a single number leaves a verdict
    undecided.

    Parameters
    ----------
    statistic : callable
        Function of an array, the numbers of the cases that are not left out. It returns a number, or NaN where the
        statistic does not exist, which counts as 0 if it is returned alone.
    n : int
        Number of cases.
    """
    cases = np.arange(n)
    if n < FEWEST:
        return np.nan_to_num([statistic(cases)])
    without = np.array([statistic(cases[cases != left_out]) for left_out in cases])
    values = n * statistic(cases) - (n - 1) * without
    return values if np.isfinite(values).all() else np.nan_to_num([statistic(cases)])
