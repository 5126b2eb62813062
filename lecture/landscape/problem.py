"""A model, a loss and examples: what all measurements of a landscape start from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from lecture.checks import one_of
from lecture.landscape import examples
from lecture.landscape.dense import DenseChain
from lecture.landscape.functions import Functions, functions
from lecture.landscape.keras_network import in_precision, precision, renormalized
from lecture.landscape.losses import Loss, chosen, is_sparse
from lecture.landscape.pairs import pairs, widest
from lecture.landscape.parameters import Model, vector
from lecture.replicas import Replicas

PRECISIONS = ("float32", "float64")
N_AT_ONCE = 2**24  # numbers that the rows of weights, or what their layers put out, may take at a time


@dataclass(frozen=True, eq=False)
class Problem:
    """A loss as a function of rows of weights; R rows are where the model stands, or where ``at`` says.

    Attributes
    ----------
    model : keras.Model or Replicas
    functions : Functions
    chain : DenseChain or None
        The model as a chain of dense layers, if it is one.
    theta : array (R, P)
    X, y : arrays
        With an axis of rows before, of length 1 or R, if all rows go through a chain at once.
    state : list
        What the model does not train.
    is_single : bool
        Whether there is one row, and results come without the axis of rows.
    loss : Loss
    """

    model: Model
    functions: Functions
    chain: DenseChain | None
    theta: np.ndarray
    X: np.ndarray
    y: np.ndarray
    state: Sequence
    is_single: bool
    loss: Loss

    @property
    def n_parameters(self) -> int:
        """P."""
        return self.theta.shape[1]

    @property
    def dtype(self) -> np.dtype:
        """In which everything is computed."""
        return self.theta.dtype

    @property
    def has_own_data(self) -> bool:
        """Whether each replica has examples of its own."""
        return self.functions.takes_all and len(self.X) > 1

    def measure(self, theta: np.ndarray | None = None) -> np.ndarray:
        """Return loss and accuracy, (B, 2), at rows of weights."""
        return self._each(self.functions.measured, self._at(theta))

    def losses(self, theta: np.ndarray | None = None) -> np.ndarray:
        """Return the loss (B,) at rows of weights."""
        return self.measure(theta)[:, 0]

    def outputs(self, theta: np.ndarray | None = None) -> np.ndarray:
        """Return the outputs (B, n, …) at rows of weights."""
        return self._each(self.functions.outputs, self._at(theta))

    def gradients(self, theta: np.ndarray | None = None) -> np.ndarray:
        """Return the gradients (B, P) at rows of weights."""
        return self._each(self.functions.gradients, self._at(theta))

    def products(self, vectors: np.ndarray, theta: np.ndarray | None = None) -> np.ndarray:
        """Return the Hessians times vectors (B, P), each at its own row of weights."""
        return self._each(self.functions.products, self._at(theta), vectors.astype(self.dtype))

    def derivatives(self, theta: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return gradients (B, P) and exact Hessians (B, P, P) at rows of weights."""
        theta = self._at(theta)
        if self.chain is None:
            return self.gradients(theta), self._by_unit_vectors(theta)
        X, y = (self.X, self.y) if self.functions.takes_all else (self.X[None], self.y[None])
        n, width = X.shape[1], widest(self.chain)
        n_at_once = max(1, min(n, N_AT_ONCE // width))
        step = pairs(self.chain, self.loss)
        gradients: Any = 0
        hessians: Any = 0
        for begin in range(0, n, n_at_once):
            here = slice(begin, begin + n_at_once)
            parts = self._parts([theta], X[:, here], y[:, here], n_at_once * width)
            found = [step(*part) for part in parts]
            share = X[:, here].shape[1] / n
            gradients += share * np.concatenate([g.numpy() for g, _ in found])[: len(theta)]
            hessians += share * np.concatenate([H.numpy() for _, H in found])[: len(theta)]
        return gradients, hessians

    def check_finite(self) -> None:
        """Refuse weights at which the loss is not finite.

        Raises
        ------
        ValueError
            Where it is not.
        """
        bad = np.flatnonzero(~np.isfinite(self.losses()))
        if len(bad):
            where = "at the model's weights" if self.is_single else f"at row {bad[0]} of {len(self.theta)}"
            raise ValueError(f"the loss must be finite where the landscape is measured, and is not {where}.")

    def given_back(self, values: np.ndarray):
        """Return values of all rows without the axis of rows if there is one row only."""
        return values[0] if self.is_single else values

    def _at(self, theta):
        return self.theta if theta is None else np.asarray(theta, self.dtype)

    def _by_unit_vectors(self, theta):
        units = np.eye(self.n_parameters, dtype=self.dtype)
        return np.stack([self.products(units, np.broadcast_to(row, units.shape)) for row in theta])

    def _each(self, function: Callable, *rows):
        """A function at all rows of weights, in parts that fit into memory."""
        layers = sum(self.functions.network.sizes) * self.X.shape[-2] if self.functions.takes_all else 0
        parts = self._parts(rows, self.X, self.y, max(layers, self.n_parameters))
        found = [function(theta, own, X, y, self.state) for theta, *own, X, y in parts]
        return np.concatenate([part.numpy() for part in found])[: len(rows[0])]

    def _parts(self, rows, X, y, width):
        """Yield rows and their examples, equally many each time; the last are filled up from the start."""
        n_rows, has_own = len(rows[0]), self.has_own_data
        n_parts = -(-n_rows * width // N_AT_ONCE) if n_rows > 1 else 1
        size = -(-n_rows // min(n_parts, n_rows))
        shared: Any = None if has_own else (tf.constant(X), tf.constant(y))
        for begin in range(0, n_rows, size):
            here = np.arange(begin, begin + size) % n_rows
            owners = here * len(self.theta) // n_rows
            data = (tf.constant(X[owners]), tf.constant(y[owners])) if has_own else shared
            yield (*(tf.constant(values[here]) for values in rows), *data)


def problem(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss | None = None,
    at: ArrayLike | None = None,
    dtype: str | None = None,
    statistics: ArrayLike | None = None,
) -> Problem:
    """Return what all measurements start from, everything checked.

    Parameters
    ----------
    model : keras.Model or Replicas
    X, y : arrays
        Examples: all with the model's own shapes; for replicas also (R, n, n_inputs) and (R, n, n_outputs).
    loss : str, keras.losses.Loss or callable, optional
        By default the one that the model is compiled with; needed with replicas.
    at : array (P,) or (K, P), optional
        Weights to measure at instead of the model's own.
    dtype : "float32" or "float64", optional
        The model's own by default.
    statistics : array (n, …), optional
        Examples from which batch norm takes its statistics anew at each row of weights.

    Raises
    ------
    ValueError
        If something does not fit.
    """
    theta = vector(model)
    loss = chosen(model, loss)
    X, y = examples.checked(model, X, y, sparse=is_sparse(loss))
    if dtype is None and theta.dtype.name not in PRECISIONS:
        raise ValueError(f"model must keep its weights in {' or '.join(PRECISIONS)}, got {theta.dtype.name}.")
    dtype = one_of(dtype or theta.dtype.name, PRECISIONS, "dtype")
    theta = theta if at is None else _points(at, theta)
    is_single = theta.ndim == 1
    if isinstance(model, Replicas):
        chain = network = DenseChain.of_replicas(model)
        state = ()
    else:
        chain = DenseChain.of_keras(model)
        network = _network(model, chain, dtype, statistics)
        state = () if network is chain else network.state(model)
    if isinstance(network, DenseChain) and X.ndim == 2:
        X, y = X[None], y[None]
    if isinstance(model, Replicas) and len(X) > 1 and len(np.atleast_2d(theta)) != len(X):
        raise ValueError(f"at must have a row for each of {len(X)} replicas with examples of their own.")
    if statistics is not None:
        state = (state, tf.constant(np.asarray(statistics, dtype)))
    return Problem(
        model=model,
        functions=functions(network, loss),
        chain=chain if chain is not None and chain.is_elementwise else None,
        theta=np.atleast_2d(theta).astype(dtype),
        X=X.astype(dtype),
        y=y if is_sparse(loss) else y.astype(dtype),
        state=state,
        is_single=is_single,
        loss=loss,
    )


def _network(model, chain, dtype, statistics):
    """What computes a Keras model: itself, or in another precision its chain or a copy."""
    if statistics is not None:
        return renormalized(model)
    return in_precision(model, dtype) if chain is None or dtype == precision(model) else chain


def _points(at, theta):
    at = np.asarray(at)
    if at.ndim not in (1, 2) or at.shape[-1] != theta.shape[-1] or not at.size:
        P = theta.shape[-1]
        raise ValueError(f"at must hold weights in a row, ({P},), or rows of them, (K, {P}), got shape {at.shape}.")
    if not np.isfinite(at).all():
        raise ValueError("at must be finite, got weights that are not.")
    return at
