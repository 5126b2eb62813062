"""Who makes the most of more data: networks, a support vector machine, or trees?"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import keras
import numpy as np
from tqdm import tqdm

from lecture.checks import whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import Points, mixture, train_test_points
from lecture.experiments.protocol import compare_like_the_original, swept
from lecture.experiments.result import Sweep
from lecture.replicas.machinery import cores

TITLE = "Who makes the most of more data: networks, a support vector machine, or trees?"
SVM, TREE, FOREST, SHALLOW, DEEP = "support vector machine", "decision tree", "random forest", "net 100", "net 100-100"
NETS = {SHALLOW: (100,), DEEP: (100, 100)}
ALL_IMPROVE = Hypothesis(
    "More data helps every technique.",
    "accuracy with the most points minus that with the fewest, of the technique that gains least",
    0.02,
)
NETS_GAIN = Hypothesis(
    "Networks gain more than the others.", "gain of the net 100-100, minus that of the support vector machine", 0.02
)
NETS_WIN = Hypothesis(
    "Networks are ahead with the most data.",
    "accuracy of the net 100-100, minus that of the support vector machine, with the most points",
    0.02,
)
DEEPER = Hypothesis(
    "The deeper network is a little better.",
    "accuracy of the net 100-100 minus that of the net 100, with the most points",
    0.01,
)
HYPOTHESES = (ALL_IMPROVE, NETS_GAIN, NETS_WIN, DEEPER)
PUBLISHED = {SVM: 0.945, TREE: 0.65, SHALLOW: 1.0, DEEP: 1.0}
N_PUBLISHED = 8000  # training points of the published numbers
PRESETS = {
    "short": dict(n_seeds=30, sizes=(20, 100, 500, 2000), forest=False, steps=400, n_compared=4),
    "published": dict(
        n_seeds=30, sizes=(20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000), forest=True, steps=None, n_compared=0
    ),
}
SHARE, N_TEST, D = 0.8, 1000, 12
FAST_RATE, FAST_BATCH = 0.01, 25


@experiment(TITLE, PRESETS)
def run(
    *, sizes: Sequence[int], forest: bool, n_compared: int, steps: int | None, seeds: Sequence[int], show: bool
) -> Findings:
    """Train networks, a support vector machine and trees on more and more points of two classes.

    Parameters
    ----------
    sizes : sequence of int, optional
        Numbers of points, of which 80% are training points. With ``steps``, each number of training points must divide
        the largest, which is 8,000 where ``n_compared`` adds it.
    forest : bool, optional
        Whether to fit a random forest beside the decision tree: the original lecture's text has the one, its code the
        other.
    n_compared : int, optional
        Number of seeds for which everything is fitted to 8,000 training points as well, if ``sizes`` do not lead there:
        the published numbers are for these. They appear only in the table of published numbers.
    steps : int, optional
        Number of update steps of networks that are trained together, the same for all sizes. In the published preset
        there is none: scikit-learn's ``MLPClassifier`` is trained with its defaults, which takes minutes.
    """
    sizes = swept(sizes, "sizes", partial(whole, what="a size", least=5))
    n_trains = [round(SHARE * size) for size in sizes]
    data = {n: train_test_points(n, N_TEST, D, seeds) for n in n_trains}
    few = seeds[: whole(n_compared, "n_compared", least=0)]
    if few and N_PUBLISHED not in data:
        data[N_PUBLISHED] = train_test_points(N_PUBLISHED, N_TEST, D, few)
    found = fit_estimators(estimators(forest, nets=steps is None), data, seeds, show=show)
    if steps is not None:
        found |= {name: train_together(hidden, data, steps, seeds, show=show) for name, hidden in NETS.items()}
    accuracy = {name: np.stack([by_size[n] for n in n_trains]) for name, by_size in found.items()}
    last = {name: by_size[N_PUBLISHED] for name, by_size in found.items() if N_PUBLISHED in by_size}
    n_seeds = len(last.get(SVM, ()))
    return Findings(
        protocol=_describe(steps, np.mean([mixture(D, seed).best_accuracy for seed in seeds])),
        sweeps=(Sweep("Held-out points", tuple(n_trains), "training points", "test accuracy", accuracy, log_x=True),),
        verdicts=judge(accuracy),
        compared=beside_published(
            PUBLISHED, last, f"{{}}, {N_PUBLISHED:,} training points ({n_seeds} seeds)", runs=3, within=(0, 1)
        ),
    )


def judge(accuracy: dict[str, np.ndarray]) -> tuple[Verdict, ...]:
    """Return the verdicts on accuracies by name, each (n_sizes, n_seeds) from few points to many."""
    gain = {name: values[-1] - values[0] for name, values in accuracy.items()}
    least = min(gain, key=lambda name: gain[name].mean())
    return (
        ALL_IMPROVE.judge(gain[least]),
        NETS_GAIN.judge(gain[DEEP] - gain[SVM]),
        NETS_WIN.judge(accuracy[DEEP][-1] - accuracy[SVM][-1]),
        DEEPER.judge(accuracy[DEEP][-1] - accuracy[SHALLOW][-1]),
    )


def train_together(
    hidden: Sequence[int], data: Mapping[int, Points], steps: int, seeds: Sequence[int], *, show: bool = False
) -> dict[int, np.ndarray]:
    """Return the test accuracies (n_seeds,) of networks by their number of training points.

    Networks are trained together: smaller sets are repeated until all have the same size, which leaves every example
    the same weight.

    Parameters
    ----------
    hidden : sequence of int
        Units of each hidden layer.
    data : dict of int to Points
        Points by the number of training points, each of which divides the largest; some may be of the first seeds only.
    steps : int
        Number of update steps.
    seeds : sequence of int
        Seeds of the networks.
    show : bool
        Whether to show a progress bar.

    Raises
    ------
    ValueError
        If a number of training points does not divide the largest.
    """
    most, n_seeds = max(data), len(seeds)
    if any(most % n for n in data):
        raise ValueError(f"sizes must lead to numbers of training points that divide the largest, got {list(data)}.")
    common = dict(hidden=hidden, activation="relu", steps=steps, seeds=seeds, show=show)
    nets = compare_like_the_original(
        {n: _repeated(points, n_seeds, most // n).encoded() for n, points in data.items()},
        **common,
        batch_size=FAST_BATCH,
        optimizer=keras.optimizers.Adam(FAST_RATE),
        record=(),
    )
    return {n: nets[n].test_accuracy[-1, : len(points.X)] for n, points in data.items()}


def estimators(forest: bool, nets: bool) -> dict[str, Callable]:
    """Return makers of scikit-learn's classifiers by name: each takes a seed.

    Parameters
    ----------
    forest, nets : bool
        Whether to include the random forest, and the networks.
    """
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.svm import SVC
    from sklearn.tree import DecisionTreeClassifier

    makers = {SVM: lambda seed: SVC(), TREE: lambda seed: DecisionTreeClassifier(random_state=seed)}
    if forest:
        makers[FOREST] = lambda seed: RandomForestClassifier(random_state=seed)
    if nets:
        makers |= {
            name: lambda seed, hidden=hidden: MLPClassifier(hidden, random_state=seed) for name, hidden in NETS.items()
        }
    return makers


def fit_estimators(
    makers: Mapping[str, Callable], data: Mapping[int, Points], seeds: Sequence[int], *, show: bool = False
) -> dict[str, dict[int, np.ndarray]]:
    """Return test accuracies (n_seeds,) by name and number of training points; as many fits at a time as cores.

    Parameters
    ----------
    makers : dict of str to callable
        Makers of classifiers from a seed.
    data : dict of int to Points
        Points by the number of training points.
    seeds : sequence of int
        Seeds of the classifiers.
    show : bool
        Whether to show a progress bar.
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    def score(job):
        name, n, at = job
        X, y, X_test, y_test = (values[at] for values in data[n])
        return makers[name](seeds[at]).fit(X, y).score(X_test, y_test)

    jobs = [(name, n, at) for name in makers for n, points in data.items() for at in range(len(points.X))]
    with warnings.catch_warnings(), threadpool_limits(1), ThreadPoolExecutor(cores.available_cores()) as pool:
        warnings.simplefilter("ignore", ConvergenceWarning)  # the original lecture has 200 epochs
        bar = tqdm(pool.map(score, jobs), total=len(jobs), unit="fit", leave=False, disable=not show, delay=1)
        scores = dict(zip(jobs, bar))
    return {
        name: {n: np.array([scores[name, n, at] for at in range(len(points.X))]) for n, points in data.items()}
        for name in makers
    }


def _repeated(points, n_seeds, times):
    """Points of n_seeds seeds, which repeat where there are fewer, with repeated training points."""
    X, y, X_test, y_test = (np.resize(values, (n_seeds, *values.shape[1:])) for values in points)
    return Points(np.tile(X, (1, times, 1)), np.tile(y, (1, times)), X_test, y_test)


def _describe(steps, best):
    """The protocol: what is drawn, what is trained, and what no classifier can exceed."""
    if steps is None:
        nets = "networks are scikit-learn's MLPClassifier with its defaults"
    else:
        nets = f"networks have ReLUs and take {steps:,} steps of Adam at {FAST_RATE:g} on mini-batches of {FAST_BATCH}"
    return (
        f"Two normal distributions in {D} dimensions, 80% of the points to train, {N_TEST:,} others to test for every "
        f"size (published: the other 20%); {nets}; everything else has scikit-learn's defaults. No classifier can "
        f"have more than {best:.3f} on average over these seeds."
    )
