"""The pictures of backpropagation: their numbers are those of the trace, in their places, and none lies on another."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PatchCollection, PathCollection
from matplotlib.colors import to_hex

from lecture.from_scratch import dense_net, moons, record_training, step_by_step, xor
from lecture.plots import COLORS, STYLES, alt_text, plot_step, plot_weight_updates
from lecture.words import short

X, Y = xor()


def trained(sizes, **options):
    """The trace of a net in the middle of its training, so that no bias is 0 any more."""
    y = Y if sizes[-1] == 1 else np.hstack([Y, 1 - Y])[:, : sizes[-1]]
    net = record_training(dense_net(sizes, seed=1, **options), X, y, steps=20).nets[-1]
    return step_by_step(net, X[1], y[1])


def texts(ax):
    """Everything written, in drawing order."""
    return [text.get_text() for text in ax.texts if text.get_text()]


def formula(ax):
    """The (text, colour) pieces of the coloured line below the title."""
    row = ax.artists[0].get_child()
    return [(area.get_text(), to_hex(area._text.get_color()).upper()) for area in row.get_children()]


@pytest.mark.parametrize("sizes", [[2, 3, 1], [2, 2, 1], [2, 3, 2], [2, 3, 3, 2], [2, 1]])
@pytest.mark.parametrize("style", ["book", "slides"])
def test_no_number_lies_on_another_or_leaves_its_node(sizes, style):
    with plt.rc_context(STYLES[style]):
        options = {"output": "softmax"} if sizes[-1] > 1 else {}
        steps = trained(sizes, **options)
        for step in (len(steps) - 1, len(steps) - 2):  # all numbers are there by then
            ax = plot_step(steps, step)
            figure = ax.figure
            figure.draw_without_rendering()
            renderer = figure.canvas.get_renderer()
            boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in ax.texts if t.get_text()]
            boxes += [("title", ax.title.get_window_extent(renderer))]
            boxes += [("row", artist.get_window_extent(renderer)) for artist in ax.artists]
            for (one, a), (other, b) in itertools.combinations(boxes, 2):
                width = min(a.x1, b.x1) - max(a.x0, b.x0)
                height = min(a.y1, b.y1) - max(a.y0, b.y0)
                assert width <= 0 or height <= 0.35 * min(a.height, b.height), (one, other)  # ascenders' room may touch
            for text, box in boxes:
                assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1, text
                assert figure.bbox.y0 <= box.y0 and box.y1 <= figure.bbox.y1, text
            rings = next(c for c in ax.collections if isinstance(c, PatchCollection))
            for place in rings.get_offsets():
                circle = rings.get_paths()[0].get_extents().translated(*place).transformed(ax.transData)
                x = (circle.x0 + circle.x1) / 2
                for text, box in boxes:
                    if circle.contains((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2):
                        assert max(abs(box.x0 - x), abs(box.x1 - x)) < circle.width / 2, text


@pytest.mark.parametrize("sizes", [[2, 3, 1], [2, 3, 2]])
def test_the_numbers_on_the_drawing_are_those_of_the_trace(sizes):
    steps = trained(sizes, output="softmax" if sizes[-1] > 1 else "sigmoid")
    written = texts(plot_step(steps, len(steps) - 2))
    for l, (layer, signal, gradient) in enumerate(zip(steps.net.layers, steps.signals, steps.gradients), 1):
        for j in range(len(layer.b)):
            assert f"z {short(signal.z[0, j])}" in written
            assert f"{'ŷ' if l == len(sizes) - 1 else 'a'} {short(signal.a[0, j])}" in written
            assert f"δ {short(gradient.delta[0, j])}" in written
        for values in (layer.W, layer.b, gradient.parameters["W"], gradient.parameters["b"]):
            assert {short(v) for v in np.ravel(values)} <= set(written)
    after = texts(plot_step(steps, len(steps) - 1))
    for layer in steps.updated.layers:
        assert {short(v) for v in np.ravel(layer.W)} <= set(after)


def test_only_what_is_known_by_then_is_written():
    steps = trained([2, 3, 1])
    for step in range(len(steps)):
        written = texts(plot_step(steps, step))
        plt.close()
        known = {(s.quantity, s.layer) for s in steps.steps[: step + 1]}
        assert sum(t.startswith("z ") for t in written) == 3 * (("z", 1) in known) + (("z", 2) in known)
        assert sum(t.startswith("δ ") for t in written) == 3 * (("delta", 1) in known) + (("delta", 2) in known)


def test_each_weight_stands_on_its_own_edge():
    steps = trained([2, 3, 1])
    ax = plot_step(steps, 0)
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    numbers = [b for layer in steps.net.matrices for b in layer.ravel()]  # from the bias node first, then by unit
    labels = [text for text in ax.texts if text.get_bbox_patch() is not None]
    assert len(labels) == len(numbers) == 13
    for label, value, (start, end) in zip(labels, numbers, lines.get_segments()):
        assert label.get_text() == short(value)
        along, to = end - start, np.array(label.get_position()) - start
        assert abs(along[0] * to[1] - along[1] * to[0]) < 1e-9 and 0 < to @ along < along @ along


def test_the_three_factors_have_their_colours_in_the_formula_and_on_the_drawing():
    steps = trained([2, 3, 1], loss="squared_error")
    step = next(i for i, s in enumerate(steps.steps) if (s.quantity, s.layer) == ("W", 1))
    ax = plot_step(steps, step)
    above, activation, into = COLORS[1], COLORS[0], COLORS[2]
    assert [color for _, color in formula(ax)] == ["#000000", above, "#000000", activation, "#000000", into, "#000000"]
    assert "".join(text for text, _ in formula(ax)) == "".join(text for text, _ in steps.steps[step].formula)
    rings = [c for c in ax.collections if isinstance(c, PatchCollection)][1]
    assert [to_hex(c).upper() for c in rings.get_edgecolor()] == [into, activation, above]
    marked = [c for c in ax.collections if isinstance(c, LineCollection)][1]
    assert [to_hex(c).upper() for c in marked.get_edgecolor()] == [COLORS[3], above]


@pytest.mark.parametrize("options", [{}, {"loss": "squared_error"}, {"activation": "relu"}])
def test_every_step_is_drawn_and_described_by_its_trace(options):
    steps = trained([2, 2, 1], **options)
    sizes = set()
    for step in range(len(steps)):
        ax = plot_step(steps, step)
        assert alt_text(ax.figure) == steps.describe(step)
        assert ax.get_title() == steps.steps[step].sentence
        sizes.add((*ax.figure.get_size_inches(), *ax.get_xlim(), *ax.get_position().bounds))
        plt.close()
    assert len(sizes) == 1  # the net stands still


def test_a_batch_and_an_axes_of_ones_own():
    _, ax = plt.subplots(figsize=(8, 6))
    steps = step_by_step(dense_net([2, 3, 2], output="softmax"), X, np.hstack([Y, 1 - Y]), sample=2)
    assert plot_step(steps, 7, ax=ax) is ax
    assert f"z {short(steps.signals[0].z[2, 0])}" in texts(ax)
    assert "mean over 4 examples" in alt_text(ax.figure)


# -- Weight updates -------------------------------------------------------------------------------------------------

RECORD = record_training(dense_net([2, 3, 1], seed=1), X, Y, learning_rate=1.0, steps=60)


def edges_of(ax):
    return next(c for c in ax.collections if isinstance(c, LineCollection))


def test_the_edges_are_the_weights_of_that_iteration_on_one_scale():
    limits = set()
    for iteration in (0, 30, 60):
        lines = edges_of(plot_weight_updates(RECORD, iteration))
        np.testing.assert_allclose(
            lines.get_array(), np.concatenate([m.ravel() for m in RECORD.nets[iteration].matrices])
        )
        limits.add((lines.norm.vmin, lines.norm.vmax))
    assert len(limits) == 1


def test_the_triangles_say_which_weights_grew_in_the_last_update():
    ax = plot_weight_updates(RECORD, 20)
    change = np.concatenate([m.ravel() for m in RECORD.changes(20)])
    up, down = [c for c in ax.collections if isinstance(c, PathCollection)]
    assert len(up.get_offsets()) == (change > 0).sum() and len(down.get_offsets()) == (change < 0).sum()
    order = np.argsort(np.abs(change[change > 0]))
    assert (np.diff(up.get_sizes()[order]) >= 0).all()
    segments = np.array(edges_of(ax).get_segments())[change > 0]
    for (x, y), (start, end) in zip(up.get_offsets(), segments):  # each on its own edge
        assert np.interp(x, [start[0], end[0]], [start[1], end[1]]) == pytest.approx(y)


def test_the_loss_stands_beside_it_with_a_mark():
    ax = plot_weight_updates(RECORD, 25)
    curve, mark = ax.figure.axes[1].lines
    np.testing.assert_array_equal(curve.get_ydata(), RECORD.losses)
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (25, RECORD.losses[25])
    assert f"loss {RECORD.losses[25]:.3f}" in alt_text(ax.figure) and "marked at 25" in alt_text(ax.figure)


def test_the_beginning_has_no_triangles():
    assert len(plot_weight_updates(RECORD, 0).collections) < len(plot_weight_updates(RECORD, 1).collections)


def test_other_tasks_and_axes():
    points, labels = moons(20)
    record = record_training(dense_net([2, 4, 1]), points, labels, steps=3)
    _, axes = plt.subplots(1, 2)
    assert plot_weight_updates(record, 3, axes=axes) is axes[0]
    still = record_training(dense_net([2, 3, 1], initializer="zeros"), X, Y, steps=2)  # nothing moves at all
    assert "after 2 of 2 updates" in alt_text(plot_weight_updates(still, 2).figure)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: plot_step(trained([2, 2, 1]), -1), "step must be a whole number from 0 to 12, got -1"),
        (lambda: plot_step(trained([2, 2, 1]), 13), "step must be a whole number from 0 to 12, got 13"),
        (
            lambda: plot_step(trained([2, 6, 1]), 0),
            r"plot_step shows nets with at most 5 units in a layer, got \[2, 6, 1\]",
        ),
        (lambda: plot_weight_updates(RECORD, 61), "iteration must be a whole number from 0 to 60, got 61"),
        (lambda: plot_weight_updates(RECORD, -1), "iteration must be a whole number from 0 to 60, got -1"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
    assert not plt.get_fignums()
