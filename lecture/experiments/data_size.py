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
ALL_IMPROVE = Hypothesis("More data helps every technique.", "accuracy with the most points minus that with the fewest, of whoever gains least", 0.02)
NETS_GAIN = Hypothesis("Nets gain more than the others.", "gain of the net 100-100, minus that of the support vector machine", 0.02)
NETS_WIN = Hypothesis("Nets are ahead with the most data.", "accuracy of the net 100-100, minus that of the support vector machine, with the most points", 0.02)
DEEPER = Hypothesis("The deeper net is a little better.", "accuracy of the net 100-100 minus that of the net 100, with the most points", 0.01)
HYPOTHESES = (ALL_IMPROVE, NETS_GAIN, NETS_WIN, DEEPER)
PUBLISHED = {SVM: 0.945, TREE: 0.65, SHALLOW: 1.0, DEEP: 1.0}  # with 10,000 points, 8,000 of them to train
PRESETS = {
    "short": dict(n_seeds=30, sizes=(20, 100, 500, 2000), forest=False, steps=400),
    "published": dict(n_seeds=30, sizes=(20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000), forest=True, steps=None),
}
SHARE, N_TEST, D = 0.8, 1000, 12
FAST_RATE, FAST_BATCH = 0.01, 25


def run(*, sizes=None, forest=None, steps=None, n_seeds=None, preset="short", show=True):
    """Train nets, a support vector machine and trees on more and more points of two classes.

    Parameters
    ----------
    sizes : sequence of int, optional
        Points, of which 80 % are to train. With ``steps``, each number to train must divide the largest.
    forest : bool, optional
        Whether a random forest takes part beside the decision tree: the original's text has the one, its code the other.
    steps : int, optional
        If given, nets are trained together, with as many steps for all sizes. Else by scikit-learn's ``MLPClassifier`` as it comes, as in the original, which takes minutes.
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
    own = chosen(PRESETS, preset, n_seeds, sizes=sizes, forest=forest, steps=steps)
    n_trains = [round(SHARE * whole(size, "a size", least=5)) for size in sorted(set(own.sizes))]
    if len(n_trains) < 2:
        raise ValueError(f"sizes must be two or more different numbers of points, got {list(own.sizes)}.")
    if own.steps is not None and any(n_trains[-1] % n for n in n_trains):
        raise ValueError(f"sizes must leave numbers of training points that divide the largest where nets are trained together, got {n_trains}.")
    data = [parts(n, N_TEST, D, own.seeds) for n in n_trains]
    accuracy = _fitted(_estimators(own.forest, nets=own.steps is None), data, own.seeds, show)
    if own.steps is not None:
        accuracy |= {name: nets(hidden, data, own.steps, own.seeds, show) for name, hidden in NETS.items()}
    compared = tuple(
        Compared(f"{name}, {n:,} training points", then, 3, accuracy[name][at]) for at, n in enumerate(n_trains) if n == 8000 for name, then in PUBLISHED.items()
    )
    told = (
        "nets by scikit-learn's MLPClassifier as it comes" if own.steps is None
        else f"nets with ReLUs, {own.steps:,} steps of Adam at {FAST_RATE:g} on batches of {FAST_BATCH} for every size"
    )
    cut = "" if preset == "published" else " A short run takes four sizes and ends at 2,000 points instead of 10,000, and trains all nets together; what was published was read off at 10,000."
    best = np.mean([mixture(D, seed).best_accuracy for seed in own.seeds])
    return Result(
        "data_size", TITLE, preset, f"Two normal distributions in {D} dimensions, 80 % of the points to train, {N_TEST:,} others to test for every size (published: the other 20 %); {told}; the rest as scikit-learn has it."
        f" No classifier could have more than {best:.3f} on average over these seeds.{cut}", own.seeds,
        (Sweep("Held-out points", tuple(n_trains), "training points", "test accuracy", accuracy, log_x=True),), judge(accuracy), compared, time.perf_counter() - start,
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
    """Return test accuracies (n_sizes, n_seeds) of nets that are trained together: smaller sets are repeated until all are equally large, which leaves every example the same weight.

    Parameters
    ----------
    hidden : sequence of int
    data : sequence of (X, y, X_test, y_test)
        For each size arrays (n_seeds, n, d) and (n_seeds, n); each n divides the last.
    steps : int
    seeds : sequence of int
    show : bool
    """
    most = data[-1][0].shape[1]
    X, y = (np.concatenate([np.concatenate([it[at]] * (most // it[at].shape[1]), axis=1) for it in data]) for at in (0, 1))
    X_test, y_test = (np.concatenate([it[at] for it in data]) for at in (2, 3))
    found = trained(
        hidden, X, one_hot(y), steps=steps, seeds=tuple(seeds) * len(data), activation="relu", batch_size=FAST_BATCH, optimizer=keras.optimizers.Adam(FAST_RATE),
        X_test=X_test, y_test=one_hot(y_test), record=(), show=show,
    )
    return found.test_accuracy[-1].reshape(len(data), len(seeds))


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
        makers |= {name: lambda seed, hidden=hidden: MLPClassifier(hidden, random_state=seed) for name, hidden in NETS.items()}
    return makers


def _fitted(makers, data, seeds, show):
    """Test accuracies by name, each (n_sizes, n_seeds): one fit after the other, as many at a time as there are cores."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    def score(job):
        make, size, at = job
        X, y, X_test, y_test = (it[at] for it in data[size])
        return make(seeds[at]).fit(X, y).score(X_test, y_test)

    jobs = [(make, size, at) for make in makers.values() for size in range(len(data)) for at in range(len(seeds))]
    with warnings.catch_warnings(), threadpool_limits(1), ThreadPoolExecutor(cores.available()) as pool:
        warnings.simplefilter("ignore", ConvergenceWarning)  # 200 epochs are what the original has
        found = list(tqdm(pool.map(score, jobs), total=len(jobs), unit="fit", leave=False, disable=not show, delay=1))
    return dict(zip(makers, np.reshape(found, (len(makers), len(data), len(seeds)))))
