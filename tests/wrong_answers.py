"""Wrong answers to each exercise, each with a word that the hint must contain ("" for any hint)."""

import itertools
import math

import numpy as np
from scipy.stats import norm
from wrong_answers_care import WRONG_CARE
from wrong_answers_from_scratch import WRONG_FROM_SCRATCH
from wrong_answers_networks import WRONG_NETWORKS
from wrong_answers_practice import WRONG_PRACTICE

from lecture.exercises.practice_training import stopping_epoch


def _stops_after_rises(losses, patience):
    """Early stopping that compares with the epoch before."""
    waited = 0
    for epoch in range(1, len(losses)):
        waited = waited + 1 if losses[epoch] >= losses[epoch - 1] else 0
        if waited == patience:
            return epoch + 1
    return len(losses)


WRONG = WRONG_CARE | WRONG_FROM_SCRATCH | WRONG_NETWORKS | WRONG_PRACTICE
WRONG |= {
    "parameters-by-hand": [
        (209_216, "biases"),
        (209_184, "output layer"),
        (209_219, "unit"),
        (669_706, "512"),
        (0, ""),
    ],
    "one-hot": [
        (lambda y, k: np.eye(k)[y].T, "row"),
        (lambda y, k: np.eye(k + 1)[y + 1], "start at 0"),
        (lambda y, k: np.eye(k)[y - 1], "left"),
        (lambda y, k: y, ""),
    ],
    "standardize": [
        (lambda a, b: ((a - a.mean()) / a.std(), (b - b.mean()) / b.std()), "own mean"),
        (lambda a, b: ((a - a.mean()) / a.std(), b), "as they were"),
        (lambda a, b: ((a - a.mean()) / a.var(), b), "variance"),
        (lambda a, b: ((a - a.mean(0)) / a.std(0), (b - b.mean(0)) / b.std(0)), "own mean"),
        (lambda a, b: ((a - a.mean(0)) / a.std(0), (b - a.mean()) / a.std()), "different ways"),
        (lambda a, b: a, ""),
    ],
    "cross-entropy": [
        (math.log(0.7), "negative"),
        (-math.log10(0.7), "base 10"),
        (-math.log2(0.7), "base 2"),
        (0.3, "logarithm"),
        (0.7, "itself"),
        (5.0, ""),
    ],
    "counting-updates": [
        (970, "last batch"),
        (97.65625 * 10, "fraction"),
        (976, "leaves out"),
        (977, "batch of its own"),
        (98, "one epoch"),
        (500_000, ""),
    ],
    "accuracy": [
        (lambda P, y: 100 * np.mean(P.argmax(1) == y), "percent"),
        (lambda P, y: np.sum(P.argmax(1) == y), "how many"),
        (lambda P, y: np.mean(P.argmax(1) != y), "wrong answers"),
        (lambda P, y: np.mean(P[np.arange(len(y)), y] > 0.5), "one half"),
        (lambda P, y: np.mean(P.argmax(0) == y), ""),
    ],
    "stopping-epoch": [
        (lambda l, p: int(np.argmin(l)) + 1, "lowest loss of all"),
        (lambda l, p: int(np.argmin(l[: stopping_epoch(l, p)])) + 1, "best epoch, whose weights"),
        (lambda l, p: stopping_epoch(l, p) - 1, "counted from 0"),
        (lambda l, p: min(stopping_epoch(l, p + 1), len(l)), "one epoch too long"),
        (lambda l, p: stopping_epoch(l, p) + 1, "has ended"),
        (lambda l, p: stopping_epoch(l, 1), "Patience allows"),
        (_stops_after_rises, "epoch before"),
        (lambda l, p: len(l), "always the last"),
    ],
    "penalty": [
        (lambda W, a, b: a * np.abs(W).sum() + b * (W**2).sum() / 2, "half"),
        (lambda W, a, b: a * W.sum() + b * (W**2).sum(), "absolute"),
        (lambda W, a, b: a * np.abs(W).sum() + b * np.sqrt((W**2).sum()), "root"),
        (lambda W, a, b: a * np.abs(W).mean() + b * (W**2).mean(), ""),
    ],
    "inverted-dropout": [
        (lambda a, k, p: a * k, "scaled"),
        (lambda a, k, p: a * k * (1 - p), "up"),
        (lambda a, k, p: a * ~k / (1 - p), "."),
        (lambda a, k, p: a, ""),
    ],
    "batch-norm-prediction": [
        (lambda z, m, v, g, b, e: g * (z - z.mean(0)) / np.sqrt(z.var(0) + e) + b, "batch"),
        (lambda z, m, v, g, b, e: (z - m) / np.sqrt(v + e), "γ"),
        (lambda z, m, v, g, b, e: g * (z - m) / (v + e) + b, "root"),
        (lambda z, m, v, g, b, e: g * ((z - m) / np.sqrt(v + e) + b), ""),
    ],
    "smooth-labels": [
        (lambda y, a: (1 - a) * y, "go somewhere"),
        (lambda y, a: np.where(y == 1, 1 - a, a / (y.shape[1] - 1)), "other"),
        (lambda y, a: (1 - a) * y + a, "more than 1"),
        (lambda y, a: y + a / y.shape[1], ""),
    ],
    "grid-fits": [(120, "once more"), (24, "fold"), (25, "fold"), (46, "sum"), (9, "")],
    "enough-trials": [(113, "below"), (50, "average"), (6, "all miss"), (45, "add up"), (1, "One trial"), (95, "")],
    "log-uniform": [
        (lambda u, a, b: a + (b - a) * u, "nine in ten"),
        (lambda u, a, b: np.log(a) + np.log(b / a) * u, "logarithms"),
        (lambda u, a, b: b * (a / b) ** u, "lowest"),
        (lambda u, a, b: a * np.exp(u), "ratio"),
        (lambda u, a, b: a * b**u, ""),
    ],
    "halving-epochs": [
        (27, "again"),
        (81, "to the end"),
        (13, "one network"),
        (9, "first round"),
        (15, "last round"),
        (100, ""),
    ],
    "expected-improvement": [
        (lambda m, s, b: np.maximum(m - b, 0), "above the mean"),
        (lambda m, s, b: norm.cdf((m - b) / s), "chance"),
        (lambda m, s, b: (m - b) * norm.cdf((m - b) / s) + norm.pdf((m - b) / s), "standard deviation"),
        (lambda m, s, b: m - b, "falls short"),
        (lambda m, s, b: m + 2 * s, ""),
    ],
    "optimism": [
        (lambda r, t: t[r.mean(1).argmax()] - r.mean(1).max(), "other way"),
        (lambda r, t: r.mean(1).max() - t.max(), "highest"),
        (lambda r, t: r.mean(1)[t.argmax()] - t.max(), "no say"),
        (lambda r, t: r.mean() - t.mean(), "mean over"),
        (lambda r, t: r.mean(1).max(), "worth"),
        (lambda r, t: r.sum(1).max() - t[r.sum(1).argmax()], "share"),
        (lambda r, t: 0.0, ""),
    ],
    "shared-layers": [
        (2264, "without sharing"),
        (2684, "five matrices"),
        (540, "biases"),
        (500, "output layer"),
        (164, "once"),
        (1000, ""),
    ],
    "balanced-accuracy": [
        (lambda p, y: np.mean(p == y), "plain"),
        (lambda p, y: np.mean(p[y == 1] == 1), "rare class alone"),
        (lambda p, y: sum(np.mean(p[y == k] == k) for k in (0, 1)), "sum"),
        (lambda p, y: np.mean([np.mean(y[p == k] == k) for k in (0, 1)]), "taken for"),
        (lambda p, y: 0.5 * np.mean(p == y), ""),
    ],
    "oversample": [
        (lambda y, r: np.arange(len(y)), "as rare"),
        (
            lambda y, r: np.concatenate(
                [r.choice(np.flatnonzero(y == k), (y == 1).sum(), replace=False) for k in (0, 1)]
            ),
            "thrown away",
        ),
        (lambda y, r: r.integers(0, len(y), 2 * (y == 0).sum()), "exactly once"),
        (
            lambda y, r: np.concatenate([np.arange(len(y)), r.choice(np.flatnonzero(y == 1), (y == 0).sum())]),
            "equally many",
        ),
        (
            lambda y, r: np.concatenate([np.flatnonzero(y == 0), np.full((y == 0).sum(), np.flatnonzero(y == 1)[0])]),
            "same rare",
        ),
        (lambda y, r: y.astype(float), "row numbers"),
    ],
    "equal-units": [
        (11_602, "how many the net has"),
        (15, "biases"),
        (17, "Only the outputs"),
        (3, "different inputs"),
        (118, "Between two layers"),
        (20, "Very close"),
        (True, ""),
    ],
    "mean-penalty": [
        (lambda s, a: a, "adds up"),
        (lambda s, a: a * sum(p * q for p, q in itertools.pairwise(s)), "divides"),
        (lambda s, a: a / sum((p + 1) * q for p, q in itertools.pairwise(s)), "biases"),
        (lambda s, a: a / (s[0] * s[1]), "first layer"),
        (lambda s, a: a / 3, "layers"),
        (lambda s, a: [a], ""),
    ],
    "two-convolutions": [
        (6090, "How many maps"),
        (6816, "Each filter and each output"),
        (6836, "outputs have biases"),
        (956, "outputs are missing"),
        (5970, "second convolution"),
        (94_080 + 966, "twice"),
        (23_520 + 966, "two poolings"),
        (3000 + 966, "padded"),
        (500 + 956, "twelve maps"),
        (10_000, "large"),
        ("6846", ""),
    ],
    "dead-layer": [
        (0.5, "five"),
        (2.5, "multiplied"),
        (0.1, "multiplied"),
        (31 / 32, "alive"),
        (1 / 16, "Count"),
        (3.125, "percent"),
        (0.02, "small"),
    ],
    "pca-shares": [
        (lambda p: (lambda s: s**2 / np.sum(s**2))(np.linalg.svd(p, compute_uv=False)), "centre"),
        (lambda p: (lambda s: s / s.sum())(np.linalg.svd(p - p.mean(0), compute_uv=False)), "square"),
        (lambda p: np.linalg.svd(p - p.mean(0), compute_uv=False) ** 2, "not shares"),
        (lambda p: np.linalg.svd(p - p.mean(0), compute_uv=False) ** 2 / (len(p) - 1), "variances"),
        (lambda p: np.var(p, axis=0) / np.var(p, axis=0).sum(), "turns"),
        (lambda p: p - p.mean(0), "shape"),
        (lambda p: np.ones(3), ""),
    ],
    "whole-norm": [
        (lambda g: sum(np.linalg.norm(each) for each in g), "adds up the norms"),
        (lambda g: sum(np.sum(each**2) for each in g), "square"),
        (lambda g: np.linalg.norm(g[0]), "first array"),
        (lambda g: sum(np.abs(each).sum() for each in g), "absolute"),
        (lambda g: np.linalg.norm(np.concatenate(g)), "ValueError"),
        (lambda g: [1.0], ""),
    ],
    "decimal-point": [
        (0.5, "mean of the square"),
        (0.6366, "mean of the function"),
        (0.4053, "square of the mean"),
        (0.95, "at most"),
        (0.3078, "deviation"),
        (0.1894, "length"),
        (0.01, "small"),
        (True, ""),
    ],
    "coin-toss": [(1, "exactly zero"), (0, "direction"), (50, "percent"), (0.9, "large"), ("half", "")],
    "deciding-radius": [
        (lambda g, c: g / c, "half"),
        (lambda g, c: g / (2 * c), "half"),
        (lambda g, c: c / g, "steep"),
        (lambda g, c: np.sqrt(2 * g / c), "divided out"),
        (lambda g, c: 2 * g * c, "strong"),
        (lambda g, c: 3.0, "does not use it"),
    ],
    "wall-height": [
        (lambda loss: np.max(loss), "highest"),
        (lambda loss: np.ptp(loss), "lowest"),
        (lambda loss: np.max(loss) - loss[0], "first"),
        (lambda loss: np.max(loss) - loss[-1], "last"),
        (lambda loss: np.max(np.abs(loss - np.linspace(loss[0], loss[-1], len(loss)))), "above the line"),
        (lambda loss: np.max(loss) - np.mean([loss[0], loss[-1]]), "mean of the ends"),
        (lambda loss: np.argmax(loss), "where"),
        (lambda loss: loss - np.linspace(loss[0], loss[-1], len(loss)), ""),
    ],
    "equal-updates": [
        (20, "equally many epochs"),
        (2, "other way"),
        (11_000, "number of updates"),
        (55, "an epoch"),
        (1_100, "20 epochs"),
        (2_000, "decimal point"),
    ],
    "verdict": [
        (lambda l, h, s: np.where((l + h) / 2 >= s, 1, -1), "mean alone"),
        (lambda l, h, s: np.where(l >= 0, 1, np.where(h < 0, -1, 0)), "no effect"),
        (lambda l, h, s: np.where(h >= s, 1, -1), "reaches"),
        (lambda l, h, s: np.where(l >= s, 1, -1), "both sides"),
        (lambda l, h, s: np.where(l >= s, 1, np.where(h <= -s, -1, 0)), "other way"),
        (lambda l, h, s: -np.where(l >= s, 1, np.where(h < s, -1, 0)), "Supported is 1"),
        (lambda l, h, s: np.zeros(8), ""),
    ],
    "random-rotation": [
        (lambda A: np.linalg.qr(A)[0], "diagonal"),
        (lambda A: np.linalg.qr(A)[1], "triangular"),
        (lambda A: A, "itself"),
        (lambda A: A / np.linalg.norm(A, axis=0), "not orthogonal"),
        (lambda A: np.sign(np.diag(np.linalg.qr(A)[1]))[:, None] * np.linalg.qr(A)[0], "rows"),
        (lambda A: np.eye(len(A)), ""),
    ],
    "sign-parameters": [
        (1082, "all"),
        (60, "biases"),
        (0, "between itself"),
        (992, "too"),
        (1020, "stay"),
        (90, "twice"),
        (31, ""),
    ],
    "equal-steps": [
        (937.5, "fraction"),
        (900, "smaller"),
        (150, "full batches"),
        (7, "one epoch"),
        (22, "other way"),
        (10_000, ""),
    ],
}

ANSWERS = {
    "shared-layers": "584",
    "counting-weights": "79510",
    "convolution-parameters": "1216",
    "broadcast-shape": "(32, 10)",
    "he-sigma": "0.05",
    "frozen-weights": "66",
    "momentum-limit": "100",
    "adam-first-step": "0.01",
    "equal-units": "19",
    "parameters-by-hand": "209514",
    "cross-entropy": "0.35",
    "counting-updates": "980",
    "grid-fits": "121",
    "enough-trials": "114",
    "halving-epochs": "21",
    "sign-parameters": "62",
    "equal-steps": "1050",
    "two-convolutions": "6846",
    "dead-layer": "0.03",
    "decimal-point": "0.0947",
    "equal-updates": "200",
    "batch-of-two": "1550",
    "check-noise": "5.1",
    "constant-class": "0.1005",
}
