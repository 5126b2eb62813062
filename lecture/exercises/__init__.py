"""Exercises that check themselves: a student gives an answer and is told whether it is right, or what is wrong.

>>> print(check("counting-weights", ...))
? Not answered yet: replace the three dots with your answer.
"""

from lecture.exercises import (  # noqa: F401 - each registers its exercises
    activations,
    architecture,
    atoms_capacity,
    atoms_experiments,
    atoms_inputs,
    atoms_training,
    design,
    differentiation,
    first_network,
    from_scratch_gradients,
    from_scratch_training,
    landscape_paths,
    landscape_solutions,
    optimizers,
    practice_training,
    reading,
    regularization,
    repair,
    training,
    tuning,
    tuning_care,
    worth,
)
from lecture.exercises.design import Prediction, images
from lecture.exercises.feedback import Feedback
from lecture.exercises.reading import curves
from lecture.exercises.registry import EXERCISES, check

__all__ = ["EXERCISES", "Feedback", "Prediction", "check", "curves", "images"]
