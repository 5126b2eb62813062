"""What do L1 and L2 penalties do to the weights, and to the accuracy?"""

import itertools
import time
from dataclasses import dataclass

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import one_hot, parts, ready, separation_told
from lecture.experiments.objectives import OBJECTIVES
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep

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
PRESETS = {
    "short": dict(
        n_seeds=30,
        hidden=(50, 50),
        steps=750,
        strengths=(0.0, 0.1, 1.0),
        mean="all",
        objective="squared error",
        separation="falling",
    ),
    "published": dict(
        n_seeds=100,
        hidden=(50, 50),
        steps=750,
        strengths=(0.0, 0.1, 1.0),
        mean="all",
        objective="squared error",
        separation="falling",
    ),
}
MEAN_TOLD = {"all": "mean over all weights", "layers": "means of the layers added up"}
N_TRAIN, N_TEST, D = 400, 1000, 12
EVERY = 50  # steps between two that are recorded
N_LOOKS = 11  # of them, at most, at which accuracy is told
N_SHOWN = 50
KINDS = ("L1", "L2")
MEANS = ("all", "layers")  # over all weights, or over each layer's and then added up, as the original's code has it


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


def judge(accuracy, size, small):
    """Return the verdicts on the hypotheses.

    Parameters
    ----------
    accuracy : dict of str to array (3, n_seeds)
        On test points, with L1 and L2 at 0, 0.1 and 1.
    size, small : dict of str to array (3, n_seeds)
        Mean |w|, and the share of weights that are all but 0.
    """
    none, mild, strong = range(3)
    return (
        SHRINKS.judge(1 - size["L2"][strong] / size["L2"][none]),
        SPARSE.judge(small["L1"][strong] - small["L2"][strong]),
        COSTS.judge(accuracy["L1"][none] - accuracy["L1"][strong]),
        HELPS.judge(accuracy["L2"][mild] - accuracy["L2"][none]),
    )


def run(
    *,
    hidden=None,
    steps=None,
    strengths=None,
    mean=None,
    objective=None,
    separation=None,
    n_seeds=None,
    preset="short",
    show=True,
):
    """Train nets on the same data with penalties of both kinds and several strengths.

    The penalty is strength × the mean of |w| (L1) or w² (L2); in the original each panel has other data, here all nets
    of a seed have the same.

    Parameters
    ----------
    hidden : sequence of int, optional
    steps : int, optional
        Updates.
    strengths : sequence of float, optional
        From 0 upwards; 0, 0.1 and 1 among them, which the verdicts ask for.
    mean : "all" or "layers", optional
        Over all weights, or over each layer's and then added up, as the original's code has it: then a weight of a
        small layer is pulled harder. L1 at 1 is compared both ways.
    objective : "squared error" or "cross-entropy", optional
        Of outputs as they are, as the original's code has it, or of probabilities.
    separation : "falling" or "equal", optional
        Of the means: 1/i in dimension i, as the original's code has it, or 1 in each, as its text says.
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
    own = chosen(
        PRESETS,
        preset,
        n_seeds,
        hidden=hidden,
        steps=steps,
        strengths=strengths,
        mean=mean,
        objective=objective,
        separation=separation,
    )
    mean = one_of(own.mean, MEANS, "mean")
    how = OBJECTIVES[one_of(own.objective, tuple(OBJECTIVES), "objective")]
    strengths, seeds = sorted(real(strength, "a strength", least=0) for strength in own.strengths), own.seeds
    if not {0.0, 0.1, 1.0} <= set(strengths):
        raise ValueError(f"strengths must have 0, 0.1 and 1 among them, got {tuple(own.strengths)}.")
    X, y, X_test, y_test = parts(N_TRAIN, N_TEST, D, seeds, separation=own.separation)
    settings = [
        ("L1", 0.0, mean),
        *((kind, strength, mean) for kind in KINDS for strength in strengths if strength),
    ]  # both kinds have the nets without
    settings += [("L1", 1.0, other) for other in MEANS if other != mean]
    sizes = (D, *own.hidden, 2)
    again = lambda values: np.concatenate([values] * len(settings))
    nets = trained(
        own.hidden,
        again(X),
        again(one_hot(y)),
        steps=own.steps,
        seeds=seeds * len(settings),
        **penalties(settings, sizes, len(seeds)),
        X_test=again(X_test),
        y_test=again(one_hot(y_test)),
        record=range(0, own.steps, EVERY),
        keep={0: np.arange(sizes[0] * sizes[1])[-N_SHOWN:]},
        show=show,
        **how,
    )
    where = {
        kind: [settings.index((kind, strength, mean)) if strength else 0 for strength in strengths] for kind in KINDS
    }
    apart = lambda values: {kind: values.reshape(len(settings), len(seeds))[where[kind]] for kind in KINDS}
    size = sizes_of(nets)
    accuracy, average, small = (
        apart(nets.test_accuracy[-1]),
        apart(size.mean(axis=1)),
        apart((size < SMALL).mean(axis=1)),
    )
    by_mean = {mean: accuracy["L1"][strengths.index(1.0)], settings[-1][2]: nets.test_accuracy[-1, -len(seeds) :]}
    three = [strengths.index(strength) for strength in (0.0, 0.1, 1.0)]
    asked = lambda values: {kind: each[three] for kind, each in values.items()}
    sweep = lambda name, y_name, values: Sweep(name, tuple(strengths), "strength", y_name, values)
    looks = slice(None, None, -(-len(nets.steps) // N_LOOKS))
    curves = {
        label: nets.test_accuracy[looks, at * len(seeds) : (at + 1) * len(seeds)]
        for label, at in (("no penalty", 0), ("L1, 1", where["L1"][three[2]]), ("L2, 1", where["L2"][three[2]]))
    }
    first = nets.kept[0][:, :: len(seeds)]
    return Result(
        "regularization",
        TITLE,
        preset,
        f"{'-'.join(map(str, sizes))}, sigmoid, {own.objective}, {own.steps} steps of Adam at 0.003 on batches of 64 of {N_TRAIN} points, {N_TEST} others to test"
        f" (published: 100). The penalty is strength × {MEAN_TOLD[mean]}. {separation_told(own.separation)} A short run takes 30 seeds instead of 100; the original shows one net for each panel, each on other data.",
        seeds,
        (
            sweep("Held-out points", "test accuracy", accuracy),
            sweep("Size of the weights", "mean |w|", average),
            sweep("Weights that are all but 0", f"share of |w| below {SMALL}", small),
            Sweep("On the way", tuple(nets.steps[looks].tolist()), "step", "test accuracy", curves),
        ),
        judge(asked(accuracy), asked(average), asked(small)),
        tuple(Compared(f"accuracy with L1 at 1, {MEAN_TOLD[it]}", 0.7, 1, by_mean[it], reading=0.03) for it in MEANS),
        time.perf_counter() - start,
        Weights(
            nets.steps,
            {
                f"{kind}, strength {strength:g}": first[:, at]
                for kind in KINDS
                for strength, at in zip(strengths, where[kind])
            },
        ),
    )


def penalties(settings, sizes, n_each):
    """Return `train`'s arguments for penalties on means of |w| or w², n_each replicas with each (kind, strength, mean) of ``settings`` in turn."""
    counts = np.array([p * q for p, q in itertools.pairwise(sizes)])
    each = lambda kind: np.repeat(
        [
            strength * (at == kind) / (counts.sum() if mean == "all" else counts) * np.ones(len(counts))
            for at, strength, mean in settings
        ],
        n_each,
        axis=0,
    )
    return dict(l1=each("L1"), l2=each("L2"), penalized="all")


def sizes_of(nets):
    """Return |w| of all weights of each net, biases left out: (n_nets, n_weights)."""
    return np.abs(np.concatenate([kernel.reshape(len(nets), -1) for kernel in nets.weights[::2]], axis=1))


# What an explorer asks for: nets that are trained anew while a slider moves.


@dataclass(frozen=True, eq=False)
class Penalized:
    """Nets that were trained with one penalty.

    Attributes
    ----------
    sizes : array (n_nets, n_weights)
        |w| of each net in falling order.
    accuracy : array (n_nets,)
        On test points.
    small : float
        What counts as 0.
    label : str
        The penalty.
    """

    sizes: np.ndarray
    accuracy: np.ndarray
    small: float
    label: str


def penalized(kind, strength, *, n_nets=50, hidden=(24, 24), steps=300):
    """Train nets with a penalty, each on its own data, and return them as `Penalized`.

    Parameters
    ----------
    kind : "L1" or "L2"
    strength : float
        From 0 upwards.
    n_nets : int
    hidden : sequence of int
    steps : int

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    one_of(kind, KINDS, "kind")
    strength = max(real(strength, "strength", least=0), 1e-12)  # 0 would be another program, without a penalty
    X, y, X_test, y_test = ready(N_TRAIN, N_TEST, D, whole(n_nets, "n_nets", least=1))
    nets = trained(
        hidden,
        X,
        y,
        steps=steps,
        seeds=n_nets,
        **penalties([(kind, strength, "all")], (D, *hidden, 2), n_nets),
        X_test=X_test,
        y_test=y_test,
        record=[steps],
        show=False,
        **OBJECTIVES["squared error"],
    )
    return Penalized(
        -np.sort(-sizes_of(nets), axis=1), nets.test_accuracy[-1], SMALL, f"{kind} of strength {strength:.3g}"
    )
