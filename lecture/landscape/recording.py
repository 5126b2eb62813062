"""The gradient's norm in every step of a training, taken from the step itself."""

import warnings
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

N_UNKNOWN = 2**16  # steps that are kept of an epoch whose length Keras does not know
RUNNING = 0  # as good as False for ``fit``, which sets ``stop_training`` to False itself when another one begins


class GradientNorm(keras.callbacks.Callback):
    """Records the norm of the gradient that each update step uses, at no cost: there is no second pass.

    The optimizer's ``apply`` notes the norm on the way while the training step is compiled; outside the step the
    optimizer is as it was, also when ``fit`` is interrupted. At the end of an epoch the mean norm goes into the logs as
    ``gradient_norm``, so that ``History`` and ``TrainingPlot`` have it. A new ``fit`` starts a new record.

    Parameters
    ----------
    per_variable : bool
        Whether the mean norm of each variable goes into the logs, too, as ``gradient_norm/NAME``.

    Raises
    ------
    ValueError
        In ``fit``, if one callback is given twice.
    """

    def __init__(self, per_variable: bool = False):
        super().__init__()
        self.per_variable = per_variable
        self._names, self._done = [], []
        self._count: Any = None
        self._buffer: Any = None

    @property
    def norm(self) -> np.ndarray:
        """Norm of the whole gradient in each step (T,)."""
        return np.sqrt(self._squares().sum(axis=1))

    @property
    def by_variable(self) -> dict[str, np.ndarray]:
        """Norm of each variable's part in each step, {name: array (T,)}."""
        return dict(zip(self._names, np.sqrt(self._squares()).T))

    @property
    def sum_of_norms(self) -> np.ndarray:
        """The parts' norms added up in each step (T,): what some reports call the gradient's norm."""
        return np.sqrt(self._squares()).sum(axis=1)

    def on_train_begin(self, logs=None):
        """Start a new record, and watch the training step."""
        model = self.model
        if isinstance(model.train_function, _Watched):
            if model.train_function.callback is self and model.stop_training is RUNNING:
                raise ValueError("each GradientNorm must be given to fit once, and this one is there twice.")
            if model.stop_training is not RUNNING:  # left by a fit that was interrupted
                model.make_train_function(force=True)
        else:
            model.make_train_function(force=True)  # the step may have been compiled without us
        n_steps = (self.params or {}).get("steps") or N_UNKNOWN
        self._names = [variable.path for variable in model.trainable_variables]
        self._done = []
        self._count = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._buffer = tf.Variable(tf.zeros((n_steps, len(self._names))), trainable=False)
        model.train_function = _Watched(self, model.train_function)
        model.stop_training = RUNNING

    def on_epoch_end(self, epoch, logs=None):
        """Put the mean norm of the epoch into the logs."""
        squares = self._in_buffer()
        if not len(squares):
            warnings.warn(
                "GradientNorm recorded nothing: this model's train_step does not go through optimizer.apply.",
                stacklevel=2,
            )
            return
        self._done.append(squares)
        self._count.assign(0)
        if logs is not None:
            logs["gradient_norm"] = float(np.sqrt(squares.sum(axis=1)).mean())
            if self.per_variable:
                means = np.sqrt(squares).mean(axis=0)
                logs.update({f"gradient_norm/{name}": float(mean) for name, mean in zip(self._names, means)})

    def on_train_end(self, logs=None):
        """Let the next ``fit`` compile a step of its own."""
        self.model.train_function = None

    def noting(self, apply: Callable) -> Callable:
        """Return an optimizer's ``apply`` that also notes the gradient's norm."""

        def apply_and_note(grads, trainable_variables=None):
            squares = 2 * tf.stack([_half_square(gradient) for gradient in grads])
            with tf.control_dependencies([squares]):  # at the end of the data there is a step without a gradient
                place = tf.math.floormod(self._count, self._buffer.shape[0])
                self._buffer.scatter_nd_update([[place]], [squares])
                self._count.assign_add(1)
            return apply(grads, trainable_variables)

        return apply_and_note

    def _squares(self):
        """All squared norms so far, (T, n_variables), also those of an epoch that has not ended."""
        return np.concatenate([np.zeros((0, len(self._names))), *self._done, self._in_buffer()])

    def _in_buffer(self):
        if self._buffer is None:
            return np.zeros((0, len(self._names)))
        n, size = int(self._count), self._buffer.shape[0]
        rows = np.arange(max(0, n - size), n) % size
        return self._buffer.numpy()[rows].astype(float)


class _Watched:
    """A training step during which the optimizer notes the gradient's norm."""

    def __init__(self, callback, step):
        self.callback, self.step = callback, step

    def __call__(self, iterator):
        model = self.callback.model
        if model.stop_training is False:  # a later fit, after one that was interrupted
            model.make_train_function(force=True)
            return model.train_function(iterator)
        optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)  # whose gradients are not scaled
        own = vars(optimizer).get("apply")
        vars(optimizer)["apply"] = self.callback.noting(optimizer.apply)
        try:
            return self.step(iterator)
        finally:
            del vars(optimizer)["apply"]
            if own is not None:
                vars(optimizer)["apply"] = own


def _half_square(gradient):
    """Half the squared norm, which TensorFlow has as one operation."""
    if gradient is None:
        return tf.zeros([])
    return tf.cast(tf.nn.l2_loss(tf.convert_to_tensor(gradient)), tf.float32)
