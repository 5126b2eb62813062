"""What a wrong function does with its arguments: two are swapped, one is not used, or the change alone is returned."""

import dis
import inspect
import itertools
from collections.abc import Callable, Sequence


def misused(function: Callable, is_right: Callable, spare: Sequence[int] = (), *, swaps: bool = True) -> str | None:
    """Say which use of its arguments makes a function wrong.

    Parameters
    ----------
    function : callable
        A student's function.
    is_right : callable
        Whether a function is a right answer.
    spare : sequence of int
        Places of the arguments that a right function need not use.
    swaps : bool
        Whether to try two arguments swapped.

    Returns
    -------
    str or None
        A sentence; None if its arguments do not tell.

    >>> misused(lambda a, b: b - a, lambda function: function(3, 1) == 2)
    'It would be right with a and b swapped.'
    """
    names = _parameters(function)
    for i, j in itertools.combinations(range(len(names) if swaps else 0), 2):
        if is_right(_swapped(function, i, j)):
            return f"It would be right with {names[i]} and {names[j]} swapped."
    if names and is_right(lambda *values: values[0] + function(*values)):
        return f"That is the change alone: add it to {names[0]}."
    unused = [name for place, name in enumerate(names) if place not in spare and not _uses(function, name)]
    return f"Where is {unused[0]}? The function does not use it." if unused else None


def _parameters(function):
    """The names of a function's positional parameters; none if they cannot be told."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [one.name for one in parameters] if all(one.kind == one.POSITIONAL_OR_KEYWORD for one in parameters) else []


def _swapped(function, i, j):
    def swapped(*values):
        values = list(values)
        values[i], values[j] = values[j], values[i]
        return function(*values)

    return swapped


def _uses(function, name):
    """Whether a function reads one of its parameters, or a function inside it may."""
    code = getattr(function, "__code__", None)
    if code is None or name in code.co_cellvars:
        return True
    read = [step.argval for step in dis.get_instructions(code) if "LOAD" in step.opname]
    return any(name == value or (isinstance(value, tuple) and name in value) for value in read)
