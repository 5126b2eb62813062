"""Functions of tensors as compiled graphs."""

from collections.abc import Callable

import tensorflow as tf

from lecture.device import ignore_retracing


class Compiled:
    """A function whose first argument has a row for each point, as two graphs: for one point, and for any number.

    XLA would take a second and more to compile each of them, for graphs in which nearly all time goes into products of
    matrices that TensorFlow does as fast without it.
    """

    def __init__(self, function: Callable):
        self.of_one = tf.function(function, autograph=False, reduce_retracing=True)
        self.of_many = tf.function(function, autograph=False, reduce_retracing=True)

    def __call__(self, rows, *arguments):
        """Call it; the first argument's length says how many points there are."""
        with ignore_retracing():  # other data, or another model, has other shapes
            return (self.of_one if len(rows) == 1 else self.of_many)(rows, *arguments)
