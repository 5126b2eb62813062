"""Fitting: shared layers, a fair accuracy, a rare class drawn more often."""

import numpy as np

from lecture.exercises.compare import number
from lecture.exercises.registry import call, exercise
from lecture.exercises.verdict import Off


@exercise(
    "shared-layers",
    "Further layers cost nothing: the shared matrix and its biases are counted once, however often they are applied.",
)
def shared_layers(answer):
    """Numbers learnt by a net 3-20-20-20-20-20-20-4 whose hidden layers after the first share weights and biases."""
    first, shared, last = (3 + 1) * 20, (20 + 1) * 20, (20 + 1) * 4
    number(
        answer,
        first + shared + last,
        known=[
            (first + 5 * shared + last, "That is without sharing: five matrices between hidden layers, each counted."),
            (
                first + 6 * shared + last,
                "Six hidden layers have five matrices between them, and these five are one and the same.",
            ),
            (3 * 20 + 20 * 20 + 20 * 4, "The biases are missing: a unit has one besides its weights."),
            (3 * 20 + 20 * 20 + 20 * 4 + 20 + 4, "The shared layer has biases, too."),
            (first + last, "The shared matrix is missing: it is learnt, once."),
            (first + shared, "The output layer is missing."),
            (shared + last, "The first hidden layer is missing: it sees inputs, so it cannot share."),
        ],
    )


@exercise(
    "balanced-accuracy",
    "Each class counts the same, however rare: who always names the frequent one gets one half, not .99.",
)
def balanced_accuracy(answer):
    """Mean over both classes of the share of their points that are right."""
    y = np.array([0] * 12 + [1] * 4)
    predicted = np.array([0] * 10 + [1] * 2 + [1] * 1 + [0] * 3)
    right = [float(np.mean(predicted[y == k] == k)) for k in (0, 1)]
    number(
        call(answer, predicted, y),
        np.mean(right),
        known=[
            (np.mean(predicted == y), "That is the plain accuracy: the frequent class decides it almost alone."),
            (right[1], "That is the rare class alone."),
            (right[0], "That is the frequent class alone."),
            (sum(right), "That is the sum over the classes, which may be above 1."),
            (
                np.mean([np.mean(y[predicted == k] == k) for k in (0, 1)]),
                "Take the shares of the points that are of a class, not of those that are taken for it.",
            ),
            (1 - np.mean(right), "That is the share of errors."),
        ],
    )


@exercise(
    "oversample",
    "All points stay, and the rare ones come back until the classes are equally large. Nothing new is learnt of the rare class, but it is no longer outvoted.",
)
def oversample(answer):
    """Rows to train on: each of the frequent class once, and as many of the rare one, drawn with replacement."""
    y = np.random.default_rng(5).permutation(np.repeat([0, 1], (60, 6)))
    given = call(answer, y, np.random.default_rng(0))
    try:
        rows = np.asarray(given)
    except (TypeError, ValueError):
        raise Off("An array of row numbers is wanted.") from None
    if rows.ndim != 1 or not rows.size or rows.dtype.kind not in "iu":
        raise Off("A list of row numbers is wanted, whole numbers in one dimension.")
    if rows.min() < 0 or rows.max() >= len(y):
        raise Off(f"There are rows 0 to {len(y) - 1}; yours go from {rows.min()} to {rows.max()}.")
    frequent, rare = (rows[y[rows] == k] for k in (0, 1))
    if len(rows) == len(y) and len(np.unique(rows)) == len(y):
        raise Off("Those are all rows once: the rare class is as rare as before.")
    if len(frequent) < 60 and len(frequent) == len(rare):
        raise Off("The classes are equally large, but rows of the frequent class were thrown away.")
    if len(np.unique(frequent)) < 60 or len(frequent) > 60:
        raise Off("Each row of the frequent class is wanted exactly once.")
    if len(rare) != 60:
        raise Off(f"There are 60 rows of the frequent class and {len(rare)} of the rare one: equally many are wanted.")
    if len(np.unique(rare)) < 3:
        raise Off("Almost always the same rare point comes back: draw among all of them.")
