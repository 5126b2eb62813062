"""Early stopping on the trend of a noisy curve instead of on single epochs, and on a curve that is there already."""

from collections import deque
from collections.abc import Sequence
from types import SimpleNamespace

import keras

from lecture.checks import whole


class SmoothedEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping on the mean of a metric over the last few epochs.

    So a single lucky epoch does not count as progress, nor a single unlucky one as its end. It takes all arguments of
    `keras.callbacks.EarlyStopping`, and with ``window=1`` it does the same, except that ``baseline`` works as Keras
    documents it: training stops after ``patience`` epochs that do not pass it, even if each is the best so far (Keras
    3.15 continues then). Restored weights are those at the end of the window with the best mean.

    Parameters
    ----------
    monitor : str
        Name of the metric in the logs.
    window : int
        Number of epochs in the mean, at least 1; there are fewer at the start.
    **options
        Other arguments of ``EarlyStopping``: ``patience``, ``min_delta``, ``mode``, ``restore_best_weights``, ….

    Raises
    ------
    ValueError
        If ``window`` is not a whole number of at least 1.
    """

    def __init__(self, monitor: str = "val_loss", *, window: int = 3, **options):
        super().__init__(monitor=monitor, **options)
        self.window = whole(window, "window", least=1)
        self._recent = deque(maxlen=self.window)

    def on_train_begin(self, logs: dict | None = None) -> None:
        self._recent.clear()
        super().on_train_begin(logs)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Stop the training if the mean has not improved for ``patience`` epochs."""
        super().on_epoch_end(epoch, logs)
        if self.wait >= max(self.patience, 1) and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def get_monitor_value(self, logs: dict) -> float | None:
        """Return the mean of the metric over the window, or None if it is not in the logs (Keras then warns)."""
        value = super().get_monitor_value(logs)
        if value is None:
            return None
        self._recent.append(float(value))
        return sum(self._recent) / len(self._recent)


def stopped_at(stop: keras.callbacks.EarlyStopping, losses: Sequence[float]) -> tuple[int, int]:
    """Return where a rule would have stopped a training whose curve is known: no need to train again for another rule.

    Parameters
    ----------
    stop : keras.callbacks.EarlyStopping
        Rule, such as ``EarlyStopping(patience=2)``, that monitors the loss on the training or the validation set.
    losses : sequence of float
        Loss after each epoch.

    Returns
    -------
    stopped, best : int
        The epoch after which it stops, the last one if it never does, and the one whose weights it would restore, both
        counted from 1.

    Raises
    ------
    ValueError
        If there is no loss.
    """
    if not len(losses):
        raise ValueError("losses must have one or more values, got none.")
    model, restores = SimpleNamespace(stop_training=False, metrics=[]), stop.restore_best_weights
    stop.set_model(model)
    stop.restore_best_weights = False  # there are no weights
    stop.on_train_begin()
    epoch = 0
    while epoch < len(losses) and not model.stop_training:
        stop.on_epoch_end(epoch, {stop.monitor: losses[epoch]})
        epoch += 1
    stop.restore_best_weights = restores
    return epoch, stop.best_epoch + 1
