"""Learning curves for students to read: all of them in view, on the same scales, and nothing marked."""

import pytest

from lecture import plots
from lecture.exercises import curves


@pytest.mark.parametrize("name", ["stop", "fits", "rates"])
def test_all_curves_are_in_view_and_unmarked(name):
    records = curves(name)
    figure = plots.plot_unmarked(records).figure
    for ax, record in zip(figure.axes, records.values(), strict=True):
        assert [list(line.get_ydata()) for line in ax.lines] == list(record.values())
        assert all(line.get_marker() in ("", "None") for line in ax.lines) and not ax.collections
        low, high = ax.get_ylim()
        assert low == 0 and high >= max(max(values) for values in record.values())
    assert len({ax.get_ylim() for ax in figure.axes}) == 1


def test_the_text_has_numbers_and_no_answer():
    text = plots.alt_text(plots.plot_unmarked(curves("stop")).figure)
    assert "validation loss 1.37 at 1" in text and "lowest" not in text and "best" not in text


def test_one_metric_can_be_drawn_alone():
    ax = plots.plot_unmarked(curves("rates"), metrics=["loss"])
    assert len(ax.lines) == 1


def test_no_training_is_refused():
    with pytest.raises(ValueError, match="at least one training, got none"):
        plots.plot_unmarked({})
