"""Activations and losses that have no second derivative everywhere."""

import warnings
from collections.abc import Callable

import keras
import tensorflow as tf

from lecture.landscape.keras_network import all_layers
from lecture.landscape.losses import KINKED, Loss, name_of
from lecture.landscape.parameters import Model
from lecture.replicas import Replicas

BENT = {"relu", "relu6", "leaky_relu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "hard_shrink"}
BENT |= {"soft_shrink", "threshold", "sparse_plus", "sparse_sigmoid"}
LAYERS = (keras.layers.ReLU, keras.layers.LeakyReLU, keras.layers.PReLU, keras.layers.MaxPooling2D)


def look(model: Model, loss: Loss, stacklevel: int = 3) -> None:
    """Warn where the Hessian holds inside one linear piece only, and refuse what has no slope at all.

    Raises
    ------
    ValueError
        If an activation is flat everywhere, as a sign is.
    """
    functions = _activations(model)
    for function in functions:
        if _is_flat(function):
            name = getattr(function, "__name__", "an activation")
            raise ValueError(
                f"activations must have a slope, and {name!r} is flat everywhere: its Hessian says nothing."
            )
    bent = {getattr(function, "__name__", "") for function in functions} & BENT
    bent |= {type(layer).__name__ for layer in _layers(model) if isinstance(layer, LAYERS)}
    bent |= {name_of(loss)} & KINKED
    if bent:
        warnings.warn(
            f"{', '.join(sorted(bent))} has no second derivative at its kinks: the Hessian and its eigenvalues hold "
            "inside one linear piece.",
            stacklevel=stacklevel,
        )


def _layers(model):
    return [] if isinstance(model, Replicas) else all_layers(model)


def _activations(model) -> set[Callable]:
    if isinstance(model, Replicas):
        return {model.net.activation} if model.net.n_layers > 1 else set()
    found = [getattr(layer, "activation", None) for layer in _layers(model)]
    return {function for function in found if callable(function) and hasattr(function, "__name__")}


def _is_flat(function):
    z = tf.reshape(tf.linspace(-3.0, 3.0, 60), (6, 10))
    with tf.GradientTape() as tape:
        tape.watch(z)
        weighted = tf.reduce_sum(function(z) * tf.stop_gradient(tf.sin(5 * z)))  # softmax' plain sum is flat, too
    slope = tape.gradient(weighted, z, unconnected_gradients="zero")
    return not tf.reduce_any(slope != 0).numpy()
