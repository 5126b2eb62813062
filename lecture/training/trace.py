"""The path of any Keras optimizer over a surface, in float64."""

from contextlib import contextmanager

import keras
import numpy as np

from lecture import surfaces
from lecture.checks import whole
from lecture.surfaces import BEALE


def trace(optimizer, surface=BEALE, start=None, steps=100):
    """Return the path of a Keras optimizer over a surface.

    A fresh copy of the optimizer takes the steps, in float64: the one handed in is left as it was, and can be traced
    again or train a network. Its learning rate is taken as it was typed, 0.01 and not the float32 number next to it.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        Any, with a number or a schedule as its learning rate: ``keras.optimizers.Lion(0.01)``.
    surface : lecture.surfaces.Surface or str
    start : (float, float), optional
        Inside the surface's window; its own start if left out.
    steps : int
        At least 0.

    Returns
    -------
    ndarray of shape (steps + 1, 2), float64
        The start, and the point after each step. Rows after the first point that is not finite are NaN.

    Raises
    ------
    ValueError
        If ``optimizer`` is none of Keras', there is no such surface, the start is outside its window, or ``steps`` is
        negative.
    """
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(f"optimizer must be a Keras optimizer, such as keras.optimizers.Adam(0.2), got {optimizer!r}.")
    surface = surfaces.get(surface)
    path = np.full((whole(steps, "steps") + 1, 2), np.nan)
    path[0] = surface.point(start)
    with _float64(), np.errstate(all="ignore"):
        walker = _Walker(path[0], _fresh(optimizer))
        for s in range(steps):
            path[s + 1] = walker.predict_on_batch(np.array(surface.gradient(*path[s])))
            if not np.isfinite(path[s + 1]).all():
                break
    return path


@contextmanager
def _float64():
    """Keras in float64, on the CPU: Metal has no such numbers, and two weights are not worth a GPU's while."""
    before = keras.config.floatx()
    keras.config.dtype_policy()  # is made of floatx when first asked for, and kept: so ask before that changes
    keras.config.set_floatx("float64")
    try:
        with keras.device("cpu:0"):
            yield
    finally:
        keras.config.set_floatx(before)


def _fresh(optimizer):
    """A copy of the optimizer without its past, made in the precision that Keras has now."""
    rate = optimizer._learning_rate  # the property of that name gives a schedule's value, not the schedule
    settings = object.__new__(type(optimizer))  # the same without its schedule, which need not be one that can be saved
    settings.__dict__.update(vars(optimizer), _learning_rate=None if callable(rate) else rate)
    config = settings.get_config()
    if callable(rate):
        config["learning_rate"] = _fresh_schedule(rate)
    elif "learning_rate" in config:
        config["learning_rate"] = float(
            str(np.float32(config["learning_rate"]))
        )  # the shortest number that float32 holds so
    return type(optimizer).from_config(_exact(config))


def _fresh_schedule(schedule):
    """The schedule with exact settings, where it says what they are."""
    try:
        return type(schedule).from_config(_exact(schedule.get_config()))
    except (AttributeError, NotImplementedError):
        return schedule


def _exact(config):
    return {name: _Exact(value) if isinstance(value, float) else value for name, value in config.items()}


class _Exact(float):
    """A number that TensorFlow makes a float64 tensor of; where it casts a plain one, it rounds it to float32 first."""

    dtype = "float64"

    def __tf_tensor__(self, dtype=None, name=None):
        return keras.ops.convert_to_tensor(np.array(self), dtype=dtype or "float64")


class _Walker(keras.Model):
    """A model of nothing but two weights: its input is a gradient, its output what the weights are after the step.

    Being a model, it has its step compiled by Keras: a plain loop of ``optimizer.apply`` takes five times as long.
    """

    def __init__(self, start, optimizer):
        super().__init__(dtype="float64")
        self.weights_to_move = self.add_weight(shape=(2,), name="point", initializer="zeros")
        self.weights_to_move.assign(start)
        self.built = True
        optimizer.build([self.weights_to_move])
        self.compile(optimizer=optimizer, jit_compile=False)

    def predict_step(self, data):
        gradient, *_ = data
        scale = keras.ops.cast(
            self.optimizer.scale_loss(1.0), gradient.dtype
        )  # optimizers that scale losses divide by it
        self.optimizer.apply([scale * gradient], [self.weights_to_move])
        return keras.ops.convert_to_tensor(self.weights_to_move)
