"""TrainingPlot: driven by hand, by Keras, interrupted, and in a real notebook."""

import copy
import io
import pickle
import signal
import subprocess
import sys
from types import SimpleNamespace

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import ROOT

from lecture.plots import plot_history
from lecture.plots.training.history import HistoryDrawing
from lecture.training import SmoothedEarlyStopping, TrainingPlot
from lecture.training import plot as module


def network(**options):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(
        loss="categorical_crossentropy", **{"optimizer": keras.optimizers.SGD(0.1), "metrics": ["accuracy"]} | options
    )
    return model


X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
Y = keras.utils.to_categorical(X[:, 0] > 0, 2)


def fit(plot, *, model=None, callbacks=(), **options):
    options = {"epochs": 3, "validation_data": (X, Y), "verbose": 0, "batch_size": 8} | options
    return (model or network()).fit(X, Y, callbacks=[plot, *callbacks], **options)


class Interrupt(keras.callbacks.Callback):
    """What happens at Ctrl-C, in the middle of an epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if self.model.optimizer.iterations == 8:  # the second of the third epoch
            signal.raise_signal(signal.SIGINT)


class Shell:
    """As much of a notebook's shell as a plot needs; keeps what would be shown."""

    def __init__(self):
        self.execution_count, self.hooks, self.shown = 1, [], []
        self.events = SimpleNamespace(
            register=lambda event, hook: self.hooks.append(hook), unregister=lambda event, hook: self.hooks.remove(hook)
        )

    def display(self, data, *, metadata, raw, display_id):
        assert raw and display_id
        self.shown.append([data])
        return SimpleNamespace(update=lambda data, *, metadata, raw, cell=self.shown[-1]: cell.append(data))

    def end_cell(self):
        for hook in list(self.hooks):
            hook(None)
        self.execution_count += 1


@pytest.fixture
def shell(monkeypatch):
    shell = Shell()
    monkeypatch.setattr(module, "notebook", lambda: shell)
    monkeypatch.setattr("IPython.display.display", shell.display)
    return shell


# by hand


def test_it_works_by_hand_and_without_a_model(capsys):
    plot = TrainingPlot()
    plot.on_epoch_end(0, {"loss": 1.0})
    plot.on_epoch_end(1, {"loss": np.float32(0.5), "val_loss": keras.ops.convert_to_tensor(0.75)})
    assert dict(plot.history) == {"loss": (1.0, 0.5), "val_loss": (None, 0.75)} and plot.history.epochs == (1, 2)
    assert [list(line.get_xdata()) for line in plot.figure.axes[0].lines[:1]] == [[1, 2]]
    assert capsys.readouterr().out.splitlines() == [
        "epoch 1/1  loss 1.000  (best so far)",
        "epoch 2/2  loss 0.500  val_loss 0.750  (best so far)",
    ]


def test_a_line_says_which_epoch_is_the_best_so_far(capsys):
    plot = TrainingPlot(epochs=3)
    for epoch, loss in enumerate((0.5, 0.6, 0.4)):
        plot.on_epoch_end(epoch, {"accuracy": 0.5, "loss": loss})
    assert capsys.readouterr().out.splitlines() == [
        "epoch 1/3  loss 0.500  accuracy 0.500  (best so far)",
        "epoch 2/3  loss 0.600  accuracy 0.500",
        "epoch 3/3  loss 0.400  accuracy 0.500  (best so far)",
    ]


def test_without_an_epoch_there_is_an_empty_record_and_figure():
    plot = TrainingPlot()
    assert len(plot.history) == 0 and plot.figure.axes == []
    plot.on_epoch_end(0)
    plot.on_epoch_end(1, {})
    assert plot.history.epochs == (1, 2) and len(plot.history) == 0 and plot.figure.axes == []


def test_a_metric_of_several_values_is_followed_by_their_mean_and_nan_does_no_harm():
    plot = TrainingPlot()
    plot.on_epoch_end(0, {"loss": float("nan"), "f1": np.array([0.5, 1.0])})
    plot.on_epoch_end(1, {"loss": float("inf"), "f1": None})
    assert plot.history["f1"] == (0.75, None) and np.isnan(plot.history["loss"][0])
    plot.figure.savefig(io.BytesIO())


def test_the_figure_is_one_outside_pyplot():
    plot = TrainingPlot()
    plot.on_epoch_end(0, {"loss": 1.0})
    first = plot.figure
    plot.on_epoch_end(1, {"loss": 0.5})
    assert plot.figure is first and plt.get_fignums() == []


# by Keras


def test_the_record_is_what_keras_records_and_the_learning_rate():
    plot = TrainingPlot()
    history = fit(plot)
    assert {name: list(values) for name, values in plot.history.items()} == {
        **history.history,
        "learning_rate": [pytest.approx(0.1)] * 3,
    }
    assert plot.history.planned == 3 and plot.history.epochs == (1, 2, 3)
    assert len(plot.figure.axes) == 2  # the rate stayed the same
    assert plot_history({"one": plot, "other": history}).figure.axes


def test_any_metrics_and_no_validation():
    plot = TrainingPlot("mae")
    model = network(metrics=["mae", keras.metrics.F1Score(), "mse"])
    model.set_weights([np.zeros((3, 2)), np.zeros(2)])  # else some initial weights give an mse below a tenth of the f1
    fit(plot, model=model, validation_data=None)
    assert set(plot.history) == {"loss", "mae", "f1_score", "mse", "learning_rate"} and plot.history.monitored == "mae"
    assert len(plot.figure.axes) == 2


def test_validation_every_other_epoch():
    plot = TrainingPlot("val_loss")
    history = fit(plot, epochs=4, validation_freq=2)
    first, second = history.history["val_loss"]
    assert plot.history["val_loss"] == (None, first, None, second) and plot.history.monitored == "val_loss"


def test_the_learning_rate_is_traced_through_a_schedule():
    plot = TrainingPlot()
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=3, decay_rate=0.5)  # 3 batches an epoch
    fit(plot, model=network(optimizer=keras.optimizers.SGD(schedule)))
    assert plot.history["learning_rate"] == pytest.approx([0.05, 0.025, 0.0125])
    assert [ax.get_title(loc="left") for ax in plot.figure.axes] == ["loss", "accuracy", "learning rate"]


@pytest.mark.parametrize("first", [True, False])
def test_the_learning_rate_is_that_of_the_epoch_wherever_the_callback_that_changes_it_stands(first):
    plot, reduce = TrainingPlot(), keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, min_delta=10, patience=1)
    fit(reduce if first else plot, callbacks=[plot if first else reduce], epochs=4)
    assert plot.history["learning_rate"] == pytest.approx([0.1, 0.1, 0.05, 0.025])


def test_an_optimizer_that_scales_the_loss_has_a_learning_rate():
    plot = TrainingPlot()
    fit(plot, model=network(optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1))), epochs=1)
    assert plot.history["learning_rate"] == pytest.approx([0.1])


@pytest.mark.parametrize("kind", [keras.callbacks.EarlyStopping, SmoothedEarlyStopping])
@pytest.mark.parametrize("first", [True, False])
def test_the_epoch_that_early_stopping_restores_is_marked(kind, first):
    stop = kind("val_accuracy", patience=2, restore_best_weights=True, mode="max")
    plot = TrainingPlot(early_stopping=stop)
    model = network(optimizer=keras.optimizers.SGD(2.0))
    fit(stop if first else plot, model=model, callbacks=[plot if first else stop], epochs=30)
    assert plot.history.restored == stop.best_epoch + 1 and plot.history.monitored == "val_accuracy"
    assert model.evaluate(X, Y, verbose=0, return_dict=True)["accuracy"] == pytest.approx(
        plot.history["val_accuracy"][stop.best_epoch]
    )
    assert f"restored: {stop.best_epoch + 1}" in plot.figure.axes[0].texts[0].get_text()
    assert plot.history.planned == 30


def test_what_is_not_restored_is_not_marked():
    keeps_last = keras.callbacks.EarlyStopping(patience=1)
    plot = TrainingPlot(early_stopping=keeps_last)
    fit(plot, callbacks=[keeps_last])
    assert plot.history.restored is None
    stop = keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True)
    plot = TrainingPlot(early_stopping=[keeps_last, stop])
    fit(plot, callbacks=[stop])
    assert plot.history.restored == plot.history.best
    fit(plot)
    assert plot.history.restored is None


def test_a_second_fit_starts_anew_and_an_initial_epoch_continues():
    plot, model = TrainingPlot(epochs=6), network()
    fit(plot, model=model, epochs=4)
    before, first = plot.history, plot.figure
    fit(plot, model=model, epochs=6, initial_epoch=3)  # once more from the end of epoch 3 on
    assert (
        plot.history.epochs == (1, 2, 3, 4, 5, 6)
        and plot.history["loss"][:3] == before["loss"][:3]
        and plot.figure is first
    )
    fit(plot, model=model, epochs=2)
    assert plot.history.epochs == (1, 2) and plot.figure is not first
    assert before.epochs == (1, 2, 3, 4) and len(first.axes[0].lines[0].get_xdata()) == 6  # what was is left alone


def test_the_first_epochs_may_be_missing():
    plot = TrainingPlot()
    fit(plot, epochs=12, initial_epoch=10)
    assert plot.history.epochs == (11, 12) and plot.figure.axes[0].get_xlim() == pytest.approx((10.49, 12.51))


def test_keras_and_the_plot_take_turns_in_a_terminal(capsys):
    fit(TrainingPlot(), verbose=2, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines if line.startswith("epoch")] == ["epoch 1/2", "epoch 2/2"]
    fit(TrainingPlot(), verbose=1, epochs=2)
    out = capsys.readouterr().out
    assert (
        out.index("Epoch 1/2")
        < out.index("\nepoch 1/2  loss")
        < out.index("\nEpoch 2/2")
        < out.index("\nepoch 2/2  loss")
    )


def test_a_copy_has_the_record_and_a_figure_of_its_own(shell):
    stop = keras.callbacks.EarlyStopping(restore_best_weights=True)
    plot = TrainingPlot("val_loss", epochs=9, early_stopping=stop)
    fit(plot, callbacks=[stop])
    assert plot.history.restored
    for copied in (copy.deepcopy(plot), pickle.loads(pickle.dumps(plot))):
        assert (
            dict(copied.history) == dict(plot.history)
            and copied.history.restored == plot.history.restored
            and copied.epochs == 9
        )
        assert copied.figure is not plot.figure and copied.model is None
    before = dict(plot.history)
    fit(copied, epochs=1)
    assert copied.history.epochs == (1,) and dict(plot.history) == before and len(shell.shown) == 2


def test_a_tuner_gives_each_trial_a_copy(tmp_path):
    keras_tuner = pytest.importorskip("keras_tuner")
    pytest.importorskip("tensorboard")
    plot = TrainingPlot()
    tuner = keras_tuner.RandomSearch(
        lambda hp: network(optimizer=keras.optimizers.SGD(hp.Float("rate", 0.01, 1))),
        "val_loss",
        max_trials=2,
        seed=1,
        directory=tmp_path,
    )
    tuner.search(X, Y, epochs=2, validation_data=(X, Y), callbacks=[plot], verbose=0)
    assert len(tuner.get_best_hyperparameters(2)) == 2 and len(plot.history) == 0


def test_a_copy_of_all_callbacks_knows_its_early_stopping():
    """As KerasTuner copies them, before each trial."""
    stop = keras.callbacks.EarlyStopping(patience=1, restore_best_weights=True)
    copied_stop, copied = copy.deepcopy([stop, TrainingPlot(early_stopping=stop)])
    fit(copied, callbacks=[copied_stop])
    assert copied.early_stopping == (copied_stop,) and copied.history.restored == copied_stop.best_epoch + 1


# bad input


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: TrainingPlot(3), "monitor must be a metric's name, such as 'val_loss', got 3"),
        (lambda: TrainingPlot(mode="low"), "mode must be one of auto, min, max, got 'low'"),
        (lambda: TrainingPlot(epochs=0), "epochs must be a whole number of at least 1, got 0"),
        (
            lambda: TrainingPlot(early_stopping=TrainingPlot()),
            "early_stopping must be one or more keras.callbacks.EarlyStopping, got <",
        ),
        (lambda: TrainingPlot().on_epoch_end(-1, {}), "epoch must be a whole number of at least 0, got -1"),
        (
            lambda: TrainingPlot("acc").on_epoch_end(0, {"loss": 1, "accuracy": 1}),
            "monitor must be one of loss, accuracy, got 'acc'",
        ),
        (
            lambda: fit(TrainingPlot("val_acc")),
            "monitor must be one of loss, accuracy, val_loss, val_accuracy, learning_rate, got 'val_acc'",
        ),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_after_a_refusal_the_record_is_whole():
    plot = TrainingPlot("acc")
    with pytest.raises(ValueError):
        fit(plot)
    assert plot.history.epochs == (1,) and plot.history.monitored == "val_loss" and plot.figure.axes


# interrupted


def test_an_interrupted_fit_leaves_record_and_figure_whole_in_a_script():
    with pytest.raises(KeyboardInterrupt), TrainingPlot() as plot:
        fit(plot, epochs=25, callbacks=[Interrupt()])
    assert plot.history.epochs == (1, 2) and plot.history.planned == 25
    assert all(len(values) == 2 and None not in values for values in plot.history.values())
    assert list(plot.figure.axes[0].lines[0].get_ydata()) == list(plot.history["loss"])
    fit(plot, epochs=1)
    assert plot.history.epochs == (1,)


def test_an_interrupted_fit_is_drawn_for_the_last_time_when_the_cell_ends(shell, monkeypatch):
    monkeypatch.setattr(module, "SHARE", 0)  # so that no epoch but the first is drawn
    plot = TrainingPlot()
    with pytest.raises(KeyboardInterrupt):
        fit(plot, epochs=25, callbacks=[Interrupt()])
    assert [data["text/plain"][:7] for data in shell.shown[0]] == ["1 of 25"] and len(shell.hooks) == 1
    shell.end_cell()
    assert [data["text/plain"][:7] for data in shell.shown[0]] == ["1 of 25", "2 of 25"] and shell.hooks == []


def test_an_interrupt_during_a_drawing_costs_no_epoch(shell, monkeypatch):
    monkeypatch.setattr(module, "SHARE", np.inf)
    plot, png = TrainingPlot(epochs=3), HistoryDrawing.png
    for epoch in range(3):  # the first drawing of a cell, then a later one
        shell.execution_count = min(epoch, 1)
        monkeypatch.setattr(HistoryDrawing, "png", lambda self: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            plot.on_epoch_end(epoch, {"loss": 1.0})
        monkeypatch.setattr(HistoryDrawing, "png", png)
        for hook in list(shell.hooks):
            hook(None)
        assert shell.shown[-1][-1]["text/plain"].startswith(f"{epoch + 1} of 3")


# in a notebook


def test_one_picture_a_fit_is_updated_in_place_and_nothing_stays_behind(shell, capsys):
    plot = TrainingPlot()
    fit(plot)
    fit(plot)
    assert [cell[-1]["text/plain"][:6] for cell in shell.shown] == ["3 of 3", "3 of 3"] and shell.hooks == []
    assert capsys.readouterr().out == "" and plt.get_fignums() == []


def test_a_fit_that_continues_goes_on_in_the_same_picture_if_it_is_in_the_same_cell(shell):
    plot, model = TrainingPlot(epochs=6), network()
    fit(plot, model=model, epochs=2)
    fit(plot, model=model, epochs=4, initial_epoch=2)
    assert len(shell.shown) == 1 and shell.shown[0][-1]["text/plain"].startswith("4 of 6")
    shell.end_cell()
    fit(plot, model=model, epochs=6, initial_epoch=4)
    assert [cell[-1]["text/plain"][:6] for cell in shell.shown] == ["4 of 6", "6 of 6"]


def test_driven_by_hand_the_last_drawing_comes_with_the_end_of_the_cell(shell, monkeypatch):
    monkeypatch.setattr(module, "SHARE", 0)
    plot = TrainingPlot(epochs=3)
    for epoch in range(3):
        plot.on_epoch_end(epoch, {"loss": 1.0 / (epoch + 1)})
    assert len(shell.shown[0]) == 1
    shell.end_cell()
    assert len(shell.shown[0]) == 2 and shell.shown[0][-1]["text/plain"].startswith("3 of 3") and shell.hooks == []


@pytest.mark.parametrize("seconds", [0.05, 0.3, 1, 10])
def test_drawing_takes_at_most_5_percent_of_the_time_between_the_first_and_the_last(shell, monkeypatch, seconds):
    now, costs, drawn = [0.0], np.random.default_rng(1).uniform(0.05, 0.15, 1000), []
    monkeypatch.setattr(module, "clock", lambda: now[0])

    class Timed(TrainingPlot):
        def _picture(self):
            start = now[0]
            now[0] += 0.15 if not drawn else costs[len(drawn)]
            drawn.append((start, now[0]))
            return {"png": b"", "text": "", "about": {"alt": ""}}

    plot = Timed()
    plot.on_train_begin()
    for epoch in range(300):
        now[0] += seconds
        plot.on_epoch_end(epoch, {"loss": 1.0})
        between = [end - start for start, end in drawn[1:]]
        training = now[0] - drawn[0][1] - sum(between)
        assert sum(between) <= 0.05 * training + 1e-9  # at any time, and so at the end
    plot.on_train_end()
    assert 2 < len(drawn) <= 301 and drawn[0][0] == seconds  # the first epoch was drawn
    if seconds >= 10:
        assert len(drawn) == 300  # where there is time, each epoch is
    else:
        assert sum(between) > 0.05 * training - 0.3  # and else as many as there is time for
    assert (
        shell.shown[0][-1] is not None and drawn[-1][1] == now[0]
    )  # the last is drawn at the end, or was with the last epoch


def test_in_a_script_it_prints_lines_and_needs_no_ipython():
    code = """
import sys
sys.modules["IPython"] = None  # as if it were not installed
from lecture.training import TrainingPlot
with TrainingPlot() as plot:
    plot.set_params({"epochs": 2, "verbose": 0})
    plot.on_epoch_end(0, {"loss": 1.0})
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "epoch 1/2  loss 1.000  (best so far)\n", done.stderr
