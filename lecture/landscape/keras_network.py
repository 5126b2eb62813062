"""A Keras model as a function of its trainable weights, and copies of a model in another precision."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import keras
import numpy as np
import tensorflow as tf

from lecture.landscape.parameters import trainable

DROPPING = ("rate", "stddev")  # settings of the layers that add noise or drop inputs in training: how much


@dataclass(frozen=True, eq=False)
class KerasNetwork:
    """A Keras model as a function of one row of weights; moving averages and the like come in as ``state``.

    Attributes
    ----------
    model : keras.Model
    """

    model: keras.Model

    def __call__(self, theta, X, state):
        """Return outputs (n, …), just as Keras' losses want them, and the penalty, for one row of weights (1, P)."""
        outputs, _, penalties = self.model.stateless_call(
            self._parts(theta), state, X, return_losses=True, **self._mode
        )
        penalty = tf.add_n([tf.cast(value, theta.dtype) for value in penalties] or [tf.zeros([], theta.dtype)])
        return outputs, penalty

    def state(self, model: keras.Model) -> list:
        """Return what ``model`` does not train, as this network takes it; seeds, which a copy may lack, are its own."""
        known = iter([variable.value for variable in model.non_trainable_variables if _is_float(variable)])
        own = self.model.non_trainable_variables
        return [tf.cast(next(known), v.dtype) if _is_float(v) else tf.convert_to_tensor(v.value) for v in own]

    @property
    def _mode(self):
        """Inference, for a model whose ``call`` takes ``training``; one of a user's own may not."""
        return {"training": False} if "training" in inspect.signature(self.model.call).parameters else {}

    def _parts(self, theta):
        shapes = [variable.shape for variable in self.model.trainable_variables]
        parts = tf.split(theta[0], [int(np.prod(shape)) for shape in shapes])
        return [tf.reshape(part, shape) for part, shape in zip(parts, shapes)]


@dataclass(frozen=True, eq=False)
class RenormalizedNetwork(KerasNetwork):
    """A Keras model whose batch norm takes mean and variance from examples, anew for each row of weights.

    ``state`` is that of the model, and the examples. The model is a copy whose batch norm forgets all it knew
    (momentum 0) and whose dropout drops nothing, so that one pass in training mode leaves exactly their statistics.
    """

    def __call__(self, theta, X, state):
        known, examples = state
        _, found = self.model.stateless_call(self._parts(theta), known, examples, training=True)
        return super().__call__(theta, X, found)


@lru_cache(maxsize=8)
def in_precision(model: keras.Model, dtype: str) -> KerasNetwork:
    """Return the network of a model that computes in ``dtype``: the model itself, or a copy."""
    return KerasNetwork(model if precision(model) == dtype else rebuilt(model, dtype))


@lru_cache(maxsize=8)
def renormalized(model: keras.Model) -> RenormalizedNetwork:
    """Return the network of a model whose batch norm is computed anew for each row of weights."""
    return RenormalizedNetwork(rebuilt(model, precision(model), _forgetful))


def precision(model: keras.Model) -> str:
    """Return the dtype of a model's weights, such as ``"float32"``."""
    return keras.backend.standardize_dtype(trainable(model)[0].dtype)


def batch_norms(model: keras.Model) -> list:
    """Return the batch normalizations of a model, also those inside models that are layers of it."""
    return [layer for layer in all_layers(model) if isinstance(layer, keras.layers.BatchNormalization)]


def all_layers(layer) -> list:
    """Return a layer and all that it is made of."""
    inner = getattr(layer, "layers", [])
    return [layer, *(found for child in inner for found in all_layers(child))]


def rebuilt(model: keras.Model, dtype: str, edit: Callable = dict) -> keras.Model:
    """Return a copy of a model's structure in another precision, its layers' settings edited.

    Raises
    ------
    ValueError
        If Keras cannot make the model from its settings.
    """
    try:
        copy = type(model).from_config(_edited(model.get_config(), dtype, edit))
        if not copy.built:
            copy.build(model.input_shape)
    except Exception as error:  # whatever a layer that was not made for it says
        raise ValueError(
            f"model must be one that Keras can make anew from its settings (get_config), for {dtype} or new "
            f"statistics, and {model.name!r} is not: {type(error).__name__}."
        ) from error
    return copy


def _is_float(variable):
    return "float" in keras.backend.standardize_dtype(variable.dtype)


def _edited(value, dtype, edit):
    """Settings, with the precision changed wherever they name it."""
    if isinstance(value, (list, tuple)):
        return type(value)(_edited(item, dtype, edit) for item in value)
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "DTypePolicy":
        return value | {"config": {"name": dtype}}
    settings = {key: _edited(item, dtype, edit) for key, item in value.items()}
    if isinstance(settings.get("dtype"), str) and settings["dtype"].startswith("float"):
        settings["dtype"] = dtype
    if isinstance(settings.get("config"), dict):
        settings["config"] = edit(settings["config"])
    return settings


def _forgetful(settings):
    settings = settings | {name: 0.0 for name in DROPPING if name in settings}
    return settings | ({"momentum": 0.0} if "moving_mean_initializer" in settings else {})
