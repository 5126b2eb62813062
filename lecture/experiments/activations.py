"""Does any non-linear function do as an activation?"""

import time
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import tensorflow as tf
from sklearn.datasets import make_moons

from lecture.checks import one_of, real, whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import one_hot
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep

TITLE = "Does any non-linear function do as an activation?"
FUNCTIONS = {  # the original says seven and tries six: sigmoid, which its other experiments use, is added
    "relu": tf.nn.relu,
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "square": tf.square,
    "sin": tf.sin,
    "sign": tf.sign,
    "identity": tf.identity,
}
LINEAR = Hypothesis(
    "A net with the identity does worse than one with ReLU.", "test accuracy with relu minus identity", 0.05
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
RECORDED = 8  # times on the way
SIDE = 32  # places a side at which a decision is asked for
WINDOW = (-1.6, 2.6, -1.2, 1.7)  # of the moons: left, right, bottom, top
THEN = {"relu": 1.0, "tanh": 1.0, "square": 1.0, "sin": 1.0, "sign": 0.977, "identity": 0.89}


class Switch:
    """An activation that is one of several, chosen by a number that a compiled program reads as it runs: so one program serves for all."""

    def __init__(self, functions):
        self.functions, self.number = tuple(functions), tf.Variable(0, trainable=False)

    def __call__(self, z):
        return tf.switch_case(self.number.value(), [partial(function, z) for function in self.functions])


@lru_cache(maxsize=1)
def switch():
    """Return the one switch of all ``FUNCTIONS``."""
    return Switch(FUNCTIONS.values())


def moons(n, seed, noise=0.1, part=0):
    """Return points on two interleaved half circles, X (n, 2), and which of them each lies on, y (n,).

    Parameters
    ----------
    n, seed : int
    noise : float
        Standard deviation of what moves a point off its half circle, whose radius is 1.
    part : int
        0 to train, 1 to test.
    """
    return make_moons(n, noise=noise, random_state=np.random.RandomState([seed, part]))


def train(activation, X, y, *, steps, seeds, hidden=(30, 30), **settings):
    """Train nets with one activation; the program is compiled for the first and serves for all.

    Parameters
    ----------
    activation : str
        A key of ``FUNCTIONS``.
    X, y, steps, seeds, hidden, **settings
        As for `lecture.experiments.protocol.trained`.

    Returns
    -------
    lecture.replicas.Replicas
        Ask it for predictions before the next call: they are made with the activation that was trained last.
    """
    switch().number.assign(list(FUNCTIONS).index(one_of(activation, FUNCTIONS, "activation")))
    return trained(hidden, X, y, steps=steps, seeds=seeds, activation=switch(), **settings)


def run(*, hidden=None, steps=None, noise=None, n_seeds=None, preset="short", show=True):
    """Train nets on two moons, with each of seven activations.

    Parameters
    ----------
    hidden : sequence of int, optional
    steps : int, optional
        Updates.
    noise : float, optional
        Of the moons, from 0 upwards.
    n_seeds : int, optional
    preset : "short" or "published"
    show : bool
        A bar.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(PRESETS, preset, n_seeds, hidden=hidden, steps=steps, noise=noise)
    seeds, steps, noise = own.seeds, whole(own.steps, "steps", least=1), real(own.noise, "noise", least=0)
    (X, y), (X_test, y_test) = (
        map(np.stack, zip(*(moons(n, seed, noise, part) for seed in seeds))) for part, n in enumerate((N_TRAIN, N_TEST))
    )
    record = sorted({max(1, round(steps * at / RECORDED)) for at in range(1, RECORDED + 1)})
    train_on = partial(
        train,
        X=X,
        y=one_hot(y),
        X_test=X_test,
        y_test=one_hot(y_test),
        steps=steps,
        seeds=seeds,
        hidden=own.hidden,
        record=record,
        show=show,
    )
    nets = {name: train_on(name) for name in FUNCTIONS}
    end = {name: it.test_accuracy[-1] for name, it in nets.items()}
    compared = tuple(Compared(name, then, 3, end[name]) for name, then in THEN.items())
    return Result(
        "activations",
        TITLE,
        preset,
        f"{'-'.join(map(str, (2, *own.hidden, 2)))}, {steps} steps of Adam at 0.003 on batches of 64 of {N_TRAIN} points on two moons with noise {noise:g}; {N_TEST} others to test"
        " (published: 100). A short run makes 500 steps instead of 800 and takes 30 seeds instead of 100.",
        seeds,
        (
            Sweep(
                "After the last step",
                tuple(FUNCTIONS),
                "activation",
                "accuracy",
                {"test": np.stack(list(end.values())), "training": np.stack([it.accuracy[-1] for it in nets.values()])},
            ),
            Sweep(
                "On the way",
                tuple(record),
                "step",
                "test accuracy",
                {name: it.test_accuracy for name, it in nets.items()},
            ),
        ),
        judge(end),
        compared,
        time.perf_counter() - start,
    )


def judge(accuracy):
    """Return the verdicts on test accuracies in the end, a dict of activation to array (n_seeds,)."""
    return (
        LINEAR.judge(accuracy["relu"] - accuracy["identity"]),
        USUAL.judge((accuracy["relu"] + accuracy["tanh"] - accuracy["square"] - accuracy["sin"]) / 2),
        SIGN.judge(accuracy["relu"] - accuracy["sign"]),
        ALL.judge(accuracy["relu"] - accuracy["sigmoid"]),
    )


@dataclass(frozen=True, eq=False)
class Decisions:
    """What nets with one activation decide about the plane.

    Attributes
    ----------
    activation : str
    units : int
        In each of the two hidden layers.
    noise : float
        Of the moons.
    X, y : arrays (n, 2) and (n,)
        The first net's training points.
    window : tuple of 4 float
        Left, right, bottom, top.
    probability : array (side, side)
        Of class 1, mean over nets; rows from bottom to top, columns from left to right.
    accuracy : array (n_nets,)
        Of each net, on points that it has not seen.
    """

    activation: str
    units: int
    noise: float
    X: np.ndarray
    y: np.ndarray
    window: tuple
    probability: np.ndarray
    accuracy: np.ndarray


def decide(activation="relu", noise=0.1, units=30, *, n_nets=50, steps=300, batch_size=32):
    """Train nets on noisy moons and ask them about the plane: after the first call within a second on two cores, whatever is changed.

    Parameters
    ----------
    activation : str
        A key of ``FUNCTIONS``.
    noise : float
        From 0 upwards.
    units : int
        In each hidden layer, from 1 to 30.
    n_nets : int
    steps, batch_size : int
        Fewer and smaller than those of `run`, so that one need not wait.

    Returns
    -------
    Decisions

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    units, n_nets, noise = (
        whole(units, "units", least=1, most=30),
        whole(n_nets, "n_nets", least=1),
        real(noise, "noise", least=0),
    )
    X, y = map(np.stack, zip(*(moons(N_TRAIN, seed, noise) for seed in range(n_nets))))
    X_test, y_test = moons(N_TEST, 0, noise, part=1)
    nets = train(
        activation,
        X,
        one_hot(y),
        steps=steps,
        batch_size=batch_size,
        seeds=n_nets,
        widths=np.full((n_nets, 2), units),
        record=[steps],
        show=False,
    )
    across, up = np.meshgrid(np.linspace(*WINDOW[:2], SIDE), np.linspace(*WINDOW[2:], SIDE))
    answers = nets.predict(np.concatenate([np.transpose([across.ravel(), up.ravel()]), X_test]))
    probability = answers[:, : SIDE**2, 1].mean(axis=0).reshape(SIDE, SIDE)
    accuracy = (answers[:, SIDE**2 :].argmax(axis=-1) == y_test).mean(axis=1)
    return Decisions(activation, units, noise, X[0], y[0], WINDOW, probability, accuracy)
