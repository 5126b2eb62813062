"""Initial weights: their standard deviation, from the number of inputs and outputs of a layer, and their draw."""

import numpy as np

from lecture.checks import one_of, real

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
        sigma = real(initializer, "The standard deviation of the initial weights", above=0)
        return rng.normal(0, sigma, size=(n_in, n_out))
    one_of(initializer, INITIALIZERS, "initializer")
    scale, _, shape = initializer.partition("_")
    sigma = SCALES[scale](n_in, n_out)
    if shape == "uniform":
        return rng.uniform(-np.sqrt(3) * sigma, np.sqrt(3) * sigma, size=(n_in, n_out))
    return rng.normal(0, sigma, size=(n_in, n_out)) if sigma else np.zeros((n_in, n_out))
