"""Stop on the trend of a bumpy curve instead of on its last bump."""

from collections import deque

import keras

from lecture.checks import whole


class SmoothedEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping on the mean of the last few epochs of a metric.

    A single lucky epoch neither counts as progress nor, a single unlucky one, as its end. All arguments of
    `keras.callbacks.EarlyStopping` hold; with ``window=1`` it is the same, except that ``baseline`` does what Keras
    says of it: training stops after ``patience`` epochs that do not pass it, also where each is the best so far (there
    Keras 3.15 goes on). Restored weights, where asked for, are those at the end of the window with the best mean.

    Parameters
    ----------
    monitor : str
        The metric, as the logs name it.
    window : int
        How many epochs the mean is over, at least 1; there are fewer at the start.
    **options
        Passed on: ``patience``, ``min_delta``, ``mode``, ``restore_best_weights`` and the others.

    Raises
    ------
    ValueError
        If ``window`` is not a whole number of at least 1.
    """

    def __init__(self, monitor="val_loss", *, window=3, **options):
        super().__init__(monitor=monitor, **options)
        self.window = whole(window, "window", least=1)
        self._recent = deque(maxlen=self.window)

    def on_train_begin(self, logs=None):
        self._recent.clear()
        super().on_train_begin(logs)

    def on_epoch_end(self, epoch, logs=None):
        """Look whether the mean has become better, and stop the training where it has not for ``patience`` epochs."""
        super().on_epoch_end(epoch, logs)
        if self.wait >= max(self.patience, 1) and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def get_monitor_value(self, logs):
        """Return the mean of the metric over the window, or None where the logs lack it (Keras then warns)."""
        value = super().get_monitor_value(logs)
        if value is None:
            return None
        self._recent.append(float(value))
        return sum(self._recent) / len(self._recent)
