"""The record of a training, and its drawing."""

import io
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.markers import CARETUPBASE

from lecture.plots import alt_text
from lecture.plots.training.history import HistoryDrawing, plot_history
from lecture.plots.training.record import History, number

CURVES = {
    "loss": [0.9, 0.5, 0.4, 0.3],
    "accuracy": [0.5, 0.7, 0.8, 0.9],
    "val_loss": [0.8, 0.6, 0.5, 0.55],
    "val_accuracy": [0.6, 0.7, 0.75, 0.74],
}


def lines(ax, style):
    """The curves with this line style, as (epochs, values)."""
    return [
        tuple(map(list, line.get_data()))
        for line in ax.lines
        if line.get_linestyle() == style and len(line.get_xdata())
    ]


def marks(ax, marker):
    """Where marks without a line stand."""
    found = [line for line in ax.lines if line.get_linestyle() == "None" and line.get_marker() == marker]
    return [(float(x), float(y)) for line in found for x, y in zip(*line.get_data())]


# the record


def test_a_record_is_a_mapping_that_stays_as_it_is():
    values = [1.0, 0.5]
    record = History({"loss": values})
    values.append(0.1)
    assert dict(record) == {"loss": (1.0, 0.5)} and record.epochs == (1, 2) and record == {"loss": (1.0, 0.5)}
    with pytest.raises(AttributeError):
        record.planned = 3


@given(st.lists(st.one_of(st.none(), st.floats(width=32)), min_size=1, max_size=30), st.sampled_from(["min", "max"]))
def test_the_best_epoch_is_the_first_with_the_extreme_of_the_finite_values(values, mode):
    finite = [v for v in values if v is not None and np.isfinite(v)]
    expected = values.index({"min": min, "max": max}[mode](finite)) + 1 if finite else None
    assert History({"x": values}, monitor="x", mode=mode).best == expected


@pytest.mark.parametrize(
    "monitor, best", [("val_loss", 3), ("loss", 4), ("val_accuracy", 3), ("accuracy", 4), (None, 3)]
)
def test_losses_are_to_be_low_and_accuracies_high(monitor, best):
    assert History(CURVES, monitor=monitor).best == best


def test_the_monitored_metric_is_the_validation_loss_else_the_loss_else_the_first():
    assert History(CURVES).monitored == "val_loss"
    assert History({"accuracy": [1], "loss": [1]}).monitored == "loss"
    assert History({"learning_rate": [1], "mae": [1]}).monitored == "mae"
    assert History({}).best is None and History({"learning_rate": [0.1]}).best is None


def test_a_record_describes_itself():
    record = History(CURVES | {"learning_rate": [0.1, 0.1, 0.01, 0.01]}, planned=10, restored=3)
    assert record.describe() == (
        "4 of 10 epochs: loss from 0.900 to 0.300, accuracy from 0.500 to 0.900, "
        "val_loss from 0.800 to 0.550, val_accuracy from 0.600 to 0.740. "
        "Best epoch 3, by val_loss (0.500). Weights restored from epoch 3. Learning rate from 0.100 to 0.010."
    )
    assert History({"loss": [1.0, np.nan, np.inf]}).describe().endswith("loss is not finite in epoch 2.")
    assert History({"loss": [np.nan]}).describe().startswith("1 of 1 epochs: loss without a finite value")
    assert History({}).describe() == "No epoch has ended yet."


def test_the_end_is_the_plan_or_further():
    assert History({"loss": [1, 2]}).end == 2
    assert History({"loss": [1, 2]}, planned=5).end == 5
    assert History({"loss": [1, 2]}, epochs=[6, 7], planned=5).end == 7


def test_numbers_are_written_as_people_read_them():
    assert [number(v) for v in (0.5, 12.3456, 0.00123456, 5e-7, 123456, float("nan"))] == [
        "0.500",
        "12.346",
        "0.00123",
        "5e-07",
        "1.23e+05",
        "nan",
    ]


# the drawing


def test_losses_and_metrics_stand_apart_training_solid_and_validation_dashed():
    ax = plot_history(CURVES)
    loss, accuracy = ax.figure.axes
    assert ax is loss and [a.get_title(loc="left") for a in (loss, accuracy)] == ["loss", "accuracy"]
    for panel, name in ((loss, "loss"), (accuracy, "accuracy")):
        assert lines(panel, "-") == [([1, 2, 3, 4], CURVES[name])]
        assert lines(panel, "--") == [([1, 2, 3, 4], CURVES[f"val_{name}"])]


def test_the_best_and_the_restored_epoch_are_marked():
    ax = plot_history(History(CURVES, planned=10, restored=2))
    loss, accuracy = ax.figure.axes
    assert marks(loss, "o") == [(3, 0.5)] and marks(accuracy, "o") == [
        (3, 0.75)
    ]  # on the curves of the part that decides
    assert marks(loss, CARETUPBASE) == marks(accuracy, CARETUPBASE) == [(2, 0)]
    assert "best: 3, val_loss 0.500" in loss.texts[0].get_text() and "restored: 2" in loss.texts[0].get_text()
    assert all(panel.get_xlim() == pytest.approx((0.41, 10.59)) for panel in (loss, accuracy))


def test_without_validation_or_metrics_one_axes_is_enough():
    ax = plot_history({"loss": [2.0]})
    assert len(ax.figure.axes) == 1 and lines(ax, "-") == [([1], [2.0])] and marks(ax, "o") == [(1, 2.0)]


def test_the_learning_rate_is_drawn_where_it_changes():
    assert len(plot_history(CURVES | {"learning_rate": [0.1] * 4}).figure.axes) == 2
    rate = plot_history(CURVES | {"learning_rate": [0.1, 0.1, 0.05, 0.01]}).figure.axes[2]
    assert rate.get_title(loc="left") == "learning rate" and lines(rate, "-") == [
        ([1, 2, 3, 4], [0.1, 0.1, 0.05, 0.01])
    ]
    assert len(plot_history(CURVES | {"learning_rate": [0.1] * 4}, metrics=["learning_rate"]).figure.axes) == 1


def test_what_fit_returns_and_what_holds_a_record_are_records_too():
    for record in (SimpleNamespace(history=CURVES), SimpleNamespace(history=History(CURVES))):
        assert lines(plot_history(record), "-") == lines(plot_history(CURVES), "-")
        assert len(plot_history({"one": record, "other": CURVES}).figure.axes) == 4


def test_several_stand_side_by_side_with_the_same_scales():
    longer = {name: [2 * v for v in values] + [1.0] for name, values in CURVES.items()}
    axes = plot_history({"short": CURVES, "long": longer}).figure.axes
    assert [ax.get_title() for ax in axes] == ["short", "", "long", ""]
    for left, right, name in ((axes[0], axes[2], "loss"), (axes[1], axes[3], "accuracy")):
        assert left.get_ylim() == right.get_ylim() and left.get_xlim() == right.get_xlim()
        assert lines(left, "-") == [([1, 2, 3, 4], CURVES[name])] and lines(right, "--") == [
            ([1, 2, 3, 4, 5], longer[f"val_{name}"])
        ]
    assert alt_text(axes[0].figure) == f"short: {History(CURVES).describe()} long: {History(longer).describe()}"


def test_side_by_side_what_one_record_lacks_stays_empty():
    axes = plot_history(
        {"less": {"mae": [1.0, 2.0]}, "more": CURVES | {"learning_rate": [0.4, 0.3, 0.2, 0.1]}}
    ).figure.axes
    assert [bool(lines(ax, "-")) for ax in axes] == [False, True, False, True, True, True]
    assert [ax.get_ylabel() for ax in axes] == ["loss", "mae,\naccuracy", "rate", "", "", ""]
    assert [ax.get_xlabel() for ax in axes] == ["", "", "epoch"] * 2


def test_overlaid_each_has_its_colour_and_each_metric_its_axes():
    records = {"a": CURVES, "b": CURVES | {"mae": [1, 1, 1, 1]}}
    axes = plot_history(records, overlay=True).figure.axes
    assert [ax.get_title(loc="left") for ax in axes] == ["loss", "accuracy", "mae"]
    solid = [line for line in axes[0].lines if line.get_linestyle() == "-"]
    assert len({line.get_color() for line in solid}) == len({line.get_marker() for line in solid}) == 2
    assert [text.get_text() for text in axes[0].figure.legends[0].get_texts()] == [
        "a",
        "b",
        "training",
        "validation",
        "best epoch",
    ]


def test_one_chooses_what_to_draw_and_where():
    _figure, axes = plt.subplots(1, 2)
    assert plot_history(CURVES, metrics=["val_loss", "accuracy"], ax=axes) is axes[0]
    assert lines(axes[0], "--") == [([1, 2, 3, 4], CURVES["val_loss"])] and not lines(axes[0], "-")
    assert axes[0].get_title(loc="left") == "validation loss" and lines(axes[1], "-") == [
        ([1, 2, 3, 4], CURVES["accuracy"])
    ]
    _figure, ax = plt.subplots()
    assert plot_history(CURVES, metrics=["loss"], ax=ax) is ax


def test_what_is_not_finite_is_left_out_and_what_is_missing_too():
    ax = plot_history({"loss": [2.0, np.nan, 3.0, np.inf], "val_loss": [None, 1.0, None, 0.5]})
    assert lines(ax, "-") == [([1, 3], [2.0, 3.0])] and lines(ax, "--") == [([2, 4], [1.0, 0.5])]
    assert np.isfinite(ax.get_ylim()).all() and "not finite" in ax.texts[0].get_text()
    ax.figure.savefig(io.BytesIO())
    plot_history({"loss": [np.nan]}).figure.savefig(io.BytesIO())


@pytest.mark.parametrize(
    "values, scale",
    [
        ([1000, 1, 0.5], "log"),
        ([3, 1, 0.5], "linear"),
        ([1000, 0, 0.5], "symlog"),
        ([1000, 1, 1e-3, 1e-6, 0], "symlog"),
        ([1e-40, 0, 1e38], "symlog"),
        ([1000, -1, 0.5], "linear"),
        ([3, 0, 0.5], "linear"),
        ([0, 0], "linear"),
        ([1e-40, 1e38], "log"),
    ],
)
def test_a_wide_range_is_drawn_on_a_logarithmic_scale(values, scale):
    ax = plot_history({"loss": values})
    low, high = ax.get_ylim()
    assert ax.get_yscale() == scale and low < min(values) and max(values) < high
    ax.figure.savefig(io.BytesIO())


@example([1.0, 1e-303])
@example([1e300, -1e300])
@example([1e300, 1.0])
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_every_value_is_inside_the_picture(values):
    figure = Figure()
    ax = figure.add_subplot()
    plot_history({"loss": values}, ax=ax)
    low, high = ax.get_ylim()
    assert low <= min(values) and max(values) <= high and low < high


def test_a_loss_of_exactly_0_has_its_place_below_the_powers_of_ten():
    ax = plot_history({"loss": [1000, 1, 1e-3, 1e-6, 0]})
    assert lines(ax, "-") == [([1, 2, 3, 4, 5], [1000, 1, 1e-3, 1e-6, 0])] and marks(ax, "o") == [(5, 0)]
    heights = ax.transData.transform([(1, value) for value in (0, 1e-6, 1e-3, 1, 1000)])[:, 1]
    low, high = ax.bbox.y0, ax.bbox.y1
    assert (np.diff([low, *heights, high]) > 0.05 * (high - low) / 2).all()  # all apart, and inside
    assert np.diff(heights)[1:] == pytest.approx(np.diff(heights)[1], rel=0.01)  # as on any logarithmic axis
    ax.figure.canvas.draw()
    shown = [tick.label1.get_text() for tick in ax.yaxis.get_major_ticks() if low <= heights[0] <= high]
    assert any(text in ("0", "$\\mathdefault{0}$") for text in shown)


# metrics of different size


def panels(record, **options):
    """Which metrics stand together."""
    axes = plot_history(record, **options).figure.axes
    keys = [[text.get_text() for text in ax.get_legend().get_texts()] if ax.get_legend() else [] for ax in axes]
    names = [[name for name in key if name not in ("training", "validation")] for key in keys]
    return [key or [ax.get_title(loc="left")] for key, ax in zip(names, axes)]


def test_metrics_of_very_different_size_have_axes_of_their_own():
    scores = {"r2_score": [-0.5, 0.9], "mae": [3e4, 2e4], "cosine_similarity": [0.1, 0.9], "rmse": [5e4, 3e4]}
    record = {"loss": [3.0, 2.0]} | scores
    assert panels(record) == [["loss"], ["r2_score", "cosine_similarity"], ["mae", "rmse"]]
    losses = {"loss": [30.0, 20.0], "a_loss": [0.5, 0.4], "b_loss": [29.5, 19.6]}
    assert panels(losses) == [["loss", "b_loss"], ["a_loss"]]
    both = plot_history({"one": record, "two": record}).figure.axes
    assert [ax.get_ylabel() for ax in both[:3]] == ["loss", "r2_score,\ncosine_similarity", "mae,\nrmse"]


def test_scores_stand_together_however_low_they_are_and_so_do_metrics_of_one_size():
    assert panels({"loss": [1.0], "accuracy": [0.01], "top_5_accuracy": [0.5]})[1:] == [["accuracy", "top_5_accuracy"]]
    assert panels({"loss": [1.0], "mae": [3.0], "accuracy": [0.5], "mse": [0.0]})[1:] == [["mae", "accuracy", "mse"]]
    assert panels({"loss": [1.0], "mse": [1e-3], "accuracy": [0.5]})[1:] == [["mse"], ["accuracy"]]
    assert panels({"loss": [1.0], "mae": [np.nan], "accuracy": [0.5]})[1:] == [["mae", "accuracy"]]


def test_on_axes_that_are_handed_in_metrics_stand_together_where_there_are_no_more():
    record = {"loss": [3.0, 2.0], "r2_score": [-0.5, 0.9], "mae": [3e4, 2e4]}
    for n, together in ((2, [1, 2]), (3, [1, 1, 1])):
        axes = plt.subplots(1, n)[1]
        plot_history(record, ax=axes)
        assert [len(lines(ax, "-")) for ax in axes] == together


# bad input


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: plot_history({}), "at least one metric to draw, got none"),
        (lambda: plot_history(CURVES, metrics=[]), "at least one metric to draw, got none"),
        (
            lambda: plot_history(CURVES, metrics=["acc"]),
            "a metric to draw must be one of loss, accuracy, val_loss, val_accuracy, got 'acc'",
        ),
        (lambda: plot_history([1, 2]), r"a record must map each metric to its values, one an epoch, got \[1, 2\]"),
        (lambda: plot_history({"loss": 0.5}), "loss must be a sequence of numbers, one an epoch, got 0.5"),
        (
            lambda: plot_history({"one": CURVES, "other": [1, 2]}),
            r"a record must map each metric to its values, one an epoch, got \[1, 2\]",
        ),
        (
            lambda: plot_history(CURVES, ax=plt.subplots(1, 3)[1]),
            "ax must be one Axes for each of loss, accuracy, got 3",
        ),
        (
            lambda: History({"loss": [1, 2], "val_loss": [1]}),
            "one value for each of 2 epochs, None where it has none, got loss with 2, val_loss with 1",
        ),
        (
            lambda: History(CURVES, monitor="val_acuracy"),
            "monitor must be one of loss, accuracy, val_loss, val_accuracy, got 'val_acuracy'",
        ),
        (lambda: History(CURVES, mode="low"), "mode must be one of auto, min, max, got 'low'"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


# live


@pytest.fixture
def live():
    figure = Figure(layout="none")
    FigureCanvasAgg(figure)
    return HistoryDrawing(figure)


def record(n, planned=30):
    epochs = np.arange(1, n + 1)
    loss = 0.2 + np.exp(-epochs / 5)
    return History(
        {"loss": loss, "accuracy": 1 - loss / 3, "val_loss": loss + 0.01 * epochs, "val_accuracy": 0.9 - loss / 3},
        planned=planned,
    )


def pixels(png):
    return (plt.imread(io.BytesIO(png))[..., :3] * 255).round()


def test_the_axes_stay_where_they_are_while_the_curves_grow(live):
    live.update({"": record(1)})
    axes, places = list(live.figure.axes), [ax.get_position().bounds for ax in live.figure.axes]
    artists = [len(ax.lines) for ax in axes]
    for n in range(2, 31):
        live.update({"": record(n)})
    assert (
        live.figure.axes == axes
        and [ax.get_position().bounds for ax in axes] == places
        and [len(ax.lines) for ax in axes] == artists
    )
    assert all(ax.get_xlim() == pytest.approx((0.21, 30.79)) for ax in axes)
    assert live.figure.get_layout_engine() is None


def test_a_picture_drawn_in_layers_is_the_picture_drawn_at_once(live):
    for n in (1, 2, 3, 10, 11, 12, 30):
        live.update({"": record(n)})
        layered = pixels(live.png())
        whole = io.BytesIO()
        live.figure.savefig(whole, format="png", dpi="figure")
        assert layered.shape == pixels(whole.getvalue()).shape
        assert (
            np.abs(layered - pixels(whole.getvalue())).max(axis=2).mean() < 0.5
        )  # lines over grid lines, instead of under text


def test_the_live_figure_is_the_one_that_is_drawn_afterwards(live):
    for n in range(1, 13):
        live.update({"": record(n)})
    afterwards = plot_history(record(12)).figure
    for ours, theirs in zip(live.figure.axes, afterwards.axes, strict=True):
        assert (
            lines(ours, "-") == lines(theirs, "-")
            and lines(ours, "--") == lines(theirs, "--")
            and marks(ours, "o") == marks(theirs, "o")
        )
        assert ours.get_ylim() == theirs.get_ylim() and ours.get_xlim() == theirs.get_xlim()
    assert alt_text(live.figure) == alt_text(afterwards) == record(12).describe()
