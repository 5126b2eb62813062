"""The loss of each example, from whatever a model is compiled with."""

from collections.abc import Callable

import keras

from lecture.landscape.parameters import Model
from lecture.replicas import Replicas

Loss = str | keras.losses.Loss | Callable
KINKED = {"meanabsoluteerror", "mae", "hinge", "categoricalhinge", "meanabsolutepercentageerror", "mape"}


def chosen(model: Model, loss: Loss | None) -> Loss:
    """Return ``loss`` if given, else the loss that a Keras model is compiled with.

    Raises
    ------
    ValueError
        If there is none, or several.
    """
    if loss is not None:
        return loss
    if isinstance(model, Replicas):
        raise ValueError("loss must be given with replicas, such as loss='mse': they do not carry the one they had.")
    found = getattr(model, "loss", None)
    if found is None:
        raise ValueError(f"loss must be given, or the model compiled with one, and {model.name!r} is not.")
    if isinstance(found, (list, tuple, dict)):
        raise ValueError(f"loss must be one, of one output, and {model.name!r} is compiled with {len(found)}.")
    return found


def per_example(loss: Loss) -> Callable:
    """Return ``f(y, outputs)`` with one value for each example.

    Raises
    ------
    ValueError
        If Keras does not know the loss, or it does not average over the examples.
    """
    found = _known(loss)
    if not isinstance(found, keras.losses.Loss):
        return found
    if found.reduction not in ("sum_over_batch_size", "mean"):
        raise ValueError(f"loss must average over the examples (sum_over_batch_size), got {found.reduction!r}.")
    return found.call


def name_of(loss: Loss) -> str:
    """Return the name of a loss in small letters, without underscores."""
    found = _known(loss)
    return (getattr(found, "__name__", "") or type(found).__name__).lower().replace("_", "")


def is_sparse(loss: Loss) -> bool:
    """Whether the loss takes class numbers where the model has an output for each class."""
    return "sparse" in name_of(loss)


def _known(loss):
    try:
        return keras.losses.get(loss)
    except ValueError:
        known = "'mse' or 'categorical_crossentropy'"
        raise ValueError(f"loss must be a Keras loss or the name of one, such as {known}, got {loss!r}.") from None
