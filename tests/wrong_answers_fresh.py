"""Wrong answers to chapters 1 and 2, written before any diagnosis was read, each with the reason of a good teacher."""

import itertools
import math

import numpy as np

from lecture.exercises import Prediction


class _Net:
    """What a trained network is to a judge, as far as a student could get it wrong."""

    def __init__(self, n_parameters=3322, steps=60, output=None):
        self.n_parameters, self.output = n_parameters, output
        self.optimizer = type("Optimizer", (), {"iterations": steps})()

    def count_params(self):
        return self.n_parameters

    def predict(self, X, verbose=0):
        return self.output(len(X))


class _History:
    """What `fit` returns."""

    def __init__(self):
        self.history = {"loss": [0.9, 0.7]}


def _whole(X, y, size, rng):
    order = rng.permutation(len(X))
    for _ in range(0, len(X), size):
        yield X[order], y[order]


def _drawn(X, y, size, rng):
    for _ in range(0, len(X), size):
        rows = rng.integers(0, len(X), size)
        yield X[rows], y[rows]


def _labels_first(X, y, size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        rows = order[start : start + size]
        yield y[rows], X[rows]


def _fit(X, y, learning_rate, steps, *, factor=1.0, bias=np.mean):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = X @ w + b - y
        w = w - factor * learning_rate * X.T @ error / len(y)
        b = b - factor * learning_rate * bias(error)
    return w, b


def _softmax(Z, axis=1):
    e = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _velocity_of_gradients(w, v, g, rate, mu):
    v = mu * v - g
    return w + rate * v, v


def _stops(losses, patience, more=0, reset=True, ties=False):
    best, waited = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        if loss < best or (ties and loss == best):
            best, waited = loss, 0 if reset else waited
        else:
            waited += 1
        if waited == patience + more:
            return epoch
    return len(losses)


def _kept(weights, train_one_epoch, patience, result="view"):
    best, waited, kept = np.inf, 0, weights[:]
    while waited < patience:
        loss = train_one_epoch(weights)
        if loss < best:
            best, waited, kept = loss, 0, weights[:] if result == "view" else weights.copy()
        else:
            waited += 1
    return {"view": kept, "loss": best, "both": (kept, best)}[result]


def _edge_repeated(images):
    return np.concatenate([images[:, :, :1], images[:, :, :-1]], axis=2)


def _black_edge(images):
    images = images.copy()
    images[:, :, 0] = 0
    return images


FRESH = {
    "counting-weights": [
        (79_402, "a bias for each unit, not for each layer"),
        (894, "units, not parameters"),
        (79_410, "the hidden units' biases are missing"),
    ],
    "weights-of-any-net": [
        (lambda s: sum(s[i] * s[i - 1] for i in range(len(s))), "the last layer is not connected to the first"),
        (lambda s: [a * b for a, b in itertools.pairwise(s)], "the sum of these"),
        (lambda s: s[0] * s[1] + s[1] * s[2], "networks of any depth"),
    ],
    "convolution-parameters": [
        (1203, "a bias for each filter, not for each channel"),
        (256, "a window has 5 × 5 places"),
        (76, "one filter only"),
    ],
    "collapsing-layers": [
        (lambda W1, W2: W1 + W2, "a product, not a sum"),
        (lambda W1, W2: W2, "the second layer alone"),
        (lambda W1, W2: [W1, W2], "one matrix"),
    ],
    "broadcast-shape": [
        ((32,), "two axes remain"),
        ((1, 10), "the 32 rows are missing"),
        ((42,), "not added"),
    ],
    "product-shape": [
        ((784, 784), "inner sizes do not agree"),
        ((64,), "inner sizes do not agree"),
        ((64, 784, 512), "inner sizes do not agree"),
    ],
    "dense-forward": [
        (lambda X, W, b: np.max(X @ W + b, 0), "np.max takes the largest over an axis; np.maximum compares entries"),
        (lambda X, W, b: np.abs(X @ W + b), "ReLU is 0 below 0, not the absolute value"),
        (lambda X, W, b: np.maximum(X @ (W + b), 0), "the bias is added after the product"),
    ],
    "loss-gradient": [
        (lambda y_hat, y: np.mean(y_hat - y), "one entry for each prediction"),
        (lambda y_hat, y: (y_hat - y) ** 2 / 2 / len(y), "the loss, not its slope"),
        (lambda y_hat, y: np.abs(y_hat - y) / len(y), "the sign is lost"),
    ],
    "weight-gradient": [
        (lambda x, d: np.outer(x.mean(0), d.mean(0)), "the mean of products, not the product of means"),
        (lambda x, d: d.mean(axis=0), "that is the gradient of the biases"),
        (lambda x, d: x.T @ d / x.shape[1], "divided by inputs, not examples"),
    ],
    "update-step": [
        (lambda w, g, r: r * g, "the change alone"),
        (lambda w, g, r: (w - r) * g, "parentheses"),
        (lambda w, g, r: w - g / r, "times the rate, not divided by"),
    ],
    "mini-batch-fault": [
        (_whole, "each batch is the whole set"),
        (_drawn, "some examples come twice, others never"),
        (_labels_first, "X and y are swapped"),
    ],
    "late-gradient": [
        (lambda X, y, r, n: _fit(X, y, r, n - 1), "a step too few"),
        (lambda X, y, r, n: _fit(X, y, r, n, factor=2), "twice the gradient"),
        (lambda X, y, r, n: _fit(X, y, r, n, bias=np.sum), "the bias needs the mean, too"),
        (lambda X, y, r, n: _fit(X, y, r, n)[::-1], "w first, then b"),
    ],
    "tape-repair": [
        (lambda g, X, b: (g, g[0]), "the first row only"),
        (lambda g, X, b: (X, g.sum(axis=0)), "the gradient of X is g itself"),
        (lambda g, X, b: (g, g.sum(axis=0, keepdims=True)), "shape (1, p), not (p,)"),
    ],
    "tape-overwrites": [
        (4, "x·x sets twice, it does not add"),
        (10, "the value, not the derivative"),
        (5, "the entries overwrite, they do not add"),
    ],
    "bug-in-the-loop": [
        (4, "the arguments stand in the right order"),
        (2, "the tape is opened for each batch"),
        (7, "there is no line 7"),
    ],
    "stable-softmax": [
        (
            lambda Z: Z - Z.max(1, keepdims=True) - np.log(np.exp(Z - Z.max(1, keepdims=True)).sum(1, keepdims=True)),
            "log",
        ),
        (lambda Z: np.exp(np.minimum(Z, 500)) / np.exp(np.minimum(Z, 500)).sum(1, keepdims=True), "clipping changes"),
        (lambda Z: 1 / (1 + np.exp(-np.clip(Z, -500, 500))), "a sigmoid: rows do not add up to 1"),
    ],
    "leaky-slope": [
        (lambda z: np.where(z > 0, 1, -0.2), "the slope is +0.2"),
        (lambda z: np.where(z > 0, 1, 0.2 * z), "the value, not the slope, below 0"),
        (lambda z: np.where(z > 0, 1, 0.01), "here the leak is 0.2"),
    ],
    "he-sigma": [
        (2 / math.sqrt(784), "the 2 stands in the root"),
        (math.sqrt(784 / 2), "the reciprocal"),
        (0.05, "three digits"),
    ],
    "frozen-weights": [
        (65, "a bias for each of the two units"),
        (22, "it replaces the output layer, it does not follow it"),
        (34, "weights: 32 for each unit"),
    ],
    "momentum-step": [
        (lambda w, v, g, r, m: (w + m * (v - r * g), m * (v - r * g)), "the gradient is not multiplied by μ"),
        (_velocity_of_gradients, "velocity without η"),
        (lambda w, v, g, r, m: (w + r * v - m * g, r * v - m * g), "η and μ swapped"),
    ],
    "momentum-limit": [
        (1.99, "not only two steps are added"),
        (10, "1 − 0.99 is 0.01"),
        (0.01, "the reciprocal"),
    ],
    "adam-first-step": [
        (0.0316, "corrected averages"),
        (0.007, "the change, not added to the gradient"),
        (-3.33, "divided by the gradient"),
    ],
    "inverse-time": [
        (lambda step, start, decay, total: start / 1 + decay * step / total, "parentheses"),
        (lambda step, start, decay, total: start / (1 + decay * (step // total)), "whole division: a staircase"),
        (lambda step, start, decay, total: start / (1 + decay * total / step), "step over total"),
    ],
    "order-of-rates": [
        (["B", "A", "C"], "from the smallest to the largest"),
        (["C", "A", "A"], "each once"),
        ([0.01, 0.1, 1], "the letters"),
    ],
    "predict-momentum": [
        (Prediction(10, lambda: (108, 987)), "without momentum first"),
        (Prediction(10, lambda: 987 / 108), "two numbers of steps"),
        (Prediction(10, lambda: (988, 109)), "one too many each: steps, not points"),
    ],
    "parameter-budget": [
        (lambda X, y: _History(), "what fit returns is not the network"),
        (lambda X, y: _Net(output=lambda n: np.full((n, 1), 0.5)), "10 units in the output layer"),
        (lambda X, y: _Net(output=lambda n: np.full((n, 10), np.nan)), "the training diverged"),
    ],
    "adamw-by-hand": [
        (lambda w, m, v, r, k, e: w - r * (m / np.sqrt(v) + e + k * w), "parentheses around the root and ε"),
        (lambda w, m, v, r, k, e: (w - r * m / (np.sqrt(v) + e)) * (1 - r * k), "decay of the old weights"),
        (lambda w, m, v, r, k, e: -r * (m / (np.sqrt(v) + e) + k * w), "the change, not the new weights"),
    ],
    "clip-all": [
        (lambda g, most: [a * min(1, most / max(np.abs(b).max() for b in g)) for a in g], "largest entry, not norm"),
        (lambda g, most: [a * min(1, most / sum(np.linalg.norm(b) for b in g)) for a in g], "sum of the norms"),
        (lambda g, most: np.concatenate([a.ravel() for a in g]), "a list of arrays"),
    ],
    "parameters-by-hand": [
        (209_219, "a bias for each unit, not for each layer"),
        (209_504, "the output layer's biases"),
        (784 * 256 * 32 * 10, "add the layers, do not multiply them"),
    ],
    "one-hot": [
        (lambda labels, k: 1 - np.eye(k)[labels], "0 and 1 are swapped"),
        (lambda labels, k: np.eye(k)[labels] * np.array(labels)[:, None], "a 1, not the class number"),
        (lambda labels, k: np.eye(k)[: len(labels)], "the labels are not used"),
    ],
    "standardize": [
        (lambda A, B: ((A - A.mean(0)) / A.var(0), (B - A.mean(0)) / A.var(0)), "variance, not deviation"),
        (lambda A, B: ((A - A.min()) / (A.max() - A.min()), (B - A.min()) / (A.max() - A.min())), "min-max"),
        (lambda A, B: (A / 255, B / 255), "scaled, not standardized"),
    ],
    "cross-entropy": [
        (-math.log(0.7) / 3, "no mean over the classes"),
        (-0.7 * math.log(0.7), "the weight is the label, 1, not the probability"),
        (-math.log(0.1), "the second class, not the first"),
    ],
    "counting-updates": [
        (977, "each epoch ends with its own incomplete batch"),
        (50_000 * 10 / 512, "whole batches"),
        (500_000, "images, not batches"),
    ],
    "accuracy": [
        (lambda p, y: np.mean(p[np.arange(len(y)), y]), "the mean probability, not the share right"),
        (lambda p, y: p.argmax(1) == y, "the mean of these"),
        (lambda p, y: np.mean(p.argmax(1) != y), "the share wrong"),
    ],
    "stopping-epoch": [
        (lambda losses, patience: _stops(losses, patience, more=1), "an epoch too late"),
        (lambda losses, patience: _stops(losses, patience, reset=False), "in a row: reset the count"),
        (lambda losses, patience: _stops(losses, patience, ties=True), "an equal loss is no record"),
    ],
    "cosine-rate": [
        (0.02 * (1 + math.cos(150 / 450)) / 2, "π is missing"),
        (0.02 * (1 - math.cos(math.pi / 3)) / 2, "the sign: it would rise"),
        (0.15, "ten times"),
    ],
    "decoupled-decay": [
        (lambda w, d, r, k: w - r * (d + k), "the decay is proportional to w"),
        (lambda w, d, r, k: w - k * (d + r * w), "the rate and the decay are swapped"),
        (lambda w, d, r, k: (w - r * d) * (1 - r * k), "of the old weights"),
    ],
    "when-to-stop": [
        (0.7, "an epoch, not a loss"),
        (0, "before the training"),
        (3, "both losses still fall"),
    ],
    "kept-weights": [
        (_kept, "a slice of an array is a view"),
        (lambda w, t, p: _kept(w, t, p, "loss"), "the weights, not the loss"),
        (lambda w, t, p: _kept(w, t, p, "both"), "the weights alone"),
    ],
    "step-budget": [
        (lambda X, y: _History(), "what fit returns is not the network"),
        (lambda X, y: _Net(steps=61, output=lambda n: np.eye(10)[np.zeros(n, int)]), "a step too many"),
        (lambda X, y: None, "return the network"),
    ],
    "penalty": [
        (lambda W, l1, l2: l1 * np.linalg.norm(W, 1) + l2 * np.sum(W**2), "a matrix norm: columns"),
        (lambda W, l1, l2: l1 * abs(W.sum()) + l2 * np.sum(W**2), "absolute values before the sum"),
        (lambda W, l1, l2: l1 * np.abs(W) + l2 * W**2, "summed over all entries"),
    ],
    "inverted-dropout": [
        (lambda a, kept, p: a[kept] / (1 - p), "dropped entries become 0, they are not cut out"),
        (lambda a, kept, p: np.where(kept, a / (1 - p), a), "dropped entries become 0"),
        (lambda a, kept, p: a * kept * p, "divided by 1 − p"),
    ],
    "batch-norm-prediction": [
        (lambda z, m, v, g, b, e: g * ((z - m) / np.sqrt(v + e) + b), "β is added after γ multiplies"),
        (lambda z, m, v, g, b, e: g * (z - m / np.sqrt(v + e)) + b, "parentheses around z − mean"),
        (lambda z, m, v, g, b, e: b * (z - m) / np.sqrt(v + e) + g, "γ and β swapped"),
    ],
    "smooth-labels": [
        (lambda y, a: a * y + (1 - a) / y.shape[1], "α and 1 − α swapped"),
        (lambda y, a: y + a / y.shape[1], "the 1 is not reduced"),
        (lambda y, a: np.clip(y, a, 1 - a), "rows do not add up to 1"),
    ],
    "layer-norm": [
        (lambda z, g, b, e: g * (z - z.mean(1)[:, None]) / np.sqrt(z.var(1, ddof=1)[:, None] + e) + b, "n, not n − 1"),
        (lambda z, g, b, e: b * (z - z.mean(1)[:, None]) / np.sqrt(z.var(1)[:, None] + e) + g, "γ and β swapped"),
        (lambda z, g, b, e: g * z / np.sqrt(z.var(1)[:, None] + e) + b, "the mean is not subtracted"),
    ],
    "moved-images": [
        (lambda X: np.pad(X, ((0, 0), (0, 0), (2, 0)))[:, :, :-2], "two pixels"),
        (_edge_repeated, "black comes in, not the edge"),
        (_black_edge, "only the edge became black"),
    ],
    "recall": [
        (lambda C: 2 * np.diag(C) / (C.sum(0) + C.sum(1)), "the F1 score"),
        (lambda C: np.mean(np.diag(C) / C.sum(1)), "one for each class"),
        (lambda C: C / C.sum(1, keepdims=True), "the diagonal of this"),
    ],
    "temperature": [
        (math.exp(0.45) / (math.exp(0.45) + math.exp(0.05)), "logits, not probabilities, are divided"),
        (75, "in percent"),
        (math.log(0.9) / 2, "a logit, no probability"),
    ],
    "as-many-parameters": [
        (4640 / 101, "whole units"),
        (4640, "parameters, not units"),
        (3, "16 channels"),
    ],
    "name-the-fit": [
        ({"A": "overfitting", "B": "underfitting", "C": "fitting"}, "the three words"),
        ({"A": "underfits", "B": "overfits", "C": "fits"}, "A and B swapped"),
        ({"A": "overfits", "B": "fits", "C": "fits"}, "B underfits: each once"),
    ],
    "read-random-labels": [
        ({"A": 0.5, "B": 0, "C": 1}, "the three words"),
        ({"A": "none", "B": "half", "C": "all"}, "A and B swapped"),
        ({"A": "half", "B": "none", "C": "none"}, "C fits its images, but its validation loss rises"),
    ],
    "predict-noisy-labels": [
        (Prediction(70, lambda *data: [0.8, 0.75]), "a share, not percent"),
        (Prediction(0.7, lambda *data: [80.0, 75.0]), "shares, not percent"),
        (Prediction(0.7, lambda *data: 0.75), "two accuracies"),
    ],
}
