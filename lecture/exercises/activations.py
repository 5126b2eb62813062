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
        ],
    )
    large = np.array([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, 5.0]])
    with np.errstate(all="ignore"):
        given = np.asarray(call(answer, large), dtype=float)
    if not np.isfinite(given).all():
        raise Wrong(
            "Right for small logits, but with logits of 1000 an exponential overflows. "
            "Which number can be subtracted from a row without changing its softmax?"
        )
    array(given, softmax(large), what="The softmax of large logits")


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
        ],
    )
