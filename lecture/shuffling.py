"""The order in which an epoch takes its examples: from a seed, whoever trains."""

import numpy as np


def epoch_order(n, seed, epoch):
    """Return the numbers 0 to n - 1 in the order in which an epoch takes them, an array (n,) of int64."""
    return np.random.default_rng([seed, epoch]).permutation(n)
