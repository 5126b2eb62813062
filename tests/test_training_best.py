"""Which epoch is the best: as Keras says, and what stands in the logs besides numbers."""

import csv

import keras
import numpy as np
import pytest

from lecture.plots import plot_history
from lecture.plots.training.fitted import as_history
from lecture.training import TrainingPlot
from lecture.training.direction import direction_of

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
Y = keras.utils.to_categorical(X[:, 0] > 0, 2)


class Logs(keras.callbacks.Callback):
    """Puts values of its own into the logs of each epoch."""

    def __init__(self, **columns):
        super().__init__()
        self.columns = columns

    def on_epoch_end(self, epoch, logs=None):
        logs.update({name: values[epoch] for name, values in self.columns.items()})


def network(*metrics, outputs=("one",)):
    inputs = keras.Input((3,))
    heads = [keras.layers.Dense(2, activation="softmax", name=name)(inputs) for name in outputs]
    model = keras.Model(inputs, heads if len(heads) > 1 else heads[0])
    losses = ["categorical_crossentropy"] * len(heads)
    own = [list(metrics)] * len(heads) if len(heads) > 1 else list(metrics)
    model.compile("sgd", losses if len(heads) > 1 else losses[0], metrics=own)
    return model


def fit(model, *callbacks, epochs=4, **options):
    Ys = [Y] * len(model.outputs) if len(model.outputs) > 1 else Y
    return model.fit(X, Ys, validation_data=(X, Ys), epochs=epochs, verbose=0, callbacks=list(callbacks), **options)


@pytest.mark.parametrize("first", [True, False])
def test_the_ring_stands_where_keras_restores_from(first):
    """A metric of Keras' own under a name that says nothing, and whose direction Keras knows."""
    model = network(keras.metrics.MeanSquaredError(name="quality"))
    stop = keras.callbacks.EarlyStopping("val_quality", restore_best_weights=True)
    plot = TrainingPlot(early_stopping=stop)
    fit(model, *([plot, stop] if first else [stop, plot]))
    assert plot.history["val_quality"][0] != min(plot.history["val_quality"])
    assert plot.history.best == plot.history.restored == stop.best_epoch + 1


@pytest.mark.parametrize("mode, best", [("min", 2), ("max", 3)])
def test_the_early_stoppings_direction_comes_first(mode, best):
    values = [0.5, 0.25, 0.75, 0.5]
    stop = keras.callbacks.EarlyStopping("accuracy_of_it", mode=mode, patience=9, restore_best_weights=True)
    plot = TrainingPlot(early_stopping=stop)
    fit(network(), Logs(accuracy_of_it=values), plot, stop)
    assert plot.history.best == plot.history.restored == best
    named = TrainingPlot("accuracy_of_it", early_stopping=stop)
    fit(network(), Logs(accuracy_of_it=values), named, stop)
    assert named.history.best == best
    assert TrainingPlot("accuracy_of_it", mode="max").mode == "max"


def test_without_early_stopping_the_metrics_own_direction_comes_first_and_then_the_name():
    brier, plot = keras.metrics.MeanSquaredError(name="free"), TrainingPlot("val_free")
    fit(network(brier), plot)
    assert plot.history.best == np.argmin(plot.history["val_free"]) + 1
    named = TrainingPlot("val_error_accuracy")
    for epoch, value in enumerate((0.766, 0.875, 0.9)):
        named.on_epoch_end(epoch, {"val_error_accuracy": value})
    assert named.history.best == 3
    chosen = TrainingPlot("val_free", mode="max")
    fit(network(keras.metrics.MeanSquaredError(name="free")), chosen)
    assert chosen.history.best == np.argmax(chosen.history["val_free"]) + 1


def test_metrics_of_several_outputs_are_asked_too():
    model = network(keras.metrics.MeanSquaredError(name="free"), "accuracy", outputs=("error", "other"))
    plot = TrainingPlot("val_error_accuracy")
    fit(model, plot)
    assert plot.history.best == np.argmax(plot.history["val_error_accuracy"]) + 1
    names = ("val_error_accuracy", "other_free", "val_loss", "val_other_loss", "unknown")
    assert [direction_of(name, (), model) for name in names] == ["max", "min", "auto", "auto", "auto"]
    assert direction_of("loss", (), None) == "auto"


def test_a_copy_judges_as_the_plot_did():
    stop = keras.callbacks.EarlyStopping("score", mode="min", restore_best_weights=True, patience=9)
    plot = TrainingPlot(early_stopping=stop)
    fit(network(), Logs(score=[3.0, 1.0, 2.0, 4.0]), plot, stop)
    state = TrainingPlot.__new__(TrainingPlot)
    state.__dict__.update(plot.__getstate__())
    assert state.history.monitored == "score" and state.history.best == plot.history.best == 2


@pytest.mark.parametrize("turned", [True, False])
def test_of_several_early_stoppings_the_one_that_restores_decides(turned):
    values = {"first": [1.0, 2.0, 3.0, 4.0], "second": [4.0, 1.0, 2.0, 3.0]}
    stops = [
        keras.callbacks.EarlyStopping("first", mode="max", patience=9),
        keras.callbacks.EarlyStopping("second", mode="min", patience=9, restore_best_weights=True),
    ]
    stops = stops[::-1] if turned else stops
    plot = TrainingPlot(early_stopping=stops)
    fit(network(), Logs(**values), plot, *stops)
    assert plot.history.monitored == "second" and plot.history.best == plot.history.restored == 2


def test_of_several_that_restore_the_last_has_the_weights():
    values = {"first": [1.0, 2.0, 3.0, 4.0], "second": [4.0, 1.0, 2.0, 3.0]}
    stops = [
        keras.callbacks.EarlyStopping(name, mode=mode, patience=9, restore_best_weights=True)
        for name, mode in (("first", "max"), ("second", "min"))
    ]
    model, plot = network(), TrainingPlot(early_stopping=stops)
    fit(model, Logs(**values), plot, *stops)
    for ours, theirs in zip(model.get_weights(), stops[1].best_weights):
        assert np.array_equal(ours, theirs)
    assert plot.history.restored == stops[1].best_epoch + 1 == 2


def test_what_is_no_number_is_left_out_and_the_training_goes_on(capsys):
    plot = TrainingPlot()
    notes, parts = ["warm up"] * 4, [{"a": 1}] * 4
    history = fit(network("accuracy"), Logs(note=notes, parts=parts, mixed=[1.0, "gone", None, 2.0]), plot)
    assert len(history.history["loss"]) == 4 and "warm up" not in capsys.readouterr().out
    assert {"note", "parts"}.isdisjoint(plot.history) and plot.history["mixed"] == (1.0, None, None, 2.0)
    assert {"note", "parts"}.isdisjoint(as_history(history))
    assert plot_history({"ours": plot, "theirs": history}).figure.axes


def test_what_fit_returns_is_what_the_plot_records():
    """With validation_freq, an initial epoch and a metric of several values; so does CSVLogger's file."""
    for options in ({"validation_freq": 2, "epochs": 5}, {"initial_epoch": 5, "epochs": 8}):
        plot = TrainingPlot()
        history = as_history(fit(network(keras.metrics.F1Score()), plot, **options))
        assert history.epochs == plot.history.epochs
        for name, values in history.items():
            assert values == pytest.approx(plot.history[name], nan_ok=True)


@pytest.mark.parametrize("options", [{"epochs": 3}, {"initial_epoch": 5, "epochs": 8, "validation_freq": 2}])
def test_the_file_that_csvlogger_writes_is_the_record(tmp_path, options):
    pandas = pytest.importorskip("pandas")
    plot, file = TrainingPlot(), tmp_path / "log.csv"
    fit(network(keras.metrics.F1Score()), Logs(note=["warm up"] * 9), plot, keras.callbacks.CSVLogger(file), **options)
    with open(file, newline="") as text:
        rows = list(csv.DictReader(text))
    for read in (pandas.read_csv(file), {name: [row[name] for row in rows] for name in rows[0]}):
        history = as_history(read)
        assert history.epochs == plot.history.epochs and "note" not in history
        for name, values in history.items():
            assert values == pytest.approx(plot.history[name], nan_ok=True), name
