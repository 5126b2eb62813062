"""The network, its loss, an update step and the loop, for many replicas at once.

Where ``benchmarks/jax/many_nets.py`` has ``vmap``, arrays here have a leading axis: R replicas, n examples, a layer
from p to q units. Examples are rows. With examples as columns, z = W a + b, small networks take two thirds of the time,
but units that start alike then get different roundings, and do not stay alike: "initialization" asks just that.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from lecture.replicas.batch_norm import BatchNorm

N_NOTED = 256  # steps in one call whose gradients' norms can be noted

# The network


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
        """Arrays of a hidden layer: the kernel of each of ``shapes`` stands so many arrays after the one before."""
        return 4 if self.normalized else 2

    @property
    def n_parameters(self):
        """Number of parameters of a replica."""
        return sum(p * q for p, q in self.arrays)

    def __call__(self, weights, X, masks=(), standardize=None):
        """Return the outputs (R, n, n_outputs).

        Parameters
        ----------
        weights : sequence of tensors
            Those of ``arrays``, with an axis of replicas before.
        X : tensor (n, n_inputs) or (R, n, n_inputs)
        masks : sequence of tensors (R, 1, q)
            For each hidden layer, 0 for units that a replica does not have; empty if all have all.
        standardize : callable, with batch norm
            ``standardize(layer, z)`` gives ẑ (R, n, q) of a hidden layer, counted from 0.
        """
        a = X  # (n, p) or (R, n, p)
        for layer in range(self.n_layers):
            at = self.stride * self.matrix(layer)
            z = tf.matmul(a, weights[at]) + weights[at + 1]  # (R, n, q)
            if layer == self.n_layers - 1:
                return self.output(z)
            if standardize:
                z = weights[at + 2] * standardize(layer, z) + weights[at + 3]
            a = self.activation(z)
            if masks:
                a *= masks[layer]


class Loop:
    """Update steps of replicas of one network.

    Parameters
    ----------
    net : BatchedNet
    loss : callable
        ``loss(y, outputs)`` with a value for each example, (R, n).
    sparse : bool
        Whether the loss takes class numbers.
    optimizer : keras.optimizers.Optimizer
        One whose update is element-wise; it is built here.
    n_replicas : int
    dtype : "float32" or "float64"
    masked : bool
        Whether replicas differ in width.
    penalized : tuple of int
        Which of ``net.shapes`` have a penalty.
    noting : bool
        Whether to note the norm of the gradient in each step.
    """

    def __init__(self, net, loss, sparse, optimizer, n_replicas, *, dtype, masked, penalized, noting=False):
        self.net, self.loss, self.sparse, self.optimizer = net, loss, sparse, optimizer
        self.dtype, self.penalized, self.noting = dtype, penalized, noting
        self.shapes = [(n_replicas, *shape) for shape in net.arrays]
        # all weights of a replica in a row: one update, not one for each layer
        self.flat = keras.Variable(np.zeros((n_replicas, net.n_parameters)), dtype=dtype)
        self.strengths = self._variable(np.zeros((2, len(net.shapes), n_replicas, 1, 1)))
        self.masks = [self._variable(np.ones((n_replicas, 1, q))) for q in net.sizes[1:-1] if masked]
        self.batch_norm = BatchNorm(n_replicas, net.sizes[1:-1], dtype) if net.normalized else None
        optimizer.build([self.flat])

    def _variable(self, values):
        return tf.Variable(values, dtype=self.dtype, trainable=False)

    # The loss

    def losses(self, y, outputs):
        """Return the loss of each example, (R, n)."""
        y = y[..., 0] if self.sparse else y
        shape = outputs.shape[:-1] if self.sparse else outputs.shape
        return self.loss(tf.broadcast_to(y, shape), outputs)

    def penalty(self, at, W):
        """Return l1 Σ|w| + l2 Σw², summed over replicas."""
        l1, l2 = self.strengths[0, at], self.strengths[1, at]
        return tf.reduce_sum(l1 * tf.abs(W) + l2 * tf.square(W))

    # A step

    def step(self, X, y, shares=None):
        """Update all weights once, on all examples or on those of a batch that ``shares`` (n,) counts.

        Return the gradient that was used, (R, n_parameters).
        """
        weights, norm = self.weights(self.flat.value), self.batch_norm
        standardize = norm and (lambda layer, z: norm.in_training(layer, z, shares))
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            losses = self.losses(y, self.net(weights, X, self.masks, standardize))  # (R, n)
            if shares is None:
                means = tf.reduce_mean(losses, axis=1)
            else:
                means = tf.reduce_sum(losses * shares, axis=1) / tf.reduce_sum(shares)
            total = tf.reduce_sum(means)
            for at in self.penalized:
                total += self.penalty(at, weights[self.net.stride * at])
        gradients = tape.gradient(total, weights, unconnected_gradients="zero")
        gradient = tf.concat([tf.reshape(each, (each.shape[0], -1)) for each in gradients], axis=1)
        self.optimizer.apply([gradient], [self.flat])
        return gradient

    # The loop

    def on_all(self, n, X, y):
        """Make n steps on all examples; return what `repeated` does."""
        return self.repeated(n, lambda i: self.step(X, y))

    def in_batches(self, n, X, y, rows, shares):
        """Make n steps on mini-batches: ``rows`` (…, R, batch_size), of which ``shares`` (…, batch_size) count."""
        return self.repeated(n, lambda i: self.step(examples(X, rows[i]), examples(y, rows[i]), shares[i]))

    def repeated(self, n, step):
        """Make n steps; return the norms of their gradients if they are noted, (N_NOTED, R) of which n count."""
        if not self.noting:

            def body(i):
                step(i)
                return (i + 1,)

            return tf.while_loop(lambda i: i < n, body, (tf.constant(0),))

        def noted(i, norms):
            squares = tf.reduce_sum(tf.square(step(i)), axis=1)
            return i + 1, norms.write(i, tf.sqrt(squares))

        norms = tf.TensorArray(self.dtype, size=N_NOTED, element_shape=self.flat.shape[:1])
        _, norms = tf.while_loop(lambda i, _: i < n, noted, (tf.constant(0), norms))
        return norms.stack()

    # What is recorded

    def measure(self, X, y, cuts):
        """Return loss, without penalty, and accuracy of each replica, (R,); ``cuts`` (R, 1) divides a single output."""
        standardize = self.batch_norm and self.batch_norm.in_prediction
        outputs = self.net(self.weights(self.flat.value), X, self.masks, standardize)
        if self.sparse:
            hits = tf.argmax(outputs, -1, tf.int32) == tf.cast(y[..., 0], tf.int32)
        elif outputs.shape[-1] == 1:
            hits = (outputs[..., 0] > cuts) == (y[..., 0] > 0.5)
        else:
            hits = tf.argmax(outputs, -1) == tf.argmax(y, -1)
        return tf.reduce_mean(self.losses(y, outputs), axis=1), tf.reduce_mean(tf.cast(hits, self.dtype), axis=1)

    def weights(self, flat):
        """Return the arrays of ``net.arrays``, each (R, p, q), from all weights in a row (R, n_parameters)."""
        sizes = [p * q for _, p, q in self.shapes]
        return [tf.reshape(part, shape) for part, shape in zip(tf.split(flat, sizes, axis=1), self.shapes)]


def examples(values, rows):
    """Return the examples of each replica's batch, (R, batch_size, …)."""
    return tf.gather(values, rows) if len(values.shape) < 3 else tf.gather(values, rows, batch_dims=1)
