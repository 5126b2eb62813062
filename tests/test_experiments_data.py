"""Data size and imbalance: what is trained is what is said, and verdicts follow from the numbers."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")
import matplotlib.pyplot as plt
from made_up import around, words
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from lecture.experiments import data_size, imbalance, live
from lecture.experiments.mixtures import mixture, train_test_points
from lecture.experiments.protocol import train_like_the_original
from lecture.plots import plot_decisions

rng = np.random.default_rng(0)


def test_accuracies_are_those_of_scikit_learn_fitted_by_hand():
    result = data_size.run(sizes=(20, 100), steps=20, forest=True, n_compared=0, n_seeds=2, show=False)
    values = result.sweeps[0].values
    assert (
        result.sweeps[0].x == (16, 80)
        and list(values) == [data_size.SVM, data_size.TREE, data_size.FOREST, data_size.SHALLOW, data_size.DEEP]
        and not result.compared
    )
    for seed in (0, 1):
        X, y, X_test, y_test = (each[0] for each in train_test_points(80, 1000, 12, [seed]))
        assert values[data_size.SVM][1, seed] == SVC().fit(X, y).score(X_test, y_test)
        assert values[data_size.TREE][1, seed] == DecisionTreeClassifier(random_state=seed).fit(X, y).score(
            X_test, y_test
        )
    assert "sizes=(20, 100) instead of (20, 50, 100" in result.protocol


def test_the_published_nets_are_scikit_learns():
    result = data_size.run(sizes=(20, 50), forest=False, n_seeds=2, preset="published", show=False)
    X, y, X_test, y_test = (each[0] for each in train_test_points(40, 1000, 12, [1]))
    by_hand = MLPClassifier((100, 100), random_state=1).fit(X, y).score(X_test, y_test)
    assert result.sweeps[0].values[data_size.DEEP][1, 1] == pytest.approx(by_hand, abs=0.003)


def test_repeating_a_set_changes_nothing_but_the_order():
    """Five points five times fill a batch of 25, and have the gradient of the five."""
    data = {n: train_test_points(n, 200, 12, [0, 1]) for n in (5, 25)}
    tiled = data_size.train_together((8,), data, 5, (0, 1))
    alone = train_like_the_original(
        (8,),
        **data[5].encoded(),
        steps=5,
        seeds=(0, 1),
        activation="relu",
        batch_size=None,
        learning_rate=0.01,
        record=(),
        show=False,
    )
    assert list(tiled) == [5, 25] and np.allclose(tiled[5], alone.test_accuracy[-1], atol=0.0051)


@pytest.mark.parametrize(
    "settings, n_seeds",
    [
        (dict(preset="published"), 3),
        (dict(sizes=(20, 100), n_compared=2), 2),
        (dict(sizes=(20, 100), n_compared=5), 3),
        (dict(sizes=(20, 10_000), n_compared=2), 3),
    ],
)
def test_published_numbers_are_compared_at_8000_points(monkeypatch, settings, n_seeds):
    seen = []
    monkeypatch.setattr(
        data_size,
        "train_test_points",
        lambda n, *rest: seen.append((n, len(rest[-1]))) or train_test_points(40, 50, 12, rest[-1]),
    )
    monkeypatch.setattr(
        data_size,
        "estimators",
        lambda forest, nets: {name: lambda seed: DecisionTreeClassifier() for name in data_size.PUBLISHED},
    )
    monkeypatch.setattr(
        data_size,
        "train_together",
        lambda hidden, data, *_, **__: {n: np.full(len(points.X), 0.5) for n, points in data.items()},
    )
    result = data_size.run(**settings, n_seeds=3, show=False)
    assert [(each.what, each.published, each.runs) for each in result.compared] == [
        (f"{name}, 8,000 training points ({n_seeds} seeds)", then, 3) for name, then in data_size.PUBLISHED.items()
    ]
    assert seen[-1] == (8000, n_seeds) and all(len(each.values) == n_seeds for each in result.compared)


@pytest.mark.parametrize(
    "last, expected",
    [
        ({data_size.SVM: 0.8, data_size.TREE: 0.7, data_size.SHALLOW: 0.9, data_size.DEEP: 0.95}, ["supported"] * 4),
        ({data_size.SVM: 0.8, data_size.TREE: 0.5, data_size.SHALLOW: 0.8, data_size.DEEP: 0.8}, ["contradicted"] * 4),
    ],
)
def test_verdicts_on_data_size(last, expected):
    assert (
        words(data_size.judge({name: np.array([around(0.5), around(value)]) for name, value in last.items()}))
        == expected
    )


def test_data_sizes_that_vary_are_undecided():
    wild = {
        name: np.array([np.full(30, 0.5), around(0.53, spread=0.3)[:: -1 if name == data_size.DEEP else 1]])
        for name in (data_size.SVM, data_size.SHALLOW, data_size.DEEP)
    }
    assert words(data_size.judge(wild)) == ["undecided"] * 4


@pytest.fixture(scope="module")
def unequal():
    return imbalance.run(ratios=(1, 50, 100), steps=60, hidden=(8,), n_seeds=2, show=False)


def test_counts_are_those_of_the_ratio():
    assert (
        imbalance.counts(1) == (600, 600)
        and imbalance.counts(5) == (1000, 200)
        and imbalance.counts(99) == imbalance.counts(100) == (1188, 12)
    )


@pytest.mark.parametrize("ratio", [1, 2, 10, 100])
def test_rows_to_train_on(ratio):
    y = rng.permutation(np.repeat([0, 1], imbalance.counts(ratio)))
    plain, again = imbalance.rows(y, False, 0), imbalance.rows(y, True, 0)
    assert np.array_equal(np.bincount(plain), np.full(1200, 2))
    times = np.bincount(again, minlength=1200)
    assert len(again) == len(plain) and times.min() >= 1 and np.bincount(y[again]).tolist() == [1200, 1200]
    assert np.ptp(times[y == 0]) <= 1  # of the frequent class, nothing is drawn
    assert not np.array_equal(again, imbalance.rows(y, True, 1)) or ratio == 1


def test_scalers_are_fitted_on_what_is_said():
    classes = mixture(2, 3)
    sample = imbalance.scaled_sample(classes, 20)
    raw, raw_test = classes.draw(imbalance.counts(20))[0], classes.draw((500, 500), part=1)[0]
    scaler = StandardScaler().fit(raw)
    assert np.allclose(sample.X, scaler.transform(raw)) and sample.y.sum() == imbalance.counts(20)[1]
    assert np.allclose(sample.X_test["train"], scaler.transform(raw_test))
    assert np.allclose(sample.X_test["separate"], StandardScaler().fit_transform(raw_test))


def test_scaling_changes_the_test_alone(unequal):
    other = imbalance.run(ratios=(1, 50, 100), steps=60, hidden=(8,), scaling="separate", n_seeds=2, show=False)
    assert unequal.verdicts[3] == other.verdicts[3] and np.allclose(
        unequal.details.chances["with oversampling"], other.details.chances["with oversampling"]
    )
    assert np.allclose([each.values for each in unequal.compared], [each.values for each in other.compared])
    assert not np.allclose(unequal.sweeps[0].values["with oversampling"], other.sweeps[0].values["with oversampling"])
    assert np.allclose(unequal.sweeps[0].values["with oversampling"][2], unequal.compared[5].values) and np.allclose(
        other.sweeps[0].values["with oversampling"][2], other.compared[2].values
    )


def test_decisions_are_of_the_first_seeds_data(unequal):
    shown = unequal.details
    assert shown.y.sum() == 12 and shown.chances["without oversampling"].shape == (
        2,
        imbalance.N_GRID,
        imbalance.N_GRID,
    )
    assert (
        shown.accuracy["with oversampling"][0] == unequal.sweeps[0].values["with oversampling"][2, 0]
    )  # the first net is that of the sweep
    near = np.argmin(np.linalg.norm(shown.grid.reshape(-1, 2) - shown.X_test[:, None], axis=-1), axis=1)
    hits = (shown.chances["with oversampling"].reshape(2, -1)[:, near] > 0.5) == shown.y_test
    assert np.allclose(
        hits.mean(axis=1), shown.accuracy["with oversampling"], atol=0.07
    )  # of 300 points, at the nearest place of the grid


@pytest.mark.parametrize(
    "accuracies, expected",
    [
        ((0.85, 0.5, 0.85, 0.84, 0.84, 0.84, 0.6), ["supported"] * 4),
        ((0.85, 0.84, 0.85, 0.84, 0.6, 0.84, 0.84), ["contradicted"] * 4),
    ],
)
def test_verdicts_on_imbalance(accuracies, expected):
    assert words(judge_imbalance([around(mean) for mean in accuracies])) == expected


def judge_imbalance(values):
    """Verdicts on accuracies at 1:1 and 50:1 without oversampling, at 1:1 to 100:1 with it, scaled in two ways."""
    names = [
        ("without oversampling", 1),
        ("without oversampling", 50),
        *(("with oversampling", n) for n in (1, 50, 100)),
    ]
    return imbalance.judge(dict(zip(names, values)), dict(zip(("train", "separate"), values[5:])))


def test_imbalance_that_varies_is_undecided():
    wild = [
        around(mean, spread=0.3)[::step]
        for mean, step in zip((0.85, 0.8, 0.85, 0.85, 0.8, 0.85, 0.8), (1, -1, 1, 1, -1, 1, -1))
    ]
    assert words(judge_imbalance(wild)) == ["undecided"] * 4


def test_live_decisions_follow_their_controls():
    near, far = (live.decide_rare_class(5, True, distance=distance, n_nets=3, steps=100) for distance in (0.5, 4))
    assert (
        near.y.sum() == 200
        and list(near.chances) == ["with oversampling"]
        and list(live.decide_rare_class(5, n_nets=3, steps=100).chances) == ["without oversampling"]
    )
    assert far.accuracy["with oversampling"].mean() > near.accuracy["with oversampling"].mean() + 0.05
    assert np.linalg.norm(np.subtract(*(far.X[far.y == k].mean(axis=0) for k in (0, 1)))) > np.linalg.norm(
        np.subtract(*(near.X[near.y == k].mean(axis=0) for k in (0, 1)))
    )


def test_decisions_are_drawn(unequal):
    axes = plot_decisions(unequal.details)
    assert axes.shape == (2, 2)
    for row, (way, accuracy) in zip(axes, unequal.details.accuracy.items()):
        assert (
            "12 of 1,200 are rare" in row[0].get_title()
            and f"{way}:\naccuracy {accuracy.mean():.2f}" in row[1].get_title()
        )
        assert sorted(len(line.get_xdata()) for line in row[0].lines if len(line.get_xdata())) == [12, 1188]
    plt.close("all")
