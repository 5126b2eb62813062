"""What does a rare class cost, and does drawing it more often help?"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lecture.checks import one_of, real
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import Mixture, balanced_counts, mixture, one_hot
from lecture.experiments.protocol import compare_like_the_original, describe_training, stacked, swept
from lecture.experiments.result import Sweep
from lecture.replicas import Replicas

TITLE = "What does a rare class cost, and does drawing it more often help?"
COSTS = Hypothesis("Imbalance costs accuracy.", "accuracy without oversampling at 1:1, minus that at 50:1", 0.05)
HELPS = Hypothesis("Oversampling helps.", "accuracy at 50:1 with oversampling, minus that without", 0.05)
UNDOES = Hypothesis(
    "Oversampling undoes the damage.", "accuracy with oversampling at 1:1, minus that at 100:1", 0.05, absent=True
)
SCALING = Hypothesis(
    "Test points that are scaled by themselves are taken for others.",
    "accuracy with oversampling at 100:1, scaled by the training points minus scaled by themselves",
    0.05,
)
HYPOTHESES = (COSTS, HELPS, UNDOES, SCALING)
WITHOUT, WITH = WAYS = ("without oversampling", "with oversampling")
SCALINGS = {"train": "the training points", "separate": "themselves"}
HIDDEN = (30, 30)  # the original lecture does not say: this is enough for a curved boundary in the plane, and fast
_SETTINGS = dict(ratios=(1, 2, 5, 10, 20, 50, 100), scaling="train", hidden=HIDDEN, steps=500)
PRESETS = {"short": dict(n_seeds=30, **_SETTINGS), "published": dict(n_seeds=100, **_SETTINGS)}
PUBLISHED = {(WITHOUT, 1): 0.82, (WITHOUT, 50): 0.5, (WITH, 100): 0.65}
SWEPT = "points of the frequent class for each rare one"
DRAWN = 100  # ratio at which decisions are drawn
N_TRAIN, N_TEST = 1200, 1000
N_SHOWN, N_GRID = 300, 61


@dataclass(frozen=True, eq=False)
class Sample:
    """Points of two classes, scaled.

    Attributes
    ----------
    X, y : arrays (n, 2) and (n,)
        Training points, scaled by their own mean and deviation, and their classes; 1 is the rare one.
    X_test : dict of str to array (n_test, 2)
        Test points, for each of ``SCALINGS``.
    y_test : array (n_test,)
        Classes of the test points, balanced.
    """

    X: np.ndarray
    y: np.ndarray
    X_test: dict[str, np.ndarray]
    y_test: np.ndarray


@dataclass(frozen=True, eq=False)
class RareClassDecisions:
    """Decisions of networks that were trained on the data of one seed, from different initial weights.

    Attributes
    ----------
    ratio : float
        Number of points of the frequent class for each of the rare one.
    X, y, X_test, y_test : arrays
        Points as the networks see them, scaled, and their classes.
    grid : array (n_grid, n_grid, 2)
        Points of the plane.
    chances : dict of str to array (n_nets, n_grid, n_grid)
        Probability of the rare class, for each way of training.
    accuracy : dict of str to array (n_nets,)
        Test accuracy, for each way of training.
    """

    ratio: float
    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    grid: np.ndarray
    chances: dict[str, np.ndarray]
    accuracy: dict[str, np.ndarray]


@experiment(TITLE, PRESETS)
def run(
    *, ratios: Sequence[float], scaling: str, hidden: Sequence[int], steps: int, seeds: Sequence[int], show: bool
) -> Findings:
    """Train networks on classes of unequal size, as they are and with the rare one drawn more often.

    They are tested on classes of equal size. The ``details`` of the result are `RareClassDecisions` at 100:1.

    Parameters
    ----------
    ratios : sequence of number, optional
        Numbers of points of the frequent class for each of the rare one; 1, 50 and 100 must be among them: the
        hypotheses are about those. At 99 and at 100, the ratios in the original lecture's text and code, 12 of 1200
        points are rare.
    scaling : "train" or "separate", optional
        Whether the test points are scaled by mean and deviation of the training points, or by their own, as in the
        original lecture.
    """
    one_of(scaling, SCALINGS, "scaling")
    ratios = swept(ratios, "ratios", _ratio, needed=(1, 50, 100))
    samples = {ratio: [scaled_sample(mixture(2, seed), ratio) for seed in seeds] for ratio in ratios}
    samples["drawn"] = [samples[DRAWN][0]] * len(seeds)
    crossed = list(itertools.product(WAYS, samples))
    common = dict(hidden=hidden, steps=steps, seeds=seeds, show=show)
    nets = compare_like_the_original(
        {(way, ratio): training_data(samples[ratio], way, seeds) for way, ratio in crossed},
        **common,
        record=(),
    )
    accuracy = {by: {name: accuracy_on(nets[name], samples[name[1]], by) for name in crossed} for by in SCALINGS}
    curves = dict(zip(WAYS, stacked(accuracy[scaling], WAYS, ratios)))
    trained = describe_training((2, *hidden, 2), steps, 2 * N_TRAIN, n_test=N_TEST)
    labels = {by: f"{{}}, {{}}:1, test points scaled by {whose}" for by, whose in SCALINGS.items()}
    return Findings(
        protocol=f"{trained} (published: 300), of {N_TRAIN:,} that are repeated or drawn again; scaled by mean and "
        f"deviation of {SCALINGS[scaling]}. The original lecture's hidden layers and steps are not known.",
        sweeps=(Sweep("Held-out points, 1:1", ratios, SWEPT, "test accuracy", curves, log_x=True),),
        verdicts=judge(accuracy[scaling], {by: accuracy[by][WITH, 100] for by in SCALINGS}),
        compared=beside_published(PUBLISHED, accuracy["separate"], labels["separate"], runs=5, within=(0, 1))
        + beside_published(PUBLISHED, accuracy["train"], labels["train"], runs=5, within=(0, 1)),
        details=decisions({way: nets[way, "drawn"] for way in WAYS}, samples["drawn"][0], DRAWN),
    )


def judge(accuracy: dict[tuple, np.ndarray], scaled: dict[str, np.ndarray]) -> tuple[Verdict, ...]:
    """Return the verdicts.

    Parameters
    ----------
    accuracy : dict of (str, number) to array (n_seeds,)
        Test accuracy without and with oversampling at each ratio.
    scaled : dict of str to array (n_seeds,)
        Test accuracy with oversampling at 100:1, for each way to scale the test points.
    """
    return (
        COSTS.judge(accuracy[WITHOUT, 1] - accuracy[WITHOUT, 50]),
        HELPS.judge(accuracy[WITH, 50] - accuracy[WITHOUT, 50]),
        UNDOES.judge(accuracy[WITH, 1] - accuracy[WITH, 100]),
        SCALING.judge(scaled["train"] - scaled["separate"]),
    )


def _ratio(value):
    real(value, "ratio", least=1)
    return value


def counts(ratio: float, n: int = N_TRAIN) -> tuple[int, int]:
    """Return how many of n points belong to the frequent and to the rare class at ratio:1.

    >>> counts(100), counts(99)
    ((1188, 12), (1188, 12))

    Raises
    ------
    ValueError
        If the ratio is below 1, or leaves no point of the rare class.
    """
    rare = round(n / (real(ratio, "ratio", least=1) + 1))
    if rare < 1:
        raise ValueError(f"ratio must leave a point of the rare class among {n}, got {ratio:g}.")
    return n - rare, rare


def rows(y: np.ndarray, resample: bool, seed: int) -> np.ndarray:
    """Return which points to train on, int (2 n,): all of them twice, or equally many of each class.

    For oversampling, each point of the rare class is taken once, and more of them are drawn with replacement until both
    classes are equally large. Both are then repeated in turn up to n points each, so that networks with and without
    resampling can be trained together: some points occur once more than others.

    Parameters
    ----------
    y : array (n,)
        Classes; 1 is the rare one.
    resample : bool
        Whether to oversample the rare class.
    seed : int
        Seed of what is drawn.
    """
    n = len(y)
    if not resample:
        return np.tile(np.arange(n), 2)
    frequent, rare = np.flatnonzero(y == 0), np.flatnonzero(y == 1)
    drawn = np.random.default_rng([seed, 4]).choice(rare, len(frequent) - len(rare))
    return np.concatenate([np.resize(frequent, n), np.resize(np.concatenate([rare, drawn]), n)])


def scaled_sample(classes: Mixture, ratio: float) -> Sample:
    """Return points of a mixture at ratio:1 to train on and at 1:1 to test on, scaled."""
    X, y = classes.draw(counts(ratio))
    X_test, y_test = classes.draw(balanced_counts(N_TEST), part=1)
    scaled = {
        "train": (X_test - X.mean(axis=0)) / X.std(axis=0),
        "separate": (X_test - X_test.mean(axis=0)) / X_test.std(axis=0),
    }
    return Sample((X - X.mean(axis=0)) / X.std(axis=0), y, scaled, y_test)


def training_data(samples: Sequence[Sample], way: str, seeds: Sequence[int]) -> dict[str, np.ndarray]:
    """Return X (n_seeds, n, 2) and y (n_seeds, n, 2), resampled or not, as `lecture.replicas.train` takes them.

    Parameters
    ----------
    samples : sequence of Sample
        Points for each seed.
    way : "without oversampling" or "with oversampling"
        Whether to oversample the rare class.
    seeds : sequence of int
        Seeds of what is drawn.
    """
    chosen = [rows(sample.y, way == WITH, seed) for sample, seed in zip(samples, seeds)]
    X = np.stack([sample.X[some] for sample, some in zip(samples, chosen)])
    return dict(X=X, y=one_hot(np.stack([sample.y[some] for sample, some in zip(samples, chosen)])))


def accuracy_on(nets: Replicas, samples: Sequence[Sample], scaling: str) -> np.ndarray:
    """Return the accuracy of each network on the test points of its sample: (n_nets,)."""
    predicted = nets.predict(np.stack([sample.X_test[scaling] for sample in samples])).argmax(axis=-1)
    return (predicted == np.stack([sample.y_test for sample in samples])).mean(axis=-1)


def decisions(nets: Mapping[str, Replicas], sample: Sample, ratio: float) -> RareClassDecisions:
    """Return what networks decide that were trained on one sample.

    Parameters
    ----------
    nets : dict of str to Replicas
        Networks for each way of training.
    sample : Sample
        The points that all of them were trained on.
    ratio : number
        Number of points of the frequent class for each of the rare one.
    """
    X_test, y_test = sample.X_test["train"][:N_SHOWN], sample.y_test[:N_SHOWN]
    seen = np.concatenate([sample.X, X_test])
    low, high = seen.min(axis=0), seen.max(axis=0)
    sides = [np.linspace(a - 0.05 * (b - a), b + 0.05 * (b - a), N_GRID) for a, b in zip(low, high)]
    grid = np.stack(np.meshgrid(*sides), axis=-1)
    chances = {
        way: each.predict(grid.reshape(-1, 2))[..., 1].reshape(len(each), N_GRID, N_GRID) for way, each in nets.items()
    }
    accuracy = {way: accuracy_on(each, [sample] * len(each), "train") for way, each in nets.items()}
    return RareClassDecisions(ratio, sample.X, sample.y, X_test, y_test, grid, chances, accuracy)
