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


def per_example(loss: Loss, n_axes: int) -> Callable:
    """Return ``f(y, outputs)`` with one value for each example.

    Parameters
    ----------
    loss : str, keras.losses.Loss or callable
    n_axes : int
        Axes before the outputs of an example: 1 for examples, 2 for rows of weights and examples.

    Raises
    ------
    ValueError
        If Keras does not know the loss, or it does not average over the examples. The function itself refuses a loss
        that mixes the examples.
    """
    found = _known(loss)
    if not isinstance(found, keras.losses.Loss):
        return _unmixed(found, n_axes)
    if found.reduction not in ("sum_over_batch_size", "mean"):
        raise ValueError(f"loss must average over the examples (sum_over_batch_size), got {found.reduction!r}.")
    return found.call


def _unmixed(function, n_axes):
    """A user's function, which must give a value for each example: a mean over all would hide whose it is."""

    def of_examples(y, outputs):
        losses = function(y, outputs)
        if not losses.shape[:n_axes].is_compatible_with(outputs.shape[:n_axes]):
            name = getattr(function, "__name__", "the function")
            raise ValueError(
                f"loss must give a value for each example, such as a mean over the last axis, and {name!r} gives shape "
                f"{tuple(losses.shape)} for outputs of shape {tuple(outputs.shape)}."
            )
        return losses

    return of_examples


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
