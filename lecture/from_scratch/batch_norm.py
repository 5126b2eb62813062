"""Batch normalization: the layer, its gradient in closed form, and five ways to get that wrong."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, real, whole
from lecture.from_scratch.layers import Layer, Signal, Standardized, as_arrays

if TYPE_CHECKING:
    from lecture.from_scratch.net import Net

FEWEST = 3  # with two examples ẑ is ±1 whatever z is, with one it is 0

FAULTS = {
    "variance": "The variance of the batch is taken for a constant.",
    "mean and variance": "The mean and the variance of the batch are taken for constants.",
    "sums": "Sums over the batch stand where the formula has means.",
    "gamma": "The factor γ is forgotten, which shows once it is no longer 1.",
    "n - 1": "The batch is counted as n - 1 examples, as for an unbiased variance.",
}


@dataclass(frozen=True, eq=False)
class BatchNorm(Layer):
    """Batch normalization (Ioffe & Szegedy 2015, algorithm 1), z = γ x̂ + β, and then a = f(z).

    x̂ is the input with mean 0 and variance 1 in each unit. In training the mean and variance are those of the batch
    (variances are biased, 1/n); in prediction they are moving averages from training, so that a prediction does not
    depend on the other examples in the batch. Names and defaults are those of Keras. In the network it follows a dense
    layer whose activation is linear, and has the activation of both.
    """

    gamma: np.ndarray  # (n_units,)
    beta: np.ndarray  # (n_units,)
    moving_mean: np.ndarray  # (n_units,)
    moving_variance: np.ndarray  # (n_units,)
    momentum: float = 0.99
    epsilon: float = 1e-3
    activation: str = field(default="linear", kw_only=True)  # ty: ignore[incompatible-attribute-override]
    fault: str | None = field(default=None, kw_only=True)  # a key of FAULTS, to see what a wrong gradient does
    dtype: str = field(default="float64", kw_only=True)  # ty: ignore[incompatible-attribute-override]

    def __post_init__(self):
        arrays = ("gamma", "beta", "moving_mean", "moving_variance")
        as_arrays(self, *arrays)
        shapes = {np.shape(getattr(self, name)) for name in arrays}
        if len(shapes) > 1 or self.gamma.ndim != 1 or not self.gamma.size:
            raise ValueError(
                "gamma, beta, moving_mean and moving_variance must have the same shape (n_units,), "
                f"got {', '.join(str(np.shape(getattr(self, name))) for name in arrays)}."
            )
        real(self.momentum, "momentum", least=0, below=1)
        real(self.epsilon, "epsilon", least=0)
        if self.fault is not None:
            one_of(self.fault, FAULTS, "fault")

    @classmethod
    def fresh(
        cls,
        n_units: int,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        *,
        activation: str = "linear",
        fault: str | None = None,
    ) -> "BatchNorm":
        """Return the initial layer: γ = 1, β = 0, moving averages 0 and 1.

        Parameters
        ----------
        n_units : int
            Units of the layer before it.
        momentum : float
            Share of the moving averages that stays when a batch moves them, in [0, 1).
        epsilon : float
            Added to the variance, at least 0. A unit whose variance is far below it stays as small as it is.
        activation : str
            Activation after batch norm, a key of ``ACTIVATIONS``.
        fault : str, optional
            Key of ``FAULTS``: what the backward pass gets wrong.

        Raises
        ------
        ValueError
            If a number is out of range, or a name unknown.
        """
        whole(n_units, "n_units", least=1)
        ones, zeros = np.ones(n_units), np.zeros(n_units)
        return cls(ones, zeros, zeros, ones, momentum, epsilon, activation=activation, fault=fault)

    @staticmethod
    def refreshed(net: "Net", X: ArrayLike) -> "Net":
        """Return the net with the statistics of ``X`` instead of all moving averages (Wu & Johnson 2021).

        Moving averages lag behind the weights, the more the higher the learning rate; these do not. Those of a layer
        are computed from what the layers before it give with theirs.

        Parameters
        ----------
        net : lecture.from_scratch.Net
            Net with batch norm.
        X : array (n, n_in)
            Inputs, at least 3 and better thousands.

        Raises
        ------
        ValueError
            If there are fewer than three examples, or epsilon is 0 and a unit is constant.
        """
        layers = []
        for layer, signal in zip(net.layers, net.forward(X, training=True)):
            found = signal.standardized
            if isinstance(layer, BatchNorm):
                layer = replace(layer, moving_mean=found.mean[0], moving_variance=found.variance[0])
            layers.append(layer)
        return replace(net, layers=tuple(layers))

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The trained arrays by name."""
        return {"gamma": self.gamma, "beta": self.beta}

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of inputs and of outputs, which are the same."""
        return len(self.gamma), len(self.gamma)

    def forward(self, x: np.ndarray, training: bool = False) -> Signal:
        """Return the ``Signal`` for the input ``x`` (n, n_units).

        Raises
        ------
        ValueError
            If there are fewer than three examples in training, or epsilon is 0 and a unit is constant.
        """
        made = _standardize(x, self.epsilon, None if training else (self.moving_mean[None], self.moving_variance[None]))
        z = self.gamma * made.z_hat + self.beta
        return Signal(x, z, self.activated(z), made)

    def back(self, signal: Signal, delta: np.ndarray) -> np.ndarray:
        """Return ∂L/∂x (n, n_units) from ∂L/∂z, in training."""
        return _gradient(signal.standardized, delta, self.gamma, self.fault)

    def parameter_gradients(self, signal: Signal, delta: np.ndarray) -> dict[str, np.ndarray]:
        """Return the mean gradients of γ and β over the batch."""
        z_hat = signal.standardized.z_hat
        return {"gamma": (delta * z_hat).mean(axis=0), "beta": delta.mean(axis=0)}

    def moved(self, signal: Signal) -> "BatchNorm":
        """Return the layer with its moving averages one step closer to the statistics of a batch."""
        keep, new, found = self.momentum, 1 - self.momentum, signal.standardized
        return replace(
            self,
            moving_mean=keep * self.moving_mean + new * found.mean[0],
            moving_variance=keep * self.moving_variance + new * found.variance[0],
        )


def batch_norm_gradient(
    z: ArrayLike, above: ArrayLike, gamma: ArrayLike, epsilon: float, *, fault: str | None = None
) -> np.ndarray:
    """Return ∂L/∂z of batch normalization in training, in closed form.

    With d = ∂L/∂ẑ = γ ∂L/∂out it is (d - mean(d) - ẑ mean(d ẑ)) / √(variance + ε): mean and variance depend on all
    examples, so each example's gradient loses what these two absorb.

    Parameters
    ----------
    z : array (n, n_units)
        Inputs, three examples or more.
    above : array (n, n_units)
        Gradient ∂L/∂out of what batch normalization gives.
    gamma : array (n_units,)
        Factors γ.
    epsilon : float
        Number added to the variance, at least 0.
    fault : str, optional
        Key of ``FAULTS``: what to get wrong. The right gradient if None.

    Returns
    -------
    ndarray (n, n_units)

    Raises
    ------
    ValueError
        If the shapes do not fit, there are fewer than three examples, or epsilon is 0 and a unit is constant.
    """
    z, above, gamma = checked(z, above, gamma)
    real(epsilon, "epsilon", least=0)
    if fault is not None:
        one_of(fault, FAULTS, "fault")
    return _gradient(_standardize(z, epsilon), above, gamma, fault)


def checked(z: ArrayLike, above: ArrayLike, *factors: ArrayLike) -> tuple[np.ndarray, ...]:
    """Return inputs and gradients (n, n_units), and factors (n_units,), in float64, or refuse their shapes."""
    z, above, *rest = (np.asarray(array, float) for array in (z, above, *factors))
    if z.ndim != 2 or above.shape != z.shape or any(array.shape != z.shape[1:] for array in rest):
        shapes = ", ".join(str(array.shape) for array in (z, above, *rest))
        raise ValueError(f"z and above must have shape (n, n_units), gamma and beta (n_units,), got {shapes}.")
    if not all(np.isfinite(array).all() for array in (z, above, *rest)):
        raise ValueError("z, above, gamma and beta must be finite numbers, got some that are not.")
    return z, above, *rest


def check_count(n: int) -> None:
    """Refuse a batch of fewer than three examples."""
    if n < FEWEST:
        raise ValueError(f"Batch norm needs {FEWEST} examples or more to say anything in training, got {n}.")


def _standardize(x, epsilon, statistics=None):
    """The ``Standardized`` x (…, n, m), by these statistics (mean, variance), or by its own."""
    if statistics is None:
        check_count(x.shape[-2])
        mean = x.mean(axis=-2, keepdims=True)
        centred = x - mean
        variance = (centred * centred).mean(axis=-2, keepdims=True)  # np.var would take |·|² of complex numbers
    else:
        mean, variance = statistics
        centred = x - mean
    if epsilon == 0 and not variance.all():
        raise ValueError(
            "Batch norm with epsilon 0 cannot standardize a unit that is the same for all examples, "
            f"got {int((variance == 0).sum())} of {variance.size} such units."
        )
    spread = np.sqrt(variance + epsilon)
    return Standardized(centred / spread, mean, variance, spread)


def _gradient(made, above, gamma, fault=None):
    """∂L/∂x from ∂L/∂z, with x as ``made`` has standardized it."""
    n = len(made.z_hat)
    share = {"sums": 1, "n - 1": 1 / (n - 1)}.get(fault, 1 / n)
    d = above if fault == "gamma" else above * gamma  # (n, m) ∂L/∂ẑ
    absorbed = 0 if fault == "mean and variance" else share * d.sum(axis=0)  # by the mean
    if fault not in ("variance", "mean and variance"):
        absorbed = absorbed + made.z_hat * (share * (d * made.z_hat).sum(axis=0))  # by the variance
    return (d - absorbed) / made.spread
