"""A dense neural network in NumPy: forward pass, loss, backward pass, update, in the order of a lecture.

One notation throughout. Layer l takes x, the activations of the layer before it, and gives

    z = x W + b        W (n_in, n_out): w_ij leads from unit i to unit j
    a = f(z)           f one of ``lecture.activations``; with batch norm, a = f(batch_norm(z))

The loss of a batch is the mean over its examples, as in Keras. The backward pass goes through the layers once, from the
last to the first, and each needs only three factors: the gradient from the layer above (∂L/∂a), the slope of its
activation (∂a/∂z) and its input (∂z/∂W = x). Their product is checked by ``gradient_check`` (central differences).
Nets are values: an update returns a new net, so that all nets of a training can be kept and looked at.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lecture.activations import ACTIVATIONS
from lecture.checks import one_of, real, whole

# -- Layers ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Signal:
    """The values in a layer: its input x (n, n_in), z, u and a (n, n_out); u is z, or z after batch norm."""

    x: np.ndarray
    z: np.ndarray
    u: np.ndarray
    a: np.ndarray


@dataclass(frozen=True, eq=False)
class Gradient:
    """The gradients in a layer, for each example, and the mean gradients of its parameters.

    ``above`` is ∂L/∂a (None if loss and activation are differentiated together), ``slope`` ∂a/∂z ((n, n_out), or the
    Jacobian (n, n_out, n_out) of softmax), ``delta`` ∂L/∂z (n, n_out); ``parameters`` has the gradients by name.
    """

    above: np.ndarray | None
    slope: np.ndarray | None
    delta: np.ndarray
    parameters: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Dense:
    """A dense layer, a = f(x W + b), optionally with batch norm before f."""

    W: np.ndarray  # (n_in, n_out)
    b: np.ndarray  # (n_out,)
    activation: str
    norm: "BatchNorm | None" = None

    def __post_init__(self):
        one_of(self.activation, ACTIVATIONS, "activation")
        object.__setattr__(self, "W", np.asarray(self.W, float))
        object.__setattr__(self, "b", np.asarray(self.b, float))
        if self.W.ndim != 2 or self.b.shape != self.W.shape[1:]:
            raise ValueError(f"W must have shape (n_in, n_out) and b (n_out,), got {self.W.shape} and {self.b.shape}.")

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The trained arrays by name."""
        norm = {"gamma": self.norm.gamma, "beta": self.norm.beta} if self.norm else {}
        return {"W": self.W, "b": self.b, **norm}

    def with_parameters(self, parameters: dict[str, np.ndarray]) -> "Dense":
        """Return the layer with other parameters."""
        norm = self.norm and replace(self.norm, gamma=parameters["gamma"], beta=parameters["beta"])
        return replace(self, W=parameters["W"], b=parameters["b"], norm=norm)

    def forward(self, x: np.ndarray, training: bool = False) -> Signal:
        """Return the ``Signal`` for the input ``x`` (n, n_in)."""
        z = x @ self.W + self.b  # (n, n_out)
        u = self.norm.forward(z, training) if self.norm else z  # (n, n_out)
        return Signal(x, z, u, ACTIVATIONS[self.activation](u))

    def backward(self, signal: Signal, above: np.ndarray | None = None, delta: np.ndarray | None = None) -> Gradient:
        """Return the ``Gradient`` of the layer from ∂L/∂a (``above``), or from ∂L/∂u if that is known (``delta``)."""
        slope = None
        if delta is None:
            slope = ACTIVATIONS[self.activation].derivative(signal.u)  # (n, n_out), softmax: (n, n_out, n_out)
            delta = (
                above * slope if slope.ndim == 2 else np.einsum("nk,nkj->nj", np.asarray(above), slope)
            )  # (n, n_out)
        n, norm = len(delta), {}
        if self.norm:
            delta, d_gamma, d_beta = self.norm.backward(signal.z, delta)
            norm = {"gamma": d_gamma / n, "beta": d_beta / n}
        # The mean over the batch of input times delta: one matrix product for all weights and all examples.
        return Gradient(above, slope, delta, {"W": signal.x.T @ delta / n, "b": delta.mean(axis=0), **norm})


# -- The net -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Net:
    """Dense layers, one after the other, and the loss to train them with, to which ``l2`` adds l2 Σ w²."""

    layers: tuple[Dense, ...]
    loss: str = "squared_error"
    l2: float = 0.0

    def __post_init__(self):
        object.__setattr__(self, "layers", tuple(self.layers))
        one_of(self.loss, LOSSES, "loss")
        real(self.l2, "l2", least=0)
        if not self.layers:
            raise ValueError("layers must be one or more Dense layers, got none.")
        for first, second in zip(self.layers, self.layers[1:]):
            if first.W.shape[1] != second.W.shape[0]:
                raise ValueError(
                    f"Each layer must take what the one before gives, got weights {first.W.shape} and {second.W.shape}."
                )
        made_for = LOSSES[self.loss].output
        if made_for and self.layers[-1].activation != made_for:
            raise ValueError(f"{self.loss} needs a {made_for} output, got {self.layers[-1].activation!r}.")
        if made_for == "softmax" and self.layers[-1].W.shape[1] < 2:
            raise ValueError("A softmax output needs two or more units, got 1.")

    @property
    def sizes(self) -> list[int]:
        """Units per layer, inputs first."""
        return [self.layers[0].W.shape[0], *(layer.W.shape[1] for layer in self.layers)]

    @property
    def matrices(self) -> list[np.ndarray]:
        """The weights of each layer with the biases in row 0, (n_in + 1, n_out), as for ``plot_network``."""
        return [np.vstack([layer.b, layer.W]) for layer in self.layers]

    def forward(self, X: ArrayLike, training: bool = False) -> list[Signal]:
        """Return the signals of all layers, first layer first."""
        signals, x = [], _inputs(self, X)
        for layer in self.layers:
            signals.append(layer.forward(x, training))
            x = signals[-1].a
        return signals

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return ŷ (n, n_out)."""
        return self.forward(X)[-1].a

    def loss_of(self, signals: Sequence[Signal], y: np.ndarray) -> float:
        """Return the mean loss over the batch, with the L2 penalty."""
        last = signals[-1]
        return LOSSES[self.loss].value(last.u, last.a, y).mean() + self.l2 * sum((l.W**2).sum() for l in self.layers)

    def backward(self, signals: Sequence[Signal], y: np.ndarray) -> list[Gradient]:
        """Return the gradients of all layers, first layer first, for the targets ``y`` (n, n_out)."""
        error = signals[-1].a - y  # (n, n_out) ŷ - y
        known = "delta" if LOSSES[self.loss].output else "above"
        gradients = [self.layers[-1].backward(signals[-1], **{known: error})]
        for l in reversed(range(len(self.layers) - 1)):
            above = gradients[0].delta @ self.layers[l + 1].W.T  # (n, n_out) from every unit above, by its weight
            gradients.insert(0, self.layers[l].backward(signals[l], above))
        for layer, gradient in zip(self.layers, gradients):
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
        layers = zip(self.layers, signals)
        return replace(self, layers=tuple(replace(l, norm=l.norm.moved(s.z)) if l.norm else l for l, s in layers))


def dense_net(
    sizes: Sequence[int],
    *,
    activation: str = "tanh",
    output: str = "sigmoid",
    loss: str | None = None,
    initializer: str = "glorot_uniform",
    batch_norm: bool = False,
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
    initializer : str
        One of ``INITIALIZERS``.
    batch_norm : bool
        Whether the hidden layers have batch norm before their activation.
    l2 : float
        Factor of the penalty on the squared weights, at least 0.
    seed : int
        Seed of the weights.

    >>> dense_net([2, 3, 1]).sizes
    [2, 3, 1]
    """
    check_sizes(sizes)
    rng = np.random.default_rng(seed)
    layers = []
    for n_in, n_out in itertools.pairwise(sizes):
        W = initial_weights(initializer, n_in, n_out, rng)
        norm = BatchNorm.fresh(n_out) if batch_norm else None
        layers.append(Dense(W, np.zeros(n_out), activation, norm))
    layers[-1] = replace(layers[-1], activation=output, norm=None)
    made_for = {known.output: name for name, known in LOSSES.items()}
    return Net(tuple(layers), loss or made_for.get(output, "squared_error"), l2)


def check_sizes(sizes: Sequence[int]) -> None:
    """Refuse what is not two or more positive layer sizes."""
    try:
        known = len([whole(size, "size", least=1) for size in sizes]) > 1
    except (TypeError, ValueError):
        known = False
    if not known:
        raise ValueError(f"sizes must be two or more positive layer sizes, got {sizes!r}.")


# -- Losses: the value for each example from z or a of the last layer --------------------------------------------------


def _squared_error(z, a, y):
    return ((a - y) ** 2).sum(axis=1) / 2  # (n,)


def _binary_crossentropy(z, a, y):
    return (np.logaddexp(0, z) - y * z).sum(axis=1)  # (n,) -y ln a - (1 - y) ln(1 - a), without the logarithm of 0


def _categorical_crossentropy(z, a, y):
    top = z.max(axis=1, keepdims=True)
    log_a = z - top - np.log(np.exp(z - top).sum(axis=1, keepdims=True))  # (n, n_out)
    return -(y * log_a).sum(axis=1)  # (n,)


@dataclass(frozen=True)
class Loss:
    """A loss of one example, summed over the outputs.

    Its gradient is ŷ - y: with respect to a for the squared error, and with respect to z for the two cross-entropies,
    where the slope of the output activation that belongs to them (``output``) cancels.
    """

    value: Callable  # (z, a, y) -> (n,)
    formula: str
    output: str | None = None


LOSSES = {
    "squared_error": Loss(_squared_error, "½ Σ (ŷ − y)²"),
    "binary_crossentropy": Loss(_binary_crossentropy, "−Σ [y ln ŷ + (1 − y) ln(1 − ŷ)]", output="sigmoid"),
    "categorical_crossentropy": Loss(_categorical_crossentropy, "−Σ y ln ŷ", output="softmax"),
}


def batch(net: Net, X: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return ``X`` (n, n_in) and ``y`` (n, n_out) in float64, checked against the net.

    A single example may have shape (n_in,), and the targets of a single output shape (n,).

    Raises
    ------
    ValueError
        If their shapes do not fit the net or each other, or a value is not finite.
    """
    X = _inputs(net, X)
    y = np.asarray(y, float)
    wanted = (len(X), net.sizes[-1])
    if y.size == np.prod(wanted) and y.ndim < 2:
        y = y.reshape(wanted)
    if y.shape != wanted or not np.isfinite(y).all():
        raise ValueError(f"y must be finite numbers of shape {wanted}, got shape {y.shape}.")
    return X, y


def _inputs(net, X):
    """X as (n, n_in) in float64."""
    X = np.asarray(X, float)
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


# -- The check ---------------------------------------------------------------------------------------------------------


def gradient_check(net: Net, X: ArrayLike, y: ArrayLike, h: float = 1e-5) -> float:
    """Return the error of backpropagation, max |g - ĝ| / max(1, |g| + |ĝ|) over all parameters.

    ĝ = [L(w + h) - L(w - h)] / 2h is the central difference, which takes two forward passes for each parameter. In
    float64 the error of a correct implementation is far below 1e-6, unless a ReLU switches between the two passes
    (``distance_to_kink``).
    """
    real(h, "h", least=1e-12)
    X, y = batch(net, X, y)
    worst = 0.0
    for i, known in enumerate(gradients(net, X, y)):
        for name, g in known.items():
            for at in np.ndindex(g.shape):
                g_hat = nudged_derivative(net, X, y, layer=i, name=name, at=at, h=h)
                worst = max(worst, abs(g[at] - g_hat) / max(1, abs(g[at]) + abs(g_hat)))
    return float(worst)


def nudged_derivative(
    net: Net, X: ArrayLike, y: ArrayLike, *, layer: int, name: str, at: tuple[int, ...], h: float
) -> float:
    """Return [L(w + h) - L(w - h)] / 2h, where w is the entry ``at`` of a parameter of a layer (from 0)."""
    up, down = (loss(_nudged(net, layer, name, at, step), X, y, training=True) for step in (h, -h))
    return float((up - down) / (2 * h))


def _nudged(net, i, name, at, step):
    """The net with one entry of a parameter of layer ``i`` changed by ``step``."""
    parameters = net.layers[i].parameters
    parameters[name] = parameters[name].copy()
    parameters[name][at] += step
    return replace(net, layers=(*net.layers[:i], net.layers[i].with_parameters(parameters), *net.layers[i + 1 :]))


def distance_to_kink(net: Net, X: ArrayLike) -> float:
    """Return how close to 0 a unit whose activation has a kink there (ReLU) comes on ``X``; inf if there is none."""
    signals = net.forward(X, training=True)
    kinked = [s.u for layer, s in zip(net.layers, signals) if ACTIVATIONS[layer.activation].kink]
    return min((float(np.abs(u).min()) for u in kinked), default=np.inf)


# -- Batch normalization -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class BatchNorm:
    """Batch normalization (Ioffe & Szegedy 2015, algorithm 1): each unit to mean 0 and variance 1, then γ and β.

    In training the mean and variance are those of the batch; in prediction they are moving averages from training, so
    that a prediction does not depend on the other examples in the batch. Names and defaults are those of Keras.
    """

    gamma: np.ndarray  # (n_out,)
    beta: np.ndarray  # (n_out,)
    moving_mean: np.ndarray  # (n_out,)
    moving_variance: np.ndarray  # (n_out,)
    momentum: float = 0.99
    epsilon: float = 1e-3

    @classmethod
    def fresh(cls, n_units: int) -> "BatchNorm":
        """Return the initial layer: γ = 1, β = 0, moving averages 0 and 1."""
        return cls(np.ones(n_units), np.zeros(n_units), np.zeros(n_units), np.ones(n_units))

    def _standardize(self, z, training):
        """The standardized z (n, n_out), and the standard deviation (n_out,) that it was divided by."""
        mean, variance = (z.mean(axis=0), z.var(axis=0)) if training else (self.moving_mean, self.moving_variance)
        spread = np.sqrt(variance + self.epsilon)
        return (z - mean) / spread, spread

    def forward(self, z: np.ndarray, training: bool) -> np.ndarray:
        """Return γ ẑ + β (n, n_out)."""
        return self.gamma * self._standardize(z, training)[0] + self.beta

    def backward(self, z: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return ∂L/∂z (n, n_out), ∂L/∂γ and ∂L/∂β (n_out,) from ∂L/∂(γ ẑ + β), in training."""
        z_hat, spread = self._standardize(z, training=True)
        d_z_hat = above * self.gamma  # (n, n_out)
        # Mean and variance depend on all examples, so each example's gradient loses what these two absorb.
        absorbed = d_z_hat.mean(axis=0) + z_hat * (d_z_hat * z_hat).mean(axis=0)
        return (d_z_hat - absorbed) / spread, (above * z_hat).sum(axis=0), above.sum(axis=0)

    def moved(self, z: np.ndarray) -> "BatchNorm":
        """Return the layer with its moving averages one step closer to the mean and variance of ``z``."""
        keep, new = self.momentum, 1 - self.momentum
        return replace(
            self,
            moving_mean=keep * self.moving_mean + new * z.mean(axis=0),
            moving_variance=keep * self.moving_variance + new * z.var(axis=0),
        )


# -- Initializers: the standard deviation of the weights, from the number of inputs and outputs of a layer ------------

SCALES = {
    "zeros": lambda n_in, n_out: 0.0,
    "small": lambda n_in, n_out: 0.01,
    "large": lambda n_in, n_out: 1.0,
    "glorot": lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)),  # Glorot & Bengio 2010, eq. 12 (their eq. 16: uniform)
    "he": lambda n_in, n_out: np.sqrt(2 / n_in),  # He et al. 2015, eq. 10
}
DISTRIBUTIONS = ("normal", "uniform")
INITIALIZERS = ("zeros", *(f"{scale}_{shape}" for scale in list(SCALES)[1:] for shape in DISTRIBUTIONS))


def initial_weights(initializer: str, n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """Return random weights (n_in, n_out) from one of ``INITIALIZERS``, such as ``"glorot_uniform"``.

    A uniform distribution on ±√3 σ has the same standard deviation σ as the normal one. (Keras truncates its normal
    distributions at 2 σ and rescales them to the same σ.)
    """
    one_of(initializer, INITIALIZERS, "initializer")
    scale, _, shape = initializer.partition("_")
    sigma = SCALES[scale](n_in, n_out)
    if shape == "uniform":
        return rng.uniform(-np.sqrt(3) * sigma, np.sqrt(3) * sigma, size=(n_in, n_out))
    return rng.normal(0, sigma, size=(n_in, n_out)) if sigma else np.zeros((n_in, n_out))
