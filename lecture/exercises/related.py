"""How a wrong answer is related to the right one, whatever the exercise: negative, reciprocal, sum over an axis, …

What is said here is true by itself, since it is computed: that an array is the transpose of the right one, say.
"""

from collections.abc import Callable, Sequence

import numpy as np

DIGITS = 2e-2  # largest relative error that is put down to digits that were left out
EXACT = 3e-3  # and if a change of the right answer is to be recognized, of which there are many
TURNED = (
    (np.negative, "The size is right, the sign is the other way round."),
    (np.reciprocal, "That is one over the right number: what is divided by what?"),
)
CHANGES = (
    (np.square, "That is the square of what is wanted."),
    (np.sqrt, "That is the root of what is wanted."),
    (lambda right: 1 - right, "That is one minus what is wanted."),
    (lambda right: 2 * right, "That is twice what is wanted."),
    (lambda right: right / 2, "That is half of what is wanted."),
    (np.log, "That is the logarithm of what is wanted."),
    (np.exp, "That is what is wanted, in the exponent of e."),
)
REDUCED = ((np.sum, "sum"), (np.mean, "mean"))


def changed(
    given: np.ndarray | float, right: np.ndarray | float, near: Callable, changes: Sequence[tuple] = TURNED + CHANGES
) -> str | None:
    """Say which change of the right answer, the same for all its entries, gives the wrong one.

    Parameters
    ----------
    given, right : array or float
        The two, of one shape.
    near : callable
        Function of two of them: whether they are taken for equal.
    changes : sequence of pairs (callable, str)
        The changes to try, and what to say about each.

    Returns
    -------
    str or None
        A sentence; None if it is none of the changes.

    >>> changed(16.0, 4.0, np.isclose)
    'That is the square of what is wanted.'
    """
    right = np.asarray(right, dtype=float)
    with np.errstate(all="ignore"):
        for change, sentence in changes:
            value = change(right)
            tells = not near(value, right) and not near(value, change(1.5 * right))  # 1 - x is 1 for any small x
            if np.isfinite(value).all() and tells and near(given, value):
                return sentence
    return None


def last_digit(answer: float) -> float:
    """Return the relative size of the last digit that a number was written with, at most ``DIGITS``.

    >>> round(last_digit(0.357), 5), last_digit(1 / 3) < 1e-15
    (0.0028, True)
    """
    if not answer:
        return 0.0
    mantissa, _, exponent = f"{float(answer)!r}e0".partition("e")
    decimals = len(mantissa.partition(".")[2].rstrip("0")) - int(exponent.partition("e")[0])
    return min(DIGITS, 10.0**-decimals / abs(answer))


def is_simple(number: float) -> bool:
    """Whether a number is so simple that others are its square or half by chance: a whole one to 20, or a fraction.

    >>> is_simple(0.5), is_simple(66.0)
    (True, False)
    """
    return any(round(one) == one and abs(one) <= 20 for one in (number, 1 / number if number else 0.0))


def moved_point(answer: float, right: float, tolerance: float) -> bool:
    """Whether a number is the right one with its decimal point in another place."""
    ratio = answer / right if right else 0.0
    if not 1e-30 < ratio < 1e30:
        return False
    places = round(np.log10(ratio))
    return places != 0 and abs(ratio / 10.0**places - 1) <= tolerance


def reshaped(given: np.ndarray, right: np.ndarray, same: Callable) -> str | None:
    """Say how an array of the wrong shape follows from the right one, or the right one from it.

    Parameters
    ----------
    given, right : array
        The two, of different shapes.
    same : callable
        Function of two arrays: whether they have one shape and are equal but for rounding.

    Returns
    -------
    str or None
        A sentence; None if neither follows from the other.

    >>> reshaped(np.array([3.0, 7.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array_equal)
    'That is the sum over axis 1. The entries by themselves are wanted.'
    """
    if not given.size:
        return "The array is empty."
    if given.size == right.size and given.ndim == right.ndim == 2 and same(given.T, right):
        return "That is transposed: rows and columns are swapped."
    if given.size == right.size and same(given.reshape(right.shape), right):
        return f"The numbers are right, but their shape, {given.shape}, is not."
    if same(given, right[right != 0]):
        return "What should be 0 is cut out: the shape has to stay."
    if given.ndim == 2 and same(np.diagonal(given), right):
        return "The diagonal of this array is wanted."
    return next(filter(None, (_reduced(given, right, same, *each) for each in REDUCED)), None)


def _reduced(given, right, same, reduce, name):
    """That an array is the sum of the right one, or the right one that of the array."""
    if same(given, np.asarray(reduce(right))):
        return f"That is the {name}. The entries by themselves are wanted."
    for axis in range(right.ndim):
        if same(np.squeeze(given), reduce(right, axis=axis)):
            return f"That is the {name} over axis {axis}. The entries by themselves are wanted."
    for axis in range(given.ndim):
        if same(np.asarray(reduce(given, axis=axis)), right):
            return f"The {name} of these over axis {axis} is wanted."
    return None


def moved(given: np.ndarray, right: np.ndarray, same: Callable) -> str | None:
    """Say how an array of the right shape has the right numbers in other places, or another number added to all.

    Parameters
    ----------
    given, right : array
        The two, of one shape.
    same : callable
        Function of two arrays: whether they are equal but for rounding.

    Returns
    -------
    str or None
        A sentence; None if it has other numbers.

    >>> moved(np.array([3.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0]), np.array_equal)
    'The entries are right, but in reverse order.'
    """
    if given.ndim == 2 and given.shape[0] == given.shape[1] and same(given.T, right):
        return "That is transposed: rows and columns are swapped."
    if right.size > 2 and same(given - np.mean(given - right), right):
        return "All entries are off by the same number: something is added, or left out."
    if len(np.unique(right)) < max(right.size, 3):
        return None  # zeros and ones are in another order by chance
    if any(same(np.flip(given, axis), right) for axis in range(right.ndim)):
        return "The entries are right, but in reverse order."
    if any(same(np.roll(given, by, axis), right) for axis in range(right.ndim) for by in (1, -1)):
        return "The entries are right, but each stands one place off."
    if same(np.sort(given, axis=None), np.sort(right, axis=None)):
        return "The entries are right, but in another order."
    return None


def where(wrong: np.ndarray, given: np.ndarray, right: np.ndarray) -> str | None:
    """Say at which entries an array is wrong, if these stand together.

    Parameters
    ----------
    wrong : array of bool
        Which entries are wrong; one or more.
    given, right : array
        The two, of the same shape.

    Returns
    -------
    str or None
        A sentence; None if they are scattered.

    >>> where(np.array([True, False, False]), np.ones(3), np.array([0.0, 1.0, 1.0]))
    'What should be 0 is not; all other entries are right.'
    """
    if right.any() and np.array_equal(wrong, right == 0):
        return "What should be 0 is not; all other entries are right."
    if (given[wrong] == 0).all():
        return "Some entries are 0 that should not be; the others are right."
    names = {0: "entry"} if wrong.ndim == 1 else {wrong.ndim - 1: "column", wrong.ndim - 2: "row"}
    for axis, name in names.items():
        lines = np.flatnonzero(np.moveaxis(wrong, axis, 0).reshape(wrong.shape[axis], -1).any(axis=1))
        if len(lines) == 1 < wrong.shape[axis] - 1:
            return f"Only {name} {lines[0]} is wrong, counted from 0."
    return None
