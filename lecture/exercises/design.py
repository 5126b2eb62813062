"""Design: train to a target within a budget, and predict an effect before it is measured.

A network is judged by training it: the student gives a function that trains one, and it is evaluated on validation
images that the function never sees. Targets are several standard deviations below what the solutions reach, so that
no seed decides: 2,494 to 3,322 parameters reached 0.79 to 0.82 in five seeds each (target 0.75).
"""

import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lecture.exercises.compare import number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import Unanswered, call, exercise
from lecture.optimizers import SGD, Momentum, descend
from lecture.surfaces import BEALE

MOST_PARAMETERS, PARAMETERS_TARGET = 3500, 0.75
MOST_STEPS, STEPS_TARGET = 60, 0.70
HUGE = 1e300  # beyond which a whole number is no float any more
STEPS, RATE, MOMENTUM, LEVEL = 2000, 0.001, 0.9, 0.1


@dataclass(frozen=True)
class Prediction:
    """A prediction, and the function that measures what was predicted.

    The check reads the prediction first, and calls the function only if there is one.

    Attributes
    ----------
    guess : object
        What is predicted.
    measure : callable
        The function; an exercise says what it gets and returns.
    """

    guess: Any
    measure: Callable


@cache
def images() -> Any:
    """Return the images that networks are judged on: 3,000 for training and 1,000 for validation, 14 × 14 pixels.

    Returns
    -------
    lecture.data.Dataset
        From the sample that the package carries, so that they are the same for everybody.
    """
    from lecture import data

    return data.fewer(data.load_fashion_mnist("sample", seed=0), 3000, 1000, averaged=True)


@exercise(
    "parameter-budget",
    "Few units in the first layer save most: it has a weight for each pixel and unit.",
    level="design",
)
def parameter_budget(answer):
    """A network of at most 3,500 parameters with a validation accuracy of 0.75."""
    network = _trained(answer)
    n_parameters = network.count_params()
    if n_parameters > MOST_PARAMETERS:
        raise Wrong(
            f"The network has {n_parameters:,} parameters, and the budget is {MOST_PARAMETERS:,}: a layer of n units "
            "after 196 pixels has 197 n."
        )
    accuracy = _reached(network, PARAMETERS_TARGET)
    return f"{n_parameters:,} parameters reach {accuracy:.3f} on images that were not trained on."


@exercise(
    "step-budget",
    "With few update steps the learning rate counts most: each step has to go far, but not too far.",
    level="design",
)
def step_budget(answer):
    """A network with a validation accuracy of 0.70 after at most 60 update steps."""
    network = _trained(answer)
    steps = int(getattr(network.optimizer, "iterations", 0))
    if steps == 0:
        raise Wrong("The network was compiled again after training, or not trained: its optimizer has made no step.")
    if steps > MOST_STEPS:
        raise Wrong(
            f"The optimizer made {steps} update steps, and the budget is {MOST_STEPS}: how many mini-batches make an "
            "epoch?"
        )
    accuracy = _reached(network, STEPS_TARGET)
    return f"{steps} update steps reach {accuracy:.3f} on images that were not trained on."


def _trained(answer):
    """The network that a student's function trains, and that is one for the images."""
    few = images()
    network = call(answer, few.X_train, few.y_train)
    if not all(hasattr(network, name) for name in ("predict", "count_params", "optimizer")):
        raise Wrong(f"The function should return a trained Keras model, this is a {type(network).__name__}.")
    return network


def _reached(network, target):
    """The accuracy on the validation images, which must be as high as the target."""
    few = images()
    try:
        predicted = np.asarray(network.predict(few.X_val, verbose=0))
    except Exception as error:  # anything that a student's network may raise
        raise Wrong(f"The network does not take images of shape {few.X_val.shape[1:]}: {error}") from error
    if predicted.shape != few.y_val.shape:
        raise Wrong(f"The network gives {predicted.shape[1:]} for an image. Ten probabilities are wanted.")
    accuracy = np.mean(predicted.argmax(axis=1) == few.y_val.argmax(axis=1))
    if accuracy < target:
        by_chance = " That is hardly more than chance: does it train at all?" if accuracy < 0.2 else ""
        raise Wrong(
            f"The budget is kept, but {accuracy:.3f} of the validation images are right, not {target}.{by_chance}"
        )
    return accuracy


def _arrival(path):
    """The number of the first step after which the loss is below `LEVEL`."""
    below = BEALE.value(*path.T) < LEVEL
    return int(below.argmax()) if below.any() else len(path)


@exercise(
    "predict-momentum",
    "With μ = 0.9 a step along a long slope becomes ten times as long, and the valley is long.",
    level="design",
)
def predict_momentum(answer):
    """How many times fewer steps momentum takes on Beale's surface at the same rate: predicted, then measured."""
    guess, measure = _predicted(answer)
    number_of_times = _positive(guess)
    plain, fast = (_arrival(descend(rule, BEALE, steps=STEPS)) for rule in (SGD(RATE), Momentum(RATE, MOMENTUM)))
    measured = call(measure)
    if not isinstance(measured, (tuple, list)) or len(measured) != 2:
        raise Wrong("`measure` should return two numbers of steps: without momentum, and with it.")
    if all(np.ndim(one) == 0 for one in measured) and tuple(measured) == (fast, plain):
        raise Wrong("The two are swapped: without momentum comes first.")
    for given, wanted, which in zip(measured, (plain, fast), ("Without", "With")):
        hint = f"{which} momentum, count again: after how many steps is the loss below {LEVEL} for the first time?"
        known = [(wanted - 1, f"{which} momentum, the start is not a step: path[0] is where it begins."), (0, hint)]
        known += [(wanted + 1, f"{which} momentum, the start is not a step: path[0] is where it begins.")]
        known += [(STEPS, hint), (STEPS + 1, hint)]
        number(given, wanted, known=known)
    return _compared(number_of_times, plain / fast, f"{plain} steps against {fast}, a factor of {plain / fast:.1f}")


@exercise(
    "predict-noisy-labels",
    "Wrong labels that follow no rule cannot be learnt from other images, so most of what is learnt is the rule.",
    level="design",
)
def predict_noisy_labels(answer):
    """The validation accuracy after training on images of which 30% got a random label: predicted, then measured."""
    guess, measure = _predicted(answer)
    guess = _positive(guess)
    if guess > 1:
        raise Wrong("The prediction is an accuracy, a number between 0 and 1.")
    clean, noisy = _two_accuracies(measure)
    if clean == noisy:  # of 1,000 images each: by chance in about one of a hundred trainings, so measure again
        clean, noisy = _two_accuracies(measure)
    if clean < noisy - 0.05:
        raise Wrong("The two seem to be swapped: the accuracy with the right labels comes first.")
    if clean > 0.95:
        raise Wrong("That is the accuracy on training images. Those for validation tell.")
    if clean < 0.72:
        raise Wrong(f"With the right labels {clean:.2f} is little: train for some more epochs.")
    if noisy < 0.67:
        raise Wrong(
            f"30% of random labels cannot bring the accuracy down to {noisy:.2f}. Are the labels for validation "
            "random as well? And a random label may be any of the ten."
        )
    if clean == noisy:
        raise Wrong("The two are equal to the last digit: is the second network trained on the random labels?")
    return _compared(guess, noisy, f"{noisy:.2f}, and {clean:.2f} with the right labels")


def _two_accuracies(measure):
    """What a student's function returns for the images: the accuracies with the right and with the spoilt labels."""
    few = images()
    measured = call(measure, few.X_train, few.y_train, few.X_val, few.y_val)
    if not isinstance(measured, (tuple, list)) or len(measured) != 2:
        raise Wrong("`measure` should return two accuracies: with the right labels, and with 30% random ones.")
    clean, noisy = (_positive(each) for each in measured)
    if max(clean, noisy) > 1:
        raise Wrong("An accuracy lies between 0 and 1.")
    return clean, noisy


def _predicted(answer):
    """The prediction and the function that measures; there has to be a prediction."""
    if not isinstance(answer, Prediction):
        raise Wrong("A prediction and a function are wanted: exercises.Prediction(guess, measure).")
    if answer.guess is ... or answer.guess is None:
        raise Unanswered("Not answered yet: predict first, then the check measures.")
    return answer.guess, answer.measure


def _positive(value):
    """A positive number of a student's."""
    value = value.item() if isinstance(value, np.number) else value
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < HUGE:
        raise Wrong(f"A positive number is wanted, got {reprlib.repr(value)}.")
    return float(value)


def _compared(guess, measured, text):
    """The sentence that sets a prediction beside what was measured."""
    ratio = max(guess, measured) / min(guess, measured)
    verdict = (
        "Well predicted" if ratio < 1.15 else "Nearly" if ratio < 1.6 else "That is a surprise worth thinking about"
    )
    return f"You predicted {guess:g}; measured: {text}. {verdict}."
