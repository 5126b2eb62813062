"""The weights on their way through a training."""

import os
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lecture.checks import one_of, whole
from lecture.files import new_file
from lecture.landscape.parameters import trainable

FEW = 2**17  # numbers that XLA reads in half the time of a graph; of many it converts one after the other


class Trajectory(keras.callbacks.Callback):
    """Records the weights at the start of a training and at the end of each epoch, or every few steps.

    A new ``fit`` starts a new record. An interrupted one leaves what was recorded.

    Parameters
    ----------
    every : "epoch" or int
        When to record: at the end of each epoch, or the number of steps between two records.
    layers : sequence of str, optional
        Names of the layers whose weights to record; all by default.
    dtype : "float16" or "float32"
        Precision in which to keep the weights. Half precision is enough for a picture, and takes half the memory.
    path : str or Path, optional
        A file, ``.npz``, to write at the end of the training.

    Attributes
    ----------
    weights : array (T, P)
    steps : array (T,)
        Update steps made before each record.
    loss, accuracy : arrays (T,)
        As Keras logs them at that moment: means over the epoch so far. NaN at the start, and without such a metric.

    Raises
    ------
    ValueError
        If an argument is out of range; in ``fit``, if the model has no such layer.
    """

    def __init__(
        self,
        every: str | int = "epoch",
        layers: Sequence[str] | None = None,
        dtype: str = "float16",
        path: str | os.PathLike | None = None,
    ):
        super().__init__()
        if isinstance(every, str):
            one_of(every, ("epoch",), "every")
        else:
            whole(every, "every", least=1)
        self.every: Any = every  # "epoch" or a number of steps
        self.layers, self.path = (layers,) if isinstance(layers, str) else layers, path
        self.dtype = one_of(dtype, ("float16", "float32"), "dtype")
        self._read: Any = None
        self._rows, self._before, self._step = [], 0, 0

    @property
    def weights(self) -> np.ndarray:
        """Weights at each record, (T, P)."""
        return np.array([row["weights"].numpy() for row in self._rows], self.dtype)

    @property
    def steps(self) -> np.ndarray:
        """Update steps made before each record, (T,)."""
        return np.array([row["step"] for row in self._rows], int)

    @property
    def loss(self) -> np.ndarray:
        """Logged loss at each record, (T,)."""
        return np.array([row["loss"] for row in self._rows])

    @property
    def accuracy(self) -> np.ndarray:
        """Logged accuracy at each record, (T,)."""
        return np.array([row["accuracy"] for row in self._rows])

    def on_train_begin(self, logs=None):
        """Record the start."""
        self._read = _reader(self._chosen(), self.dtype)
        self._rows, self._before, self._step = [], 0, 0
        self._record({})

    def on_train_batch_end(self, batch, logs=None):
        """Record, if it is time to."""
        n_steps = (self.params or {}).get("steps") or np.inf  # several steps at once may be said to go beyond
        last, self._step = self._step, self._before + int(min(batch + 1, n_steps))
        if self.every != "epoch" and self._step // self.every > last // self.every:
            self._record(logs or {})

    def on_epoch_end(self, epoch, logs=None):
        """Record the end of an epoch."""
        self._before = self._step
        if self.every == "epoch":
            self._record(logs or {})

    def on_train_end(self, logs=None):
        """Write the file, if one is wanted."""
        if self.path is not None:
            self.save(self.path)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write weights, steps, loss and accuracy to a file, ``.npz``: the whole of it, or nothing."""
        with new_file(path) as file:
            np.savez(file, weights=self.weights, steps=self.steps, loss=self.loss, accuracy=self.accuracy)

    def _chosen(self):
        variables = trainable(self.model)
        if self.layers is None:
            return variables
        known = [layer.name for layer in self.model.layers]
        for name in self.layers:
            one_of(name, known, "layers")
        own = {id(v) for name in self.layers for v in self.model.get_layer(name).trainable_variables}
        return [variable for variable in variables if id(variable) in own]

    def _record(self, logs):
        accuracy = next((logs[name] for name in ("accuracy", "acc") if name in logs), np.nan)
        loss = float(logs.get("loss", np.nan))
        self._rows.append({"step": self._step, "weights": self._read(), "loss": loss, "accuracy": float(accuracy)})


def _reader(variables, dtype):
    """A compiled function that gives all numbers in a row, as a tensor in this memory: one call, one copy."""
    few = sum(int(np.prod(variable.shape)) for variable in variables) <= FEW
    at_hand = few and all("CPU" in variable.value.device for variable in variables)

    def in_a_row():
        with tf.device("CPU:0"):
            return tf.concat([tf.reshape(tf.cast(variable.value, dtype), [-1]) for variable in variables], 0)

    return tf.function(in_a_row, autograph=False, jit_compile=at_hand).get_concrete_function()
