"""The net that all replicas share: its layers, and what it computes with weights that carry a leading replica axis."""

from dataclasses import dataclass

import keras
import tensorflow as tf


@dataclass(frozen=True)
class Net:
    """A dense net.

    Attributes
    ----------
    sizes : tuple of int
        Inputs, hidden layers from left to right, outputs.
    activation, output : callable
        Of the hidden layers, and of the last.
    tied : bool
        Whether all hidden layers after the first share one matrix and one vector of biases.
    """

    sizes: tuple
    activation: object
    output: object
    tied: bool = False

    @property
    def n_layers(self):
        """Layers with weights, hidden ones and the output."""
        return len(self.sizes) - 1

    @property
    def shapes(self):
        """The shape (inputs, outputs) of each matrix of weights that is learnt: with ``tied`` there are at most three."""
        pairs = list(zip(self.sizes, self.sizes[1:]))
        return tuple([pairs[0], pairs[1], pairs[-1]] if self.tied and len(pairs) > 3 else pairs)

    def matrix(self, layer):
        """Which of ``shapes`` a layer, counted from 0, uses."""
        if not self.tied or self.n_layers <= 3:
            return layer
        return 0 if layer == 0 else 2 if layer == self.n_layers - 1 else 1

    @property
    def n_parameters(self):
        """How many numbers each replica learns."""
        return sum((p + 1) * q for p, q in self.shapes)

    def __call__(self, weights, X, masks=()):
        """Return the outputs (n_replicas, n, n_outputs).

        Parameters
        ----------
        weights : sequence of tensors
            Kernel (n_replicas, p, q) and bias (n_replicas, 1, q) of each of ``shapes`` in turn.
        X : tensor (n, n_inputs) or (n_replicas, n, n_inputs)
        masks : sequence of tensors (n_replicas, 1, q)
            For each hidden layer, 0 for units that a replica does not have; none if all have all.
        """
        a = X
        for layer in range(self.n_layers):
            at = 2 * self.matrix(layer)
            z = tf.matmul(a, weights[at]) + weights[at + 1]
            a = self.output(z) if layer == self.n_layers - 1 else self.activation(z)
            if masks and layer < self.n_layers - 1:
                a *= masks[layer]
        return a


@dataclass(frozen=True)
class Switch:
    """A function for each condition, applied to that condition's replicas alone.

    Replicas of one condition stand side by side, equally many for each: so no function is computed on replicas of
    another, and no gradient of another, which may be NaN, gets mixed in.

    Attributes
    ----------
    functions : tuple of callable
        Each takes tensors (n_replicas, …) and gives one.
    """

    functions: tuple

    def __call__(self, *arguments):
        each = zip(*(tf.split(argument, len(self.functions)) for argument in arguments))
        return tf.concat([own(*parts) for own, parts in zip(self.functions, each)], axis=0)


def each_its_own(functions):
    """Return one function that applies to each condition's replicas its own; itself where all have the same."""
    return functions[0] if all(it is functions[0] for it in functions) else Switch(tuple(functions))


def function(name_or_function, what):
    """Return an activation function by its Keras name, or the function itself.

    Raises
    ------
    ValueError
        If Keras does not know it.
    """
    if callable(name_or_function):
        return name_or_function
    try:
        return keras.activations.get(name_or_function)
    except ValueError:
        raise ValueError(
            f"{what} must be a function or the name of one that Keras has, such as 'relu', 'tanh' or 'sigmoid', got {name_or_function!r}."
        ) from None
