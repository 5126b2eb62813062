"""Does any non-linear function do as an activation?"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike
from sklearn.datasets import make_moons

from lecture.checks import one_of, real, whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import Points
from lecture.experiments.protocol import compare_like_the_original, describe_training, train_like_the_original
from lecture.experiments.result import Sweep
from lecture.replicas import Replicas

TITLE = "Does any non-linear function do as an activation?"
FUNCTIONS = {  # the original lecture speaks of seven and tries six: the sigmoid of its other experiments is added
    "relu": tf.nn.relu,
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "square": tf.square,
    "sin": tf.sin,
    "sign": tf.sign,
    "identity": tf.identity,
}
LINEAR = Hypothesis(
    "A network with the identity does worse than one with ReLU.", "test accuracy with relu minus identity", 0.05
)
USUAL = Hypothesis(
    "The usual activations do better than odd ones.",
    "test accuracy, mean of relu and tanh minus mean of square and sin",
    0.01,
)
SIGN = Hypothesis("The sign falls behind.", "test accuracy with relu minus sign", 0.01)
ALL = Hypothesis(
    "Every smooth bend will do: sigmoid is as good.", "test accuracy with relu minus sigmoid", 0.02, absent=True
)
HYPOTHESES = (LINEAR, USUAL, SIGN, ALL)
PRESETS = {
    "short": dict(n_seeds=30, hidden=(30, 30), steps=500, noise=0.1),
    "published": dict(n_seeds=100, hidden=(30, 30), steps=800, noise=0.1),
}
N_TRAIN, N_TEST = 400, 1000
N_RECORDED = 8
PUBLISHED = {"relu": 1.0, "tanh": 1.0, "square": 1.0, "sin": 1.0, "sign": 0.977, "identity": 0.89}


def moons(n: int, seed: int, noise: float = 0.1, part: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return points on two interleaved half circles, X (n, 2), and which of them each lies on, y (n,).

    Parameters
    ----------
    n : int
        Number of points.
    seed : int
        Seed of the points.
    noise : float
        Standard deviation of the distance from the half circles, whose radius is 1.
    part : int
        Which points to draw: 0 to train on, 1 to test on.
    """
    return make_moons(n, noise=noise, random_state=np.random.RandomState([seed, part]))


def moon_points(seeds: Sequence[int], noise: float) -> Points:
    """Return `moons` of each seed, 400 to train and 1000 to test on."""
    parts = ([moons(n, seed, noise, part) for seed in seeds] for part, n in enumerate((N_TRAIN, N_TEST)))
    return Points(*(np.stack(values) for drawn in parts for values in zip(*drawn)))


def train_with(
    activation: str, X: ArrayLike, y: ArrayLike, *, hidden: Sequence[int] = (30, 30), **settings
) -> Replicas:
    """Train networks with one activation.

    Parameters
    ----------
    activation : str
        A key of ``FUNCTIONS``.
    X, y : arrays
        Training examples, as for `lecture.replicas.train`.
    hidden : sequence of int
        Units of each hidden layer.
    **settings
        Other arguments of `lecture.replicas.train`, ``steps`` and ``seeds`` among them.
    """
    function = FUNCTIONS[one_of(activation, FUNCTIONS, "activation")]
    return train_like_the_original(hidden, X, y, activation=function, **settings)


@experiment(TITLE, PRESETS)
def run(*, noise: float, hidden: Sequence[int], steps: int, seeds: Sequence[int], show: bool) -> Findings:
    """Train networks on two moons, with each of seven activations.

    Parameters
    ----------
    noise : float, optional
        Standard deviation of the points' distance from the moons, from 0 upwards.
    """
    points = moon_points(seeds, real(noise, "noise", least=0))
    common = dict(hidden=hidden, steps=whole(steps, "steps", least=1), seeds=seeds, show=show)
    nets = compare_like_the_original(
        {name: dict(activation=function) for name, function in FUNCTIONS.items()},
        **points.encoded(),
        **common,
        record={max(1, round(steps * at / N_RECORDED)) for at in range(1, N_RECORDED + 1)},
    )
    curves = {name: each.test_accuracy for name, each in nets.items()}
    test = {name: curve[-1] for name, curve in curves.items()}
    training = [each.accuracy[-1] for each in nets.values()]
    ends = {"test": np.stack(list(test.values())), "training": np.stack(training)}
    recorded = tuple(nets["relu"].steps.tolist())
    trained = describe_training((2, *hidden, 2), steps, N_TRAIN, units="each activation", n_test=N_TEST)
    return Findings(
        protocol=f"{trained} (published: 100); the points lie on two moons with noise {noise:g}.",
        sweeps=(
            Sweep("After the last step", tuple(FUNCTIONS), "activation", "accuracy", ends),
            Sweep("On the way", recorded, "step", "test accuracy", curves),
        ),
        verdicts=judge(test),
        compared=beside_published(PUBLISHED, test, "{}", runs=3, within=(0, 1)),
    )


def judge(accuracy: dict[str, np.ndarray]) -> tuple[Verdict, ...]:
    """Return the verdicts on test accuracies in the end, a dict of activation to array (n_seeds,)."""
    return (
        LINEAR.judge(accuracy["relu"] - accuracy["identity"]),
        USUAL.judge((accuracy["relu"] + accuracy["tanh"] - accuracy["square"] - accuracy["sin"]) / 2),
        SIGN.judge(accuracy["relu"] - accuracy["sign"]),
        ALL.judge(accuracy["relu"] - accuracy["sigmoid"]),
    )
