"""Networks whose initial weights are drawn from a normal distribution."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np

from lecture.checks import real, whole
from lecture.experiments.initialization import N_TRAIN, D
from lecture.experiments.live.points import cached_points
from lecture.experiments.protocol import OBJECTIVES, evenly, train_like_the_original

N_TEST = 200
N_RECORDED = 10


@dataclass(frozen=True, eq=False)
class LearningCurves:
    """Accuracy of many networks during training.

    Attributes
    ----------
    steps : array (T,)
        Recorded steps.
    accuracy : array (T, n_nets)
        Test accuracy.
    label : str
        What all networks have in common.
    """

    steps: np.ndarray
    accuracy: np.ndarray
    label: str


def learn_from_normal(
    std: float, *, n_nets: int = 50, hidden: Sequence[int] = (30, 30), steps: int = 150
) -> LearningCurves:
    """Train networks from initial weights and biases that are drawn from N(0, std²), each network on its own data.

    Parameters
    ----------
    std : float
        Standard deviation, from 0 upwards.
    n_nets : int
        Number of networks.
    hidden : sequence of int
        Units of each hidden layer.
    steps : int
        Number of update steps.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    normal = keras.initializers.RandomNormal(stddev=real(std, "std", least=0))
    nets = train_like_the_original(
        hidden,
        **cached_points(N_TRAIN, N_TEST, D, whole(n_nets, "n_nets", least=1)),
        steps=steps,
        seeds=n_nets,
        initializer=normal,
        bias_initializer=normal,
        record=evenly(steps, N_RECORDED),
        show=False,
        **OBJECTIVES["squared error"],
    )
    return LearningCurves(nets.steps, nets.test_accuracy, f"initial weights from N(0, {std:.3g}²)")
