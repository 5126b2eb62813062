"""Rotated inputs, activations without a gradient, batches."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise


@exercise(
    "random-rotation",
    "The columns of Q are orthogonal and of length 1, and if R's diagonal is positive there is only one such Q: "
    "no direction is preferred.",
)
def random_rotation(answer):
    """The Q of a square matrix whose R has a positive diagonal."""
    A = np.random.default_rng(3).normal(size=(5, 5))
    q, r = np.linalg.qr(A)
    signs = np.sign(np.diag(r))
    assert len(set(signs)) == 2  # else a mistake would not show
    array(
        call(answer, A),
        q * signs,
        what="The matrix",
        known=[
            (
                q,
                "That is orthogonal, but the signs of its columns depend on the algorithm: make R's diagonal positive.",
            ),
            (signs[:, None] * q, "The signs belong to the columns of Q; those are its rows."),
            (q * -signs, "Now R's diagonal is negative."),
            (r, "That is R, the triangular one."),
            (np.linalg.inv(A), "That is the inverse. It undoes A, but changes lengths."),
            (np.linalg.svd(A)[0], "That is orthogonal, but from the singular value decomposition. Q of QR is wanted."),
            (-q * signs, "Now R's diagonal is negative."),
            (A, "That is the matrix itself: it changes lengths and angles."),
            (A / np.linalg.norm(A, axis=0), "The columns are of length 1, but not orthogonal."),
            ((q * signs).T, "That is the transpose."),
            (q * np.diag(r), "Only the signs of R's diagonal are wanted: its sizes change lengths."),
            (q / np.diag(r), "Only the signs of R's diagonal are wanted: its sizes change lengths."),
            (q * np.abs(np.diag(r)), "Only the signs of R's diagonal are wanted: its sizes change lengths."),
            (q @ r, "That is A again."),
            (np.abs(q), "The signs of whole columns change, not those of single entries."),
            (np.diag(signs), "Those are the signs. Which columns of Q do they turn?"),
            (r * signs[:, None], "That is R with a positive diagonal. Which Q belongs to it?"),
            (
                q * np.sign(np.linalg.det(q)),
                "That turns all columns or none: the sign is that of each entry of the diagonal.",
            ),
        ],
    )


@exercise(
    "sign-parameters",
    "The gradient is 0 behind every sign, so only the last layer's weights and biases change: "
    "it separates random features that stay as they are.",
)
def sign_parameters(answer):
    """Parameters of 2-30-30-2 that training changes if the hidden activation is the sign."""
    number(
        answer,
        (30 + 1) * 2,
        known=[
            (
                (2 + 1) * 30 + (30 + 1) * 30 + (30 + 1) * 2,
                "Those are all. Which of them does a gradient reach, if the derivative of the sign is 0?",
            ),
            (2 + 30 + 30 + 2, "That is the number of units, inputs included."),
            (2, "Those are the biases of the last layer. Its weights are learnt as well."),
            (30 + 2, "Each unit of the last layer has a weight for each of its inputs: multiply."),
            (30 * 2, "The biases of that layer are learnt as well."),
            (30 * 2 + 2 + 30, "The biases of the hidden units stand before a sign, as their weights do."),
            (30 * 2 + 2 + 60, "The biases of the hidden units stand before a sign, as their weights do."),
            (30 * 2 + 1, "Each of the two outputs has a bias."),
            (30 * 30 + 30 * 2 + 2, "There is a sign between the second hidden layer's weights and the loss, too."),
            (0, "One layer has no sign between itself and the loss."),
            (
                (30 + 1) * 30 + (30 + 1) * 2,
                "There is a sign between the second hidden layer's weights and the loss, too.",
            ),
            ((2 + 1) * 30 + (30 + 1) * 30, "Those are the ones that stay as they are."),
            ((2 + 1) * 30, "On its way to the first layer the gradient is multiplied by 0, twice."),
        ],
    )


@exercise(
    "equal-steps",
    "An epoch of 400 points has seven batches, the last one smaller, and with full batches it has one step: "
    "so it takes seven times as many epochs, and seven times as many passes over the points.",
)
def equal_steps(answer):
    """Epochs with full batches that have as many steps as 150 epochs of 400 points in batches of 64."""
    number(
        answer,
        150 * 7,
        known=[
            (
                150 * 400 / 64,
                "There is no fraction of a step: the last batch of an epoch is smaller, but it still makes a step.",
            ),
            (150 * 6, "The last batch of an epoch is smaller, but it still makes a step."),
            (150 // 7, "It is the other way round: full batches make fewer steps per epoch."),
            (150 * 8, "How many batches does it take for 400 points? The last one is smaller."),
            (150 * 7 * 64, "Ask for steps: with full batches an epoch has one."),
            (150, "That many epochs with full batches make 150 steps."),
            (7, "That is for one epoch."),
            (150 * 64, "Ask how many batches make an epoch, not how many points make a batch."),
            (150 * 400, "That is the number of steps with batches of 1."),
            (np.ceil(150 / 7), "It is the other way round: full batches make fewer steps per epoch."),
        ],
    )
