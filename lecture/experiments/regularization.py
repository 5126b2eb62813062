"""What do L1 and L2 penalties do to the weights, and to the accuracy?"""

import time
from dataclasses import dataclass

import numpy as np

from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import one_hot, parts
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep

TITLE = "What do L1 and L2 penalties do to the weights, and to the accuracy?"
SMALL = 0.01  # a weight below counts as none: at a rate of 0.003 a weight that is drawn to 0 trembles around it by a few thousandths
SHRINKS = Hypothesis("A penalty makes weights small.", "the share that L2 at 1 takes off the mean |w|", 0.2)
SPARSE = Hypothesis("L1 makes weights sparse, L2 does not.", f"share of |w| < {SMALL} with L1 at 1, minus that with L2 at 1", 0.2)
COSTS = Hypothesis("A strong L1 costs accuracy.", "test accuracy without, minus that with L1 at 1", 0.02)
HELPS = Hypothesis("A mild penalty gains accuracy.", "test accuracy with L2 at 0.1, minus that without", 0.01)
HYPOTHESES = (SHRINKS, SPARSE, COSTS, HELPS)
PRESETS = {
    "short": dict(n_seeds=30, hidden=(50, 50), steps=750, strengths=(0.0, 0.1, 1.0)),
    "published": dict(n_seeds=100, hidden=(50, 50), steps=750, strengths=(0.0, 0.1, 1.0)),
}
N_TRAIN, N_TEST, D = 400, 1000, 12
EVERY = 25  # steps between two that are recorded
N_SHOWN = 50


@dataclass(frozen=True, eq=False)
class Weights:
    """Some weights of the first layer while the first seed's net is trained.

    Attributes
    ----------
    steps : array (T,)
    weights : dict of str to array (T, n_weights)
        For each penalty and strength.
    """

    steps: np.ndarray
    weights: dict


def run(*, hidden=None, steps=None, strengths=None, n_seeds=None, preset="short", show=True):
    """Train nets on the same data with penalties of both kinds and several strengths.

    The penalty is strength × the mean of |w| (L1) or w² (L2) over all weights, as in the original; there each panel has other data, here all nets of a seed have the same.

    Parameters
    ----------
    hidden : sequence of int, optional
    steps : int, optional
        Updates.
    strengths : sequence of float, optional
        From 0 upwards; 0, 0.1 and 1 among them, which the verdicts ask for.
    n_seeds : int, optional
    preset : "short" or "published"
    show : bool
        A bar.

    Returns
    -------
    Result
        Its ``shown`` is a `Weights`.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(PRESETS, preset, n_seeds, hidden=hidden, steps=steps, strengths=strengths)
    if not {0.0, 0.1, 1.0} <= set(own.strengths):
        raise ValueError(f"strengths must have 0, 0.1 and 1 among them, got {own.strengths}.")
    strengths, seeds = sorted(own.strengths), own.seeds
    kinds = ("L1", "L2")
    X, y, X_test, y_test = parts(N_TRAIN, N_TEST, D, seeds)
    settings = [(kind, strength) for kind in kinds for strength in strengths]
    sizes = (D, *own.hidden, 2)
    n_weights = sum(p * q for p, q in zip(sizes, sizes[1:]))
    each = {kind: np.repeat([strength * (at == kind) / n_weights for at, strength in settings], len(seeds)) for kind in kinds}
    again = lambda values: np.concatenate([values] * len(settings))
    nets = trained(
        own.hidden, again(X), again(one_hot(y)), steps=own.steps, seeds=seeds * len(settings), l1=each["L1"], l2=each["L2"], penalized="all",
        X_test=again(X_test), y_test=again(one_hot(y_test)), record=range(0, own.steps, EVERY), keep={0: np.arange(sizes[0] * sizes[1])[-N_SHOWN:]}, show=show,
    )
    apart = lambda values: {kind: part for kind, part in zip(kinds, values.reshape(len(kinds), len(strengths), len(seeds)))}
    size = np.abs(np.concatenate([kernel.reshape(len(nets), -1) for kernel in nets.weights[::2]], axis=1))
    accuracy, mean, small = apart(nets.test_accuracy[-1]), apart(size.mean(axis=1)), apart((size < SMALL).mean(axis=1))
    none, mild, strong = (strengths.index(strength) for strength in (0.0, 0.1, 1.0))
    verdicts = (
        SHRINKS.judge(1 - mean["L2"][strong] / mean["L2"][none]),
        SPARSE.judge(small["L1"][strong] - small["L2"][strong]),
        COSTS.judge(accuracy["L1"][none] - accuracy["L1"][strong]),
        HELPS.judge(accuracy["L2"][mild] - accuracy["L2"][none]),
    )
    sweep = lambda name, y_name, values: Sweep(name, tuple(strengths), "strength", y_name, values)
    first = nets.kept[0][:, :: len(seeds)]
    return Result(
        "regularization", TITLE, preset, f"{'-'.join(map(str, sizes))}, sigmoid, {own.steps} steps of Adam at 0.003 on batches of 64 of {N_TRAIN} points, {N_TEST} others to test"
        " (published: 100). A short run takes 30 seeds instead of 100.", seeds,
        (sweep("Held-out points", "test accuracy", accuracy), sweep("Size of the weights", "mean |w|", mean), sweep("Weights that are all but 0", f"share of |w| < {SMALL}", small)),
        verdicts, (Compared("accuracy with L1 at 1", 0.7, 1, accuracy["L1"][strong], reading=0.03),), time.perf_counter() - start,
        Weights(nets.steps, {f"{kind}, {strength:g}": first[:, at] for at, (kind, strength) in enumerate(settings)}),
    )
