"""Penalties, dropout, batch normalization, label smoothing."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise


@exercise("penalty", "Absolute values for L1, squares for L2, each times its strength.")
def penalty(answer):
    """What L1 and L2 add to the loss."""
    W = np.array([[0.5, -2.0, 0.0], [1.0, 0.25, -0.75]])  # all sums, norms and maxima differ
    for l1, l2 in ((0.1, 0.0), (0.0, 0.01), (0.1, 0.01)):
        wanted = l1 * np.abs(W).sum() + l2 * (W**2).sum()
        number(
            call(answer, W, l1, l2),
            wanted,
            known=[
                (l1 * np.abs(W).sum() + l2 * (W**2).sum() / 2, "Keras has no factor of one half before L2."),
                (l1 * np.abs(W).sum() + l2 * np.sqrt((W**2).sum()), "L2 adds the sum of the squares, without a root."),
                (
                    l1 * W.sum() + l2 * (W**2).sum(),
                    "L1 adds absolute values: without them, negative weights are rewarded.",
                ),
                (l1 * np.abs(W).mean() + l2 * (W**2).mean(), "The penalty is a sum over all weights, not a mean."),
                (l2 * np.abs(W).sum() + l1 * (W**2).sum(), "The two are swapped."),
                ((l1 + l2) * (np.abs(W).sum() + (W**2).sum()), "Each penalty has its own strength."),
                (np.abs(W).sum() + (W**2).sum(), "The strengths are missing."),
                (l1 * abs(W.sum()) + l2 * (W**2).sum(), "Absolute values first, then the sum."),
                (l1 * np.abs(W).sum() + l2 * W.sum() ** 2, "Squares first, then the sum."),
                (
                    l1 * np.linalg.norm(W, 1) + l2 * (W**2).sum(),
                    "That is a norm of the matrix, its largest column: L1 adds the absolute values of all entries.",
                ),
                (l1 * np.abs(W).sum() + l2 * np.linalg.norm(W, 2) ** 2, "L2 adds the squares of all entries."),
                (l1 * np.abs(W).sum() + l2 * np.linalg.norm(W, 2), "L2 adds the squares of all entries."),
                (l1 * np.abs(W).max() + l2 * (W**2).sum(), "L1 is the sum of the absolute values, not the largest."),
                (l1 * np.sqrt((W**2).sum()) + l2 * (W**2).sum(), "L1 adds absolute values; that is a length."),
                (np.abs(l1 * W).sum() + ((l2 * W) ** 2).sum(), "The strength is not squared."),
                (l1 * (W != 0).sum() + l2 * (W**2).sum(), "L1 adds absolute values. That counts weights."),
            ],
        )


@exercise(
    "inverted-dropout",
    "What is kept is scaled up in training, so that the expected sum is the same and prediction needs no correction.",
)
def inverted_dropout(answer):
    """Activations after dropout, in training."""
    rng = np.random.default_rng(7)
    a = rng.random((3, 5)) + 0.1
    for p in (0.2, 0.5):  # 0.5 is 1 - 0.5
        kept = rng.random((3, 5)) >= p
        array(
            call(answer, a, kept, p),
            a * kept / (1 - p),
            what="The result",
            known=[
                (
                    a * kept,
                    "What is dropped is 0, but what is kept has to be scaled, or the next layer gets less than "
                    "without dropout.",
                ),
                (a * kept * (1 - p), "That makes the sum even smaller: scale up, not down."),
                (a * kept / p, "Divide by the fraction that is kept, not by the fraction that is dropped."),
                (a * ~kept / p, "That drops what should be kept."),
                (a * ~kept, "That drops what should be kept, and the scale is missing."),
                (a * kept * p, "Divide, and by the fraction that is kept."),
                (a * kept - p, "Nothing is subtracted: what is kept is divided by the fraction that is kept."),
                (np.where(kept, a, a * p), "What is dropped is 0."),
                (a * (1 - p), "That is the classical rule for prediction. In training, units are dropped."),
                (a / (1 - p), "Nothing is dropped: where is `kept`?"),
                (a, "Nothing is dropped. That is prediction; this is training."),
                (a * kept / kept.mean(), "Divide by the probability 1 − p: what was drawn this time is chance."),
                (a * ~kept / (1 - p), "That drops what should be kept."),
            ],
        )


@exercise("batch-norm-prediction", "In prediction, the moving averages replace the batch's mean and variance.")
def batch_norm_prediction(answer):
    """Batch normalization of one batch, in prediction."""
    rng = np.random.default_rng(8)
    z, mean, variance = rng.normal(2, 3, size=(6, 3)), rng.normal(size=3), rng.random(3) + 0.5
    gamma, beta, epsilon = rng.random(3) + 0.5, rng.normal(size=3), 1e-3

    def normalized(mean, variance):
        return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta

    array(
        call(answer, z, mean, variance, gamma, beta, epsilon),
        normalized(mean, variance),
        what="The result",
        known=[
            (
                normalized(z.mean(axis=0), z.var(axis=0)),
                "That uses the mean and variance of the batch, as in training. In prediction there may be no batch.",
            ),
            (gamma * (z - mean) / (variance + epsilon) + beta, "That divides by the variance. Its root is wanted."),
            ((z - mean) / np.sqrt(variance + epsilon), "The scale γ and the offset β are missing."),
            (gamma * ((z - mean) / np.sqrt(variance + epsilon) + beta), "The offset comes after the scale."),
            (gamma * (z - mean) / (np.sqrt(variance) + epsilon) + beta, "ε stands inside the root."),
            (gamma * (z - mean) / np.sqrt(variance) + beta, "ε is missing: without it a variance of 0 divides by 0."),
            (gamma * (z - mean) / np.sqrt(variance + epsilon), "The offset β is missing."),
            ((z - mean) / np.sqrt(variance + epsilon) + beta, "The scale γ is missing."),
            (beta * (z - mean) / np.sqrt(variance + epsilon) + gamma, "γ and β are swapped: γ scales, β moves."),
            (gamma * z / np.sqrt(variance + epsilon) + beta, "The mean has to be subtracted."),
            (gamma * z + beta, "z has to be normalized first."),
            (gamma * (z + mean) / np.sqrt(variance + epsilon) + beta, "The mean is subtracted, not added."),
            (
                normalized(z.mean(axis=0), variance),
                "The mean is the moving one, too: in prediction there may be no batch.",
            ),
            (normalized(mean, z.var(axis=0)), "The variance is the moving one, too."),
            (
                normalized(z.mean(axis=1, keepdims=True), z.var(axis=1, keepdims=True)),
                "That is layer normalization: a mean over the units of each example.",
            ),
            (gamma * (z - mean) / variance + beta, "That divides by the variance. Its root is wanted, with ε inside."),
            (gamma * (z - mean / np.sqrt(variance + epsilon)) + beta, "Parentheses: subtract first, then divide."),
        ],
    )


@exercise("smooth-labels", "The true class gives up a fraction α, which is spread evenly over all classes.")
def smooth_labels(answer):
    """One-hot labels, smoothed."""
    for k in (4, 10):
        y, alpha = np.eye(k)[[0, 2, 1]], 0.1
        array(
            call(answer, y, alpha),
            (1 - alpha) * y + alpha / k,
            what="The labels",
            known=[
                ((1 - alpha) * y, "The rows no longer add up to 1: what the true class gives up has to go somewhere."),
                (
                    np.where(y == 1, 1 - alpha, alpha / (k - 1)),
                    "That spreads α over the other classes only. Keras spreads it over all.",
                ),
                (
                    (1 - alpha) * y + alpha,
                    "The rows add up to more than 1: α is spread over the classes, not given to each.",
                ),
                ((1 - alpha) * y + alpha / 2, "That is for two classes: α is divided by the number of classes."),
                (
                    np.where(y == 1, 1 - alpha, alpha),
                    "The rows add up to more than 1: α is spread over the classes, not given to each.",
                ),
                (
                    np.where(y == 1, 1 - alpha, alpha / k),
                    "The true class gets its share of α as well, as Keras does it.",
                ),
                (y - alpha / k, "The true class gives α, and all classes get a share of it."),
                ((1 - alpha) * y + alpha / len(y), "α is divided by the number of classes, not of images."),
                (alpha * y + (1 - alpha) / k, "α and 1 − α are swapped."),
                (y * (1 - alpha / k), "What the true class gives up has to go to all classes."),
                (y, "Those are the labels as they were."),
                (y + alpha, "The true class has to give up what the others get."),
                (y + alpha / k, "The true class has to give up what the others get."),
            ],
        )


@exercise("layer-norm", "Each example has its own mean and deviation, so a batch of one is enough.")
def layer_norm(answer):
    """Layer normalization of a batch."""
    rng = np.random.default_rng(11)
    z, gamma, beta, epsilon = rng.normal(1, 2, size=(4, 5)), rng.random(5) + 0.5, rng.normal(size=5), 1e-3

    def normalized(axis):
        mean, variance = z.mean(axis=axis, keepdims=True), z.var(axis=axis, keepdims=True)
        return gamma * (z - mean) / np.sqrt(variance + epsilon) + beta

    mean, variance = z.mean(axis=1, keepdims=True), z.var(axis=1, keepdims=True)
    scaled = (z - mean) / np.sqrt(variance + epsilon)
    array(
        call(answer, z, gamma, beta, epsilon),
        normalized(1),
        what="The result",
        known=[
            (normalized(0), "That takes mean and variance over the batch: batch normalization."),
            (normalized(None), "That takes one mean and variance of all numbers. Each row has its own."),
            (gamma * (z - mean) / (variance + epsilon) + beta, "That divides by the variance. Its root is wanted."),
            (scaled, "The scale γ and the offset β are missing."),
            (gamma * scaled, "The offset β is missing."),
            (scaled + beta, "The scale γ is missing."),
            (gamma * (scaled + beta), "The offset comes after the scale."),
            (gamma * z / np.sqrt(variance + epsilon) + beta, "The mean has to be subtracted."),
            (gamma * (z - mean) + beta, "The deviation is missing: divide by it."),
            (gamma * (z - mean / np.sqrt(variance + epsilon)) + beta, "Parentheses: subtract first, then divide."),
            (gamma * (z - mean) / np.sqrt(variance) + beta, "ε is missing: without it a variance of 0 divides by 0."),
            (
                gamma * (z - mean) / np.sqrt(z.var(axis=1, keepdims=True, ddof=1) + epsilon) + beta,
                "The variance divides by the number of units, not by one less: here nothing is estimated.",
            ),
            (gamma * (z - mean) / (np.sqrt(variance) + epsilon) + beta, "ε stands inside the root."),
        ],
    )


@exercise("moved-images", "What leaves on the right is lost, and black comes in from the left.")
def moved_images(answer):
    """Images, one pixel to the right."""
    images = np.random.default_rng(12).random((2, 4, 4)) + 0.1
    black = np.zeros_like(images)

    def placed(to, rows):
        found = black.copy()
        found[to] = images[rows]
        return found

    first, last, every = np.s_[:-1], np.s_[1:], np.s_[:]
    last_columns = (every, every, last)
    array(
        call(answer, images),
        placed(np.s_[:, :, 1:], np.s_[:, :, :-1]),
        what="The result",
        known=[
            (np.roll(images, 1, axis=2), "What leaves on the right comes in again on the left. Black should come in."),
            (np.roll(images, 1, axis=1), "That moves them down, and what leaves comes in again above."),
            (placed((every, last), (every, first)), "That moves them down. Columns are the last axis."),
            (placed((every, every, first), (every, every, last)), "That moves them to the left."),
            (placed(np.s_[:, :, 2:], np.s_[:, :, :-2]), "That moves them by two pixels."),
            (placed(last_columns, last_columns), "They have not moved: only the left column became black."),
            (
                np.concatenate([images[:, :, :1], images[:, :, :-1]], axis=2),
                "The left column was repeated. Black should come in.",
            ),
            (placed((every, first), (every, last)), "That moves them up. Columns are the last axis."),
            (np.roll(images, -1, axis=2), "That moves them to the left, and what leaves comes in again."),
            (np.flip(images, axis=2), "That mirrors them."),
            (np.roll(images, 1, axis=0), "That changes the order of the images."),
            (images, "They have not moved."),
        ],
    )
