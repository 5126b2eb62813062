"""The examples that a loss is measured on, checked."""

import numpy as np
from numpy.typing import ArrayLike

from lecture.landscape.parameters import Model
from lecture.replicas import Replicas


def checked(model: Model, X: ArrayLike, y: ArrayLike, *, sparse: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return X and y as arrays that belong together: y with an axis of columns, unless it holds class numbers.

    Raises
    ------
    ValueError
        If they are empty, of different lengths or not finite, or X has not the shape that the model takes.
    """
    X, y = checked_inputs(model, X), np.asarray(y)
    if isinstance(model, Replicas) and X.ndim == 2 and y.ndim == 3:  # the same inputs, labels of their own
        X = np.broadcast_to(X, (len(model), *X.shape))
    own = isinstance(model, Replicas) and X.ndim == 3
    if y.ndim < 1 + own:
        raise ValueError(f"y must have a row for each example, got shape {y.shape}.")
    if len(y) != len(X) or (own and y.shape[:2] != X.shape[:2]):
        raise ValueError(f"X and y must be equally long, got {X.shape[: 1 + own]} and {y.shape[: 1 + own]}.")
    if not np.isfinite(y.astype(float)).all():
        raise ValueError(
            f"y must be finite, got {np.count_nonzero(~np.isfinite(y.astype(float)))} values that are not."
        )
    if sparse:
        return X, y.reshape(X.shape[: 1 + own]).astype(np.int32)
    return X, y[..., None] if y.ndim == 1 + own else y


def checked_inputs(model: Model, X: ArrayLike) -> np.ndarray:
    """Return X as an array of what the model takes.

    Raises
    ------
    ValueError
        If it is empty, not finite, or of another shape.
    """
    X = np.asarray(X)
    if X.dtype.kind not in "iufb" or X.ndim < 2 or not X.size:
        raise ValueError(f"X must be numbers, with a row for each of one or more examples, got shape {X.shape}.")
    if not np.isfinite(X).all():
        raise ValueError(f"X must be finite, got {np.count_nonzero(~np.isfinite(X))} values that are not.")
    if isinstance(model, Replicas):
        n_inputs, R = model.net.sizes[0], len(model)
        if X.shape[-1] != n_inputs or X.ndim > 3 or (X.ndim == 3 and len(X) != R):
            raise ValueError(f"X must have shape (n, {n_inputs}) or ({R}, n, {n_inputs}), got {X.shape}.")
        return X
    wanted = getattr(model, "input_shape", None)
    if isinstance(wanted, tuple) and not _fits(X.shape, wanted):
        raise ValueError(f"X must have shape {wanted}, as the model's input, got {X.shape}.")
    return X


def _fits(shape, wanted):
    return len(shape) == len(wanted) and all(b is None or a == b for a, b in zip(shape[1:], wanted[1:]))
