"""Experiments on learning: nets with equal units, penalties as means, verdicts from intervals."""

import itertools

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise


@exercise(
    "equal-units",
    "Equal units get equal gradients, so they stay equal: the layer does what one unit can do, however wide it is.",
)
def equal_units(answer):
    """The largest number of different weights and biases of a 12-100-100-2 net that started from zeros."""
    number(
        answer,
        12 + 1 + 1 + 1 + 2 + 2,
        known=[
            (
                12 * 100 + 100 + 100 * 100 + 100 + 100 * 2 + 2,
                "That is how many the net has. How many of them can differ, if all units of a layer are equal?",
            ),
            (6, "Each of the twelve inputs has a weight of its own, and the outputs have two."),
            (12, "Those are the weights from the inputs. What comes after them?"),
            (13, "That is the first layer. What comes after it?"),
            (12 + 1 + 1 + 1 + 2 + 1, "The two outputs have biases of their own."),
            (12 + 1 + 1 + 1 + 1 + 2, "The two outputs have weights of their own."),
            (12 + 100 + 100 + 2, "That is the number of units, inputs included."),
            (12 * 100 + 100 * 100 + 100 * 2, "Those are all weights. How many of them can differ?"),
            (12 + 1 + 2, "The biases are missing."),
            (12 + 1 + 2 + 2, "Only the outputs have their biases in that."),
            (1, "The gradients of weights from different inputs differ, and so do those of the two outputs."),
            (3, "The gradients of weights from different inputs differ, and so do those of the two outputs."),
            (12 + 1 + 100 + 1 + 2 + 2, "Between two layers of equal units all weights are equal."),
            (12 + 1 + 1 + 1 + 1 + 1, "The two outputs are not hidden units: they differ, because their labels differ."),
            (12 * 100 + 100 + 1 + 1 + 2 + 2, "The units of the first hidden layer are equal, too."),
        ],
    )


@exercise(
    "mean-penalty",
    "A mean over more weights penalizes each of them less: a strength means nothing without what it is multiplied by.",
)
def mean_penalty(answer):
    """Keras' l1 with which the layers' penalties add up to strength × the mean of |w| over all weights of a net."""
    sizes, strength = [12, 50, 50, 2], 0.8
    pairs = list(itertools.pairwise(sizes))
    n_weights = sum(p * q for p, q in pairs)
    number(
        call(answer, sizes, strength),
        strength / n_weights,
        known=[
            (strength, "Keras adds up |w| over the weights. A mean of them is wanted."),
            (strength * n_weights, "A mean divides by the number of weights."),
            (strength / sum((p + 1) * q for p, q in pairs), "The penalty is on the weights, not on the biases."),
            (strength / (sizes[0] * sizes[1]), "That is the mean over the first layer alone."),
            (strength * sizes[0] * sizes[1], "A mean divides by the number of weights, of all layers."),
            (n_weights / strength, "The strength stands above the line."),
            (strength / n_weights / len(pairs), "The mean is over all weights at once, not first over layers."),
            (strength / len(pairs), "Divide by the number of weights, not of layers."),
            (strength / sum(sizes), "Divide by the number of weights, not of units."),
        ],
    )


@exercise("verdict", "An interval with the claimed effect inside decides nothing: the honest verdict is undecided.")
def verdict(answer):
    """1 if a claim is supported, -1 if it is contradicted, 0 if undecided, by intervals and the smallest effect."""
    low = np.array([0.03, -0.01, 0.01, -0.09, 0.02, 0.021, -0.01, 0.0, -0.02])
    high = np.array([0.05, 0.01, 0.03, -0.03, 0.04, 0.09, 0.5, 0.03, 0.02])
    smallest = 0.02
    right = np.where(low >= smallest, 1, np.where(high < smallest, -1, 0))
    array(
        call(answer, low, high, smallest),
        right,
        what="The verdict",
        known=[
            (
                np.where((low + high) / 2 >= smallest, 1, -1),
                "A mean alone decides nothing: look at the ends of the interval.",
            ),
            (
                np.where(low >= 0, 1, np.where(high < 0, -1, 0)),
                "That compares with no effect at all. What was claimed is an effect of some size.",
            ),
            (
                np.where(low > 0, 1, np.where(high < 0, -1, 0)),
                "That compares with no effect at all. What was claimed is an effect of some size.",
            ),
            (
                np.where(high >= smallest, 1, -1),
                "It is not enough that the interval reaches what was claimed: all of it must lie there.",
            ),
            (np.where(low >= smallest, 1, -1), "If the interval lies on both sides, neither verdict is right."),
            (
                np.where(low >= smallest, 1, np.where(high <= -smallest, -1, 0)),
                "A claim is contradicted if the whole interval lies below it, even without an effect the other way.",
            ),
            (
                np.where(low > smallest, 1, np.where(high < smallest, -1, 0)),
                "An effect of exactly the smallest size counts.",
            ),
            (np.where(low >= smallest, 1, 0), "A claim can be contradicted, too: -1."),
            (np.where(low >= smallest, 1, np.where(high <= smallest, -1, 0)), "An effect of exactly the size counts."),
            (np.where(high < smallest, 0, np.where(low >= smallest, 1, -1)), "Undecided is 0, contradicted is -1."),
            (-right, "Supported is 1, contradicted is -1."),
        ],
    )
