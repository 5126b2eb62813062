"""Networks with one activation on two moons."""

from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import tensorflow as tf

from lecture.checks import one_of, real, whole
from lecture.experiments.activations import FUNCTIONS, N_TEST, N_TRAIN, moons
from lecture.experiments.mixtures import one_hot
from lecture.experiments.protocol import train_like_the_original

SIDE = 32  # points a side at which decisions are computed
WINDOW = (-1.6, 2.6, -1.2, 1.7)  # left, right, bottom and top of what is drawn
WIDEST = 30


class Selected:
    """An activation that is one of several, selected by a number that a compiled program reads as it runs.

    So one program serves for all of them, and no slider waits while another is compiled.
    """

    def __init__(self, functions):
        self.functions, self.number = tuple(functions), tf.Variable(0, trainable=False)

    def __call__(self, z):
        return tf.switch_case(self.number.value(), [partial(function, z) for function in self.functions])


@lru_cache(maxsize=1)
def selected():
    """Return the one `Selected` of all ``FUNCTIONS``."""
    return Selected(FUNCTIONS.values())


@dataclass(frozen=True, eq=False)
class MoonDecisions:
    """Decisions of networks with one activation in the plane.

    Attributes
    ----------
    activation : str
        Name of the activation.
    units : int
        Number of units in each of the two hidden layers.
    noise : float
        Noise of the moons.
    X, y : arrays (n, 2) and (n,)
        Training points of the first network, and their classes.
    window : tuple of 4 float
        Left, right, bottom and top of the plane.
    probability : array (side, side)
        Probability of class 1, mean over the networks; rows from bottom to top, columns from left to right.
    accuracy : array (n_nets,)
        Accuracy of each network on points that it has not seen.
    """

    activation: str
    units: int
    noise: float
    X: np.ndarray
    y: np.ndarray
    window: tuple[float, float, float, float]
    probability: np.ndarray
    accuracy: np.ndarray


def decide_moons(
    activation: str = "relu",
    noise: float = 0.1,
    units: int = WIDEST,
    *,
    n_nets: int = 50,
    steps: int = 300,
    batch_size: int = 32,
) -> MoonDecisions:
    """Train networks on noisy moons and return what they decide in the plane.

    Parameters
    ----------
    activation : str
        A key of `lecture.experiments.activations.FUNCTIONS`.
    noise : float
        Noise of the moons, from 0 upwards.
    units : int
        Number of units in each hidden layer, from 1 to 30.
    n_nets : int
        Number of networks.
    steps, batch_size : int
        Number of update steps, and examples in a mini-batch: fewer than in the experiment, so that one need not wait.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    selected().number.assign(list(FUNCTIONS).index(one_of(activation, FUNCTIONS, "activation")))
    widths = np.full((whole(n_nets, "n_nets", least=1), 2), whole(units, "units", least=1, most=WIDEST))
    noise = real(noise, "noise", least=0)
    X, y = map(np.stack, zip(*(moons(N_TRAIN, seed, noise) for seed in range(n_nets))))
    X_test, y_test = moons(N_TEST, 0, noise, part=1)
    nets = train_like_the_original(
        (WIDEST, WIDEST),
        X,
        one_hot(y),
        activation=selected(),
        steps=steps,
        batch_size=batch_size,
        seeds=n_nets,
        widths=widths,
        record=(),
        show=False,
    )
    across, up = np.meshgrid(np.linspace(*WINDOW[:2], SIDE), np.linspace(*WINDOW[2:], SIDE))
    answers = nets.predict(np.concatenate([np.transpose([across.ravel(), up.ravel()]), X_test]))
    probability = answers[:, : SIDE**2, 1].mean(axis=0).reshape(SIDE, SIDE)
    accuracy = (answers[:, SIDE**2 :].argmax(axis=-1) == y_test).mean(axis=1)
    return MoonDecisions(activation, units, noise, X[0], y[0], WINDOW, probability, accuracy)
