"""A dense neural network in NumPy: forward pass, loss, backward pass, update, in the order of a lecture.

One notation throughout. Layer l takes x, the activations of the layer before it, and gives

    z = x W + b        W (n_in, n_out): w_ij leads from unit i to unit j
    a = f(z)           f one of ``lecture.activations``

With batch norm the dense layer ends at its z, and a layer of its own follows, z = γ x̂ + β and a = f(z).

The loss of a batch is the mean over its examples, as in Keras. The backward pass goes through the layers once, from the
last to the first, and each needs only three factors: the gradient from the layer above (∂L/∂a), the slope of its
activation (∂a/∂z) and its input (∂z/∂W = x). Their product is checked by ``check_gradients``. Nets are values: an
update returns a new net, so that all nets of a training can be kept and looked at.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, real, whole
from lecture.from_scratch.batch_norm import BatchNorm
from lecture.from_scratch.initial import initial_weights
from lecture.from_scratch.layers import Dense, Gradient, Layer, Signal
from lecture.from_scratch.losses import LOSSES

# -- The net -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Net:
    """Layers, one after the other, and the loss to train them with, to which ``l2`` adds l2 Σ w² over all weights."""

    layers: tuple[Layer, ...]
    loss: str = "squared_error"
    l2: float = 0.0

    def __post_init__(self):
        object.__setattr__(self, "layers", tuple(self.layers))
        one_of(self.loss, LOSSES, "loss")
        real(self.l2, "l2", least=0)
        if not self.dense:
            raise ValueError(f"layers must have one or more Dense layers, got {len(self.layers)} layers without one.")
        for first, second in itertools.pairwise(self.layers):
            if first.shape[1] != second.shape[0]:
                raise ValueError(
                    "Each layer must take what the one before gives, "
                    f"got {first.shape[1]} outputs before a layer with {second.shape[0]} inputs."
                )
        made_for = LOSSES[self.loss].output
        if made_for and self.layers[-1].activation != made_for:
            raise ValueError(f"{self.loss} needs a {made_for} output, got {self.layers[-1].activation!r}.")
        if made_for == "softmax" and self.layers[-1].shape[1] < 2:
            raise ValueError("A softmax output needs two or more units, got 1.")

    @property
    def dense(self) -> list[Dense]:
        """The dense layers alone."""
        return [layer for layer in self.layers if isinstance(layer, Dense)]

    @property
    def numbers(self) -> list[int]:
        """For each layer the number of its dense layer, from 1: batch norm counts with the one before it."""
        return list(itertools.accumulate(int(isinstance(layer, Dense)) for layer in self.layers))

    @property
    def has_batch_norm(self) -> bool:
        """Whether one of the layers is batch norm."""
        return any(isinstance(layer, BatchNorm) for layer in self.layers)

    @property
    def sizes(self) -> list[int]:
        """Units per dense layer, inputs first."""
        return [self.layers[0].shape[0], *(layer.shape[1] for layer in self.dense)]

    @property
    def matrices(self) -> list[np.ndarray]:
        """The weights of each dense layer with the biases in row 0, (n_in + 1, n_out), as for ``plot_network``."""
        return [np.vstack([layer.b, layer.W]) for layer in self.dense]

    @property
    def penalty(self) -> float:
        """The L2 penalty, l2 Σ w² over the weights of all dense layers."""
        return self.l2 and self.l2 * sum(np.vdot(layer.W.conj(), layer.W) for layer in self.dense)

    def astype(self, dtype: str) -> "Net":
        """Return the net with copies of its arrays in another dtype: float64, float32 or complex128."""
        return replace(self, layers=tuple(_as_type(layer, dtype) for layer in self.layers))

    def signals(self, x: np.ndarray, training: bool = False) -> list[Signal]:
        """Return the signals of all layers for inputs ``x`` (n, n_in) that have been checked."""
        signals = []
        for layer in self.layers:
            signals.append(layer.forward(x, training))
            x = signals[-1].a
        return signals

    def forward(self, X: ArrayLike, training: bool = False) -> list[Signal]:
        """Return the signals of all layers, first layer first."""
        return self.signals(_inputs(self, X), training)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return ŷ (n, n_out)."""
        return self.forward(X)[-1].a

    def loss_of(self, signals: Sequence[Signal], y: np.ndarray) -> float:
        """Return the mean loss over the batch, with the L2 penalty."""
        last = signals[-1]
        return LOSSES[self.loss].value(last.z, last.a, y).mean(axis=-1) + self.penalty

    def backward(self, signals: Sequence[Signal], y: np.ndarray) -> list[Gradient]:
        """Return the gradients of all layers, first layer first, for the targets ``y`` (n, n_out)."""
        error = signals[-1].a - y  # (n, n_out) ŷ - y
        known = "delta" if LOSSES[self.loss].output else "above"
        gradients = [self.layers[-1].backward(signals[-1], **{known: error})]
        for l in reversed(range(len(self.layers) - 1)):
            above = self.layers[l + 1].back(signals[l + 1], gradients[0].delta)  # (n, n_out) ∂L/∂a of layer l
            gradients.insert(0, self.layers[l].backward(signals[l], above))
        for layer, gradient in zip(self.layers, gradients):
            if self.l2 and isinstance(layer, Dense):
                gradient.parameters["W"] += 2 * self.l2 * layer.W
        return gradients

    def updated(self, gradients: Sequence[Gradient], learning_rate: float) -> "Net":
        """Return the net after one step of gradient descent, w ← w - η ∂L/∂w for every parameter."""
        layers = []
        for layer, gradient in zip(self.layers, gradients):
            stepped = {name: w - learning_rate * gradient.parameters[name] for name, w in layer.parameters.items()}
            layers.append(layer.with_parameters(stepped))
        return replace(self, layers=tuple(layers))

    def moved(self, signals: Sequence[Signal]) -> "Net":
        """Return the net with the moving averages of its batch norms updated, and nothing else."""
        return replace(self, layers=tuple(layer.moved(signal) for layer, signal in zip(self.layers, signals)))


def _as_type(layer, dtype):
    """The layer with copies of its arrays in another dtype."""
    arrays = {name: np.array(value) for name, value in vars(layer).items() if isinstance(value, np.ndarray)}
    return replace(layer, **arrays, dtype=dtype)


def dense_net(
    sizes: Sequence[int],
    *,
    activation: str = "tanh",
    output: str = "sigmoid",
    loss: str | None = None,
    initializer: str | float = "glorot_uniform",
    batch_norm: bool | Mapping[str, Any] = False,
    l2: float = 0.0,
    seed: int = 0,
) -> Net:
    """Return a dense net with random weights and biases of 0.

    Parameters
    ----------
    sizes : sequence of int
        Units per layer, inputs first, such as ``[2, 3, 1]``.
    activation : str
        Activation of the hidden layers, a key of ``ACTIVATIONS``.
    output : str
        Activation of the output layer, a key of ``ACTIVATIONS``.
    loss : str, optional
        Key of ``LOSSES``. If None, the one that suits the output: a cross-entropy for sigmoid and softmax, else the
        squared error.
    initializer : str or float
        One of ``INITIALIZERS``, or the standard deviation of normal weights.
    batch_norm : bool or mapping
        Whether the hidden layers have batch norm before their activation; or its settings, such as
        ``{"momentum": 0.9, "epsilon": 1e-5}``: the keywords of ``BatchNorm.fresh``, without the activation.
    l2 : float
        Factor of the penalty on the squared weights, at least 0.
    seed : int
        Seed of the weights.

    >>> dense_net([2, 3, 1]).sizes
    [2, 3, 1]
    """
    check_sizes(sizes)
    settings = _norm_settings(batch_norm)
    rng = np.random.default_rng(whole(seed, "seed"))
    layers: list[Layer] = []
    for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes), start=2):
        dense = Dense(initial_weights(initializer, n_in, n_out, rng), np.zeros(n_out), activation)
        if l == len(sizes):
            layers.append(replace(dense, activation=output))
        elif settings is None:
            layers.append(dense)
        else:
            norm = BatchNorm.fresh(n_out, activation=activation, **settings)
            layers += [replace(dense, activation="linear"), norm]
    made_for = {known.output: name for name, known in LOSSES.items()}
    return Net(tuple(layers), loss or made_for.get(output, "squared_error"), l2)


def _norm_settings(batch_norm):
    """The keywords for ``BatchNorm.fresh``; None for a net without batch norm."""
    if isinstance(batch_norm, Mapping):
        for name in batch_norm:
            one_of(name, ("momentum", "epsilon", "fault"), "A setting of batch norm")
        return dict(batch_norm)
    if not isinstance(batch_norm, bool | np.bool_):
        raise ValueError(f"batch_norm must be True, False or its settings by name, got {batch_norm!r}.")
    return {} if batch_norm else None


def check_sizes(sizes: Sequence[int]) -> None:
    """Refuse what is not two or more positive layer sizes."""
    try:
        known = len([whole(size, "size", least=1) for size in sizes]) > 1
    except (TypeError, ValueError):
        known = False
    if not known:
        raise ValueError(f"sizes must be two or more positive layer sizes, got {sizes!r}.")


# -- Batches, loss and gradients ---------------------------------------------------------------------------------------


def batch(net: Net, X: ArrayLike, y: ArrayLike, dtype: str = "float64") -> tuple[np.ndarray, np.ndarray]:
    """Return ``X`` (n, n_in) and ``y`` (n, n_out) in float64 or another dtype, checked against the net.

    A single example may have shape (n_in,), and the targets of a single output shape (n,).

    Raises
    ------
    ValueError
        If their shapes do not fit the net or each other, or a value is not finite.
    """
    X = _inputs(net, X, dtype)
    y = np.asarray(y, dtype)
    wanted = (len(X), net.sizes[-1])
    if wanted[1] > 1 and y.shape == (len(X),) != (1,):
        raise ValueError(
            f"y must be one-hot labels of shape {wanted}, got numbers of shape {y.shape}: "
            f"np.eye({wanted[1]})[y] makes them."
        )
    if y.size == np.prod(wanted) and y.ndim < 2:
        y = y.reshape(wanted)
    if y.shape != wanted or not np.isfinite(y).all():
        raise ValueError(f"y must be finite numbers of shape {wanted}, got shape {y.shape}.")
    return X, y


def _inputs(net, X, dtype="float64"):
    """X as (n, n_in) in this dtype."""
    X = np.asarray(X, dtype)
    X = X[None] if X.ndim == 1 else X
    if X.ndim != 2 or X.shape[1] != net.sizes[0] or not len(X) or not np.isfinite(X).all():
        raise ValueError(f"X must be finite numbers of shape (n, {net.sizes[0]}), got shape {X.shape}.")
    return X


def loss(net: Net, X: ArrayLike, y: ArrayLike, *, training: bool = False) -> float:
    """Return the mean loss of the net over a batch, with the L2 penalty."""
    X, y = batch(net, X, y)
    return net.loss_of(net.forward(X, training), y)


def gradients(net: Net, X: ArrayLike, y: ArrayLike) -> list[dict[str, np.ndarray]]:
    """Return the gradients of the mean loss over a batch: for each layer a dict of arrays by parameter."""
    X, y = batch(net, X, y)
    return [gradient.parameters for gradient in net.backward(net.forward(X, training=True), y)]
