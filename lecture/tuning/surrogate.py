"""Bayesian optimization over one hyperparameter, step by step.

A Gaussian process through what was tried, and where to look next.
"""

import warnings

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern, WhiteKernel


def surrogate(tried_x: ArrayLike, tried_y: ArrayLike, x: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the score that a Gaussian process, fitted to some trials, expects at other places.

    Its kernel is Matérn's with ν = 5/2 (Snoek, Larochelle and Adams, 2012) plus noise; the length scale and the noise
    maximize the likelihood of the trials, within bounds.

    Parameters
    ----------
    tried_x, tried_y : array (n_tried,)
        Values that were tried, two or more, and their scores. Distances between values should be meaningful: pass the
        logarithm of a learning rate.
    x : array (n,)
        Values to predict the score at.

    Returns
    -------
    mean, std : ndarray (n,)
        Expected score, and its standard deviation without the noise of another trial.

    Raises
    ------
    ValueError
        If there are fewer than two trials, they do not agree in number, or a number is not finite.
    """
    tried_x, tried_y, x = (np.asarray(values, dtype=float) for values in (tried_x, tried_y, x))
    if tried_x.ndim != 1 or tried_x.shape != tried_y.shape or len(tried_x) < 2:
        raise ValueError(
            "tried_x and tried_y must have the same shape (n_tried,), with two trials or more, "
            f"got {tried_x.shape} and {tried_y.shape}."
        )
    if not all(np.isfinite(values).all() for values in (tried_x, tried_y, x)):
        raise ValueError("tried_x, tried_y and x must be finite, and they are not.")
    spread, middle, scale = np.ptp(tried_x) or 1.0, tried_y.mean(), tried_y.std() or 1.0
    kernel = Matern(0.3 * spread, (0.1 * spread, spread), nu=2.5) + WhiteKernel(0.01, (1e-4, 0.1))
    process = GaussianProcessRegressor(kernel)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # with few trials the likelihood is highest at a bound
        process.fit(tried_x[:, None], (tried_y - middle) / scale)
    mean, std = process.predict(x[:, None], return_std=True)
    return middle + scale * mean, scale * np.sqrt(np.maximum(std**2 - process.kernel_.k2.noise_level, 0))


def expected_improvement(mean: ArrayLike, std: ArrayLike, best: float) -> np.ndarray:
    """Return by how much a trial is expected to exceed the best score so far; falling short counts as 0.

    With z = (mean - best) / std it is (mean - best) Φ(z) + std φ(z), where Φ and φ are the distribution function and
    the density of the standard normal distribution (Jones, Schonlau and Welch, 1998). Where std is 0 it is
    max(mean - best, 0).

    Parameters
    ----------
    mean, std : array (n,)
        Expected score of each trial, and its standard deviation.
    best : float
        The best score so far.

    Returns
    -------
    ndarray (n,)
        Expected improvement of each trial.

    >>> expected_improvement([0.5], [0.1], 0.5).round(4)
    array([0.0399])
    """
    gain, std = np.asarray(mean, dtype=float) - best, np.asarray(std, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = gain / std
        return np.where(std > 0, gain * norm.cdf(z) + std * norm.pdf(z), np.maximum(gain, 0))
