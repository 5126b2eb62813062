"""How much a model's answer changes with its input."""

from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from lecture.checks import one_of
from lecture.landscape.compiled import Compiled
from lecture.landscape.dense import DenseChain
from lecture.landscape.examples import checked, checked_inputs
from lecture.landscape.head import logits, probabilities
from lecture.landscape.keras_network import in_precision, precision
from lecture.landscape.losses import Loss, chosen, is_sparse, per_example
from lecture.landscape.parameters import Model, vector
from lecture.replicas import Replicas

OF = ("probabilities", "logits", "loss")
N_AT_ONCE = 2**23  # numbers that the inputs may take at a time


def sensitivity(
    model: Model, X: ArrayLike, y: ArrayLike | None = None, *, of: str = "probabilities", loss: Loss | None = None
) -> np.ndarray:
    """Return how sensitive a model is at each example: the norm of a derivative by the input.

    Of the outputs it is the Frobenius norm of their Jacobian (Novak et al., 2018); of the loss, the norm of its
    gradient. Some reports take the norm of the *mean* loss' gradient over all n examples, √Σ|∇ℓᵢ|² / n, which shrinks
    with n: ``np.linalg.norm(sensitivity(model, X, y, of="loss")) / len(X)``.

    Parameters
    ----------
    model : keras.Model or Replicas
    X : array (n, …)
        Examples; for replicas also (R, n, n_inputs).
    y : array, optional
        Their labels, needed for the loss.
    of : "probabilities", "logits" or "loss"
        Logits are what goes into the last softmax or sigmoid.
    loss : str, keras.losses.Loss or callable, optional
        The loss that the model is compiled with by default; needed with replicas for ``of="loss"``.

    Returns
    -------
    array (n,), or (R, n) for replicas

    Raises
    ------
    ValueError
        If something does not fit, or the outputs are no probabilities.
    """
    one_of(of, OF, "of")
    theta = np.atleast_2d(vector(model))
    if not np.isfinite(theta).all():
        raise ValueError("model must have finite weights, and has some that are not.")
    used = _loss(model, loss, of)
    if of == "loss":
        if y is None:
            raise ValueError("y must be given for of='loss': a loss needs labels.")
        X, y = checked(model, X, y, sparse=is_sparse(used))
    else:
        X, y = checked_inputs(model, X), None
    if isinstance(model, Replicas):
        network, state = DenseChain.of_replicas(model), ()
        own = X.ndim == 3
        X = np.broadcast_to(X, (len(model), *X.shape[-2:]))
        y = y if own or y is None else np.broadcast_to(y, (len(model), *y.shape))
    else:
        network = in_precision(model, precision(model))
        state, X, y = network.state(model), X[None], None if y is None else y[None]
    norms = _norms(network, of, used)
    n_at_once = max(1, N_AT_ONCE // (X[:, 0].size * 4))
    found = []
    for begin in range(0, X.shape[1], n_at_once):
        here = slice(begin, begin + n_at_once)
        labels = () if y is None else (tf.constant(_as(y[:, here], theta.dtype, used)),)
        found.append(norms(tf.constant(theta), tf.constant(X[:, here].astype(theta.dtype)), state, *labels).numpy())
    values = np.concatenate(found, axis=1)
    return values if isinstance(model, Replicas) else values[0]


def _loss(model, loss, of):
    """The loss, if it matters: for its own derivative, or to know whether outputs are logits."""
    if of == "loss" or loss is not None:
        return chosen(model, loss)
    found = getattr(model, "loss", None)
    return None if isinstance(model, Replicas) or isinstance(found, (list, tuple, dict)) else found


def _as(y, dtype, loss):
    return y if is_sparse(loss) else y.astype(dtype)


@lru_cache(maxsize=16)
def _norms(network, of, loss):
    """The compiled norms (R, n) of the derivatives by X (R, n, …)."""
    from_logits = bool(getattr(loss, "from_logits", False))
    takes_all = isinstance(network, DenseChain)

    def head(outputs):
        return logits(outputs) if of == "logits" else probabilities(outputs, from_logits)

    def summed(theta, X, state, *y):
        """Columns whose derivatives count: of the outputs, or the one of the loss."""
        outputs = network(theta, X) if takes_all else network(theta, X[0], state)[0]
        if of == "loss":
            return [tf.reduce_sum(per_example(loss, 2 if takes_all else 1)(y[0] if takes_all else y[0][0], outputs))]
        n_axes = 2 if takes_all else 1
        columns = tf.reshape(head(outputs), (-1, int(np.prod(outputs.shape[n_axes:]))))
        return [tf.reduce_sum(columns[:, k]) for k in range(columns.shape[1])]

    def norms(theta, X, state, *y):
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(X)
            columns = summed(theta, X, state, *y)
        gradients = [tape.gradient(column, X, unconnected_gradients="zero") for column in columns]
        squares = tf.add_n([tf.reduce_sum(tf.square(g), axis=tuple(range(2, g.shape.rank))) for g in gradients])
        return keras.ops.sqrt(squares)

    return Compiled(norms)
