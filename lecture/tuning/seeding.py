"""Random numbers that follow from a seed for a while; all that the classifier takes from inside TensorFlow (2.21)."""

import random
from collections.abc import Generator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf
from tensorflow.python.eager.context import global_seed
from tensorflow.python.framework.config import disable_op_determinism, is_op_determinism_enabled


@contextmanager
def seeded(seed: int | None) -> Generator[None]:
    """Let all random numbers follow from a seed, and let TensorFlow compute every sum in a fixed order.

    Afterwards the random numbers of Python and NumPy continue as if none had been drawn, those of TensorFlow start
    again from its global seed, and sums have the order that they had. None changes nothing.
    """
    if seed is None:
        yield
        return
    before, numpy_before, tensorflow_before = random.getstate(), np.random.get_state(), global_seed()
    was_fixed = is_op_determinism_enabled()
    random.seed(int(seed))
    np.random.seed(int(seed))
    tf.random.set_seed(int(seed))
    tf.config.experimental.enable_op_determinism()
    try:
        yield
    finally:
        random.setstate(before)
        np.random.set_state(numpy_before)
        tf.random.set_seed(tensorflow_before)
        if not was_fixed:  # else a training without a seed would be refused from now on
            disable_op_determinism()
