"""One clear sentence for bad input: what was wanted, and what came."""

import math
from numbers import Integral, Real


def one_of(name, known, what):
    """Return ``name`` if it is among ``known``, else say which there are.

    Parameters
    ----------
    name : hashable
        What came.
    known : collection of str
        What is allowed: a registry's keys or a tuple.
    what : str
        What is being chosen, as the sentence names it, such as ``"source"``.

    Raises
    ------
    ValueError
        If ``name`` is not among them.

    >>> one_of("relu", ("relu", "tanh"), "activation")
    'relu'
    """
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"{what} must be one of {', '.join(map(str, known))}, got {name!r}.")
    return name


def whole(value, what, *, least=0, most=math.inf):
    """Return ``value`` as an int if it is a whole number in [least, most]; numbers in strings and booleans are refused.

    >>> whole(3, "epochs", least=1)
    3
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= value <= most:
        raise ValueError(f"{what} must be a whole number{_bounds(least, most)}, got {value!r}.")
    return int(value)


def real(value, what, *, least=-math.inf, most=math.inf, below=math.inf):
    """Return ``value`` as a float if it is a finite number with least <= value <= most and value < below.

    >>> real(0.5, "dropout", least=0, below=1)
    0.5
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not (least <= value <= most and value < below):
        upper = f" and below {below:g}" if below < math.inf else ""
        raise ValueError(f"{what} must be a number{_bounds(least, most)}{upper}, got {value!r}.")
    return float(value)


def _bounds(least, most):
    """How the sentence names a range."""
    if least > -math.inf and most < math.inf:
        return f" from {least:g} to {most:g}"
    if least > -math.inf:
        return f" of at least {least:g}"
    return f" of at most {most:g}" if most < math.inf else ""
