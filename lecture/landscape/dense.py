"""A chain of dense layers as a function of its weights, many rows of weights at once."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import keras
import numpy as np
import tensorflow as tf

from lecture.replicas import Replicas

IDLE = ("InputLayer", "Dropout", "GaussianDropout", "GaussianNoise", "AlphaDropout")  # that do nothing in inference


@dataclass(frozen=True)
class DenseChain:
    """A dense net.

    Attributes
    ----------
    sizes : tuple of int
        Inputs, units of each hidden layer, outputs.
    activations : tuple of callables
        One for each layer with weights.
    slots : tuple of int
        Which matrix of weights each layer uses: several may share one.
    """

    sizes: tuple
    activations: tuple
    slots: tuple

    @classmethod
    def of_replicas(cls, replicas: Replicas):
        """Return the net that replicas share."""
        net = replicas.net
        activations = (net.activation,) * (net.n_layers - 1) + (net.output,)
        return cls(tuple(net.sizes), activations, tuple(net.matrix(layer) for layer in range(net.n_layers)))

    @classmethod
    def of_keras(cls, model: keras.Model):
        """Return the chain that a Keras model is, or None if it is something else, or has penalties."""
        shape = getattr(model, "input_shape", None)  # which a model that was called but not built from layers lacks
        if not isinstance(shape, tuple) or len(shape) != 2:
            return None
        layers = [layer for layer in _in_a_row(model) if type(layer).__name__ not in IDLE]
        plain = all(type(layer) is keras.layers.Dense and _is_plain(layer) for layer in layers)
        if not layers or not plain or len(model.trainable_variables) != 2 * len(layers):
            return None
        sizes = (layers[0].kernel.shape[0], *(layer.units for layer in layers))
        return cls(sizes, tuple(layer.activation for layer in layers), tuple(range(len(layers))))

    @property
    def n_layers(self) -> int:
        """Layers with weights."""
        return len(self.sizes) - 1

    @property
    def shapes(self) -> list[tuple]:
        """The shape (inputs + 1, outputs) of each matrix of weights, biases as its last row."""
        found = {slot: (self.sizes[at] + 1, self.sizes[at + 1]) for at, slot in reversed([*enumerate(self.slots)])}
        return [found[slot] for slot in sorted(found)]

    @property
    def n_parameters(self) -> int:
        """How many numbers the row of weights has."""
        return sum(math.prod(shape) for shape in self.shapes)

    @cached_property
    def is_elementwise(self) -> bool:
        """Whether each hidden activation works number by number."""
        z = np.random.default_rng(0).normal(size=(5, 4))
        return all(
            np.allclose(np.hstack([_values(f, column[:, None]) for column in z.T]), _values(f, z))
            for f in set(self.activations[:-1])
        )

    def matrices(self, theta):
        """Return the matrix (R, p + 1, q) of each layer from rows of weights (R, P)."""
        sizes = [math.prod(shape) for shape in self.shapes]
        parts = tf.split(theta, sizes, axis=1)
        found = [tf.reshape(part, (-1, *shape)) for part, shape in zip(parts, self.shapes)]
        return [found[slot] for slot in self.slots]

    def __call__(self, theta, X):
        """Return the outputs (R, n, k), just as Keras' losses want them, for rows (R, P) and X (n, p) or (R, n, p)."""
        a = X
        for matrix, activation in zip(self.matrices(theta), self.activations):
            a = activation(tf.matmul(a, matrix[:, :-1]) + matrix[:, -1:])
        return a


def _in_a_row(model):
    """The layers of a model in which each feeds the next; none for other models."""
    if isinstance(model, keras.Sequential):
        return model.layers
    layers = getattr(model, "layers", [])
    try:
        straight = all(after.input is before.output for before, after in itertools.pairwise(layers))
    except (AttributeError, ValueError):  # a layer without an input of its own, or with several
        return []
    return layers if straight and isinstance(model, keras.Model) and model.outputs == [layers[-1].output] else []


def _is_plain(layer):
    penalties = (layer.kernel_regularizer, layer.bias_regularizer, layer.activity_regularizer)
    return layer.use_bias and layer.trainable and not any(penalties) and layer.quantization_mode is None


def _values(function: Callable, z):
    return keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(z)))
