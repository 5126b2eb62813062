"""Exercises that check themselves: a student hands in an answer and hears whether it is right, and if not what is off.

>>> print(check("counting-weights", ...))
? Not answered yet: put your answer in the place of the three dots.
"""

from lecture.exercises import (  # noqa: F401 - each puts its exercises into the registry
    activations,
    architecture,
    atoms_capacity,
    atoms_inputs,
    atoms_training,
    first_network,
    optimizers,
    practice_training,
    regularization,
    training,
    tuning,
)
from lecture.exercises.registry import EXERCISES, check
from lecture.exercises.verdict import Verdict

__all__ = ["EXERCISES", "Verdict", "check"]
