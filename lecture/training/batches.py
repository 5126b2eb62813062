"""Shuffled batches that leave the processor to the network, and many of them between two looks at Python."""

from contextlib import contextmanager

import numpy as np

from lecture.checks import whole


def batches(X, y, batch_size=32):
    """Return a training set in batches, in a new order each epoch, to be given to ``fit`` in place of X and y.

    They are shuffled here: tell ``fit(batches(X, y), shuffle=False)``, or Keras warns that it cannot.

    ``fit(X, y, batch_size=…)`` makes the same batches, but lets TensorFlow tune its input pipeline meanwhile, which on
    few cores takes turns with the matrix products: an epoch of 784-512-512-10 then takes up to twice as long (``make
    bench``). Here one thread looks the images up, and nothing is tuned.

    Parameters
    ----------
    X : array (n, ...)
    y : array (n, ...)
    batch_size : int
        Images between two updates, at least 1; the last batch of an epoch may be smaller.

    Returns
    -------
    tf.data.Dataset
        Of pairs (X, y). The order follows ``keras.utils.set_random_seed``.

    Raises
    ------
    ValueError
        If X and y are not equally long, or empty, or ``batch_size`` is not a whole number of at least 1.
    """
    if len(X) != len(y) or not len(X):
        raise ValueError(f"X and y must be equally long and not empty, got {len(X)} and {len(y)}.")
    whole(batch_size, "batch_size", least=1)
    import tensorflow as tf

    with tf.device("cpu:0"):  # where the pipeline runs, also beside a GPU
        X, y = tf.constant(np.asarray(X)), tf.constant(np.asarray(y))
    rows = tf.data.Dataset.range(len(X)).shuffle(len(X)).batch(batch_size)
    return rows.map(lambda i: (tf.gather(X, i), tf.gather(y, i))).with_options(one_thread())


def one_thread():
    """Return the ``tf.data.Options`` of a pipeline that one thread works on and that TensorFlow does not tune."""
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    options.threading.private_threadpool_size = 1
    return options


@contextmanager
def in_blocks(model, n_batches=16):
    """Let a compiled network take so many batches between two looks at Python, while the ``with`` block lasts.

    With small batches that look takes a tenth of the time and more. Meanwhile callbacks of batches are told of the
    last of each block only, and Keras rounds ``steps_per_epoch`` and ``steps`` up to whole blocks: so this is for
    epochs of all batches. Afterwards the network is as it was compiled, and the next ``fit`` traces its step anew.

    Parameters
    ----------
    model : keras.Model
    n_batches : int
        At least 1; where the network was compiled with more, that stays.
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
    """What was traced knows the size of a block."""
    model.train_function = model.test_function = model.predict_function = None
