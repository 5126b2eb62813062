"""How long Keras' ``fit`` takes: the time of epochs alone, and until enough of the test points are right."""

import time
from collections.abc import Sequence

import keras
import numpy as np

from lecture.experiments.mixtures import Points, one_hot
from lecture.experiments.protocol import RATE, initial_weights

ENOUGH = 0.8  # test accuracy until which the clock runs


class Clock(keras.callbacks.Callback):
    """A callback that takes the time of epochs, without that of measuring the test accuracy after each.

    Parameters
    ----------
    X, y : arrays (n, n_inputs) and (n,)
        Test points and their classes.
    least : int
        Number of epochs to time before training is stopped, even if enough of the test points are right.
    cap : float
        Seconds after which training is stopped in any case, at the end of an epoch.

    Attributes
    ----------
    seconds : list of float
        Time of each epoch.
    reached : float or None
        Seconds until `ENOUGH` of the test points were right.
    """

    def __init__(self, X: np.ndarray, y: np.ndarray, *, least: int, cap: float):
        super().__init__()
        self.X, self.y, self.least, self.cap = X, y, least, cap

    def on_train_begin(self, logs=None):
        self.seconds, self.reached = [], None

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.began)
        if self.reached is None:
            answers = keras.ops.convert_to_numpy(self.model(self.X, training=False)).argmax(axis=1)
            if np.mean(answers == self.y) >= ENOUGH:
                self.reached = sum(self.seconds)
        if (self.reached is not None and len(self.seconds) >= self.least) or sum(self.seconds) > self.cap:
            self.model.stop_training = True


def timed_fits(
    batch_size: int, hidden: Sequence[int], points: Points, seeds: Sequence[int], *, epochs: int, least: int, cap: float
) -> tuple[np.ndarray, np.ndarray]:
    """Time Keras' ``fit`` of a plain model, without compiling it.

    Parameters
    ----------
    batch_size : int
        Examples in a mini-batch.
    hidden : sequence of int
        Units of each hidden layer.
    points : Points
        Training and test points of each seed.
    seeds : sequence of int
        Seeds of the fits: each starts from the initial weights that a replica with its seed has.
    epochs : int
        Number of epochs whose time is wanted, in proportion to those that are done.
    least : int
        Number of epochs that are timed at least, unless the cap comes first.
    cap : float
        Seconds after which a fit ends.

    Returns
    -------
    run_time, until : arrays (n_seeds,)
        Seconds of ``epochs`` epochs, and seconds until `ENOUGH` of the test points were right; NaN where the fit ended
        before that was reached.
    """
    sizes = (points.X.shape[-1], *hidden, 2)
    model = _model(sizes)
    start = [keras.ops.convert_to_numpy(variable).copy() for variable in model.optimizer.variables]
    X, y = points.X, one_hot(points.y)
    few = slice(batch_size + X.shape[1] % batch_size)
    # once with a full mini-batch and once with the last one, so that nothing is left to be traced
    model.fit(X[0, few], y[0, few], batch_size=batch_size, epochs=1, verbose=0)
    weights, found = initial_weights(sizes, seeds), []
    for at, seed in enumerate(seeds):
        model.set_weights([values[at] for values in weights])
        for variable, value in zip(model.optimizer.variables, start):
            variable.assign(value)
        clock = Clock(points.X_test[at].astype("float32"), points.y_test[at], least=least, cap=cap)
        keras.utils.set_random_seed(seed)  # the order of the examples
        model.fit(X[at], y[at], batch_size=batch_size, epochs=10**6, verbose=0, callbacks=[clock])
        found.append((np.mean(clock.seconds) * epochs, np.nan if clock.reached is None else clock.reached))
    run_time, until = np.transpose(found)
    return run_time, until


def _model(sizes):
    """A model like those of the original lecture; compiling with XLA would take longer than training."""
    layers = [keras.layers.Dense(n, "sigmoid") for n in sizes[1:-1]] + [keras.layers.Dense(sizes[-1], "softmax")]
    model = keras.Sequential([keras.Input(sizes[:1]), *layers])
    model.compile(keras.optimizers.Adam(RATE), "categorical_crossentropy", jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model
