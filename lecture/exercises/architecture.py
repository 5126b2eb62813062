"""Counting and composing layers."""

import itertools
import math

import numpy as np

from lecture.exercises.compare import array, number, refuse_rules
from lecture.exercises.counts import usual_counts
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
            *usual_counts(net.sizes),
        ],
    )


@exercise("weights-of-any-net", "Neighbouring layers multiply, and the products add up.")
def weights_of_any_net(answer):
    """A function from sizes to the number of weights."""
    nets = [layout(sizes) for sizes in ([5, 6, 6, 4], [2, 3, 1], [784, 512, 512, 10])]
    refuse_rules([call(answer, list(net.sizes)) for net in nets], [_usual_weights(net) for net in nets])
    for net in [*nets, layout([4, 1])]:
        number(
            call(answer, list(net.sizes)),
            net.n_weights,
            known=[(count, hint) for count, hint in _usual_weights(net) if count != net.n_weights],
        )


def _usual_weights(net):
    """What a function from sizes to weights often returns."""
    sizes = net.sizes
    products = [n_in * n_out for n_in, n_out in itertools.pairwise(sizes)]
    return [
        (net.n_weights + net.n_biases, "That counts the biases as well; only the weights are wanted."),
        (math.prod(sizes), "That is the product of all sizes. Only neighbouring layers are connected."),
        (sum(sizes), "That is the number of units, not of the connections between them."),
        (products[0], "That is the first layer alone."),
        (products[-1], "That is the last layer alone."),
        (sum(products[:-1]), "The last layer is missing."),
        (sum(products[1:]), "The first layer is missing."),
        (
            sum(n_in + n_out for n_in, n_out in itertools.pairwise(sizes)),
            "Neighbouring sizes are multiplied, not added.",
        ),
        (math.prod(products), "The products of neighbouring sizes add up."),
        (sum(products[:2]), "The function should work for any number of layers, not for three."),
        (sum(products) + sizes[-1] * sizes[0], "The last layer is not connected to the first."),
        (sum(size**2 for size in sizes), "A unit is connected to the layer before it, not to its own."),
    ]


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
            (5 * 5 * 3 + 16, "Each of the 16 maps has weights of its own."),
            (5 * 5 * 3 + 1, "That is one map. There are 16."),
            (5 * 5 * 3, "Those are the weights of one map. There are 16."),
            (5 * 5 * 3 * 16 + 1, "Each map has its own bias."),
            (5 * 5 * (3 + 16), "Each map has weights for each channel: multiply, do not add."),
            ((5 * 5 + 1) * 3 * 16, "A map has one bias, not one for each channel."),
            (5 * 5 * 3 * 16 + 3, "Each of the 16 maps has a bias, not each channel."),
            (5 * 3 * 16 + 16, "A window of 5 × 5 has 25 places, not 5."),
            (2 * 5 * 3 * 16 + 16, "A window of 5 × 5 has 25 places: multiply, do not add."),
            (5 * 5, "That is one window on one channel."),
            (5 * 5 + 1, "That is one window on one channel, and its bias."),
            (32 * 32 * 3 * 16, "A map looks at a window of 5 × 5, not at the whole image."),
            ((32 * 32 * 3 + 1) * 16, "That is a dense layer of 16 units. A map looks at a window of 5 × 5."),
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
            (W1 + W2, "Layers one after the other multiply their matrices."),
            ((W2 @ W1).T, "That is the other order and transposed: a row x is multiplied by W1 first."),
            (W1 @ W2.T, "Neither matrix is transposed: the outputs of the first layer are rows, too."),
            (W1.T @ W2, "Neither matrix is transposed: inputs are rows here."),
            ([W1, W2], "One matrix is wanted, not both."),
            (np.hstack([W1, W2]), "One layer after the other is a product, not one beside the other."),
            (np.vstack([W1, W2]), "One layer after the other is a product, not one below the other."),
            (W1, "That is the first layer alone."),
            (W2, "That is the second layer alone."),
        ],
    )
    W1, W2 = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    array(call(answer, W1, W2), W1 @ W2, what="The matrix for layers of other sizes")
