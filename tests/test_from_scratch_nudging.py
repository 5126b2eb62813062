"""Central differences at any step: right where the theory says so, spoilt by rounding and kinks where it says that."""

import numpy as np
import pytest
from from_scratch_nets import deep_task, random_task
from matplotlib.colors import to_hex

from lecture.from_scratch import Dense, Net, dense_net, errors_over_h, gradients, nudged_gradients, xor
from lecture.from_scratch.check import nudged_derivative
from lecture.plots import COLORS, alt_text, plot_errors_over_h

NORM = {"epsilon": 1e-5}
SMOOTH = dense_net([2, 3, 1], seed=1)  # tanh: it has no kink


@pytest.mark.parametrize("norm", [False, NORM], ids=["plain", "norm"])
def test_nudged_gradients_are_those_of_backpropagation(norm):
    net, X, y = random_task(5, batch_norm=norm, l2=0.01)
    for ours, theirs in zip(nudged_gradients(net, X, y), gradients(net, X, y), strict=True):
        assert list(ours) == list(theirs)
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name], atol=1e-8)
    found = nudged_gradients(net, X, y, h=1e-3)[0]["W"][0, 0]
    assert found == pytest.approx(nudged_derivative(net, X, y, layer=0, name="W", at=(0, 0), h=1e-3), abs=1e-12)


def test_nudging_leaves_the_net_as_it_was():
    net, X, y = deep_task(2, batch_norm=NORM)
    before = [w.copy() for layer in net.layers for w in layer.parameters.values()]
    errors_over_h(net, X, y, [1e-3], entries=2)
    nudged_gradients(dense_net([2, 3, 1]), *xor())
    after = [w for layer in net.layers for w in layer.parameters.values()]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_error_falls_with_the_square_of_the_step_and_rises_again_by_rounding():
    curve = errors_over_h(SMOOTH, *xor(), [1e-2, 1e-3, 1e-1, 1e-9, 1e-10])
    assert curve.hs.tolist() == [1e-10, 1e-9, 1e-3, 1e-2, 1e-1] and not curve.crossed.any()
    np.testing.assert_array_equal(curve.errors, curve.with_kinks)
    assert curve.errors[4] / curve.errors[3] == pytest.approx(100, rel=0.2)
    assert curve.errors[3] / curve.errors[2] == pytest.approx(100, rel=0.2)
    np.testing.assert_array_less(curve.errors[:2], 10 * curve.rounding[:2])
    np.testing.assert_array_less(curve.rounding[:2] / 10, curve.errors[:2])
    assert len(errors_over_h(SMOOTH, *xor(), entries=1).hs) == 21
    assert curve.n_entries == 13 and curve.hs[curve.best] == 1e-3
    assert "Central differences of 13 entries in float64: the error is least at h = 1e-03" in curve.describe()
    assert "kink" not in curve.describe()


def test_in_float32_the_best_step_is_larger_and_a_small_one_sees_nothing():
    hs = [1e-10, 1e-5, 1e-2]
    single, double = (errors_over_h(SMOOTH, *xor(), hs, dtype=dtype) for dtype in ("float32", "float64"))
    assert (single.best, double.best) == (2, 1)
    assert single.errors[0] == 1  # the nudge itself is lost
    assert single.errors[1] > 1e3 * double.errors[1]


def test_entries_across_a_kink_are_counted_and_left_out():
    # One unit whose z is 3e-4 above 0: its bias crosses the kink with h = 1e-3, and the weight of x = 3e-4 does not.
    net = Net((Dense([[1.0]], [0.0], "relu"), Dense([[1.0]], [0.0], "linear")), "squared_error")
    curve = errors_over_h(net, [[3e-4]], [[1.0]], [1e-4, 1e-3])
    assert curve.crossed.tolist() == [0, 1 / 4] and curve.n_entries == 4
    assert curve.with_kinks[1] > 0.1 > 1e-6 > curve.errors[1]
    assert "from h = 1e-03 on nudges cross kinks, 25% of them at the end" in curve.describe()


def test_a_wrong_gradient_does_not_come_down():
    curve = errors_over_h(*deep_task(2, batch_norm=NORM | {"fault": "variance"}), [1e-6, 1e-5], entries=5)
    assert curve.with_kinks.min() > 0.01


def test_the_drawing_has_the_curves_their_rounding_and_a_cross_for_each_kink():
    task = deep_task(2, n=20)
    curves = [errors_over_h(*task, [1e-7, 1e-5, 1e-1], dtype=dtype, entries=10) for dtype in ("float64", "float32")]
    ax = plot_errors_over_h(curves)
    assert ax.get_xscale() == ax.get_yscale() == "log"
    for curve, color in zip(curves, COLORS):
        assert curve.crossed[-1] > 0
        mine = [line for line in ax.lines if to_hex(line.get_color()).upper() == color]
        dashed, solid, crosses = mine
        np.testing.assert_array_equal(dashed.get_ydata(), curve.rounding)
        np.testing.assert_array_equal(solid.get_ydata(), curve.errors)
        np.testing.assert_array_equal(crosses.get_ydata(), curve.with_kinks[curve.crossed > 0])
        assert curve.describe() in alt_text(ax.figure)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["float64", "float32", "with entries across a kink", "rounding"]
    ax = plot_errors_over_h([errors_over_h(SMOOTH, *xor(), [1e-5, 1e-3])])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["float64", "rounding"]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: errors_over_h(SMOOTH, *xor(), [1e-5, 0]), "h must be a number above 0, got 0"),
        (lambda: errors_over_h(SMOOTH, *xor(), []), "hs must be one or more steps, got none"),
        (lambda: errors_over_h(SMOOTH, *xor(), 1e-3), "hs must be one or more steps, got 0.001"),
        (lambda: errors_over_h(SMOOTH, *xor(), seed=-1), "seed must be a whole number of at least 0, got -1"),
        (
            lambda: errors_over_h(dense_net([2, 1], output="linear"), [[0.0, 0.0]], [[0.0]]),
            "Some of the 3 entries must have a gradient other than 0, got 0 for all",
        ),
        (lambda: errors_over_h(*deep_task(2, n=2, batch_norm=NORM)), "needs 3 examples or more .*, got 2"),
        (lambda: nudged_gradients(*deep_task(2, n=2, batch_norm=NORM)), "needs 3 examples or more .*, got 2"),
        (
            lambda: errors_over_h(SMOOTH, *xor(), dtype="float16"),
            "dtype must be one of float64, float32, got 'float16'",
        ),
        (lambda: errors_over_h(SMOOTH, *xor(), entries=0), "entries must be a whole number of at least 1, got 0"),
        (lambda: nudged_gradients(SMOOTH, *xor(), h=-1), "h must be a number above 0, got -1"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)
