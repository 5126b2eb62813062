"""Which networks one compiled step can train.

Those that differ in numbers only, and whose other settings the step is known to reproduce.
"""

import inspect
import json
from functools import cache

import keras

# What a compiled step reproduces to rounding. `fit` trains what is not here: other classes, those derived from these,
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
# All settings that an optimizer of these adds, and of those that every optimizer has:
EVERY_OPTIMIZERS = {"weight_decay", "clipnorm", "clipvalue", "global_clipnorm"}
COMPILED = {"loss_weights": None, "metrics": ["accuracy"], "weighted_metrics": None, "run_eagerly": False}
SEEN = {"optimizer", "loss", "steps_per_execution", "jit_compile"}  # looked at elsewhere, or computing the same
# What may be replaced in one network, one layer or one optimizer alone.
METHODS = {"call", "train_step", "test_step", "compute_loss", "compute_metrics"}
METHODS |= {"apply", "apply_gradients", "update_step"}


def kind_of(model):
    """Return what two networks must share to be trained by one compiled step; None where ``fit`` must train."""
    if type(model) is not keras.Sequential or not (model.built and model.compiled) or METHODS & vars(model).keys():
        return None
    parts = _network(model), _optimizer(model.optimizer), _loss(model.loss, model.output_shape[-1])
    if None in parts or model.run_eagerly or not _are_trained(model.trainable_variables, model.optimizer):
        return None
    compiled = {name: value for name, value in model.get_compile_config().items() if name not in SEEN}
    return json.dumps(parts, sort_keys=True) if compiled == COMPILED else None


def _are_trained(variables, optimizer):
    """Whether an optimizer that was built is one for these variables: layers may have been frozen since."""
    built_for = getattr(optimizer, "_trainable_variables", variables)
    return not optimizer.built or list(map(id, built_for)) == list(map(id, variables))


def _network(model):
    """The layers of a network on rows of float32, and which variables are trained, and penalized; else None."""
    layers, rows = [_layer(layer) for layer in model.layers], model.inputs[0]
    are_rows = rows.dtype == "float32" and len(rows.shape) == 2 and rows.shape[0] is None
    if None in layers or not are_rows or rows.sparse or rows.ragged:
        return None
    if any(it.constraint or it.overwrite_with_gradient for it in model.variables):
        return None
    if any(it.regularizer and type(it.regularizer) not in PENALTIES for it in model.variables):
        return None
    return layers, model.output_shape, [(it.trainable, bool(it.regularizer)) for it in model.variables]


def _layer(layer):
    """What a layer is but for its width, seeds, name, first weights, and penalties, which are the variables'."""
    if type(layer) not in LAYERS or METHODS & vars(layer).keys():
        return None
    if layer.dtype_policy.name != "float32" or not layer.autocast:
        return None
    if getattr(layer, "activation", keras.activations.linear) not in vars(keras.activations).values():
        return None  # a function of one's own: two of them may have one name
    of_variables = {name for name in layer.get_config() if name.endswith(("_initializer", "_regularizer"))}
    free = of_variables - {"activity_regularizer"} | {"units", "seed", "dtype"}
    return _settings(layer, LAYERS[type(layer)], free)


def _optimizer(optimizer):
    """What an optimizer is but for its learning rate, a number."""
    if type(optimizer) not in OPTIMIZERS or METHODS & vars(optimizer).keys():
        return None
    if not isinstance(optimizer.learning_rate, keras.Variable):
        return None
    if hasattr(optimizer, "_exclude_from_weight_decay"):  # which its config does not say
        return None
    own = optimizer.get_config().keys() - _usual(keras.optimizers.Optimizer).keys() - {"learning_rate"}
    return _settings(optimizer, own | EVERY_OPTIMIZERS, {"learning_rate"})


def _loss(loss, n_outputs):
    """What a loss is, where Keras counts the accuracy that goes with it: one output for two classes, else one each."""
    if type(loss) not in LOSSES or (n_outputs == 1) != (type(loss) is keras.losses.BinaryCrossentropy):
        return None
    kept = {name: value for name, value in loss.get_config().items() if name in ("from_logits", "label_smoothing")}
    same = vars(type(loss)(**kept, name=loss.name, dtype="float32")) == vars(loss)
    return (type(loss).__name__, kept) if same else None


def _settings(thing, kept, free):
    """The class and the kept settings of a layer or an optimizer; None if one that is not free has no usual value."""
    config, usual = thing.get_config(), _usual(type(thing))
    if any(value != usual.get(name) for name, value in config.items() if name not in kept | free | {"name"}):
        return None
    return type(thing).__name__, {name: config[name] for name in kept}


@cache
def _usual(kind):
    """The defaults of a class' settings, its own and those that it inherits, by name."""
    parameters = [it for base in reversed(kind.__mro__) for it in inspect.signature(base.__init__).parameters.values()]
    return {it.name: it.default for it in parameters if it.default is not it.empty}
