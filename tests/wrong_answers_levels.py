"""Wrong answers to the exercises that ask to read, to repair or to design."""

import numpy as np

from lecture.exercises import Prediction
from lecture.exercises.repair import trained


def _batches(change):
    """Mini-batches of which one thing is wrong."""

    def mini_batches(X, y, size, rng):
        order = np.arange(len(X)) if change == "old order" else rng.permutation(len(X))
        others = rng.permutation(len(X)) if change == "two orders" else order
        stop = len(X) // size * size if change == "last" else len(X)
        for start in range(0, stop, size // 2 if change == "twice" else size):
            rows = slice(start, start + size)
            yield (X[order[rows]],) if change == "no labels" else (X[order[rows]], y[others[rows]])

    return mini_batches


def _bias_first(X, y, learning_rate, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        b = b - learning_rate * (X @ w + b - y).mean()
        w = w - learning_rate * X.T @ (X @ w + b - y) / len(y)
    return w, b


def _kept(when):
    def best_weights(weights, train_one_epoch, patience):
        best, waited, kept = np.inf, 0, weights.copy()
        while waited < patience:
            before = weights.copy()
            loss = train_one_epoch(weights)
            if loss < best:
                best, waited = loss, 0
                if when != "never":
                    kept = before if when == "before" else weights.copy()
            else:
                waited += 1
            if when == "first" and waited:
                break
        return weights + 0.0 if when == "last" else kept

    return best_weights


class _Model:
    """What a network is to a judge: a count, an optimizer, and a prediction."""

    def __init__(self, n_parameters=100, steps=10, right=1.0, n_classes=10):
        self.n_parameters, self.right, self.n_classes = n_parameters, right, n_classes
        self.optimizer = type("Optimizer", (), {"iterations": steps})()

    def count_params(self):
        return self.n_parameters

    def predict(self, X, verbose=0):
        from lecture.exercises import images

        y = images().y_val
        wrong = round((1 - self.right) * len(y))
        return np.vstack([np.roll(y[:wrong], 1, axis=1), y[wrong:]])[:, : self.n_classes]


WRONG_LEVELS = {
    "when-to-stop": [
        (30, "training loss is lowest"),
        (3, "still falling"),
        (20, "rising"),
        (31, ""),
        (0, ""),
        (0.646, ""),
        ("ten", "single number"),
    ],
    "name-the-fit": [
        ({"A": "underfits", "B": "overfits", "C": "fits"}, "has learnt its images"),
        ({"A": "fits", "B": "underfits", "C": "overfits"}, "look at the gap"),
        ({"A": "overfits", "B": "fits", "C": "underfits"}, "how high"),
        ({"A": "overfits", "B": "overfits", "C": "fits"}, "no gap"),
        ({"A": "overfits", "B": "underfits", "C": "overfits"}, "With dropout"),
        ({"A": "overfits", "B": "underfits", "C": "underfits"}, "lowest of the three"),
        (["overfits", "under", "fits"], "Training B"),
        ("fits", "list of 3"),
    ],
    "read-random-labels": [
        ({"A": "none", "B": "half", "C": "all"}, "learns faster"),
        ({"A": "all", "B": "none", "C": "half"}, "some labels mean something"),
        ({"A": "half", "B": "half", "C": "all"}, "lowest of the three"),
        ({"A": "half", "B": "all", "C": "none"}, "true of new images"),
        ({"A": "half", "B": "none", "C": "none"}, "no use for new images"),
        ({"A": "half", "B": "none", "C": "half"}, "Half of them would help"),
        (["half", "none", "every"], "Training C"),
        ("half", "list of 3"),
    ],
    "order-of-rates": [
        (["B", "A", "C"], "largest to the smallest"),
        (["A", "C", "B"], "least"),
        (["C", "B", "A"], "rougher"),
        (["A", "A", "B"], "each once"),
        ("CAB", "list of 3"),
    ],
    "mini-batch-fault": [
        (_batches("old order"), "shuffle both"),
        (_batches("two orders"), "not alike"),
        (_batches("last"), "no mini-batch"),
        (_batches("twice"), "two mini-batches"),
        (_batches("no labels"), "pair"),
        (lambda X, y, size, rng: [], "no mini-batches"),
        (lambda X, y, size, rng: [(X, y)], "at most"),
    ],
    "late-gradient": [
        (_bias_first, "bias comes first"),
        (lambda X, y, r, n: trained(X, y, r, n, "sum"), "mean over the batch"),
        (lambda X, y, r, n: trained(X, y, r, 1), "one step"),
        (lambda X, y, r, n: (np.zeros(2), 0.0), "Nothing"),
        (lambda X, y, r, n: (trained(X, y, r, n)[0], 0.0), "bias is not"),
        (lambda X, y, r, n: trained(X, y, r, n)[0], "weights and the bias"),
    ],
    "kept-weights": [
        (_kept("before"), "before the best"),
        (_kept("never"), "initial"),
        (_kept("first"), "epochs now"),
        (lambda w, train, patience: [train(w) for _ in range(20)], "does not stop"),
        (lambda w, train, patience: 3, "does not use it"),
    ],
    "parameter-budget": [
        (lambda X, y: _Model(50_890), "50,890 parameters"),
        (lambda X, y: _Model(right=0.7), "0.700 of the validation images"),
        (lambda X, y: _Model(right=0.1), "chance"),
        (lambda X, y: _Model(n_classes=1), "Ten probabilities"),
        (lambda X, y: 0.9, "Keras model"),
        (lambda X, y: X @ y, "columns in A"),
    ],
    "step-budget": [
        (lambda X, y: _Model(steps=300), "300 update steps"),
        (lambda X, y: _Model(steps=0), "compiled again"),
        (lambda X, y: _Model(steps=60, right=0.5), "0.500"),
        (0.9, "function"),
    ],
    "predict-momentum": [
        (10, "exercises.Prediction"),
        (Prediction("more", lambda: (987, 108)), "positive number"),
        (Prediction(10, lambda: (108, 987)), "swapped"),
        (Prediction(10, lambda: (988, 108)), "start is not a step"),
        (Prediction(10, lambda: (987, 107)), "start is not a step"),
        (Prediction(10, lambda: (0, 0)), "count again"),
        (Prediction(10, lambda: 9.1), "two numbers"),
    ],
    "predict-noisy-labels": [
        (0.6, "exercises.Prediction"),
        (Prediction(60, lambda *_: (0.8, 0.75)), "between 0 and 1"),
        (Prediction(0.6, lambda *_: (80, 75)), "between 0 and 1"),
        (Prediction(0.6, lambda *_: (0.7, 0.8)), "swapped"),
        (Prediction(0.6, lambda *_: (0.99, 0.8)), "training images"),
        (Prediction(0.6, lambda *_: (0.6, 0.6)), "more epochs"),
        (Prediction(0.6, lambda *_: (0.8, 0.5)), "cannot bring"),
        (Prediction(0.6, lambda *_: (0.8, 0.8)), "last digit"),
        (Prediction(0.6, lambda *_: 0.8), "two accuracies"),
    ],
}
