"""Schedules: learning rates, or momenta, that change with the step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real
from lecture.optimizers.settings import check_settings


class Schedule:
    """A setting that changes with the step: ``schedule(step)``, for one step or an array of them.

    Subclasses define ``rate(step, ops)`` with the functions of ``ops`` only, which is NumPy or a module with the same
    names: so Keras can compute the same formula on its tensors.
    """

    def __post_init__(self):
        check_settings(self, schedules=("learning_rate",))

    def __call__(self, step: ArrayLike) -> Any:
        return self.rate(np.asarray(step, dtype=float)[()], np)

    def rate(self, step: Any, ops: Any) -> Any:
        """Return the setting at a step, computed with the functions of ``ops``."""
        raise NotImplementedError


def rates(schedule: float | Callable[[Any], Any], n_steps: int, what: str) -> np.ndarray:
    """Return the learning rate of each step, an array (n_steps,).

    Parameters
    ----------
    schedule : float or callable
        Learning rate, or a function of the step, from 0.
    n_steps : int
        Number of update steps.
    what : str
        What the message calls the schedule.

    Raises
    ------
    ValueError
        If a learning rate is not a finite number of at least 0.

    >>> rates(Triangular(0.0, 1.0, 2), 5, "schedule").tolist()
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if not callable(schedule):
        return np.full(n_steps, real(schedule, what, least=0))
    steps = np.arange(n_steps)
    at_each: Any = schedule(steps) if isinstance(schedule, Schedule) else [schedule(step) for step in range(n_steps)]
    found = np.array([float(rate) for rate in at_each])
    if not (fit := np.isfinite(found) & (found >= 0)).all():
        at = int(np.argmin(fit))
        raise ValueError(f"{what} must give learning rates of at least 0, got {found[at]} at step {at}.")
    return found


@dataclass(frozen=True)
class Constant(Schedule):
    """η"""

    learning_rate: float

    def rate(self, step, ops):
        return self.learning_rate + 0 * step


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    """η₀ rate^(s / steps). As `keras.optimizers.schedules.ExponentialDecay`."""

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float

    def rate(self, step, ops):
        return self.initial_learning_rate * self.decay_rate ** (step / self.decay_steps)


@dataclass(frozen=True)
class InverseTimeDecay(Schedule):
    """η₀ / (1 + rate s / steps). As `keras.optimizers.schedules.InverseTimeDecay`."""

    initial_learning_rate: float
    decay_steps: int
    decay_rate: float

    def rate(self, step, ops):
        return self.initial_learning_rate / (1 + self.decay_rate * step / self.decay_steps)


@dataclass(frozen=True)
class CosineDecayRestarts(Schedule):
    """Half a cosine from η₀ down to α η₀, repeated, each time ``t_mul`` times as long and ``m_mul`` times as high.

    Loshchilov & Hutter, SGDR (2017); as `keras.optimizers.schedules.CosineDecayRestarts`.
    """

    initial_learning_rate: float
    first_decay_steps: int
    t_mul: float = 2.0
    m_mul: float = 1.0
    alpha: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        real(self.t_mul, "t_mul", least=1)

    def rate(self, step, ops):
        done = step / self.first_decay_steps
        if self.t_mul == 1:
            restarts = ops.floor(done)
            done = done - restarts
        else:  # period i starts after (t_mul^i - 1) / (t_mul - 1) first periods
            restarts = ops.floor(ops.log2(1 + done * (self.t_mul - 1)) / np.log2(self.t_mul))
            done = (done - (self.t_mul**restarts - 1) / (self.t_mul - 1)) / self.t_mul**restarts
        height = self.m_mul**restarts * (1 + ops.cos(np.pi * done)) / 2
        return self.initial_learning_rate * ((1 - self.alpha) * height + self.alpha)


@dataclass(frozen=True)
class Triangular(Schedule):
    """Straight up from the initial to the maximal rate in ``step_size`` steps, straight down again, repeated.

    Smith, Cyclical Learning Rates (2017).
    """

    initial_learning_rate: float
    maximal_learning_rate: float
    step_size: int

    def rate(self, step, ops):
        height = 1 - ops.absolute(step / self.step_size % 2 - 1)
        return self.initial_learning_rate + (self.maximal_learning_rate - self.initial_learning_rate) * height


@dataclass(frozen=True)
class OneCycle(Schedule):
    """One cycle for the whole training: up to the maximal rate, then down to far below the initial one.

    Half a cosine up from the maximum / ``initial_divisor`` in the fraction ``warmup`` of the steps, then half a cosine
    down to the maximum / ``final_divisor``, where it stays. Smith & Topin, Super-Convergence (2018), as in fastai.
    """

    maximal_learning_rate: float
    total_steps: int
    warmup: float = 0.3
    initial_divisor: float = 25.0
    final_divisor: float = 1e4

    def __post_init__(self):
        super().__post_init__()
        real(self.warmup, "warmup", least=0, below=1)
        for name in ("initial_divisor", "final_divisor"):
            real(getattr(self, name), name, least=1)

    def rate(self, step, ops):
        rise, top = self.warmup * self.total_steps, self.maximal_learning_rate
        up = ops.minimum(step / max(rise, 1e-9), 1.0)
        down = ops.minimum(ops.maximum(step - rise, 0.0) / (self.total_steps - rise), 1.0)
        rising = top / self.initial_divisor + (top - top / self.initial_divisor) * (1 - ops.cos(np.pi * up)) / 2
        falling = top / self.final_divisor + (top - top / self.final_divisor) * (1 + ops.cos(np.pi * down)) / 2
        return ops.where(step < rise, rising, falling)


@dataclass(frozen=True)
class WarmUp(Schedule):
    """A straight rise over ``warmup_steps`` steps, the first already above 0, then ``learning_rate``.

    The rate may be another schedule, which starts where the rise ends.
    """

    learning_rate: float | Callable
    warmup_steps: int

    def rate(self, step, ops):
        then = self.learning_rate
        if isinstance(then, Schedule):
            then = then.rate(ops.maximum(step - self.warmup_steps, 0.0), ops)
        return ops.minimum((step + 1) / (self.warmup_steps + 1), 1.0) * then


@dataclass(frozen=True)
class GrowingMomentum(Schedule):
    """min(1 - (1 - start) / (⌊s / period⌋ + 1), end), which grows fast at first and slowly at the end.

    Sutskever et al., On the importance of initialization and momentum (2013), equation 5, there with period 250.
    """

    start: float = 0.5
    end: float = 0.99
    period: int = 250

    def rate(self, step, ops):
        return ops.minimum(1 - (1 - self.start) / (ops.floor(step / self.period) + 1), self.end)
