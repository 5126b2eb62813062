"""The gradient of the loss, and its norm."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.landscape.losses import Loss
from lecture.landscape.parameters import Model, names
from lecture.landscape.problem import problem


@dataclass(frozen=True, eq=False)
class Norms:
    """How large a gradient is; numbers, or arrays (R,) for R rows of weights.

    Attributes
    ----------
    total : float or array (R,)
        Euclidean norm of the whole gradient.
    by_variable : dict of str to float or array (R,)
        Norm of each variable's part.
    sum_of_norms : float or array (R,)
        The parts' norms added up: what some reports call the gradient's norm. It is larger than ``total``.
    """

    total: float | np.ndarray
    by_variable: dict[str, float | np.ndarray]
    sum_of_norms: float | np.ndarray

    def describe(self) -> str:
        """Return the norms in a sentence."""
        largest = max(self.by_variable, key=lambda name: np.mean(self.by_variable[name]))
        return f"gradient of norm {np.mean(self.total):.3g}, most of it in {largest}"


def gradient(
    model: Model, X: ArrayLike, y: ArrayLike, *, loss: Loss | None = None, at: ArrayLike | None = None
) -> np.ndarray:
    """Return the gradient of the mean loss by all trainable weights.

    Parameters
    ----------
    model : keras.Model or Replicas
        Batch norm and dropout run as in inference.
    X, y : arrays
        Examples.
    loss : str, keras.losses.Loss or callable, optional
        The loss that the model is compiled with by default; needed with replicas. Penalties that a Keras model carries
        are part of it, as in ``evaluate``.
    at : array (P,) or (K, P), optional
        Weights to measure at instead of the model's own.

    Returns
    -------
    array (P,), or (R, P) for replicas and rows of weights

    Raises
    ------
    ValueError
        If something does not fit, or the loss is not finite.
    """
    task = problem(model, X, y, loss=loss, at=at)
    task.check_finite()
    return task.given_back(task.gradients())


def gradient_norm(
    model: Model, X: ArrayLike, y: ArrayLike, *, loss: Loss | None = None, at: ArrayLike | None = None
) -> Norms:
    """Return the norm of the gradient, of the whole and of each variable; arguments as for ``gradient``."""
    values = gradient(model, X, y, loss=loss, at=at).astype(float)
    parts = {name: np.linalg.norm(values[..., place], axis=-1) for name, place in names(model).items()}
    return Norms(np.linalg.norm(values, axis=-1), parts, np.sum([*parts.values()], axis=0))
