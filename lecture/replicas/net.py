"""The network, for many replicas at once: the formulas of its layers."""

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf


@dataclass(frozen=True)
class BatchedNet:
    """A dense network whose weights have a leading axis of replicas.

    Attributes
    ----------
    sizes : tuple of int
        Inputs, hidden units from left to right, outputs.
    activation : callable
        Activation of the hidden layers, on tensors (R, n, q).
    output : callable
        Activation of the last layer, on tensors (R, n, n_outputs).
    tied : bool
        Whether all hidden layers after the first share one matrix and one vector of biases.
    normalized : bool
        Whether the hidden layers have batch norm before their activation.
    """

    sizes: tuple
    activation: Callable
    output: Callable
    tied: bool = False
    normalized: bool = False

    @property
    def n_layers(self):
        """Number of layers with weights: the hidden ones and the output."""
        return len(self.sizes) - 1

    @property
    def shapes(self):
        """Shape (p, q) of each kernel that is learnt: at most three if ``tied``."""
        pairs = list(zip(self.sizes, self.sizes[1:]))
        return tuple([pairs[0], pairs[1], pairs[-1]] if self.tied and len(pairs) > 3 else pairs)

    def matrix(self, layer):
        """Return which of ``shapes`` a layer, counted from 0, uses."""
        if not self.tied or self.n_layers <= 3:
            return layer
        return 0 if layer == 0 else 2 if layer == self.n_layers - 1 else 1

    @property
    def arrays(self):
        """Shapes of all arrays that are learnt, in turn: W (p, q), b (1, q) and, with batch norm, γ and β (1, q)."""
        found = [shape for p, q in self.shapes for shape in ((p, q), *[(1, q)] * (self.stride - 1))]
        return found[:-2] if self.normalized else found  # the output has no batch norm

    @property
    def stride(self):
        """Number of arrays of a hidden layer: the distance between two kernels in ``arrays``."""
        return 4 if self.normalized else 2

    @property
    def n_parameters(self):
        """Number of parameters of a replica."""
        return sum(p * q for p, q in self.arrays)

    def __call__(self, weights, X, masks=(), standardize=None, *, first=None, drop=None):
        """Return the outputs (R, n, n_outputs).

        Parameters
        ----------
        weights : sequence of tensors
            Arrays of the shapes in ``arrays``, each with a leading axis of replicas.
        X : tensor (n, n_inputs) or (R, n, n_inputs)
        masks : sequence of tensors (R, 1, q)
            For each hidden layer, 0 for units that a replica does not have; empty if all have all.
        standardize : callable, with batch norm
            ``standardize(layer, z)`` gives ẑ (R, n, q) of a hidden layer, counted from 0.
        first : tensor (R, n, q), optional
            Product of the first layer, without biases, if it has been computed already.
        drop : callable, optional
            ``drop(layer, a)`` gives the activations (R, n, q) of a hidden layer, counted from 0, after dropout.
        """
        a = X  # (n, p) or (R, n, p)
        for layer in range(self.n_layers):
            at = self.stride * self.matrix(layer)
            z = tf.matmul(a, weights[at]) if layer or first is None else first  # (R, n, q)
            z += weights[at + 1]
            if layer == self.n_layers - 1:
                return self.output(z)
            if standardize:
                z = weights[at + 2] * standardize(layer, z) + weights[at + 3]
            a = self.activation(z)
            if masks:
                a *= masks[layer]
            if drop:
                a = drop(layer, a)
