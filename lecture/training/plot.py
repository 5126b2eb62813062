"""A training to watch: its curves in a notebook, a line for each epoch elsewhere."""

from collections.abc import Sequence
from time import perf_counter as clock

import keras
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from lecture.checks import one_of, whole
from lecture.plots.alt import about
from lecture.plots.training.direction import is_loss
from lecture.plots.training.history import HistoryDrawing
from lecture.plots.training.record import MODES, RATE, History, number, scalar
from lecture.training.direction import direction_of
from lecture.training.screen import Screen, notebook

SHARE = 0.05  # at most this fraction of the training time between the first drawing and the last goes into drawing


class TrainingPlot(keras.callbacks.Callback):
    """Watch a training.

    In a notebook (JupyterLab, VS Code, Colab) a figure appears after the first epoch and grows in place: losses on one
    Axes, the other metrics on another, and the learning rate if it changes, over all planned epochs. After an epoch it
    is drawn again only if drawing takes less than 5% of the training time, and always at the end. Elsewhere, one line
    is printed for each epoch.

    Keras calls no callback when a fit is interrupted. In a notebook the figure is then drawn for the last time when the
    cell ends; in a script, use a ``with`` block::

        with TrainingPlot() as plot:
            model.fit(X, y, epochs=25, verbose=0, callbacks=[plot])

    One plot can be used for several fits: each starts anew, except that one with an ``initial_epoch`` continues from
    there. Without a fit, call the hooks yourself: ``plot.on_epoch_end(0, {"loss": 1.0})``. A metric with several values
    in an epoch is recorded as their mean; values that are not numbers are left out.

    In a notebook it also works inside an ``Output`` of ipywidgets, as in a function behind `interact_manual`.

    Parameters
    ----------
    monitor : str, optional
        Metric that decides which epoch is best. If None, the one that ``early_stopping`` monitors (of several, that of
        the last that restores weights, or else of the first), else ``val_loss``, else ``loss``.
    mode : {"auto", "min", "max"}
        Whether the lowest or the highest value of the metric is best. "auto" asks the ``early_stopping`` that monitors
        the metric, then the metric itself, then its name: losses, errors and the like are best if low, others if high.
    epochs : int, optional
        Number of epochs to make room for, such as the total of several fits that continue each other; the number that
        the fit plans if None.
    early_stopping : keras.callbacks.EarlyStopping or sequence of them, optional
        Those among the callbacks of the same fit, so that the epoch whose weights they restore is marked: Keras tells
        a callback nothing about the others.

    Attributes
    ----------
    history : lecture.plots.History
        The record so far; `lecture.plots.plot_history` draws it, alone or beside others.
    figure : matplotlib.figure.Figure
        The curves so far, as in the notebook, to be saved, say; pyplot does not know it.

    Raises
    ------
    ValueError
        If an argument is out of range; and at the end of an epoch if the metric to monitor is not in the logs.
    """

    def __init__(
        self,
        monitor: str | None = None,
        *,
        mode: str = "auto",
        epochs: int | None = None,
        early_stopping: keras.callbacks.EarlyStopping | Sequence[keras.callbacks.EarlyStopping] = (),
    ):
        super().__init__()
        if not isinstance(monitor, str | None):
            raise ValueError(f"monitor must be a metric's name, such as 'val_loss', got {monitor!r}.")
        self.monitor = monitor
        self.mode = one_of(mode, MODES, "mode")
        self.epochs = None if epochs is None else whole(epochs, "epochs", least=1)
        self.early_stopping = _early_stoppings(early_stopping)
        self._epochs, self._metrics = [], {}  # the record: epoch numbers from 1, and for each metric as many values
        self._restored = None
        self._weights_before = ()  # what each early stopping kept before this fit
        self._decides = None, "auto"  # the metric by which an epoch is best, and its mode
        self._drawing = self._live = None
        self._line = ""

    def __getstate__(self):
        """Copy settings and record; a copy (KerasTuner makes one for each trial) draws a figure of its own."""
        unused = tuple(stopping for stopping in self.early_stopping if stopping.model is None)  # others hold a model
        fresh = {"_model": None, "_weights_before": (), "_drawing": None, "_live": None}
        return self.__dict__ | {"early_stopping": unused} | fresh

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._finish()

    @property
    def history(self) -> History:
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
    def figure(self) -> Figure:
        return self._drawn().figure

    def _drawn(self):
        """The drawing, up to date."""
        if self._drawing is None:
            figure = Figure(layout="none")  # ty: ignore[invalid-argument-type]
            FigureCanvasAgg(figure)
            self._drawing = HistoryDrawing(figure)
        if self._metrics:
            self._drawing.update({"": self.history})
        return self._drawing

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Prepare for another fit; its first epoch decides what is kept of the record."""
        self._finish()
        self._restored = None
        self._weights_before = tuple(stopping.best_weights for stopping in self.early_stopping)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Forget the epochs that are trained again."""
        self._print()
        self._go_back_to(epoch)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
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

    def on_train_end(self, logs: dict | None = None) -> None:
        """Mark the epoch that early stopping restores, and draw for the last time."""
        for stopping, before in zip(self.early_stopping, self._weights_before):
            has_new_weights = stopping.best_weights is not None and stopping.best_weights is not before
            if stopping.restore_best_weights and has_new_weights:
                self._restored = stopping.best_epoch + 1  # each sets the weights, so the last one's stay
        self._finish(changed=self._restored is not None)

    def _finish(self, *, changed=False):
        """Show what is not shown yet."""
        self._print()
        if self._live:
            self._live.close(changed=changed)

    def _go_back_to(self, epoch):
        """Keep the record of the epochs before this one (counted from 0, as in Keras) only."""
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
        self._epochs.append(epoch)  # last: an interrupt before this line leaves out the whole epoch

    def _decide(self):
        """Choose the metric that decides which epoch is best, and its mode."""
        watching = [stopping for stopping in self.early_stopping if stopping.monitor in self._metrics]
        restoring = [stopping for stopping in watching if stopping.restore_best_weights]
        monitor = self.monitor or next((stopping.monitor for stopping in restoring[-1:] + watching), None)
        known = monitor if monitor in self._metrics else History(self._metrics, tuple(self._epochs)).monitored
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
        """Print the line that is not printed yet, if there is one."""
        if self._line:
            print(self._line, flush=True)
            self._line = ""

    def _picture(self):
        """The figure as a `Screen` shows it."""
        drawing = self._drawn()
        png = drawing.png()
        return {"png": png, "text": self.history.status(), "about": about(drawing.figure, png)}


class _Live:
    """A picture in a notebook, updated in place as often as ``SHARE`` allows."""

    def __init__(self, shell, picture):
        self.shell, self.picture, self.cell = shell, picture, shell.execution_count
        self.screen = Screen()
        self.is_open = self.is_late = False
        self.since, self.spent = clock(), 0.0  # the end of the first drawing, and the seconds of all others
        self.costliest = 0.0  # seconds of the slowest drawing: the expected cost of the next

    def update(self):
        """Show the picture as it is now, always the first time, and later if there is time."""
        self.is_late = True  # until it is shown, since an interrupt may come first
        if not self.is_open:
            self.is_open = True
            self._end_of_cell = lambda result: self.close()  # one object, so that it can be unregistered
            self.shell.events.register("post_run_cell", self._end_of_cell)
            self._show()
            self.since, self.spent = clock(), 0.0
        elif self._has_time():
            self.spent += self._show()

    def _has_time(self):
        """Whether one more drawing stays within ``SHARE`` of the training time since the first."""
        training = clock() - self.since - self.spent
        return self.spent + self.costliest <= SHARE * training

    def close(self, *, changed=False):
        """Show the last picture, unless it is shown already."""
        if self.is_open:
            self.is_open = False
            self.shell.events.unregister("post_run_cell", self._end_of_cell)
            if self.is_late or changed:
                self._show()

    def _show(self):
        """Draw and send the picture; return how many seconds it took."""
        start = clock()
        self.screen.show(**self.picture())
        self.is_late = False
        cost = clock() - start
        self.costliest = max(self.costliest, cost)
        return cost


def _early_stoppings(given):
    """What was given for ``early_stopping``, as a tuple."""
    stoppings = (given,) if isinstance(given, keras.callbacks.Callback) else tuple(given)
    for stopping in stoppings:
        if not isinstance(stopping, keras.callbacks.EarlyStopping):
            raise ValueError(f"early_stopping must be one or more keras.callbacks.EarlyStopping, got {stopping!r}.")
    return stoppings


def _number(value):
    """A value in the logs as a float, or None: `scalar`, for tensors too."""
    return scalar(keras.ops.convert_to_numpy(value) if keras.ops.is_tensor(value) else value)
