"""Activation functions and their derivatives, in one registry.

>>> relu = ACTIVATIONS["relu"]
>>> relu([-2.0, 3.0]), relu.derivative([-2.0, 3.0])
(array([0., 3.]), array([0., 1.]))

All take arrays of any shape (integers become float64, float32 stays), and none overflows, even at ±1000. Names and
defaults are those of Keras. A new activation is a function, its slope and a row in ``ACTIVATIONS``.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, real

NEGATIVE_SLOPE = 0.2  # of the leaky ReLU: the default of `negative_slope` in keras.activations.leaky_relu


@dataclass(frozen=True)
class Activation:
    """A function that a layer applies to its z = Wx + b, callable, with its derivative.

    Attributes
    ----------
    name : str
        Name in Keras.
    formula : str
        Formula in plain text, for titles and alternative texts.
    function : callable
        The function of an array of floats.
    slope : callable
        Its derivative; for softmax the Jacobian.
    role : {"hidden", "output"}
        Layers that it is used for; sigmoid, which is used for both, counts as hidden.
    kink : bool
        Whether the derivative jumps at 0, where it has the value of its left side, as in Keras.
    note : str
        Remark for figures.
    analytic : bool
        Whether ``function`` takes complex numbers and is analytic beside its kink, as a derivative by a complex step
        needs it.
    """

    name: str
    formula: str
    function: Callable
    slope: Callable
    role: str = "hidden"
    kink: bool = False
    note: str = ""
    analytic: bool = True

    def __call__(self, z: ArrayLike) -> np.ndarray:
        """Return the activations a = f(z), in the shape of ``z``; softmax works along the last axis.

        Raises
        ------
        ValueError
            If ``z`` is not real numbers, or a single number for softmax.
        """
        return self.function(self._checked(z))

    def derivative(self, z: ArrayLike) -> np.ndarray:
        """Return f'(z), in the shape of ``z``; for softmax the Jacobian.

        The Jacobian of ``z`` of shape (..., k) has shape (..., k, k): its entry [..., i, j] is ∂a_i/∂z_j.

        Raises
        ------
        ValueError
            As for the function itself.
        """
        return self.slope(self._checked(z))

    def _checked(self, z):
        """z as an array of floats."""
        array = np.asarray(z)
        if array.dtype.kind not in "iuf":
            raise ValueError(f"{self.name} must be given real numbers, got {z!r}.")
        if self.function is softmax and array.ndim == 0:
            raise ValueError(f"softmax must be given an array with one or more axes, got the single number {z!r}.")
        return array if array.dtype.kind == "f" else array.astype(float)


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-z)), computed from exp(-|z|), which cannot overflow."""
    e = np.exp(-_size(z))
    return np.where(z.real >= 0, 1, e) / (1 + e)


def softplus(z: np.ndarray) -> np.ndarray:
    """Return log(1 + exp(z)), computed from exp(-|z|), which cannot overflow."""
    return _positive(z) + np.log1p(np.exp(-_size(z)))


def _size(z):
    """|z|; of complex numbers ±z with the real part positive, which is analytic beside 0."""
    return np.where(z.real >= 0, z, -z)


def _positive(z):
    """max(z, 0), by the real part of complex numbers."""
    return np.where(z.real <= 0, 0, z)  # nan stays nan


def _sigmoid_derivative(z):
    a = sigmoid(z)
    return a * (1 - a)


def softmax(z: np.ndarray) -> np.ndarray:
    """Return exp(z_i) / Σ_j exp(z_j) along the last axis, with the maximum subtracted to prevent overflow."""
    e = np.exp(z - z.real.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _softmax_jacobian(z):
    a = softmax(z)  # (..., k)
    return a[..., :, None] * (np.eye(a.shape[-1], dtype=a.dtype) - a[..., None, :])  # a_i (δ_ij - a_j)


def _elu_derivative(z):
    return np.exp(np.minimum(z, 0))


_erfc = np.vectorize(math.erfc, otypes=[float])  # NumPy has no error function


def _normal_cdf(z):
    """Φ(z) = ½ (1 + erf(z/√2)), computed as ½ erfc(-z/√2), which is exact far to the left, too."""
    return (0.5 * _erfc(-z / math.sqrt(2))).astype(z.dtype)


def _gelu(z):
    return z * _normal_cdf(z)


def _gelu_derivative(z):
    return _normal_cdf(z) + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _silu_derivative(z):
    a = sigmoid(z)
    return a * (1 + z * (1 - a))


def _leaky(z):
    return np.where(z.real > 0, z, NEGATIVE_SLOPE * z)


def _step(z, left):
    """The derivative of a function with a kink: ``left`` up to 0, 1 after."""
    return np.where(z > 0, 1, left).astype(z.dtype)


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", "1 / (1 + exp(-z))", sigmoid, _sigmoid_derivative),
        Activation("tanh", "2 / (1 + exp(-2z)) - 1", np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        Activation("relu", "max(0, z)", _positive, lambda z: _step(z, 0), kink=True),
        Activation(
            "leaky_relu",
            f"z for z > 0, else {NEGATIVE_SLOPE} z",
            _leaky,
            lambda z: _step(z, NEGATIVE_SLOPE),
            kink=True,
            note=f"negative_slope = {NEGATIVE_SLOPE}, Keras' default",
        ),
        Activation(
            "elu",
            "z for z > 0, else exp(z) - 1",
            lambda z: np.where(z.real > 0, z, np.expm1(np.where(z.real > 0, 0, z))),
            _elu_derivative,
        ),
        Activation(
            "gelu",
            "z Φ(z) = ½ z (1 + erf(z / √2))",
            _gelu,
            _gelu_derivative,
            analytic=False,  # it is, but its error function, math.erfc, takes real numbers only
        ),
        Activation("silu", "z sigmoid(z)", lambda z: z * sigmoid(z), _silu_derivative),
        Activation("softplus", "log(1 + exp(z))", softplus, sigmoid),
        Activation("linear", "z", lambda z: z.copy(), np.ones_like, role="output"),
        Activation("softmax", "exp(zᵢ) / Σ exp(zⱼ)", softmax, _softmax_jacobian, role="output"),
    )
}


def get(name: str) -> Activation:
    """Return the activation of this name.

    Raises
    ------
    ValueError
        If there is none; the message lists all names.
    """
    return ACTIVATIONS[one_of(name, ACTIVATIONS, "activation")]


def smooth_labels(y: ArrayLike, alpha: float) -> np.ndarray:
    """Return (1 - α) y + α / k, targets that keep a classifier from becoming over-confident.

    Parameters
    ----------
    y : array of shape (..., k)
        One-hot labels, or probabilities, of k classes.
    alpha : float
        Strength from 0, which changes nothing, to 1, which makes all classes equal.

    Returns
    -------
    ndarray of shape (..., k)
        Smoothed labels, whose sums along the last axis stay 1.

    Raises
    ------
    ValueError
        If ``alpha`` is out of range, or ``y`` is a single number.

    Notes
    -----
    Source: Szegedy et al., Rethinking the Inception Architecture (2016), section 7.

    >>> smooth_labels([0, 1], 0.1)
    array([0.05, 0.95])
    """
    y = np.asarray(y, dtype=float)
    if y.ndim == 0:
        raise ValueError(f"y must have an axis of classes, got the single number {y}.")
    alpha = real(alpha, "alpha", least=0, most=1)
    return (1 - alpha) * y + alpha / y.shape[-1]
