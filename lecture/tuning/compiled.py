"""Train many networks of one kind and compile once: whatever their widths, learning rates, penalties and weights."""

import json

import keras
import numpy as np
import tensorflow as tf

from lecture.shuffling import epoch_order

KNOWN_LAYERS = {"InputLayer", "Dense", "Dropout", "BatchNormalization", "Activation"}
ACCURACIES = {
    keras.losses.CategoricalCrossentropy: keras.metrics.categorical_accuracy,
    keras.losses.SparseCategoricalCrossentropy: keras.metrics.sparse_categorical_accuracy,
    keras.losses.BinaryCrossentropy: keras.metrics.binary_accuracy,
}
N_AT_ONCE = 1000  # images that a prediction takes at a time


class Trainer:
    """Trains networks on one data set.

    Tracing and compiling a training step takes Keras one to two seconds for each new network, more than a short training. A dense
    network that differs from an earlier one in numbers only (units, learning rate, strength of a penalty, seeds) is trained here by the
    step that was compiled for that one: its variables take arrays of any size. Networks of other kinds are trained by ``fit``.

    Parameters
    ----------
    data : lecture.data.Dataset
        With a validation part.
    batch_size : int
    """

    def __init__(self, data, batch_size):
        self.data, self.batch_size = data, batch_size
        self._steps = {}

    @property
    def n_compiled(self):
        """How many kinds of networks were compiled so far."""
        return len(self._steps)

    def fit(self, model, epochs, *, first=0, seed=0):
        """Train a compiled network in place.

        Parameters
        ----------
        model : keras.Model
        epochs : int
        first : int
            How many epochs it was trained before.
        seed : int
            Of the batches: epoch e has the order ``epoch_order(n, seed, e)``, whoever trains.

        Returns
        -------
        dict of str to list of float
            ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``, a value an epoch, as ``fit`` records them.
        """
        kind = kind_of(model)
        if kind is None:
            return fit_plain(model, self.data, epochs, self.batch_size, first=first, seed=seed)
        if kind not in self._steps:
            self._steps[kind] = _Step(model, self.data)
        return self._steps[kind].fit(model, epochs, self.batch_size, first, seed)


def accuracy_on(model, X, y):
    """Return a compiled network's accuracy on some images, without the half second that ``evaluate`` takes to trace itself where there is a shorter way."""
    if kind_of(model) is None:
        return float(model.evaluate(X, y, batch_size=N_AT_ONCE, verbose=0)[1])
    predictions = np.concatenate([model(X[i : i + N_AT_ONCE], training=False) for i in range(0, len(X), N_AT_ONCE)])
    return float(np.mean(ACCURACIES[type(model.loss)](y, predictions)))


def fit_plain(model, data, epochs, batch_size, *, first=0, seed=0):
    """Train a network by ``model.fit``, with the batches of `Trainer`; arguments and result are those of ``Trainer.fit``."""
    history = {}
    for epoch in range(first, first + epochs):
        order = epoch_order(len(data.X_train), seed, epoch)
        fit = model.fit(data.X_train[order], data.y_train[order], batch_size=batch_size, shuffle=False, verbose=0, initial_epoch=epoch, epochs=epoch + 1,
                        validation_data=(data.X_val, data.y_val), validation_batch_size=len(data.X_val))
        for name, values in fit.history.items():
            history.setdefault(name, []).extend(values)
    return history


def kind_of(model):
    """Return what two networks must share to be trained by one compiled step; None for networks that are not known to be so simple."""
    simple = isinstance(model, keras.Sequential) and {type(layer).__name__ for layer in model.layers} <= KNOWN_LAYERS
    optimizer = getattr(model, "optimizer", None)
    if not simple or type(getattr(model, "loss", None)) not in ACCURACIES or optimizer is None or model.get_compile_config().get("metrics") != ["accuracy"]:
        return None
    layers = [_without_numbers(layer) for layer in model.layers]
    settings = optimizer.get_config()
    settings.pop("name")
    if not isinstance(settings.pop("learning_rate"), float) or any(layer is None for layer in layers):
        return None
    return json.dumps([layers, type(optimizer).__name__, settings, type(model.loss).__name__, model.loss.get_config(), model.output_shape], default=str, sort_keys=True)


def _without_numbers(layer):
    """What a layer is, but for its width, seeds, names and first weights; None if it has a penalty of an unknown kind."""
    config = layer.get_config()
    regularizers = [value for name, value in config.items() if name.endswith("_regularizer") and value]
    if any(keras.saving.serialize_keras_object(keras.regularizers.L1L2())["class_name"] != value["class_name"] for value in regularizers):
        return None
    kept = {name: value for name, value in config.items() if not name.endswith(("_initializer", "_regularizer")) and name not in ("name", "units", "seed", "build_config")}
    return [type(layer).__name__, kept, [name for name, value in config.items() if name.endswith("_regularizer") and value]]


class _Penalty(keras.regularizers.Regularizer):
    """L1 and L2 whose strengths may change after compiling."""

    def __init__(self):
        self.strengths = tf.Variable([0.0, 0.0], trainable=False)

    def __call__(self, w):
        return self.strengths[0] * tf.reduce_sum(tf.abs(w)) + self.strengths[1] * tf.reduce_sum(tf.square(w))


class _Step:
    """An epoch, compiled for one kind of network."""

    def __init__(self, model, data):
        self.template = _copy(model)
        self.penalties = _loosen_penalties(self.template)
        _let_any_size(self.template.variables)
        self.optimizer = model.optimizer.from_config(model.optimizer.get_config())
        self.optimizer.build(self.template.trainable_variables)
        _let_any_size(self.optimizer.variables)
        self.variables, self.loss = self.template.variables + self.optimizer.variables, model.loss
        self.accuracy = ACCURACIES[type(model.loss)]
        self.X, self.y, self.X_val, self.y_val = (tf.constant(np.asarray(part)) for part in (data.X_train, data.y_train, data.X_val, data.y_val))
        order, size = tf.TensorSpec([None], tf.int64), tf.TensorSpec([], tf.int64)
        self.epoch = tf.function(self._epoch, autograph=False).get_concrete_function(order, size)  # called as it is, TensorFlow does not count traces

    def fit(self, model, epochs, batch_size, first, seed):
        """Train ``model`` with the compiled epoch: its state comes in, and goes out again."""
        model.optimizer.build(model.trainable_variables)
        theirs = model.variables + model.optimizer.variables
        for ours, variable in zip(self.variables, theirs, strict=True):
            ours._value.assign(variable.value)
        for penalty, strengths in zip(self.penalties, _strengths(model), strict=True):
            penalty.strengths.assign(strengths)
        history = {}
        for epoch in range(first, first + epochs):
            order = tf.constant(epoch_order(len(self.X), seed, epoch))
            for name, value in self.epoch(order, tf.constant(batch_size, tf.int64)).items():
                history.setdefault(name, []).append(float(value))
        for ours, variable in zip(self.variables, theirs, strict=True):
            variable.assign(ours._value)
        return history

    def _epoch(self, order, batch_size):
        n = tf.size(order, out_type=tf.int64)

        def step(i, loss, hits):
            batch = order[i * batch_size : (i + 1) * batch_size]
            X, y = tf.gather(self.X, batch), tf.gather(self.y, batch)
            with tf.GradientTape() as tape:
                prediction = self.template(X, training=True)
                batch_loss = self._loss(y, prediction)
            variables = self.template.trainable_variables
            self.optimizer.apply(tape.gradient(batch_loss, variables), variables)
            share = tf.cast(tf.shape(X)[0], tf.float32)
            return i + 1, loss + share * batch_loss, hits + tf.reduce_sum(tf.cast(self.accuracy(y, prediction), tf.float32))

        zero = tf.constant(0.0)
        _, loss, hits = tf.while_loop(lambda i, *_: i * batch_size < n, step, [tf.constant(0, tf.int64), zero, zero])
        prediction = self.template(self.X_val, training=False)
        seen = tf.cast(n, tf.float32)
        return {
            "accuracy": hits / seen,
            "loss": loss / seen,
            "val_accuracy": tf.reduce_mean(tf.cast(self.accuracy(self.y_val, prediction), tf.float32)),
            "val_loss": self._loss(self.y_val, prediction),
        }

    def _loss(self, y, prediction):
        return tf.add_n([self.loss(y, prediction), *self.template.losses])


def _copy(model):
    """A network of the same layers."""
    return keras.Sequential([keras.Input(model.input_shape[1:]), *[layer.from_config(layer.get_config()) for layer in model.layers]])


def _penalized(model):
    """Yield each layer and the name of its regularizer, for all that have one."""
    for layer in model.layers:
        for name in ("kernel_regularizer", "bias_regularizer", "beta_regularizer", "gamma_regularizer"):
            if getattr(layer, name, None):
                yield layer, name


def _strengths(model):
    """The strengths of all penalties, L1 and L2, in the order of `_penalized`."""
    return [[float(getattr(getattr(layer, name), part)) for part in ("l1", "l2")] for layer, name in _penalized(model)]


def _loosen_penalties(model):
    """Put penalties with variable strengths in the place of those with fixed ones; return them."""
    loosened = []
    for layer, name in _penalized(model):
        loosened.append(_Penalty())
        setattr(layer, name, loosened[-1])
        if name == "kernel_regularizer":
            layer.kernel.regularizer = loosened[-1]
        elif name == "bias_regularizer":
            layer.bias.regularizer = loosened[-1]
        else:
            getattr(layer, name.removesuffix("_regularizer")).regularizer = loosened[-1]
    return loosened


def _let_any_size(variables):
    """Let Keras variables hold arrays of any size: to their shapes a compiled step would else be tied."""
    for variable in variables:
        if len(variable.shape):
            variable._value = tf.Variable(variable._value, shape=tf.TensorShape([None] * len(variable.shape)), trainable=variable.trainable)
