"""Initial weights: their standard deviation, from the number of inputs and outputs of a layer, and their draw."""

import math
from numbers import Real
from typing import Any

import numpy as np

from lecture.checks import one_of

SCALES = {
    "zeros": lambda n_in, n_out: 0.0,
    "small": lambda n_in, n_out: 0.01,
    "large": lambda n_in, n_out: 1.0,
    "glorot": lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)),  # Glorot & Bengio 2010, eq. 12 (their eq. 16: uniform)
    "he": lambda n_in, n_out: np.sqrt(2 / n_in),  # He et al. 2015, eq. 10
}
DISTRIBUTIONS = ("normal", "uniform")
INITIALIZERS = ("zeros", *(f"{scale}_{shape}" for scale in list(SCALES)[1:] for shape in DISTRIBUTIONS))


def initial_weights(initializer: str | float, n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return random weights (n_in, n_out) from one of ``INITIALIZERS``, or from N(0, σ²) if σ is given.

    A uniform distribution on ±√3 σ has the same standard deviation σ as the normal one. (Keras truncates its normal
    distributions at 2 σ and rescales them to the same σ.)

    Raises
    ------
    ValueError
        If the name is unknown, or σ is not a positive, finite number.
    """
    if not isinstance(initializer, str):
        return rng.normal(0, check_sigma(initializer), size=(n_in, n_out))
    one_of(initializer, INITIALIZERS, "initializer")
    scale, _, shape = initializer.partition("_")
    sigma = SCALES[scale](n_in, n_out)
    if shape == "uniform":
        return rng.uniform(-np.sqrt(3) * sigma, np.sqrt(3) * sigma, size=(n_in, n_out))
    return rng.normal(0, sigma, size=(n_in, n_out)) if sigma else np.zeros((n_in, n_out))


def check_sigma(sigma: Any) -> float:
    """Return the standard deviation of initial weights as a float, or refuse it."""
    if not isinstance(sigma, Real) or isinstance(sigma, bool) or not (0 < sigma < math.inf):
        raise ValueError(f"The standard deviation of the initial weights must be a number above 0, got {sigma!r}.")
    return float(sigma)
