"""One clear sentence for bad input: what was wanted, and what came."""

import math
from collections.abc import Collection, Iterable
from numbers import Integral, Real
from typing import Any


def one_of(name: Any, known: Collection[str], what: str) -> str:
    """Return ``name`` if it is one of the known names, else refuse it with a list of them.

    Parameters
    ----------
    name : object
        The value given.
    known : collection of str
        Names that are allowed, such as the keys of a registry.
    what : str
        What the message calls the value, such as ``"source"``.

    Raises
    ------
    ValueError
        If ``name`` is not one of them.

    >>> one_of("relu", ("relu", "tanh"), "activation")
    'relu'
    """
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"{what} must be one of {', '.join(map(str, known))}, got {name!r}.")
    return name


def whole(value: Any, what: str, *, least: float = 0, most: float = math.inf) -> int:
    """Return ``value`` as an int if it is a whole number in [least, most]; strings and booleans are refused.

    >>> whole(3, "epochs", least=1)
    3
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= value <= most:
        raise ValueError(f"{what} must be a whole number{_bounds(least, most)}, got {value!r}.")
    return int(value)


def real(
    value: Any,
    what: str,
    *,
    least: float = -math.inf,
    above: float = -math.inf,
    most: float = math.inf,
    below: float = math.inf,
) -> float:
    """Return ``value`` as a float if it is a finite number with least <= value <= most and above < value < below.

    >>> real(0.5, "dropout", least=0, below=1)
    0.5
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or not (least <= value <= most and above < value < below):
        raise ValueError(f"{what} must be a number{_range(least, above, most, below)}, got {value!r}.")
    return float(value)


def seeds_of(seeds: Any) -> tuple[int, ...]:
    """Return seeds as a tuple of whole numbers; a number n stands for 0 to n - 1.

    >>> seeds_of(3), seeds_of([5, 8])
    ((0, 1, 2), (5, 8))
    """
    if not isinstance(seeds, Iterable):
        return tuple(range(whole(seeds, "seeds", least=1)))
    found = tuple(whole(seed, "a seed") for seed in seeds)
    if not found:
        raise ValueError("seeds must be one or more, got none.")
    return found


def _range(least, above, most, below):
    """A range that may leave out its ends, as the message names it."""
    upper = f" and below {below:g}" if below < math.inf else ""
    if above == -math.inf:
        return _bounds(least, most) + upper
    return f" above {above:g}" + (f" and at most {most:g}" if most < math.inf else upper)


def _bounds(least, most):
    """A range, as the message names it."""
    if least > -math.inf and most < math.inf:
        return f" from {least:g} to {most:g}"
    if least > -math.inf:
        return f" of at least {least:g}"
    return f" of at most {most:g}" if most < math.inf else ""
