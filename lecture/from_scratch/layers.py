"""The layers of a net: from x to z, then a = f(z), and back.

A layer knows its own derivatives only: those of its parameters, and ``back``, the gradient for the layer below it.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from lecture.activations import ACTIVATIONS
from lecture.checks import one_of

DTYPES = ("float64", "float32", "complex128")


@dataclass(frozen=True, eq=False)
class Signal:
    """The values in a layer: its input x (n, n_in), z and a (n, n_out); axes before these are for many nets at once.

    ``standardized`` is what batch norm keeps of the way, a ``Standardized``; None in a dense layer.
    """

    x: np.ndarray
    z: np.ndarray
    a: np.ndarray
    standardized: Any = None


@dataclass(frozen=True, eq=False)
class Standardized:
    """ẑ = (x - mean) / spread, (n, n_units), and the statistics it was made with, each (1, n_units)."""

    z_hat: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    spread: np.ndarray


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


class Layer:
    """What all layers share: the activation after z, going forward and backward."""

    activation: str
    dtype: str

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The trained arrays by name."""
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of inputs and of outputs."""
        raise NotImplementedError

    def forward(self, x: np.ndarray, training: bool = False) -> Signal:
        """Return the ``Signal`` for the input ``x`` (n, n_in)."""
        raise NotImplementedError

    def back(self, signal: Signal, delta: np.ndarray) -> np.ndarray:
        """Return ∂L/∂x (n, n_in) from ∂L/∂z (n, n_out), in training."""
        raise NotImplementedError

    def parameter_gradients(self, signal: Signal, delta: np.ndarray) -> dict[str, np.ndarray]:
        """Return the mean gradient over the batch of each parameter from ∂L/∂z (n, n_out)."""
        raise NotImplementedError

    def backward(self, signal: Signal, above: np.ndarray | None = None, delta: np.ndarray | None = None) -> Gradient:
        """Return the ``Gradient`` of the layer from ∂L/∂a (``above``), or from ∂L/∂z if that is known (``delta``)."""
        slope = None
        if delta is None:
            slope = ACTIVATIONS[self.activation].derivative(signal.z)  # (n, n_out), softmax: (n, n_out, n_out)
            delta = (
                above * slope if slope.ndim == 2 else np.einsum("nk,nkj->nj", np.asarray(above), slope)
            )  # (n, n_out)
        return Gradient(above, slope, delta, self.parameter_gradients(signal, delta))

    def with_parameters(self, parameters: dict[str, np.ndarray]) -> Self:
        """Return the layer with other parameters."""
        return replace(self, **parameters)  # ty: ignore[invalid-argument-type]

    def moved(self, signal: Signal) -> Self:
        """Return the layer as a pass in training leaves it: with other moving averages, if it has any."""
        return self

    def activated(self, z: np.ndarray) -> np.ndarray:
        """Return a = f(z), for complex numbers too."""
        return ACTIVATIONS[self.activation].function(z)


def as_arrays(layer: Layer, *names: str) -> None:
    """Make arrays of the layer's dtype of what was given, and check dtype and activation, once it is built."""
    one_of(layer.dtype, DTYPES, "dtype")
    one_of(layer.activation, ACTIVATIONS, "activation")
    for name in names:
        object.__setattr__(layer, name, np.asarray(getattr(layer, name), layer.dtype))


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    """A dense layer, a = f(x W + b)."""

    W: np.ndarray  # (n_in, n_out)
    b: np.ndarray  # (n_out,)
    activation: str  # ty: ignore[incompatible-attribute-override]
    dtype: str = field(default="float64", kw_only=True)  # ty: ignore[incompatible-attribute-override]

    def __post_init__(self):
        as_arrays(self, "W", "b")
        if self.W.ndim != 2 or self.b.shape != self.W.shape[1:]:
            raise ValueError(f"W must have shape (n_in, n_out) and b (n_out,), got {self.W.shape} and {self.b.shape}.")

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The trained arrays by name."""
        return {"W": self.W, "b": self.b}

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of inputs and of outputs."""
        return self.W.shape

    def forward(self, x: np.ndarray, training: bool = False) -> Signal:
        """Return the ``Signal`` for the input ``x`` (n, n_in)."""
        z = x @ self.W + self.b  # (n, n_out)
        return Signal(x, z, self.activated(z))

    def back(self, signal: Signal, delta: np.ndarray) -> np.ndarray:
        """Return ∂L/∂x (n, n_in): to each input from every unit, by its weight."""
        return delta @ self.W.T

    def parameter_gradients(self, signal: Signal, delta: np.ndarray) -> dict[str, np.ndarray]:
        """Return the mean over the batch of input times delta: one matrix product for all weights and all examples."""
        return {"W": signal.x.T @ (delta / len(delta)), "b": delta.mean(axis=0)}
