"""Does PCA help a net where most of the input's dimensions say nothing?"""

import time
from itertools import product

import keras
import numpy as np
from threadpoolctl import threadpool_limits

from lecture.checks import one_of, real, whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import halves, mixture, one_hot
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep
from lecture.replicas import initial
from lecture.replicas.net import Net

TITLE = "Does PCA help a net where most of the input's dimensions say nothing?"
INFORMATIVE, N_TRAIN, N_TEST, SCALE = 10, 80, 500, 0.2
MIXINGS = ("rotation", "positive")
CURVES = {None: "no PCA", 10: "PCA to 10", 5: "PCA to 5", 1: "PCA to 1"}
BELOW, ABOVE = 100, 200  # dummy dimensions between which the original's net broke down
HURTS = Hypothesis(
    "Dummy dimensions hurt a net.", "test accuracy without PCA, fewest dummy dimensions minus most", 0.05
)
HELPS = Hypothesis(
    "PCA to 10 dimensions helps where there are many.",
    "test accuracy with most dummy dimensions, PCA to 10 minus no PCA",
    0.05,
)
CLIFF = Hypothesis(
    "The net breaks down where dimensions outnumber points.",
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
        mixings=MIXINGS,
    ),
}
TOGETHER = (
    256  # inputs up to which nets are trained in one go, filled up with inputs that are 0: fewer programs to compile
)
THEN = {
    (None, 100): 0.97,
    (None, 200): 0.43,
    (10, 1000): 0.94,
    (10, 2000): 0.94,
    (5, 1000): 0.94,
    (5, 2000): 0.94,
    (1, 2000): 0.55,
}  # read off the original's figure


def rotation(d, rng, rows=None):
    """Return a rotation of d dimensions (or one with a reflection), all equally likely: an orthogonal matrix (d, d), or its first rows (rows, d).

    The Q of a normally distributed matrix, with the signs that make R's diagonal positive: without them it would depend
    on how Q was worked out ([Mezzadri, 2007](https://arxiv.org/abs/math-ph/0609050)).

    Parameters
    ----------
    d : int
    rng : numpy.random.Generator
    rows : int, optional

    >>> Q = rotation(3, np.random.default_rng(0))
    >>> bool(np.allclose(Q @ Q.T, np.eye(3)))
    True
    """
    q, r = np.linalg.qr(rng.normal(size=(d, rows or d)))
    return (q * np.sign(np.diag(r))).T


def points(n_dummies, seed, *, noise=0.1, mixing="rotation", separation="equal"):
    """Return points with 10 informative dimensions and dummy ones, mixed.

    Parameters
    ----------
    n_dummies : int
        Dimensions that hold normal noise, the same for both classes.
    seed : int
    noise : float
        The dummy dimensions' standard deviation.
    mixing : "rotation" or "positive"
        Points are multiplied by a random rotation, which keeps all distances, or by a matrix of numbers from 0 to 1, as
        in the original, which stretches them: its largest singular value is about d / 2 for d dimensions, and the next
        about √(d / 3).
    separation : "equal" or "falling"
        Of the means, see `lecture.experiments.mixtures.mixture`.

    Returns
    -------
    X_train (80, 10 + n_dummies), y_train, X_test (500, 10 + n_dummies), y_test
        Arrays; coordinates in float32, as a net takes them.
    """
    it = mixture(INFORMATIVE, seed, scale=SCALE, separation=separation)
    (X_train, y_train), (X_test, y_test) = (it.draw(halves(n), part) for part, n in enumerate((N_TRAIN, N_TEST)))
    informative, d = np.concatenate([X_train, X_test]), INFORMATIVE + n_dummies
    rng = np.random.default_rng([seed, 4])
    if mixing == "rotation":
        # Noise that is the same in all directions stays so when it is turned: it is enough to know where the
        # informative directions go, and to draw it in what is left.
        directions = rotation(d, rng, INFORMATIVE)
        around = noise * rng.normal(size=(len(informative), d))
        X = informative @ directions + around - (around @ directions.T) @ directions
    else:
        X = np.hstack([informative, noise * rng.normal(size=(len(informative), n_dummies))]) @ rng.random((d, d))
    X = X.astype("float32")
    return X[:N_TRAIN], y_train, X[N_TRAIN:], y_test


def project(X_train, X_test, n_components):
    """Return both on the leading principal components of the training points: arrays (n, n_components).

    Parameters
    ----------
    X_train, X_test : array (n, d)
    n_components : int
    """
    mean = X_train.mean(axis=0, dtype=float)
    X_train, X_test = X_train - mean, X_test - mean
    values, vectors = np.linalg.eigh(
        X_train @ X_train.T
    )  # (n, n): smaller than the covariance where dimensions outnumber points
    leading = vectors[:, : -n_components - 1 : -1] / np.sqrt(values[: -n_components - 1 : -1])
    directions = X_train.T @ leading  # (d, n_components), of length 1
    return X_train @ directions, X_test @ directions


def run(
    *,
    hidden=None,
    steps=None,
    dummies=None,
    noise=None,
    mixings=None,
    separation=None,
    n_seeds=None,
    preset="short",
    show=True,
):
    """Train nets on points with dummy dimensions, as they are and on their principal components.

    Parameters
    ----------
    hidden : sequence of int, optional
    steps : int, optional
        Updates, each on all 80 points.
    dummies : sequence of int, optional
        Dummy dimensions, 100 and 200 among them.
    noise : float, optional
        Their standard deviation: the original says both 1 and "very low".
    mixings : sequence of str, optional
        "rotation", by which the hypotheses are judged, and "positive" (see `points`) beside it.
    separation : "equal" or "falling", optional
    n_seeds : int, optional
    preset : "short" or "published"
    show : bool
        A bar.

    Returns
    -------
    Result
        With a panel for each way of mixing.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(
        PRESETS,
        preset,
        n_seeds,
        hidden=hidden,
        steps=steps,
        dummies=dummies,
        noise=noise,
        separation=separation,
        mixings=mixings,
    )
    dummies, seeds, mixings = (
        sorted({whole(n, "a number of dummy dimensions", least=1) for n in own.dummies}),
        own.seeds,
        [one_of(it, MIXINGS, "mixing") for it in own.mixings],
    )
    if not {BELOW, ABOVE} <= set(dummies):
        raise ValueError(f"dummies must have {BELOW} and {ABOVE} among them, got {own.dummies}.")
    if "rotation" not in mixings:
        raise ValueError(f"mixings must have 'rotation' among them, by which the hypotheses are judged, got {mixings}.")
    real(own.noise, "noise", least=0)
    accuracy = np.empty((len(CURVES), len(mixings), len(dummies), len(seeds)))
    projected = {}
    few = [n for n in dummies if INFORMATIVE + n <= TOGETHER]
    for group in filter(None, (few, *([n] for n in dummies if n not in few))):
        keys = list(product(mixings, group, seeds))
        with threadpool_limits(1):  # products this small take longer on several cores
            data = [
                points(n, seed, noise=own.noise, mixing=mixing, separation=own.separation) for mixing, n, seed in keys
            ]
            on_components = [project(X, X_test, INFORMATIVE) for X, _, X_test, _ in data]
        found = held_out(own.hidden, data, own.steps, [key[-1] for key in keys], show=show)
        accuracy[0][:, [dummies.index(n) for n in group]] = found.reshape(len(mixings), len(group), len(seeds))
        for key, (_, y, _, y_test), (P, P_test) in zip(keys, data, on_components):
            for d in tuple(CURVES)[1:]:
                projected[d, *key] = P[:, :d], y, P_test[:, :d], y_test
    keys = list(product(tuple(CURVES)[1:], mixings, dummies, seeds))
    accuracy[1:] = held_out(
        own.hidden, [projected[key] for key in keys], own.steps, [key[-1] for key in keys], show=show
    ).reshape(accuracy[1:].shape)
    rotated = accuracy[:, mixings.index("rotation")]
    named = {"rotation": "Mixed by a true rotation", "positive": "Mixed by positive numbers"}
    sweeps = tuple(
        Sweep(
            named[mixing],
            tuple(dummies),
            "dummy dimensions",
            "test accuracy",
            dict(zip(CURVES.values(), accuracy[:, at])),
            log_x=True,
        )
        for at, mixing in enumerate(mixings)
    )
    compared = tuple(
        Compared(
            f"{CURVES[d]}, {n} dummy dimensions",
            then,
            1,
            rotated[list(CURVES).index(d), dummies.index(n)],
            reading=0.015,
        )
        for (d, n), then in THEN.items()
        if n in dummies
    )
    return Result(
        "pca",
        TITLE,
        preset,
        f"{INFORMATIVE} informative dimensions ({own.separation} separation of the means, covariance scale {SCALE:g}) and dummy ones with normal noise of {own.noise:g};"
        f" {N_TRAIN} points to train, {N_TEST} others to test (published: 20); {'-'.join(map(str, own.hidden))} sigmoid units, {own.steps} full-batch steps of Adam at 0.003; PCA fitted on the training points."
        " A short run takes layers of 20 units instead of 100, 200 steps instead of 500, four numbers of dummy dimensions instead of eleven, and leaves out the mixing by positive numbers.",
        seeds,
        sweeps,
        judge(rotated, dummies),
        compared,
        time.perf_counter() - start,
    )


def judge(accuracy, dummies):
    """Return the verdicts.

    Parameters
    ----------
    accuracy : array (4, n_dummies, n_seeds)
        On test points, for no PCA, PCA to 10, 5 and 1.
    dummies : list of int
        In increasing order, 100 and 200 among them.
    """
    none, ten, _, one = accuracy
    return (
        HURTS.judge(none[0] - none[-1]),
        HELPS.judge(ten[-1] - none[-1]),
        CLIFF.judge(none[dummies.index(BELOW)] - none[dummies.index(ABOVE)]),
        ONE.judge(ten[-1] - one[-1]),
    )


def held_out(hidden, data, steps, seeds, *, show=False):
    """Return the test accuracy of nets whose inputs may differ in number, an array (n,).

    An input that is always 0 changes nothing: data are filled up with such, while first weights are those of a net
    without them.

    Parameters
    ----------
    hidden : sequence of int
    data : sequence of n (X_train, y_train, X_test, y_test)
        With as many points each.
    steps : int
        Updates, each on all training points.
    seeds : sequence of n int
    show : bool
    """
    widest = max(it[0].shape[1] for it in data)
    wider = lambda points: np.pad(points, ((0, 0), (0, widest - points.shape[1])))
    glorot = [keras.initializers.GlorotUniform()]
    first, filled = [], []
    for (X, y, X_test, y_test), seed in zip(data, seeds):
        kernel, *others = (
            it[0] for it in initial.weights(Net((X.shape[1], *hidden, 2), None, None), [seed], glorot, glorot)
        )
        first.append(
            [wider(kernel.T).T, *(it if at % 2 else it[0] for at, it in enumerate(others))]
        )  # biases as vectors
        filled.append((wider(X), y, wider(X_test), y_test))
    X, y, X_test, y_test = (np.stack(it) for it in zip(*filled))
    nets = trained(
        hidden,
        X,
        one_hot(y),
        steps=steps,
        seeds=seeds,
        batch_size=None,
        weights=[np.stack(it) for it in zip(*first)],
        record=[steps],
        show=show,
    )
    return (nets.predict(X_test).argmax(axis=-1) == y_test).mean(axis=1)
