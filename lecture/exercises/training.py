"""Forward pass, backward pass, update."""

import numpy as np

from lecture.activations import ACTIVATIONS
from lecture.exercises.compare import array
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import call, exercise
from lecture.from_scratch import Dense


@exercise("broadcast-shape", "From the last axis on, 10 meets 1 and the missing axis meets 32.")
def broadcast_shape(answer):
    """The shape of (32, 1) plus (10,)."""
    wanted = np.broadcast_shapes((32, 1), (10,))
    if not isinstance(answer, (tuple, list)):
        raise Wrong(f"A shape is wanted, as a tuple of whole numbers, this is a {type(answer).__name__}.")
    answer = tuple(answer)
    if answer == wanted:
        return
    if answer == wanted[::-1]:
        raise Wrong("The axes are in the wrong order: shapes are compared from the last one on.")
    if answer in ((32, 1), (10,)):
        raise Wrong("That is the shape of one of the two arrays. Each of them is repeated.")
    raise Wrong(
        "Write the two shapes below each other, aligned on the right. If a size is 1 or missing, the other one counts."
    )


@exercise("dense-forward", "Product, bias, activation: that is a layer, for a whole batch at once.")
def dense_forward(answer):
    """relu(X W + b) for a batch."""
    rng = np.random.default_rng(1)
    for n, p, q in ((4, 3, 2), (1, 5, 5)):
        X, W, b = rng.normal(size=(n, p)), rng.normal(size=(p, q)), rng.normal(size=q)
        wanted = Dense(W, b, "relu").forward(X).a
        relu = ACTIVATIONS["relu"]
        array(
            call(answer, X, W, b),
            wanted,
            what="The layer's output",
            known=[
                (relu(X @ W), "The bias is missing."),
                (X @ W + b, "The activation function is missing: some outputs are negative."),
                (relu(X @ W) + b, "The bias belongs inside the activation function."),
                (np.minimum(X @ W + b, 0), "That keeps what is negative. ReLU keeps what is positive."),
            ],
        )


@exercise("loss-gradient", "The derivative of a square, and a mean over the batch, as in Keras.")
def loss_gradient(answer):
    """d/dŷ of the mean of ½(ŷ - y)², by central differences."""
    rng = np.random.default_rng(2)
    y_hat, y, h = rng.normal(size=6), rng.normal(size=6), 1e-6

    def loss(p):
        return np.mean((p - y) ** 2) / 2

    wanted = np.array([(loss(y_hat + h * e) - loss(y_hat - h * e)) / (2 * h) for e in np.eye(6)])
    array(
        call(answer, y_hat, y),
        wanted,
        tolerance=1e-5,
        what="The gradient",
        known=[
            (
                6 * wanted,
                "That is the sum over the batch. The loss is a mean, so its gradient is divided by the batch size.",
            ),
            (-6 * wanted, "The sign is the other way round, and the mean over the batch is missing."),
            (2 * wanted, "The loss has a factor of one half, which cancels the 2 of the square."),
        ],
    )


@exercise(
    "weight-gradient", "Input times what comes from above, as a mean over the batch: the shape is that of the weights."
)
def weight_gradient(answer):
    """The gradient of a layer's weights."""
    rng = np.random.default_rng(3)
    for n, p, q in ((5, 3, 2), (4, 4, 4)):
        inputs, delta = rng.normal(size=(n, p)), rng.normal(size=(n, q))
        layer = Dense(rng.normal(size=(p, q)), np.zeros(q), "linear")
        wanted = layer.backward(layer.forward(inputs), delta=delta).parameters["W"]
        array(
            call(answer, inputs, delta),
            wanted,
            what="The gradient",
            known=[
                (
                    n * wanted,
                    "That is the sum over the batch. The mean is wanted, so that the learning rate does not depend on "
                    "the batch size.",
                ),
                (wanted.T, "The gradient must have the shape of the weights, inputs × units: this is transposed."),
                (n * wanted.T, "This is transposed, and the mean over the batch is missing."),
            ],
        )


@exercise("update-step", "Downhill: against the gradient, by the learning rate.")
def update_step(answer):
    """w - η g."""
    w, gradient, rate = np.array([0.5, -1.0, 2.0]), np.array([2.0, -1.0, 0.5]), 0.1
    array(
        call(answer, w, gradient, rate),
        w - rate * gradient,
        what="The new weights",
        known=[
            (w + rate * gradient, "That goes uphill: the loss grows."),
            (w - gradient, "The learning rate is missing."),
            (-rate * gradient, "That is the step. The new weights are wanted."),
            (rate * gradient, "That is a step, and uphill. The new weights are wanted."),
        ],
    )
