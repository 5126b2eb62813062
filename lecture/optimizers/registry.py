"""The named optimizers and schedules of the lecture, a row each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lecture.checks import one_of
from lecture.optimizers.rules import SGD, Adadelta, Adagrad, Adam, Adamax, Momentum, Nesterov, RMSprop, Rule
from lecture.optimizers.schedules import (
    Constant,
    CosineDecayRestarts,
    ExponentialDecay,
    GrowingMomentum,
    InverseTimeDecay,
    OneCycle,
    Triangular,
    WarmUp,
)


@dataclass(frozen=True)
class Optimizer:
    """A rule with the name, the settings and the look that it has in all comparisons.

    Attributes
    ----------
    name : str
        Key, such as ``"rmsprop_momentum"``.
    label : str
        Name in legends.
    rule : callable
        Class of the rule.
    settings : dict
        Arguments of the rule besides the learning rate.
    lecture_rate : float
        Learning rate at which the original lecture compared it on Beale's function: picked by hand, not tuned.
    look : (int, str, str)
        Number of the colour (``plots.COLORS``), line style and marker; related rules differ in the line, not in the
        colour.
    twin : (str, dict)
        The same optimizer in Keras: class in ``keras.optimizers``, and arguments besides the learning rate.
    """

    name: str
    label: str
    rule: Callable[..., Rule]
    lecture_rate: float
    look: tuple[int, str, str]
    twin: tuple[str, dict]
    settings: dict = field(default_factory=dict)

    def make(self, learning_rate: float | Callable) -> Rule:
        """Return the rule with a learning rate: a number, a schedule, or an array of numbers."""
        return self.rule(learning_rate, **self.settings)


_HEAVY = {"momentum": 0.9}
_ROWS = (
    Optimizer("sgd", "SGD", SGD, 0.01, (6, "-", "o"), ("SGD", {})),
    Optimizer("momentum", "Momentum", Momentum, 0.005, (0, "-", "s"), ("SGD", _HEAVY)),
    Optimizer("nesterov", "Nesterov", Nesterov, 0.005, (0, "--", "D"), ("SGD", _HEAVY | {"nesterov": True})),
    Optimizer("adagrad", "Adagrad", Adagrad, 0.4, (5, "-", "^"), ("Adagrad", {})),
    Optimizer("rmsprop", "RMSprop", RMSprop, 0.1, (1, "-", "P"), ("RMSprop", {})),
    Optimizer("rmsprop_momentum", "RMSprop + momentum", RMSprop, 0.1, (1, "--", "X"), ("RMSprop", _HEAVY), _HEAVY),
    Optimizer("adadelta", "Adadelta", Adadelta, 1.0, (5, "--", "v"), ("Adadelta", {})),
    Optimizer("adam", "Adam", Adam, 0.2, (2, "-", "<"), ("Adam", {})),
    Optimizer("adamax", "Adamax", Adamax, 0.5, (2, "--", ">"), ("Adamax", {})),
)
OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType({row.name: row for row in _ROWS})
RULES: Mapping[str, Callable[..., Rule]] = MappingProxyType({row.name: row.make for row in _ROWS})
_SCHEDULES = {"warm_up": "warm-up"}  # those whose names are not the words of their keys
LECTURE_RATES: Mapping[str, float] = MappingProxyType({row.name: row.lecture_rate for row in _ROWS})

# An example of each schedule, for 100 steps on Beale's function.
SCHEDULED: Mapping[str, Rule] = MappingProxyType(
    {
        "constant": SGD(Constant(0.03)),
        "exponential": SGD(ExponentialDecay(0.036, decay_steps=100, decay_rate=0.1)),
        "inverse_time": SGD(InverseTimeDecay(0.036, decay_steps=100, decay_rate=5)),
        "cosine_restarts": SGD(CosineDecayRestarts(0.036, first_decay_steps=15)),
        "triangular": SGD(Triangular(0.005, 0.06, step_size=15)),
        "one_cycle": SGD(OneCycle(0.05, total_steps=100)),
        "warm_up": SGD(WarmUp(0.06, warmup_steps=20)),
        "growing_momentum": Momentum(0.005, GrowingMomentum(period=5)),
    }
)


def label(name: str) -> str:
    """Return what an optimizer or a schedule is called in tables and legends.

    Parameters
    ----------
    name : str
        Its key in `OPTIMIZERS` or `SCHEDULED`.

    Raises
    ------
    ValueError
        If the key is unknown.

    >>> label("rmsprop_momentum"), label("cosine_restarts"), label("warm_up")
    ('RMSprop + momentum', 'cosine restarts', 'warm-up')
    """
    one_of(name, [*OPTIMIZERS, *SCHEDULED], "name")
    return OPTIMIZERS[name].label if name in OPTIMIZERS else _SCHEDULES.get(name, name.replace("_", " "))
