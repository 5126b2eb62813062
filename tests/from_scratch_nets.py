"""Random nets and data for the tests of `from_scratch`: of any depth, loss and activation, none near a kink."""

from dataclasses import replace

import numpy as np

from lecture.activations import ACTIVATIONS
from lecture.from_scratch import dense_net, distance_to_kink

H = 1e-5
HIDDEN = tuple(name for name, activation in ACTIVATIONS.items() if activation.role == "hidden")
ENDS = (  # every loss with every output that it takes
    ("linear", "squared_error"),
    ("sigmoid", "squared_error"),
    ("tanh", "squared_error"),
    ("softmax", "squared_error"),
    ("sigmoid", "binary_crossentropy"),
    ("softmax", "categorical_crossentropy"),
)


def stirred(net, rng):
    """The net with biases, γ and β that are not at their initial values."""
    layers = []
    for layer in net.layers:
        moved = {name: w + rng.normal(0, 0.3, w.shape) for name, w in layer.parameters.items() if name != "W"}
        layers.append(layer.with_parameters(layer.parameters | moved))
    return replace(net, layers=tuple(layers))


def random_task(seed, **options):
    """A random net with random data, none of whose ReLUs is near its kink."""
    rng = np.random.default_rng(seed)
    output, loss_name = ENDS[seed % len(ENDS)]
    sizes = [int(n) for n in rng.integers(1, 6, size=rng.integers(2, 6))]
    if output == "softmax":
        sizes[-1] = max(sizes[-1], 2)
    net = dense_net(sizes, activation=HIDDEN[seed % len(HIDDEN)], output=output, loss=loss_name, seed=seed, **options)
    net = stirred(net, rng)
    n = int(rng.integers(3, 8))
    X = rng.normal(size=(n, sizes[0]))
    while distance_to_kink(net, X) < 100 * H:
        X = rng.normal(size=(n, sizes[0]))
    if loss_name == "squared_error":
        y = rng.normal(size=(n, sizes[-1]))
    elif output == "sigmoid":
        y = rng.integers(2, size=(n, sizes[-1])).astype(float)
    else:
        y = np.eye(sizes[-1])[rng.integers(sizes[-1], size=n)]
    return net, X, y


def deep_task(seed, *, n=5, batch_norm=False, l2=0.005):
    """A ReLU net of 1 to 9 layers of 10 to 50 units on 30 inputs and 10 classes, and ``n`` examples."""
    rng = np.random.default_rng(seed)
    sizes = [30, *(int(width) for width in rng.integers(10, 51, size=seed % 9)), 10]
    options = {"activation": "relu", "output": "softmax", "initializer": "he_normal"}
    net = stirred(dense_net(sizes, **options, batch_norm=batch_norm, l2=l2, seed=seed), rng)
    return net, rng.normal(size=(n, 30)), np.eye(10)[rng.integers(10, size=n)]
