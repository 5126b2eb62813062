"""What happens where a model has as many parameters as images, and beyond?"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from threadpoolctl import threadpool_limits

from lecture.checks import real, whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import Images, describe_images, digits
from lecture.experiments.judgement import Hypothesis, Verdict
from lecture.experiments.protocol import swept
from lecture.experiments.result import Sweep

TITLE = "What happens where a model has as many parameters as images, and beyond?"
TRUE, NOISY, PENALIZED = CURVES = ("true labels", "noisy labels", "noisy labels, with a penalty")
HALF, EQUAL = 0.5, 1  # features for each training image
PEAKS = Hypothesis(
    "The error on new images rises to a peak where there are as many features as images.",
    "share of errors on new images, true labels, as many features as images minus half as many",
    0.05,
)
DESCENDS = Hypothesis(
    "Beyond the peak it falls again.",
    "share of errors on new images, true labels, as many features as images minus the most features",
    0.05,
)
BETTER = Hypothesis(
    "The second descent ends below the first.",
    "share of errors on new images, true labels, lowest mean of fewer features than images minus the most features",
    0.01,
)
NOISE = Hypothesis(
    "Noisy labels make the rise to the peak larger.",
    "share of errors on new images, as many features as images minus half as many, noisy labels minus true ones",
    0.05,
)
SIZES = Hypothesis(
    "At the peak the weights are large.",
    "log₁₀ of the norm of the weights, noisy labels, as many features as images minus the most features",
    0.5,
)
CURED = Hypothesis(
    "A small penalty removes the peak.",
    "share of errors on new images, noisy labels, as many features as images, without a penalty minus with one",
    0.05,
)
HYPOTHESES = (PEAKS, DESCENDS, BETTER, NOISE, SIZES, CURED)
_SETTINGS = dict(n_seeds=10, noise=0.2, penalty=0.1)
PRESETS = {
    "short": dict(n_images=200, ratios=(0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 5, 20), **_SETTINGS),
    "published": dict(
        n_images=1000, ratios=(0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 5, 20), **_SETTINGS
    ),
}
N_POOL, N_TEST = 6000, 1000
SHARPNESS = 3.0  # standard deviation of a feature's input, in units of the root mean square of an image's pixels


@experiment(TITLE, PRESETS)
def run(
    *, ratios: Sequence[float], n_images: int, noise: float, penalty: float, seeds: Sequence[int], show: bool
) -> Findings:
    """Fit random features by least squares, with fewer features than images and with more.

    A model has one hidden layer of ReLUs whose weights are drawn once and stay as they are; only the output's weights
    are fitted. There they are the weights of least norm among those that fit best
    ([Belkin et al., 2019](https://doi.org/10.1073/pnas.1903070116)), and for comparison those with an L2 penalty. A
    model says whether an image is of the first five classes or of the others.

    Parameters
    ----------
    ratios : sequence of float, optional
        Numbers of features for each training image; 0.5 and 1 must be among them: the hypotheses are about those.
    n_images : int, optional
        Number of training images.
    noise : float, optional
        Share of the noisy labels that are flipped.
    penalty : float, optional
        Strength of the penalty, as a share of the mean squared length of an image's features.
    """
    ratios = swept(ratios, "ratios", partial(real, what="a ratio", least=0), needed=(HALF, EQUAL))
    whole(n_images, "n_images", least=2, most=N_POOL)
    real(noise, "noise", least=0, most=1)
    real(penalty, "penalty", least=0)
    images, name = digits(N_POOL, N_TEST)
    widths = tuple(max(1, round(ratio * n_images)) for ratio in ratios)
    of_seed = partial(measured, images, widths, n_images=n_images, noise=noise, penalty=penalty)
    with threadpool_limits(1):  # decompositions this small take longer on several cores
        found = np.stack([of_seed(seed) for seed in seeds], axis=-1)
    new, training, sizes = (dict(zip(CURVES, each)) for each in np.moveaxis(found, 2, 0))
    return Findings(
        protocol=f"{n_images:,} images for each seed, of the first five classes or of the others, and {N_TEST:,} others"
        f" to test; ReLU features with random weights; the output's weights are those of least norm among the least "
        f"squares fits, or have an L2 penalty of {penalty:g}. Of the noisy labels {noise:.0%} are flipped."
        f"{describe_images(name)}",
        sweeps=(
            Sweep("New images", widths, "features", "share of errors", new, log_x=True),
            Sweep("Training images", widths, "features", "share of errors", training, log_x=True),
            Sweep("Size of the weights", widths, "features", "log₁₀ of their norm", sizes, log_x=True),
        ),
        verdicts=judge(new, sizes, ratios),
    )


def judge(errors: dict[str, np.ndarray], sizes: dict[str, np.ndarray], ratios: Sequence[float]) -> tuple[Verdict, ...]:
    """Return the verdicts.

    Parameters
    ----------
    errors, sizes : dict of str to array (n_ratios, n_seeds)
        Share of errors on new images, and log₁₀ of the norm of the weights, for each of ``CURVES``.
    ratios : sequence of float
        Features for each training image in increasing order, 0.5 and 1 among them.
    """
    half, equal = (list(ratios).index(ratio) for ratio in (HALF, EQUAL))
    true, noisy = errors[TRUE], errors[NOISY]
    first = true[true[:equal].mean(axis=1).argmin()]
    return (
        PEAKS.judge(true[equal] - true[half]),
        DESCENDS.judge(true[equal] - true[-1]),
        BETTER.judge(first - true[-1]),
        NOISE.judge((noisy[equal] - noisy[half]) - (true[equal] - true[half])),
        SIZES.judge(sizes[NOISY][equal] - sizes[NOISY][-1]),
        CURED.judge(noisy[equal] - errors[PENALIZED][equal]),
    )


def measured(
    images: Images, widths: Sequence[int], seed: int, *, n_images: int, noise: float, penalty: float
) -> np.ndarray:
    """Return what one seed's models are like, (3 curves, n_widths, 3).

    For each of ``CURVES`` and each width: the share of errors on new images, that on the training images, with the
    labels that were fitted, and log₁₀ of the norm of the weights. Narrower models have the first features of wider
    ones.

    Parameters
    ----------
    images : Images
        A pool of training images, and test images.
    widths : sequence of int
        Numbers of features.
    n_images : int
        Number of training images, drawn from the pool.
    noise : float
        Share of the noisy labels that are flipped.
    penalty : float
        Strength of the penalty.
    seed : int
        Seed of the images, the flipped labels and the features.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(images.X))[:n_images]
    true = sides(images.y[chosen])
    flipped = rng.permutation(n_images) < round(noise * n_images)
    labels = np.stack([true, np.where(flipped, -true, true), np.where(flipped, -true, true)], axis=1)
    X, X_test = features(images.X[chosen], images.X_test, max(widths), rng)
    answers = sides(images.y_test)
    found = []
    for width in widths:
        A, B = X[:, :width] / np.sqrt(width), X_test[:, :width] / np.sqrt(width)
        weights = np.column_stack([least_norm(A, labels[:, :2]), penalized(A, labels[:, 2], penalty)])
        new = (np.sign(B @ weights) != answers[:, None]).mean(axis=0)
        training = (np.sign(A @ weights) != labels).mean(axis=0)
        found.append([new, training, np.log10(np.linalg.norm(weights, axis=0))])
    return np.moveaxis(np.array(found), 2, 0)


def features(X: np.ndarray, X_test: np.ndarray, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return n random ReLU features of training and test images: arrays (n_images, n) and (n_test, n).

    Parameters
    ----------
    X, X_test : arrays (n_images, n_pixels) and (n_test, n_pixels)
        Images; the mean of the training images is taken off.
    n : int
        Number of features.
    rng : numpy.random.Generator
        Source of the features' weights.
    """
    mean = X.mean(axis=0)
    W = rng.normal(size=(X.shape[1], n)) * SHARPNESS / np.sqrt(X.shape[1])
    return np.maximum((X - mean) @ W, 0), np.maximum((X_test - mean) @ W, 0)


def least_norm(A: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the weights of least norm among those that minimize the squared error of A @ weights: (n_features, …).

    Parameters
    ----------
    A : array (n, n_features)
        Features.
    Y : array (n, …)
        What to fit.
    """
    return np.linalg.lstsq(A, Y, rcond=None)[0]


def penalized(A: np.ndarray, y: np.ndarray, strength: float) -> np.ndarray:
    """Return the weights that minimize |A w - y|² + λ |w|²: (n_features,), where λ is a share of the mean of |a|².

    They are Aᵀ(A Aᵀ + λ)⁻¹ y, which takes a system of n equations however many features there are.

    Parameters
    ----------
    A : array (n, n_features)
        Features, rows a.
    y : array (n,)
        What to fit.
    strength : float
        Share of the mean of |a|², above 0.
    """
    K = A @ A.T
    return A.T @ np.linalg.solve(K + strength * np.trace(K) / len(K) * np.eye(len(K)), y)


def sides(y: np.ndarray) -> np.ndarray:
    """Return -1 for one-hot labels of the first five of ten classes, and 1 for the others: (n,)."""
    return np.where(y.argmax(axis=1) < y.shape[1] / 2, -1.0, 1.0)
