"""Two classes of normally distributed points that share one covariance: the data of most of the experiments."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import stats

from lecture.checks import one_of, real, whole

SEPARATIONS = (
    "falling",
    "equal",
)  # the means are 1/i apart in dimension i, as the original's code has it, or 1, as its text says in places


@dataclass(frozen=True, eq=False)
class Mixture:
    """Two normal distributions with means apart and one covariance AᵀA, A's entries uniform from 0 to ``scale``.

    Attributes
    ----------
    means : array (2, d)
    factor : array (d, d)
        A: a point is its class's mean plus z A with z standard normal.
    seed : int
    """

    means: np.ndarray
    factor: np.ndarray
    seed: int

    def draw(self, counts, part=0):
        """Return points in random order: X (n, d) and their classes y (n,), 0 or 1.

        Parameters
        ----------
        counts : pair of int
            How many of each class, one or more.
        part : int
            Another number gives other points: 0 to train, 1 to test.
        """
        counts = [whole(n, "the number of points of a class", least=1) for n in counts]
        rng = np.random.default_rng([self.seed, 2, part])
        y = rng.permutation(np.repeat([0, 1], counts))
        return self.means[y] + rng.normal(size=(len(y), self.factor.shape[1])) @ self.factor, y

    @property
    def best_accuracy(self):
        """The highest accuracy that any classifier has on balanced points: Φ(Δ/2), with the Mahalanobis distance Δ between the means."""
        gap = np.linalg.solve(self.factor.T, self.means[1] - self.means[0])
        return float(stats.norm.cdf(np.linalg.norm(gap) / 2))


def mixture(d, seed, *, scale=1.0, separation="falling"):
    """Return the `Mixture` of a seed.

    Parameters
    ----------
    d : int
        Dimensions.
    seed : int
        Of the covariance and of all points.
    scale : float
        Entries of A are drawn evenly from 0 to it; above 0.
    separation : "falling" or "equal"
        The means are 1/i apart in dimension i = 1, 2, …, or 1 in each.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    d, seed = whole(d, "d", least=1), whole(seed, "seed", least=0)
    if real(scale, "scale", least=0) == 0:
        raise ValueError("scale must be above 0: all points of a class would be the same.")
    one_of(separation, SEPARATIONS, "separation")
    gap = 1 / np.arange(1, d + 1) if separation == "falling" else np.ones(d)
    factor = scale * np.random.default_rng([seed, 1]).random((d, d))
    return Mixture(np.stack([np.zeros(d), gap]), factor, seed)


def separation_told(separation):
    """Say how far apart the means are, and what the original says of it."""
    if separation == "falling":
        return (
            "The means are 1/i apart in dimension i, as the original's code has it; its text says 1 in every dimension."
        )
    return "The means are 1 apart in every dimension, as the original's text says; its code has 1/i in dimension i."


def halves(n):
    """Return how many points of each class make n: equally many, class 0 one more where n is odd.

    >>> halves(5)
    (3, 2)
    """
    return n - n // 2, n // 2


def one_hot(y):
    """Return classes 0 and 1, (…, n), as rows (…, n, 2).

    Raises
    ------
    ValueError
        If there is one class only.
    """
    y = np.asarray(y)
    if len(np.unique(y)) < 2:
        raise ValueError(f"labels must be of two classes, got {np.unique(y).tolist()} only.")
    return np.eye(2)[y]


def parts(n_train, n_test, d, seeds, **settings):
    """Return balanced points of each seed's own mixture: X_train (n_seeds, n_train, d), y_train (n_seeds, n_train), X_test, y_test."""
    mixtures = [mixture(d, seed, **settings) for seed in seeds]
    drawn = [it.draw(halves(n), part) for part, n in enumerate((n_train, n_test)) for it in mixtures]
    X, y = zip(*drawn)
    n = len(mixtures)
    return np.stack(X[:n]), np.stack(y[:n]), np.stack(X[n:]), np.stack(y[n:])


@lru_cache(maxsize=8)
def ready(n_train, n_test, d, n_seeds):
    """Return `parts` of the seeds 0 to n_seeds - 1 as nets take them, in float32 with one-hot labels; kept, for who asks again and again."""
    X, y, X_test, y_test = parts(n_train, n_test, d, range(n_seeds))
    return tuple(np.asarray(it, dtype="float32") for it in (X, one_hot(y), X_test, one_hot(y_test)))
