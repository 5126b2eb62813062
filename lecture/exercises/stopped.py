"""What a student is told when their function stops with an exception: about shapes, in one sentence."""

import re
from collections.abc import Sequence

import numpy as np

from lecture.words import listed, plural

PRODUCT = re.compile(r"matmul: .*size (\d+) is different from (\d+)", re.DOTALL)
DOT = re.compile(r"shapes (\(.*?\)) and (\(.*?\)) not aligned")
ENTRYWISE = re.compile(r"could not be broadcast together with shapes (\(.*?\)) (\(.*?\))")


def sentence(error: Exception, arguments: Sequence[object]) -> str:
    """Return what went wrong, in a sentence about shapes if NumPy refused to combine two arrays.

    Parameters
    ----------
    error : Exception
        What the function raised.
    arguments : sequence
        What the function was called with.

    Returns
    -------
    str

    >>> sentence(ValueError("operands could not be broadcast together with shapes (4,) (25,) "), [])
    'Arrays of shapes (4,) and (25,) cannot be combined entry by entry.'
    """
    text = str(error)
    if product := PRODUCT.search(text):
        rows, columns = product.groups()
        return (
            f"A product A @ B needs as many columns in A as rows in B, and here {columns} meets {rows}"
            f"{_arguments(arguments)}."
        )
    if dot := DOT.search(text):
        return f"A product needs as many columns in the first as rows in the second; {dot[1]} and {dot[2]} do not fit."
    if entrywise := ENTRYWISE.search(text):
        return (
            f"Arrays of shapes {entrywise[1]} and {entrywise[2]} cannot be combined entry by entry"
            f"{_arguments(arguments)}."
        )
    return f"The function stops with {type(error).__name__}: {text}".rstrip(": .") + "."


def _arguments(arguments):
    """Which arrays a function got, as the end of a sentence."""
    shapes = [str(each.shape) for each in arguments if isinstance(each, np.ndarray)]
    if not shapes:
        return ""
    return f"; your function got {plural(len(shapes), 'an array of shape', 'arrays of shapes')} {listed(shapes)}"
