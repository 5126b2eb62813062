"""What makes two searches the same one: digests of their images and of the functions that make their networks."""

import ast
import dis
import functools
import hashlib
import inspect
import textwrap
import types
import zlib
from collections.abc import Callable

import numpy as np

PLAIN = (bool, int, float, complex, str, bytes, type(None))


def data_digest(data) -> str:
    """Return a text that differs between data sets: training and validation set, images and labels in their order."""
    parts = [np.ascontiguousarray(getattr(data, name)) for name in ("X_train", "y_train", "X_val", "y_val")]
    return " ".join(f"{part.shape}{part.dtype.str}{zlib.crc32(part.data):08x}" for part in parts)


def function_digest(function: Callable) -> str:
    """Return a text that differs between functions that do different things, as far as their code shows.

    It covers a function's source without comments and layout, its defaults, and the numbers, strings and functions that
    it uses from its own module or closes over. What can change while it runs (a list, a counter that it sets) is left
    out; another module counts by its name only.
    """
    return hashlib.sha256("\n".join(_words(function, set())).encode()).hexdigest()[:16]


def _words(value, seen):
    """Yield all that distinguishes a value from others."""
    if isinstance(value, functools.partial):
        yield from _words((value.func, value.args, tuple(sorted(value.keywords.items()))), seen)
    elif isinstance(value, types.MethodType):
        yield from _words(value.__func__, seen)
    elif isinstance(value, types.FunctionType):
        yield from _words_of_function(value, seen)
    elif isinstance(value, tuple):
        yield "("
        for part in value:
            yield from _words(part, seen)
        yield ")"
    elif isinstance(value, PLAIN):
        yield repr(value)
    else:
        yield getattr(value, "__qualname__", type(value).__qualname__)


def _words_of_function(function, seen):
    if function.__code__ in seen:
        return
    seen.add(function.__code__)
    yield _code(function)
    instructions = dis.get_instructions(function)
    set_here = {step.argval for step in instructions if step.opname in ("STORE_GLOBAL", "STORE_DEREF")}
    named = {name: value for name, value in _named(function).items() if name not in set_here}
    yield from _words((tuple(sorted(named.items(), key=lambda item: item[0])), function.__defaults__), seen)
    yield from _words(tuple(sorted((function.__kwdefaults__ or {}).items())), seen)


def _named(function):
    """What a function closes over, and what it uses from its own module, without what can change in place."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    closed = {name: cell.cell_contents for name, cell in cells.items() if cell != types.CellType()}
    named = {name: function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__}
    here, lasting = function.__module__, (*PLAIN, tuple, types.FunctionType)
    own = {name: value for name, value in named.items() if getattr(value, "__module__", here) == here}
    return {name: value for name, value in (own | closed).items() if isinstance(value, lasting)}


def _code(function):
    """A function's source, as Python would write it; for a lambda, or without a source, its compiled code."""
    if function.__name__ != "<lambda>":
        try:
            return ast.unparse(ast.parse(textwrap.dedent(inspect.getsource(function))))
        except (OSError, TypeError, SyntaxError):
            pass
    return _compiled(function.__code__)


def _compiled(code):
    constants = [_compiled(part) if isinstance(part, types.CodeType) else _ordered(part) for part in code.co_consts]
    return f"{code.co_code.hex()} {constants} {code.co_names} {code.co_varnames}"


def _ordered(constant):
    return sorted(map(repr, constant)) if isinstance(constant, frozenset) else repr(constant)
