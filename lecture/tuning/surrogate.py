"""Bayesian optimization over one hyperparameter, in the open: a Gaussian process through what was tried, and where to look next."""

import warnings

import numpy as np
from scipy.stats import norm
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern, WhiteKernel


def surrogate(tried_x, tried_y, x):
    """Return what a Gaussian process, fitted to some trials, believes of the score at other places.

    Its kernel is Matérn's with ν = 5/2 (Snoek, Larochelle and Adams, 2012) plus noise; length scale and noise maximize
    the likelihood of the trials, within bounds.

    Parameters
    ----------
    tried_x, tried_y : array (n_tried,)
        The trials, two or more, and their scores. Distances between the values should mean something: hand in the
        logarithm of a learning rate.
    x : array (n,)
        Where to predict.

    Returns
    -------
    mean, std : ndarray (n,)
        Of the score itself, without the noise of another trial.

    Raises
    ------
    ValueError
        If there are fewer than two trials, they do not agree in number, or a number is not finite.
    """
    tried_x, tried_y, x = (np.asarray(values, dtype=float) for values in (tried_x, tried_y, x))
    if tried_x.ndim != 1 or tried_x.shape != tried_y.shape or len(tried_x) < 2:
        raise ValueError(
            f"tried_x and tried_y must have the same shape (n_tried,), with two trials or more, got {tried_x.shape} and {tried_y.shape}."
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


def expected_improvement(mean, std, best):
    """Return by how much a trial is expected to exceed the best score so far, where it falls short counting as 0.

    With z = (mean - best) / std that is (mean - best) Φ(z) + std φ(z), Φ and φ being the distribution and the density
    of the standard normal distribution (Jones, Schonlau and Welch, 1998); without uncertainty it is max(mean - best,
    0).

    Parameters
    ----------
    mean, std : array (n,)
        What is believed of the score.
    best : float
        The best score so far.

    Returns
    -------
    ndarray (n,)

    >>> expected_improvement([0.5], [0.1], 0.5).round(4)
    array([0.0399])
    """
    gain, std = np.asarray(mean, dtype=float) - best, np.asarray(std, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = gain / std
        return np.where(std > 0, gain * norm.cdf(z) + std * norm.pdf(z), np.maximum(gain, 0))
