"""The pictures of gradient checks, of batch norm's graph and of the spread show their numbers."""

import numpy as np
import pytest
from from_scratch_nets import deep_task
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lecture.from_scratch import batch_norm_graph, check_gradients, spread
from lecture.plots import COLORS, alt_text, plot_batch_norm_graph, plot_gradient_check, plot_spread
from lecture.words import short

RNG = np.random.default_rng(0)
GRAPH = batch_norm_graph(RNG.normal(size=(4, 2)), RNG.normal(size=(4, 2)), [1.5, 0.5], [0.3, 0.1])


def markers(ax):
    return [line for line in ax.lines if line.get_marker() not in ("None", "")]


@pytest.mark.parametrize("fault", [None, "variance"])
def test_a_check_has_a_marker_for_each_array(fault):
    net, X, y = deep_task(3, batch_norm={"epsilon": 1e-5, "fault": fault})
    check = check_gradients(net, X, y, entries=20, method="complex")
    ax = plot_gradient_check(check)
    drawn = markers(ax)
    assert len(drawn) == len(check.rows) and ax.get_yscale() == "log"
    for row, line in zip(check.rows, drawn):
        assert round(line.get_xdata()[0]) == row.layer
        color = {"right": COLORS[0], "zero": COLORS[6], "wrong": COLORS[1]}[row.verdict]
        assert to_hex(line.get_color()).upper() == color.upper()
        if row.verdict == "zero":
            assert line.get_ydata()[0] < min(other.error for other in check.rows if other.verdict == "right")
        else:
            assert line.get_ydata()[0] == pytest.approx(max(row.error, 1e-17))
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["W", "b", "γ", "β", "right", "zero", *(["wrong"] if fault else [])]
    assert alt_text(ax.figure) == check.describe()


def test_a_check_of_a_plain_net_has_no_lane_of_zeros():
    check = check_gradients(*deep_task(1), entries=20)
    ax = plot_gradient_check(check)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["W", "b", "right"]
    assert [text.get_text() for text in ax.texts] == ["right below 10⁻⁶"]
    low, _ = ax.get_ylim()
    assert min(line.get_ydata()[0] for line in markers(ax)) > low


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_graph_has_a_box_for_each_step_and_an_arrow_for_each_edge():
    ax = plot_batch_norm_graph(GRAPH, unit=1)
    assert len([patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]) == 10
    assert len([patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]) == 11
    shown = texts(ax)
    for node in GRAPH.nodes.values():
        for array in (node.value, node.gradient):
            for number in np.atleast_1d(array[..., 1]):
                assert short(number) in shown
    assert {edge.formula for edge in GRAPH.edges} <= set(shown)
    assert any("Σ ∂L/∂z = 0" in text for text in shown)
    assert "Step 19 of 19 of batch norm, backward. z: " in alt_text(ax.figure)


def colored(ax, color):
    return [text for text in ax.texts if to_hex(text.get_color()).upper() == color.upper()]


@pytest.mark.parametrize(("step", "values", "gradients"), [(0, 4, 0), (1, 5, 0), (9, 25, 0), (10, 25, 4), (19, 25, 25)])
def test_the_graph_shows_what_is_known_at_a_step(step, values, gradients):
    ax = plot_batch_norm_graph(GRAPH, step)
    assert len(colored(ax, COLORS[0])) == values  # five steps with four examples, five that all share
    edges = 0 if step < 10 else sum(edge.source in [*GRAPH.nodes][19 - step :] for edge in GRAPH.edges)
    assert len(colored(ax, COLORS[1])) == gradients + edges
    text = alt_text(ax.figure)
    assert f"Step {step} of 19" in text and (("backward" in text) == (step > 9)) and (("∂L/∂" in text) == (step > 9))


@pytest.mark.parametrize("first", [-6.0, -1.5, 0.0, 1.5, 6.0])  # the slider of chapter 6
def test_what_stands_in_a_box_keeps_clear_of_its_border(first):
    z, above = [[first], [0.0], [1.0], [4.0]], [[0.0], [0.0], [1.0], [0.0]]
    ax = plot_batch_norm_graph(batch_norm_graph(z, above, [2.0], [1.0], epsilon=0))
    ax.figure.draw_without_rendering()
    boxes = [box.get_window_extent() for box in ax.patches if isinstance(box, FancyBboxPatch)]
    em, seen = ax.transData.transform([(0, 0), (1, 0)])[:, 0] @ [-1, 1], 0
    for text in (text.get_window_extent() for text in ax.texts if text.get_text()):
        for box in boxes:
            if box.x0 < (text.x0 + text.x1) / 2 < box.x1 and box.y0 < (text.y0 + text.y1) / 2 < box.y1:
                assert min(text.x0 - box.x0, box.x1 - text.x1) > 0.35 * em
                seen += 1
    assert seen == 10 + 2 * 25  # a symbol in each box; five steps with four examples, five that all share


def test_the_spread_is_drawn_as_median_and_range():
    X = RNG.normal(size=(30, 6))
    spreads = [spread([6, 5, 4, 3], X, sigma=0.1, seeds=3)]
    spreads += [spread([6, 5, 4, 3], X, sigma=0.1, batch_norm=True, epsilon=e, seeds=3) for e in (1e-3, 1e-5)]
    forward = plot_spread(spreads)
    backward = forward.figure.axes[1]
    for ax, quantity in ((forward, "u_std"), (backward, "weight_gradient_norm")):
        assert ax.get_yscale() == "log" and len(ax.lines) == 3
        for line, found, band in zip(ax.lines, spreads, ax.collections):
            np.testing.assert_allclose(line.get_ydata(), np.median(getattr(found, quantity), axis=0))
            heights = band.get_paths()[0].vertices[:, 1]
            assert (heights.min(), heights.max()) == pytest.approx(
                (getattr(found, quantity).min(), getattr(found, quantity).max())
            )
    labels = [text.get_text() for text in forward.figure.legends[0].get_texts()]
    assert labels == ["no batch norm", "batch norm, ε = 0.001", "batch norm, ε = 1e-05"]
    assert all(found.describe() in alt_text(forward.figure) for found in spreads)
    mixed = plot_spread([spreads[0], spread([6, 5, 4, 3], X, sigma="he_normal")])
    labels = [text.get_text() for text in mixed.figure.legends[0].get_texts()]
    assert labels == ["σ = 0.1, no batch norm", "he_normal, no batch norm"]


def test_a_spread_of_nothing_is_drawn_on_the_floor():
    ax = plot_spread([spread([6, 5, 4, 3], RNG.normal(size=(30, 6)), sigma="zeros")])
    assert (ax.lines[0].get_ydata() == 1e-30).all()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: plot_batch_norm_graph(GRAPH, 20), "step must be a whole number from 0 to 19, got 20"),
        (lambda: plot_batch_norm_graph(GRAPH, unit=2), "unit must be a whole number from 0 to 1, got 2"),
        (
            lambda: plot_batch_norm_graph(batch_norm_graph(RNG.normal(size=(9, 1)), np.ones((9, 1)), [1], [0])),
            "draws at most 8 examples, got 9",
        ),
        (lambda: plot_spread([]), "plot_spread draws 1 to 7 settings, got 0"),
        (
            lambda: plot_spread([spread([2, 3, 2], np.eye(2), sigma=1), spread([2, 3, 3, 2], np.eye(2), sigma=1)]),
            "The nets must have the same depth, got 1, 2",
        ),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)
