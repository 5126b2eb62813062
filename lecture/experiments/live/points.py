"""Points of the lecture's mixtures, kept ready for networks that are trained again and again."""

from functools import lru_cache

import numpy as np

from lecture.experiments.mixtures import train_test_points


@lru_cache(maxsize=8)
def cached_points(n_train: int, n_test: int, d: int, n_seeds: int) -> dict[str, np.ndarray]:
    """Return points of the seeds 0 to n_seeds - 1 as networks take them, in float32 with one-hot labels; cached.

    Parameters
    ----------
    n_train, n_test : int
        Number of points to train and to test on.
    d : int
        Number of dimensions.
    n_seeds : int
        Number of seeds.
    """
    points = train_test_points(n_train, n_test, d, range(n_seeds)).encoded()
    return {name: np.asarray(values, dtype="float32") for name, values in points.items()}
