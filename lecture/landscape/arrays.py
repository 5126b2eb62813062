"""Arrays and parts of arrays that a user gives, checked."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def numbers(values: ArrayLike, what: str) -> np.ndarray:
    """Return values as an array of float.

    Parameters
    ----------
    values : array
    what : str
        What the message calls them.

    Raises
    ------
    ValueError
        If they are something else than real numbers, such as text or rows of different lengths.
    """
    try:
        return np.asarray(values, float)
    except (TypeError, ValueError):
        raise ValueError(f"{what} must be an array of real numbers, got {type(values).__name__}.") from None


def part(layers: slice | Sequence[slice] | None, P: int) -> np.ndarray:
    """Return which of P weights are in one or several slices, (n,) of int, ascending; all if None.

    Raises
    ------
    ValueError
        If they are no slices, or there is no weight in them.
    """
    parts = [slice(None)] if layers is None else [layers] if isinstance(layers, slice) else layers
    if isinstance(parts, (str, slice)) or not all(isinstance(of_one, slice) for of_one in parts):
        raise ValueError(f"layers must be slices of the row of weights, as names(model) has them, got {layers!r}.")
    found = np.unique(np.concatenate([np.empty(0, int), *(np.arange(P)[of_one] for of_one in parts)]))
    if not len(found):
        raise ValueError(f"layers must be slices with some of the {P} weights, got {layers!r}.")
    return found
