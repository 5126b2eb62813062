"""The loop as drawn: a box for each part, the numbers of the round in them, and nothing on anything else."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.patches import FancyBboxPatch

from lecture.from_scratch import dense_net, moons, one_round, record_training, xor
from lecture.plots import STYLES, alt_text, plot_training_loop
from lecture.plots.learning.training_loop import CHOICES, MOST_COLUMNS, MOST_ROWS

X, Y = xor()


def a_round(sizes, number=3):
    y = Y if sizes[-1] == 1 else np.hstack([Y, 1 - Y])
    return one_round(
        record_training(
            dense_net(sizes, seed=1, output="sigmoid" if sizes[-1] == 1 else "softmax"),
            X,
            y,
            learning_rate=0.5,
            steps=5,
        ),
        X,
        y,
        number,
    )


def texts(ax):
    return [text.get_text() for text in ax.texts]


def tables(ax):
    """The numbers in the cells of each array, from left to right."""
    written = [(text.get_position(), text.get_text().replace("−", "-")) for text in ax.texts]
    found = []
    for table in ax.collections:
        assert isinstance(table, PatchCollection)
        corners = [path.vertices.min(axis=0) for path in table.get_paths()]
        ends = [path.vertices.max(axis=0) for path in table.get_paths()]
        found.append(
            [
                [float(text) for at, text in written if (corner < at).all() and (at < end).all()]
                for corner, end in zip(corners, ends)
            ]
        )
    return found


@pytest.mark.parametrize("sizes", [[2, 1], [2, 3, 1], [2, 4, 3, 2]])
def test_the_loop_has_a_box_for_each_part_and_the_numbers_of_the_round(sizes):
    loop = a_round(sizes)
    ax = plot_training_loop(loop)
    boxes = [patch.get_label() for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert boxes == ["batch", *[f"layer {n}" for n in range(1, len(sizes))], "predictions", "loss", "optimizer"]
    arrays = [loop.X, loop.y, *loop.matrices, loop.predictions]
    assert len(tables(ax)) == len(arrays)
    for table, array in zip(tables(ax), arrays):
        assert all(len(cell) == 1 for cell in table)
        np.testing.assert_allclose(np.ravel(table), array.ravel(), atol=0.005)
    written = texts(ax)
    assert f"{loop.loss:.3f}" in written and "gradient descent, η = 0.5" in written
    assert all(f"choice {number}: {choice}" in written for number, choice in enumerate(CHOICES, start=1))
    assert [text.split()[-1] for text in written if text.startswith("weights move")] == [
        f"{np.abs(change).max():.2g}" for change in loop.changes
    ]
    assert loop.describe() in alt_text(ax.figure)


@pytest.mark.parametrize("style", ["book", "slides"])
@pytest.mark.parametrize("sizes", [[2, 1], [2, 3, 1], [2, 4, 3, 2]])
def test_no_text_is_cut_off_lies_on_another_or_crosses_the_edge_of_a_box(sizes, style):
    with plt.rc_context(STYLES[style]):
        ax = plot_training_loop(a_round(sizes))
        ax.figure.canvas.draw()
        extents = [(text.get_text(), text.get_window_extent()) for text in ax.texts]
        frame = ax.figure.bbox
        boxes = [patch.get_window_extent() for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
        assert not [1 for i, one in enumerate(boxes) for other in boxes[:i] if one.overlaps(other)]
        for i, (text, extent) in enumerate(extents):
            assert (
                frame.x0 <= extent.x0 and extent.x1 <= frame.x1 and frame.y0 <= extent.y0 and extent.y1 <= frame.y1
            ), text
            assert not [
                (text, other)
                for other, there in extents[:i]
                if extent.shrunk(0.95, 0.8).overlaps(there.shrunk(0.95, 0.8))
            ]
            for box in boxes:
                assert not extent.overlaps(box) or (box.x0 <= extent.x0 and extent.x1 <= box.x1), text


def test_large_arrays_are_greys_of_all_their_numbers():
    points, which = moons(40)
    loop = one_round(record_training(dense_net([2, 6, 1], seed=1), points, which, steps=1), points, which)
    ax = plot_training_loop(loop)
    expected = [
        loop.X,
        loop.y,
        loop.matrices[0],
        loop.matrices[1],
        loop.predictions,
    ]  # W 6 × 1 with its bias has 7 rows
    assert all(array.shape[0] > MOST_ROWS or array.shape[1] > MOST_COLUMNS for array in expected)
    for image, array in zip(ax.images, expected, strict=True):
        np.testing.assert_array_equal(image.get_array(), array)
    assert not ax.collections and {"X 40 × 2", "b 6, W 2 × 6", "ŷ 40 × 1"} <= set(texts(ax))


def test_an_axes_of_ones_own():
    _, ax = plt.subplots()
    assert plot_training_loop(a_round([2, 3, 1]), ax=ax) is ax and len(plt.get_fignums()) == 1
