"""Shuffled batches that leave the processor to the network, and several update steps per call from Python."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

import keras
import numpy as np

from lecture.checks import whole


def batches(X: np.ndarray | Sequence, y: np.ndarray | Sequence, batch_size: int = 32) -> Iterable:
    """Return a training set in mini-batches, shuffled anew in each epoch, to pass to ``fit`` instead of X and y.

    Since they are shuffled already, write ``fit(batches(X, y), shuffle=False)``; otherwise Keras warns.

    ``fit(X, y, batch_size=…)`` makes the same batches, but TensorFlow tunes its input pipeline during training, which
    competes with the matrix products if there are few cores: an epoch of 784-512-512-10 then takes up to twice as long
    (``make bench``). Here one thread gathers the images, and nothing is tuned.

    Parameters
    ----------
    X : array (n, ...)
        Inputs.
    y : array (n, ...)
        Targets.
    batch_size : int
        Samples per update step, at least 1; the last batch of an epoch may be smaller.

    Returns
    -------
    tf.data.Dataset
        Pairs (X, y). The order follows ``keras.utils.set_random_seed``.

    Raises
    ------
    ValueError
        If X and y differ in length or are empty, or ``batch_size`` is not a whole number of at least 1.
    """
    if len(X) != len(y) or not len(X):
        raise ValueError(f"X and y must be equally long and not empty, got {len(X)} and {len(y)}.")
    whole(batch_size, "batch_size", least=1)
    import tensorflow as tf

    with tf.device("cpu:0"):  # where the pipeline runs, even with a GPU
        inputs, targets = tf.constant(np.asarray(X)), tf.constant(np.asarray(y))
    rows = tf.data.Dataset.range(len(X)).shuffle(len(X)).batch(batch_size)
    return rows.map(lambda i: (tf.gather(inputs, i), tf.gather(targets, i))).with_options(one_thread())


def one_thread():
    """Return the ``tf.data.Options`` of a pipeline that uses one thread and that TensorFlow does not tune."""
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    options.threading.private_threadpool_size = 1
    return options


@contextmanager
def in_blocks(model: keras.Model, n_batches: int = 16) -> Generator[None]:
    """Let a compiled network take several update steps per call from Python inside the ``with`` block.

    With small batches those calls take a tenth of the time or more. Inside the block, callbacks see only the last batch
    of each ``n_batches``, and Keras rounds ``steps_per_epoch`` and ``steps`` up to multiples of it, so use this for
    epochs over all batches. After the block the network is as it was compiled, and the next ``fit`` traces it again.

    Parameters
    ----------
    model : keras.Model
        Compiled network.
    n_batches : int
        Update steps per call, at least 1; a network that was compiled with more keeps that.
    """
    before = model.steps_per_execution
    model.steps_per_execution = max(before, whole(n_batches, "n_batches", least=1))
    _forget_functions(model)
    try:
        yield
    finally:
        model.steps_per_execution = before
        _forget_functions(model)


def _forget_functions(model):
    """Forget the traced functions, which depend on the number of steps per call."""
    model.train_function = model.test_function = model.predict_function = None
