"""Networks of one width fitted to a function."""

from collections.abc import Callable

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.experiments.approximation import FUNCTIONS, N_POINTS, Fits, fitted

WIDEST = 32


def fit_function(
    function: str | Callable = "sin(12x)",
    n_units: int = 16,
    *,
    noise: float = 0.0,
    n_nets: int = 50,
    steps: int = 1000,
    learning_rate: float = 0.2,
    seed: int = 0,
) -> Fits:
    """Return what networks of one width make of a function's noisy values.

    All networks see the same points; they differ in their initial weights.

    Parameters
    ----------
    function : "sin(12x)", "polynomial", "|x|" or callable
        Function of an array.
    n_units : int
        Number of hidden units, up to 32.
    noise : float
        Standard deviation of what is added to the values.
    n_nets : int
        Number of networks.
    steps : int
        Number of update steps.
    learning_rate : float
        Learning rate of Adam.
    seed : int
        Seed of the noise.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    own = {"your function": function} if callable(function) else FUNCTIONS
    name = "your function" if callable(function) else one_of(function, FUNCTIONS, "function")
    rng = np.random.default_rng(whole(seed, "seed", least=0))
    return fitted(
        {name: own[name]},
        (whole(n_units, "n_units", least=1, most=WIDEST),),
        steps=steps,
        learning_rate=learning_rate,
        seeds=range(whole(n_nets, "n_nets", least=1)),
        noise=real(noise, "noise", least=0) * rng.normal(size=N_POINTS),
        widest=WIDEST,  # one program for all widths
    )
