"""The landscape of the loss, sizes and paths: convolutions, dead layers, PCA of a path, the norm of a gradient."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise


@exercise(
    "two-convolutions",
    "A filter has weights for every map that it looks at. Pooling has no parameters and halves both sides.",
)
def two_convolutions(answer):
    """The parameters of: convolution 8 of 3 × 3, pooling, convolution 12 of 3 × 3, pooling, dense 10, on 28 × 28."""
    first, second, outputs = (3 * 3 * 1 + 1) * 8, (3 * 3 * 8 + 1) * 12, (7 * 7 * 12 + 1) * 10
    right = first + second + outputs
    number(
        answer,
        right,
        known=[
            (right - second + (3 * 3 + 1) * 12, "How many maps does each filter of the second convolution look at?"),
            (right - 8 - 12 - 10, "Each filter and each output has a bias."),
            (right - 10, "The outputs have biases, too."),
            (right - 8 - 12, "Each filter has a bias."),
            (first, "That is the first convolution alone."),
            (second, "That is the second convolution alone."),
            (outputs, "That is the outputs alone."),
            (second + outputs, "The first convolution is missing."),
            (right + 4, "Pooling has no parameters."),
            (first + second, "The outputs are missing."),
            (first + outputs, "The second convolution is missing."),
            (first + second + (28 * 28 * 12 + 1) * 10, "Pooling makes the maps smaller, twice."),
            (first + second + (14 * 14 * 12 + 1) * 10, "There are two poolings, and each halves both sides."),
            (first + second + (5 * 5 * 12 + 1) * 10, "The convolutions are padded: they leave the size as it is."),
            (first + second + (7 * 7 + 1) * 10, "Every output looks at all twelve maps."),
        ],
    )


@exercise("dead-layer", "One weight decides for each unit, and five tossed coins all show tails once in 32 times.")
def dead_layer(answer):
    """The probability that five ReLUs with one input of 0 to 2, biases of 0 and symmetric weights all give 0."""
    number(
        answer,
        (1 / 2) ** 5,
        known=[
            (1 / 2, "That is a single unit. Here are five, independent of each other."),
            (5 / 2, "Probabilities of independent events are multiplied, not added."),
            (1 / 25, "Each of the five has two cases: that is 2 to the power of 5, not 5 squared."),
            (1 / 5, "Is one unit in five dead? Each is, independently, with a probability of one half."),
            (1 / 6, "The units are alive or dead independently: not each number of dead ones is equally likely."),
            (5 / 32, "That is the probability of exactly one dead unit."),
            (1 / 10, "Probabilities of independent events are multiplied."),
            (1 - (1 / 2) ** 5, "That is how likely it is that at least one of the units is alive."),
            ((1 / 2) ** 4, "Count the units once more: there are five."),
            (100 * (1 / 2) ** 5, "That is in percent. A probability lies between 0 and 1."),
            (0, "A negative weight is enough for a unit to give 0 for every input."),
        ],
        within=(0, 1),
    )


@exercise("pca-shares", "The squares of the singular values of the centred points, as shares of their sum.")
def pca_shares(answer):
    """Shares of the variance that the principal axes of a path (T, P) explain, from the first on."""
    path = np.array([[2.0, 1.0, 0.0], [3.0, 3.0, 1.0], [5.0, 2.0, 1.0], [6.0, 6.0, 0.0], [9.0, 5.0, 3.0]])
    centred = np.linalg.svd(path - path.mean(axis=0), compute_uv=False)
    raw, by_row = (np.linalg.svd(moved, compute_uv=False) for moved in (path, path - path.mean(axis=1, keepdims=True)))
    squares = centred**2
    right = squares / squares.sum()
    array(
        call(answer, path),
        right,
        what="The array of shares",
        known=[
            (raw**2 / np.sum(raw**2), "Variance is measured from the mean: centre the points first."),
            (by_row**2 / np.sum(by_row**2), "Subtract the mean over the points, which are the rows of the array."),
            (centred / centred.sum(), "A variance is a square: singular values are lengths."),
            (centred, "Those are singular values. Variances are their squares, and shares add up to 1."),
            (np.var(path, axis=0), "Those are the variances of single weights. PCA turns its axes to the largest."),
            (squares, "Those are not shares yet: they add up to the sum of all squares."),
            (squares / len(path), "Those are variances. Shares add up to 1."),
            (squares / (len(path) - 1), "Those are variances. Shares add up to 1."),
            (np.cumsum(right), "Those are cumulative sums. The share of each axis by itself is wanted."),
            (right[::-1], "The first axis comes first: it explains most."),
            (
                np.var(path, axis=0) / np.var(path, axis=0).sum(),
                "Those are the shares of single weights. PCA turns its axes to the largest variance.",
            ),
        ],
    )


@exercise(
    "whole-norm",
    "Squares add up over all arrays, but norms do not: their sum is too large, and more so with more layers.",
)
def whole_norm(answer):
    """The Euclidean norm of a gradient that is given as a list of arrays."""
    gradients = [np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([0.25, -1.0]), np.array([[2.0], [-1.5]])]
    squares = [np.sum(np.square(each)) for each in gradients]
    right = np.sqrt(np.sum(squares))
    number(
        call(answer, gradients),
        right,
        known=[
            (np.sum(np.sqrt(squares)), "That adds up the norms of the arrays, as the report did."),
            (np.sum(squares), "That is the square of the norm."),
            (
                np.sqrt(sum(np.sum(each) ** 2 for each in gradients)),
                "Square each entry first, then add up.",
            ),
            (np.mean(np.concatenate([each.ravel() ** 2 for each in gradients])), "That is a mean of squares."),
            (
                np.sqrt(np.mean(np.concatenate([each.ravel() ** 2 for each in gradients]))),
                "That is the root of a mean of squares. The norm has their sum.",
            ),
            (max(np.abs(each).max() for each in gradients), "That is the largest entry. Add up squares."),
            (np.sqrt(squares[0]), "That is the first array alone, which here has the largest norm."),
            (np.sqrt(squares[-1]), "That is the last array alone."),
            (np.mean(np.sqrt(squares)), "That is the mean of the norms of the arrays. Add up squares."),
            (np.sum([np.abs(each).sum() for each in gradients]), "That adds up absolute values. Squares are wanted."),
        ],
    )
