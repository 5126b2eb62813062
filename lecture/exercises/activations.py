"""Activation functions, initial weights, reused weights."""

import numpy as np

from lecture.activations import ACTIVATIONS
from lecture.exercises.compare import array, number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import call, exercise
from lecture.from_scratch import SCALES
from lecture.network import layout


@exercise(
    "stable-softmax", "Subtracting the largest logit of each row changes no probability, and no exponential overflows."
)
def stable_softmax(answer):
    """Rows of probabilities, even for large logits."""
    softmax = ACTIVATIONS["softmax"]
    Z = np.random.default_rng(4).normal(size=(3, 4))
    e = np.exp(Z)
    array(
        call(answer, Z),
        softmax(Z),
        what="The softmax",
        known=[
            (e / e.sum(axis=0), "The columns add up to 1. An example is a row."),
            (e / e.sum(), "All entries together add up to 1. Each row should."),
            (e, "The exponentials are there; now divide, so that each row adds up to 1."),
            (np.exp(Z - Z.max()), "The exponentials are there; now divide, so that each row adds up to 1."),
            (np.exp(Z - Z.max(axis=1, keepdims=True)), "Now divide, so that each row adds up to 1."),
            (Z / Z.sum(axis=1, keepdims=True), "That divides the logits themselves: where is the exponential?"),
            (e / e.max(axis=1, keepdims=True), "Divide by the sum of the row, not by its largest entry."),
            (np.eye(4)[Z.argmax(axis=1)], "That is the class with the largest logit. Probabilities are wanted."),
            (1 / (1 + 1 / e), "That is the sigmoid of each entry. The classes share one probability of 1."),
            (np.log(softmax(Z)), "That is the logarithm of the softmax."),
        ],
    )
    large = np.array([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -5.0]])
    with np.errstate(all="ignore"):
        given = np.asarray(call(answer, large), dtype=float)
    if given.shape == large.shape and np.isfinite(given[0]).all() and not np.isfinite(given[1]).all():
        raise Wrong(
            "The largest of all logits was subtracted, and in a row with much smaller ones all exponentials become 0: "
            "subtract the largest of each row."
        )
    if not np.isfinite(given).all():
        raise Wrong(
            "Right for small logits, but with logits of 1000 an exponential overflows. "
            "Which number can be subtracted from a row without changing its softmax?"
        )
    rows, bounds = softmax(large), [softmax(np.clip(large, -most, most)) for most in (500, 700, 709, 100)]
    clipped = "Logits beyond a bound became equal, and so did their probabilities: subtract from the row, do not clip."
    known = [(bound, clipped) for bound in (*bounds, *(softmax(np.minimum(large, most)) for most in (500, 700, 709)))]
    array(given, rows, known=known, what="The softmax of large logits")


@exercise("leaky-slope", "Small on the left, but never 0: a unit that is negative for all examples can come back.")
def leaky_slope(answer):
    """The derivative of max(0.2 z, z)."""
    z = np.array([-3.0, -0.5, 0.25, 2.0, -0.01])
    wanted = ACTIVATIONS["leaky_relu"].derivative(z)
    array(
        call(answer, z),
        wanted,
        what="The slope",
        known=[
            (ACTIVATIONS["relu"].derivative(z), "That is the slope of ReLU. A leaky ReLU is not flat on the left."),
            (ACTIVATIONS["leaky_relu"](z), "That is the function, not its slope."),
            (np.where(z > 0, 0.2, 1.0), "The two sides are swapped."),
            (np.where(z > 0, 1, -0.2), "On the left the function rises as well: 0.2 z has a positive slope."),
            (np.where(z > 0, 1, 0.2 * z), "On the left the function is 0.2 z. Its slope does not depend on z."),
            (np.where(z > 0, 1, 0.01), "That is PyTorch's default slope, 0.01. Here it is 0.2."),
            (np.sign(z), "That is the slope of |z|. On the left a leaky ReLU still rises, slowly."),
            (np.full(5, 0.2), "That is the left side only."),
            (np.ones(5), "That is the right side only."),
            (np.where(z > 0, z, 0.2), "On the right the function is z. Its slope there does not depend on z."),
        ],
    )


@exercise(
    "he-sigma", "The root of two over the inputs: a ReLU sets half of its inputs to 0, and the 2 compensates for that."
)
def he_sigma(answer):
    """He's standard deviation for 784 inputs and 512 units."""
    number(
        answer,
        SCALES["he"](784, 512),
        tolerance=2e-3,
        known=[
            (2 / 784, "That is the variance. The standard deviation is its root."),
            (np.sqrt(2 / (784 + 512)), "That is Glorot's. He's depends on the inputs only."),
            (np.sqrt(2 / 512), "What counts is how many numbers are added up: the inputs, not the units."),
            (np.sqrt(1 / 784), "Close, but a ReLU sets half of its inputs to 0."),
            (np.sqrt(6 / 784), "That is the limit of He's uniform distribution, not its standard deviation."),
            (np.sqrt(6 / (784 + 512)), "That is the limit of Glorot's uniform distribution."),
            (np.sqrt(1 / 512), "That counts units, not inputs, and a ReLU sets half of its inputs to 0."),
            (np.sqrt(2) / 784, "The root is over the whole fraction."),
            (2 / np.sqrt(784), "The root is over the 2 as well."),
            (2 / (784 + 512), "That is the variance by Glorot's rule."),
            (1 / 784, "That is a variance, and a ReLU sets half of its inputs to 0."),
            (2 / 512, "That is a variance. And what counts is how many numbers are added up: the inputs."),
            (np.sqrt(2 / (784 * 512)), "What counts is how many numbers are added up for one unit: the inputs."),
            (np.sqrt(784 / 2), "The more inputs, the smaller the weights."),
        ],
    )


@exercise(
    "frozen-weights", "The frozen layers keep their weights; only the new output layer learns, including its biases."
)
def frozen_weights(answer):
    """784-256-32 frozen, with a new output of two units."""
    whole = layout([784, 256, 32, 2])
    number(
        answer,
        (32 + 1) * 2,
        known=[
            (32 * 2, "The new layer also has biases."),
            (
                whole.n_weights + whole.n_biases,
                "Those are all parameters of the network. The frozen ones are not trained.",
            ),
            ((784 + 1) * 256 + (256 + 1) * 32, "Those are the frozen ones."),
            ((784 + 1) * 2, "The output layer sees the last hidden layer, not the image."),
            ((32 + 1) * 10, "That is the old output layer. The new one has two units."),
            (32 * 10, "Those are the weights of the old output layer. The new one has two units, with biases."),
            ((32 + 1) * 10 + (32 + 1) * 2, "The new output layer replaces the old one."),
            ((784 + 1) * 256 + (256 + 1) * 32 + (32 + 1) * 10, "Those are all parameters of the old network."),
            (32 + 1, "That is one unit. The task has two classes, and the layer two units."),
            ((10 + 1) * 2, "The new layer replaces the old outputs: it sees the last hidden layer, not them."),
            (32 * 2 + 1, "Each of the two units has a bias."),
            (32 + 2, "Each unit has a weight for each of its inputs: multiply."),
            (2, "Those are the new biases. The new layer also has weights."),
            ((256 + 1) * 32 + (32 + 1) * 2, "The last hidden layer is frozen, too."),
            ((256 + 1) * 2, "The output layer sees the last hidden layer, which has 32 units."),
            (0, "The new output layer starts from random weights: it has to be trained."),
        ],
    )
