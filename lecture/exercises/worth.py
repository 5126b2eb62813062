"""What a network is worth: recall, temperature, equal parameters."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise


@exercise("recall", "Rows are the true classes, so their sums are how many images of each class there are.")
def recall(answer):
    """Recall of each class, from a confusion matrix."""
    counts = np.array([[8, 2, 0], [4, 3, 1], [0, 5, 20]])
    right, n = np.diag(counts), counts.sum()
    array(
        call(answer, counts),
        right / counts.sum(axis=1),
        what="The result",
        known=[
            (right / counts.sum(axis=0), "That is the precision: of the answers of each kind, how many are right."),
            (right / n, "That divides by all images. Each class has its own number of images."),
            (right / right.sum(), "That divides by all right answers. Divide by the images of the class."),
            (1 - right / counts.sum(axis=1), "That is the share of each class that is missed."),
            (2 * right / (counts.sum(axis=0) + counts.sum(axis=1)), "That is the F1 score, of recall and precision."),
            (
                (n - counts.sum(axis=0) - counts.sum(axis=1) + right) / (n - counts.sum(axis=1)),
                "That is the specificity, of the images of all other classes.",
            ),
            (
                counts.max(axis=1) / counts.sum(axis=1),
                "The right answers stand on the diagonal, however large the others are.",
            ),
            (counts.sum(axis=1) / n, "That is the share of each class among the images. How many of them are right?"),
            (np.full(3, right.sum() / n), "That is the accuracy, of all classes together."),
        ],
    )


@exercise("temperature", "Halving the logits takes the root of each probability, before they are scaled to sum to 1.")
def temperature(answer):
    """The probability of the answer at a temperature of 2."""
    P = np.array([0.9, 0.1])

    def powered(power):
        return (P**power / (P**power).sum())[0]

    number(
        answer,
        powered(0.5),
        known=[
            (powered(2), "That doubles the logits. Divide them by the temperature."),
            (
                np.exp(0.45) / (np.exp(0.45) + np.exp(0.05)),
                "That takes the probabilities for logits. Their logarithms are divided by the temperature.",
            ),
            (
                np.exp(0.9) / (np.exp(0.9) + np.exp(0.1)),
                "That is the softmax of the probabilities. Their logarithms are divided by the temperature.",
            ),
            (1 / (1 + np.exp(-0.9 / 2)), "That takes the probability for a logit."),
            (0.45, "That halves the probability. The logits are divided, before the softmax."),
            (0.9, "That is the probability at temperature 1."),
            (np.sqrt(0.9), "The roots of the probabilities do not sum to 1 yet."),
            (0.25, "That is the probability of the other class."),
            (0.5, "That is the limit of a very high temperature."),
        ],
        tolerance=1e-3,
        within=(0, 1),
    )


@exercise("as-many-parameters", "Both have a bias for each unit or filter, and a filter reads all channels.")
def as_many_parameters(answer):
    """Units of a dense layer on 100 inputs that has no more parameters than 32 filters of 3 × 3 on 16 channels."""
    n_parameters = (3 * 3 * 16 + 1) * 32
    number(
        answer,
        n_parameters // 101,
        known=[
            (n_parameters / 101, "There is no fraction of a unit."),
            (-(-n_parameters // 101), "With that many units the dense layer has more parameters than the convolution."),
            (n_parameters, "That is the number of parameters. The number of units is wanted."),
            ((3 * 3 + 1) * 32 // 101, "Each filter reads all 16 channels."),
            ((3 * 3 * 16 + 1) // 101, "That is a single filter."),
            (3 * 3 * 16 * 32 // 100, "That is without biases, with which the dense layer has too many parameters."),
            (100 * 32, "How many parameters does the convolution have? The dense layer has 101 for each of its units."),
        ],
    )
