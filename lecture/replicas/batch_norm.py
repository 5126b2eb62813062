"""Batch norm of the hidden layers, for many replicas at once: before the activation, z = γ ẑ + β.

The formulas and conventions are those of `lecture.from_scratch.BatchNorm` and of Keras: variances are biased, 1/n, ε
stands inside the root, and the moving averages start at 0 and 1.
"""

import numpy as np
import tensorflow as tf


class BatchNorm:
    """Moving averages of all replicas, and ẑ by them or by the statistics of a batch.

    Parameters
    ----------
    n_replicas : int
        Number of replicas.
    hidden : sequence of int
        Units of the hidden layers.
    dtype : "float32" or "float64"
        Precision of all numbers.
    """

    def __init__(self, n_replicas, hidden, dtype):
        def variable(*shape):
            return tf.Variable(np.zeros(shape), dtype=dtype, trainable=False)

        self.momentum, self.epsilon = variable(n_replicas, 1, 1), variable(n_replicas, 1, 1)
        self.moving = [variable(n_replicas, 1, q) for q in hidden for _ in range(2)]  # mean, variance of each layer

    def start(self, settings, moving):
        """Put all replicas at their start: ``settings`` (n_replicas, 2), and ``moving`` as `of_layer` gives it."""
        self.momentum.assign(settings[:, :1, None])
        self.epsilon.assign(settings[:, 1:, None])
        for variable, array in zip(self.moving, moving, strict=True):
            variable.assign(array)

    def in_training(self, layer, z, shares=None):
        """Return ẑ (R, n, q) by the statistics of a batch, and move the averages towards them."""
        found = statistics(z, shares)
        for average, new in zip(of_layer(self.moving, layer), found):
            average.assign(self.momentum * average + (1 - self.momentum) * new)
        return standardized(z, *found, self.epsilon)

    def in_prediction(self, layer, z):
        """Return ẑ (R, n, q) by the moving averages."""
        return standardized(z, *of_layer(self.moving, layer), self.epsilon)


def of_layer(moving, layer):
    """Return mean and variance of a hidden layer, counted from 0, from those of all layers in turn."""
    return moving[2 * layer : 2 * layer + 2]


def statistics(z, shares=None):
    """Return mean and variance (R, 1, q) over a batch, of which ``shares`` (n,) count."""
    if shares is None:
        mean = tf.reduce_mean(z, axis=1, keepdims=True)
        return mean, tf.reduce_mean(tf.square(z - mean), axis=1, keepdims=True)
    parts = (shares / tf.reduce_sum(shares))[:, None]  # (n, 1), 0 beyond the end of a smaller batch
    mean = tf.reduce_sum(parts * z, axis=1, keepdims=True)
    return mean, tf.reduce_sum(parts * tf.square(z - mean), axis=1, keepdims=True)


def standardized(z, mean, variance, epsilon):
    """Return ẑ = (z - mean) / √(variance + ε), (R, n, q), by statistics (R, 1, q)."""
    return (z - mean) * tf.math.rsqrt(variance + epsilon)
