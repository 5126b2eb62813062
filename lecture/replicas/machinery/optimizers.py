"""Keras optimizers for many nets at once: those whose update of a number depends on that number's own history alone."""

from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf

from lecture.optimizers import schedules

KNOWN = ("SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "Nadam", "Ftrl", "Lion")
N_RATES = 256  # steps in one call that have learning rates of their own


class Rates(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate for each replica, shape (n_replicas, 1), that can be changed between runs."""

    def __init__(self, n_replicas):
        self.values = tf.Variable(np.zeros((n_replicas, 1)), dtype=keras.config.floatx(), trainable=False)

    def __call__(self, step):
        return self.values.value()

    def get_config(self):
        return {}


class Scheduled(Rates):
    """A learning rate for each replica and each of the next steps, of which there are at most ``N_RATES``."""

    def __init__(self, n_replicas):
        values = np.zeros((N_RATES, n_replicas, 1))
        self.values = tf.Variable(values, dtype=keras.config.floatx(), trainable=False)

    def __call__(self, step):
        return tf.gather(self.values, tf.cast(step, tf.int32) % N_RATES)

    def assign(self, begin, rates):
        """Set the rates (n, n_replicas) of the steps from ``begin`` on."""
        values = np.zeros(self.values.shape)
        values[(begin + np.arange(len(rates))) % N_RATES] = rates[..., None]
        self.values.assign(values)


def checked(optimizer):
    """Return a Keras optimizer, from its name or itself.

    Raises
    ------
    ValueError
        If Keras does not know it, or its update mixes replicas.
    """
    try:
        found = keras.optimizers.get(optimizer)
    except ValueError:
        raise ValueError(
            f"optimizer must be one of {', '.join(KNOWN)} or a Keras optimizer, got {optimizer!r}."
        ) from None
    name = type(found).__name__
    if name not in KNOWN:
        raise ValueError(
            f"optimizer must update each weight by itself, as {', '.join(KNOWN)} do; {name} is not known to, and would "
            "mix replicas."
        )
    for setting in ("clipnorm", "global_clipnorm"):
        if getattr(found, setting):
            raise ValueError(
                f"{name} must not clip gradients by their norm ({setting}={getattr(found, setting)}): the norm would "
                "mix replicas; clipvalue does not."
            )
    if found.use_ema or found.gradient_accumulation_steps:
        raise ValueError(
            f"{name} must not average weights or accumulate gradients here (use_ema, gradient_accumulation_steps)."
        )
    return found


def rates_of(optimizer, learning_rate, n_replicas, n_steps):
    """Return the learning rate of each replica, (n_replicas,), or (n_steps, n_replicas) where one has a schedule.

    None for an optimizer with a schedule of its own.

    Raises
    ------
    ValueError
        If they are not numbers of at least 0, or schedules of such numbers, one or as many as replicas.
    """
    several = list(learning_rate) if isinstance(learning_rate, list | tuple) else [learning_rate]
    if any(callable(one) for one in several):
        return _scheduled(optimizer, several, n_replicas, n_steps)
    if learning_rate is None:
        schedule = optimizer.get_config()["learning_rate"]
        if not isinstance(schedule, (int, float)):
            return None
        learning_rate = schedule
    return per_replica(learning_rate, n_replicas, "learning_rate")


def _scheduled(optimizer, several, n_replicas, n_steps):
    """The rates (n_steps, n_replicas) of schedules and numbers, one or as many as replicas."""
    if len(several) not in (1, n_replicas):
        raise ValueError(f"learning_rate must be one, or one for each of {n_replicas} replicas, got {len(several)}.")
    if not isinstance(optimizer.get_config()["learning_rate"], int | float):
        raise ValueError("learning_rate must be None where the optimizer has a schedule, got a schedule too.")
    known = {id(one): schedules.rates(one, n_steps, "learning_rate") for one in several}
    columns = np.stack([known[id(one)] for one in several], axis=1)
    return np.broadcast_to(columns, (n_steps, n_replicas))


def per_replica(values, n_replicas, what):
    """Return numbers of at least 0, one for each replica, from one or as many.

    Raises
    ------
    ValueError
        If they are something else.
    """
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(
            f"{what} must be a number, or one for each of {n_replicas} replicas, got {values!r}."
        ) from None
    if array.shape not in ((), (n_replicas,)):
        raise ValueError(f"{what} must be a number, or one for each of {n_replicas} replicas, got shape {array.shape}.")
    if not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(
            f"{what} must be finite and at least 0, got {array[~np.isfinite(array) | (array < 0)].flat[0]}."
        )
    return np.broadcast_to(array, n_replicas).copy()


@dataclass(frozen=True)
class Rule:
    """A Keras optimizer's rule and settings; trainings with equal rules share a compiled program.

    Attributes
    ----------
    kind : type
    text : str
        The settings that are compiled: all but a learning rate that is a number.
    settings : dict
        As the optimizer's ``from_config`` takes them.
    """

    kind: type[keras.optimizers.Optimizer]
    text: str
    settings: dict = field(compare=False, repr=False)

    @classmethod
    def of(cls, optimizer):
        """Return the rule of an optimizer."""
        settings = {name: value for name, value in optimizer.get_config().items() if name != "name"}
        compiled = dict(settings)
        if isinstance(settings["learning_rate"], int | float):
            compiled["learning_rate"] = None
        return cls(type(optimizer), repr(sorted(compiled.items())), settings)

    def optimizer(self, rates):
        """Return a new optimizer, with ``rates`` instead of a learning rate that is a number."""
        found = self.kind.from_config(dict(self.settings))
        if isinstance(self.settings["learning_rate"], int | float):
            found = self.kind(**self.settings | {"learning_rate": rates})
        return found
