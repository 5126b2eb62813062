"""The order of the examples in an epoch, which depends on the seed only, not on what trains."""

import numpy as np


def epoch_order(n: int, seed: int, epoch: int) -> np.ndarray:
    """Return the numbers 0 to n - 1 in the order of an epoch, an array (n,) of int64."""
    return np.random.default_rng([seed, epoch]).permutation(n)
