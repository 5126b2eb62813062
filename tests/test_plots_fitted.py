"""What holds the curves of a training, as ``plot_history`` takes it."""

import csv
import io
from types import SimpleNamespace

import numpy as np
import pytest

from lecture.plots import alt_text, plot_history
from lecture.plots.training.record import History


def lines(ax, style):
    """The curves with this line style, as (epochs, values)."""
    found = [line for line in ax.lines if line.get_linestyle() == style and len(line.get_xdata())]
    return [tuple(map(list, line.get_data())) for line in found]


def fitted(history, epoch=None):
    """What ``fit`` returns, as far as it is read."""
    return SimpleNamespace(history=history, epoch=list(range(len(history["loss"]))) if epoch is None else epoch)


@pytest.mark.parametrize(
    "n_epochs, values, epochs",
    [(5, 2, [2, 4]), (2, 1, [2]), (6, 2, [3, 6]), (10, 3, [3, 6, 9]), (9, 4, [2, 4, 6, 8]), (3, 3, [1, 2, 3])],
)
def test_with_validation_freq_values_stand_where_one_choice_is_left(n_epochs, values, epochs):
    history = {"loss": [1.0] * n_epochs, "val_loss": [0.5] * values}
    for record in (history, fitted(history)):
        assert lines(plot_history(record), "--") == [(epochs, [0.5] * values)]


@pytest.mark.parametrize("n_epochs, values", [(4, 1), (5, 1), (5, 4), (10, 4)])
def test_where_no_or_more_than_one_choice_is_left_it_says_so(n_epochs, values):
    sentence = rf"for each of {n_epochs} epochs.* got {values}: .*validation_freq.*TrainingPlot"
    with pytest.raises(ValueError, match=sentence):
        plot_history({"loss": [1.0] * n_epochs, "val_loss": [0.5] * values})


def test_a_fit_that_began_later_is_drawn_where_it_was():
    record = fitted({"loss": [3.0, 2.0, 1.0], "val_loss": [0.5]}, epoch=[5, 6, 7])  # validation_freq=7
    with pytest.raises(ValueError, match="validation_freq"):  # or 8
        plot_history(record)
    record.history["val_loss"] = [0.5, 0.4]  # every second
    record.epoch = [5, 6, 7]
    ax = plot_history(SimpleNamespace(history={"loss": [3.0, 2.0, 1.0]}, epoch=[5, 6, 7]))
    assert lines(ax, "-") == [([6, 7, 8], [3.0, 2.0, 1.0])]
    assert lines(plot_history(record), "--") == [([6, 8], [0.5, 0.4])]
    both = plot_history({"first": fitted({"loss": [5.0, 4.0]}), "then": record}).figure.axes
    assert both[0].get_xlim() == both[1].get_xlim() == pytest.approx((0.43, 8.57))


def test_an_epoch_list_of_another_fit_is_not_taken():
    twice = SimpleNamespace(history={"loss": [3.0, 2.0, 1.0, 0.5]}, epoch=[0, 1])  # one History callback, two fits
    assert lines(plot_history(twice), "-") == [([1, 2, 3, 4], [3.0, 2.0, 1.0, 0.5])]


def test_of_several_values_the_mean_is_drawn_and_what_is_no_number_is_left_out():
    record = {
        "loss": [1.0, "gone"],
        "f1_score": [np.array([0.5, 1.0]), np.array([0.0, 0.5])],
        "note": ["warm up", None],
        "parts": [{"a": 1}, {"a": 2}],
    }
    ax = plot_history(record)
    assert lines(ax, "-") == [([1], [1.0])] and lines(ax.figure.axes[1], "-") == [([1, 2], [0.75, 0.25])]
    assert set(History(record)) == {"loss", "f1_score"}


ROWS = '''epoch,accuracy,f1_score,loss,note,val_loss
5,0.5,"""[0.25, 0.5]""",1.0,warm up,NA
6,0.6,"""[0.5, 1.0]""",0.5,,0.75
'''


def csv_as_frame(text):
    return pytest.importorskip("pandas").read_csv(io.StringIO(text))


def csv_as_dict(text):
    rows = list(csv.DictReader(io.StringIO(text)))
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.mark.parametrize("read", [csv_as_frame, csv_as_dict])
def test_the_file_of_csvlogger_is_a_record(read):
    ax = plot_history(read(ROWS))
    assert lines(ax, "-") == [([6, 7], [1.0, 0.5])] and lines(ax, "--") == [([7], [0.75])]
    assert [line[1] for line in lines(ax.figure.axes[1], "-")] == [[0.5, 0.6], [0.375, 0.75]]
    assert "not finite" not in alt_text(ax.figure)
    assert len(plot_history({"one": read(ROWS), "other": {"loss": [1.0], "accuracy": [0.5]}}).figure.axes) == 4
    appended = read("epoch,loss,val_loss\n0,5,NA\n1,4,NA\n2,3,NA\n1,2,NA\n2,1,NA\n")  # a second fit, from epoch 1 on
    ax = plot_history(appended)
    assert lines(ax, "-") == [([1, 2, 3], [5.0, 2.0, 1.0])]
    with pytest.raises(ValueError, match="epoch must be a column of whole numbers counted from 0, got 0.5 in it"):
        plot_history(read("epoch,loss\n0.5,3\n1,3\n"))


def test_the_epochs_of_a_frame_may_stand_in_its_index():
    frame = pytest.importorskip("pandas").read_csv(io.StringIO(ROWS), index_col="epoch")
    assert lines(plot_history(frame), "-")[0][0] == [6, 7]
    assert lines(plot_history(frame.reset_index(drop=True)), "-")[0][0] == [1, 2]
