"""Wrong answers as students give them, each with a word of the right reason: more of the kinds than `wrong_answers`."""

import itertools
import math

import numpy as np


def _pairs(sizes):
    return list(itertools.pairwise(sizes))


def _torch(w, v, g, rate, mu):
    v = mu * v + g
    return w - rate * v, v


def _positive(w, v, g, rate, mu):
    v = mu * v + rate * g
    return w - v, v


def _moving_average(w, v, g, rate, mu):
    v = mu * v + (1 - mu) * g
    return w - rate * v, v


def _swapped_average(w, v, g, rate, mu):
    v = mu * v - (1 - mu) * g
    return w + v, v


def _softly(w, v, g, rate, mu):
    v = (1 - mu) * v - rate * g
    return w + v, v


def _nesterov(w, v, g, rate, mu):
    v = mu * v - rate * g
    return w + mu * v - rate * g, v


def _best_epoch(losses, patience):
    best, waited = 0, 0
    for epoch, loss in enumerate(losses):
        best, waited = (epoch, 0) if loss < losses[best] or epoch == 0 else (best, waited + 1)
        if waited == patience:
            break
    return best + 1


def _before(losses, patience):
    waited = 0
    for epoch in range(1, len(losses)):
        waited = 0 if losses[epoch] < losses[epoch - 1] else waited + 1
        if waited >= patience:
            return epoch + 1
    return len(losses)


def _tie(losses, patience):
    best, waited = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        best, waited = (loss, 0) if loss <= best else (best, waited + 1)
        if waited == patience:
            return epoch
    return len(losses)


def _never_reset(losses, patience):
    best, waited = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        best, waited = (loss, waited) if loss < best else (best, waited + 1)
        if waited == patience:
            return epoch
    return len(losses)


def _ones(labels, k):
    rows = np.zeros((len(labels), k))
    rows[np.arange(len(labels)), labels - 1] = 1
    return rows


def _scaled_first(a, b):
    a = (a - a.mean()) / a.std()
    return a, (b - a.mean()) / a.std()


STUDENTS = {
    "counting-weights": [
        (894, "number of units"),
        (110, "biases"),
        (784_000, "multiplies"),
        (79_401, "bias"),
        (80_294, "no biases"),
        (79_500, "outputs have biases"),
        (79_410, "hidden units"),
        (78_400, "first layer alone"),
        (1_010, "output layer alone"),
        (79_511, "Very close"),
        (159_020, "twice"),
    ],
    "weights-of-any-net": [
        (lambda s: sum(a + b for a, b in _pairs(s)), "multiplied"),
        (lambda s: s[0] * s[1], "first layer"),
        (lambda s: s[-2] * s[-1], "last layer"),
        (lambda s: sum(a * b for a, b in _pairs(s[:-1])), "last layer is missing"),
        (lambda s: math.prod(a * b for a, b in _pairs(s)), "add up"),
        (lambda s: sum(a * b for a, b in zip(s, s[1:] + s[:1])), "not connected"),
    ],
    "convolution-parameters": [
        (91, "Each of the 16"),
        (76, "There are 16"),
        (475, "multiply"),
        (1248, "one bias"),
        (49_168, "dense layer"),
        (1201, "own bias"),
        (26, "one window"),
    ],
    "collapsing-layers": [
        (lambda a, b: a + b, "multiply"),
        (lambda a, b: a @ b.T, "transposed"),
        (lambda a, b: (b @ a).T, "order"),
        (lambda a, b: a.T @ b.T, "order"),
    ],
    "broadcast-shape": [
        ("it is an error", "does not complain"),
        (ValueError, "does not complain"),
        (None, "does not complain"),
        ((32,), "Nothing is added"),
        ([10, 32], "wrong order"),
        ((42, 1), "not added"),
        ((1, 10), "rows stay"),
    ],
    "product-shape": [((64, 512), "transpose"), ((512, 64), "fit"), ((64, 784), "inner"), ((784, 784), "inner")],
    "dense-forward": [
        (lambda X, W, b: np.maximum(W @ X + b, 0), "on the left"),
        (lambda X, W, b: np.maximum(X @ W.T + b, 0), "nothing is transposed"),
        (lambda X, W, b: np.maximum(X * W + b, 0), "entry by entry"),
        (lambda X, W, b: np.abs(X @ W + b), "absolute"),
        (lambda X, W, b: np.maximum(X @ W + b[:, None], 0), "columns"),
        (lambda X, W, b: np.max(X @ W + b, 0), "np.maximum"),
        (lambda X, W, b: 1 / (1 + np.exp(-(X @ W + b))), "sigmoid"),
    ],
    "loss-gradient": [
        (lambda p, y: np.mean((p - y) ** 2) / 2, "loss itself"),
        (lambda p, y: (p - y) ** 2 / 2, "derivative"),
        (lambda p, y: np.abs(p - y) / len(y), "sign matters"),
        (lambda p, y: np.sum(p - y) / len(y), "each prediction"),
        (lambda p, y: 2 * (p - y), "half"),
        (lambda p, y: -(p - y) / len(y), "sign"),
    ],
    "weight-gradient": [
        (lambda a, d: a @ d, "transposed"),
        (lambda a, d: a @ d.T / len(a), "adds over units"),
        (lambda a, d: d @ a, "Inputs come first"),
        (lambda a, d: a * d, "matrix product"),
        (lambda a, d: -a.T @ d / len(a), "downhill"),
        (lambda a, d: a.T @ d / a.shape[1], "number of examples"),
        (lambda a, d: d.mean(axis=0), "biases"),
        (lambda a, d: np.mean(a.T @ d), "single number"),
    ],
    "update-step": [
        (lambda w, g, r: w + g, "uphill"),
        (lambda w, g, r: w * (1 - r * g), "multiplied"),
        (lambda w, g, r: r * (w - g), "Only the gradient"),
        (lambda w, g, r: w - g / r, "multiplied by"),
        (lambda w, g, r: w - r * np.sign(g), "equally far"),
    ],
    "stable-softmax": [
        (lambda Z: np.exp(Z) / np.sum(np.exp(Z)), "together"),
        (lambda Z: Z / Z.sum(axis=1, keepdims=True), "exponential"),
        (lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1), "entry by entry"),
        (lambda Z: 1 / (1 + np.exp(-Z)), "sigmoid"),
        (lambda Z: (Z == Z.max(axis=1, keepdims=True)) * 1.0, "class with the largest"),
        (lambda Z: np.exp(Z - Z.max()) / np.exp(Z - Z.max()).sum(axis=1, keepdims=True), "largest of all"),
    ],
    "leaky-slope": [
        (lambda z: np.where(z > 0, 1, -0.2), "positive slope"),
        (lambda z: np.where(z > 0, 1, 0.2 * z), "does not depend"),
        (lambda z: np.where(z > 0, 1, 0.01), "PyTorch"),
        (lambda z: 0.2, "does not use it"),
        (lambda z: np.sign(z), "slope of |z|"),
    ],
    "he-sigma": [
        (0.0875, "uniform"),
        (0.0714, "root is over the 2"),
        (19.8, "smaller the weights"),
        (0.0625, "inputs"),
        (0.036, "half"),
    ],
    "frozen-weights": [
        (330, "old output layer"),
        (320, "old output layer"),
        (396, "replaces"),
        (33, "one unit"),
        (2, "new biases"),
        (0, "random weights"),
        (209_514, "old network"),
        (8290, "frozen, too"),
    ],
    "momentum-step": [
        (_torch, "PyTorch's form"),
        (_positive, "other sign"),
        (_moving_average, "moving average"),
        (_swapped_average, "moving average"),
        (_softly, "fraction μ"),
        (_nesterov, "Nesterov"),
        (lambda w, v, g, r, m: (w - v, m * v - r * g), "new velocity"),
        (lambda w, v, g, r, m: (w + m * v - r * g, v), "old velocit"),
        (lambda w, v, g, r, m: (w + r * (m * v - r * g), m * v - r * g), "learning rate is in"),
        (lambda w, v, g, r, m: (m * v - r * g, m * v - r * g), "old weights"),
        (lambda w, v, g, r, m: (w - m * (v - r * g), m * (v - r * g)), "only the old velocity"),
    ],
    "momentum-limit": [(99, "newest"), (0.01, "forgotten"), (1.01, "kept"), (10, "0.9"), (99.0, "newest")],
    "adam-first-step": [
        (0.003, "learning rate"),
        (-0.003, "gradient"),
        (-0.00003, "uphill"),
        (1.0, "learning rate"),
        (3.333, "sign of the gradient"),
        (-0.0316, "sign"),
        (0.1, "decimal point"),
    ],
    "inverse-time": [
        (lambda s, a, d, t: a * np.exp(-d * s / t), "exponential"),
        (lambda s, a, d, t: a * (1 - s / t), "straight line"),
        (lambda s, a, d, t: a / (1 + s / t), "decay rate is missing"),
        (lambda s, a, d, t: a / 1 + d * s / t, "Parentheses"),
        (lambda s, a, d, t: a / (1 + d * (s // t)), "//"),
        (lambda s, a, d, t: a * (1 - d * s / t), "straight line"),
    ],
    "parameters-by-hand": [
        (1082, "number of units"),
        (200_960, "first layer alone"),
        (298, "biases"),
        (210_298, "no biases"),
        (330, "output layer alone"),
        (209_515, "Very close"),
        (8554, "first layer is missing"),
        (200_704, "weights of the first layer"),
    ],
    "one-hot": [
        (_ones, "left"),
        (lambda y, k: (np.arange(1, k + 1) == y[:, None]) * 1, "counted from 1"),
        (lambda y, k: np.eye(k)[y] * y[:, None], "number of the class"),
        (lambda y, k: 1 - np.eye(k)[y], "swapped"),
        (lambda y, k: np.eye(k)[:, y], "row"),
        (lambda y, k: np.eye(len(y))[y], "for each class"),
        (lambda y, k: np.zeros((len(y), k)), "0 everywhere"),
    ],
    "standardize": [
        (_scaled_first, "before their mean"),
        (lambda a, b: (a / a.std(), b / a.std()), "subtracted first"),
        (lambda a, b: (a - a.mean() / a.std(), b), "Parentheses"),
        (lambda a, b: ((a - a.min()) / (a.max() - a.min()), b), "min-max"),
        (lambda a, b: (a / 255, b / 255), "min-max"),
        (lambda a, b: ((a - a.mean(1, keepdims=True)) / a.std(1, keepdims=True), b), "each image"),
        (lambda a, b: ((a - a.mean(1)) / a.std(1), b), "entry by entry"),
        (lambda a, b: ((a - a.mean(0)) / a.var(0), b), "variance"),
    ],
    "cross-entropy": [
        (0.250, "multiplied by the label"),
        (0.802, "entropy"),
        (1.204, "chance of being wrong"),
        (2.303, "second class"),
        (1.609, "second class"),
        (0.119, "over images"),
    ],
    "counting-updates": [(976, "leaves out"), (97, "last"), (10, "one update in each"), (5120, "images in a batch")],
    "accuracy": [
        (lambda P, y: np.mean(P.argmax(axis=0) == y), "down the columns"),
        (lambda P, y: np.sum(P.argmax(axis=1) == y) / P.shape[1], "not of classes"),
        (lambda P, y: np.mean(P.max(axis=1) == y), "argmax"),
        (lambda P, y: np.mean(P.max(axis=1)), "how sure"),
        (lambda P, y: np.mean(P.argmax() == y), ""),
        (lambda P, y: np.mean(np.round(P) == y), "entry by entry"),
    ],
    "stopping-epoch": [
        (_best_epoch, "best epoch"),
        (_before, "epoch before"),
        (_tie, "no progress"),
        (_never_reset, "gives all"),
        (lambda l, p: int(np.argmin(l)) + 1, "lowest loss"),
        (lambda l, p: int(np.argmin(l)), "counted from"),
        (lambda l, p: p, "goes on"),
    ],
    "penalty": [
        (lambda W, a, b: a * abs(W.sum()) + b * (W**2).sum(), "Absolute values first"),
        (lambda W, a, b: a * np.abs(W).sum() + b * W.sum() ** 2, "Squares first"),
        (lambda W, a, b: np.abs(W).sum() + (W**2).sum(), "strengths"),
        (lambda W, a, b: (a + b) * (np.abs(W).sum() + (W**2).sum()), "its own strength"),
        (lambda W, a, b: a * np.abs(W) + b * W**2, "single number"),
    ],
    "inverted-dropout": [
        (lambda a, k, p: a, "Nothing is dropped"),
        (lambda a, k, p: a * (1 - p), "classical"),
        (lambda a, k, p: a / (1 - p), "kept"),
        (lambda a, k, p: a[k] / (1 - p), "shape"),
        (lambda a, k, p: a * k / k.mean(), "chance"),
        (lambda a, k, p: a * ~k, "scale is missing"),
    ],
    "batch-norm-prediction": [
        (lambda z, m, v, g, b, e: g * (z - m) / np.sqrt(v) + b, "ε is missing"),
        (lambda z, m, v, g, b, e: (z - m) / np.sqrt(v + e) + b, "scale γ"),
        (lambda z, m, v, g, b, e: b * (z - m) / np.sqrt(v + e) + g, "swapped"),
        (lambda z, m, v, g, b, e: g * (z - z.mean(0)) / np.sqrt(v + e) + b, "mean is the moving"),
        (lambda z, m, v, g, b, e: g * z + b, "normalized first"),
        (lambda z, m, v, g, b, e: g * (z - m) / v + b, "root"),
        (lambda z, m, v, g, b, e: g * (z - m / np.sqrt(v + e)) + b, "Parentheses"),
    ],
    "smooth-labels": [
        (lambda y, a: np.where(y == 1, 1 - a, a), "more than 1"),
        (lambda y, a: np.where(y == 1, 1 - a, a / y.shape[1]), "share"),
        (lambda y, a: (1 - a) * y + a / len(y), "not of images"),
        (lambda y, a: y, "as they were"),
        (lambda y, a: a * y + (1 - a) / y.shape[1], "swapped"),
        (lambda y, a: (1 - a) * y + a / 2, "two classes"),
    ],
    "grid-fits": [(122, "Very close"), (60, "activations"), (45, "sum"), (9, "adds"), (125, "no folds")],
    "enough-trials": [(113.98, "whole"), (115, "Very close"), (5, "divides"), (50, "average"), (38, "swapped")],
    "log-uniform": [
        (lambda u, a, b: a * b**u, ""),
        (lambda u, a, b: np.exp(a + (b - a) * u), "exponents"),
        (lambda u, a, b: np.log10(a) + np.log10(b / a) * u, "logarithms"),
        (lambda u, a, b: a ** (1 - u) + b**u, ""),
    ],
    "halving-epochs": [
        (39, "differ in length"),
        (22, "Very close"),
        (13, "one network"),
        (12, "round by round"),
        (117, "among the nine"),
    ],
    "expected-improvement": [(lambda m, s, b: (m - b) / s, ""), (lambda m, s, b: m, "")],
    "optimism": [
        (lambda r, t: r.mean(1).max() - t.mean(), ""),
        (lambda r, t: 100 * (r.mean(1).max() - t[r.mean(1).argmax()]), "percent"),
        (lambda r, t: r.mean(0).max() - t.max(), ""),
        (lambda r, t: r.mean(1).max() - r.mean(), ""),
    ],
    "shared-layers": [
        (127, "units"),
        (585, "Very close"),
        (420, "shared layer alone"),
        (80, "first hidden layer alone"),
    ],
    "balanced-accuracy": [
        (lambda p, y: 100 * np.mean([np.mean(p[y == k] == k) for k in (0, 1)]), "percent"),
        (lambda p, y: np.mean(p[y == 0] == 0) * np.mean(p[y == 1] == 1), ""),
        (lambda p, y: [np.mean(p[y == k] == k) for k in (0, 1)], "single number"),
    ],
    "oversample": [(lambda y, r: np.flatnonzero(y == 1), ""), (lambda y, r: y, "")],
    "random-rotation": [(lambda A: np.linalg.inv(A), ""), (lambda A: np.linalg.qr(A), "")],
    "sign-parameters": [(64, "units"), (63, "Very close"), (60, "biases"), (2, "biases of the last"), (30, "")],
    "equal-steps": [(1051, "Very close"), (21, "other way"), (1050.0 / 7, "full batches"), (9600, "batches")],
    "equal-units": [(6, "twelve inputs"), (4, ""), (18, ""), (12, "after them")],
    "mean-penalty": [(lambda s, a: a / sum(s), "units"), (lambda s, a: a * (s[0] * s[1]), "")],
    "verdict": [
        (lambda l, h, s: np.where(l > s, 1, np.where(h < s, -1, 0)), ""),
        (lambda l, h, s: ["yes"] * 8, "numbers"),
        (lambda l, h, s: np.where(l >= s, 1, 0), ""),
    ],
    "two-convolutions": [
        (6847, "Very close"),
        (80, "first convolution"),
        (876, "second convolution"),
        (5890, "outputs alone"),
    ],
    "dead-layer": [(3.125, "percent"), (0.96875, "alive"), (0.031, "Very close"), (32, "one over")],
    "pca-shares": [
        (lambda p: np.linalg.svd(p - p.mean(0))[1], "singular"),
        (lambda p: p.var(axis=0), "single weights"),
    ],
    "whole-norm": [
        (lambda g: np.sqrt(sum(np.sum(x) ** 2 for x in g)), ""),
        (lambda g: sum(np.sum(x**2) for x in g), "square"),
        (lambda g: max(np.linalg.norm(x) for x in g), ""),
    ],
    "decimal-point": [(9.47, "percent"), (0.947, "at most")],
    "coin-toss": [(0.25, ""), (2, "one over")],
    "deciding-radius": [(lambda g, c: 2 * c / g, "other way"), (lambda g, c: g**2 / c, "")],
    "wall-height": [(lambda loss: loss.max() - loss.mean(), ""), (lambda loss: np.max(loss - loss[0]), "first")],
    "equal-updates": [(201, "Very close"), (2000, "decimal"), (20_000, ""), (10, "larger the mini")],
    "batch-of-two": [(1510, "outputs"), (3, ""), (1551, "Very close"), (2000, "second layer")],
    "check-noise": [(5.1e-7, "decimal"), (5.1e-16, "rounding of the losses"), (2.2e-16, ""), (-5.1e-6, "sign")],
    "best-step": [(lambda l, t: 1e-5, "rule of thumb"), (lambda l, t: (3 * 2**-52 * l / t) ** 3, "")],
    "whole-cycles": [(100, "decimal"), (0.1, "divided"), (15, "")],
    "constant-class": [(0.0905, "left"), (0.9, "how often"), (0.11, "")],
    "triangular-rate": [(lambda s, a, b, h: np.full(len(s), a), ""), (lambda s, a, b, h: a, "does not use it")],
    "largest-epsilon": [
        (lambda s, n, q, p: s, "deviation"),
    ],
    "winners-curse": [(lambda a, n, k: a, "all settings"), (lambda a, n, k: 3 * np.sqrt(a * (1 - a) / n), "")],
}
