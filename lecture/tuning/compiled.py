"""Train many networks of one kind and compile once: whatever their widths, learning rates, penalties and weights."""

import functools

import keras
import numpy as np
import tensorflow as tf

from lecture.device import quietly
from lecture.shuffling import epoch_order
from lecture.tuning.kinds import kind_of

ACCURACIES = {
    keras.losses.CategoricalCrossentropy: keras.metrics.categorical_accuracy,
    keras.losses.SparseCategoricalCrossentropy: keras.metrics.sparse_categorical_accuracy,
    keras.losses.BinaryCrossentropy: keras.metrics.binary_accuracy,
}
N_AT_ONCE = 1000  # images that a prediction takes at a time


class Trainer:
    """Trains networks on one data set.

    Tracing and compiling a training step takes Keras one to two seconds for each new network, more than a short
    training. A dense network that differs from an earlier one in numbers only (units, learning rate, strength of a
    penalty, seeds) is trained here by the step that was compiled for that one: its variables take arrays of any size.
    `lecture.tuning.kinds` lists what that step computes as ``fit`` does, to rounding; every other network is trained by
    ``fit``.

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
        return float(model.evaluate(X, y, batch_size=N_AT_ONCE, verbose=0, return_dict=True)["accuracy"])
    predictions = np.concatenate([model(X[i : i + N_AT_ONCE], training=False) for i in range(0, len(X), N_AT_ONCE)])
    return float(np.mean(ACCURACIES[type(model.loss)](y, predictions)))


def fit_plain(model, data, epochs, batch_size, *, first=0, seed=0):
    """Train a network by one call of ``model.fit``; arguments, batches and result are those of ``Trainer.fit``."""
    _start_generators()
    if model.built:  # ScheduleFreeAdamW (Keras 3.15) loses the first weights when it is built within the first step
        model.optimizer.build(model.trainable_variables)
    batches = _Batches(data.X_train, data.y_train, batch_size)
    reorder = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.reorder(seed, epoch))
    fit = model.fit(
        batches,
        shuffle=False,
        verbose=0,
        initial_epoch=first,
        epochs=first + epochs,
        callbacks=[reorder],
        validation_data=(data.X_val, data.y_val),
        validation_batch_size=len(data.X_val),
    )
    return fit.history


@functools.cache
def _start_generators():
    """Let TensorFlow say, once and unheard, what it says when a process first takes batches from Python."""
    with quietly():
        one = tf.data.Dataset.from_generator(lambda: iter([0]), output_signature=tf.TensorSpec((), tf.int64))
        list(one)


class _Batches(keras.utils.PyDataset):
    """The batches of an epoch. A callback sets the order: Keras calls ``on_epoch_end`` before the first epoch, too."""

    def __init__(self, X, y, batch_size):
        super().__init__()
        self.X, self.y, self.batch_size, self.order = np.asarray(X), np.asarray(y), batch_size, np.arange(len(X))

    def reorder(self, seed, epoch):
        self.order = epoch_order(len(self.X), seed, epoch)

    def __len__(self):
        return -(-len(self.X) // self.batch_size)

    def __getitem__(self, index):
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.X[rows], self.y[rows]


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
        self.penalties = [variable.regularizer for variable in self.template.variables if variable.regularizer]
        _let_any_size(self.template.variables)
        self.optimizer = model.optimizer.from_config(model.optimizer.get_config())
        self.optimizer.build(self.template.trainable_variables)
        _let_any_size(self.optimizer.variables)
        self.variables, self.loss = self.template.variables + self.optimizer.variables, model.loss
        self.accuracy = ACCURACIES[type(model.loss)]
        self.X, self.y, self.X_val, self.y_val = (
            tf.constant(np.asarray(part)) for part in (data.X_train, data.y_train, data.X_val, data.y_val)
        )
        order, size = tf.TensorSpec([None], tf.int64), tf.TensorSpec([], tf.int64)
        self.epoch = tf.function(self._epoch, autograph=False).get_concrete_function(
            order, size
        )  # called as it is, TensorFlow does not count traces

    def fit(self, model, epochs, batch_size, first, seed):
        """Train ``model`` with the compiled epoch: its state comes in, and goes out again."""
        model.optimizer.build(model.trainable_variables)
        theirs = model.variables + model.optimizer.variables
        for ours, variable in zip(self.variables, theirs, strict=True):
            ours._value.assign(variable.value)
        regularizers = [variable.regularizer for variable in model.variables if variable.regularizer]
        for penalty, regularizer in zip(self.penalties, regularizers, strict=True):
            penalty.strengths.assign([float(getattr(regularizer, part, 0)) for part in ("l1", "l2")])
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
                prediction = self._predict(X, training=True)
                batch_loss = self._loss(y, prediction)
            variables = self.template.trainable_variables
            self.optimizer.apply(tape.gradient(batch_loss, variables), variables)
            share = tf.cast(tf.shape(X)[0], tf.float32)
            return (
                i + 1,
                loss + share * batch_loss,
                hits + tf.reduce_sum(tf.cast(self.accuracy(y, prediction), tf.float32)),
            )

        zero = tf.constant(0.0)
        _, loss, hits = tf.while_loop(lambda i, *_: i * batch_size < n, step, [tf.constant(0, tf.int64), zero, zero])
        prediction = self._predict(self.X_val, training=False)
        seen = tf.cast(n, tf.float32)
        return {
            "accuracy": hits / seen,
            "loss": loss / seen,
            "val_accuracy": tf.reduce_mean(tf.cast(self.accuracy(self.y_val, prediction), tf.float32)),
            "val_loss": self._loss(self.y_val, prediction),
        }

    def _predict(self, X, training):
        prediction = self.template(X, training=training)
        prediction.set_shape(self.template.output_shape)  # which layers of any size do not know, and losses ask for
        return prediction

    def _loss(self, y, prediction):
        return tf.add_n([self.loss(y, prediction), *self.template.losses])


def _copy(model):
    """A network of the same layers, whose penalties have variable strengths."""
    layers = [layer.from_config(layer.get_config()) for layer in model.layers]
    copy = keras.Sequential([keras.Input(model.input_shape[1:]), *layers])
    for ours, theirs in zip(copy.variables, model.variables, strict=True):
        ours.trainable, ours.regularizer = theirs.trainable, _Penalty() if theirs.regularizer else None
    return copy


def _let_any_size(variables):
    """Let Keras variables hold arrays of any size: to their shapes a compiled step would else be tied."""
    for variable in variables:
        if len(variable.shape):
            variable._value = tf.Variable(
                variable._value, shape=tf.TensorShape([None] * len(variable.shape)), trainable=variable.trainable
            )
