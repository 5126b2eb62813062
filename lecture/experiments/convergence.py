"""Do later layers settle sooner?"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture.checks import one_of, whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict
from lecture.experiments.mixtures import describe_separation, one_hot, train_test_points
from lecture.experiments.protocol import OBJECTIVES, describe_training, train_like_the_original
from lecture.experiments.result import Sweep

TITLE = "Do later layers settle sooner?"
SOONER = Hypothesis(
    "Later layers settle sooner.",
    "share of the training until a layer has come half of its way, first layer minus last",
    0.05,
)
CALMS = Hypothesis(
    "Later layers calm down more.",
    "a layer's change in the last tenth of the training, divided by that in the first, first layer minus last",
    0.1,
)
STILL = Hypothesis(
    "In the end the last layer's weights move least.",
    "change of a layer's 50 weights between two recorded steps in the last tenth of the training, first layer minus "
    "last",
    0.002,
)  # Adam at 0.003 moves 50 by up to 0.02 a step
HYPOTHESES = (SOONER, CALMS, STILL)
PRESETS = {
    "short": dict(n_seeds=30, hidden=(50, 50, 50), steps=750, every=5, objective="squared error", separation="falling"),
    "published": dict(
        n_seeds=100, hidden=(50, 50, 50), steps=750, every=2, objective="squared error", separation="falling"
    ),
}
N_TRAIN, D = 400, 12
N_KEPT = 50
CHOICES = ("drawn at random", "the last ones (published)")


@dataclass(frozen=True, eq=False)
class Settling:
    """Weights of each layer during training.

    Attributes
    ----------
    steps : array (T,)
        Recorded steps.
    weights : dict of str to array (T, n_weights)
        Randomly chosen weights of each layer, of the first seed's network.
    changes : dict of str to array (T - 1, n_seeds)
        How far the weights of each layer moved between two recorded steps: the norm.
    """

    steps: np.ndarray
    weights: dict[str, np.ndarray]
    changes: dict[str, np.ndarray]

    @classmethod
    def of_layers(cls, steps, paths, moved):
        """Name the layers: ``paths`` are arrays (T, n_seeds, n_weights), ``moved`` (T - 1, n_seeds), one for each."""
        names = [f"layer {at}" for at in range(1, len(paths) + 1)]
        return cls(steps, {name: path[:, 0] for name, path in zip(names, paths)}, dict(zip(names, moved)))


@experiment(TITLE, PRESETS)
def run(
    *,
    every: int,
    hidden: Sequence[int],
    steps: int,
    objective: str,
    separation: str,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Train networks and record 50 weights of each layer.

    The original lecture records the last 50 of each layer. In the first layer those are the weights of a single input,
    the one that separates the classes least; so 50 at random are recorded as well, and decide the verdicts. The
    ``details`` of the result are the weights over the steps, `Settling`.

    Parameters
    ----------
    every : int, optional
        Number of steps from one recorded step to the next.
    """
    sizes = (D, *hidden, 2)
    X, y, *_ = train_test_points(N_TRAIN, 2, D, seeds, separation=separation)
    common = dict(steps=steps, seeds=seeds, show=show)
    nets = train_like_the_original(
        hidden,
        X,
        one_hot(y),
        **OBJECTIVES[one_of(objective, OBJECTIVES, "objective")],
        **common,
        record=range(0, steps, whole(every, "every", least=1, most=steps)),
        keep={at: kept_weights(p * q) for at, (p, q) in enumerate(itertools.pairwise(sizes))},
    )
    paths = dict(zip(CHOICES, zip(*(np.split(kept, 2, axis=-1) for kept in nets.kept.values()))))  # of each layer
    moved = {choice: np.stack([changes(path) for path in layers]) for choice, layers in paths.items()}
    half = {choice: np.stack([halfway(path) for path in layers]) for choice, layers in paths.items()}
    tenths = {choice: np.stack([mean_tenths(each) for each in layers]) for choice, layers in moved.items()}
    calm = {choice: each[:, 1] / each[:, 0] for choice, each in tenths.items()}
    still = {choice: each[:, 1] for choice, each in tenths.items()}
    random, layers = CHOICES[0], tuple(str(at) for at in range(1, len(sizes)))
    trained = describe_training(sizes, steps, N_TRAIN, units=f"sigmoid, {objective}")
    return Findings(
        protocol=f"{trained}; {N_KEPT} weights of each layer are recorded every {every} steps, drawn at random, and "
        f"the last ones, as published (of one network). {describe_separation(separation)}",
        sweeps=(
            Sweep("Half of the way", layers, "layer", "share of the training", half),
            Sweep("Calming down", layers, "layer", "last ÷ first tenth", calm),
            Sweep("In the end", layers, "layer", "change per record", still),
        ),
        verdicts=judge(half[random], tenths[random]),
        details=Settling.of_layers(nets.steps, paths[random], moved[random]),
    )


def judge(half: np.ndarray, tenths: np.ndarray) -> tuple[Verdict, ...]:
    """Return the verdicts on the hypotheses.

    Parameters
    ----------
    half : array (n_layers, n_seeds)
        Share of the training until half of the way.
    tenths : array (n_layers, 2, n_seeds)
        Change in the first and in the last tenth of the training.
    """
    ratio = tenths[:, 1] / tenths[:, 0]
    return (
        SOONER.judge(half[0] - half[-1]),
        CALMS.judge(ratio[0] - ratio[-1]),
        STILL.judge(tenths[0, 1] - tenths[-1, 1]),
    )


def kept_weights(n: int) -> np.ndarray:
    """Return which of the n weights of a layer are kept: 50 at random, the same in each run, and the last 50.

    Where a layer has fewer than 50 weights, all of them are kept twice.
    """
    drawn = np.random.default_rng(n).permutation(n)[:N_KEPT]
    return np.concatenate([drawn, np.arange(n)[-N_KEPT:]])


def changes(kept: np.ndarray) -> np.ndarray:
    """Return how far weights (T, …, n_weights) move between recorded steps: the norm over the last axis, (T - 1, …)."""
    return np.linalg.norm(np.diff(kept, axis=0), axis=-1)


def halfway(kept: np.ndarray) -> np.ndarray:
    """Return when weights have come half of their way for good: array (…), from 0 to 1; 0 where nothing moved.

    It is the share of the recorded steps before the distance to the final weights stays below half of what it was at
    first.

    Parameters
    ----------
    kept : array (T, …, n_weights)
        Weights at the recorded steps.
    """
    left = np.linalg.norm(kept - kept[-1], axis=-1)
    far = left > left[0] / 2
    last = len(far) - np.argmax(far[::-1], axis=0)  # one after the last step at which they were far
    return np.where(far.any(axis=0), last, 0) / (len(kept) - 1)


def mean_tenths(moved: np.ndarray) -> np.ndarray:
    """Return the mean change in the first and in the last tenth of the training, (2, …), from (T - 1, …)."""
    n = max(1, len(moved) // 10)
    return np.stack([moved[:n].mean(axis=0), moved[-n:].mean(axis=0)])
