"""What do L1 and L2 penalties do to the weights, and to the accuracy?"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from lecture.checks import one_of, real
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import describe_separation, train_test_points
from lecture.experiments.protocol import (
    OBJECTIVES,
    compare_like_the_original,
    describe_training,
    final_test_accuracy,
    stacked,
    swept,
)
from lecture.experiments.result import Sweep
from lecture.replicas import Replicas

TITLE = "What do L1 and L2 penalties do to the weights, and to the accuracy?"
# a weight below counts as none: at a rate of 0.003 a weight that is drawn to 0 trembles around it by a few thousandths
SMALL = 0.01
SHRINKS = Hypothesis("A penalty makes weights small.", "the share that L2 at 1 takes off the mean |w|", 0.2)
SPARSE = Hypothesis(
    "L1 makes weights sparse, L2 does not.", f"share of |w| below {SMALL} with L1 at 1, minus that with L2 at 1", 0.2
)
COSTS = Hypothesis("A strong L1 costs accuracy.", "test accuracy without, minus that with L1 at 1", 0.02)
HELPS = Hypothesis("A mild penalty gains accuracy.", "test accuracy with L2 at 0.1, minus that without", 0.01)
HYPOTHESES = (SHRINKS, SPARSE, COSTS, HELPS)
_SETTINGS = dict(
    hidden=(50, 50),
    steps=750,
    strengths=(0.0, 0.1, 1.0),
    mean="all",
    objective="squared error",
    separation="falling",
)
PRESETS = {"short": dict(n_seeds=30, **_SETTINGS), "published": dict(n_seeds=100, **_SETTINGS)}
N_TRAIN, N_TEST, D = 400, 1000, 12
EVERY = 50  # steps from one recorded step to the next
N_DRAWN = 11  # recorded steps, at most, at which accuracy is drawn
N_SHOWN = 50
KINDS = ("L1", "L2")
JUDGED = (0.0, 0.1, 1.0)
# over all weights, or over the weights of each layer and then added up, as in the original lecture's code
MEANS = {"all": "mean over all weights", "layers": "means of the layers added up"}
PUBLISHED = dict.fromkeys(MEANS.values(), 0.7)


@dataclass(frozen=True, eq=False)
class Weights:
    """Some weights of the first layer of the first seed's network during training.

    Attributes
    ----------
    steps : array (T,)
        Recorded steps.
    weights : dict of str to array (T, n_weights)
        Weights with each penalty and strength.
    """

    steps: np.ndarray
    weights: dict[str, np.ndarray]


@experiment(TITLE, PRESETS)
def run(
    *,
    strengths: Sequence[float],
    mean: str,
    hidden: Sequence[int],
    steps: int,
    objective: str,
    separation: str,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Train networks on the same data with penalties of both kinds and several strengths.

    The penalty is strength × the mean of |w| (L1) or w² (L2). In the original lecture each panel has other data; here
    all networks of a seed have the same. The ``details`` of the result are weights over the steps, `Weights`.

    Parameters
    ----------
    strengths : sequence of float, optional
        Strengths from 0 upwards; 0, 0.1 and 1 must be among them: the hypotheses are about those.
    mean : "all" or "layers", optional
        Mean over all weights, or over the weights of each layer and then added up, as in the original lecture's code:
        then a weight of a small layer is pulled harder. L1 at 1 is compared both ways.
    """
    other = next(each for each in MEANS if each != one_of(mean, MEANS, "mean"))
    strengths = swept(strengths, "strengths", partial(real, what="a strength", least=0), needed=JUDGED)
    sizes, n_seeds = (D, *hidden, 2), len(seeds)
    crossed = {name: penalty(*name, mean, sizes, n_seeds) for name in itertools.product(KINDS, strengths)}
    del crossed["L2", 0.0]  # the same as L1 at 0
    common = dict(hidden=hidden, steps=steps, seeds=seeds, show=show, penalized="all")
    nets = compare_like_the_original(
        crossed | {other: penalty("L1", 1.0, other, sizes, n_seeds)},
        **train_test_points(N_TRAIN, N_TEST, D, seeds, separation=separation).encoded(),
        **OBJECTIVES[one_of(objective, OBJECTIVES, "objective")],
        **common,
        record=range(0, steps, EVERY),
        keep={0: np.arange(sizes[0] * sizes[1])[-N_SHOWN:]},
    )
    nets["L2", 0.0] = nets["L1", 0.0]
    accuracy, size, small = (
        dict(zip(KINDS, stacked({name: measured(each) for name, each in nets.items()}, KINDS, strengths)))
        for measured in (final_test_accuracy, mean_size, share_of_small)
    )
    by_mean = {MEANS[mean]: final_test_accuracy(nets["L1", 1.0]), MEANS[other]: final_test_accuracy(nets[other])}
    trained = describe_training(sizes, steps, N_TRAIN, units=f"sigmoid, {objective}", n_test=N_TEST)
    return Findings(
        protocol=f"{trained} (published: 100, one network for each panel, each on other data). The penalty is strength "
        f"× {MEANS[mean]}. {describe_separation(separation)}",
        sweeps=(
            Sweep("Held-out points", strengths, "strength", "test accuracy", accuracy),
            Sweep("Size of the weights", strengths, "strength", "mean |w|", size),
            Sweep("Weights close to 0", strengths, "strength", f"share of |w| below {SMALL}", small),
            _on_the_way(nets),
        ),
        verdicts=judge(*(_judged(found, strengths) for found in (accuracy, size, small))),
        compared=beside_published(PUBLISHED, by_mean, "accuracy with L1 at 1, {}", runs=1, reading=0.03, within=(0, 1)),
        details=_weights(nets, strengths),
    )


def _judged(by_kind, strengths):
    """Of what was measured, the strengths that the hypotheses are about."""
    return {kind: values[[strengths.index(strength) for strength in JUDGED]] for kind, values in by_kind.items()}


def _on_the_way(nets):
    """Accuracy over the steps without a penalty and with the strongest."""
    steps = nets["L1", 0.0].steps
    drawn = slice(None, None, -(-len(steps) // N_DRAWN))
    named = {"no penalty": ("L1", 0.0), "L1, 1": ("L1", 1.0), "L2, 1": ("L2", 1.0)}
    curves = {label: nets[name].test_accuracy[drawn] for label, name in named.items()}
    return Sweep("On the way", tuple(steps[drawn].tolist()), "step", "test accuracy", curves)


def _weights(nets, strengths):
    """Weights of the first seed's network over the steps."""
    crossed = itertools.product(KINDS, strengths)
    weights = {f"{kind}, strength {each:g}": nets[kind, each].kept[0][:, 0] for kind, each in crossed}
    return Weights(nets["L1", 0.0].steps, weights)


def judge(
    accuracy: dict[str, np.ndarray], size: dict[str, np.ndarray], small: dict[str, np.ndarray]
) -> tuple[Verdict, ...]:
    """Return the verdicts on the hypotheses.

    Parameters
    ----------
    accuracy : dict of str to array (3, n_seeds)
        Test accuracy with L1 and L2 at 0, 0.1 and 1.
    size, small : dict of str to array (3, n_seeds)
        Mean |w|, and the share of weights that are close to 0.
    """
    none, mild, strong = range(3)
    return (
        SHRINKS.judge(1 - size["L2"][strong] / size["L2"][none]),
        SPARSE.judge(small["L1"][strong] - small["L2"][strong]),
        COSTS.judge(accuracy["L1"][none] - accuracy["L1"][strong]),
        HELPS.judge(accuracy["L2"][mild] - accuracy["L2"][none]),
    )


def penalty(kind: str, strength: float, mean: str, sizes: Sequence[int], n_seeds: int) -> dict[str, np.ndarray]:
    """Return ``l1`` and ``l2`` for a penalty on the mean of |w| or w², as `lecture.replicas.train` takes them.

    Parameters
    ----------
    kind : "L1" or "L2"
        Whether |w| or w² is penalized.
    strength : float
        Factor of the mean, from 0 upwards.
    mean : "all" or "layers"
        Mean over all weights, or over the weights of each layer and then added up.
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs.
    n_seeds : int
        Number of replicas.
    """
    counts = np.array([p * q for p, q in itertools.pairwise(sizes)])
    strengths = strength / (np.full(len(counts), counts.sum()) if mean == "all" else counts)
    each = np.tile(strengths, (n_seeds, 1))
    none = np.zeros_like(each)
    return dict(l1=each, l2=none) if kind == "L1" else dict(l1=none, l2=each)


def absolute_weights(nets: Replicas) -> np.ndarray:
    """Return |w| of all weights of each network, without biases: (n_nets, n_weights)."""
    return np.abs(np.concatenate([kernel.reshape(len(nets), -1) for kernel in nets.weights[::2]], axis=1))


def mean_size(nets: Replicas) -> np.ndarray:
    """Return the mean |w| of each network: (n_nets,)."""
    return absolute_weights(nets).mean(axis=1)


def share_of_small(nets: Replicas) -> np.ndarray:
    """Return the share of weights below `SMALL` of each network: (n_nets,)."""
    return (absolute_weights(nets) < SMALL).mean(axis=1)
