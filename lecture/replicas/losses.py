"""Keras losses that give a number for each example, so that replicas stay apart."""

import keras


def per_example(loss):
    """Return ``f(y, prediction)`` with a value for each example, shape (n_replicas, n), from a Keras loss by name or object, or a function.

    Raises
    ------
    ValueError
        If Keras does not know it, or it does not average over the examples.
    """
    try:
        found = keras.losses.get(loss)
    except ValueError:
        raise ValueError(
            f"loss must be a Keras loss or the name of one, such as 'mse' or 'categorical_crossentropy', got {loss!r}."
        ) from None
    if isinstance(found, keras.losses.Loss):
        if found.reduction not in ("sum_over_batch_size", "mean"):
            raise ValueError(
                f"loss must average over the examples (reduction 'sum_over_batch_size'), got {found.reduction!r}."
            )
        return found.call
    if not callable(found):
        raise ValueError(
            f"loss must be a Keras loss, the name of one, or a function of truth and prediction, got {loss!r}."
        )
    return found


def is_sparse(loss):
    """Whether a loss takes class numbers where the net has an output for each class."""
    return "sparse" in name_of(loss)


def is_of_classes(loss):
    """Whether a loss compares with classes, so that one class alone leaves nothing to learn."""
    return "crossentropy" in name_of(loss)


def name_of(loss):
    """Return a loss' name in small letters, without what parts its words."""
    found = keras.losses.get(loss) if isinstance(loss, str) else loss
    return (getattr(found, "__name__", "") or type(found).__name__).lower().replace("_", "")
