"""Products and single entries as drawn: numbers, shapes and colours are those of what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.offsetbox import AnnotationBbox
from matplotlib.patches import Rectangle

from lecture.from_scratch import dense_product, elementwise
from lecture.plots import alt_text, plot_dense_product, plot_elementwise


def texts(ax):
    return [text.get_text() for text in ax.texts]


def product(entry=(1, 2)):
    rng = np.random.default_rng(0)
    return dense_product(
        rng.normal(size=(4, 3)).round(1), rng.normal(size=(3, 5)).round(1), rng.normal(size=5).round(1), entry
    )


def the_sum(ax):
    """The lines of the sum below a product, in (text, colour) pieces."""
    rows = [artist.offsetbox for artist in ax.artists if isinstance(artist, AnnotationBbox)]
    return [[(area.get_text(), area._text.get_color()) for area in row.get_children()] for row in rows]


def test_a_product_has_a_cell_for_each_entry_and_its_sizes_on_the_sides():
    it = product()
    ax = plot_dense_product(it)
    assert [len(table.get_paths()) for table in ax.collections] == [4 * 3, 3 * 5, 5, 4 * 5]
    assert {"n = 4 examples", "X    p = 3", "p = 3 inputs", "W    q = 5 units", "n × q = 4 × 5"} <= set(texts(ax))
    assert it.describe() in alt_text(ax.figure)


@pytest.mark.parametrize("entry", [(0, 0), (1, 2), (3, 4)])
def test_what_makes_the_sum_is_outlined(entry):
    it = product(entry)
    ax = plot_dense_product(it)
    numbers = [(text.get_position(), text.get_text()) for text in ax.texts]
    row, column, bias, z = [patch.get_bbox() for patch in ax.patches if isinstance(patch, Rectangle)]
    for outline, values in (
        (row, it.X[entry[0]]),
        (column, it.W[:, entry[1]]),
        (bias, it.bias[entry[1:]]),
        (z, it.Z[entry]),
    ):
        inside = [float(text.replace("−", "-")) for (x, y), text in numbers if outline.contains(x, y)]
        np.testing.assert_allclose(inside, np.atleast_1d(values), atol=0.005)
    outlines = [to_hex(patch.get_edgecolor()).upper() for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(set(outlines)) == 4
    by_color = {color: [text for line in the_sum(ax) for text, shade in line if shade == color] for color in outlines}
    assert [len(texts) for texts in by_color.values()] == [3, 3, 1, 1], "the sum is in the colours of the outlines"


@settings(max_examples=25)
@given(st.integers(1, 8), st.integers(1, 8), st.integers(1, 8), st.data())
def test_the_sum_that_is_written_out_is_right_and_fits(a, b, c, data):
    rng = np.random.default_rng(a + 10 * b + 100 * c)
    entry = data.draw(st.tuples(st.integers(0, a - 1), st.integers(0, c - 1)))
    it = dense_product(
        rng.uniform(-2, 2, (a, b)).round(1), rng.uniform(-2, 2, (b, c)).round(1), rng.normal(size=c).round(1), entry
    )
    ax = plot_dense_product(it)
    left, right = (
        "".join(text for line in the_sum(ax) for text, _ in line).replace("−", "-").replace("·", "*").split(" = ")
    )
    assert eval(left) == pytest.approx(it.Z[entry], abs=1e-9) and float(right) == pytest.approx(it.Z[entry], abs=1e-9)
    ax.figure.canvas.draw()
    frame = ax.figure.bbox
    for line in (artist.get_window_extent() for artist in ax.artists):
        assert frame.x0 <= line.x0 and line.x1 <= frame.x1 and frame.y0 <= line.y0
    plt.close("all")


def test_a_sum_of_rounded_numbers_does_not_claim_to_be_exact():
    assert "≈" in [
        text.strip() for line in the_sum(plot_dense_product(dense_product([[1 / 3]], [[3]], [0]))) for text, _ in line
    ]


def test_repeated_cells_are_pale_and_shapes_are_those_of_the_operands():
    ax = plot_elementwise(elementwise("+", [[1, 2], [3, 4]], [10, 20]))
    assert [len(table.get_paths()) for table in ax.collections] == [4, 4, 4]
    assert {"(2, 2)", "(2,)", "+", "="} <= set(texts(ax))
    pale = [text.get_text() for text in ax.texts if text.get_style() == "italic"]
    assert pale == ["10", "20"]
    assert "The second is repeated to fit." in alt_text(ax.figure)


def test_both_operands_may_be_repeated_and_an_activation_has_one():
    ax = plot_elementwise(elementwise("−", [1, 2, 3], [[1], [2], [3]]))
    assert len([text for text in ax.texts if text.get_style() == "italic"]) == 6 + 6
    ax = plot_elementwise(elementwise("relu", [[1, -2]]))
    assert len(ax.collections) == 2 and "relu →" in texts(ax)


def test_large_arrays_are_refused():
    with pytest.raises(ValueError, match=r"at most 8 rows and columns.*\(9, 1\)"):
        plot_dense_product(dense_product(np.ones((9, 1)), np.ones((1, 1)), np.ones(1)))
    with pytest.raises(ValueError, match=r"\(1, 9\)"):
        plot_elementwise(elementwise("relu", np.ones((1, 9))))


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plot_dense_product(product()),
        lambda: plot_dense_product(dense_product([[-1.25]], [[-1.25]], [-1.25])),
        lambda: plot_dense_product(dense_product(np.full((2, 8), -1.25), np.full((8, 1), -1.25), [-1.25], (1, 0))),
        lambda: plot_elementwise(elementwise("sigmoid", [[1, -2]])),
        lambda: plot_elementwise(elementwise("−", [1.25, -10], [[-1.25], [3]])),
    ],
)
def test_no_text_is_cut_off_or_lies_on_another(draw):
    ax = draw()
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    frame = ax.figure.bbox
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes)
    assert not [1 for i, one in enumerate(boxes) for other in boxes[:i] if one.overlaps(other)]
