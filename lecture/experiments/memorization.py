"""Do networks learn random labels as they learn true ones, and how many can they memorize?"""

import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np

from lecture.checks import whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import balanced_counts, mixture, one_hot
from lecture.experiments.protocol import compare_like_the_original, describe_training, stacked, swept
from lecture.experiments.result import Sweep

TITLE = "Do networks learn random labels as they learn true ones, and how many can they memorize?"
LABELS = ("true labels", "random labels")
N_WATCHED = 150  # points for which accuracy over the steps is shown
SLOWER = Hypothesis(
    "Random labels take longer than true ones.",
    f"training accuracy at n = {N_WATCHED}, mean over the recorded steps, true labels minus random ones",
    0.05,
)
FEW = Hypothesis(
    "A few random labels are memorized.", "training accuracy with random labels at the smallest n, minus 0.5", 0.45
)
MANY = Hypothesis(
    "Many are not: a network has its capacity.",
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
EVERY = 250  # steps from one recorded step to the next
PUBLISHED = {
    ("random labels", 100): 1.0,
    ("random labels", 150): 0.95,
    ("random labels", 300): 0.67,
    ("true labels", 300): 0.93,
}  # read off the original lecture's figure


def labelled(n: int, seed: int, labels: str) -> tuple[np.ndarray, np.ndarray]:
    """Return n points of a seed's mixture with their classes, or with the same classes in random order.

    Parameters
    ----------
    n : int
        Number of points.
    seed : int
        Seed of the mixture.
    labels : "true labels" or "random labels"
        Which labels the points have.

    Returns
    -------
    X : array (n, 6)
        Points, the same for both kinds of labels.
    y : array (n,)
        Labels, 0 and 1.
    """
    X, y = mixture(D, seed).draw(balanced_counts(n))
    return X, y if labels == "true labels" else np.random.default_rng([seed, 3]).permutation(y)


@experiment(TITLE, PRESETS)
def run(*, sizes: Sequence[int], hidden: Sequence[int], steps: int, seeds: Sequence[int], show: bool) -> Findings:
    """Train networks on the same points with true and with random labels.

    Parameters
    ----------
    sizes : sequence of int, optional
        Numbers of points, two or more different ones, 150 among them.
    steps : int, optional
        Number of update steps, at least 500.
    """
    sizes = swept(sizes, "sizes", partial(whole, what="a size", least=2), needed=(N_WATCHED,))
    whole(steps, "steps", least=2 * EVERY)
    n_rows = int(np.lcm.reduce(sizes))  # all data sets get one size, by repeating their points
    common = dict(hidden=hidden, steps=steps, seeds=seeds, show=show)
    nets = compare_like_the_original(
        {(labels, n): _repeated(n, n_rows, labels, seeds) for labels, n in itertools.product(LABELS, sizes)},
        **_test_points(seeds),
        **common,
        record={*range(EVERY, steps, EVERY), steps // 2},
    )
    recorded = tuple(nets[LABELS[0], N_WATCHED].steps.tolist())
    last = {name: each.accuracy[-1] for name, each in nets.items()}
    on_the_way = {labels: nets[labels, N_WATCHED].accuracy for labels in LABELS}
    training = dict(zip(LABELS, stacked(last, LABELS, sizes)))
    test = dict(zip(LABELS, stacked({name: each.test_accuracy[-1] for name, each in nets.items()}, LABELS, sizes)))
    return Findings(
        protocol=f"{describe_training((D, *hidden, 2), steps, n_rows, n_test=N_TEST)} (smaller sets are repeated up to "
        "that number); random labels are the true ones in random order.",
        sweeps=(
            Sweep("After the last step", sizes, "training points", "training accuracy", training),
            Sweep(f"On the way, {N_WATCHED} points", recorded, "step", "training accuracy", on_the_way),
            Sweep("Held-out points", sizes, "training points", "test accuracy", test),
        ),
        verdicts=judge(training["random labels"], on_the_way, recorded),
        compared=beside_published(PUBLISHED, last, "{}, n = {}", runs=1, reading=0.02, within=(0, 1)),
    )


def judge(random: np.ndarray, on_the_way: dict[str, np.ndarray], steps: Sequence[int]) -> tuple[Verdict, ...]:
    """Return the verdicts.

    Parameters
    ----------
    random : array (n_sizes, n_seeds)
        Training accuracy with random labels in the end, from few points to many.
    on_the_way : dict of str to array (T, n_seeds)
        Training accuracy at 150 points with true labels and with random ones.
    steps : sequence of T int
        Recorded steps; half of the last is among them.
    """
    true, watched = (on_the_way[labels] for labels in LABELS)
    half = steps.index(steps[-1] // 2)
    return (
        SLOWER.judge((true - watched).mean(axis=0)),
        FEW.judge(random[0] - 0.5),
        MANY.judge(random[0] - random[-1]),
        STEPS.judge(watched[-1] - watched[half]),
    )


def _repeated(n, n_rows, labels, seeds):
    """Points and labels of all seeds, each repeated until there are ``n_rows``."""
    X, y = zip(*(labelled(n, seed, labels) for seed in seeds))
    times = n_rows // n
    return dict(X=np.tile(X, (1, times, 1)), y=one_hot(np.tile(y, (1, times))))


def _test_points(seeds):
    """Test points of all seeds with true labels."""
    drawn = [mixture(D, seed).draw(balanced_counts(N_TEST), part=1) for seed in seeds]
    X, y = map(np.stack, zip(*drawn))
    return dict(X_test=X, y_test=one_hot(y))
