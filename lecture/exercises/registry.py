"""All exercises by name, and how an answer to one is checked."""

from copy import deepcopy
from dataclasses import dataclass

from lecture.checks import one_of
from lecture.exercises.verdict import Off, Verdict

EXERCISES = {}


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    name : str
    judge : callable
        Takes the answer; raises `Off` with a sentence if it is not right.
    right : str
        What a student hears who is right: why it is so.
    """

    name: str
    judge: object
    right: str


def exercise(name, right):
    """Register the decorated function as the judge of an exercise."""

    def register(judge):
        EXERCISES[name] = Exercise(name, judge, right)
        return judge

    return register


def check(name, answer):
    """Check an answer.

    Parameters
    ----------
    name : str
        Of the exercise, a key of ``EXERCISES``.
    answer : number, tuple, array or function
        What the exercise asks for. ``...`` and ``None``, and functions that return them, are no answers yet.

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    asked = EXERCISES[one_of(name, EXERCISES, "exercise")]
    if _is_missing(answer):
        return Verdict("unanswered", "Not answered yet: put your answer in the place of the three dots.")
    try:
        asked.judge(answer if callable(answer) else deepcopy(answer))
    except Unanswered:
        return Verdict("unanswered", "Not answered yet: let the function return your answer.")
    except Off as off:
        return Verdict("wrong", f"Not yet. {off}")
    return Verdict("right", f"Right. {asked.right}")


class Unanswered(Exception):
    """A function gave nothing back."""


def _is_missing(answer):
    return answer is None or answer is ...


def call(function, *arguments):
    """Call a student's function on copies, so that it cannot change what it is checked against.

    Raises
    ------
    Off
        If it is no function, or raises.
    Unanswered
        If it returns nothing.
    """
    if not callable(function):
        raise Off(f"A function is wanted, this is a {type(function).__name__}.")
    try:
        given = function(*deepcopy(arguments))
    except Exception as error:  # whatever a student's code may raise
        raise Off(f"The function stops with {type(error).__name__}: {error}".rstrip(": ") + ".") from error
    if _is_missing(given):
        raise Unanswered
    return given
