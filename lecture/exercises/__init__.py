"""Exercises that check themselves: a student gives an answer and is told whether it is right, or what is wrong.

>>> print(check("counting-weights", ...))
? Not answered yet: replace the three dots with your answer.
"""

from lecture.exercises import (  # noqa: F401 - each registers its exercises
    activations,
    architecture,
    atoms_capacity,
    atoms_inputs,
    atoms_training,
    differentiation,
    first_network,
    from_scratch_gradients,
    from_scratch_training,
    landscape_paths,
    landscape_solutions,
    optimizers,
    practice_training,
    regularization,
    training,
    tuning,
)
from lecture.exercises.feedback import Feedback
from lecture.exercises.registry import EXERCISES, check

__all__ = ["EXERCISES", "Feedback", "check"]
