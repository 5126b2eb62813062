"""Training curves of numbers of any size: what stands at the ticks, and that all of it is seen."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lecture.plots import STYLES, History, plot_history
from lecture.plots.training.history import HistoryDrawing
from lecture.plots.training.scales import Numbers


def labels(figure):
    """The labels at ticks that are seen in a drawn figure: for each its Axes, its text and its extents in pixels."""
    figure.canvas.draw()
    seen = []
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                inside = low - 1e-9 * (high - low) <= tick.get_loc() <= high + 1e-9 * (high - low)
                if inside and tick.label1.get_visible() and tick.label1.get_text():
                    seen.append((ax, tick.label1.get_text(), tick.label1.get_window_extent().extents))
    return seen


def meet(boxes, others):
    """Which extents lie on which others, shape (n_boxes, n_others)."""
    (x0, y0, x1, y1), (u0, v0, u1, v1) = np.array(boxes).T[..., None], np.array(others).T[:, None]
    return (x0 < u1) & (u0 < x1) & (y0 < v1) & (v0 < y1)


def assert_whole(figure, n_columns=1):
    """All labels at ticks are whole within the figure, and none touches another or another panel."""
    axes, texts, boxes = zip(*labels(figure))
    assert len(set(axes)) == len(figure.axes) // n_columns + n_columns - 1  # the first column and the lowest row
    x0, y0, x1, y1 = np.array(boxes).T
    width, height = figure.bbox.max
    cut = (x0 < 0) | (y0 < 0) | (x1 > width) | (y1 > height)
    assert not cut.any(), np.array(texts)[cut]
    on_panels = meet(boxes, [ax.bbox.extents for ax in figure.axes])
    assert not [text for text, ax, on in zip(texts, axes, on_panels) if on[np.array(figure.axes) != ax].any()]
    assert meet(boxes, boxes).sum() == len(boxes)  # each lies on itself only
    names = [ax.yaxis.label for ax in figure.axes if ax.yaxis.label.get_text()]
    assert all(name.get_window_extent().x0 >= 0 for name in names)


def sized(size, offset, n=12, first=1):
    falling, rate = offset + size * np.linspace(2, 1, n), abs(size) / np.arange(1, n + 1)
    metrics = {"loss": falling, "mae": falling * 1.5, "val_loss": falling * 1.1, "learning_rate": rate}
    return History(metrics, epochs=range(first, first + n))


@example(1, 10, 0.0, 1)
@example(1, -6, 0.0, 1)
@example(-1, 4, 0.0, 1)
@example(-1, 10, 0.0, 99_999)
@example(1, -1, 12345.1, 1)
@example(2, 6, 0.0, 12_345_678)
@example(1, -5, 0.69, 1)
@settings(max_examples=5, deadline=None)
@given(st.sampled_from([1, -1]), st.integers(-12, 14), st.sampled_from([0, 12345.1]), st.sampled_from([1, 995, 99_995]))
def test_labels_are_whole_at_any_size_of_numbers(sign, exponent, offset, first):
    record = sized(sign * 10.0**exponent, offset, first=first)
    live = HistoryDrawing(FigureCanvasAgg(Figure(layout="none")).figure)
    live.update({"": record})
    assert_whole(live.figure)
    assert_whole(plot_history({"one": record, "two": record}).figure, n_columns=2)
    plt.close("all")


@pytest.mark.parametrize(
    "loss",
    [
        [7e7, -6e7],
        [0.0007, -0.0006],
        [3.1e10, -4.2e10, 5.6e10],
        [-6e-7, 4e-7],
        [-860519220697.6764, -860519220697.6765, -860519220697.6763],
    ],
)
def test_labels_keep_their_minus_where_a_loss_changes_its_sign(loss):
    """A tick beyond the limits, which is not seen, has its say in how the others are written."""
    assert_whole(plot_history({"loss": loss}).figure)


def test_labels_are_whole_beside_a_0():
    down, up = [1000, 1, 1e-3, 1e-20, 0], [0, 0.001, 0.02, 0.1, 0.1]
    record = {"loss": down, "learning_rate": up}
    assert_whole(plot_history(record).figure)
    assert_whole(plot_history({"one": record, "two": {"loss": [10, 1, 1e-3, 0]}}).figure, n_columns=2)


def test_the_key_does_not_run_into_a_title_however_many_panels_there_are():
    losses, others = {"loss": [3.0, 2.0], "val_loss": [3.0, 2.0]}, {"mae": [3e4, 2e4], "mse": [3e-4, 2e-4]}
    figure = plot_history(losses | others | {"accuracy": [0.5, 0.9]}).figure
    figure.canvas.draw()
    for ax in figure.axes:
        title, key = ax.title if ax.get_title() else ax._left_title, ax.get_legend()
        assert not key or not title.get_text() or title.get_window_extent().x1 < key.get_window_extent().x0


def test_overlaid_labels_are_whole_too():
    assert_whole(plot_history({"one": sized(-1e10, 0.0), "two": sized(-2e10, 0.0)}, overlay=True).figure)


@pytest.mark.parametrize("style", STYLES)
def test_labels_are_whole_in_each_style_and_with_large_ticks(style):
    with plt.rc_context(STYLES[style] | {"ytick.labelsize": "x-large"}):
        assert_whole(plot_history({"one": sized(-3e-6, 0.0), "two": sized(1e-6, 0.0)}).figure, n_columns=2)


def test_the_frame_is_the_usual_one_for_usual_numbers():
    usual, large = (plot_history({"loss": [size, 2 * size], "mae": [1.0, 2.0]}).figure for size in (1, 1e10))
    em = plt.rcParams["font.size"] / 72
    assert usual.get_figwidth() == pytest.approx((2 * (4.6 + 21) + 1.2) * em)
    assert large.get_figwidth() > usual.get_figwidth()
    panels = [ax.get_position().width * figure.get_figwidth() for figure in (usual, large) for ax in figure.axes]
    assert panels == pytest.approx([21 * em] * 4)


@pytest.mark.parametrize(
    "values, labels",
    [
        ([0.0, 0.5, 1.0], ["0.0", "0.5", "1.0"]),
        ([-20000, 0, 20000], ["−20000", "0", "20000"]),
        ([12345.0, 12345.1], ["12345.0", "12345.1"]),
        ([1e10, 2e10, 3e10], ["1×10^{10}", "2×10^{10}", "3×10^{10}"]),
        ([-5e6, 0, 5e6], ["-5×10^{6}", "0", "5×10^{6}"]),
        ([1e-6, 1.5e-6], ["1.0×10^{-6}", "1.5×10^{-6}"]),
        ([0.1 + 0.2, 0.4], ["0.3", "0.4"]),
    ],
)
def test_ticks_say_their_numbers(values, labels):
    said = [text.removeprefix("$\\mathdefault{").removesuffix("}$") for text in Numbers().format_ticks(values)]
    assert [text.replace("\\times", "×") for text in said] == labels


@given(st.floats(0.1, 9.9), st.integers(-30, 30), st.sampled_from([1, 2, 5]), st.integers(-3, 0))
def test_what_stands_at_a_tick_is_its_number(mantissa, exponent, step, places):
    width = step * 10.0 ** (exponent + places)
    ticks = width * (np.round(mantissa * 10.0**exponent / width) + np.arange(-2, 3))
    for tick, text in zip(ticks, Numbers().format_ticks(ticks)):
        text = text.removeprefix("$\\mathdefault{").removesuffix("}$").replace("−", "-")
        value = float(text.replace("\\times10^{", "e").replace("}", ""))
        assert value == pytest.approx(tick, rel=1e-9, abs=1e-6 * width)
