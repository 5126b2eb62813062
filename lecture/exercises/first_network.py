"""Data, counts, scaling, loss."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.counts import usual_counts
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
            *usual_counts(net.sizes),
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
                (
                    (labels[:, None] == np.arange(1, k + 1)).astype(float),
                    "Labels start at 0: counted from 1, class 0 has no column, and each other 1 stands too far left.",
                ),
                *(
                    [
                        (
                            np.eye(len(labels))[labels],
                            "There is a column for each class, n_classes of them, not for each image.",
                        )
                    ]
                    if labels.max() < len(labels)
                    else []
                ),
                (wanted * labels[:, None], "The entry of the class is 1, not the number of the class."),
                (wanted * (labels[:, None] + 1), "The entry of the class is 1, not the number of the class."),
                (
                    np.eye(len(labels), k),
                    "That row i has its 1 in column i: the 1 belongs in the column of the label.",
                ),
                (1 - wanted, "Ones and zeros are swapped."),
                (np.roll(wanted, 1, axis=1), "The 1 stands one place too far to the right: labels start at 0."),
                (np.roll(wanted, -1, axis=1), "The 1 stands one place too far to the left: labels start at 0."),
            ],
        )


def _scaled(X, of, axis=0):
    """X, standardized by the mean and the standard deviation of ``of``: of each pixel, or of all numbers (None)."""
    return (X - of.mean(axis=axis)) / of.std(axis=axis)


@exercise(
    "standardize",
    "The test images are scaled like the training images: nothing is learnt from them, not even a mean.",
)
def standardize(answer):
    """Standardize training and test images, by the mean of each pixel or by one mean of all numbers."""
    rng = np.random.default_rng(5)
    train, test = rng.normal(3, 2, size=(50, 4)), rng.normal(4, 1, size=(20, 4))
    train[:, 1] += 2
    given = call(answer, train, test)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise Wrong("Two arrays are wanted: the scaled training images and the scaled test images.")
    as_one = np.shape(given[0]) == train.shape and np.allclose(given[0], _scaled(train, train, None), atol=1e-6)
    axis = None if as_one else 0  # the formula has a mean for each pixel, but one for all numbers is common, too
    array(given[0], _scaled(train, train, axis), what="The training set", known=_wrongly_scaled(train))
    array(
        given[1],
        _scaled(test, train, axis),
        what="The test set",
        known=[
            *(
                (
                    _scaled(test, test, any_axis),
                    "The test images are scaled by their own mean and deviation: the network would see another scale "
                    "than in training, and something of the test set is used.",
                )
                for any_axis in (0, None)
            ),
            (
                test,
                "The test images are as they were: either nothing is done to them, or the training images were scaled "
                "before their mean was taken. The network must see both on the same scale.",
            ),
            *(
                (
                    _scaled(test, np.vstack([train, test]), any_axis),
                    "The mean is that of all images. The test images must not be used.",
                )
                for any_axis in (0, None)
            ),
            (
                _scaled(test, train, 0 if as_one else None),
                "The two are scaled in different ways, one by a mean for each pixel and one by a mean of all numbers.",
            ),
            (
                _scaled(test, _scaled(train, train, axis), axis),
                "The training images were scaled first: their mean is 0 by then. Keep the mean of the raw ones.",
            ),
        ],
    )


def _wrongly_scaled(train):
    """What is often taken for standardized images, with what to say about it."""
    known = []
    for axis in (0, None):
        mean, deviation = train.mean(axis=axis), train.std(axis=axis)
        known += [
            (train - mean, "The mean is right; the standard deviation is missing."),
            ((train - mean) / deviation**2, "That divides by the variance. The standard deviation is its root."),
            (train / deviation, "The mean has to be subtracted first."),
            (train - mean / deviation, "Parentheses: subtract the mean first, then divide the difference."),
            (
                (train - train.min(axis=axis)) / (train.max(axis=axis) - train.min(axis=axis)),
                "That is min-max scaling.",
            ),
        ]
    by_image = (train - train.mean(axis=1, keepdims=True)) / train.std(axis=1, keepdims=True)
    return [
        *known,
        (by_image, "That is a mean for each image. The mean of a pixel, or of all numbers, is over the images."),
        (train / 255, "That is min-max scaling of pixels up to 255."),
    ]


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
            (-0.7 * np.log(0.7), "The logarithm is multiplied by the label, which is 1, not by the probability."),
            (
                -sum(p * np.log(p) for p in (0.1, 0.7, 0.2)),
                "That is the entropy of the probabilities. The logarithms are multiplied by the labels, 0, 1 and 0.",
            ),
            (-np.log(0.3), "That is minus the logarithm of the chance of being wrong."),
            (-np.log(0.1), "The second class is true: its probability counts."),
            (-np.log(0.2), "The second class is true, counted from 1 here: its probability counts."),
            (-np.log(0.7) / 3, "The mean is over images, not over classes, and this is one image."),
            (-np.log([0.1, 0.7, 0.2]).sum(), "Only the true class counts: the others are multiplied by 0."),
        ],
    )
