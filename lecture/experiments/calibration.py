"""Whether a classifier is as sure as it is right, and what dividing its logits by a temperature does."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from lecture.checks import whole

N_BINS = 15
RANGE = 0.05, 50.0  # of temperatures
N_SAMPLES = 2000  # of the bootstrap
PERCENTILES = 2.5, 97.5


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


@dataclass(frozen=True, eq=False)
class Reliability:
    """How often a classifier is right, by how sure it is.

    Attributes
    ----------
    confidence, accuracy : array (n_used,)
        Mean confidence, and share of right answers, in each bin that holds answers; bins in rising order.
    low, high : array (n_used,)
        95% interval of that accuracy, in [0, 1].
    counts : array (n_used,)
        Answers in the bin.
    error : float
        Expected calibration error, in [0, 1].
    interval : tuple of float
        95% interval of the error.
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    low: np.ndarray
    high: np.ndarray
    counts: np.ndarray
    error: float
    interval: tuple[float, float]

    @property
    def over(self) -> float:
        """Mean confidence minus accuracy over all answers: above 0 for a classifier that is surer than it is right."""
        return float(np.average(self.confidence - self.accuracy, weights=self.counts))

    def describe(self) -> str:
        """Return the calibration error, its interval and the direction in a phrase.

        >>> reliability(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([[1, 0], [0, 1]])).describe()
        'calibration error 0.400 (95% interval 0.100 to 0.900), surer than right by 0.400'
        """
        way = "surer than right" if self.over >= 0 else "less sure than right"
        low, high = self.interval
        ends = f"95% interval {low:.3f} to {high:.3f}"
        return f"calibration error {self.error:.3f} ({ends}), {way} by {abs(self.over):.3f}"


def reliability(probabilities: np.ndarray, y: np.ndarray, *, n_bins: int = 10, seed: int = 0) -> Reliability:
    """Return how often answers are right whose confidence falls into each of some equally wide bins.

    The answers of several networks to the same images are taken together. Intervals are percentiles of 2,000 bootstrap
    samples of the images; an image stays together with all answers to it.

    Parameters
    ----------
    probabilities : array (n, n_classes) or (n_networks, n, n_classes)
        Outputs of a softmax.
    y : array (n, n_classes)
        True labels, one-hot rows.
    n_bins : int
        Number of bins from 0 to 1, at least 1.
    seed : int
        Seed of the bootstrap.

    Raises
    ------
    ValueError
        If there are no images, the shapes do not go together, ``n_bins`` is not positive, or a number is no
        probability.
    """
    whole(n_bins, "n_bins", least=1)
    P, y = np.asarray(probabilities, dtype=float), np.asarray(y)
    if P.ndim not in (2, 3) or P.shape[-2:] != y.shape or not y.size:
        raise ValueError(
            f"probabilities must have shape (n, n_classes) or (n_networks, n, n_classes) like y, got {P.shape} and "
            f"{y.shape}."
        )
    if not (P.min() >= 0 and P.max() <= 1 + 1e-6):  # also NaN
        raise ValueError(f"probabilities must lie between 0 and 1, got {P.min():.3g} to {P.max():.3g}.")
    P = P.reshape(-1, *y.shape)
    sure, right = P.max(axis=-1), P.argmax(axis=-1) == y.argmax(axis=-1)  # (n_networks, n)
    bins = np.minimum((sure * n_bins).astype(int), n_bins - 1)
    held = bins[..., None] == np.arange(n_bins)  # (n_networks, n, n_bins)
    n_held, n_right, total = (
        (held * weight[..., None]).sum(axis=0) for weight in (np.ones_like(sure), right, sure)
    )  # of each image, (n, n_bins)

    def measured(times):
        """Mean confidence and accuracy of each bin, and the error, if each image counts so many times."""
        held, right, total_sure = times @ n_held, times @ n_right, times @ total
        with np.errstate(invalid="ignore"):  # a bin that holds none
            means = total_sure / held, right / held
        return *means, np.abs(total_sure - right).sum(axis=-1) / (len(P) * len(y))

    confidence, accuracy, error = measured(np.ones(len(y)))
    times = np.random.default_rng(seed).multinomial(len(y), np.full(len(y), 1 / len(y)), size=N_SAMPLES)
    _, drawn, errors = measured(times.astype(float))
    counts = n_held.sum(axis=0)
    used = counts > 0
    low, high = np.nanpercentile(drawn[:, used], PERCENTILES, axis=0)
    least, most = np.percentile(errors, PERCENTILES)
    ends = float(least), float(most)
    return Reliability(confidence[used], accuracy[used], low, high, counts[used].astype(int), float(error), ends)
