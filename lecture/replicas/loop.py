"""The loss, an update step and the loop, for many replicas of a network at once; `lecture.replicas.net` is the network.

Where ``benchmarks/jax/many_nets.py`` has ``vmap``, arrays here have a leading axis: R replicas, n examples, a layer
from p to q units. Examples are rows. With examples as columns, z = W a + b, small networks take two thirds of the time,
but units that start alike then get different roundings, and do not stay alike: "initialization" asks just that.
"""

import keras
import numpy as np
import tensorflow as tf

from lecture.replicas.batch_norm import BatchNorm
from lecture.replicas.dropout import Dropout
from lecture.replicas.net import BatchedNet

N_NOTED = 256  # most steps in one call if the norms of their gradients are recorded


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
        Optimizer that updates each weight by itself; it is built here.
    n_replicas : int
    dtype : "float32" or "float64"
    masked : bool
        Whether replicas differ in width.
    penalized : tuple of int
        Which of ``net.shapes`` have a penalty.
    decaying : bool
        Whether there is decoupled weight decay.
    noting : bool
        Whether to note the norm of the gradient in each step.
    n_dropping : int
        With dropout the number of seeds, which stand side by side once for each condition; 0 without.
    """

    def __init__(
        self,
        net: BatchedNet,
        loss,
        sparse,
        optimizer,
        n_replicas,
        *,
        dtype,
        masked,
        penalized,
        decaying=False,
        noting=False,
        n_dropping=0,
    ):
        self.net, self.loss, self.sparse, self.optimizer = net, loss, sparse, optimizer
        self.dtype, self.penalized, self.decaying, self.noting = dtype, penalized, decaying, noting
        self.shapes = [(n_replicas, *shape) for shape in net.arrays]
        self.learnt = self.variables()
        self.strengths = self._variable(np.zeros((2, len(net.shapes), n_replicas, 1, 1)))
        self.decay = self._variable(np.zeros((n_replicas, 1)))
        self.masks = [self._variable(np.ones((n_replicas, 1, q))) for q in net.sizes[1:-1] if masked]
        self.batch_norm = BatchNorm(n_replicas, net.sizes[1:-1], dtype) if net.normalized else None
        self.dropout = Dropout(n_replicas, n_dropping, len(net.sizes) - 2, dtype) if n_dropping else None
        optimizer.build(self.learnt)

    def variables(self):
        """Return what the optimizer changes: all weights of a replica in a row; one update, not one for each layer."""
        return [keras.Variable(np.zeros((self.shapes[0][0], self.net.n_parameters)), dtype=self.dtype)]

    def _variable(self, values):
        return tf.Variable(values, dtype=self.dtype, trainable=False)

    # The loss

    def outputs(self, weights, X, standardize, drop=None):
        """Return the outputs of all replicas, (R, n, n_outputs)."""
        return self.net(weights, X, self.masks, standardize, drop=drop)

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
        weights, norm = self.weights(), self.batch_norm
        standardize = norm and (lambda layer, z: norm.in_training(layer, z, shares))
        drop = self.dropout and self.dropout.in_training
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(weights)
            losses = self.losses(y, self.outputs(weights, X, standardize, drop))  # (R, n)
            if shares is None:
                means = tf.reduce_mean(losses, axis=1)
            else:
                means = tf.reduce_sum(losses * shares, axis=1) / tf.reduce_sum(shares)
            total = tf.reduce_sum(means)
            for at in self.penalized:
                total += self.penalty(at, weights[self.net.stride * at])
        if self.dropout:
            self.dropout.next()
        return self.update(tape.gradient(total, weights, unconnected_gradients="zero"))

    def update(self, gradients):
        """Let the optimizer change the weights; return the gradients in a row."""
        gradient = self.row(gradients)
        self.shrink()
        self.optimizer.apply([gradient], self.learnt)
        return gradient

    def shrink(self):
        """Let decoupled weight decay shrink all weights, as far as the step's learning rate says."""
        if self.decaying:
            kept = (
                1 - tf.cast(self.optimizer.learning_rate, self.dtype) * self.decay
            )  # (R, 1), as learnt ends in (R, …)
            for variable in self.learnt:
                variable.assign(variable.value * kept)

    def row(self, arrays):
        """Return arrays of all replicas in a row, (R, …)."""
        return tf.concat([tf.reshape(each, (each.shape[0], -1)) for each in arrays], axis=1)

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

        norms = tf.TensorArray(self.dtype, size=N_NOTED, element_shape=self.shapes[0][:1])
        _, norms = tf.while_loop(lambda i, _: i < n, noted, (tf.constant(0), norms))
        return norms.stack()

    # What is recorded

    def measure(self, X, y, cuts):
        """Return loss, without penalty, and accuracy of each replica, (R,); ``cuts`` (R, 1) divides a single output."""
        standardize = self.batch_norm and self.batch_norm.in_prediction
        outputs = self.outputs(self.weights(), X, standardize)
        if self.sparse:
            hits = tf.argmax(outputs, -1, tf.int32) == tf.cast(y[..., 0], tf.int32)
        elif outputs.shape[-1] == 1:
            hits = (outputs[..., 0] > cuts) == (y[..., 0] > 0.5)
        else:
            hits = tf.argmax(outputs, -1) == tf.argmax(y, -1)
        return tf.reduce_mean(self.losses(y, outputs), axis=1), tf.reduce_mean(tf.cast(hits, self.dtype), axis=1)

    def weights(self):
        """Return the arrays of ``net.arrays``, each (R, p, q)."""
        return self.parts(self.learnt[0].value, self.shapes)

    def parts(self, row, shapes):
        """Return arrays of these shapes (R, p, q) from a row (R, …) of them."""
        sizes = [p * q for _, p, q in shapes]
        return [tf.reshape(part, shape) for part, shape in zip(tf.split(row, sizes, axis=1), shapes)]

    def start(self, arrays):
        """Give all replicas the weights of ``net.arrays``, each (R, p, q)."""
        self.learnt[0].assign(np.concatenate([array.reshape(len(array), -1) for array in arrays], axis=1))

    def flat(self):
        """Return all weights in a row, an array (R, n_parameters)."""
        return keras.ops.convert_to_numpy(self.learnt[0])


def examples(values, rows):
    """Return the examples of each replica's batch, (R, batch_size, …)."""
    return tf.gather(values, rows) if len(values.shape) < 3 else tf.gather(values, rows, batch_dims=1)
