"""Do later layers settle sooner?"""

import itertools
import time
from dataclasses import dataclass

import numpy as np

from lecture.checks import one_of, whole
from lecture.experiments.judgement import Hypothesis
from lecture.experiments.mixtures import one_hot, parts, separation_told
from lecture.experiments.objectives import OBJECTIVES
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep

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
    "change of a layer's 50 weights from one look to the next in the last tenth of the training, first layer minus last",
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
CHOICES = {"drawn at random": 0, "the last ones (published)": 1}


@dataclass(frozen=True, eq=False)
class Settling:
    """Weights of each layer while nets are trained.

    Attributes
    ----------
    steps : array (T,)
    weights : dict of str to array (T, n_weights)
        Of each layer of the first seed's net, drawn at random.
    changes : dict of str to array (T - 1, n_seeds)
        How far the weights of each layer moved from one look to the next: the norm.
    """

    steps: np.ndarray
    weights: dict
    changes: dict


def picked(n):
    """Return which of the n weights of a layer are kept: 50 at random, the same in each run, and the last 50; fewer where there are not so many."""
    drawn = np.random.default_rng(n).permutation(n)[:N_KEPT]
    return np.concatenate([drawn, np.arange(n)[-N_KEPT:]])


def changes(kept):
    """Return how far weights move from one look to the next: the norm over the last axis of (T, …, n_weights), (T - 1, …)."""
    return np.linalg.norm(np.diff(kept, axis=0), axis=-1)


def halfway(kept):
    """Return when weights have come half of their way for good: the share of the looks before their distance to where they end stays below half of what it was at first.

    Parameters
    ----------
    kept : array (T, …, n_weights)

    Returns
    -------
    array (…)
        From 0 to 1; 0 where nothing moved.
    """
    left = np.linalg.norm(kept - kept[-1], axis=-1)
    far = left > left[0] / 2
    last = len(far) - np.argmax(far[::-1], axis=0)  # one after the last look at which they were far
    return np.where(far.any(axis=0), last, 0) / (len(kept) - 1)


def calming(moved):
    """Return the mean change in the first and in the last tenth of the training, (2, …), from (T - 1, …)."""
    n = max(1, len(moved) // 10)
    return np.stack([moved[:n].mean(axis=0), moved[-n:].mean(axis=0)])


def judge(half, tenths):
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


def run(
    *, hidden=None, steps=None, every=None, objective=None, separation=None, n_seeds=None, preset="short", show=True
):
    """Train nets and look at 50 weights of each layer.

    The original takes the last 50 of each layer. In the first layer those are the weights of a single input, the one
    that tells the classes apart least; so 50 at random are looked at as well, and judged by.

    Parameters
    ----------
    hidden : sequence of int, optional
    steps : int, optional
        Updates.
    every : int, optional
        Steps from one look to the next.
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
        Its ``shown`` is a `Settling`.

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(
        PRESETS, preset, n_seeds, hidden=hidden, steps=steps, every=every, objective=objective, separation=separation
    )
    how = OBJECTIVES[one_of(own.objective, tuple(OBJECTIVES), "objective")]
    every = whole(own.every, "every", least=1, most=own.steps)
    seeds, sizes = own.seeds, (D, *own.hidden, 2)
    X, y, *_ = parts(N_TRAIN, 2, D, seeds, separation=own.separation)
    layers = [f"layer {at}" for at in range(1, len(sizes))]
    keep = {at: picked(p * q) for at, (p, q) in enumerate(itertools.pairwise(sizes))}
    nets = trained(
        own.hidden,
        X,
        one_hot(y),
        steps=own.steps,
        seeds=seeds,
        record=range(0, own.steps, every),
        keep=keep,
        show=show,
        **how,
    )
    halves = lambda at: np.split(nets.kept[at], 2, axis=-1)  # at random, and the last ones
    moved = {
        name: np.stack([changes(halves(at)[choice]) for at in range(len(layers))]) for name, choice in CHOICES.items()
    }
    half = {
        name: np.stack([halfway(halves(at)[choice]) for at in range(len(layers))]) for name, choice in CHOICES.items()
    }
    tenths = {name: np.stack([calming(values) for values in each]) for name, each in moved.items()}
    ours, _theirs = CHOICES
    n = f"{N_KEPT} weights of each layer"
    sweep = lambda name, y_name, values: Sweep(
        name, tuple(str(at) for at in range(1, len(sizes))), "layer", y_name, values
    )
    verdicts = judge(half[ours], tenths[ours])
    return Result(
        "convergence",
        TITLE,
        preset,
        f"{'-'.join(map(str, sizes))}, sigmoid, {own.objective}, {own.steps} steps of Adam at 0.003 on batches of 64 of {N_TRAIN} points; {n} are looked at every {every} steps,"
        f" drawn at random, and the last ones, as published. {separation_told(own.separation)} A short run looks every 5 steps instead of every 2 and takes 30 seeds instead of 100; the original shows one.",
        seeds,
        (
            sweep("Half of the way", "share of the training", half),
            sweep(
                "Calming down",
                "change, last ÷ first tenth",
                {name: each[:, 1] / each[:, 0] for name, each in tenths.items()},
            ),
            sweep("In the end", "change from look to look", {name: each[:, 1] for name, each in tenths.items()}),
        ),
        verdicts,
        (),
        time.perf_counter() - start,
        Settling(
            nets.steps, {name: halves(at)[0][:, 0] for at, name in enumerate(layers)}, dict(zip(layers, moved[ours]))
        ),
    )
