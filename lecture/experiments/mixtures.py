"""Two classes of normally distributed points that share one covariance: the data of most experiments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from lecture.checks import one_of, real, whole

# The means are 1/i apart in dimension i, as in the original lecture's code, or 1, as its text says in places.
SEPARATIONS = ("falling", "equal")


@dataclass(frozen=True, eq=False)
class Mixture:
    """Two normal distributions with different means and the same covariance AᵀA.

    Attributes
    ----------
    means : array (2, d)
        Mean of each class.
    factor : array (d, d)
        The matrix A: a point is the mean of its class plus z A, with z standard normal.
    seed : int
        Seed of the points.
    """

    means: np.ndarray
    factor: np.ndarray
    seed: int

    def draw(self, counts: Sequence[int], part: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Return points in random order: X (n, d) and their classes y (n,), 0 or 1.

        Parameters
        ----------
        counts : pair of int
            Number of points of each class, one or more.
        part : int
            Which points to draw: 0 to train on, 1 to test on.
        """
        counts = [whole(n, "the number of points of a class", least=1) for n in counts]
        rng = np.random.default_rng([self.seed, 2, part])
        y = rng.permutation(np.repeat([0, 1], counts))
        return self.means[y] + rng.normal(size=(len(y), self.factor.shape[1])) @ self.factor, y

    @property
    def best_accuracy(self) -> float:
        """The highest accuracy that a classifier can have on balanced points.

        It is Φ(Δ/2), with the Mahalanobis distance Δ between the means.
        """
        gap = np.linalg.solve(self.factor.T, self.means[1] - self.means[0])
        return float(stats.norm.cdf(np.linalg.norm(gap) / 2))


def mixture(d: int, seed: int, *, scale: float = 1.0, separation: str = "falling") -> Mixture:
    """Return the `Mixture` of a seed.

    Parameters
    ----------
    d : int
        Number of dimensions.
    seed : int
        Seed of the covariance and of all points.
    scale : float
        Largest entry of the matrix A, above 0: its entries are uniform from 0 to ``scale``.
    separation : "falling" or "equal"
        Distance between the means: 1/i in dimension i = 1, 2, …, or 1 in each dimension.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    d, seed = whole(d, "d", least=1), whole(seed, "seed", least=0)
    if real(scale, "scale", least=0) == 0:
        raise ValueError("scale must be above 0: all points of a class would be the same.")
    one_of(separation, SEPARATIONS, "separation")
    gap = 1 / np.arange(1, d + 1) if separation == "falling" else np.ones(d)
    factor = scale * np.random.default_rng([seed, 1]).random((d, d))
    return Mixture(np.stack([np.zeros(d), gap]), factor, seed)


def describe_separation(separation: str) -> str:
    """Return in a sentence how far apart the means are, and what the original lecture says of it."""
    if separation == "falling":
        where = "1/i apart in dimension i, as in the original lecture's code; its text has 1 in every dimension"
    else:
        where = "1 apart in every dimension, as in the original lecture's text; its code has 1/i in dimension i"
    return f"The means are {where}."


def balanced_counts(n: int) -> tuple[int, int]:
    """Return how many of n points belong to each of two balanced classes; class 0 has one more where n is odd.

    >>> balanced_counts(5)
    (3, 2)
    """
    return n - n // 2, n // 2


def one_hot(y: ArrayLike) -> np.ndarray:
    """Return classes 0 and 1, (…, n), as one-hot rows (…, n, 2).

    Raises
    ------
    ValueError
        If only one class occurs.
    """
    y = np.asarray(y)
    if len(np.unique(y)) < 2:
        raise ValueError(f"labels must be of two classes, got {np.unique(y).tolist()} only.")
    return np.eye(2)[y]


class Points(NamedTuple):
    """Points to train and to test on, with an axis of seeds.

    Attributes
    ----------
    X, X_test : array (n_seeds, n, d)
        Points.
    y, y_test : array (n_seeds, n)
        Classes, 0 or 1.
    """

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    def encoded(self) -> dict[str, np.ndarray]:
        """Return the points by name with classes as one-hot rows, as `lecture.replicas.train` takes them."""
        return self._asdict() | {"y": one_hot(self.y), "y_test": one_hot(self.y_test)}


def train_test_points(n_train: int, n_test: int, d: int, seeds: Sequence[int], **settings) -> Points:
    """Return balanced points of each seed's own mixture.

    Parameters
    ----------
    n_train, n_test : int
        Number of points to train and to test on.
    d : int
        Number of dimensions.
    seeds : sequence of int
        Seeds of the mixtures and of their points.
    **settings
        Other arguments of `mixture`.
    """
    mixtures = [mixture(d, seed, **settings) for seed in seeds]
    drawn = [each.draw(balanced_counts(n), part) for part, n in enumerate((n_train, n_test)) for each in mixtures]
    X, y = zip(*drawn)
    n = len(mixtures)
    return Points(np.stack(X[:n]), np.stack(y[:n]), np.stack(X[n:]), np.stack(y[n:]))
