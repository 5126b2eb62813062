"""Tensors as drawn: their numbers, their shape, their axes, and how much of them is there."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import LineCollection

from lecture.plots import STYLES, alt_text, plot_tensor
from lecture.plots.learning.tensors import CELLS, SHOWN

SHAPES = [
    (7,),
    (784,),
    (3, 7),
    (32, 784),
    (300, 2),
    (3, 5, 6),
    (32, 28, 28),
    (1, 28, 28, 1),
    (8, 28, 28, 32),
    (2, 3, 5, 6, 3),
    (9, 9, 28, 28, 1),
    (6, 10, 28, 28, 3),
]
NAMES = ("example", "time step", "row", "column", "channel")


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def drawn_of(shape):
    """How many of each axis are drawn."""
    apart = {1: (), 2: (), 3: (0,), 4: (0, 3), 5: (0, 1, 4)}[len(shape)]
    return [min(size, SHOWN) if axis in apart else size for axis, size in enumerate(shape)]


def sheets(array):
    """The tables that a tensor consists of, as far as they are drawn."""
    if array.ndim < 3:
        return [np.atleast_2d(array)]
    if array.ndim == 3:
        return list(array[:SHOWN])
    if array.ndim == 4:
        return [image[..., k] for image in array[:SHOWN] for k in range(min(image.shape[-1], SHOWN))]
    return [sheet for video in array[:SHOWN] for sheet in sheets(video)]


@settings(max_examples=25)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=5))
def test_the_sheets_hold_the_numbers_and_the_names_tell_the_shape(shape):
    array = np.random.default_rng(0).random(shape)
    ax = plot_tensor(array, axes=NAMES[: len(shape)])
    assert sorted(image.get_array().tobytes() for image in ax.images) == sorted(
        np.ascontiguousarray(sheet).tobytes() for sheet in sheets(array)
    )
    assert all(image.get_clim() == (array.min(), array.max()) for image in ax.images), "one scale of greys for all"
    labels = [
        f"{name}: {size}" + (f" ({some} drawn)" if some < size else "")
        for name, size, some in zip(NAMES, shape, drawn_of(shape))
    ]
    assert texts(ax) == labels
    assert (
        str(tuple(shape)) in ax.get_title()
        and f"{len(shape)} dimension" in alt_text(ax.figure)
        and " × ".join(map(str, shape)) in alt_text(ax.figure)
    )
    plt.close("all")


@pytest.mark.parametrize("style", ["book", "slides"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_no_name_is_cut_off_or_lies_on_another_or_on_a_sheet(shape, style):
    with plt.rc_context(STYLES[style]):
        ax = plot_tensor(np.arange(np.prod(shape)).reshape(shape), axes=NAMES[: len(shape)])
        ax.figure.canvas.draw()
        frame = ax.figure.bbox
        boxes = [text.get_window_extent() for text in [*ax.texts, ax.title] if text.get_text()]
        assert all(
            frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1 for box in boxes
        )
        assert not any(one.shrunk(1, 0.8).overlaps(other) for one, other in itertools.combinations(boxes, 2))
        assert not any(box.overlaps(image.get_window_extent()) for box in boxes for image in ax.images)


def test_a_sheet_in_front_hides_those_behind_it():
    ax = plot_tensor(np.arange(3 * 20 * 20).reshape(3, 20, 20), axes=NAMES[:3])
    first = next(image for image in ax.images if image.get_array()[0, 0] == 0)
    assert first.get_zorder() == max(image.get_zorder() for image in ax.images) and first.get_extent()[0] == 0


@pytest.mark.parametrize(("shape", "lines"), [((4,), 3), ((3, CELLS), CELLS - 1 + 2), ((3, CELLS + 1), 0)])
def test_few_cells_are_parted_by_lines(shape, lines):
    ax = plot_tensor(np.ones(shape), axes=NAMES[: len(shape)])
    assert sum(len(c.get_segments()) for c in ax.collections if isinstance(c, LineCollection)) == lines


def test_what_is_left_out_is_said():
    assert alt_text(plot_tensor(np.ones((9, 2, 3)), axes="abc").figure).endswith(
        "its axes are a, b, c. Drawn are 4 of 9 along a."
    )
    assert "Drawn" not in alt_text(plot_tensor(np.ones((4, 2, 3)), axes="abc").figure)


def test_an_axes_of_ones_own():
    _, ax = plt.subplots()
    assert plot_tensor(np.ones((2, 3)), axes="ab", ax=ax) is ax and len(plt.get_fignums()) == 1


@pytest.mark.parametrize(
    ("array", "axes", "sentence"),
    [
        (np.float64(3), (), r"1 to 5 dimensions and not be empty, got shape \(\)"),
        (np.ones((1,) * 6), "abcdef", r"1 to 5 dimensions and not be empty, got shape \(1, 1, 1, 1, 1, 1\)"),
        (np.ones((2, 0)), "ab", r"not be empty, got shape \(2, 0\)"),
        (np.ones((2, 2)), ("one",), "axes must name each of the 2 dimensions, got one"),
        (np.ones(2), (), "axes must name each of the 1 dimensions, got none"),
        ([1.0, np.nan], "a", "array must hold finite real numbers, got float64 with nan or inf"),
        (["boot", "bag"], "a", "array must hold finite real numbers, got <U4"),
        ([1j], "a", "array must hold finite real numbers, got complex128"),
    ],
)
def test_bad_input_gets_one_sentence(array, axes, sentence):
    with pytest.raises(ValueError, match=sentence):
        plot_tensor(array, axes=axes)
    assert not plt.get_fignums()
