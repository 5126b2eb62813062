"""The experiments on learning: losses, initial weights, how layers settle, penalties; and their own drawings."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
import tensorflow as tf

from lecture import plots
from lecture.experiments import convergence, initialization, live, losses, regularization
from lecture.experiments.mixtures import describe_separation, one_hot, train_test_points
from lecture.experiments.protocol import OBJECTIVES, compare_like_the_original, train_like_the_original

rng = np.random.default_rng(0)


def _words(verdicts):
    return [verdict.word for verdict in verdicts]


def _around(mean, spread=0.001, n=30):
    """Numbers with a mean, and hardly any spread."""
    values = rng.normal(size=n)
    return mean + spread * (values - values.mean())


# Losses


def _by_hand(name, outputs, y, predicted):
    """Each loss in NumPy, for each example."""
    if name == "cross-entropy":
        p = predicted if outputs == "softmax" else np.exp(predicted) / np.exp(predicted).sum(axis=-1, keepdims=True)
        return -(y * np.log(p)).sum(axis=-1)
    if name == "hinge" and outputs == "linear":
        return np.maximum(0, 1 - (2 * y - 1) * predicted).mean(axis=-1)
    if name == "hinge":
        return np.maximum(0, 1 + ((1 - y) * predicted).max(axis=-1) - (y * predicted).sum(axis=-1))
    return {
        "absolute": np.abs(y - predicted),
        "squared": (y - predicted) ** 2,
        "fourth power": (y - predicted) ** 4,
        "constant": 0 * y,
    }[name].mean(axis=-1)


@pytest.mark.parametrize("outputs", losses.LOSSES)
def test_losses_are_those_by_hand(outputs):
    y = np.eye(2)[rng.integers(2, size=(3, 7))]
    predicted = rng.normal(size=y.shape)
    if outputs == "softmax":
        predicted = np.exp(predicted) / np.exp(predicted).sum(axis=-1, keepdims=True)
    for name, loss in losses.LOSSES[outputs].items():
        loss = getattr(loss, "call", loss)  # a keras.losses.Loss averages when it is called
        found = loss(tf.constant(y, "float32"), tf.constant(predicted, "float32")).numpy()
        assert np.allclose(found, _by_hand(name, outputs, y, predicted), atol=1e-5), name


def test_without_a_gradient_a_net_stays_where_it_was_beside_others_that_learn():
    X, y, *_ = train_test_points(40, 2, 3, [0])
    nets = compare_like_the_original(
        {name: dict(loss=loss) for name, loss in losses.LOSSES["linear"].items()},
        X,
        one_hot(y),
        hidden=[4],
        steps=30,
        seeds=[0],
        output="linear",
        record=[0],
        keep={0: range(12)},
        show=False,
    )
    moved = {name: np.abs(each.kept[0][-1] - each.kept[0][0]).max() for name, each in nets.items()}
    assert moved.pop("constant") == 0 and min(moved.values()) > 1e-3


def test_losses_are_judged_by_their_numbers():
    alike = {name: _around(0.9) for name in losses.NAMES} | {"constant": _around(0.5)}
    assert _words(losses.judge(alike)) == ["contradicted", "supported", "contradicted", "supported"]
    assert _words(losses.judge(alike | {"cross-entropy": _around(0.95)})) == [
        "supported",
        "contradicted",
        "contradicted",
        "supported",
    ]
    wide = {name: _around(0.9, 0.2, 4) for name in losses.NAMES}
    assert set(_words(losses.judge(wide))[1:3]) == {"undecided"}
    assert _words(losses.judge(alike | {"fourth power": _around(0.8), "constant": _around(0.6)}))[2:] == [
        "supported",
        "contradicted",
    ]


def test_a_run_on_losses_holds_together():
    result = losses.run(hidden=[6], steps=40, n_seeds=3, show=False)
    end, way = result.sweeps
    assert end.x == losses.NAMES and way.x[0] == 0 and way.x[-1] == 40
    assert np.array_equal(end.values[""], [way.values[name][-1] for name in losses.NAMES])
    assert (np.diff(way.values["constant"], axis=0) == 0).all() and (
        way.values["cross-entropy"][-1] != way.values["constant"][-1]
    ).any()
    assert [each.published for each in result.compared] == list(losses.PUBLISHED.values()) and all(
        each.runs == 5 for each in result.compared
    )
    assert "12-6-2" in result.protocol and describe_separation("falling") in result.protocol


# First weights


def test_the_difference_of_units_by_hand():
    kernel = np.array([[1.0, 1.0, 1.0], [-4.0, -4.0, -3.0]])
    assert initialization.difference(kernel) == 1 / 4
    assert initialization.difference(np.zeros((2, 5, 3))).tolist() == [0, 0]
    assert initialization.difference(np.full((2, 3), 7.0)) == 0


def test_the_logarithm_of_no_distance_is_the_least_on_every_processor():
    found = initialization.logarithm(np.array([0, 1e-30, 1e-3, 2], "float32"))
    assert found.dtype == "float64" and found[:2].tolist() == [-8.0, -8.0]
    assert np.allclose(found[2:], [-3, 0.3010299957], rtol=0, atol=3e-8)  # float32 has 0.001 to 6e-8 of itself


def test_one_unit_stands_for_a_layer_of_equal_ones():
    """Both are trained in double precision, so that rounding is not what is seen."""
    X, y, *_ = train_test_points(60, 2, 3, [0, 1])
    how = dict(
        steps=200,
        seeds=2,
        initializer="zeros",
        bias_initializer="zeros",
        dtype="float64",
        learning_rate=0.05,
        batch_size=None,
        show=False,
        optimizer=keras.optimizers.Adam(0.05, epsilon=1e-30),
        **OBJECTIVES["squared error"],
    )
    many = train_like_the_original((7, 7), X, one_hot(y), **how)
    one = train_like_the_original((1, 1), X, one_hot(y), activation=initialization.summed_sigmoid(7), **how)
    assert np.allclose(many.predict(X), one.predict(X), atol=1e-4) and np.std(many.predict(X), axis=1).min() > 0.01
    assert max(initialization.difference(kernel).max() for kernel in many.weights[:4:2]) < 1e-8
    for layer in range(3):
        assert np.allclose(
            many.weights[2 * layer].mean(axis=(1, 2)), one.weights[2 * layer].mean(axis=(1, 2)), atol=1e-3
        )


def test_first_weights_are_judged_by_their_numbers():
    found = {name: _around(0.9) for name in (*initialization.NAMES, initialization.ONE)}
    assert _words(initialization.judge(found, _around(1e-6, 1e-7))) == [
        "contradicted",
        "contradicted",
        "contradicted",
        "supported",
    ]
    other = found | {"N(0, 0.01²)": _around(0.8), "zeros": _around(0.5), initialization.ONE: _around(0.4)}
    assert _words(initialization.judge(other, _around(1.5))) == ["supported", "supported", "supported", "contradicted"]
    wide = {name: _around(0.6, 0.3, 4) for name in found}
    assert _words(initialization.judge(wide, _around(0.01, 0.02, 4))) == ["undecided"] * 4


def test_a_run_on_first_weights_holds_together():
    result = initialization.run(hidden=[6, 6], steps=30, n_seeds=2, show=False)
    end, way, apart = result.sweeps
    assert end.x == (*initialization.NAMES, initialization.ONE) and np.array_equal(
        end.values[""][end.x.index("zeros")], way.values["zeros"][-1]
    )
    assert (apart.values["Glorot"] > np.log10(0.5)).all() and (apart.values["ones"] < -3).all()
    assert (apart.values["zeros"][0] == initialization.LEAST).all()
    assert {each.what.split(", ", 1)[1] for each in result.compared} == set(initialization.PUBLISHED) and all(
        "after 30 steps" in each.what for each in result.compared
    )


def test_nets_that_are_trained_anew_follow_the_standard_deviation():
    curves = live.learn_from_normal(0.3, n_nets=4, hidden=(5, 5), steps=20)
    assert curves.accuracy.shape == (len(curves.steps), 4) and curves.steps[-1] == 20 and "0.3" in curves.label
    assert not np.array_equal(curves.accuracy, live.learn_from_normal(2.0, n_nets=4, hidden=(5, 5), steps=20).accuracy)
    ax = plots.plot_learning_curves(curves)
    assert (
        len(ax.lines) == 5
        and np.allclose(ax.lines[-1].get_ydata(), curves.accuracy.mean(axis=1))
        and "4 networks" in plots.alt_text(ax.figure)
    )


# How layers settle


def test_halfway_is_the_last_look_that_is_far():
    straight = np.linspace(0, 1, 11)[:, None] * np.array([3.0, 4.0])
    assert convergence.halfway(straight) == 0.5
    assert convergence.halfway(np.array([0.0, 1, 0.2, 1, 1, 1])[:, None]) == 3 / 5  # it was far again
    assert convergence.halfway(np.ones((4, 2, 3))).tolist() == [0, 0]
    assert np.allclose(convergence.changes(straight), 0.5)
    assert convergence.mean_tenths(np.arange(20.0)).tolist() == [0.5, 18.5]


def test_picked_weights_are_there_and_differ():
    random, last = np.split(convergence.kept_weights(600), 2)
    assert len(set(random)) == 50 and random.max() < 600 and last.tolist() == list(range(550, 600))
    assert (
        np.array_equal(convergence.kept_weights(600), convergence.kept_weights(600))
        and len(convergence.kept_weights(8)) == 16
    )


def test_settling_is_judged_by_its_numbers():
    def half(first, last):
        return np.array([_around(first), _around(0.3), _around(last)])

    def tenths(first, last):
        return np.array([[_around(0.02, 1e-5), _around(end, 1e-5)] for end in (first, 0.005, last)])

    assert _words(convergence.judge(half(0.5, 0.2), tenths(0.01, 0.002))) == ["supported"] * 3
    assert _words(convergence.judge(half(0.2, 0.5), tenths(0.002, 0.01))) == ["contradicted"] * 3
    assert (
        _words(
            convergence.judge(
                half(0.25, 0.2) + np.array([[0.05], [0], [0]]) * rng.choice([-1, 1], 30), tenths(0.01, 0.002)
            )
        )[0]
        == "undecided"
    )


def test_a_run_on_settling_holds_together_and_is_drawn():
    result = convergence.run(hidden=[5, 5], steps=60, every=2, n_seeds=3, show=False)
    shown = result.details
    assert list(shown.weights) == ["layer 1", "layer 2", "layer 3"] and shown.steps.tolist() == list(range(0, 61, 2))
    assert [sweep.x for sweep in result.sweeps] == [("1", "2", "3")] * 3 and all(
        set(sweep.values) == set(convergence.CHOICES) for sweep in result.sweeps
    )
    for name in shown.weights:
        assert np.allclose(
            np.linalg.norm(np.diff(shown.weights[name], axis=0), axis=1), shown.changes[name][:, 0], atol=1e-6
        )
    assert not np.array_equal(*(result.sweeps[0].values[name][0] for name in convergence.CHOICES))
    axes = plots.plot_settling(shown)
    assert (
        axes.shape == (2, 3)
        and len(axes[0, 0].lines) == 50 + 1
        and np.allclose(axes[1, 2].lines[-1].get_ydata(), shown.changes["layer 3"].mean(axis=1))
    )
    assert "layer 2" in plots.alt_text(axes[0, 0].figure)


# Penalties


@pytest.mark.parametrize(
    ("strength", "mean", "each"),
    [(0.0, "all", [0, 0]), (0.5, "all", [0.5 / 20, 0.5 / 20]), (2.0, "layers", [2 / 12, 2 / 8])],
)
def test_penalties_are_those_of_the_mean(strength, mean, each):
    """12 weights in the first layer and 8 in the second: over all of them, or over each layer's and added up."""
    for kind, own, other in (("L1", "l1", "l2"), ("L2", "l2", "l1")):
        found = regularization.penalty(kind, strength, mean, (3, 4, 2), 2)
        assert np.allclose(found[own], [each, each]) and np.array_equal(found[other], np.zeros((2, 2)))


def test_penalties_are_judged_by_their_numbers():
    def judged(strong, small, accuracy, mild, *, spread=0.001, n=30):
        def rows(*means):
            return np.array([_around(mean, spread, n) for mean in means])

        return _words(
            regularization.judge(
                {"L1": rows(0.9, 0.9, accuracy), "L2": rows(0.9, mild, 0.9)},
                {"L1": rows(1, 1, 1), "L2": rows(1, 1, strong)},
                {"L1": rows(0, 0, small), "L2": rows(0, 0, 0)},
            )
        )

    assert judged(0.5, 0.6, 0.7, 0.95) == ["supported"] * 4
    assert judged(1.0, 0.0, 0.9, 0.9) == ["contradicted"] * 4
    assert judged(0.8, 0.2, 0.88, 0.91, spread=0.2, n=4) == ["undecided"] * 4


def test_a_run_on_penalties_holds_together_and_is_drawn():
    result = regularization.run(hidden=[8], steps=60, n_seeds=3, show=False)
    accuracy, mean, small, way = result.sweeps
    assert accuracy.x == (0.0, 0.1, 1.0) and all(
        np.array_equal(sweep.values["L1"][0], sweep.values["L2"][0]) for sweep in (accuracy, mean, small)
    )
    assert (
        (mean.values["L1"][2] < mean.values["L1"][0]).all()
        and (mean.values["L2"][2] < mean.values["L2"][0]).all()
        and (small.values["L1"][2] > small.values["L2"][2]).all()
    )
    assert set(way.values) == {"no penalty", "L1, 1", "L2, 1"} and np.array_equal(
        way.values["L1, 1"][-1], accuracy.values["L1"][2]
    ) == (way.x[-1] == 60)
    assert list(result.details.weights)[-1] == "L2, strength 1" and result.details.weights["L1, strength 0"].shape == (
        len(result.details.steps),
        50,
    )
    axes = plots.plot_weight_paths(result.details.steps, result.details.weights, rows=2)
    assert len(axes) == 6 and all(len(ax.lines) == 51 for ax in axes) and "mean size" in plots.alt_text(axes[0].figure)
    with pytest.raises(ValueError, match="weights must have one set or more, got none"):
        plots.plot_weight_paths([0], {})


def test_nets_that_are_trained_anew_follow_the_penalty():
    none, strong = (live.train_penalized("L1", strength, n_nets=4, hidden=(5, 5), steps=200) for strength in (0, 3.0))
    assert (
        none.sizes.shape == (4, 12 * 5 + 25 + 10)
        and (np.diff(none.sizes) <= 0).all()
        and strong.sizes.mean() < none.sizes.mean() / 2
    )
    ax = plots.plot_weight_sizes(strong)
    largest = strong.sizes[:, 0].mean()  # of four numbers in float32, added in some order
    assert len(ax.lines) == 2 and ax.lines[0].get_ydata()[0] == pytest.approx(largest, rel=4 * np.finfo("float32").eps)
    assert "L1 of strength 3" in ax.get_title() and f"{strong.accuracy.mean():.2f}" in plots.alt_text(ax.figure)


# What all have in common


@pytest.mark.parametrize(
    "module, settings, sentence",
    [
        (losses, dict(n_seeds=0), "n_seeds must be a whole number of at least 1"),
        (losses, dict(outputs="tanh"), "outputs must be one of linear, softmax, got 'tanh'"),
        (losses, dict(preset="long"), "preset must be one of short, published"),
        (losses, dict(separation="far"), "separation must be one of falling, equal"),
        (initialization, dict(hidden=(5, 6)), "hidden must be equally many units in each layer"),
        (initialization, dict(hidden=()), "hidden must be equally many units in each layer"),
        (convergence, dict(every=0), "every must be a whole number"),
        (convergence, dict(objective="hinge"), "objective must be one of squared error, cross-entropy, got 'hinge'"),
        (regularization, dict(strengths=(0, 1)), "strengths must have 0, 0.1 and 1 among them"),
        (regularization, dict(strengths=(0, 0.1, 1, -1)), "a strength must be a number of at least 0"),
        (regularization, dict(mean="some"), "mean must be one of all, layers, got 'some'"),
        (regularization, dict(objective="none"), "objective must be one of"),
    ],
)
def test_bad_input_is_one_sentence(module, settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        module.run(show=False, **settings)


def test_bad_input_of_the_explorers_is_one_sentence():
    with pytest.raises(ValueError, match="std must be a number of at least 0, got -1"):
        live.learn_from_normal(-1)
    with pytest.raises(ValueError, match="kind must be one of L1, L2, got 'L3'"):
        live.train_penalized("L3", 1)
    with pytest.raises(ValueError, match="strength must be a number of at least 0"):
        live.train_penalized("L1", float("nan"))


def test_figures_of_sweeps_take_these_results():
    result = convergence.run(hidden=[3], steps=20, n_seeds=2, show=False)
    axes = plots.plot_result(result)
    assert len(axes) == 4
    plt.close("all")
