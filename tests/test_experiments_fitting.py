"""Approximation, depth, data size, imbalance: what is trained is what is said, and verdicts follow from the numbers."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")
import matplotlib.pyplot as plt
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from lecture.experiments import approximation, data_size, depth, imbalance, live
from lecture.experiments.mixtures import mixture, train_test_points
from lecture.experiments.protocol import train_like_the_original
from lecture.plots import alt_text, plot_alternation, plot_decisions, plot_fits

rng = np.random.default_rng(0)


def words(verdicts):
    return [each.word for each in verdicts]


def around(mean, n=30, spread=0.01):
    """Made-up numbers of n seeds around a mean."""
    return mean + spread * np.linspace(-1, 1, n)


# Approximation


@pytest.fixture(scope="module")
def fitted():
    return approximation.run(widths=(1, 3), steps=200, learning_rate=0.05, n_seeds=3, show=False)


def test_the_functions_are_the_originals():
    x = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    assert np.allclose(approximation.FUNCTIONS["polynomial"](x), -2 * x + x**2 + x**3 - 2 * x**4)
    assert np.allclose(approximation.FUNCTIONS["sin(12x)"](x), [np.sin(12 * each) for each in x])
    assert np.allclose(approximation.FUNCTIONS["|x|"](x), [1, 0.5, 0, 0.5, 1])


def test_errors_are_those_of_the_curves(fitted):
    fits = fitted.details
    for name, curves in fits.curves.items():
        at_points = np.stack([[np.interp(fits.x, fits.grid, curve) for curve in row] for row in curves])
        assert curves.shape == (2, 3, approximation.N_GRID) and np.allclose(
            np.mean((at_points - fits.y[name]) ** 2, axis=-1), fits.errors[name], rtol=0.02, atol=2e-4
        )
        assert np.allclose(fitted.sweeps[0].values[name], np.log10(fits.errors[name]))
    assert np.allclose(
        fits.true_errors["|x|"],
        [[np.mean((curve - np.abs(fits.grid)) ** 2) for curve in row] for row in fits.curves["|x|"]],
    )


def test_a_narrow_net_has_only_the_units_that_are_said(fitted):
    """A sigmoid is monotone, and so is a net with one."""
    for curves in fitted.details.curves.values():
        change = np.diff(curves[0], axis=-1)
        rounding = 16 * np.finfo("float32").eps  # an output is a sum of two terms below 4, each rounded a few times
        assert np.all((change >= -rounding).all(axis=-1) | (change <= rounding).all(axis=-1))


def test_a_net_is_the_one_that_keras_trains():
    import keras

    from lecture import replicas

    x = np.linspace(-1, 1, approximation.N_POINTS)[:, None]
    ours = approximation.run(widths=(2, 4), steps=50, n_seeds=1, show=False).details.errors["polynomial"][1, 0]
    first = replicas.train(
        (4,),
        x,
        approximation.FUNCTIONS["polynomial"](x),
        steps=1,
        seeds=1,
        learning_rate=0.0,
        output="linear",
        loss="mean_squared_error",
        bias_initializer="glorot_uniform",
        show=False,
    )
    model = keras.Sequential(
        [keras.layers.Input((1,)), keras.layers.Dense(4, activation="sigmoid"), keras.layers.Dense(1)]
    )
    model.set_weights([each[0] for each in first.weights])
    model.compile(keras.optimizers.Adam(0.003), "mean_squared_error")
    model.fit(x, approximation.FUNCTIONS["polynomial"](x), batch_size=len(x), epochs=50, shuffle=False, verbose=0)
    assert ours == pytest.approx(model.evaluate(x, approximation.FUNCTIONS["polynomial"](x), verbose=0), rel=1e-4)


def test_published_errors_stand_beside_ours_where_the_width_is_there():
    result = approximation.run(widths=(2, 5), steps=5, n_seeds=2, show=False)
    assert [each.what for each in result.compared] == [
        "error on sin(12x), 2 units",
        "error on polynomial, 2 units",
        "error on |x|, 2 units",
    ]
    assert [each.published for each in result.compared] == [0.422, 0.0296, 0.0007]


@pytest.mark.parametrize(
    "narrow, wide, expected",
    [
        ((0.4, 0.001), (0.01, 0.0001), ["supported", "supported", "supported"]),
        ((0.4, 0.4), (0.4, 0.4), ["contradicted", "contradicted", "contradicted"]),
    ],
)
def test_verdicts_on_approximation(narrow, wide, expected):
    errors = {
        name: np.array([around(a, spread=a / 100), around(b, spread=b / 100)])
        for name, a, b in zip(
            ("sin(12x)", "polynomial", "|x|"), (*narrow, 0.01), (*wide, 0.01 if narrow == wide else 0.0001)
        )
    }
    assert words(approximation.judge(errors, dict.fromkeys(errors, 0.5))) == expected


def test_an_approximation_that_varies_is_undecided():
    mixed = np.where(
        np.arange(30) % 10 == 0, 0.4, 0.001
    )  # nine in ten learn the waves: around the share that was claimed
    errors = {
        "sin(12x)": np.array([np.full(30, 0.4), mixed]),
        "polynomial": np.array([0.4 * (np.arange(30) % 2), mixed]),
        "|x|": np.array([mixed[::-1], mixed]),
    }
    assert approximation.judge(errors, dict.fromkeys(errors, 0.5))[2].word == "undecided"


def test_a_live_fit_follows_its_controls():
    clean, noisy = (live.fit_function("|x|", 2, noise=noise, n_nets=4, steps=60) for noise in (0.0, 0.5))
    assert np.allclose(clean.y["|x|"], np.abs(clean.x)) and 0.3 < np.std(noisy.y["|x|"] - np.abs(noisy.x)) < 0.7
    own = live.fit_function(np.cos, 8, n_nets=4, steps=60)
    assert list(own.truth) == ["your function"] and np.allclose(own.truth["your function"], np.cos(own.grid))


@pytest.mark.parametrize(
    "call, sentence",
    [
        (
            lambda: approximation.run(widths=(4,), show=False),
            r"widths must be two or more different numbers, got \(4,\)",
        ),
        (lambda: approximation.run(widths=(0, 4), show=False), "a width must be a whole number of at least 1, got 0"),
        (lambda: approximation.run(n_seeds=0, show=False), "n_seeds must be a whole number of at least 1, got 0"),
        (lambda: approximation.run(preset="long"), "preset must be one of short, published, got 'long'"),
        (lambda: live.fit_function("cos"), r"function must be one of sin\(12x\), polynomial, \|x\|, got 'cos'"),
        (lambda: live.fit_function(n_units=33), "n_units must be a whole number from 1 to 32, got 33"),
        (lambda: live.fit_function(noise=-1), "noise must be a number of at least 0, got -1"),
        (lambda: depth.run(layers="deep"), "layers must be one of code, titles, got 'deep'"),
        (
            lambda: depth.run(layers=(3, 3)),
            r"layers must be two or more different numbers, got \(3, 3\)",
        ),
        (lambda: depth.run(domain=(1, 0)), "low must be below high, got 1 and 0"),
        (lambda: data_size.run(sizes=(100,)), r"sizes must be two or more different numbers, got \(100,\)"),
        (
            lambda: data_size.run(sizes=(30, 100)),
            r"sizes must lead to numbers of training points that divide the largest, got \[24, 80, 8000\]",
        ),
        (lambda: imbalance.run(ratios=(1, 10)), r"ratios must have 1, 50 and 100 among them, got \(1, 10\)"),
        (lambda: imbalance.run(scaling="none"), "scaling must be one of train, separate, got 'none'"),
        (lambda: imbalance.counts(5000), "ratio must leave a point of the rare class among 1200, got 5000"),
        (lambda: imbalance.counts(0.5), "ratio must be a number of at least 1, got 0.5"),
        (lambda: live.decide_rare_class(distance=-1), "distance must be a number of at least 0, got -1"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


# Depth


@pytest.fixture(scope="module")
def alternating():
    return depth.run(layers="code", steps=60, n_seeds=4, show=False)


def test_points_alternate_at_equal_distances():
    x, y = depth.alternating_points(-1, 1)
    assert (
        np.allclose(np.diff(x), 2 / 15) and x[0] == -1 and x[-1] == 1 and list(y[:4]) == [0, 1, 0, 1] and len(x) == 16
    )


def test_all_depths_learn_152_parameters_but_one_that_shares_nothing(alternating):
    assert alternating.details.n_parameters == (152, 152, 152) and alternating.details.depths == (2, 3, 4)
    titles = depth.run(layers="titles", steps=2, n_seeds=4, show=False)
    assert (
        titles.details.n_parameters == (42, 152, 152) and not titles.compared
    )  # 20 + 22, and 110 more for the shared layer
    assert [(each.published, each.runs) for each in alternating.compared] == [(0.625, 1), (0.625, 1), (0.688, 1)]


def test_accuracy_is_that_of_the_curve_at_the_points(alternating):
    curves = alternating.details
    at = np.searchsorted(curves.grid, curves.x - 1e-9)
    assert np.allclose(curves.grid[at], curves.x)
    assert np.allclose(((curves.scores[..., at] > 0) == curves.y).mean(axis=-1), curves.accuracy)
    assert np.array_equal(
        curves.turns[0, 0], sum(a != b for a, b in zip(curves.scores[0, 0] > 0, curves.scores[0, 0][1:] > 0))
    )


@pytest.mark.parametrize(
    "accuracy, turns, expected",
    [
        ((around(0.6), around(0.8)), (np.full(30, 3), np.full(30, 8)), ["supported"] * 3),
        ((around(0.6), around(0.6)), (np.full(30, 3), np.full(30, 3)), ["contradicted"] * 3),
        (
            (around(0.6, spread=0.3), around(0.63, spread=0.3)[::-1]),
            (np.arange(30), np.arange(30)[::-1] + 1),
            ["undecided"] * 3,
        ),
    ],
)
def test_verdicts_on_depth(accuracy, turns, expected):
    assert words(depth.judge(np.array(accuracy), np.array(turns))) == expected


# Data size


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


# Imbalance


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
        unequal.details.chances["with resampling"], other.details.chances["with resampling"]
    )
    assert np.allclose([each.values for each in unequal.compared], [each.values for each in other.compared])
    assert not np.allclose(unequal.sweeps[0].values["with resampling"], other.sweeps[0].values["with resampling"])
    assert np.allclose(unequal.sweeps[0].values["with resampling"][2], unequal.compared[5].values) and np.allclose(
        other.sweeps[0].values["with resampling"][2], other.compared[2].values
    )


def test_decisions_are_of_the_first_seeds_data(unequal):
    shown = unequal.details
    assert shown.y.sum() == 12 and shown.chances["without resampling"].shape == (2, imbalance.N_GRID, imbalance.N_GRID)
    assert (
        shown.accuracy["with resampling"][0] == unequal.sweeps[0].values["with resampling"][2, 0]
    )  # the first net is that of the sweep
    near = np.argmin(np.linalg.norm(shown.grid.reshape(-1, 2) - shown.X_test[:, None], axis=-1), axis=1)
    hits = (shown.chances["with resampling"].reshape(2, -1)[:, near] > 0.5) == shown.y_test
    assert np.allclose(
        hits.mean(axis=1), shown.accuracy["with resampling"], atol=0.07
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
    """Verdicts on accuracies at 1:1 and 50:1 without resampling, at 1:1, 50:1 and 100:1 with it, scaled in two ways."""
    names = [("without resampling", 1), ("without resampling", 50), *(("with resampling", n) for n in (1, 50, 100))]
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
        and list(near.chances) == ["with resampling"]
        and list(live.decide_rare_class(5, n_nets=3, steps=100).chances) == ["without resampling"]
    )
    assert far.accuracy["with resampling"].mean() > near.accuracy["with resampling"].mean() + 0.05
    assert np.linalg.norm(np.subtract(*(far.X[far.y == k].mean(axis=0) for k in (0, 1)))) > np.linalg.norm(
        np.subtract(*(near.X[near.y == k].mean(axis=0) for k in (0, 1)))
    )


# Drawings


def test_fits_are_drawn_all_faint_and_one_strong(fitted):
    axes = plot_fits(fitted.details)
    assert axes.shape == (3, 2)
    ax, fits = axes[1, 1], fitted.details
    errors = fits.errors["polynomial"][1]
    *_, strong = ax.lines
    assert len(ax.lines) == 3 + 2 and np.allclose(
        strong.get_ydata(), fits.curves["polynomial"][1, np.argsort(errors)[1]]
    )
    assert f"3 units: MSE {np.median(errors):.2g}" in ax.get_title() and np.median(errors) > 0.001
    assert "polynomial fitted by 3 networks with 3 units" in alt_text(ax.figure) and alt_text(ax.figure).endswith(".")
    plt.close("all")


def test_noisy_points_and_their_true_error_are_drawn():
    fits = live.fit_function("|x|", 2, noise=0.3, n_nets=4, steps=60)
    (ax,) = plot_fits(fits).ravel()
    points = [line for line in ax.lines if line.get_linestyle() == "None"]
    assert np.allclose(points[0].get_ydata(), fits.y["|x|"]) and "from the true curve" in ax.get_title()
    plt.close("all")


def test_alternating_classes_are_drawn(alternating):
    axes = plot_alternation(alternating.details)
    assert len(axes) == 3 and "2 hidden layers, 152 parameters" in axes[0].get_title()
    classes = axes[0].lines[-2:]
    assert (
        [len(line.get_xdata()) for line in classes] == [8, 8]
        and set(classes[0].get_ydata()) == {-1}
        and set(classes[1].get_ydata()) == {1}
    )
    plt.close("all")


def test_decisions_are_drawn(unequal):
    axes = plot_decisions(unequal.details)
    assert axes.shape == (2, 2)
    for row, (way, accuracy) in zip(axes, unequal.details.accuracy.items()):
        assert (
            "12 of 1,200 are rare" in row[0].get_title()
            and f"{way}: accuracy {accuracy.mean():.2f}" in row[1].get_title()
        )
        assert sorted(len(line.get_xdata()) for line in row[0].lines if len(line.get_xdata())) == [12, 1188]
    plt.close("all")
