"""Train many networks of one kind and compile once, whatever their widths, learning rates, penalties and weights."""

import functools

import keras
import numpy as np
import tensorflow as tf

from lecture.device import quietly
from lecture.models import variables_of
from lecture.shuffling import epoch_order
from lecture.tuning.keras_parts import let_any_size
from lecture.tuning.kinds import kind_of

ACCURACIES = {
    keras.losses.CategoricalCrossentropy: keras.metrics.categorical_accuracy,
    keras.losses.SparseCategoricalCrossentropy: keras.metrics.sparse_categorical_accuracy,
    keras.losses.BinaryCrossentropy: keras.metrics.binary_accuracy,
}
N_AT_ONCE = 1000  # images that are predicted together


class Trainer:
    """Trains networks on one data set, and compiles a training step only once for each kind of network.

    Keras takes one to two seconds to trace and compile the training step of each new network, longer than a short
    training. A dense network that differs from an earlier one in numbers only (units, learning rate, strength of a
    penalty, seeds) is trained by the step that was compiled for the earlier one: its variables take arrays of any size.
    `lecture.tuning.kinds` lists what that step computes as ``fit`` does, to rounding; every other network is trained by
    ``fit``.

    Parameters
    ----------
    data : lecture.data.Dataset
        Images with a validation set.
    batch_size : int
        Number of images in a mini-batch.
    """

    def __init__(self, data, batch_size: int):
        self.data, self.batch_size = data, batch_size
        self._steps = {}

    @property
    def n_compiled(self) -> int:
        """The number of kinds of networks that were compiled so far."""
        return len(self._steps)

    def fit(self, model: keras.Model, epochs: int, *, first: int = 0, seed: int = 0) -> dict[str, list[float]]:
        """Train a network in place.

        Parameters
        ----------
        model : keras.Model
            A compiled network.
        epochs : int
            Number of epochs to train.
        first : int
            Number of epochs that it was trained before.
        seed : int
            Seed of the mini-batches: epoch e has the order ``epoch_order(n, seed, e)``.

        Returns
        -------
        dict of str to list of float
            ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``, one value per epoch, as ``fit`` records them.
        """
        kind = kind_of(model)
        if kind is None:
            return fit_plain(model, self.data, epochs, self.batch_size, first=first, seed=seed)
        if kind not in self._steps:
            self._steps[kind] = _Step(model, self.data)
        return self._steps[kind].fit(model, epochs, self.batch_size, first=first, seed=seed)


def accuracy_on(model: keras.Model, X: np.ndarray, y: np.ndarray) -> float:
    """Return a compiled network's accuracy on some images, if possible without taking half a second to trace itself."""
    if kind_of(model) is None:
        return float(model.evaluate(X, y, batch_size=N_AT_ONCE, verbose=0, return_dict=True)["accuracy"])
    predictions = np.concatenate([model(X[i : i + N_AT_ONCE], training=False) for i in range(0, len(X), N_AT_ONCE)])
    return float(np.mean(ACCURACIES[type(model.loss)](y, predictions)))


def fit_plain(
    model: keras.Model, data, epochs: int, batch_size: int, *, first: int = 0, seed: int = 0
) -> dict[str, list[float]]:
    """Train a network by one call of ``model.fit``; arguments, mini-batches and result are those of ``Trainer.fit``."""
    _start_generators()
    if model.built:  # ScheduleFreeAdamW (Keras 3.15) loses the initial weights when it is built within the first step
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
    """Silence what TensorFlow logs when a process first takes batches from Python."""
    with quietly():
        one = tf.data.Dataset.from_generator(lambda: iter([0]), output_signature=tf.TensorSpec((), tf.int64))
        list(one)


class _Batches(keras.utils.PyDataset):
    """The mini-batches of an epoch. A callback sets the order: Keras calls ``on_epoch_end`` before the first, too."""

    def __init__(self, X, y, batch_size):
        super().__init__()
        self.X, self.y, self.batch_size = np.asarray(X), np.asarray(y), batch_size
        self.order = np.arange(len(X))

    def reorder(self, seed, epoch):
        self.order = epoch_order(len(self.X), seed, epoch)

    def __len__(self):
        return -(-len(self.X) // self.batch_size)

    def __getitem__(self, index):
        rows = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.X[rows], self.y[rows]


class _Penalty(keras.regularizers.Regularizer):
    """An L1 and L2 penalty whose strengths may change after compiling."""

    def __init__(self):
        self.l1, self.l2 = (tf.Variable(0.0, trainable=False) for _ in range(2))

    def __call__(self, x):
        return self.l1 * tf.reduce_sum(tf.abs(x)) + self.l2 * tf.reduce_sum(tf.square(x))

    def follow(self, regularizer):
        """Take the strengths of a Keras regularizer."""
        self.l1.assign(float(getattr(regularizer, "l1", 0)))
        self.l2.assign(float(getattr(regularizer, "l2", 0)))


class _Step:
    """An epoch, compiled for one kind of network."""

    def __init__(self, model, data):
        self.template = _copy(model)
        self.penalties = [variable.regularizer for variable in self.template.variables if variable.regularizer]
        let_any_size(self.template.variables)
        self.optimizer = model.optimizer.from_config(model.optimizer.get_config())
        self.optimizer.build(self.template.trainable_variables)
        let_any_size(self.optimizer.variables)
        self.variables, self.loss = self.template.variables + self.optimizer.variables, model.loss
        self.accuracy = ACCURACIES[type(model.loss)]
        self.n_images = len(data.X_train)
        self.X, self.y = tf.constant(np.asarray(data.X_train)), tf.constant(np.asarray(data.y_train))
        self.X_val, self.y_val = tf.constant(np.asarray(data.X_val)), tf.constant(np.asarray(data.y_val))
        order, size = tf.TensorSpec([None], tf.int64), tf.TensorSpec([], tf.int64)
        epoch = tf.function(self._epoch, autograph=False)
        self.epoch = epoch.get_concrete_function(order, size)  # this way TensorFlow does not count and log traces

    def fit(self, model, epochs, batch_size, *, first, seed):
        """Train ``model`` with the compiled epoch: its state is copied in, and back at the end."""
        theirs = variables_of(model)
        for ours, variable in zip(self.variables, theirs, strict=True):
            ours.value.assign(variable.value)  # `ours.assign` would insist on the shape of the template's
        regularizers = [variable.regularizer for variable in model.variables if variable.regularizer]
        for penalty, regularizer in zip(self.penalties, regularizers, strict=True):
            penalty.follow(regularizer)
        history = {}
        for epoch in range(first, first + epochs):
            order = tf.constant(epoch_order(self.n_images, seed, epoch))
            for name, value in self.epoch(order, tf.constant(batch_size, tf.int64)).items():
                history.setdefault(name, []).append(float(value))
        for ours, variable in zip(self.variables, theirs, strict=True):
            variable.assign(ours.value)
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
            size = tf.cast(tf.shape(X)[0], tf.float32)
            right = tf.cast(self.accuracy(y, prediction), tf.float32)
            return i + 1, loss + size * batch_loss, hits + tf.reduce_sum(right)

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
        prediction.set_shape(self.template.output_shape)  # losses need it, and layers of any size do not know it
        return prediction

    def _loss(self, y, prediction):
        return tf.add_n([self.loss(y, prediction), *self.template.losses])


def _copy(model):
    """A network of the same layers, with penalties of variable strength."""
    layers = [layer.from_config(layer.get_config()) for layer in model.layers]
    copy = keras.Sequential([keras.Input(model.input_shape[1:]), *layers])
    for ours, theirs in zip(copy.variables, model.variables, strict=True):
        ours.trainable, ours.regularizer = theirs.trainable, _Penalty() if theirs.regularizer else None
    return copy
