"""Repair: loops with one fault each, as they are found in students' programs."""

import numpy as np

from lecture.exercises.compare import array
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import Unanswered, call, exercise

AS_IT_WAS = "Not repaired yet: the function does what it did."


@exercise(
    "mini-batch-fault",
    "Images and labels must be drawn by the same row numbers, or each image gets the label of another.",
    level="repair",
)
def mini_batches(answer):
    """Mini-batches in a random order; the fault leaves the labels in the old one."""
    X, y = np.arange(22.0).reshape(11, 2), np.arange(11)

    def batches(*arguments):
        found = answer(*arguments)
        return None if found is None else [tuple(map(np.asarray, pair)) for pair in found]

    given = call(batches, X, y, 4, np.random.default_rng(0))
    _refuse_pairs(given, len(X))
    rows = [images[:, 0] / 2 if images.ndim == 2 else images for images, _ in given]
    order, labels = np.concatenate(rows), np.concatenate([labels for _, labels in given])
    if len(order) < len(X):
        raise Wrong("Some images are in no mini-batch. The last one may be smaller.")
    if len(order) > len(X) or len(set(order)) < len(X):
        raise Wrong("Some images are in two mini-batches of an epoch. Each is wanted once.")
    if max(map(len, rows)) > 4:
        raise Wrong("A mini-batch has at most as many images as `size` says.")
    if np.array_equal(labels, order):
        if np.array_equal(order, np.arange(len(X))):
            raise Wrong("Images and labels agree, but they are in the old order now: shuffle both.")
        return
    if np.array_equal(labels, np.arange(len(X))):
        raise Unanswered(AS_IT_WAS)
    raise Wrong("Images and labels are shuffled, but not alike: draw one order for both.")


def _refuse_pairs(given, n_images):
    """Refuse mini-batches that are no pairs of some images and their labels."""
    if any(len(pair) != 2 or not all(part.ndim for part in pair) for pair in given):
        raise Wrong("Each mini-batch is a pair: images and their labels.")
    if not given:
        raise Wrong("There are no mini-batches.")
    if any(labels.ndim == 2 and images.ndim == 1 for images, labels in given):
        raise Wrong("The two are swapped: images come first, then labels.")
    if len(given) > 1 and all(len(images) == n_images for images, _ in given):
        raise Wrong("Each mini-batch holds all images: take the rows of one mini-batch from the order.")


def trained(X: np.ndarray, y: np.ndarray, learning_rate: float, steps: int, fault: str | None = None):
    """Gradient descent for ŷ = Xw + b, with the mean of ½(ŷ - y)² as its loss; a fault may be named."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = X @ w + b - y
        w = w - learning_rate * X.T @ error / len(y)
        if fault == "late":
            error = X @ w + b - y
        b = b - learning_rate * (error.sum() if fault == "sum" else error.mean())
    return w, b


@exercise(
    "late-gradient",
    "All gradients belong to the same point: compute them first, then update all weights and biases.",
    level="repair",
)
def late_gradient(answer):
    """A loop whose bias is updated by a gradient at the weights that were updated already."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8, 2))
    y = X @ [1.0, -2.0] + 0.5
    given = call(answer, X, y, 0.3, 3)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise Wrong("The function returns the weights and the bias, as before.")
    both = {fault: np.append(*trained(X, y, 0.3, 3, fault)) for fault in (None, "late", "sum")}
    try:
        found = np.append(np.asarray(given[0], dtype=float), float(given[1]))
    except (TypeError, ValueError):
        raise Wrong("The function returns the weights and the bias, as before.") from None
    if found.shape != (3,):
        raise Wrong(
            f"Two weights and a bias are wanted here, one for each column of X; these are {found.size} numbers."
        )
    if np.allclose(found, both["late"]):
        raise Unanswered(AS_IT_WAS)
    swapped = _bias_first(X, y, 0.3, 3)
    array(
        found,
        both[None],
        what="The trained weights",
        known=[
            (both["sum"], "The gradient of the bias is a mean over the batch."),
            (np.append(*trained(X, y, 0.3, 2)), "A step is missing."),
            (np.append(*trained(X, y, 0.3, 4)), "That is a step too many."),
            (
                np.append(*trained(X, y, 0.6, 3)),
                "The loss has a factor of one half, which cancels the 2 of the square.",
            ),
            (np.append(*trained(X, y, -0.3, 3)), "The gradient points uphill: it must be subtracted."),
            (np.append(*trained(X, y, 0.3, 1)), "Training ends after one step: the loop has to go on."),
            (swapped, "Now the bias comes first, and the weights get the gradient at a bias that has moved."),
            (np.zeros(3), "Nothing is trained."),
            (np.append(both[None][:2], 0), "The bias is not trained any more."),
        ],
    )


def _bias_first(X, y, learning_rate, steps):
    """What the loop gives with its two updates in the other order."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        b = b - learning_rate * (X @ w + b - y).mean()
        w = w - learning_rate * X.T @ (X @ w + b - y) / len(y)
    return np.append(w, b)


@exercise(
    "kept-weights",
    "Without a copy the name stands for the array that training goes on to change: all weights are the last ones.",
    level="repair",
)
def kept_weights(answer):
    """Early stopping that keeps the best weights; the fault keeps the array instead of a copy."""
    losses = [0.9, 0.5, 0.4, 0.6, 0.45, 0.7, 0.3]
    seen = []

    def train_one_epoch(weights):
        seen.append(1)
        if len(seen) > len(losses):
            raise Wrong("Training does not stop.")
        weights += 1.0  # in place, as optimizers do
        return losses[len(seen) - 1]

    try:
        given = call(lambda: answer(np.zeros(2), train_one_epoch, 3))
    except Wrong as wrong:
        raise (wrong.__cause__ if isinstance(wrong.__cause__, Wrong) else wrong) from None
    last = np.full(2, float(len(seen)))
    if len(seen) == 6 and np.array_equal(given, last):
        raise Unanswered("Not repaired yet: what is kept still changes with the weights, as a slice of them does.")
    if isinstance(given, float) and given in losses:
        raise Wrong("That is the loss. The weights that belong to it are wanted.")
    array(
        given,
        np.full(2, 3.0),
        what="The array of weights",
        known=[
            (last, "Those are the weights of the last epoch."),
            (np.full(2, 2.0), "Those are the weights before the best epoch: copy after training, not before."),
            (np.zeros(2), "Those are the initial weights."),
            (np.full(2, 1.0), "Those are the weights after the first epoch."),
        ],
    )
    if len(seen) != 6:
        raise Wrong(f"Training takes {len(seen)} epochs now. With this patience it took 6.")
