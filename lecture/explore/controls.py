"""What a reader can set: each control with its values, as labels for the page and as Python values for the drawing."""

import inspect
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real

from lecture.checks import real

MAX_VALUES = 1000  # of one slider: more than it has pixels


@dataclass(frozen=True)
class Control:
    """One thing to set.

    Attributes
    ----------
    name : str
        The parameter of the draw function.
    kind : "slider", "dropdown" or "tick"
    values : tuple
        What the draw function gets.
    labels : tuple of str
        What the reader sees of them, each different; the page's address holds them too.
    initial : int
        Position of the value that is shown first.
    """

    name: str
    kind: str
    values: tuple
    labels: tuple
    initial: int

    @property
    def title(self):
        """The name as a reader sees it."""
        return self.name.replace("_", " ")


def controls_of(draw, settings):
    """Return the controls that ``settings`` ask for, and the values that stay fixed.

    Parameters
    ----------
    draw : callable
        Its parameters' defaults are what the controls show first, where they are among the values.
    settings : dict of str to object
        As for `lecture.explore.explore`.

    Returns
    -------
    tuple of Control, dict of str to object

    Raises
    ------
    ValueError
        If a setting makes no control, or the draw function takes no such parameter or needs another one.
    """
    defaults = _defaults(draw, settings)
    made = {name: _control(name, setting, defaults.get(name)) for name, setting in settings.items()}
    controls = tuple(control for control in made.values() if control)
    return controls, {name: settings[name] for name, control in made.items() if control is None}


def name_of(draw):
    """Return the draw function's name, as messages and the page's address have it."""
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
    takes = [name for name, it in parameters.items() if it.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)]
    anything = any(it.kind is kinds.VAR_KEYWORD for it in parameters.values())
    for name in settings:
        if name not in takes and not anything:
            raise ValueError(f"{name_of(draw)} takes no {name!r}; it takes {', '.join(takes) or 'nothing'}.")
    needed = [name for name in takes if parameters[name].default is kinds.empty and name not in settings]
    if needed:
        raise ValueError(f"{name_of(draw)} also needs {', '.join(needed)}: give a control, or a single value that stays fixed.")
    return {name: parameters[name].default for name in takes if parameters[name].default is not kinds.empty}


def _control(name, setting, default):
    """Return the control for one setting, or None for a value that stays fixed."""
    if isinstance(setting, bool):
        return Control(name, "tick", (False, True), ("False", "True"), int(setting))
    if isinstance(setting, tuple) and setting and all(_is_number(value) for value in setting):
        values = _steps(name, setting)
        return _with_labels(name, "slider", values, map(_label, values), default, otherwise=(len(values) - 1) // 2)
    if isinstance(setting, dict):
        return _with_labels(name, "dropdown", setting.values(), map(_label, setting), default)
    if isinstance(setting, (list, tuple)):
        return _with_labels(name, "dropdown", setting, map(_label, setting), default)
    return None


def _with_labels(name, kind, values, labels, default, otherwise=0):
    """Return a control that shows ``default`` first if it has it, else the value at ``otherwise``."""
    values, labels = tuple(values), tuple(labels)
    if not values:
        raise ValueError(f"{name} must have at least one value to choose from, got none.")
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise ValueError(f"{name} must have values that read differently, got {twice!r} more than once.")
    first = _label(default)
    return Control(name, kind, values, labels, labels.index(first) if first in labels else otherwise)


def _steps(name, setting):
    """Return the values of the slider (lo, hi) or (lo, hi, step), worked out in decimals: 0.015, not 0.015000000000000001."""
    if len(setting) not in (2, 3):
        raise ValueError(f"{name} must be (lo, hi) or (lo, hi, step) for a slider, or a list for a dropdown, got {setting!r}.")
    whole = all(isinstance(value, Integral) for value in setting)
    lo, hi = (Decimal(repr(real(value, name))) for value in setting[:2])
    if hi < lo:
        raise ValueError(f"{name} must go from low to high, got {setting!r}.")
    if len(setting) == 3:
        step = Decimal(repr(real(setting[2], f"the step of {name}")))
    else:
        step = Decimal(1) if whole else (hi - lo) / 10 or Decimal(1)
    if step <= 0:
        raise ValueError(f"{name} must have a step above 0, got {setting!r}.")
    count = int((hi - lo) / step) + 1
    if count > MAX_VALUES:
        raise ValueError(f"{name} has {count} values, more than the {MAX_VALUES} that a slider can show: make its step larger, got {setting!r}.")
    return [int(lo + i * step) if whole else float(lo + i * step) for i in range(count)]


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _label(value):
    """How a value reads: numbers without digits that say nothing, functions and classes by their names."""
    if isinstance(value, Real) and not isinstance(value, (bool, Integral)):
        return f"{float(value):.12g}"
    return str(getattr(value, "__name__", value))
