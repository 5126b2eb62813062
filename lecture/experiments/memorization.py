"""Do nets learn random labels as they learn true ones, and how many can they memorize?"""

import time

import numpy as np

from lecture.checks import whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import halves, mixture, one_hot
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep

TITLE = "Do nets learn random labels as they learn true ones, and how many can they memorize?"
LABELS = ("true labels", "random labels")
N_WATCHED = 150  # points, of which accuracy over steps is told
SLOWER = Hypothesis(
    "Random labels take longer than true ones.",
    f"training accuracy at n = {N_WATCHED}, mean over the recorded steps, true labels minus random ones",
    0.05,
)
FEW = Hypothesis(
    "A few random labels are memorized.", "training accuracy with random labels at the smallest n, minus 0.5", 0.45
)
MANY = Hypothesis(
    "Many are not: a net has its capacity.",
    "training accuracy with random labels at the smallest n, minus that at the largest",
    0.05,
)
STEPS = Hypothesis(
    "How many fit is a matter of steps as well.",
    f"training accuracy with random labels at n = {N_WATCHED}, in the end minus at half of the steps",
    0.05,
)
HYPOTHESES = (SLOWER, FEW, MANY, STEPS)
PRESETS = {
    "short": dict(n_seeds=30, hidden=(30, 30, 30), steps=1000, sizes=(50, 150, 300)),
    "published": dict(n_seeds=30, hidden=(200, 200, 200), steps=2500, sizes=(50, 100, 150, 200, 250, 300)),
}
D, N_TEST = 6, 1000
EVERY = 250  # steps between two that are recorded
THEN = {
    ("random labels", 100): 1.0,
    ("random labels", 150): 0.95,
    ("random labels", 300): 0.67,
    ("true labels", 300): 0.93,
}  # read off the original's figure


def labelled(n, seed, labels):
    """Return n points of a seed's mixture, and their classes or the same numbers of each class dealt out at random.

    Parameters
    ----------
    n, seed : int
    labels : "true labels" or "random labels"

    Returns
    -------
    X : array (n, 6)
        The same for both kinds of labels.
    y : array (n,)
        0 and 1.
    """
    X, y = mixture(D, seed).draw(halves(n))
    return X, y if labels == "true labels" else np.random.default_rng([seed, 3]).permutation(y)


def run(*, hidden=None, steps=None, sizes=None, n_seeds=None, preset="short", show=True):
    """Train nets on the same points with true and with random labels.

    Parameters
    ----------
    hidden : sequence of int, optional
    steps : int, optional
        Updates, at least 500.
    sizes : sequence of int, optional
        Numbers of points, two or more that differ, 150 among them.
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
    own = chosen(PRESETS, preset, n_seeds, hidden=hidden, steps=steps, sizes=sizes)
    sizes, seeds = sorted({whole(n, "a size", least=2) for n in own.sizes}), own.seeds
    if N_WATCHED not in sizes or len(sizes) < 2:
        raise ValueError(f"sizes must have {N_WATCHED} and another number among them, got {own.sizes}.")
    whole(own.steps, "steps", least=2 * EVERY)
    conditions = [(labels, n) for labels in LABELS for n in sizes]
    rows = int(np.lcm.reduce(sizes))  # all data sets are brought to one size by repeating their points
    X, y = zip(*(labelled(n, seed, labels) for labels, n in conditions for seed in seeds))
    X, y = (np.stack([np.tile(it, (rows // len(it),) + (1,) * (it.ndim - 1)) for it in values]) for values in (X, y))
    tests = [mixture(D, seed).draw(halves(N_TEST), part=1) for seed in seeds]
    X_test, y_test = (np.stack([it[at] for it in tests] * len(conditions)) for at in (0, 1))
    nets = trained(
        own.hidden,
        X,
        one_hot(y),
        steps=own.steps,
        seeds=seeds * len(conditions),
        X_test=X_test,
        y_test=one_hot(y_test),
        record=sorted({*range(EVERY, own.steps, EVERY), own.steps // 2}),
        show=show,
    )
    shape = (len(nets.steps), len(LABELS), len(sizes), len(seeds))
    accuracy, held_out = nets.accuracy.reshape(shape), nets.test_accuracy[-1].reshape(shape[1:])
    watched = accuracy[:, :, sizes.index(N_WATCHED)]
    verdicts = judge(accuracy, nets.steps, sizes.index(N_WATCHED))
    sweep = lambda name, y_name, values: Sweep(name, tuple(sizes), "training points", y_name, dict(zip(LABELS, values)))
    compared = tuple(
        Compared(f"{labels}, n = {n}", then, 1, accuracy[-1, LABELS.index(labels), sizes.index(n)], reading=0.02)
        for (labels, n), then in THEN.items()
        if n in sizes
    )
    return Result(
        "memorization",
        TITLE,
        preset,
        f"{'-'.join(map(str, (D, *own.hidden, 2)))}, sigmoid, {own.steps:,} steps of Adam at 0.003 on random batches of 64; random labels are the true ones in random order."
        " A short run takes layers of 30 units instead of 200, 1,000 steps instead of 2,500, and three numbers of points instead of six.",
        seeds,
        (
            sweep("After the last step", "training accuracy", accuracy[-1]),
            Sweep(
                f"On the way, {N_WATCHED} points",
                tuple(nets.steps.tolist()),
                "step",
                "training accuracy",
                {labels: watched[:, at] for at, labels in enumerate(LABELS)},
            ),
            sweep("Held-out points", "test accuracy", held_out),
        ),
        verdicts,
        compared,
        time.perf_counter() - start,
    )


def judge(accuracy, steps, watched):
    """Return the verdicts.

    Parameters
    ----------
    accuracy : array (T, 2, n_sizes, n_seeds)
        On the training points, for true labels and for random ones.
    steps : array (T,)
        At which it was recorded; the half of the last is among them.
    watched : int
        Which of the sizes is looked at on the way.
    """
    true, random = accuracy[:, 0], accuracy[:, 1]
    half = list(steps).index(steps[-1] // 2)
    return (
        SLOWER.judge((true - random)[:, watched].mean(axis=0)),
        FEW.judge(random[-1, 0] - 0.5),
        MANY.judge(random[-1, 0] - random[-1, -1]),
        STEPS.judge((random[-1] - random[half])[watched]),
    )
