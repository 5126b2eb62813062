"""The loop where all replicas take the same examples: the first layer of all of them is one product.

With R replicas, n examples, p inputs and q units it is (n, p) times (p, R q) instead of R products of (n, p) and
(p, q), and the examples are gathered once. With many inputs that is most of a step.
"""

import keras
import numpy as np
import tensorflow as tf

from lecture.replicas.loop import Loop


class SideBySide(Loop):
    """A loop whose first kernels stand side by side, (p, R, q): no step has to turn them."""

    def variables(self):
        """Return what the optimizer changes: the first kernels, and all other weights in a row."""
        (n_replicas, p, q), *others = self.shapes
        shapes = (p, n_replicas, q), (n_replicas, sum(np.prod(shape[1:]) for shape in others))
        return [keras.Variable(np.zeros(shape), dtype=self.dtype) for shape in shapes]

    def weights(self):
        first, others = (variable.value for variable in self.learnt)
        return [tf.convert_to_tensor(first), *self.parts(others, self.shapes[1:])]

    def outputs(self, weights, X, standardize, drop=None):
        p, n_replicas, q = weights[0].shape
        z = tf.reshape(tf.matmul(X, tf.reshape(weights[0], (p, n_replicas * q))), (-1, n_replicas, q))
        return self.net(weights, X, self.masks, standardize, first=tf.transpose(z, (1, 0, 2)), drop=drop)

    def penalty(self, at, W):
        if at:
            return super().penalty(at, W)
        l1, l2 = self.strengths[0, 0, ..., 0], self.strengths[1, 0, ..., 0]  # (R, 1), W is (p, R, q)
        return tf.reduce_sum(l1 * tf.abs(W) + l2 * tf.square(W))

    def update(self, gradients):
        first, *others = gradients
        others = self.row(others)
        self.shrink()
        self.optimizer.apply([first, others], self.learnt)
        return self.row([tf.transpose(first, (1, 0, 2)), others])

    def start(self, arrays):
        first, *others = arrays
        self.learnt[0].assign(np.moveaxis(first, 0, 1))
        self.learnt[1].assign(np.concatenate([array.reshape(len(array), -1) for array in others], axis=1))

    def flat(self):
        first, others = (keras.ops.convert_to_numpy(variable) for variable in self.learnt)
        return np.concatenate([np.moveaxis(first, 1, 0).reshape(len(others), -1), others], axis=1)
