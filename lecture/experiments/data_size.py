"""Who makes the most of more data: nets, a support vector machine, or trees?"""

import time
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
from tqdm import tqdm

from lecture.checks import whole
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import mixture, one_hot, parts
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep
from lecture.replicas import cores

TITLE = "Who makes the most of more data: nets, a support vector machine, or trees?"
SVM, TREE, FOREST, SHALLOW, DEEP = "support vector machine", "decision tree", "random forest", "net 100", "net 100-100"
NETS = {SHALLOW: (100,), DEEP: (100, 100)}
ALL_IMPROVE = Hypothesis(
    "More data helps every technique.",
    "accuracy with the most points minus that with the fewest, of whoever gains least",
    0.02,
)
NETS_GAIN = Hypothesis(
    "Nets gain more than the others.", "gain of the net 100-100, minus that of the support vector machine", 0.02
)
NETS_WIN = Hypothesis(
    "Nets are ahead with the most data.",
    "accuracy of the net 100-100, minus that of the support vector machine, with the most points",
    0.02,
)
DEEPER = Hypothesis(
    "The deeper net is a little better.",
    "accuracy of the net 100-100 minus that of the net 100, with the most points",
    0.01,
)
HYPOTHESES = (ALL_IMPROVE, NETS_GAIN, NETS_WIN, DEEPER)
PUBLISHED = {SVM: 0.945, TREE: 0.65, SHALLOW: 1.0, DEEP: 1.0}
N_PUBLISHED = 8000  # points to train, with which these were read off
PRESETS = {
    "short": dict(n_seeds=30, sizes=(20, 100, 500, 2000), forest=False, steps=400, n_compared=4),
    "published": dict(
        n_seeds=30, sizes=(20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000), forest=True, steps=None, n_compared=0
    ),
}
SHARE, N_TEST, D = 0.8, 1000, 12
FAST_RATE, FAST_BATCH = 0.01, 25


def run(*, sizes=None, forest=None, steps=None, n_compared=None, n_seeds=None, preset="short", show=True):
    """Train nets, a support vector machine and trees on more and more points of two classes.

    Parameters
    ----------
    sizes : sequence of int, optional
        Points, of which 80 % are to train. With ``steps``, each number to train must divide the largest, which is 8,000
        where ``n_compared`` adds it.
    forest : bool, optional
        Whether a random forest takes part beside the decision tree: the original's text has the one, its code the
        other.
    steps : int, optional
        If given, nets are trained together, with as many steps for all sizes. Else by scikit-learn's ``MLPClassifier``
        as it comes, as in the original, which takes minutes.
    n_compared : int, optional
        Where ``sizes`` do not lead to the 8,000 training points of which numbers were published: for so many of the
        seeds everything is fitted to these as well, for the table alone.
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
    own = chosen(PRESETS, preset, n_seeds, sizes=sizes, forest=forest, steps=steps, n_compared=n_compared)
    n_trains = [round(SHARE * whole(size, "a size", least=5)) for size in sorted(set(own.sizes))]
    if len(n_trains) < 2:
        raise ValueError(f"sizes must be two or more different numbers of points, got {list(own.sizes)}.")
    groups = [(n, own.seeds) for n in n_trains]
    few = own.seeds[: whole(own.n_compared, "n_compared", least=0)]
    if few and N_PUBLISHED not in n_trains:
        groups.append((N_PUBLISHED, few))
    ns = [n for n, _ in groups]
    if own.steps is not None and any(max(ns) % n for n in ns):
        raise ValueError(
            f"sizes must leave numbers of training points that divide the largest where nets are trained together, got {ns}."
        )
    data = [parts(n, N_TEST, D, seeds) for n, seeds in groups]
    found = _fitted(_estimators(own.forest, nets=own.steps is None), data, own.seeds, show)
    if own.steps is not None:
        found |= {name: nets(hidden, data, own.steps, own.seeds, show) for name, hidden in NETS.items()}
    accuracy = {name: np.stack(values[: len(n_trains)]) for name, values in found.items()}
    at_published = {name: values[ns.index(N_PUBLISHED)] for name, values in found.items() if N_PUBLISHED in ns}
    compared = tuple(
        Compared(
            f"{name}, {N_PUBLISHED:,} training points ({len(at_published[name])} seeds)", then, 3, at_published[name]
        )
        for name, then in PUBLISHED.items()
        if at_published
    )
    told = (
        "nets by scikit-learn's MLPClassifier as it comes"
        if own.steps is None
        else f"nets with ReLUs, {own.steps:,} steps of Adam at {FAST_RATE:g} on batches of {FAST_BATCH} for every size"
    )
    cut = (
        ""
        if preset == "published"
        else f" A short run takes four sizes and ends at 2,000 points instead of 10,000, and trains all nets together; what was published was read off at 10,000, which are given to the first {len(few)} seeds alone."
    )
    best = np.mean([mixture(D, seed).best_accuracy for seed in own.seeds])
    return Result(
        "data_size",
        TITLE,
        preset,
        f"Two normal distributions in {D} dimensions, 80 % of the points to train, {N_TEST:,} others to test for every size (published: the other 20 %); {told}; the rest as scikit-learn has it."
        f" No classifier could have more than {best:.3f} on average over these seeds.{cut}",
        own.seeds,
        (Sweep("Held-out points", tuple(n_trains), "training points", "test accuracy", accuracy, log_x=True),),
        judge(accuracy),
        compared,
        time.perf_counter() - start,
    )


def judge(accuracy):
    """Return the verdicts on accuracies by name, each (n_sizes, n_seeds) from few points to many."""
    gain = {name: values[-1] - values[0] for name, values in accuracy.items()}
    least = min(gain, key=lambda name: gain[name].mean())
    return (
        ALL_IMPROVE.judge(gain[least]),
        NETS_GAIN.judge(gain[DEEP] - gain[SVM]),
        NETS_WIN.judge(accuracy[DEEP][-1] - accuracy[SVM][-1]),
        DEEPER.judge(accuracy[DEEP][-1] - accuracy[SHALLOW][-1]),
    )


def nets(hidden, data, steps, seeds, show=False):
    """Return test accuracies, for each size an array (n_tasks,), of nets that are trained together: smaller sets are repeated until all are equally large, which leaves every example the same weight.

    Parameters
    ----------
    hidden : sequence of int
    data : sequence of (X, y, X_test, y_test)
        For each size arrays (n_tasks, n, d) and (n_tasks, n); each n divides the largest.
    steps : int
    seeds : sequence of int
        At least as many as there are tasks of any size.
    show : bool
    """
    most, tasks = max(X.shape[1] for X, *_ in data), [len(X) for X, *_ in data]
    X, y = (
        np.concatenate([np.concatenate([it[at]] * (most // it[at].shape[1]), axis=1) for it in data]) for at in (0, 1)
    )
    X_test, y_test = (np.concatenate([it[at] for it in data]) for at in (2, 3))
    found = trained(
        hidden,
        X,
        one_hot(y),
        steps=steps,
        seeds=tuple(seed for n in tasks for seed in seeds[:n]),
        activation="relu",
        batch_size=FAST_BATCH,
        optimizer=keras.optimizers.Adam(FAST_RATE),
        X_test=X_test,
        y_test=one_hot(y_test),
        record=(),
        show=show,
    )
    return np.split(found.test_accuracy[-1], np.cumsum(tasks)[:-1])


def _estimators(forest, nets):
    """Makers of scikit-learn's classifiers by name, from a seed."""
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


def _fitted(makers, data, seeds, show):
    """Test accuracies by name, for each size an array (n_tasks,): one fit after the other, as many at a time as there are cores."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    def score(job):
        make, size, at = job
        X, y, X_test, y_test = (it[at] for it in data[size])
        return make(seeds[at]).fit(X, y).score(X_test, y_test)

    tasks = [len(X) for X, *_ in data]
    jobs = [(make, size, at) for make in makers.values() for size, n in enumerate(tasks) for at in range(n)]
    with warnings.catch_warnings(), threadpool_limits(1), ThreadPoolExecutor(cores.available()) as pool:
        warnings.simplefilter("ignore", ConvergenceWarning)  # 200 epochs are what the original has
        found = list(tqdm(pool.map(score, jobs), total=len(jobs), unit="fit", leave=False, disable=not show, delay=1))
    return {
        name: np.split(values, np.cumsum(tasks)[:-1])
        for name, values in zip(makers, np.reshape(found, (len(makers), sum(tasks))))
    }
