"""Approximation, depth, data size, imbalance: what is trained is what is said, and verdicts follow from the numbers."""

import numpy as np
import pytest

pytest.importorskip("tensorflow")
import matplotlib.pyplot as plt
from made_up import around, words

from lecture.experiments import approximation, data_size, depth, imbalance, live
from lecture.plots import alt_text, plot_alternation, plot_fits

rng = np.random.default_rng(0)


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
    assert len(axes) == 3 and "2 hidden layers\n152 parameters" in axes[0].get_title()
    classes = axes[0].lines[-2:]
    assert (
        [len(line.get_xdata()) for line in classes] == [8, 8]
        and set(classes[0].get_ydata()) == {-1}
        and set(classes[1].get_ydata()) == {1}
    )
    plt.close("all")
