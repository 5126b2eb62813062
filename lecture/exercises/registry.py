"""All exercises by name, and the check of an answer."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lecture.checks import one_of
from lecture.exercises.feedback import Feedback, Wrong


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    name : str
        Key in ``EXERCISES``.
    judge : callable
        Function of the answer; raises `Wrong` with a message if it is not right.
    right : str
        Message for a right answer: why it is right.
    """

    name: str
    judge: Callable
    right: str


EXERCISES: dict[str, Exercise] = {}


def exercise(name: str, right: str) -> Callable:
    """Register the decorated function as the judge of an exercise."""

    def register(judge):
        EXERCISES[name] = Exercise(name, judge, right)
        return judge

    return register


def check(name: str, answer: Any) -> Feedback:
    """Check the answer to an exercise.

    Parameters
    ----------
    name : str
        Name of the exercise, a key of ``EXERCISES``.
    answer : number, tuple, array or function
        What the exercise asks for. ``...`` and ``None``, and functions that return them, count as unanswered.

    Returns
    -------
    Feedback

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    asked = EXERCISES[one_of(name, EXERCISES, "exercise")]
    if _is_missing(answer):
        return Feedback("unanswered", "Not answered yet: replace the three dots with your answer.")
    try:
        asked.judge(answer if callable(answer) else deepcopy(answer))
    except Unanswered:
        return Feedback("unanswered", "Not answered yet: let the function return your answer.")
    except Wrong as wrong:
        return Feedback("wrong", f"Not yet. {wrong}")
    return Feedback("right", f"Right. {asked.right}")


class Unanswered(Exception):
    """A function returned nothing."""


def _is_missing(answer):
    return answer is None or answer is ...


def call(function: Callable, *arguments: Any) -> Any:
    """Call a student's function with copies, so that it cannot change what it is checked against.

    Raises
    ------
    Wrong
        If it is not a function, or raises an exception.
    Unanswered
        If it returns nothing.
    """
    if not callable(function):
        raise Wrong(f"A function is wanted, this is a {type(function).__name__}.")
    try:
        given = function(*deepcopy(arguments))
    except Exception as error:  # anything that a student's code may raise
        raise Wrong(f"The function stops with {type(error).__name__}: {error}".rstrip(": ") + ".") from error
    if _is_missing(given):
        raise Unanswered
    return given
