"""Counting and composing layers."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise
from lecture.network import layout


@exercise("counting-weights", "Each unit has a weight for each of its inputs, and a bias.")
def counting_weights(answer):
    """Parameters of 784-100-10."""
    net = layout([784, 100, 10])
    number(
        answer,
        net.n_weights + net.n_biases,
        known=[
            (net.n_weights, "Those are the weights. The biases are learnt as well."),
            (net.n_weights + 1, "There is more than one bias: one for each unit that computes something."),
            (784 * 100 + 100, "Those are the parameters of the hidden layer. There is another layer after it."),
            (785 * 101 * 10, "The layers' parameters add up; they are not multiplied."),
        ],
    )


@exercise("weights-of-any-net", "Neighbouring layers multiply, and the products add up.")
def weights_of_any_net(answer):
    """A function from sizes to the number of weights."""
    for sizes in ([5, 6, 6, 5], [4, 1], [2, 3, 1], [784, 512, 512, 10]):
        net, given = layout(sizes), call(answer, list(sizes))
        number(
            given,
            net.n_weights,
            known=[
                (
                    net.n_weights + net.n_biases,
                    f"For {sizes} that counts the biases as well; only the weights are wanted.",
                ),
                (
                    np.prod(sizes),
                    f"For {sizes} that is the product of all sizes. Only neighbouring layers are connected.",
                ),
                (sum(sizes), f"For {sizes} that is the number of units, not of the connections between them."),
            ],
        )


@exercise(
    "convolution-parameters",
    "The window covers all input channels, and its weights are the same at every place of the image.",
)
def convolution_parameters(answer):
    """5 × 5 windows from 3 channels to 16 maps."""
    number(
        answer,
        (5 * 5 * 3 + 1) * 16,
        known=[
            (5 * 5 * 3 * 16, "Those are the weights. Each map also has a bias."),
            (5 * 5 * 16, "The window looks at all channels of its input, and biases are learnt as well."),
            ((5 * 5 + 1) * 16, "The window looks at all channels of its input, not at one."),
            (
                (5 * 5 * 3 + 1) * 16 * 32 * 32,
                "The same weights are used at all places of the image: do not count them for each.",
            ),
            (
                (5 * 5 * 3 + 1) * 16 * 28 * 28,
                "The same weights are used at all places of the image: do not count them for each.",
            ),
        ],
    )


@exercise(
    "collapsing-layers",
    "A product of matrices is a matrix: without activation functions in between, depth adds nothing.",
)
def collapsing_layers(answer):
    """One matrix for two linear layers."""
    rng = np.random.default_rng(0)
    W1, W2 = rng.normal(size=(5, 5)), rng.normal(size=(5, 5))
    array(
        call(answer, W1, W2),
        W1 @ W2,
        what="The matrix",
        known=[
            ((W1 @ W2).T, "The matrix is transposed: inputs are rows here, and outputs columns."),
            (W2 @ W1, "The order is the other way round: a row x is multiplied by the first layer's matrix first."),
            (W1 * W2, "That multiplies entry by entry; a layer is a matrix product."),
            (W1, "That is the first layer alone."),
            (W2, "That is the second layer alone."),
        ],
    )
    W1, W2 = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    array(call(answer, W1, W2), W1 @ W2, what="The matrix for layers of other sizes")
