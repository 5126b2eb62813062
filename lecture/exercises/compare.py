"""Compare what came with what was wanted, and say in which way it differs."""

import numbers

import numpy as np

from lecture.exercises.verdict import Off


def number(answer, wanted, *, known=(), tolerance=1e-9):
    """Accept a number that is within a share ``tolerance`` of the wanted one.

    Parameters
    ----------
    answer : object
    wanted : float
    known : sequence of pairs (float, str)
        Mistakes that the exercise invites: the number that comes of each, and what to say to it.
    tolerance : float
    """
    if isinstance(answer, np.ndarray) and answer.ndim == 0:
        answer = answer.item()
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        raise Off(f"A single number is wanted, this is a {type(answer).__name__}.")
    near = lambda value: np.isclose(float(answer), value, rtol=tolerance, atol=1e-12)
    if near(wanted):
        return
    for value, hint in known:
        if near(value):
            raise Off(hint)
    if not np.isfinite(answer):
        raise Off("The number is not finite.")
    raise Off("The number is too large." if answer > wanted else "The number is too small.")


def array(given, wanted, *, known=(), tolerance=1e-6, what="The result"):
    """Accept an array of the wanted shape and values; ``known`` holds pairs of an array and what to say to it."""
    try:
        given = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise Off(f"{what} must be an array of numbers, this is a {type(given).__name__}.") from None
    wanted = np.asarray(wanted, dtype=float)
    same = lambda value: (
        np.shape(value) == given.shape and np.allclose(given, value, rtol=tolerance, atol=1e-9, equal_nan=True)
    )
    if same(wanted):
        return
    for value, hint in known:
        if same(value):
            raise Off(hint)
    if given.shape != wanted.shape:
        raise Off(
            f"{what} has the shape {given.shape}; look at the shapes of what goes in, and at what should come out for each example."
        )
    if not np.isfinite(given).all():
        raise Off(f"{what} holds numbers that are not finite.")
    if np.allclose(given, -wanted, rtol=tolerance):
        raise Off("The sign is the other way round.")
    ratio = given[np.abs(wanted) > 1e-12] / wanted[np.abs(wanted) > 1e-12]
    if ratio.size and np.allclose(ratio, ratio[0], rtol=1e-5):
        raise Off(f"{what} is off by the same factor everywhere: something is scaled wrongly.")
    share = np.mean(~np.isclose(given, wanted, rtol=tolerance, atol=1e-9))
    raise Off(f"{what} has the right shape, but {share:.0%} of its entries differ.")
