"""A net in NumPy as a Keras model, and back: the same weights, penalty, moving averages, loss and gradients."""

from dataclasses import replace

import keras
import numpy as np

from lecture.activations import ACTIVATIONS
from lecture.checks import one_of
from lecture.from_scratch import BatchNorm, Dense, Net
from lecture.words import listed

POINTS = np.linspace(-3, 3, 7)  # where an activation of Keras has to agree with ours

_LOSSES = {  # what Keras calls a loss whose value is that of ours
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "categorical_crossentropy",
    "BinaryCrossentropy": "binary_crossentropy",
    "SummedCrossentropy": "binary_crossentropy",
    "HalfSquaredError": "squared_error",
}


@keras.saving.register_keras_serializable("lecture")
class HalfSquaredError(keras.losses.Loss):
    """½ Σ (ŷ - y)² over the outputs, the squared error of a net in NumPy."""

    def call(self, y_true, y_pred):
        return keras.ops.sum(keras.ops.square(y_pred - y_true), axis=-1) / 2


@keras.saving.register_keras_serializable("lecture")
class SummedCrossentropy(keras.losses.Loss):
    """The binary cross-entropy, summed over the outputs, where Keras has their mean."""

    def call(self, y_true, y_pred):
        return keras.ops.sum(keras.ops.binary_crossentropy(y_true, y_pred), axis=-1)


def twin(net: Net, *, optimizer: str | keras.optimizers.Optimizer = "sgd", dtype: str = "float32") -> keras.Sequential:
    """Return a net in NumPy as a Keras model that computes the same, compiled.

    Parameters
    ----------
    net : lecture.from_scratch.Net
        Net, with or without batch norm.
    optimizer : str or keras.optimizers.Optimizer
        Optimizer for the training of the model.
    dtype : {"float32", "float64"}
        Precision of the model. In float64 its loss and gradients are those of the net to rounding, except with leaky
        ReLU and GELU, whose constants Keras rounds to float32. To train it in float64 with a penalty, Keras needs
        ``keras.config.set_floatx("float64")``.

    Returns
    -------
    keras.Sequential
        Its layers have the names of those of `lecture.models.mlp`; its loss is the net's, with the penalty.

    Raises
    ------
    ValueError
        If the dtype is another one.
    """
    one_of(dtype, ("float32", "float64"), "dtype")
    model = keras.Sequential([keras.Input((net.sizes[0],), dtype=dtype)], name="twin")
    weights, n_norms = [], 0
    for number, layer in zip(net.numbers, net.layers):
        if isinstance(layer, BatchNorm):
            n_norms += 1
            settings = {"momentum": layer.momentum, "epsilon": layer.epsilon}
            model.add(keras.layers.BatchNormalization(**settings, dtype=dtype, name=f"batch_norm_{n_norms}"))
            weights += [layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance]
            if layer.activation != "linear":
                model.add(keras.layers.Activation(layer.activation, dtype=dtype, name=f"activation_{n_norms}"))
        elif isinstance(layer, Dense):
            name = "output" if number == len(net.dense) else f"hidden_{number}"
            penalty = {"kernel_regularizer": _exactly(net.l2) if net.l2 else None}
            model.add(keras.layers.Dense(len(layer.b), layer.activation, **penalty, dtype=dtype, name=name))
            weights += [layer.W, layer.b]
    model.set_weights(weights)
    model.compile(optimizer=optimizer, loss=_keras_loss(net, dtype), metrics=["accuracy"])
    return model


def from_keras(model: keras.Sequential) -> Net:
    """Return a Keras model of dense layers and batch normalization as a net in NumPy that computes the same.

    Parameters
    ----------
    model : keras.Sequential
        Model with ``Dense``, ``BatchNormalization`` and ``Activation`` layers, such as those of `lecture.models.mlp`
        without dropout. If it is not compiled, the loss is the one that suits its output.

    Returns
    -------
    lecture.from_scratch.Net

    Raises
    ------
    ValueError
        If the model has something that a net cannot have: another layer, another activation or loss, layers without
        biases, or a penalty that is not the same L2 on all kernels.
    """
    if not isinstance(model, keras.Sequential) or not model.built:
        raise ValueError(f"from_keras needs a keras.Sequential that knows its input size, got {model!r}.")
    layers = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            layers.append(_dense(layer))
        elif isinstance(layer, keras.layers.BatchNormalization):
            layers.append(_batch_norm(layer))
        elif isinstance(layer, keras.layers.Activation):
            layers[-1:] = [_activated(layers[-1] if layers else None, layer)]
        else:
            kinds = "Dense, BatchNormalization and Activation"
            raise ValueError(f"from_keras takes {kinds} layers, got {type(layer).__name__} {layer.name!r}.")
    return Net(tuple(layers), _our_loss(model, layers[-1]), _our_penalty(model))


def _exactly(l2):
    """Keras' L2 with a strength that no cast to float32 rounds."""
    penalty = keras.regularizers.L2(l2)
    penalty.l2 = np.float64(l2)
    return penalty


def _keras_loss(net, dtype):
    """The net's loss in Keras."""
    if net.loss == "categorical_crossentropy":
        return keras.losses.CategoricalCrossentropy(dtype=dtype)
    if net.loss == "squared_error":
        return HalfSquaredError(dtype=dtype)
    return keras.losses.BinaryCrossentropy(dtype=dtype) if net.sizes[-1] == 1 else SummedCrossentropy(dtype=dtype)


def _dense(layer):
    """A Dense layer of Keras as ours."""
    if not layer.use_bias:
        raise ValueError(f"from_keras needs Dense layers with biases, got {layer.name!r} without.")
    if layer.bias_regularizer or layer.activity_regularizer:
        raise ValueError(f"from_keras takes penalties on kernels only, got another one in {layer.name!r}.")
    W, b = layer.get_weights()
    return Dense(W, b, _our_activation(layer))


def _batch_norm(layer):
    """A BatchNormalization layer of Keras as ours."""
    if not (layer.center and layer.scale) or layer.beta_regularizer or layer.gamma_regularizer:
        raise ValueError(f"from_keras needs batch normalization with γ and β and no penalty, got {layer.name!r}.")
    return BatchNorm(*layer.get_weights(), float(layer.momentum), float(layer.epsilon))


def _activated(before, layer):
    """The layer before an Activation layer, with that activation."""
    if before is None or before.activation != "linear":
        raise ValueError(f"from_keras needs a layer without an activation before {layer.name!r}, got none.")
    return replace(before, activation=_our_activation(layer))


def _our_activation(layer):
    """The name of a layer's activation, which has to be one of ours and to give the same numbers."""
    name = getattr(layer.activation, "__name__", "?")
    one_of(name, ACTIVATIONS, f"The activation of {layer.name!r}")
    theirs = keras.ops.convert_to_numpy(layer.activation(keras.ops.convert_to_tensor(POINTS[None])))
    if not np.allclose(theirs, ACTIVATIONS[name](POINTS[None]), rtol=1e-6, atol=1e-6):
        raise ValueError(f"The activation of {layer.name!r} must be {ACTIVATIONS[name].formula}, got another {name}.")
    return name


def _our_loss(model, last):
    """The name of a model's loss; None for what suits the output."""
    if not model.compiled:
        return {"softmax": "categorical_crossentropy", "sigmoid": "binary_crossentropy"}.get(
            last.activation, "squared_error"
        )
    given = keras.losses.get(model.loss)
    name = type(given).__name__ if isinstance(given, keras.losses.Loss) else given.__name__
    name = _LOSSES.get(name.title().replace("_", "") if "_" in name else name)
    many = name == "binary_crossentropy" and last.shape[1] > 1 and not isinstance(given, SummedCrossentropy)
    if name is None or many or getattr(given, "from_logits", False) or getattr(given, "label_smoothing", 0):
        raise ValueError(
            f"from_keras takes the losses {listed(_LOSSES, last='or')} on probabilities, without label smoothing, "
            f"got {model.loss!r}."
        )
    return name


def _our_penalty(model):
    """The strength of the L2 penalty on all kernels of a model."""
    strengths = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense):
            penalty = layer.kernel_regularizer
            known = isinstance(penalty, keras.regularizers.L2 | keras.regularizers.L1L2)
            if penalty is not None and (not known or getattr(penalty, "l1", 0)):
                raise ValueError(
                    f"from_keras takes an L2 penalty only, got {type(penalty).__name__} in {layer.name!r}."
                )
            strengths[float(getattr(penalty, "l2", 0))] = layer.name
    if len(strengths) > 1:
        raise ValueError(
            f"A net in NumPy has one L2 strength for all kernels, got {listed(map(str, strengths))}: "
            "with mlp, use penalized='all'."
        )
    return next(iter(strengths), 0.0)
