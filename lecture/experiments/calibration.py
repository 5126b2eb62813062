"""Whether a classifier is as sure as it is right, and what dividing its logits by a temperature does."""

import numpy as np
from scipy import optimize, special

N_BINS = 15
RANGE = 0.05, 50.0  # of temperatures


def cross_entropy(logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the mean cross-entropy of logits (…, n, n_classes) with one-hot labels (n, n_classes): (…,).

    >>> cross_entropy(np.zeros((1, 2)), np.array([[1, 0]])).round(3)  # log 2
    np.float64(0.693)
    """
    return -(y * special.log_softmax(np.asarray(logits, dtype=float), axis=-1)).sum(axis=-1).mean(axis=-1)


def calibration_error(logits: np.ndarray, y: np.ndarray) -> float:
    """Return the expected calibration error: how far accuracy and confidence are apart, on average over all examples.

    Examples are sorted into 15 bins by their confidence, which is the largest probability; the difference between mean
    confidence and accuracy in each bin counts by the number of its examples (Guo et al., 2017, equation 3).

    Parameters
    ----------
    logits : array (n, n_classes)
        Inputs of the softmax.
    y : array (n, n_classes)
        True labels, one-hot rows.

    >>> sure = np.array([[9.0, -9.0], [9.0, -9.0]])
    >>> round(calibration_error(sure, np.array([[1, 0], [0, 1]])), 3)  # sure of both, right in one
    0.5
    """
    probabilities = special.softmax(np.asarray(logits, dtype=float), axis=1)
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == np.argmax(y, axis=1)
    bins = np.minimum((confidence * N_BINS).astype(int), N_BINS - 1)
    apart = np.bincount(bins, confidence - right, minlength=N_BINS)
    return float(np.abs(apart).sum() / len(y))


def best_temperature(logits: np.ndarray, y: np.ndarray) -> float:
    """Return the number to divide logits by that makes their cross-entropy least (Guo et al., 2017).

    Classes stay as they were: dividing all logits by one number does not change which is largest.

    Parameters
    ----------
    logits : array (n, n_classes)
        Inputs of the softmax, for examples on which nothing else is measured.
    y : array (n, n_classes)
        True labels, one-hot rows.
    """

    def loss(log_temperature):
        return cross_entropy(logits / np.exp(log_temperature), y)

    return float(np.exp(optimize.minimize_scalar(loss, bounds=np.log(RANGE), method="bounded").x))
