"""Compare an answer with the right one, and say in which way it differs."""

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lecture.exercises.feedback import Wrong

FLOAT32 = 1e-6  # relative error of a few operations in float32, whose numbers are 1.2e-7 apart


def number(answer: Any, wanted: float | np.number, *, known: Sequence[tuple] = (), tolerance: float = 1e-9) -> None:
    """Accept a number that is within a relative ``tolerance`` of the right one.

    An answer that was computed in float32, as by Keras, may be off by that much rounding, unless a whole number is
    wanted: those are counts, which float32 holds exactly.

    Parameters
    ----------
    answer : object
        The answer.
    wanted : float
        The right answer.
    known : sequence of pairs (float, str)
        Common mistakes: the number that results from each, and what to say about it.
    tolerance : float
        Largest relative error.

    Raises
    ------
    Wrong
        If the answer is not the right number.
    """
    answer = np.asarray(answer)[()] if getattr(answer, "shape", None) == () else answer
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        raise Wrong(f"A single number is wanted, this is a {type(answer).__name__}.")
    if not float(wanted).is_integer() and _is_float32(answer):
        tolerance = max(tolerance, FLOAT32)
    if _is_near(answer, wanted, tolerance):
        return
    for value, hint in known:
        if _is_near(answer, value, tolerance):
            raise Wrong(hint)
    if not np.isfinite(answer):
        raise Wrong("The number is not finite.")
    raise Wrong("The number is too large." if answer > wanted else "The number is too small.")


def array(
    answer: Any, wanted: ArrayLike, *, known: Sequence[tuple] = (), tolerance: float = 1e-6, what: str = "The result"
) -> None:
    """Accept an array of the right shape and values.

    Parameters
    ----------
    answer : object
        The answer.
    wanted : array
        The right answer.
    known : sequence of pairs (array, str)
        Common mistakes: the array that results from each, and what to say about it.
    tolerance : float
        Largest relative error of an entry.
    what : str
        Name of the array in messages.

    Raises
    ------
    Wrong
        If the answer is not the right array.
    """
    try:
        given = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"{what} must be an array of numbers, this is a {type(answer).__name__}.") from None
    wanted = np.asarray(wanted, dtype=float)
    if _is_same(given, wanted, tolerance):
        return
    for value, hint in known:
        if _is_same(given, value, tolerance):
            raise Wrong(hint)
    raise Wrong(_difference(given, wanted, tolerance, what))


def _is_float32(answer):
    """Whether float32 holds a number exactly, as it holds all numbers that were computed in it."""
    with np.errstate(over="ignore"):
        return float(np.float32(answer)) == float(answer)


def _is_near(answer, value, tolerance):
    return np.isclose(float(answer), value, rtol=tolerance, atol=1e-12)


def _is_same(given, value, tolerance):
    same_shape = np.shape(value) == given.shape
    return same_shape and np.allclose(given, value, rtol=tolerance, atol=1e-9, equal_nan=True)


def _difference(given, wanted, tolerance, what):
    """In which way an array is wrong if it is none of the common mistakes."""
    if given.shape != wanted.shape:
        return (
            f"{what} has the shape {given.shape}. Which shape do the inputs have, and what is wanted for each example?"
        )
    if not np.isfinite(given).all():
        return f"{what} holds numbers that are not finite."
    if np.allclose(given, -wanted, rtol=tolerance):
        return "The sign is the other way round."
    nonzero = np.abs(wanted) > 1e-12
    ratio = given[nonzero] / wanted[nonzero]
    if ratio.size and np.allclose(ratio, ratio[0], rtol=1e-5):
        return f"{what} is wrong by the same factor everywhere: something is scaled wrongly."
    fraction = np.mean(~np.isclose(given, wanted, rtol=tolerance, atol=1e-9))
    return f"{what} has the right shape, but {fraction:.0%} of its entries differ."
