"""A small network trained in a second, and its walk, for the tests of landscapes, drawings and pages."""

from functools import cache

import numpy as np

from lecture import replicas
from lecture.landscape import Walk, walk

X = np.linspace(-1, 1, 20)[:, None]
Y = np.sin(3 * X)


@cache
def trained(hidden=(4,)):
    """Two networks after 300 steps, with the weights of 7 records."""
    return replicas.train(
        hidden,
        X,
        Y,
        steps=300,
        seeds=2,
        activation="tanh",
        output="linear",
        loss="mse",
        learning_rate=0.02,
        record=range(0, 301, 50),
        keep="all",
        show=False,
    )


@cache
def walked(hidden=(4,)) -> Walk:
    """The walk of the second of them."""
    return walk(trained(hidden), X, Y, number=1, n=31)
