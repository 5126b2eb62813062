"""Loss, accuracy, gradient and products with the Hessian, as compiled functions of rows of weights."""

from collections.abc import Callable
from functools import lru_cache

import tensorflow as tf

from lecture.landscape.compiled import Compiled
from lecture.landscape.dense import DenseChain
from lecture.landscape.losses import Loss, is_sparse, per_example


class Functions:
    """What there is to know about a network at B rows of weights θ (B, P), each function compiled when first used.

    Parameters
    ----------
    network : DenseChain, KerasNetwork
        A chain takes all rows at once; a Keras model one after the other, inside the compiled program.
    loss : Loss
    """

    def __init__(self, network, loss: Loss):
        self.network, self.takes_all = network, isinstance(network, DenseChain)
        self.loss, self.sparse = per_example(loss, 2 if self.takes_all else 1), is_sparse(loss)
        self.threshold = 0.0 if getattr(loss, "from_logits", False) else 0.5
        self.measured, self.outputs, self.gradients, self.products = (
            Compiled(self._over(function)) for function in (self._measure, self._outputs, self._gradient, self._product)
        )

    def _over(self, function: Callable):
        """A function of rows and of what they share, for any number of rows."""

        def one_by_one(rows, *shared):
            if self.takes_all or rows[0].shape[0] == 1:
                return function(rows, *shared)
            signature = rows[0].dtype
            return tf.map_fn(
                lambda parts: function([part[None] for part in parts], *shared)[0], rows, fn_output_signature=signature
            )

        def of_rows(theta, others, *shared):
            return one_by_one([theta, *others], *shared)

        return of_rows

    def _predict(self, theta, X, state):
        """Outputs and penalty: of all rows from a chain, of the one from a Keras model."""
        if self.takes_all:
            return self.network(theta, X), tf.zeros(tf.shape(theta)[0], theta.dtype)
        return self.network(theta, X, state)

    def _outputs(self, rows, X, y, state):
        return self._of_rows(self._predict(rows[0], X, state)[0])

    def _loss(self, theta, X, y, state):
        """The mean loss (B,) with penalties, as Keras' ``evaluate`` has it, and the outputs."""
        outputs, penalty = self._predict(theta, X, state)  # untouched, since Keras notes the logits on them
        losses = self.loss(self._beside(y, outputs), outputs)
        return tf.cast(self._mean(losses), theta.dtype) + self._of_rows(penalty), outputs

    def _of_rows(self, values):
        return values if self.takes_all else values[None]

    def _mean(self, values):
        """The mean over the examples, (B,)."""
        values = self._of_rows(values)
        return tf.reduce_mean(values, axis=tuple(range(1, values.shape.rank)))

    def _beside(self, y, outputs):
        """The truth in the shape of the outputs; class numbers without the last axis."""
        shape = tf.shape(outputs)[:-1] if self.sparse else tf.shape(outputs)
        return tf.ensure_shape(tf.broadcast_to(y, shape), outputs.shape[:-1] if self.sparse else outputs.shape)

    def _measure(self, rows, X, y, state):
        loss, outputs = self._loss(rows[0], X, y, state)
        hits = tf.cast(self._hits(self._beside(y, outputs), outputs), loss.dtype)
        return tf.stack([loss, self._mean(hits)], axis=1)

    def _hits(self, y, outputs):
        if self.sparse:
            return tf.argmax(outputs, -1, tf.int32) == tf.cast(y, tf.int32)
        if outputs.shape[-1] == 1:
            return (outputs > self.threshold) == (y > 0.5)
        return tf.argmax(outputs, -1) == tf.argmax(y, -1)

    def _gradient(self, rows, X, y, state):
        (theta,) = rows
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(theta)
            loss, _ = self._loss(theta, X, y, state)
        return tape.gradient(loss, theta, unconnected_gradients="zero")

    def _product(self, rows, X, y, state):
        """H v, the gradient of g · v (Pearlmutter, 1994)."""
        theta, v = rows
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(theta)
            along = tf.reduce_sum(self._gradient([theta], X, y, state) * v)
        return tape.gradient(along, theta, unconnected_gradients="zero")


@lru_cache(maxsize=16)
def functions(network, loss: Loss) -> Functions:
    """Return the functions of a network and a loss; the last few are kept, because compiling one takes a second."""
    return Functions(network, loss)
