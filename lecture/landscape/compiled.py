"""Functions of tensors as compiled programs."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache

import tensorflow as tf

from lecture.device import quietly

NO_XLA = (tf.errors.InvalidArgumentError, tf.errors.NotFoundError, tf.errors.UnimplementedError)


class Compiled:
    """A function of tensors: a plain graph for one point, a program of XLA for many of them.

    For one large model TensorFlow's own products are as fast, and there is nothing to wait for; for many small ones XLA
    is several times faster. Where there is no XLA, the plain graph does it.
    """

    def __init__(self, function: Callable):
        self.plain = tf.function(function, autograph=False, reduce_retracing=True)
        self.fast = tf.function(function, autograph=False, jit_compile=True)
        self.has_xla = True

    def __call__(self, rows, *arguments):
        """Call it; the first argument's length says how many points there are."""
        if self.has_xla and len(rows) > 1:
            start_xla()
            try:
                return self.fast(rows, *arguments)
            except NO_XLA:
                self.has_xla = False
        return self.plain(rows, *arguments)


@cache
def start_xla():
    """Let XLA start where nobody is bothered: its first program in a process comes with lines of its own."""
    with quietly(), suppress(*NO_XLA):
        tf.function(lambda a: tf.exp(a) + a, autograph=False, jit_compile=True)(tf.ones(3))
