"""The core's cyclical schedules, for training with Keras.

Keras has decaying schedules itself. The formulas are those of `lecture.optimizers`, computed with `keras.ops`, so that
there is only one copy of each.
"""

import dataclasses

import keras

from lecture import optimizers


class _FromCore(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule of `lecture.optimizers` as a Keras schedule, saved and loaded with a model."""

    formula: type[optimizers.Schedule]

    def __init__(self, *settings, **named):
        self.schedule = self.formula(*settings, **named)

    def __call__(self, step):
        return self.schedule.rate(keras.ops.cast(step, keras.config.floatx()), keras.ops)

    def get_config(self):
        return dataclasses.asdict(self.schedule)  # ty: ignore[invalid-argument-type]


@keras.saving.register_keras_serializable("lecture")
class Triangular(_FromCore):
    """Straight up and down between two rates: arguments as for `lecture.optimizers.Triangular`.

    >>> optimizer = keras.optimizers.SGD(Triangular(1e-5, 1e-1, step_size=2250))
    """

    formula = optimizers.Triangular


@keras.saving.register_keras_serializable("lecture")
class OneCycle(_FromCore):
    """One cycle for the whole training: arguments as for `lecture.optimizers.OneCycle`.

    >>> optimizer = keras.optimizers.SGD(OneCycle(0.1, total_steps=10 * steps_per_epoch), momentum=0.9)
    """

    formula = optimizers.OneCycle


@keras.saving.register_keras_serializable("lecture")
class WarmUp(_FromCore):
    """A straight rise to a constant rate: arguments as for `lecture.optimizers.WarmUp`."""

    formula = optimizers.WarmUp
