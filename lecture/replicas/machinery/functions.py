"""Activations by name, losses with a value for each example, and a function for each condition."""

from dataclasses import dataclass

import keras
import tensorflow as tf


def function(name_or_function, what):
    """Return an activation by its Keras name, or the function itself.

    Raises
    ------
    ValueError
        If Keras does not know it.
    """
    if callable(name_or_function):
        return name_or_function
    try:
        return keras.activations.get(name_or_function)
    except ValueError:
        raise ValueError(
            f"{what} must be a function or the name of one that Keras has, such as 'relu', 'tanh' or 'sigmoid', "
            f"got {name_or_function!r}."
        ) from None


@dataclass(frozen=True)
class Switch:
    """One function for each condition, applied to that condition's replicas only.

    Replicas of a condition stand side by side, equally many for each. So nothing is computed that was not asked for,
    and a NaN stays where it arises.

    Attributes
    ----------
    functions : tuple of callable
        Functions of tensors (R, …).
    """

    functions: tuple

    def __call__(self, *arguments):
        parts = zip(*(tf.split(argument, len(self.functions)) for argument in arguments))
        return tf.concat([function(*own) for function, own in zip(self.functions, parts)], axis=0)


def switch(functions):
    """Return one function that applies each condition's own; the function itself if all have the same."""
    first = functions[0]
    return first if all(function is first for function in functions) else Switch(tuple(functions))


def per_example(loss):
    """Return ``f(y, outputs)`` with a value for each example, (n_replicas, n), from a Keras loss or a function.

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
            f"loss must be a Keras loss, the name of one, or a function of labels and outputs, got {loss!r}."
        )
    return found


def is_sparse(loss):
    """Return whether a loss takes class numbers although the network has an output for each class."""
    return "sparse" in name_of(loss)


def is_of_classes(loss):
    """Return whether a loss compares with classes, so that one class alone leaves nothing to learn."""
    return "crossentropy" in name_of(loss)


def takes_logits(loss):
    """Return whether a loss takes outputs before the sigmoid or softmax."""
    return getattr(loss, "from_logits", False) or getattr(getattr(loss, "__self__", None), "from_logits", False)


def cut_of(loss, lowest):
    """Return where one output parts two classes: 0 for logits and margins, if outputs can be negative, else 0.5."""
    return 0.0 if lowest < 0 and (takes_logits(loss) or "hinge" in name_of(loss)) else 0.5


def name_of(loss):
    """Return the name of a loss in lower case, without underscores."""
    found = keras.losses.get(loss) if isinstance(loss, str) else loss
    return (getattr(found, "__name__", "") or type(found).__name__).lower().replace("_", "")
