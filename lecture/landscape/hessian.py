"""Second derivatives of the loss: the whole matrix of a small model, products with vectors of a large one."""

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real
from lecture.landscape import kinks
from lecture.landscape.arrays import numbers
from lecture.landscape.losses import Loss, chosen
from lecture.landscape.parameters import Model
from lecture.landscape.problem import Problem, problem

MAX_BYTES = 2 * 2**30


def hessian_vector(
    model: Model, X: ArrayLike, y: ArrayLike, v: ArrayLike, *, loss: Loss | None = None, at: ArrayLike | None = None
) -> np.ndarray:
    """Return the Hessian of the mean loss times one or several vectors, without the Hessian.

    Each product costs about two gradients (Pearlmutter, 1994).

    Parameters
    ----------
    model : keras.Model or Replicas
    X, y : arrays
        Examples.
    v : array (P,) or (k, P)
        For one Keras model; (R, P), a vector each, for replicas or rows of weights.
    loss, at
        As for ``gradient``.

    Returns
    -------
    array of the shape of ``v``

    Raises
    ------
    ValueError
        If something does not fit, or the loss is not finite.
    """
    task = problem(model, X, y, loss=loss, at=at)
    vectors = numbers(v, "v").astype(task.dtype)
    P = task.n_parameters
    wanted = f"({P},) or (k, {P})" if task.is_single else f"{task.theta.shape}"
    fits = vectors.shape[-1:] == (P,) and (
        vectors.ndim in (1, 2) if task.is_single else vectors.shape == task.theta.shape
    )
    if not fits:
        raise ValueError(f"v must have shape {wanted}, got {vectors.shape}.")
    if not np.isfinite(vectors).all():
        raise ValueError("v must be finite, and has numbers that are not.")
    task.check_finite()
    rows = np.atleast_2d(vectors)
    found = task.products(rows, np.broadcast_to(task.theta, rows.shape) if task.is_single else task.theta)
    return found.reshape(vectors.shape)


def hessian(
    model: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: Loss | None = None,
    at: ArrayLike | None = None,
    dtype: str = "float64",
    max_bytes: float = MAX_BYTES,
) -> np.ndarray:
    """Return the exact Hessian of the mean loss.

    Chains of dense layers take two products of matrices for each pair of layers; other models go through once for each
    weight.

    Parameters
    ----------
    model : keras.Model or Replicas
    X, y : arrays
        Examples.
    loss, at
        As for ``gradient``.
    dtype : "float64" or "float32"
        Precision of the computation.
    max_bytes : float
        Memory that the Hessians may take, at most, in bytes.

    Returns
    -------
    array (P, P), or (R, P, P) for replicas and rows of weights

    Raises
    ------
    ValueError
        If something does not fit, or the Hessians are too large: the sentence says how large.
    """
    kinks.look(model, chosen(model, loss))
    task = problem(model, X, y, loss=loss, at=at, dtype=dtype)
    return task.given_back(hessians(task, max_bytes))


def hessians(task: Problem, max_bytes: float = MAX_BYTES) -> np.ndarray:
    """Return the Hessians (R, P, P) of a problem, symmetric to the last digit.

    Raises
    ------
    ValueError
        If they are too large, or the loss is not finite.
    """
    check_size(task, max_bytes)
    task.check_finite()
    _, found = task.derivatives()
    return (found + found.swapaxes(1, 2)) / 2


def check_size(task: Problem, max_bytes: float) -> None:
    """Refuse Hessians that take more memory than they may.

    Raises
    ------
    ValueError
        With the number.
    """
    R, P = task.theta.shape
    size = R * P * P * task.dtype.itemsize
    if size > real(max_bytes, "max_bytes", least=1):
        raise ValueError(
            f"the Hessians must fit into {max_bytes / 2**30:.3g} GB, and {R} of {P} × {P} numbers take "
            f"{size / 2**30:.3g} GB: take spectrum(…, k=10) for the largest eigenvalues, or trace and density."
        )
