"""Fitting: shared layers, balanced accuracy, oversampling of a rare class."""

import numpy as np

from lecture.exercises.compare import number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import call, exercise


@exercise(
    "shared-layers",
    "More layers cost nothing: the shared matrix and its biases are counted once, however often they are applied.",
)
def shared_layers(answer):
    """Trained numbers of a net 3-20-20-20-20-20-20-4 whose hidden layers after the first share weights and biases."""
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
            (3 * 20 + 20 * 20 + 20 * 4, "The biases are missing: each unit has one."),
            (3 * 20 + 20 * 20 + 20 * 4 + 20 + 4, "The shared layer also has biases."),
            (
                3 * 20 + 20 * 20 + 20 * 4 + 6 * 20 + 4,
                "The shared layer has one vector of biases, however often it is used.",
            ),
            (3 * 20 + 5 * 20 * 20 + 20 * 4 + 20 + 20 + 4, "The matrix is shared as well as the biases: counted once."),
            (first + shared + 20 * 4, "The outputs have biases, too."),
            (3 + 6 * 20 + 4, "That is the number of units, inputs included."),
            (shared, "That is the shared layer alone."),
            (first, "That is the first hidden layer alone."),
            (last, "That is the output layer alone."),
            (6 * 20 + 4, "Those are the biases without sharing. There are weights as well."),
            (first + 4 * shared + last, "The hidden layers share: their matrix is counted once."),
            (first + last, "The shared matrix is missing: it is learnt, once."),
            (first + shared, "The output layer is missing."),
            (shared + last, "The first hidden layer is missing: it sees inputs, so it cannot share."),
        ],
    )


@exercise(
    "balanced-accuracy",
    "Each class counts the same, however rare: always naming the frequent class gives one half, not .99.",
)
def balanced_accuracy(answer):
    """Mean over both classes of the fraction of their points that are right."""
    y = np.array([0] * 12 + [1] * 4)
    predicted = np.array([0] * 10 + [1] * 2 + [1] * 1 + [0] * 3)
    right = [float(np.mean(predicted[y == k] == k)) for k in (0, 1)]
    number(
        call(answer, predicted, y),
        np.mean(right),
        within=(0, 1),
        known=[
            (np.sqrt(right[0] * right[1]), "That is the geometric mean. The plain one is wanted."),
            (2 / (1 / right[0] + 1 / right[1]), "That is the harmonic mean. The plain one is wanted."),
            (np.mean(predicted == y), "That is the plain accuracy: the frequent class decides it almost alone."),
            (right[1], "That is the rare class alone."),
            (right[0], "That is the frequent class alone."),
            (right[0] * right[1], "A mean over the classes is wanted, not a product."),
            (min(right), "That is the worse of the two classes."),
            (sum(right), "That is the sum over the classes, which can be above 1."),
            (
                np.mean([np.mean(y[predicted == k] == k) for k in (0, 1)]),
                "Take the fraction of the points that belong to a class, not of those that are taken for it.",
            ),
            (1 - np.mean(right), "That is the fraction of errors."),
        ],
    )


@exercise(
    "oversample",
    "All points stay, and the rare ones are repeated until the classes are equally large. "
    "Nothing new is learnt about the rare class, but it is no longer outvoted.",
)
def oversample(answer):
    """Rows to train on: each of the frequent class once, and as many of the rare class, drawn with replacement."""
    y = np.random.default_rng(5).permutation(np.repeat([0, 1], (60, 6)))
    given = call(answer, y, np.random.default_rng(0))
    try:
        rows = np.asarray(given)
    except (TypeError, ValueError):
        raise Wrong("An array of row numbers is wanted.") from None
    if rows.ndim != 1 or not rows.size or rows.dtype.kind not in "iu":
        raise Wrong("A list of row numbers is wanted, whole numbers in one dimension.")
    if rows.min() < 0 or rows.max() >= len(y):
        raise Wrong(f"There are rows 0 to {len(y) - 1}; yours go from {rows.min()} to {rows.max()}.")
    frequent, rare = (rows[y[rows] == k] for k in (0, 1))
    if set(rows) <= {0, 1}:
        raise Wrong("Those are classes. The numbers of the rows are wanted.")
    if len(rows) == len(y) and len(np.unique(rows)) == len(y):
        raise Wrong("Those are all rows, once each: the rare class is as rare as before.")
    if len(frequent) < 60 and len(frequent) == len(rare):
        raise Wrong("The classes are equally large, but rows of the frequent class were thrown away.")
    if len(np.unique(frequent)) < 60 or len(frequent) > 60:
        raise Wrong("Each row of the frequent class is wanted exactly once.")
    if len(rare) != 60:
        raise Wrong(
            f"There are 60 rows of the frequent class and {len(rare)} of the rare one: equally many are wanted."
        )
    if len(np.unique(rare)) < 3:
        raise Wrong("Almost always the same rare point is drawn: draw from all of them.")
