"""Dropout after the activation of the hidden layers, for many replicas at once: a m / (1 - p), m = 0 with chance p.

As in Keras, what is kept is scaled up in training, and nothing is dropped in a prediction (Srivastava et al., 2014,
there with the scaling in the prediction).
"""

import numpy as np
import tensorflow as tf


class Dropout:
    """What all replicas drop in a step; it follows from seed, step and layer, so conditions drop alike.

    Parameters
    ----------
    n_replicas, n_seeds : int
        Number of replicas, and of seeds, which stand side by side once for each condition.
    n_layers : int
        Number of hidden layers.
    dtype : "float32" or "float64"
        Precision of the activations.
    """

    def __init__(self, n_replicas, n_seeds, n_layers, dtype):
        self.n_conditions, self.n_layers, self.dtype = n_replicas // n_seeds, n_layers, dtype
        self.rates = tf.Variable(np.zeros((n_replicas, 1, 1)), dtype="float64", trainable=False)
        self.seeds = tf.Variable(np.zeros(n_seeds), dtype="int64", trainable=False)
        self.step = tf.Variable(0, dtype="int64", trainable=False)

    def start(self, rates, seeds):
        """Put all replicas at their start: ``rates`` (n_replicas,) and ``seeds`` (n_seeds,)."""
        self.rates.assign(rates[:, None, None])
        self.seeds.assign([seed % 2**63 for seed in seeds])
        self.step.assign(0)

    def in_training(self, layer, a):
        """Return the activations (R, n, q) of a hidden layer, counted from 0, of which some are dropped."""
        drawn = uniform(self.seeds, self.step * self.n_layers + layer, a.shape[1:])
        kept = tf.tile(drawn, (self.n_conditions, 1, 1)) >= tf.cast(self.rates, drawn.dtype)
        return a * (tf.cast(kept, self.dtype) / (1 - tf.cast(self.rates, self.dtype)))

    def next(self):
        """Go on to the next step."""
        self.step.assign_add(1)


def uniform(seeds, number, shape):
    """Return numbers from 0 to below 1, (n_seeds, *shape): the draw with this number of each seed.

    Compiled by XLA it gives other numbers than without, although the algorithm is named (TensorFlow 2.21).
    """

    def draw(seed):  # by Philox, which takes half of the time that the default takes
        return tf.random.stateless_uniform(shape, tf.stack([seed, number]), alg="philox")

    return tf.map_fn(draw, seeds, fn_output_signature=tf.float32)
