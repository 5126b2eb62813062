"""Networks with one penalty."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.experiments.live.points import cached_points
from lecture.experiments.protocol import OBJECTIVES, train_like_the_original
from lecture.experiments.regularization import KINDS, N_TEST, N_TRAIN, SMALL, D, absolute_weights, penalty

WEAKEST = 1e-12  # stands for a strength of 0, for which a program without a penalty would have to be compiled


@dataclass(frozen=True, eq=False)
class PenalizedWeights:
    """Weights and accuracy of networks that were trained with one penalty.

    Attributes
    ----------
    sizes : array (n_nets, n_weights)
        |w| of each network in decreasing order.
    accuracy : array (n_nets,)
        Test accuracy.
    small : float
        Size below which a weight counts as 0.
    label : str
        The penalty, in words.
    """

    sizes: np.ndarray
    accuracy: np.ndarray
    small: float
    label: str


def train_penalized(
    kind: str, strength: float, *, n_nets: int = 50, hidden: Sequence[int] = (24, 24), steps: int = 300
) -> PenalizedWeights:
    """Train networks with a penalty, each on its own data.

    Parameters
    ----------
    kind : "L1" or "L2"
        Whether |w| or w² is penalized.
    strength : float
        Factor of the mean over all weights, from 0 upwards.
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
    one_of(kind, KINDS, "kind")
    strength = max(real(strength, "strength", least=0), WEAKEST)
    nets = train_like_the_original(
        hidden,
        **cached_points(N_TRAIN, N_TEST, D, whole(n_nets, "n_nets", least=1)),
        **penalty(kind, strength, "all", (D, *hidden, 2), n_nets),
        penalized="all",
        steps=steps,
        seeds=n_nets,
        record=(),
        show=False,
        **OBJECTIVES["squared error"],
    )
    sizes = -np.sort(-absolute_weights(nets), axis=1)
    return PenalizedWeights(sizes, nets.test_accuracy[-1], SMALL, f"{kind} of strength {strength:.3g}")
