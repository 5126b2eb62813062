"""All that the search takes from inside Keras (3.15): a new version has to be looked at here only."""

from collections.abc import Iterable

import keras
import tensorflow as tf


def let_any_size(variables: Iterable[keras.Variable]) -> None:
    """Let Keras variables hold arrays of any size, since a compiled step is otherwise tied to their shapes."""
    for variable in variables:
        if len(variable.shape):
            shape = tf.TensorShape([None] * len(variable.shape))
            variable._value = tf.Variable(variable.value, shape=shape, trainable=variable.trainable)


def spares_some_from_decay(optimizer: keras.optimizers.Optimizer) -> bool:
    """Return whether some variables are exempt from an optimizer's weight decay, which its config does not say."""
    return hasattr(optimizer, "_exclude_from_weight_decay")


def was_built_for(optimizer: keras.optimizers.Optimizer, variables: Iterable[keras.Variable]) -> bool:
    """Return whether an optimizer is not built, or built for these variables: layers may have been frozen since."""
    theirs = getattr(optimizer, "_trainable_variables", variables)
    return not optimizer.built or list(map(id, theirs)) == list(map(id, variables))
