"""The compiled loop: so many steps of all replicas in one call."""

from contextlib import suppress
from functools import cache
from threading import Lock

import keras
import numpy as np
import tensorflow as tf

from lecture.device import quietly
from lecture.replicas.losses import is_sparse, per_example
from lecture.replicas.net import each_its_own
from lecture.replicas.optimizers import Rates

N_BATCHES = 64  # that are handed to the loop at a time; one number, so that it is compiled once
NO_XLA = (
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.UnimplementedError,
)  # what TensorFlow raises where XLA is not to be had
# of what is not compiled, for it may hold large temporary variables, which TensorFlow takes for one and the same in two
# threads
ONE_GRAPH = Lock()


@cache
def start_xla():
    """Let XLA start and say so where nobody is bothered: its first program in a process comes with lines of its own."""
    with quietly(), suppress(*NO_XLA):
        tf.function(lambda a: tf.reduce_sum(tf.exp(tf.matmul(a, a)) + a, axis=1), autograph=False, jit_compile=True)(
            tf.ones((2, 3, 3))
        )


class Program:
    """Trains replicas of one net; what differs between runs of the same shapes comes in as numbers, so that nothing is compiled again.

    Parameters
    ----------
    net : Net
    losses : sequence of str, keras.losses.Loss or callable
        One for each condition.
    optimizer : keras.optimizers.Optimizer
        Its settings; it is not changed.
    n_replicas : int
    dtype : "float32" or "float64"
    masked : bool
        Whether replicas differ in width.
    penalized : tuple of int
        Which of ``net.shapes`` have a penalty.
    """

    def __init__(self, net, losses, optimizer, n_replicas, *, dtype, masked, penalized):
        start_xla()
        self.net, self.sparse = net, is_sparse(losses[0])
        self.loss = each_its_own([per_example(loss) for loss in losses])
        self.dtype, self.penalized = dtype, penalized
        self.shapes = [(n_replicas, *shape) for p, q in net.shapes for shape in ((p, q), (1, q))]
        self.flat = keras.Variable(
            np.zeros((n_replicas, net.n_parameters)), dtype=dtype
        )  # all weights of a replica in a row: one update, not one for each layer
        self.rates = Rates(n_replicas)
        settings = optimizer.get_config()
        own_schedule = not isinstance(settings["learning_rate"], (int, float))
        self.optimizer = type(optimizer).from_config(settings)
        if not own_schedule:
            self.optimizer = type(optimizer)(**settings | {"learning_rate": self.rates})
        self.optimizer.build([self.flat])
        self._first_state = [np.asarray(keras.ops.convert_to_numpy(it)) for it in self.optimizer.variables]
        zeros = lambda *shape: tf.Variable(np.zeros(shape), dtype=dtype, trainable=False)
        self.strengths = zeros(2, len(net.shapes), n_replicas, 1, 1)
        self.masks = [
            tf.Variable(np.ones((n_replicas, 1, q)), dtype=dtype, trainable=False) for q in net.sizes[1:-1] if masked
        ]
        self._compile = dict(autograph=False, jit_compile=True)
        self._make()

    def _make(self):
        self._on_all, self._in_batches = (
            tf.function(it, **self._compile) for it in (self._all_steps, self._batch_steps)
        )
        self._measured = tf.function(self._measure, autograph=False)  # compiling it takes longer than it saves

    def _call(self, name, *arguments):
        """Run a compiled function; as a plain graph from the first time that XLA is not to be had."""
        if self._compile["jit_compile"]:
            try:
                return getattr(self, name)(*arguments)
            except NO_XLA:
                self._compile["jit_compile"] = None
                self._make()
        with ONE_GRAPH:
            return getattr(self, name)(*arguments)

    def start(self, weights, rates, l1, l2, masks):
        """Put all replicas at their start.

        Parameters
        ----------
        weights : sequence of arrays
            Kernel (n_replicas, p, q) and bias (n_replicas, 1, q) of each of ``net.shapes``.
        rates : array (n_replicas,)
            ``rates`` is None for an optimizer with a schedule.
        l1, l2 : arrays (n_replicas, n_shapes)
        masks : sequence of arrays (n_replicas, 1, q)
            For each hidden layer; none if all replicas are equally wide.
        """
        self.flat.assign(
            np.concatenate(
                [np.reshape(array, (shape[0], -1)) for array, shape in zip(weights, self.shapes, strict=True)], axis=1
            )
        )
        for variable, array in zip(self.optimizer.variables, self._first_state, strict=True):
            variable.assign(array)
        if rates is not None:
            self.rates.values.assign(rates[:, None])
        self.strengths.assign(np.moveaxis([l1, l2], 2, 1)[..., None, None])
        for variable, mask in zip(self.masks, masks, strict=True):
            variable.assign(mask)

    def steps(self, n, X, y, rows=None, shares=None):
        """Make ``n`` steps: on all examples, or on the batches ``rows`` (N_BATCHES, n_replicas, batch_size), of which ``shares`` (N_BATCHES, batch_size) count."""
        if rows is None:
            self._call("_on_all", tf.constant(n), X, y)
        else:
            self._call("_in_batches", tf.constant(n), X, y, tf.constant(rows), tf.constant(shares, self.dtype))

    def measure(self, X, y):
        """Return loss, without penalty, and accuracy of each replica on some examples: two arrays (n_replicas,)."""
        with ONE_GRAPH:
            return [it.numpy() for it in self._measured(X, y)]

    def weights(self, flat):
        """Return kernel and bias of each of ``net.shapes`` in turn from all weights in a row, tensors or arrays (n_replicas, n_parameters)."""
        ends = np.cumsum([shape[1] * shape[2] for shape in self.shapes])
        reshape = np.reshape if isinstance(flat, np.ndarray) else tf.reshape
        return [reshape(flat[:, end - shape[1] * shape[2] : end], shape) for end, shape in zip(ends, self.shapes)]

    def _all_steps(self, n, X, y):
        def step(i):
            self._update(X, y, None)
            return (i + 1,)

        return tf.while_loop(lambda i: i < n, step, (tf.constant(0),))

    def _batch_steps(self, n, X, y, rows, shares):
        def step(i):
            self._update(_chosen(X, rows[i]), _chosen(y, rows[i]), shares[i])
            return (i + 1,)

        return tf.while_loop(lambda i: i < n, step, (tf.constant(0),))

    def _update(self, X, y, shares):
        values = self.weights(self.flat.value)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            losses = self._losses(y, self.net(values, X, self.masks))
            means = (
                tf.reduce_mean(losses, axis=1)
                if shares is None
                else tf.reduce_sum(losses * shares, axis=1) / tf.reduce_sum(shares)
            )
            total = tf.reduce_sum(means) + tf.add_n(
                [self._penalty(at, values[2 * at]) for at in self.penalized] or [tf.zeros([], self.dtype)]
            )
        gradients = tape.gradient(total, values, unconnected_gradients="zero")
        self.optimizer.apply([tf.concat([tf.reshape(it, (it.shape[0], -1)) for it in gradients], axis=1)], [self.flat])

    def _penalty(self, at, kernels):
        return tf.reduce_sum(self.strengths[0, at] * tf.abs(kernels) + self.strengths[1, at] * tf.square(kernels))

    def _losses(self, y, predicted):
        """The loss of each example, (n_replicas, n)."""
        if self.sparse:
            y = y[..., 0]
        elif len(y.shape) < 3:
            y = tf.broadcast_to(y, tf.shape(predicted))
        if self.sparse and len(y.shape) < 2:
            y = tf.broadcast_to(y, tf.shape(predicted)[:-1])
        return self.loss(y, predicted)

    def _measure(self, X, y):
        predicted = self.net(self.weights(self.flat.value), X, self.masks)
        losses = self._losses(y, predicted)
        if self.sparse:
            hits = tf.argmax(predicted, -1, tf.int32) == tf.cast(y[..., 0], tf.int32)
        elif predicted.shape[-1] == 1:
            hits = (predicted[..., 0] > 0.5) == (y[..., 0] > 0.5)
        else:
            hits = tf.argmax(predicted, -1) == tf.argmax(y, -1)
        return tf.reduce_mean(losses, axis=1), tf.reduce_mean(tf.cast(hits, self.dtype), axis=1)


def _chosen(values, rows):
    """The examples of a batch of each replica, (n_replicas, batch_size, …)."""
    return tf.gather(values, rows) if len(values.shape) < 3 else tf.gather(values, rows, batch_dims=1)
