"""Does PCA help a network where most of the input's dimensions say nothing?"""

import itertools
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from lecture.checks import one_of, real, whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import Points, balanced_counts, mixture, one_hot
from lecture.experiments.protocol import compare_like_the_original, describe_training, initial_weights, stacked, swept
from lecture.experiments.result import Sweep

TITLE = "Does PCA help a network where most of the input's dimensions say nothing?"
INFORMATIVE, N_TRAIN, N_TEST, SCALE = 10, 80, 500, 0.2
MIXINGS = {"rotation": "Mixed by a true rotation", "positive": "Mixed by positive numbers"}
NO_PCA = "no PCA"
CURVES = {NO_PCA: None, "PCA to 10": 10, "PCA to 5": 5, "PCA to 1": 1}
CLIFF_AT = BELOW, ABOVE = 100, 200  # dummy dimensions between which the original lecture's network broke down
HURTS = Hypothesis(
    "Dummy dimensions hurt a network.", "test accuracy without PCA, fewest dummy dimensions minus most", 0.05
)
HELPS = Hypothesis(
    "PCA to 10 dimensions helps where there are many.",
    "test accuracy with most dummy dimensions, PCA to 10 minus no PCA",
    0.05,
)
CLIFF = Hypothesis(
    "The network breaks down where dimensions outnumber points.",
    f"test accuracy without PCA, {BELOW} dummy dimensions minus {ABOVE}",
    0.1,
)
ONE = Hypothesis(
    "One dimension is too few.", "test accuracy with most dummy dimensions, PCA to 10 minus PCA to 1", 0.05
)
HYPOTHESES = (HURTS, HELPS, CLIFF, ONE)
PRESETS = {
    "short": dict(
        n_seeds=30,
        hidden=(20, 20),
        steps=200,
        dummies=(1, 100, 200, 1000),
        noise=0.1,
        separation="equal",
        mixings=("rotation",),
    ),
    "published": dict(
        n_seeds=30,
        hidden=(100, 100),
        steps=500,
        dummies=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000),
        noise=0.1,
        separation="equal",
        mixings=tuple(MIXINGS),
    ),
}
# inputs up to which networks are trained in one go, filled up with inputs that are 0: fewer programs to compile
TOGETHER = 256
PUBLISHED = {
    (NO_PCA, 100): 0.97,
    (NO_PCA, 200): 0.43,
    ("PCA to 10", 1000): 0.94,
    ("PCA to 10", 2000): 0.94,
    ("PCA to 5", 1000): 0.94,
    ("PCA to 5", 2000): 0.94,
    ("PCA to 1", 2000): 0.55,
}  # read off the original lecture's figure


def rotation(d: int, rng: np.random.Generator, rows: int | None = None) -> np.ndarray:
    """Return a random rotation of d dimensions (or one with a reflection): an orthogonal matrix (d, d), or some rows.

    All rotations are equally likely. It is the Q of a normally distributed matrix, with the signs that make R's
    diagonal positive: without them it would depend on how Q was computed
    ([Mezzadri, 2007](https://arxiv.org/abs/math-ph/0609050)).

    Parameters
    ----------
    d : int
        Number of dimensions.
    rng : numpy.random.Generator
        Source of randomness.
    rows : int, optional
        Number of rows to return, (rows, d); by default all.

    >>> Q = rotation(3, np.random.default_rng(0))
    >>> bool(np.allclose(Q @ Q.T, np.eye(3)))
    True
    """
    q, r = np.linalg.qr(rng.normal(size=(d, rows or d)))
    return (q * np.sign(np.diag(r))).T


def mixed_points(
    n_dummies: int, seed: int, *, noise: float = 0.1, mixing: str = "rotation", separation: str = "equal"
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return points with 10 informative dimensions and dummy ones, mixed.

    Parameters
    ----------
    n_dummies : int
        Number of dimensions that hold normal noise, the same for both classes.
    seed : int
        Seed of the points.
    noise : float
        Standard deviation of the dummy dimensions.
    mixing : "rotation" or "positive"
        Whether points are multiplied by a random rotation, which keeps all distances, or by a matrix of numbers from 0
        to 1, as in the original lecture, which stretches them: its largest singular value is about d / 2 for d
        dimensions, and the next about √(d / 3).
    separation : "equal" or "falling"
        Distance between the means, see `lecture.experiments.mixtures.mixture`.

    Returns
    -------
    X_train (80, 10 + n_dummies), y_train, X_test (500, 10 + n_dummies), y_test
        Arrays; coordinates in float32, as a network takes them.
    """
    classes = mixture(INFORMATIVE, seed, scale=SCALE, separation=separation)
    (X_train, y_train), (X_test, y_test) = (
        classes.draw(balanced_counts(n), part) for part, n in enumerate((N_TRAIN, N_TEST))
    )
    informative, d = np.concatenate([X_train, X_test]), INFORMATIVE + n_dummies
    rng = np.random.default_rng([seed, 4])
    if mixing == "rotation":
        # Noise that is the same in all directions stays so when it is rotated: it is enough to know where the
        # informative directions go, and to draw it in what is left.
        directions = rotation(d, rng, INFORMATIVE)
        around = noise * rng.normal(size=(len(informative), d))
        X = informative @ directions + around - (around @ directions.T) @ directions
    else:
        X = np.hstack([informative, noise * rng.normal(size=(len(informative), n_dummies))]) @ rng.random((d, d))
    X = X.astype("float32")
    return X[:N_TRAIN], y_train, X[N_TRAIN:], y_test


def project(X_train: np.ndarray, X_test: np.ndarray, n_components: int) -> tuple[np.ndarray, np.ndarray]:
    """Return both projected on the leading principal components of the training points: arrays (n, n_components).

    Parameters
    ----------
    X_train, X_test : array (n, d)
        Points.
    n_components : int
        Number of principal components.
    """
    mean = X_train.mean(axis=0, dtype=float)
    X_train, X_test = X_train - mean, X_test - mean
    # (n, n): smaller than the covariance where dimensions outnumber points
    values, vectors = np.linalg.eigh(X_train @ X_train.T)
    leading = vectors[:, : -n_components - 1 : -1] / np.sqrt(values[: -n_components - 1 : -1])
    directions = X_train.T @ leading  # (d, n_components), of length 1
    return X_train @ directions, X_test @ directions


@experiment(TITLE, PRESETS)
def run(
    *,
    dummies: Sequence[int],
    noise: float,
    mixings: Sequence[str],
    hidden: Sequence[int],
    steps: int,
    separation: str,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Train networks on points with dummy dimensions, as they are and on their principal components.

    There is a sweep for each way of mixing.

    Parameters
    ----------
    dummies : sequence of int, optional
        Numbers of dummy dimensions, 100 and 200 among them.
    noise : float, optional
        Standard deviation of the dummy dimensions: the original lecture says both 1 and "very low".
    mixings : sequence of str, optional
        Ways of mixing: "rotation", which decides the verdicts, and "positive" (see `mixed_points`) beside it.
    steps : int, optional
        Number of update steps, each on all 80 points.
    """
    dummies = swept(dummies, "dummies", partial(whole, what="a number of dummy dimensions", least=1), needed=CLIFF_AT)
    if "rotation" not in [one_of(mixing, MIXINGS, "mixing") for mixing in mixings]:
        raise ValueError(f"mixings must have 'rotation' among them, which decides the verdicts, got {mixings}.")
    draw = partial(seeds_points, seeds, noise=real(noise, "noise", least=0), separation=separation)
    fit = partial(held_out_accuracy, hidden, steps=steps, seeds=seeds, show=show)
    accuracy, projected = {}, {}
    for group in together(dummies):
        data = {(mixing, NO_PCA, n): draw(n, mixing) for mixing, n in itertools.product(mixings, group)}
        accuracy |= fit(data)
        for (mixing, _, n), points in data.items():
            projected |= {(mixing, curve, n): each for curve, each in projections(points).items()}
    accuracy |= fit(projected)
    curves = dict(zip(mixings, stacked(accuracy, mixings, CURVES, dummies)))
    sweeps = {mixing: dict(zip(CURVES, curves[mixing])) for mixing in mixings}
    trained = describe_training(("d", *hidden, 2), steps, N_TRAIN, batch_size=None, n_test=N_TEST)
    measured = {name: accuracy["rotation", *name] for name in itertools.product(CURVES, dummies)}
    return Findings(
        protocol=f"{trained} (published: 20). {INFORMATIVE} informative dimensions, covariance scale {SCALE:g}, "
        f"{separation} separation of the means, and dummy ones with normal noise of {noise:g}; PCA is fitted on the "
        "training points.",
        sweeps=tuple(
            Sweep(MIXINGS[mixing], dummies, "dummy dimensions", "test accuracy", each, log_x=True)
            for mixing, each in sweeps.items()
        ),
        verdicts=judge(curves["rotation"], dummies),
        compared=beside_published(PUBLISHED, measured, "{}, {} dummy dimensions", runs=1, reading=0.015, within=(0, 1)),
    )


def judge(accuracy: np.ndarray, dummies: Sequence[int]) -> tuple[Verdict, ...]:
    """Return the verdicts.

    Parameters
    ----------
    accuracy : array (4, n_dummies, n_seeds)
        Test accuracy for no PCA, PCA to 10, 5 and 1.
    dummies : sequence of int
        Numbers of dummy dimensions in increasing order, 100 and 200 among them.
    """
    none, ten, _, one = accuracy
    return (
        HURTS.judge(none[0] - none[-1]),
        HELPS.judge(ten[-1] - none[-1]),
        CLIFF.judge(none[dummies.index(BELOW)] - none[dummies.index(ABOVE)]),
        ONE.judge(ten[-1] - one[-1]),
    )


def together(dummies: Sequence[int]) -> list[list[int]]:
    """Return groups of numbers of dummy dimensions: those with few inputs, trained in one go, and each other alone."""
    few = [n for n in dummies if INFORMATIVE + n <= TOGETHER]
    return [group for group in (few, *([n] for n in dummies if n not in few)) if group]


def seeds_points(seeds: Sequence[int], n_dummies: int, mixing: str, **settings) -> Points:
    """Return `mixed_points` of all seeds."""
    with threadpool_limits(1):  # products this small take longer on several cores
        drawn = [mixed_points(n_dummies, seed, mixing=mixing, **settings) for seed in seeds]
    return Points(*map(np.stack, zip(*drawn)))


def projections(points: Points) -> dict[str, Points]:
    """Return the points of all seeds, projected on 10, 5 and 1 of each seed's principal components, by curve."""
    with threadpool_limits(1):
        pairs = [project(X, X_test, INFORMATIVE) for X, X_test in zip(points.X, points.X_test)]
    X, X_test = map(np.stack, zip(*pairs))
    return {
        curve: points._replace(X=X[..., :d], X_test=X_test[..., :d]) for curve, d in CURVES.items() if d is not None
    }


def held_out_accuracy(
    hidden: Sequence[int], data: Mapping[Any, Points], *, steps: int, seeds: Sequence[int], show: bool = False
) -> dict[Any, np.ndarray]:
    """Return the test accuracy (n_seeds,) of networks on data whose number of inputs may differ, by the data's name.

    All are trained together: an input that is always 0 changes nothing. So data are filled up with such inputs, while
    initial weights are those of a network without them.

    Parameters
    ----------
    hidden : sequence of int
        Units of each hidden layer.
    data : dict of hashable to Points
        Training and test points, equally many.
    steps : int
        Number of update steps, each on all training points.
    seeds : sequence of int
        Seeds of the networks.
    show : bool
        Whether to show a progress bar.
    """
    widest = max(points.X.shape[-1] for points in data.values())
    conditions = {}
    for name, points in data.items():
        kernel, *others = initial_weights((points.X.shape[-1], *hidden, 2), seeds)
        weights = [_filled(kernel, widest, axis=1), *others]
        conditions[name] = dict(X=_filled(points.X, widest, axis=2), y=one_hot(points.y), weights=weights)
    nets = compare_like_the_original(
        conditions, hidden=hidden, steps=steps, seeds=seeds, batch_size=None, record=(), show=show
    )
    answers = {name: nets[name].predict(_filled(points.X_test, widest, axis=2)) for name, points in data.items()}
    return {name: (answers[name].argmax(axis=-1) == points.y_test).mean(axis=1) for name, points in data.items()}


def _filled(values, size, axis):
    """An array (…) with zeros behind an axis up to a size."""
    missing = [(0, size - n if at == axis else 0) for at, n in enumerate(values.shape)]
    return np.pad(values, missing)
