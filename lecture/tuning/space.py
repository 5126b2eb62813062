"""What a search may choose: named ranges, some of which count only where another one has a certain value."""

import runpy
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np

from lecture.checks import real, whole
from lecture.models import mlp


@dataclass(frozen=True)
class _Range:
    """What all ranges share: the condition under which they count."""

    when: Mapping = field(default_factory=dict, kw_only=True)  # {"optimizer": "sgd"}, or several values in a tuple

    def conditions(self) -> tuple[tuple[str, tuple], ...]:
        """Return the condition as pairs of a name and the values for which this range counts."""
        return tuple(
            (name, tuple(values) if isinstance(values, (tuple, list)) else (values,))
            for name, values in self.when.items()
        )

    def describe(self) -> str:
        """Return the range in words."""
        where = " and ".join(f"{name} is {' or '.join(map(str, values))}" for name, values in self.conditions())
        return self._words() + (f", where {where}" if where else "")

    def _words(self) -> str:
        """The range without its condition."""
        raise NotImplementedError


@dataclass(frozen=True)
class Choice(_Range):
    """One of several values of one type (numbers, strings or booleans), in no order."""

    values: tuple

    def __post_init__(self):
        if isinstance(self.values, (str, Set, Mapping)) or not np.iterable(self.values):
            raise ValueError(f"Choice must be of a list of values, got {self.values!r}.")
        values = tuple(value.item() if isinstance(value, np.generic) else value for value in self.values)
        object.__setattr__(self, "values", values)
        if not values:
            raise ValueError("Choice must be of one or more values, got none.")
        kinds = {type(value) for value in values}
        if len(kinds) > 1 or not kinds <= {bool, int, float, str} or len(set(values)) < len(values):
            raise ValueError(
                f"Choice must be of different values of one type, all numbers, strings or booleans, got {values}."
            )

    def register(self, hp: keras_tuner.HyperParameters, name: str) -> bool | int | float | str:
        """Add the range to KerasTuner's hyperparameters and return the value chosen there."""
        if isinstance(self.values[0], bool):
            return hp.Boolean(name) if len(self.values) == 2 else hp.Fixed(name, self.values[0])
        return hp.Choice(name, list(self.values), ordered=False if isinstance(self.values[0], str) else None)

    def _words(self):
        return "one of " + ", ".join(map(str, self.values))


@dataclass(frozen=True)
class Whole(_Range):
    """A whole number from ``low`` to ``high``, both included; in steps, or spread evenly over its logarithm."""

    low: int
    high: int
    step: int = 1
    log: bool = False  # then `step` is a factor of 2 or more, or 1 for any number

    def __post_init__(self):
        for name, least in (("low", 1 if self.log else 0), ("high", 0), ("step", 1)):
            object.__setattr__(self, name, whole(getattr(self, name), name, least=least))
        _refuse_reversed(self)

    def register(self, hp: keras_tuner.HyperParameters, name: str) -> bool | int | float | str:
        """Add the range to KerasTuner's hyperparameters and return the value chosen there."""
        step = None if self.log and self.step == 1 else self.step
        return hp.Int(name, self.low, self.high, step=step, sampling="log" if self.log else "linear")

    def _words(self):
        steps = f", in {'factors' if self.log else 'steps'} of {self.step}" if self.step > 1 else ""
        return f"{self.low} to {self.high}{steps}" + (", on a log scale" if self.log else "")


@dataclass(frozen=True)
class Real(_Range):
    """A number from ``low`` to ``high``; with ``log`` spread evenly over its logarithm.

    A grid takes ten of them, both ends included.
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self):
        for name in ("low", "high"):
            object.__setattr__(self, name, real(getattr(self, name), name))
        if self.log and self.low <= 0:
            raise ValueError(f"low must be above 0 on a log scale, got {self.low!r}.")
        _refuse_reversed(self)

    def register(self, hp: keras_tuner.HyperParameters, name: str) -> bool | int | float | str:
        """Add the range to KerasTuner's hyperparameters and return the value chosen there."""
        return hp.Float(name, self.low, self.high, sampling="log" if self.log else "linear")

    def _words(self):
        return f"{self.low:g} to {self.high:g}" + (", on a log scale" if self.log else "")


def _refuse_reversed(span):
    if span.low >= span.high:
        kind = type(span).__name__
        raise ValueError(
            f"{kind} must go from a smaller number to a larger one, got low={span.low!r} and high={span.high!r}."
        )


class Space(Mapping):
    """Ranges by name, and the network that their values make. Print it, or change it with `replace`.

    Parameters
    ----------
    make_model : callable
        ``make_model(**values)`` returns a compiled network. It gets only the values that count.
    **ranges : Choice, Whole or Real
        A range with a condition comes after the ranges that its condition names.

    Raises
    ------
    ValueError
        If there is no range, or a condition names none before it or a value that it cannot have.
    TypeError
        If a range is something else.
    """

    def __init__(self, make_model: Callable[..., keras.Model], **ranges: _Range):
        if not callable(make_model):
            raise TypeError(f"make_model must be a function that returns a network, got {make_model!r}.")
        if not ranges:
            raise ValueError("a space must have one range or more, got none.")
        self.make_model, self._ranges = make_model, {}
        for name, span in ranges.items():
            if not isinstance(span, _Range):
                raise TypeError(f"{name} must be a Choice, Whole or Real, got {span!r}.")
            self._check_condition(name, span)
            self._ranges[name] = span

    def _check_condition(self, name, span):
        for other, values in span.conditions():
            if other not in self._ranges:
                raise ValueError(
                    f"{name} counts only where {other} has a certain value, so {other} must be a range before it."
                )
            known = self._ranges[other]
            never = [value for value in values if not _can_be(known, value)]
            if never:
                raise ValueError(
                    f"{name} counts where {other} is {never[0]!r}, which {other} ({known.describe()}) never is."
                )

    def __getitem__(self, name: str) -> _Range:
        return self._ranges[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ranges)

    def __len__(self) -> int:
        return len(self._ranges)

    def __repr__(self) -> str:
        width = max(map(len, self))
        return "\n".join(f"{name:{width}}  {span.describe()}" for name, span in self.items())

    def replace(self, **ranges: _Range | None) -> "Space":
        """Return the space with some ranges changed or added; ``None`` removes one.

        >>> print(mlp_space().replace(n_layers=Whole(1, 2), activation=None)["n_layers"].describe())
        1 to 2
        """
        changed = {name: span for name, span in (dict(self) | ranges).items() if span is not None}
        return Space(self.make_model, **changed)

    def words(self) -> dict[str, str]:
        """Return the ranges in words, by name."""
        return {name: span.describe() for name, span in self.items()}

    def make(self, values: Mapping) -> keras.Model:
        """Return the network of some values."""
        return self.make_model(**values)

    def register(self, hp: keras_tuner.HyperParameters) -> dict:
        """Add all ranges to KerasTuner's hyperparameters; return the values that count, by name."""
        return self.counting(
            {name: _register_where(hp, name, span, list(span.conditions())) for name, span in self.items()}
        )

    def counting(self, values: Mapping) -> dict:
        """Return the values that count: those of this space's ranges whose conditions hold."""
        found = {}
        for name, span in self.items():
            if name in values and all(found.get(other) in allowed for other, allowed in span.conditions()):
                found[name] = values[name]
        return found


class FunctionSpace:
    """The space of a function ``make_model(hp)``, as KerasTuner has it: its ranges show only when the function runs.

    Parameters
    ----------
    make_model : callable
        Asks ``hp``, KerasTuner's hyperparameters, for values, and returns a compiled network.
    """

    def __init__(self, make_model: Callable[[keras_tuner.HyperParameters], keras.Model]):
        self.make_model = make_model

    def words(self) -> dict[str, str]:
        """Return no ranges: the function must run to name them."""
        return {}

    def make(self, values: Mapping) -> keras.Model:
        """Return the network of some values."""
        hp = keras_tuner.HyperParameters()
        hp.values = dict(values)
        return self.make_model(hp)

    def register(self, hp: keras_tuner.HyperParameters) -> None:
        """Have the function ask ``hp`` for all that its network needs."""
        self.make_model(hp)


def as_space(space: Space | FunctionSpace | Callable) -> Space | FunctionSpace:
    """Return a space as the search uses it: a `Space` as it is, a function ``make_model(hp)`` as a `FunctionSpace`.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if isinstance(space, (Space, FunctionSpace)):
        return space
    if not callable(space):
        raise TypeError(f"space must be a Space or a function make_model(hp), got {space!r}.")
    return FunctionSpace(space)


def _can_be(span, value):
    """Whether a range has a value."""
    return value in span.values if isinstance(span, Choice) else span.low <= value <= span.high


def _register_where(hp, name, span, conditions):
    """Register a range inside the scopes of its conditions, one in the other."""
    if not conditions:
        return span.register(hp, name)
    (other, values), *rest = conditions
    with hp.conditional_scope(other, list(values)):
        return _register_where(hp, name, span, rest)


def mlp_space() -> Space:
    """Return a useful search space for a course: the lecture's dense networks.

    The strength of a penalty counts only where there is a penalty, momentum only with SGD.

    >>> mlp_space()["learning_rate"].describe()
    '0.0001 to 0.1, on a log scale'
    """
    return Space(
        make_mlp,
        n_layers=Whole(1, 3),
        n_units=Whole(32, 512, step=2, log=True),
        activation=Choice(("relu", "tanh")),
        penalty=Choice(("none", "l1", "l2")),
        strength=Real(1e-6, 1e-2, log=True, when={"penalty": ("l1", "l2")}),
        dropout=Choice((0.0, 0.2, 0.4)),
        batch_norm=Choice((False, True)),
        optimizer=Choice(("rmsprop", "adam", "adamw", "sgd")),
        momentum=Choice((0.0, 0.9), when={"optimizer": "sgd"}),
        learning_rate=Real(1e-4, 1e-1, log=True),
    )


def make_mlp(
    n_layers: int = 2,
    n_units: int = 512,
    *,
    penalty: str = "none",
    strength: float = 0.0,
    optimizer: str = "rmsprop",
    learning_rate: float = 0.001,
    momentum: float = 0.0,
    **others,
) -> keras.Sequential:
    """Return `models.mlp` for the values of `mlp_space`; what is left out has the lecture's default.

    Parameters
    ----------
    n_layers, n_units : int
        Number of hidden layers, and of units in each.
    penalty : str
        ``"none"``, ``"l1"`` or ``"l2"``.
    strength : float
        Strength of the penalty.
    optimizer : str
        ``"rmsprop"``, ``"adam"``, ``"adamw"`` (with Keras' weight decay, 0.004) or ``"sgd"``.
    learning_rate, momentum : float
        Settings of the optimizer; the momentum counts for SGD only.
    **others
        Passed to ``mlp``: ``activation``, ``dropout``, ``batch_norm``, ``initializer``, ``seed``, ….
    """
    made = {
        "rmsprop": lambda: keras.optimizers.RMSprop(learning_rate),
        "adam": lambda: keras.optimizers.Adam(learning_rate),
        "adamw": lambda: keras.optimizers.AdamW(learning_rate),
        "sgd": lambda: keras.optimizers.SGD(learning_rate, momentum=momentum),
    }[optimizer]()
    penalties: dict[str, Any] = {} if penalty == "none" else {penalty: strength}
    return mlp(*[n_units] * n_layers, optimizer=made, **penalties, **others)


def from_file(path: str | Path) -> Space | Callable:
    """Return what a Python file defines as ``space``: a `Space`, or a function ``make_model(hp)``.

    Raises
    ------
    ValueError
        If the file cannot be run, or defines no ``space``.
    """
    try:
        found = runpy.run_path(str(path)).get("space")
    except Exception as error:
        raise ValueError(f"{path} could not be run: {type(error).__name__}: {error}") from error
    if found is None:
        raise ValueError(f"{path} must define `space`, such as space = mlp_space(); it does not.")
    return found
