"""Watching a training: an update of ours beside one of the original lecture's, and what all of ours cost."""

import contextlib
import io
import math
from statistics import median
from time import perf_counter, sleep
from unittest.mock import patch

import matplotlib.pyplot as plt
import numpy as np
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from benchmarks import original
from lecture.training import TrainingPlot

EPOCHS = 40  # of an overfitting network, as far as a plot can tell
_loss = 0.2 + 0.6 * np.exp(-np.arange(EPOCHS) / 8)
_val_loss = 0.3 + 0.4 * np.exp(-np.arange(EPOCHS) / 5) + 0.004 * np.arange(EPOCHS)
LOGS = [{"accuracy": 1 - a / 3, "loss": a, "val_accuracy": 1 - b / 3, "val_loss": b} for a, b in zip(_loss, _val_loss)]


def run():
    """Return two rows: the median update, in turns with the original's; and the share of a training that we draw."""
    with _notebook():
        return [_update(), _share()]


@contextlib.contextmanager
def _notebook():
    """A shell that takes pictures as a notebook's does, and keeps quiet."""
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher(parent=shell)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        InteractiveShell.clear_instance()


def _update():
    """One update: the hook that Keras calls, from the logs to the PNG that the notebook gets."""
    plots = [TrainingPlot(epochs=EPOCHS), original.TrainingPlot(show=_show)]
    times = {plot: [] for plot in plots}
    for plot in plots:
        plot.on_train_begin()
    with patch("lecture.training.plot.SHARE", math.inf):  # each epoch is drawn
        for epoch, logs in enumerate(LOGS):
            for plot in plots:
                start = perf_counter()
                plot.on_epoch_end(epoch, logs)
                times[plot].append(perf_counter() - start)
    plots[0].on_train_end()
    ours, theirs = (median(times[plot][2:]) for plot in plots)  # the original draws from the second epoch on
    return {
        "what": "one TrainingPlot update",
        "ours": f"{ours:.3f} s",
        "other": f"{theirs:.3f} s (the original lecture's)",
        "ratio": f"{theirs / ours:.1f}",
        "reach": "3 times faster",
    }


def _show():
    """What a notebook does at ``plt.show``: the figure cut to what is on it, as PNG."""
    plt.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    plt.close()


def _share():
    """Drawing between the first picture and the last, in a training whose epochs take a quarter of a second."""
    drawn = []

    class Timed(TrainingPlot):
        def on_epoch_end(self, epoch, logs=None):
            start = perf_counter()
            super().on_epoch_end(epoch, logs)
            drawn.append((start, perf_counter()))

    plot = Timed(epochs=EPOCHS)
    plot.on_train_begin()
    for epoch, logs in enumerate(LOGS):
        sleep(0.25)
        plot.on_epoch_end(epoch, logs)
    hooks = sum(end - start for start, end in drawn[1:])
    training = drawn[-1][1] - drawn[0][1] - hooks
    plot.on_train_end()
    return {
        "what": f"TrainingPlot between the first drawing and the last, {EPOCHS} epochs of 0.25 s",
        "ours": f"{hooks:.2f} s of {training:.1f} s of training",
        "other": "–",
        "ratio": f"{hooks / training:.1%}",
        "reach": "at most 5%",
    }
