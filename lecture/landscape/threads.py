"""How many threads the products and decompositions of NumPy take."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np
from threadpoolctl import threadpool_limits


def one_thread():
    """Return a context in which a decomposition takes one thread: those of a small matrix only wait for each other."""
    return threadpool_limits(1, user_api="blas")


def side_by_side(function: Callable, matrices: np.ndarray) -> list:
    """Return what ``function`` makes of parts of many small matrices (R, P, P), one part on each core."""
    n = max(1, min(len(matrices), cpu_count() or 1))
    with one_thread(), ThreadPoolExecutor(n) as pool:
        return [*pool.map(function, np.array_split(matrices, n))]
