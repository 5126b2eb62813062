"""One more wrong answer to each exercise, written after all diagnoses and not to be tuned to: they measure the rest."""

import itertools
import math

import numpy as np
from scipy.stats import norm

from lecture.exercises import Prediction


def _rolled(X, y, size, rng):
    order = rng.permutation(len(X))
    for start in range(0, len(X), size):
        rows = order[start : start + size]
        yield X[rows], y[np.sort(rows)]


def _norm_fit(X, y, learning_rate, steps):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = X @ w + b - y
        w = w - learning_rate * X.T @ error / X.shape[1]
        b = b - learning_rate * error.mean()
    return w, b


def _worst_kept(weights, train_one_epoch, patience):
    best, waited, kept = 0.0, 0, weights.copy()
    while waited < patience:
        loss = train_one_epoch(weights)
        if loss > best:
            best, waited, kept = loss, 0, weights.copy()
        else:
            waited += 1
    return kept


def _ends_after(losses, patience):
    best = losses.index(min(losses)) + 1
    return best + patience


def _sorted_parts(n, rng):
    return [np.sort(part) for part in np.split(rng.permutation(n), [n // 2, n // 2 + 5])]


def _test_balanced(y, rng):
    rows = rng.permutation(len(y))
    test, train = rows[: len(y) // 4], rows[len(y) // 4 :]
    frequent, rare = test[y[test] == 0], test[y[test] == 1]
    return train, np.concatenate([frequent, rng.choice(rare, len(frequent))])


def _trapezoid(step, low, high, half_cycle):
    place = step % (2 * half_cycle)
    return np.where(place < half_cycle, low + (high - low) * place / half_cycle, high)


SECOND = {
    "counting-weights": [(784 * 100 + 100 * 10 + 784, "inputs have no biases")],
    "weights-of-any-net": [(lambda s: sum(a * b for a, b in itertools.pairwise(s)) / 2, "nothing is counted twice")],
    "convolution-parameters": [((5 * 5 * 3 + 1) * 16 * 3, "channels counted twice")],
    "collapsing-layers": [(lambda W1, W2: np.linalg.inv(W1) @ W2, "nothing is inverted")],
    "broadcast-shape": [((10, 1), "32 is missing")],
    "product-shape": [((64, 784 + 512), "not one beside the other")],
    "dense-forward": [(lambda X, W, b: np.where(X @ W + b > 0, 1.0, 0.0), "the number itself, not 1")],
    "loss-gradient": [(lambda y_hat, y: (y_hat - y) / np.sqrt(len(y)), "n, not its root")],
    "weight-gradient": [(lambda x, d: (x * d.mean(axis=1, keepdims=True)).mean(axis=0), "one for each unit")],
    "update-step": [(lambda w, g, r: w - r * g / np.linalg.norm(g), "not of length 1")],
    "mini-batch-fault": [(_rolled, "labels sorted: not those of the images")],
    "late-gradient": [(_norm_fit, "divided by columns, not rows")],
    "tape-repair": [(lambda g, X, b: (g, g.sum(axis=0) * b), "not times b")],
    "tape-overwrites": [(6, "value of 3x")],
    "bug-in-the-loop": [("line 6: outside the loop", "a number")],
    "stable-softmax": [
        (lambda Z: np.exp(Z / 1000) / np.exp(Z / 1000).sum(axis=1, keepdims=True), "scaling changes it")
    ],
    "leaky-slope": [(lambda z: np.where(z > 0, 1.0, 1.2), "the slope is 0.2")],
    "he-sigma": [(math.sqrt(3 / 784), "2, not 3")],
    "frozen-weights": [(33 * 2 + 784, "the frozen ones do not count")],
    "momentum-step": [(lambda w, v, g, r, m: (w + m * v - r * g, v), "the new velocity")],
    "momentum-limit": [(199, "1 / (1 − μ)")],
    "adam-first-step": [(0.01 / (1 + 0.003), "divided by the gradient's size only")],
    "inverse-time": [(lambda step, start, decay, total: start / (1 + decay * step / total) ** 2, "no square")],
    "order-of-rates": [("A, B, C", "a list")],
    "predict-momentum": [(Prediction(10, lambda: (987, 987)), "momentum is not used")],
    "parameter-budget": [(lambda X, y: X.shape, "return the network")],
    "adamw-by-hand": [(lambda w, m, v, r, k, e: w - r * m / (np.sqrt(v) + e) - r * k * w**2, "no square")],
    "clip-all": [(lambda g, most: [a * most / len(g) for a in g], "the norm is missing")],
    "parameters-by-hand": [((784 + 1) * 256 + (784 + 1) * 32 + (784 + 1) * 10, "each layer sees the one before it")],
    "one-hot": [(lambda labels, k: np.cumsum(np.eye(k)[labels], axis=1), "one 1 in a row")],
    "standardize": [(lambda A, B: (A / A.max(), B / A.max()), "divided by the largest")],
    "cross-entropy": [(1 - 0.7**2, "a logarithm")],
    "counting-updates": [(math.ceil(50_000 / 512) * 9, "ten epochs")],
    "accuracy": [(lambda p, y: np.mean(p.argmin(axis=1) == y), "argmax")],
    "stopping-epoch": [(_ends_after, "later records count only before the stop")],
    "cosine-rate": [(0.02 * math.cos(math.pi * 150 / 450) ** 2, "not the square of the cosine")],
    "decoupled-decay": [(lambda w, d, r, k: w - r * d - r * k, "times w")],
    "when-to-stop": [(25, "the validation loss rises")],
    "kept-weights": [(_worst_kept, "smaller is better")],
    "step-budget": [(lambda X, y: (X, y), "return the network")],
    "penalty": [(lambda W, l1, l2: (l1 * np.abs(W) + l2 * W**2).sum(axis=1), "one number")],
    "inverted-dropout": [(lambda a, kept, p: a * kept + a.mean() * ~kept, "dropped is 0")],
    "batch-norm-prediction": [(lambda z, m, v, g, b, e: g * (z - m) * np.sqrt(v + e) + b, "divide")],
    "smooth-labels": [(lambda y, a: (1 - a) * y + a * (1 - y), "spread over the classes")],
    "layer-norm": [
        (lambda z, g, b, e: (z - z.mean(1)[:, None]) / np.sqrt(z.var(1)[:, None] + e) * g - b, "β is added")
    ],
    "moved-images": [(lambda X: X[:, :, 1:], "the size stays")],
    "recall": [(lambda C: C.max(axis=1) / C.sum(axis=1), "the diagonal, not the largest")],
    "temperature": [(0.9 / (0.9 + 2 * 0.1), "logits are divided")],
    "as-many-parameters": [(44, "one more fits")],
    "name-the-fit": [(["fits", "overfits", "underfits"], "A overfits")],
    "predict-noisy-labels": [(Prediction(0.7, lambda *data: (0.8, 0.3)), "less than chance explains")],
    "grid-fits": [(3 * 4 * 2 + 5 * 5, "each point has five fits")],
    "enough-trials": [(228, "twice as many as needed")],
    "log-uniform": [(lambda u, low, high: low + (high - low) * 10 ** (u - 1), "a power from low to high")],
    "halving-epochs": [(9 + 6 + 9, "the last goes on from 3")],
    "expected-improvement": [(lambda m, s, b: s * norm.pdf(m - b) + (m - b) * norm.cdf(m - b), "divide by std")],
    "confidence-bound": [(lambda mean, std, beta: np.argsort(mean + beta * std)[0], "the last of the sorted")],
    "optimism": [(lambda right, test: np.max(right.mean(axis=1) - test), "of the winner, not the largest difference")],
    "scaling-leak": [
        (lambda X, held: (X[~held] / X[~held].std(axis=0), X[held] / X[~held].std(axis=0)), "the mean is missing"),
    ],
    "three-parts": [(_sorted_parts, "a half and two quarters")],
    "shared-layers": [((3 + 1) * 20 + (20 + 1) * 20 * 2 + (20 + 1) * 4, "one shared matrix, counted once")],
    "balanced-accuracy": [(lambda p, y: np.mean(p == y) / 2 + 0.25, "the mean over the classes")],
    "oversample": [
        (lambda y, rng: np.concatenate([np.flatnonzero(y == 0), np.flatnonzero(y == 1)]), "as many rare rows")
    ],
    "split-then-oversample": [(_test_balanced, "the training set is balanced, not the test set")],
    "random-rotation": [(lambda A: np.linalg.qr(A.T)[0].T, "the decomposition of A")],
    "sign-parameters": [(30 * 30 + 30, "that layer stands before a sign")],
    "equal-steps": [(150 * 64 / 400, "the other way round, and upside down")],
    "held-equal": [((400, 20 * 400), "how many times more")],
    "equal-units": [(12 + 12 + 1 + 1 + 2 + 2, "one bias for all units")],
    "mean-penalty": [
        (lambda s, c: c * (len(s) - 1) / sum(a * b for a, b in itertools.pairwise(s)), "not times layers")
    ],
    "verdict": [(lambda low, high, s: np.where(high - low >= s, 1, -1), "not the width")],
    "seeds-to-plan": [(18, "the root of n")],
    "two-convolutions": [((9 * 8 + 8) + (9 * 12 * 8 + 12) + (14 * 7 * 12 * 10 + 10), "both sides are halved")],
    "dead-layer": [(1 / 2**10, "five units in this layer")],
    "pca-shares": [(lambda p: np.linalg.eigvalsh(np.cov(p.T)) / np.trace(np.cov(p.T)), "the first axis first")],
    "whole-norm": [(lambda g: np.linalg.norm(np.concatenate([a.ravel() for a in g]), 1), "absolute values")],
    "decimal-point": [(1 / 2 - 1 / math.pi**2, "the mean is 2/π")],
    "coin-toss": [(1 / 3, "half of the directions")],
    "deciding-radius": [(lambda g, k: g - k / 2, "solve for r")],
    "wall-height": [(lambda loss: loss[len(loss) // 2] - (loss[0] + loss[-1]) / 2, "not in the middle")],
    "equal-updates": [(180, "one tenth")],
    "read-random-labels": [(["half", "all", "none"], "Training B: its validation loss falls")],
    "least-norm": [(lambda A, b: np.linalg.lstsq(A.T @ A + np.eye(9), A.T @ b, rcond=None)[0], "a penalty")],
    "batch-of-two": [(30 * 50 + 50 + 50 + 50 + 10, "γ and β get one")],
    "check-noise": [(2**-52 / 1e-10 / 2, "the loss, and both are rounded")],
    "fault-from-errors": [(["sums", "variance", "right", "n - 1", "gamma", "mean and variance"], "B and E swapped")],
    "batch-norm-backward": [
        (
            lambda z, a, g, e: g * (a - a.mean(0)) / np.sqrt(z.var(0) + e) * (1 - 1 / len(z)),
            "the variance depends on z",
        ),
    ],
    "best-step": [(lambda loss, third: (3 * 2**-52 * loss * third) ** (1 / 3), "divided by the third derivative")],
    "whole-cycles": [(2 * 2250 / 500, "45,000 images")],
    "constant-class": [(475 / 5000 - 0.1, "a share, not negative")],
    "triangular-rate": [(_trapezoid, "it falls again")],
    "winners-curse": [(lambda p, n, k: 2 * math.sqrt(p * (1 - p) / n), "simulate: twice the deviation is a guess")],
    "largest-epsilon": [(lambda s, n, q, share: s**2 * n * q * (1 / share - 1) / n, "the number of inputs once")],
}
