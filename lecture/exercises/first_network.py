"""Data, counts, scaling, loss."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import call, exercise
from lecture.network import layout


@exercise("parameters-by-hand", "For each layer: the inputs plus one, for the bias, times the units.")
def parameters_by_hand(answer):
    """Parameters of 784-256-32-10."""
    net = layout([784, 256, 32, 10])
    number(
        answer,
        net.n_weights + net.n_biases,
        known=[
            (net.n_weights, "Those are the weights. The biases are learnt as well."),
            ((784 + 1) * 256 + (256 + 1) * 32, "The output layer is missing."),
            (net.n_weights + 3, "Each unit has its own bias, not each layer."),
            (401920 + 262656 + 5130, "Those are the parameters of 784-512-512-10."),
        ],
    )


@exercise("one-hot", "A 1 in the column of the class, which counts from 0.")
def one_hot(answer):
    """Labels to one-hot rows."""
    for labels, k in ((np.array([2, 0, 1]), 4), (np.array([9, 0]), 10)):
        wanted = np.eye(k)[labels]
        shifted = np.zeros((len(labels), k + 1))
        shifted[np.arange(len(labels)), labels + 1] = 1
        array(
            call(answer, labels, k),
            wanted,
            what="The array",
            known=[
                (wanted.T, "That has a column for each example. An example is a row."),
                (shifted, "Labels start at 0, so that k classes need k columns."),
                (np.roll(wanted, 1, axis=1), "The 1 stands one place too far to the right: labels start at 0."),
                (np.roll(wanted, -1, axis=1), "The 1 stands one place too far to the left: labels start at 0."),
            ],
        )


def _scaled(X, of, axis=None):
    """X, standardized by the mean and the standard deviation of ``of``."""
    return (X - of.mean(axis=axis)) / of.std(axis=axis)


@exercise(
    "standardize",
    "The test images are scaled like the training images: nothing is learnt from them, not even a mean.",
)
def standardize(answer):
    """Standardize training and test images."""
    rng = np.random.default_rng(5)
    train, test = rng.normal(3, 2, size=(50, 4)), rng.normal(4, 1, size=(20, 4))
    given = call(answer, train, test)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise Wrong("Two arrays are wanted: the scaled training images and the scaled test images.")
    array(
        given[0],
        _scaled(train, train),
        what="The training set",
        known=[
            (train - train.mean(), "The mean is right; the standard deviation is missing."),
            ((train - train.mean()) / train.var(), "That divides by the variance. The standard deviation is its root."),
            (
                _scaled(train, train, axis=0),
                "That is a mean for each pixel. One mean and one standard deviation of all numbers are wanted.",
            ),
            ((train - train.min()) / (train.max() - train.min()), "That is min-max scaling."),
        ],
    )
    array(
        given[1],
        _scaled(test, train),
        what="The test set",
        known=[
            (
                _scaled(test, test),
                "The test images are scaled by their own mean and deviation: the network would see another scale than "
                "in training, and something of the test set is used.",
            ),
            (
                test,
                "The test images are as they were. The network must see them on the scale that it was trained with.",
            ),
            (
                _scaled(test, np.vstack([train, test])),
                "The mean is that of all images. The test images must not be used.",
            ),
        ],
    )


@exercise(
    "cross-entropy", "Minus the natural logarithm of the probability of the true class; the others do not matter."
)
def cross_entropy(answer):
    """The loss of one image whose true class has the probability 0.7."""
    number(
        answer,
        -np.log(0.7),
        tolerance=2e-3,
        known=[
            (np.log(0.7), "A loss is not negative: it grows as the probability of the truth falls."),
            (-np.log10(0.7), "That is the logarithm to base 10. Keras takes the natural one."),
            (-np.log2(0.7), "That is the logarithm to base 2. Keras takes the natural one."),
            (0.3, "That is one minus the probability. The cross-entropy is a logarithm."),
            (0.7, "That is the probability itself."),
            (-np.log([0.1, 0.7, 0.2]).sum(), "Only the true class counts: the others are multiplied by 0."),
        ],
    )
