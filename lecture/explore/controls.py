"""The controls of an explorer: each with its values, as labels for the page and as Python values for the drawing."""

import inspect
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, MappingView, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

import numpy as np

from lecture.checks import real

MAX_VALUES = 1000  # of one control: a slider has fewer pixels
ROUNDING = 1e-9  # share of a step within which a slider's last value is hi


@dataclass(frozen=True)
class Control:
    """One thing to set.

    Attributes
    ----------
    name : str
        The parameter of the draw function.
    kind : "slider", "dropdown" or "tick"
    values : tuple
        Values for the draw function; NumPy's numbers and booleans have become Python's.
    labels : tuple of str
        Texts of the values, for the reader and for the page's address: all different, numbers with 12 digits.
    initial : int
        Position of the value that is shown first.
    """

    name: str
    kind: str
    values: tuple
    labels: tuple[str, ...]
    initial: int

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ")


def controls_of(draw: Callable, settings: Mapping[str, Any]) -> tuple[tuple[Control, ...], dict[str, Any]]:
    """Return the controls that ``settings`` describe, and the values that stay fixed.

    Parameters
    ----------
    draw : callable
        Function whose parameters' defaults are shown first, if the controls have them.
    settings : dict of str to object
        The controls, as for `lecture.explore.explore`.

    Returns
    -------
    tuple of Control, dict of str to object

    Raises
    ------
    ValueError
        If a setting describes no control, or the draw function does not take this parameter or needs another one.
    """
    defaults = _defaults(draw, settings)
    made = {name: _control(name, setting, defaults.get(name)) for name, setting in settings.items()}
    controls = tuple(control for control in made.values() if control)
    return controls, {name: settings[name] for name, control in made.items() if control is None}


def name_of(draw: Callable) -> str:
    """Return the draw function's name, for messages and the page's address."""
    function = getattr(draw, "func", draw)  # functools.partial keeps the function there
    name = getattr(function, "__name__", type(function).__name__)
    return "explorer" if name == "<lambda>" else name


def _defaults(draw, settings):
    """Return the defaults of the draw function's parameters; refuse settings that it does not take, or lacks."""
    try:
        parameters = inspect.signature(draw).parameters
    except (TypeError, ValueError):  # some functions written in C have no signature
        return {}
    kinds = inspect.Parameter
    by_name = kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY
    takes = [name for name, parameter in parameters.items() if parameter.kind in by_name]
    takes_all = any(parameter.kind is kinds.VAR_KEYWORD for parameter in parameters.values())
    for name in settings:
        if name not in takes and not takes_all:
            raise ValueError(f"{name_of(draw)} takes no {name!r}; it takes {', '.join(takes) or 'nothing'}.")
    needed = [name for name in takes if parameters[name].default is kinds.empty and name not in settings]
    if needed:
        raise ValueError(
            f"{name_of(draw)} also needs {', '.join(needed)}: give a control, or a single value that stays fixed."
        )
    return {name: parameters[name].default for name in takes if parameters[name].default is not kinds.empty}


def _control(name, setting, default):
    """Return the control for one setting, or None for a value that stays fixed."""
    if isinstance(setting, (bool, np.bool_)):
        return Control(name, "tick", (False, True), ("False", "True"), int(setting))
    if isinstance(setting, tuple) and setting and all(_is_number(value) for value in setting):
        values = _steps(name, setting)
        return _with_labels(name, "slider", values, default=default, otherwise=(len(values) - 1) // 2)
    if isinstance(setting, Mapping):
        return _with_labels(name, "dropdown", setting.values(), shown=setting, default=default)
    if _is_list(name, setting):
        values = _values(name, setting)
        return _with_labels(name, "dropdown", values, default=default)
    return None


def _is_list(name, setting):
    """Return whether a setting is several values in an order; refuse those that only look like it."""
    if isinstance(setting, (str, bytes, bytearray)):
        return False
    wanted, kind = f"{name} must be a list of values", type(setting).__name__
    if isinstance(setting, Iterator):
        raise ValueError(f"{wanted}, got a {kind}, which can be read only once.")
    if isinstance(setting, (set, frozenset)):
        raise ValueError(f"{wanted}, got a {kind}, which has no order.")
    if not hasattr(setting, "__array__"):  # which arrays have, tensors, and pandas' Series and Index
        return isinstance(setting, (Sequence, MappingView))
    shape = np.shape(setting)
    if len(shape) > 1:
        raise ValueError(
            f"{wanted} or an array with one axis, got an array of shape {shape}; "
            f"functools.partial(draw, {name}=…) keeps an array fixed."
        )
    return len(shape) == 1


def _values(name, setting):
    """Return the values of a list; numbers as NumPy has them, since pandas and tensors hand out something else."""
    _refuse_too_many(name, len(setting), "give fewer")
    array = np.asarray(setting) if hasattr(setting, "__array__") else None
    return list(setting if array is None or array.dtype.kind not in "biuf" else array)


def _with_labels(name, kind, values, *, default, shown=None, otherwise=0):
    """Return a control that shows ``default`` first if it has it, else the value at ``otherwise``.

    Labels are made from ``shown``, or from the values if None. A default is looked for among the labels, then among
    the values that are texts.
    """
    if not len(values):
        raise ValueError(f"{name} must have at least one value to choose from, got none.")
    values, labels = tuple(map(_plain, values)), _labels(values if shown is None else shown)
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise ValueError(f"{name} must have values that read differently, got {twice!r} more than once.")
    first = _label(default)
    texts = labels if first in labels else tuple(value if isinstance(value, str) else None for value in values)
    return Control(name, kind, values, labels, texts.index(first) if first in texts else otherwise)


def _steps(name, setting):
    """Return the values of a slider (lo, hi) or (lo, hi, step), in exact fractions: 0.015, not 0.015000000000000001."""
    if len(setting) not in (2, 3):
        raise ValueError(
            f"{name} must be (lo, hi) or (lo, hi, step) for a slider, or a list for a dropdown, got {setting!r}."
        )
    whole = all(isinstance(value, Integral) for value in setting)
    lo, hi = (_fraction(value, name) for value in setting[:2])
    if hi < lo:
        raise ValueError(f"{name} must go from low to high, got {setting!r}.")
    if len(setting) == 3:
        step = _fraction(setting[2], f"the step of {name}")
    else:
        step = 1 if whole else (hi - lo) / 10 or 1
    if step <= 0:
        raise ValueError(f"{name} must have a step above 0, got {setting!r}.")
    n_steps = (hi - lo) / Fraction(step)
    ends_at_hi = abs(n_steps - round(n_steps)) <= (0 if whole else _rounding(setting, step))
    count = (round(n_steps) if ends_at_hi else math.floor(n_steps)) + 1
    _refuse_too_many(name, count, f"make its step larger, got {setting!r}")
    values = [lo + i * step for i in range(count)]
    if ends_at_hi and count > 1:
        values[-1] = hi
    return [int(value) if whole else float(value) for value in values]


def _fraction(value, what):
    """Return a number as the exact fraction that its digits say: 0.1 is 1/10, as float32 too."""
    real(value, what)
    return Fraction(int(value)) if isinstance(value, Integral) else Fraction(str(value))


def _rounding(setting, step):
    """Return by how many steps rounding may move hi off a value: more for short floats and small steps."""
    eps = max(float(np.finfo(value.dtype if isinstance(value, np.floating) else float).eps) for value in setting)
    return max(ROUNDING, min(4 * eps * float(max(map(abs, setting[:2])) / step), 0.01))


def _refuse_too_many(name, count, remedy):
    if count > MAX_VALUES:
        raise ValueError(f"{name} has {count} values, more than the {MAX_VALUES} that a control can show: {remedy}.")


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _plain(value):
    """Return NumPy's booleans and numbers as Python's; a float32 as it is printed, 0.1 and not 0.10000000149."""
    if isinstance(value, np.floating):
        return float(str(value))
    return value.item() if isinstance(value, (np.bool_, np.number, np.str_)) else value


def _labels(values):
    """Return the texts of values beside each other: what rounding left of 0, such as 5.6e-17 among tenths, is 0."""
    values = tuple(map(_plain, values))
    numbers = sorted({float(value) for value in values if _is_number(value) and math.isfinite(value)})
    smallest = min((b - a for a, b in itertools.pairwise(numbers)), default=0)
    nothing = min(1e-12 * smallest, 1e-15 * max(map(abs, numbers), default=0))
    return tuple(_label(0 if _is_number(value) and abs(value) < nothing else value) for value in values)


def _label(value):
    """The text of a value: numbers without meaningless digits, functions and classes by their names."""
    value = _plain(value)
    if _is_number(value) and not isinstance(value, Integral):
        return f"{float(value) + 0.0:.12g}"  # −0.0 reads 0
    return str(getattr(value, "__name__", value))
