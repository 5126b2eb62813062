"""Compare an answer with the right one, and say in which way it differs."""

import numbers
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lecture.exercises.feedback import General, Wrong
from lecture.exercises.related import (
    CHANGES,
    EXACT,
    TURNED,
    changed,
    is_simple,
    last_digit,
    moved,
    moved_point,
    reshaped,
    where,
)
from lecture.words import listed

FLOAT32 = 1e-6  # relative error of a few operations in float32, whose numbers are 1.2e-7 apart
KINDS = {"ndarray": "an array", "str": "a text", "dict": "a dictionary", "bool": "a truth value"}


def number(
    answer: Any,
    wanted: float | np.number,
    *,
    known: Sequence[tuple] = (),
    tolerance: float = 1e-9,
    within: tuple[float, float] | None = None,
) -> None:
    """Accept a number that is within a relative ``tolerance`` of the right one.

    An answer that was computed in float32, as by Keras, may be off by that much rounding, unless a whole number is
    wanted: those are counts, which float32 holds exactly. A common mistake may be written with fewer digits, and is
    recognized as long as these are right.

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
    within : pair of float, optional
        Smallest and largest number that is possible at all, such as 0 and 1 for a share.

    Raises
    ------
    Wrong
        If the answer is not the right number.
    """
    answer = np.asarray(answer)[()] if getattr(answer, "shape", None) == () else answer
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        raise Wrong(f"A single number is wanted, this is {_instead(answer, wanted)}.")
    answer = _as_float(answer)
    if not float(wanted).is_integer() and _is_float32(answer):
        tolerance = max(tolerance, FLOAT32)
    if _is_near(answer, wanted, tolerance):
        return
    if not np.isfinite(answer):
        raise Wrong("The number is not finite.")
    loose = tolerance if float(wanted).is_integer() else max(tolerance, FLOAT32, last_digit(answer))
    near = [(abs(answer - value), hint) for value, hint in known if _is_near(answer, value, loose)]
    if near:
        raise Wrong(min(near, key=lambda pair: pair[0])[1])
    if usual := _usual(float(answer), float(wanted), loose, within):
        raise Wrong(usual)
    raise General(f"The number is too {_side(answer, wanted)}.")


def refuse_rules(given: Sequence, known: Sequence[Sequence[tuple]]) -> None:
    """Refuse numbers, one for each case, that a common wrong rule explains in all cases.

    Parameters
    ----------
    given : sequence of object
        What a function returned for each case.
    known : sequence of sequences of pairs (float, str)
        For each case what the wrong rules give, in the same order, and what to say about each rule.

    Raises
    ------
    Wrong
        If one of the rules gives the same numbers.
    """
    for rule in zip(*known):
        if all(
            isinstance(one, numbers.Real) and _is_near(_as_float(one), value, 1e-9)
            for one, (value, _) in zip(given, rule)
        ):
            raise Wrong(rule[0][1])


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
    except (TypeError, ValueError, OverflowError):
        raise Wrong(f"{what} must be an array of numbers, this is {_kind(answer)}.") from None
    wanted = np.asarray(wanted, dtype=float)
    if _is_same(given, wanted, tolerance):
        return
    for value, hint in known:
        if _is_same(given, value, tolerance):
            raise Wrong(hint)
    if given.shape == wanted.shape and given.any():
        if change := changed(given, wanted, lambda one, other: _is_same(np.asarray(one), other, tolerance)):
            raise Wrong(change)
    raise General(_difference(given, wanted, tolerance, what))


def choice(answer: Any, wanted: str, hints: Mapping[str, str]) -> None:
    """Accept the right one of several words, in capital or small letters.

    Parameters
    ----------
    answer : object
        The answer.
    wanted : str
        The right word.
    hints : mapping of str to str
        What speaks against each of the other words.

    Raises
    ------
    Wrong
        If the answer is not the right word.
    """
    words = sorted([wanted, *hints])
    if not isinstance(answer, str) or answer.strip().lower() not in words:
        raise Wrong(f"One of the words {listed([repr(word) for word in words], last='or')} is wanted, got {answer!r}.")
    given = answer.strip().lower()
    if given != wanted:
        raise Wrong(hints[given])


def shape(answer: Any, wanted: tuple | None, *, known: Sequence[tuple] = (), otherwise: str) -> None:
    """Accept the shape of a result, or that there is none because NumPy raises an error.

    An error is answered by ``"error"``, by the exception ``ValueError``, or by None.

    Parameters
    ----------
    answer : object
        The answer.
    wanted : tuple of int, or None
        The right shape; None if the operation is an error.
    known : sequence of pairs (tuple or None, str)
        Common mistakes: the shape that results from each, None for an error, and what to say about it.
    otherwise : str
        What to say about any other shape.

    Raises
    ------
    Wrong
        If the answer is not the right shape.
    """
    given = None if _is_error(answer) else answer
    if given is not None:
        if not isinstance(given, (tuple, list)):
            raise Wrong(f'A shape is wanted, a tuple of whole numbers, or "error"; this is a {type(given).__name__}.')
        if not all(isinstance(size, numbers.Real) for size in given):
            raise Wrong("A shape is a tuple of whole numbers, one for each axis.")
        given = tuple(given)
    if given == wanted:
        return
    raise Wrong(dict(known).get(given, otherwise))


def _is_error(answer):
    """Whether an answer says that there is an error."""
    if isinstance(answer, str):
        return "error" in answer.lower()
    return answer is None or (isinstance(answer, type) and issubclass(answer, Exception))


def _as_float(answer):
    """A number as a float; infinite if a float cannot be that large."""
    try:
        return float(answer)
    except OverflowError:
        return float("inf" if answer > 0 else "-inf")


def _kind(answer):
    """What an answer is, with its article."""
    name = type(answer).__name__
    return KINDS.get(name, f"a {name}")


def _instead(answer, wanted):
    """What an answer is that is no number, and how a number could be made of it."""
    if isinstance(answer, str):
        return "a text: a number has no quotes"
    try:
        entries = np.asarray(answer, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return _kind(answer)
    if entries.ndim == 0 or not entries.size:
        return _kind(answer)
    if _is_near(entries.sum(), wanted, FLOAT32):
        return f"{_kind(answer)} whose sum is wanted" if entries.size > 1 else f"{_kind(answer)} with the number in it"
    return f"{_kind(answer)} whose mean is wanted" if _is_near(entries.mean(), wanted, FLOAT32) else _kind(answer)


def _usual(answer, wanted, loose, within):
    """What is wrong with a number in a way that any number can be, or None."""
    if answer == 0:
        return _outside(answer, within)
    if float(wanted).is_integer():
        if wanted > 10 and 0 < abs(answer - wanted) < 1:
            return "A whole number is wanted."
        if wanted > 10 and abs(answer - wanted) == 1:
            return "Very close: is one counted too often, or forgotten?"
    elif _is_near(answer, wanted, loose):
        return "Very close: more digits are wanted. Let Python compute it, and do not round."
    if 0 < wanted < 1 and _is_near(answer, 100 * wanted, loose):
        return "That is in percent. A number between 0 and 1 is wanted."

    def near(one, other):
        return _is_near(one, other, min(loose, EXACT))

    if turned := changed(answer, wanted, near, TURNED) or _outside(answer, within):
        return turned
    if moved_point(answer, wanted, loose):
        return "The digits are right, but the decimal point is in the wrong place."
    return (None if is_simple(wanted) else changed(answer, wanted, near, CHANGES)) or _negative(answer, wanted)


def _outside(answer, within):
    if within is not None and not within[0] <= answer <= within[1]:
        return f"A number between {within[0]} and {within[1]} is wanted."
    return None


def _negative(answer, wanted):
    return "A positive number is wanted." if answer < 0 < wanted else None


def _side(answer, wanted):
    return "large" if answer > wanted else "small"


def _is_float32(answer):
    """Whether float32 holds a number exactly, as it holds all numbers that were computed in it."""
    with np.errstate(over="ignore"):
        return float(np.float32(answer)) == float(answer)


def _is_near(answer, value, tolerance):
    """Whether a number is another but for a relative error; beside 0 there is none."""
    return abs(float(answer) - float(value)) <= (tolerance * abs(float(value)) if value else 1e-12)


def _is_same(given, value, tolerance):
    same_shape = np.shape(value) == given.shape
    return same_shape and np.allclose(given, value, rtol=tolerance, atol=1e-9, equal_nan=True)


def _difference(given, wanted, tolerance, what):
    """In which way an array is wrong if it is none of the common mistakes."""

    def near(one, other):
        return _is_same(np.asarray(one, dtype=float), other, tolerance)

    if given.shape != wanted.shape:
        return reshaped(given, wanted, near) or _shape(given, what)
    if not np.isfinite(given).all():
        return f"{what} {_agrees(what, 'holds', 'hold')} numbers that are not finite."
    if wanted.any() and not given.any():
        return f"{what} {_agrees(what, 'is', 'are')} 0 everywhere."
    wrong = ~np.isclose(given, wanted, rtol=tolerance, atol=1e-9)
    places = moved(given, wanted, near) or where(wrong, given, wanted)
    return _scaled(given, wanted, what) or places or _share(wrong, what)


def _shape(given, what):
    """That an array has another shape, or is none."""
    if given.ndim == 0:
        return f"{what} {_agrees(what, 'is', 'are')} a single number here: an array is wanted."
    has = _agrees(what, "has", "have")
    return f"{what} {has} the shape {given.shape}. Which shape do the inputs have, and what is wanted for each?"


def _share(wrong, what):
    """How many of the entries are wrong."""
    has, its = _agrees(what, ("has", "its"), ("have", "their"))
    return f"{what} {has} the right shape, but {np.mean(wrong):.0%} of {its} entries differ."


def _scaled(given, wanted, what):
    """By which factor all entries are wrong, if it is the same for all."""
    factor = np.vdot(wanted, given) / max(np.vdot(wanted, wanted), 1e-300)
    if abs(factor) <= 1e-12 or not np.allclose(given, factor * wanted, rtol=1e-5, atol=1e-9):
        return None
    verb = _agrees(what, "is wrong", "are wrong")
    return f"{what} {verb} by the same factor everywhere, {factor:.3g}: something is scaled wrongly."


def _agrees(what, one, many):
    """The verb for what a message is about: "The labels have", "The softmax of large logits has"."""
    head = re.split(" of | for ", what)[0]
    return many if head.endswith("s") and not head.endswith("ss") else one
