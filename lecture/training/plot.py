"""A training that can be watched: its curves in a notebook, a line an epoch elsewhere."""

import sys
from time import perf_counter as clock

import keras
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lecture.checks import one_of, whole
from lecture.plots.alt import alt_text
from lecture.plots.training.direction import is_loss
from lecture.plots.training.history import HistoryDrawing
from lecture.plots.training.record import MODES, RATE, History, number, scalar
from lecture.training.direction import direction_of
from lecture.training.screen import Screen, notebook

SHARE = 0.05  # of the training time between the first drawing and the last: that much may go into drawing


class TrainingPlot(keras.callbacks.Callback):
    """Watch a training.

    In a notebook (JupyterLab, VS Code, Colab) a figure appears after the first epoch and grows in place: losses on one
    Axes, the other metrics on another, over all planned epochs, and the learning rate where it changes. It is drawn
    again after an epoch only where all drawing between the first and the last stays below 5 % of the training time, and
    always at the end. Anywhere else, one line an epoch is printed.

    Keras calls no callback when a fit is interrupted. In a notebook the last drawing then comes when the cell ends; in
    a script, a ``with`` block ends the plot::

        with TrainingPlot() as plot:
            model.fit(X, y, epochs=25, verbose=0, callbacks=[plot])

    One plot serves for one fit after another: each starts anew, but one with an ``initial_epoch`` continues from
    there. Without a fit, call the hooks yourself: ``plot.on_epoch_end(0, {"loss": 1.0})``. A metric of several values
    an epoch is followed by their mean; what is no number is left out.

    In a notebook it may also stand inside an ``Output`` of ipywidgets, as in a function behind `interact_manual`.

    Parameters
    ----------
    monitor : str, optional
        The metric that decides which epoch is best. By default the one that an ``EarlyStopping`` in the same fit
        watches (of several, the one that restores weights, or else the first), else ``val_loss``, else ``loss``.
    mode : str
        Whether its lowest value is best, "min", or its highest, "max". With "auto" it is what Keras goes by: the
        ``EarlyStopping`` that watches the metric, else the metric itself, and only then its name: losses, errors and
        the like are to be low, all others high.
    epochs : int, optional
        The number of epochs to make room for, as where several fits continue each other; by default as many as the
        fit plans.

    Attributes
    ----------
    history : lecture.plots.History
        The record so far; `lecture.plots.plot_history` draws it, alone or beside others.
    figure : matplotlib.figure.Figure
        The curves so far, as in the notebook, to be saved, say; pyplot does not know it.

    Raises
    ------
    ValueError
        If an argument is not as above; and at the end of an epoch whose logs show that there is no such metric to
        monitor.
    """

    def __init__(self, monitor=None, *, mode="auto", epochs=None):
        super().__init__()
        if not isinstance(monitor, str | None):
            raise ValueError(f"monitor must be a metric's name, such as 'val_loss', got {monitor!r}.")
        self.monitor = monitor
        self.mode = one_of(mode, MODES, "mode")
        self.epochs = None if epochs is None else whole(epochs, "epochs", least=1)
        self._epochs, self._metrics = [], {}  # the record: epoch numbers from 1, and for each metric as many values
        self._restored = None
        self._early_stoppings = []
        self._decides = None, "auto"  # the metric by which an epoch is best, and its mode
        self._drawing = self._live = None
        self._line = ""

    def __getstate__(self):
        """Copy settings and record; a copy (KerasTuner makes one for each trial) draws a figure of its own."""
        return self.__dict__ | {"_model": None, "_early_stoppings": [], "_drawing": None, "_live": None}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._finish()

    @property
    def history(self):
        epochs, (monitor, mode) = tuple(self._epochs), self._decides
        return History(
            {name: column[: len(epochs)] for name, column in self._metrics.items()},
            epochs,
            planned=self.epochs or (self.params or {}).get("epochs"),
            monitor=monitor if monitor in self._metrics else None,
            mode=mode,
            restored=self._restored,
        )

    @property
    def figure(self):
        if self._drawing is None:
            figure = Figure(layout="none")
            FigureCanvasAgg(figure)
            self._drawing = HistoryDrawing(figure)
        if self._metrics:
            self._drawing.update({"": self.history})
        return self._drawing.figure

    def on_train_begin(self, logs=None):
        """Get ready for another fit; its first epoch decides what is kept of the record."""
        self._finish()
        self._restored = None
        self._early_stoppings = _early_stoppings_beside(self)

    def on_epoch_begin(self, epoch, logs=None):
        """Forget the epochs that are trained again."""
        self._print()
        self._go_back_to(epoch)

    def on_epoch_end(self, epoch, logs=None):
        """Record an epoch, and show it."""
        self._go_back_to(whole(epoch, "epoch", least=0))
        self._record(epoch + 1, logs or {})
        parts = {name.startswith("val_") for name in self._metrics}
        if self.monitor and self.monitor.startswith("val_") in parts:  # else its part may still come: validation_freq
            one_of(self.monitor, self._metrics, "monitor")
        self._decide()
        shell = notebook()
        if shell is None:
            self._line = self._last_epoch()
            if (self.params or {}).get("verbose") not in ("auto", 1):
                self._print()  # else Keras has not finished its own line yet
        elif self._metrics:
            if self._live is None or self._live.cell != shell.execution_count:
                self._finish()
                self._live = _Live(shell, self._picture)
            self._live.update()

    def on_train_end(self, logs=None):
        """Mark the epoch that early stopping restores, and draw for the last time."""
        restored = [it for it in self._early_stoppings if it.restore_best_weights and it.best_weights is not None]
        if restored:
            self._restored = restored[-1].best_epoch + 1  # each sets the weights, so the last one's stay
        self._finish(changed=self._restored is not None)

    def _finish(self, *, changed=False):
        """Bring out what is not shown yet."""
        self._print()
        if self._live:
            self._live.close(changed=changed)

    def _go_back_to(self, epoch):
        """Keep what was recorded of the epochs before this one (counted from 0, as Keras does)."""
        kept = len(self._epochs)
        while kept and self._epochs[kept - 1] > epoch:
            kept -= 1
        del self._epochs[kept:]
        for values in self._metrics.values():
            del values[kept:]
        if not kept:
            self._finish()
            self._metrics, self._drawing, self._live = {}, None, None

    def _record(self, epoch, logs):
        """Add an epoch's values to the record."""
        values = {name: _number(value) for name, value in logs.items()}
        values = {name: value for name, value in values.items() if value is not None or logs[name] is None}
        rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None)
        if RATE not in values and rate is not None:
            values[RATE] = _number(rate)
        for name in sorted(values, key=lambda name: (name == RATE, name.startswith("val_"), not is_loss(name))):
            self._metrics.setdefault(name, [None] * len(self._epochs))
        for name, column in self._metrics.items():
            column.append(values.get(name))
        self._epochs.append(epoch)  # last: an interrupt that comes before leaves this epoch out as a whole

    def _decide(self):
        """Choose the metric by which an epoch is best, and which way."""
        watching = [it for it in self._early_stoppings if it.monitor in self._metrics]
        restoring = [it for it in watching if it.restore_best_weights]
        monitor = self.monitor or next((it.monitor for it in restoring[-1:] + watching), None)
        known = monitor if monitor in self._metrics else History(self._metrics, self._epochs).monitored
        mode = self.mode if self.mode != "auto" or known is None else direction_of(known, watching, self.model)
        self._decides = monitor, mode

    def _last_epoch(self):
        """The last epoch as a line."""
        history = self.history
        shown = {name: column[-1] for name, column in self._metrics.items() if column[-1] is not None}
        if RATE in shown and (len(self._epochs) < 2 or shown[RATE] == self._metrics[RATE][-2]):
            del shown[RATE]
        words = [f"epoch {self._epochs[-1]}/{history.end}"]
        words += [f"{name} {number(value)}" for name, value in shown.items()]
        words += ["(best so far)"] * (history.best == self._epochs[-1])
        return "  ".join(words)

    def _print(self):
        """Print the line that waits, if one does."""
        if self._line:
            print(self._line, flush=True)
            self._line = ""

    def _picture(self):
        """The figure as what a `Screen` shows."""
        figure = self.figure
        return {"png": self._drawing.png(), "text": self.history.status(), "alt": alt_text(figure)}


class _Live:
    """A picture in a notebook, updated in place as often as ``SHARE`` allows."""

    def __init__(self, shell, picture):
        self.shell, self.picture, self.cell = shell, picture, shell.execution_count
        self.screen = Screen()
        self.is_open = self.is_late = False
        self.since, self.spent = clock(), 0.0  # when the first drawing was over, and the seconds that others took since
        self.costliest = 0.0  # of all drawings, in seconds: what the next one is taken to cost

    def update(self):
        """Show the picture as it is now, if there is time for it; the first time there is."""
        self.is_late = True  # until it is shown: an interrupt may come before
        if not self.is_open:
            self.is_open = True
            self._end_of_cell = lambda result: self.close()  # one object, so that it can be taken off again
            self.shell.events.register("post_run_cell", self._end_of_cell)
            self._show()
            self.since, self.spent = clock(), 0.0
        elif self._has_time():
            self.spent += self._show()

    def _has_time(self):
        """Whether one more drawing stays within its share of the training time since the first."""
        training = clock() - self.since - self.spent
        return self.spent + self.costliest <= SHARE * training

    def close(self, *, changed=False):
        """Show the last picture, unless it is there already."""
        if self.is_open:
            self.is_open = False
            self.shell.events.unregister("post_run_cell", self._end_of_cell)
            if self.is_late or changed:
                self._show()

    def _show(self):
        """Draw and send the picture; return the seconds that it took."""
        start = clock()
        self.screen.show(**self.picture())
        self.is_late = False
        cost = clock() - start
        self.costliest = max(self.costliest, cost)
        return cost


def _early_stoppings_beside(plot):
    """All EarlyStoppings in the same fit, in their order.

    Keras tells a callback nothing of the others, so this looks for the list that is calling. Where there is none, as
    when a hook is called by hand, no epoch is marked as restored.
    """
    frame = sys._getframe(1)
    while frame:
        caller = frame.f_locals.get("self")
        if isinstance(caller, keras.callbacks.CallbackList) and any(callback is plot for callback in caller.callbacks):
            return [it for it in caller.callbacks if isinstance(it, keras.callbacks.EarlyStopping)]
        frame = frame.f_back
    return []


def _number(value):
    """A value in the logs as a float, or None: `scalar` of whatever device it is on."""
    return scalar(keras.ops.convert_to_numpy(value) if keras.ops.is_tensor(value) else value)
