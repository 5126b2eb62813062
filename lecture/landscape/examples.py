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
        If they are empty, of different lengths or not finite, X has not the shape that the model takes, or y not that
        of its outputs.
    """
    X, y = checked_inputs(model, X), np.asarray(y)
    if y.dtype.kind not in "iufb":
        raise ValueError(f"y must be numbers, got {_kind(y)}.")
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
    wanted = _output_shape(model)
    if sparse:
        return X, _class_numbers(y, X.shape[: 1 + own], wanted)
    y = y[..., None] if y.ndim == 1 + own else y
    if wanted is not None and not _fits(y.shape[own:], wanted):
        raise ValueError(f"y must have shape {wanted} with this loss, as the model's outputs, got {y.shape[own:]}.")
    return X, y


def checked_inputs(model: Model, X: ArrayLike) -> np.ndarray:
    """Return X as an array of what the model takes.

    Raises
    ------
    ValueError
        If it is empty, not finite, or of another shape.
    """
    X = np.asarray(X)
    if not isinstance(model, Replicas):
        _check_ends(model)
    if X.dtype.kind not in "iufb":
        raise ValueError(f"X must be numbers, got {_kind(X)}.")
    if X.ndim < 2 or not X.size:
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


def _check_ends(model):
    """Refuse a model with several inputs or outputs."""
    for end in ("input", "output"):
        shape = getattr(model, f"{end}_shape", None)
        if isinstance(shape, (list, dict)) and len(shape) > 1:
            raise ValueError(f"model must have one {end}, and {model.name!r} has {len(shape)}.")


def _output_shape(model):
    """The shape of a model's outputs, None where it is open; None if the model does not know."""
    if isinstance(model, Replicas):
        return (None, model.net.sizes[-1])
    shape = getattr(model, "output_shape", None)
    return shape if isinstance(shape, tuple) and len(shape) > 1 else None


def _class_numbers(y, shape, outputs):
    """Class numbers as integers of a shape, (n,) or (R, n)."""
    if y.shape not in (shape, (*shape, 1)):
        raise ValueError(
            f"y must hold one class number for each example with this loss, {shape}, got {y.shape}: of one-hot rows, "
            "take y.argmax(axis=-1), or the loss 'categorical_crossentropy'."
        )
    n_classes = outputs[-1] if outputs and outputs[-1] else np.inf
    if (y != np.floor(y)).any() or y.min() < 0 or y.max() >= n_classes:
        most = f"0 to {n_classes - 1}" if np.isfinite(n_classes) else "0"
        raise ValueError(f"y must hold class numbers from {most} with this loss, got {y.min():g} to {y.max():g}.")
    return y.reshape(shape).astype(np.int32)


def _kind(values):
    return "text" if values.dtype.kind in "US" else f"{values.dtype.name}"


def _fits(shape, wanted):
    return len(shape) == len(wanted) and all(b is None or a == b for a, b in zip(shape[1:], wanted[1:]))
