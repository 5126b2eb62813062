"""Which networks one compiled step can train.

They differ in numbers only, and their other settings are known to be reproduced by the step.
"""

import inspect
import json
from functools import cache

import keras

from lecture.tuning.keras_parts import spares_some_from_decay, was_built_for

# What a compiled step reproduces to rounding. `fit` trains everything else: other classes, classes derived from these,
# and these with a setting that is neither named here nor Keras' default.
LAYERS = {
    keras.layers.Dense: {"activation", "use_bias"},
    keras.layers.Activation: {"activation"},
    keras.layers.Dropout: {"rate"},
    keras.layers.BatchNormalization: {"momentum", "epsilon", "center", "scale"},
}
PENALTIES = {keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2}
LOSSES = {
    keras.losses.CategoricalCrossentropy,
    keras.losses.SparseCategoricalCrossentropy,
    keras.losses.BinaryCrossentropy,
}
OPTIMIZERS = {
    keras.optimizers.Adadelta,
    keras.optimizers.Adagrad,
    keras.optimizers.Adam,
    keras.optimizers.Adamax,
    keras.optimizers.AdamW,
    keras.optimizers.Ftrl,
    keras.optimizers.Lion,
    keras.optimizers.Nadam,
    keras.optimizers.RMSprop,
    keras.optimizers.SGD,
}
# All settings that one of these optimizers adds, and these of the settings that every optimizer has:
EVERY_OPTIMIZERS = {"weight_decay", "clipnorm", "clipvalue", "global_clipnorm"}
COMPILED = {"loss_weights": None, "metrics": ["accuracy"], "weighted_metrics": None, "run_eagerly": False}
SEEN = {"optimizer", "loss", "steps_per_execution", "jit_compile"}  # checked elsewhere, or without effect on numbers
# Methods that may be replaced in a single network, layer or optimizer.
METHODS = {"call", "train_step", "test_step", "compute_loss", "compute_metrics"}
METHODS |= {"apply", "apply_gradients", "update_step"}


def kind_of(model: keras.Model) -> str | None:
    """Return what networks must share to be trained by the same compiled step; None where ``fit`` must train."""
    if type(model) is not keras.Sequential or not (model.built and model.compiled) or METHODS & vars(model).keys():
        return None
    parts = _network(model), _optimizer(model.optimizer), _loss(model.loss, model.output_shape[-1])
    if None in parts or model.run_eagerly or not was_built_for(model.optimizer, model.trainable_variables):
        return None
    compiled = {name: value for name, value in model.get_compile_config().items() if name not in SEEN}
    return json.dumps(parts, sort_keys=True) if compiled == COMPILED else None


def _network(model):
    """The layers of a network on rows of float32, and which variables are trained, and penalized; else None."""
    layers, rows = [_layer(layer) for layer in model.layers], model.inputs[0]
    are_rows = rows.dtype == "float32" and len(rows.shape) == 2 and rows.shape[0] is None
    if None in layers or not are_rows or rows.sparse or rows.ragged:
        return None
    variables = model.variables
    if any(variable.constraint or variable.overwrite_with_gradient for variable in variables):
        return None
    if any(variable.regularizer and type(variable.regularizer) not in PENALTIES for variable in variables):
        return None
    return layers, model.output_shape, [(variable.trainable, bool(variable.regularizer)) for variable in variables]


def _layer(layer):
    """What a layer is except for its width, seeds, name, initial weights, and penalties, which the variables have."""
    if type(layer) not in LAYERS or METHODS & vars(layer).keys():
        return None
    if layer.dtype_policy.name != "float32" or not layer.autocast:
        return None
    if getattr(layer, "activation", keras.activations.linear) not in vars(keras.activations).values():
        return None  # a user's own function: two of them may share a name
    of_variables = {name for name in layer.get_config() if name.endswith(("_initializer", "_regularizer"))}
    free = of_variables - {"activity_regularizer"} | {"units", "seed", "dtype"}
    return _settings(layer, LAYERS[type(layer)], free)


def _optimizer(optimizer):
    """What an optimizer is except for its learning rate, a number."""
    if type(optimizer) not in OPTIMIZERS or METHODS & vars(optimizer).keys():
        return None
    if not isinstance(optimizer.learning_rate, keras.Variable):
        return None
    if spares_some_from_decay(optimizer):
        return None
    own = optimizer.get_config().keys() - _usual(keras.optimizers.Optimizer).keys() - {"learning_rate"}
    return _settings(optimizer, own | EVERY_OPTIMIZERS, {"learning_rate"})


def _loss(loss, n_outputs):
    """What a loss is, where Keras counts the matching accuracy: one output for two classes, else one per class."""
    if type(loss) not in LOSSES or (n_outputs == 1) != (type(loss) is keras.losses.BinaryCrossentropy):
        return None
    kept = {name: value for name, value in loss.get_config().items() if name in ("from_logits", "label_smoothing")}
    same = vars(type(loss)(**kept, name=loss.name, dtype="float32")) == vars(loss)
    return (type(loss).__name__, kept) if same else None


def _settings(thing, kept, free):
    """The class and the kept settings of a layer or an optimizer; None if another one that is not free is unusual."""
    config, usual = thing.get_config(), _usual(type(thing))
    if any(value != usual.get(name) for name, value in config.items() if name not in kept | free | {"name"}):
        return None
    return type(thing).__name__, {name: config[name] for name in kept}


@cache
def _usual(kind):
    """The defaults of a class' settings, its own and those that it inherits, by name."""
    signatures = [inspect.signature(base.__init__) for base in reversed(kind.__mro__)]
    settings = [setting for signature in signatures for setting in signature.parameters.values()]
    return {setting.name: setting.default for setting in settings if setting.default is not setting.empty}
