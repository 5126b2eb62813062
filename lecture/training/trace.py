"""The path of any Keras optimizer over a surface, in float64."""

from contextlib import contextmanager

import keras
import numpy as np

from lecture import surfaces
from lecture.checks import whole
from lecture.keras_graph import optimizer_config
from lecture.surfaces import BEALE, Surface


def trace(
    optimizer: keras.optimizers.Optimizer,
    surface: Surface | str = BEALE,
    start: tuple[float, float] | None = None,
    steps: int = 100,
) -> np.ndarray:
    """Return the path of a Keras optimizer over a surface.

    A fresh copy of the optimizer takes the steps, in float64; the optimizer itself stays unused, so that it can be
    traced again or train a network. Its learning rate is the decimal number that was typed, such as 0.01, not the
    nearest float32 number.

    Parameters
    ----------
    optimizer : keras.optimizers.Optimizer
        Any Keras optimizer, with a number or a schedule as its learning rate: ``keras.optimizers.Lion(0.01)``.
    surface : lecture.surfaces.Surface or str
        Surface, or its key in ``SURFACES``.
    start : (float, float), optional
        Point inside the surface's window; the surface's own start if None.
    steps : int
        Number of steps, at least 0.

    Returns
    -------
    ndarray of shape (steps + 1, 2), float64
        The start, and the point after each step. Rows after the first point that is not finite are NaN.

    Raises
    ------
    ValueError
        If ``optimizer`` is not a Keras optimizer, there is no such surface, the start is outside its window, or
        ``steps`` is negative.
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
    """Keras in float64, on the CPU, since Metal has no float64 and two weights need no GPU."""
    before = keras.config.floatx()
    keras.config.dtype_policy()  # made from floatx when first read, and kept: so read it before that changes
    keras.config.set_floatx("float64")
    try:
        with keras.device("cpu:0"):
            yield
    finally:
        keras.config.set_floatx(before)


def _fresh(optimizer):
    """A new optimizer with the same settings, in the current precision of Keras."""
    config = optimizer_config(optimizer)
    rate = config.get("learning_rate")
    if callable(rate):
        config["learning_rate"] = _fresh_schedule(rate)
    elif rate is not None:
        config["learning_rate"] = float(str(np.float32(rate)))  # the shortest decimal number for this float32
    return type(optimizer).from_config(_exact(config))


def _fresh_schedule(schedule):
    """The schedule with exact settings, if it has a config."""
    try:
        return type(schedule).from_config(_exact(schedule.get_config()))
    except (AttributeError, NotImplementedError):
        return schedule


def _exact(config):
    return {name: _Exact(value) if isinstance(value, float) else value for name, value in config.items()}


class _Exact(float):
    """A number that becomes a float64 tensor directly; TensorFlow rounds a plain one to float32 first."""

    dtype = "float64"

    def __tf_tensor__(self, dtype=None, name=None):
        return keras.ops.convert_to_tensor(np.array(self), dtype=dtype or "float64")


class _Walker(keras.Model):
    """A model with two weights only: its input is a gradient, its output the weights after the step.

    As a model it is compiled by Keras: a plain loop of ``optimizer.apply`` takes five times as long.
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
        scale = keras.ops.cast(self.optimizer.scale_loss(1.0), gradient.dtype)  # by which the optimizer divides
        self.optimizer.apply([scale * gradient], [self.weights_to_move])
        return keras.ops.convert_to_tensor(self.weights_to_move)
