"""What makes two searches the same one: digests of their images and of the functions that make their networks."""

import ast
import dis
import functools
import hashlib
import inspect
import textwrap
import types
import zlib

import numpy as np

PLAIN = (bool, int, float, complex, str, bytes, type(None))


def data_digest(data):
    """Return a text that differs between data sets: training and validation part, images and labels in their order."""
    parts = [np.ascontiguousarray(getattr(data, name)) for name in ("X_train", "y_train", "X_val", "y_val")]
    return " ".join(f"{part.shape}{part.dtype.str}{zlib.crc32(part):08x}" for part in parts)


def function_digest(function):
    """Return a text that differs between functions that do different things, as far as their code tells.

    That is its source, without comments and layout, its defaults, and what it names of its own module or closes over:
    numbers, texts and functions. What can change while it runs (a list, a counter that it sets) does not count, another
    module only by its name.
    """
    return hashlib.sha256("\n".join(_words(function, set())).encode()).hexdigest()[:16]


def _words(it, seen):
    """Yield all that tells a value from others."""
    if isinstance(it, functools.partial):
        yield from _words((it.func, it.args, tuple(sorted(it.keywords.items()))), seen)
    elif isinstance(it, types.MethodType):
        yield from _words(it.__func__, seen)
    elif isinstance(it, types.FunctionType):
        yield from _words_of_function(it, seen)
    elif isinstance(it, tuple):
        yield "("
        for part in it:
            yield from _words(part, seen)
        yield ")"
    elif isinstance(it, PLAIN):
        yield repr(it)
    else:
        yield getattr(it, "__qualname__", type(it).__qualname__)


def _words_of_function(function, seen):
    if function.__code__ in seen:
        return
    seen.add(function.__code__)
    yield _code(function)
    set_here = {it.argval for it in dis.get_instructions(function) if it.opname in ("STORE_GLOBAL", "STORE_DEREF")}
    named = {name: it for name, it in _named(function).items() if name not in set_here}
    yield from _words((tuple(sorted(named.items(), key=lambda item: item[0])), function.__defaults__), seen)
    yield from _words(tuple(sorted((function.__kwdefaults__ or {}).items())), seen)


def _named(function):
    """What a function closes over, and what it names of its own module, without what can change in place."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or ()))
    closed = {name: cell.cell_contents for name, cell in cells.items() if cell != types.CellType()}
    named = {name: function.__globals__[name] for name in function.__code__.co_names if name in function.__globals__}
    here = function.__module__
    own = {name: it for name, it in named.items() if getattr(it, "__module__", here) == here}
    return {name: it for name, it in (own | closed).items() if isinstance(it, (*PLAIN, tuple, types.FunctionType))}


def _code(function):
    """A function's source, as Python would write it; of a lambda, or without a source, what it was compiled to."""
    if function.__name__ != "<lambda>":
        try:
            return ast.unparse(ast.parse(textwrap.dedent(inspect.getsource(function))))
        except (OSError, TypeError, SyntaxError):
            pass
    return _compiled(function.__code__)


def _compiled(code):
    constants = [_compiled(it) if isinstance(it, types.CodeType) else _ordered(it) for it in code.co_consts]
    return f"{code.co_code.hex()} {constants} {code.co_names} {code.co_varnames}"


def _ordered(constant):
    return sorted(map(repr, constant)) if isinstance(constant, frozenset) else repr(constant)
