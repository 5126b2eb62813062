"""The compiled loop: n steps of all replicas of a slice in one call."""

from contextlib import suppress
from functools import cache, lru_cache
from threading import Lock
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lecture.device import quietly
from lecture.replicas.loop import Loop
from lecture.replicas.machinery.functions import is_sparse, per_example, switch
from lecture.replicas.machinery.optimizers import Rates, Scheduled
from lecture.replicas.side_by_side import SideBySide

NO_XLA = (  # what TensorFlow raises where XLA is not available
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.UnimplementedError,
)
# A graph that is not compiled may hold large temporary variables, which TensorFlow takes for one and the same in two
# threads: only one thread at a time runs such a graph.
ONE_GRAPH = Lock()


@cache
def start_xla():
    """Let XLA start where its own lines are held back: the first program of a process writes some."""

    def anything(a):
        return tf.reduce_sum(tf.exp(tf.matmul(a, a)) + a, axis=1)

    with quietly(), suppress(*NO_XLA):
        tf.function(anything, autograph=False, jit_compile=True)(tf.ones((2, 3, 3)))


class Program:
    """Trains replicas; what differs between trainings of the same shapes comes in as numbers, so nothing is recompiled.

    Parameters
    ----------
    net : BatchedNet
    losses : sequence of str, keras.losses.Loss or callable
        One for each condition.
    rule : Rule
        The optimizer's.
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
    scheduled : bool
        Whether learning rates change from step to step.
    shared : bool
        Whether all replicas take the same examples in each step.
    dropping : bool
        Whether there is dropout.
    """

    def __init__(
        self,
        net,
        losses,
        rule,
        n_replicas,
        *,
        dtype,
        masked,
        penalized,
        decaying,
        noting,
        scheduled,
        shared,
        dropping,
    ):
        start_xla()
        self.rates: Any = Scheduled(n_replicas) if scheduled else Rates(n_replicas)
        loss = switch([per_example(loss) for loss in losses])
        self.loop = (SideBySide if shared else Loop)(
            net,
            loss,
            is_sparse(losses[0]),
            rule.optimizer(self.rates),
            n_replicas,
            dtype=dtype,
            masked=masked,
            penalized=penalized,
            decaying=decaying,
            noting=noting,
            n_dropping=n_replicas // len(losses) if dropping else 0,
        )
        self._first_state = [keras.ops.convert_to_numpy(state) for state in self.loop.optimizer.variables]
        self._xla: bool | None = True
        self._make()

    def _make(self):
        self._on_all = tf.function(self.loop.on_all, autograph=False, jit_compile=self._xla)
        self._in_batches = tf.function(self.loop.in_batches, autograph=False, jit_compile=self._xla)
        self._measure = tf.function(self.loop.measure, autograph=False)  # compiling it takes longer than it saves

    def _call(self, name, *arguments):
        """Run a compiled function; as a plain graph once XLA is found to be missing."""
        if self._xla:
            try:
                return getattr(self, name)(*arguments)
            except NO_XLA:
                self._xla = None
                self._make()
        with ONE_GRAPH:
            return getattr(self, name)(*arguments)

    def start(self, weights, rates, l1, l2, masks, *, decay, batch_norm=None, moving=(), dropout, seeds):
        """Put all replicas at their start.

        Parameters
        ----------
        weights : sequence of arrays
            Those of ``net.arrays``, each (n_replicas, p, q).
        rates : array (n_replicas,) or None
            None for an optimizer with a schedule, or where they change from step to step.
        l1, l2 : arrays (n_replicas, n_shapes)
        masks : sequence of arrays (n_replicas, q)
            For each hidden layer; empty if all replicas are equally wide.
        decay : array (n_replicas,)
        batch_norm : array (n_replicas, 2), with batch norm
            Momentum and ε.
        moving : sequence of arrays (n_replicas, 1, q)
            Moving mean and variance of each hidden layer in turn.
        dropout : array (n_replicas,)
            Share of units that are dropped.
        seeds : sequence of int
            Those that determine which.
        """
        loop = self.loop
        loop.start(weights)
        for variable, array in zip(loop.optimizer.variables, self._first_state, strict=True):
            variable.assign(array)
        if rates is not None:
            self.rates.values.assign(rates[:, None])
        loop.strengths.assign(np.moveaxis(np.stack([l1, l2]), 2, 1)[..., None, None])
        loop.decay.assign(decay[:, None])
        for variable, mask in zip(loop.masks, masks, strict=True):
            variable.assign(mask[:, None])
        if loop.batch_norm:
            loop.batch_norm.start(batch_norm, moving)
        if loop.dropout:
            loop.dropout.start(dropout, seeds)

    def steps(self, n, X, y, rows=None, shares=None):
        """Make n steps: on all examples, or on the mini-batches of `Batches.next`.

        Return the norms of their gradients, (n_replicas, n), if they are noted; else None.
        """
        if rows is None:
            found = self._call("_on_all", tf.constant(n), X, y)
        else:
            batches = tf.constant(rows), tf.constant(shares, self.loop.dtype)
            found = self._call("_in_batches", tf.constant(n), X, y, *batches)
        return found.numpy()[:n].T if self.loop.noting else None

    def measure(self, X, y, cuts):
        """Return loss, without penalty, and accuracy of each replica on some examples: two arrays (n_replicas,)."""
        with ONE_GRAPH:
            return [values.numpy() for values in self._measure(X, y, cuts)]

    def weights(self):
        """Return the weights as Keras has them: kernels (n_replicas, p, q) and what each unit has (n_replicas, q)."""
        flat = self.loop.flat()
        ends = np.cumsum([p * q for _, p, q in self.loop.shapes])[:-1]
        parts = [part.reshape(shape) for part, shape in zip(np.split(flat, ends, axis=1), self.loop.shapes)]
        stride = self.loop.net.stride
        return [part if at % stride == 0 else part[:, 0] for at, part in enumerate(parts)]

    def moving(self):
        """Return moving mean and variance of each hidden layer in turn, (n_replicas, q); none without batch norm."""
        return [variable.numpy()[:, 0] for variable in self.loop.batch_norm.moving] if self.loop.batch_norm else []


@lru_cache(maxsize=16)
def program_of(slice_number, net, losses, rule, n_replicas, *, floatx, **how):
    """Return the program for some shapes; the last few are kept, because compiling one takes a second or more.

    Slices that run side by side have programs of their own. ``floatx`` is Keras' setting, the type of its learning
    rates: a program that was compiled under another cannot be used.
    """
    return Program(net, losses, rule, n_replicas, **how)
