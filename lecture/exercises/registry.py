"""All exercises by name, and the check of an answer."""

import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lecture.checks import one_of
from lecture.exercises.arguments import misused
from lecture.exercises.feedback import Feedback, General, Wrong
from lecture.exercises.stopped import sentence


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
    level : {"count", "read", "repair", "design"}
        What it asks for: a number or a line; to read a curve or a shape; to repair a program; to design a network or
        an experiment. The titles in the notebooks mark all but the first.
    takes_none : bool
        Whether None is an answer: that there is no result, because of an error.
    spare : sequence of int
        Places of the arguments that a function need not use.
    swaps : bool
        Whether a wrong function may be tried with two of its arguments swapped; not where that takes long.
    """

    name: str
    judge: Callable
    right: str
    level: str = "count"
    takes_none: bool = False
    spare: Sequence[int] = ()
    swaps: bool = True

    @property
    def points(self) -> int:
        """Points for a right answer, by level: 1, 2, 2, 4."""
        return POINTS[self.level]


POINTS = {"count": 1, "read": 2, "repair": 2, "design": 4}


EXERCISES: dict[str, Exercise] = {}


def exercise(name: str, right: str, *, level: str = "count", **options: Any) -> Callable:
    """Register the decorated function as the judge of an exercise.

    The judge may return a sentence about the answer, which then stands before ``right``. Further options are the
    fields of `Exercise`.
    """
    one_of(level, POINTS, "level")
    if name in EXERCISES:
        raise ValueError(f"{name} is the name of another exercise already.")

    def register(judge):
        EXERCISES[name] = Exercise(name, judge, right, level, **options)
        return judge

    return register


def check(name: str, answer: Any) -> Feedback:
    """Check the answer to an exercise.

    Parameters
    ----------
    name : str
        Name of the exercise, a key of ``EXERCISES``.
    answer : number, tuple, array or function
        What the exercise asks for. ``...`` and None, and functions that return them, count as unanswered; but where
        an exercise asks for a shape, None says that there is none, because NumPy raises an error.

    Returns
    -------
    Feedback

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    asked = EXERCISES[one_of(name, EXERCISES, "exercise")]
    if answer is ... or (answer is None and not asked.takes_none):
        return Feedback("unanswered", "Not answered yet: replace the three dots with your answer.")
    try:
        said = asked.judge(_copied(answer))
    except Unanswered as unanswered:
        return Feedback("unanswered", str(unanswered) or "Not answered yet: replace the three dots with your answer.")
    except General as general:
        return Feedback("wrong", f"Not yet. {_misused(asked, answer) or general}")
    except Wrong as wrong:
        return Feedback("wrong", f"Not yet. {wrong}")
    return Feedback("right", " ".join(filter(None, ["Right.", said, asked.right])))


def _copied(answer):
    """A copy of an answer, or the answer itself if it is a function or cannot be copied."""
    try:
        return answer if callable(answer) else deepcopy(answer)
    except TypeError:
        return answer


def _misused(asked, answer):
    """What a function does wrongly with its arguments, or None."""

    def is_right(function):
        with warnings.catch_warnings(action="ignore"):  # with other arguments a root may be negative
            try:
                asked.judge(function)
            except (Wrong, Unanswered):
                return False
        return True

    return misused(answer, is_right, asked.spare, swaps=asked.swaps) if callable(answer) else None


class Unanswered(Exception):
    """There is no answer yet: a function returns nothing, a part is missing, or a fault is as it was."""


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
        raise Wrong(sentence(error, arguments)) from error
    if given is None or given is ...:
        raise Unanswered("Not answered yet: let the function return your answer.")
    return given
