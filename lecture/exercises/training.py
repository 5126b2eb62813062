"""Forward pass, backward pass, update."""

import numpy as np

from lecture.activations import ACTIVATIONS
from lecture.exercises.compare import array, shape
from lecture.exercises.registry import call, exercise
from lecture.from_scratch import Dense

ALIGNED = (
    "Write the two shapes below each other, aligned on the right. If a size is 1 or missing, the other one counts."
)


@exercise(
    "broadcast-shape",
    "From the last axis on, 10 meets 1 and the missing axis meets 32. NumPy says nothing, which makes it dangerous.",
    level="read",
    takes_none=True,
)
def broadcast_shape(answer):
    """The shape of (32, 1) minus (10,)."""
    shape(
        answer,
        np.broadcast_shapes((32, 1), (10,)),
        known=[
            (None, "NumPy does not complain: a size of 1 is repeated. That is why this mistake is so hard to find."),
            ((10, 32), "The axes are in the wrong order: shapes are compared from the last one on."),
            ((32, 1), "That is the shape of one of the two arrays. Each of them is repeated."),
            ((10,), "That is the shape of one of the two arrays. Each of them is repeated."),
            ((32,), "Nothing is added up: the result has two axes."),
            ((32, 11), "Sizes are not added: an axis of size 1 is repeated."),
            ((42, 1), "Sizes are not added: an axis of size 1 is repeated."),
            ((32, 1, 10), "The shapes are aligned on the right, not written one after the other."),
            ((1, 10), "The 32 rows stay: the array without that axis is repeated for each of them."),
        ],
        otherwise=ALIGNED,
    )


@exercise(
    "product-shape",
    "The first has 784 columns and the second 512 rows: the transposed weights are wanted, (784, 512).",
    level="read",
    takes_none=True,
)
def product_shape(answer):
    """The shape of (64, 784) @ (512, 784): an error."""
    shape(
        answer,
        None,
        known=[
            ((64, 512), "That would be the product with the transposed weights. NumPy does not transpose by itself."),
            ((512, 64), "A product has the rows of the first and the columns of the second, and more has to fit."),
            ((64, 784), "The columns of the result are those of the second; but do the inner sizes agree?"),
            ((64, 784, 512), "A matrix product has two axes; but do the inner sizes agree?"),
            ((784, 784), "The outer sizes are 64 and 784; but do the inner ones agree?"),
        ],
        otherwise="Write the shapes beside each other. The two sizes that meet in the middle must be the same.",
    )


@exercise("dense-forward", "Product, bias, activation: that is a layer, for a whole batch at once.")
def dense_forward(answer):
    """relu(X W + b) for a batch."""
    rng = np.random.default_rng(1)
    for n, p, q in ((4, 4, 4), (4, 3, 2), (1, 5, 5)):  # square first, so that no mistake stops with an error
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
                *_transposed(X, W, b),
                (1 / (1 + np.exp(-X @ W - b)), "That is a sigmoid. A ReLU is wanted."),
                (np.tanh(X @ W + b), "That is tanh. A ReLU is wanted."),
                (np.abs(X @ W + b), "That is the absolute value. ReLU makes what is negative 0."),
                (relu(X @ W - b), "The bias is added, not subtracted."),
                (relu(X @ (W + b)), "The bias is added to the product, not to the weights: X @ W + b."),
                *((np.max(X @ W + b, axis=k), "np.max takes the largest of many; np.maximum is ReLU.") for k in (0, 1)),
                (np.max(X @ W + b), "np.max takes the largest of many; np.maximum compares each entry with 0."),
                (np.maximum(X @ W + b, 1), "ReLU compares with 0, not with 1."),
                (X @ W + b > 0, "That says where a unit is active. The output there is the number itself."),
                (np.minimum(X @ W + b, 0), "That keeps what is negative. ReLU keeps what is positive."),
            ],
        )


def _transposed(X, W, b):
    """Layers of matrices in another order, which square matrices allow."""
    if X.shape != W.shape:
        return []
    relu = ACTIVATIONS["relu"]
    return [
        (relu(W @ X + b), "A row of X is an example, so X stands on the left: X @ W."),
        (relu((W @ X.T).T + b), "The rows of W are inputs here: X @ W, and nothing is transposed."),
        (relu(X @ W.T + b), "The rows of W are inputs here: X @ W, and nothing is transposed."),
        (relu(X.T @ W + b), "A row of X is an example: X @ W, and nothing is transposed."),
        (relu(W.T @ X + b), "A row of X is an example, so X stands on the left: X @ W."),
        (relu(X * W + b), "That multiplies entry by entry; a layer is a matrix product."),
        (relu(X @ W + b[:, None]), "The bias belongs to the units, which are columns."),
    ]


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
            (12 * wanted, "The loss has a factor of one half, which cancels the 2 of the square; and it is a mean."),
            (loss(y_hat), "That is the loss itself. Its gradient has one entry for each prediction."),
            ((y_hat - y) ** 2 / 2, "Those are the losses. Their derivative is wanted."),
            ((y_hat - y) ** 2 / 12, "Those are the losses. Their derivative is wanted."),
            (np.abs(y_hat - y) / 6, "The sign matters: too large a prediction must come down, too small a one up."),
            (np.abs(y_hat - y), "The sign matters: too large a prediction must come down, too small a one up."),
            (np.sign(y_hat - y), "That is the gradient of the absolute error. The loss is a square."),
            (np.sum(y_hat - y), "One entry for each prediction is wanted, not their sum."),
            (np.mean(y_hat - y), "One entry for each prediction is wanted: it is divided by n, but not added up."),
            (2 * wanted, "The loss has a factor of one half, which cancels the 2 of the square."),
        ],
    )


@exercise(
    "weight-gradient", "Input times what comes from above, as a mean over the batch: the shape is that of the weights."
)
def weight_gradient(answer):
    """The gradient of a layer's weights."""
    rng = np.random.default_rng(3)
    for n, p, q in ((4, 4, 4), (5, 3, 2)):  # square first, so that no mistake stops with an error
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
                *_not_transposed(inputs, delta),
                (-wanted, "That is downhill. The gradient itself is wanted; the update subtracts it."),
                (wanted / n, "That divides by the batch size twice."),
                (inputs.T @ delta / p, "Divide by the number of examples, len(inputs), not by that of inputs."),
                (inputs.T @ delta / q, "Divide by the number of examples, len(inputs), not by that of units."),
                (wanted / q, "Divide by the number of examples only: that is a mean over the units as well."),
                (delta.mean(axis=0), "That is the gradient of the biases. Where are the inputs?"),
                (delta.sum(axis=0), "That is the gradient of the biases, as a sum. Where are the inputs?"),
                (
                    np.outer(inputs.mean(axis=0), delta.mean(axis=0)),
                    "The mean is that of the products; a product of the two means is something else.",
                ),
                (n * wanted.T, "This is transposed, and the mean over the batch is missing."),
            ],
        )


def _not_transposed(inputs, delta):
    """Products in another order, which square matrices allow."""
    if inputs.shape != delta.shape:
        return []
    known = []
    for factor in (1, 1 / len(inputs)):
        known += [
            (factor * inputs @ delta, "Inputs must be transposed, so that the product adds over the examples."),
            (factor * delta @ inputs, "Inputs come first, and transposed: each weight has an input and a unit."),
            (factor * inputs @ delta.T, "That adds over units. The gradient is a mean over the examples."),
            (factor * delta @ inputs.T, "That adds over units. The gradient is a mean over the examples."),
            (factor * inputs * delta, "Each input meets each unit: that is a matrix product."),
        ]
    return known


@exercise("update-step", "Downhill: against the gradient, by the learning rate.")
def update_step(answer):
    """w - η g."""
    w, gradient, rate = np.array([0.5, -1.0, 2.0]), np.array([2.0, -1.5, 0.25]), 0.1
    array(
        call(answer, w, gradient, rate),
        w - rate * gradient,
        what="The new weights",
        known=[
            (w + rate * gradient, "That goes uphill: the loss grows."),
            (w - gradient, "The learning rate is missing."),
            (-rate * gradient, "That is the step. The new weights are wanted."),
            (w + gradient, "The learning rate is missing, and that goes uphill."),
            (w * (1 - rate * gradient), "The step is subtracted from the weights, not multiplied with them."),
            (w - rate * w * gradient, "The step does not depend on the weight itself, only on its gradient."),
            (w - rate * np.sign(gradient), "That moves all weights equally far. The step is as long as the gradient."),
            (w - gradient / rate, "The gradient is multiplied by the learning rate."),
            ((w - rate) * gradient, "Multiplication first: without parentheses only the gradient is multiplied."),
            (w - rate * gradient**2, "The gradient itself is wanted, not its square."),
            (rate * (w - gradient), "Only the gradient is multiplied by the learning rate."),
            (w - rate, "The gradient is missing."),
            (w, "Those are the old weights."),
            (rate * gradient, "That is a step, and uphill. The new weights are wanted."),
        ],
    )
