"""Wrong answers to chapters 3 to 6, written before any diagnosis was read, as in `wrong_answers_fresh`."""

import itertools
import math

import numpy as np
from scipy.stats import norm


def _scaled(X, held, mean_of, std_of):
    mean, std = X[mean_of].mean(axis=0), X[std_of].std(axis=0)
    return (X[~held] - mean) / std, (X[held] - mean) / std


def _undersampled(y, rows, rng):
    frequent, rare = rows[y[rows] == 0], rows[y[rows] == 1]
    return np.concatenate([rng.choice(frequent, len(rare), replace=False), rare])


def _rare_of_all(y, rng):
    rows = rng.permutation(len(y))
    test, train = rows[: len(y) // 4], rows[len(y) // 4 :]
    frequent = train[y[train] == 0]
    return np.concatenate([frequent, rng.choice(np.flatnonzero(y == 1), len(frequent))]), test


def _undersampled_split(y, rng):
    rows = rng.permutation(len(y))
    return _undersampled(y, rows[len(y) // 4 :], rng), rows[: len(y) // 4]


def _solution_and_more(A, b):
    extra = np.ones(A.shape[1])
    return np.linalg.pinv(A) @ b + extra - np.linalg.pinv(A) @ (A @ extra)


def _bn(z, above, gamma, epsilon, *, factor=None, sign=-1):
    spread = np.sqrt(z.var(axis=0) + epsilon)
    z_hat = (z - z.mean(axis=0)) / spread
    d = gamma * above
    last = (z_hat if factor is None else factor(z, z_hat)) * (d * z_hat).mean(axis=0)
    return (d - d.mean(axis=0) + sign * last) / spread


def _wins(accuracy, n_images, n_settings):
    return np.random.default_rng(3).binomial(n_images, accuracy, size=(10_000, n_settings))


FRESH_LATER = {
    "grid-fits": [
        (144, "only the best is fitted once more"),
        (46, "combinations multiply"),
        (29, "each network five times"),
    ],
    "enough-trials": [
        (113, "rounded up"),
        (45, "chances do not add"),
        (6, "the chance of none is 10%"),
    ],
    "log-uniform": [
        (lambda u, low, high: 10 ** (np.log(low) + u * np.log(high / low)), "10 and the natural logarithm"),
        (lambda u, low, high: (high / low) ** u, "times low"),
        (lambda u, low, high: low + np.exp(u * np.log(high - low)), "logarithms of low and high"),
    ],
    "halving-epochs": [
        (81, "most stop early"),
        (15, "the last stage is missing"),
        (13, "each stage trains several networks"),
    ],
    "expected-improvement": [
        (lambda m, s, b: (m - b) / s * norm.cdf((m - b) / s) + norm.pdf((m - b) / s), "times std"),
        (lambda m, s, b: (m - b) * norm.pdf((m - b) / s) + s * norm.cdf((m - b) / s), "cdf and pdf swapped"),
        (lambda m, s, b: np.maximum(m - b, 0), "the uncertainty is ignored"),
    ],
    "confidence-bound": [
        (lambda mean, std, beta: np.argmax(mean + beta * std) + 1, "counted from 0"),
        (lambda mean, std, beta: np.argmax(mean - beta * std), "the lower bound"),
        (lambda mean, std, beta: np.argmax(mean + std), "β is not used"),
    ],
    "optimism": [
        (lambda right, test: right.mean(1).max() - test.max(), "the test accuracy of the winner"),
        (lambda right, test: (right.mean(1) - test)[test.argmax()], "the winner is chosen by validation"),
        (lambda right, test: right.mean(1) - test, "of the winner alone"),
    ],
    "scaling-leak": [
        (lambda X, held: _scaled(X, held, ~held, held | ~held), "the deviation still sees the held-out rows"),
        (lambda X, held: _scaled(X, held, held, held), "scaled by the held-out rows"),
        (lambda X, held: _scaled(X, held, ~held, ~held)[::-1], "training rows first"),
    ],
    "three-parts": [
        (lambda n, rng: (n // 2, n // 4, n // 4), "row numbers, not how many"),
        (lambda n, rng: np.split(rng.permutation(n), [n // 3, 2 * n // 3]), "a half and two quarters"),
        (lambda n, rng: [rng.permutation(n)[: n // k] for k in (2, 4, 4)], "rows are in several parts"),
    ],
    "shared-layers": [
        (664, "the biases are shared as well"),
        (500, "the output layer"),
        (540, "the biases"),
    ],
    "balanced-accuracy": [
        (lambda p, y: sum(np.mean(p[y == k] == k) for k in (0, 1)), "the mean, not the sum"),
        (lambda p, y: np.mean([np.mean(y[p == k] == k) for k in (0, 1)]), "precision"),
        (lambda p, y: [np.mean(p[y == k] == k) for k in (0, 1)], "their mean"),
    ],
    "oversample": [
        (lambda y, rng: np.sort(y), "row numbers, not classes"),
        (lambda y, rng: _undersampled(y, np.arange(len(y)), rng), "each row of class 0"),
        (lambda y, rng: rng.choice(np.flatnonzero(y == 1), np.sum(y == 0)), "class 0 is missing"),
    ],
    "split-then-oversample": [
        (_rare_of_all, "rare rows are drawn from the test rows, too"),
        (_undersampled_split, "oversampled, not undersampled"),
        (lambda y, rng: _undersampled_split(y, rng)[::-1], "training rows first"),
    ],
    "random-rotation": [
        (lambda A: np.sign(np.diag(np.linalg.qr(A)[1]))[:, None] * np.linalg.qr(A)[0], "columns, not rows"),
        (lambda A: np.linalg.qr(A)[0] * np.diag(np.linalg.qr(A)[1]), "only the signs"),
        (lambda A: np.linalg.qr(A)[1], "that is R"),
    ],
    "sign-parameters": [
        (92, "the hidden biases stand before the sign"),
        (61, "two output biases"),
        (1082, "behind the sign no gradient comes through"),
    ],
    "equal-steps": [
        (7, "steps in an epoch, not epochs"),
        (937.5, "whole steps"),
        (9600, "64 is the batch size, not the steps"),
    ],
    "held-equal": [
        ((400, 8000), "how many times more, not how many"),
        ((0.78, 400), "the batch size, not the accuracy"),
        ((400, 8000 / 140), "of the first row"),
    ],
    "equal-units": [
        (6, "inputs and outputs differ"),
        (15, "biases"),
        (17, "the hidden biases are missing"),
    ],
    "mean-penalty": [
        (lambda s, c: [c / (a * b) for a, b in itertools.pairwise(s)], "one number for all layers"),
        (lambda s, c: c * sum(a * b for a, b in itertools.pairwise(s)), "divided, not multiplied"),
        (lambda s, c: c / (len(s) - 1), "weights, not layers"),
    ],
    "verdict": [
        (lambda low, high, s: np.where(low >= 0, 1, np.where(high < 0, -1, 0)), "smallest, not 0"),
        (lambda low, high, s: np.where(low >= s, -1, np.where(high < s, 1, 0)), "the signs are swapped"),
        (lambda low, high, s: np.where((low + high) / 2 >= s, 1, -1), "the whole interval, not its middle"),
    ],
    "seeds-to-plan": [
        (35, "Student's t, not 1.96"),
        (9, "the quantile is missing"),
        (70, "t for n seeds, not for five"),
    ],
    "two-convolutions": [
        (80 + 120 + 5890, "each filter sees 8 channels"),
        (80 + 876 + 3010, "padded: 28, 14, 7"),
        (80 + 876 + 500, "12 maps of 7 × 7"),
    ],
    "dead-layer": [
        (3.125, "in percent"),
        (31 / 32, "the opposite event"),
        (1 / 25, "2⁵, not 5²"),
    ],
    "pca-shares": [
        (lambda p: p.var(axis=0) / p.var(axis=0).sum(), "axes of the PCA, not the weights"),
        (lambda p: np.cumsum(np.linalg.svd(p - p.mean(0))[1] ** 2) / np.sum((p - p.mean(0)) ** 2), "not cumulated"),
        (lambda p: np.linalg.svd(p - p.mean(0))[1][::-1] ** 2 / np.sum((p - p.mean(0)) ** 2), "the first axis first"),
    ],
    "whole-norm": [
        (lambda g: np.sqrt(np.mean(np.concatenate([a.ravel() ** 2 for a in g]))), "the sum, not the mean"),
        (lambda g: sum(np.abs(a).sum() for a in g), "squares, not absolute values"),
        (lambda g: [np.linalg.norm(a) for a in g], "one norm of all"),
    ],
    "decimal-point": [
        (0.5, "minus the square of the mean"),
        (math.sqrt(0.5 - (2 / math.pi) ** 2), "the standard deviation"),
        (1 - 2 * (2 / math.pi) ** 2, "divide by the length 2"),
    ],
    "coin-toss": [
        (50, "a share, not percent"),
        (0, "half of the directions go up"),
        (2, "a share is at most 1"),
    ],
    "deciding-radius": [
        (lambda g, k: np.sqrt(2 * g / k), "one r cancels: no root"),
        (lambda g, k: g / (2 * k), "the 2 is on the other side"),
        (lambda g, k: k / (2 * g), "the reciprocal"),
    ],
    "wall-height": [
        (lambda loss: np.argmax(loss - np.linspace(loss[0], loss[-1], len(loss))), "the height, not the place"),
        (lambda loss: np.max(loss) - np.min(loss), "above the line, not the lowest loss"),
        (lambda loss: np.max(np.linspace(loss[0], loss[-1], len(loss)) - loss), "above, not below"),
    ],
    "equal-updates": [
        (2, "larger batches: more epochs, not fewer"),
        (11_000, "updates, not epochs"),
        (20, "an epoch has fewer updates"),
    ],
    "least-norm": [
        (lambda A, b: A.T @ (A @ A.T) @ b, "the inverse is missing"),
        (_solution_and_more, "a solution, but not of least norm"),
        (lambda A, b: np.linalg.inv(A @ A.T) @ b, "times Aᵀ"),
    ],
    "batch-of-two": [
        (510, "these come after batch norm"),
        (3100, "parameters, not examples"),
        (100, "γ and β come after"),
    ],
    "check-noise": [
        (5.1, "the power of ten"),
        (2 * 2**-52 * 2.3 * 1e-10 / 2, "divided by h, not multiplied"),
        (1e-20, "rounding, not curvature"),
    ],
    "fault-from-errors": [
        (["n - 1", "gamma", "right", "sums", "variance", "mean and variance"], "A and D swapped"),
        (["sums", "gamma", "right", "n-1", "variance", "mean and variance"], "spelling of n - 1"),
        (["sums", "gamma", "right", "n - 1", "mean and variance", "variance"], "E and F swapped"),
    ],
    "batch-norm-backward": [
        (lambda z, a, g, e: _bn(z, a, g, e, factor=lambda z, z_hat: z - z.mean(0)), "ẑ, not the centred z"),
        (lambda z, a, g, e: _bn(z, a, g, e, factor=lambda z, z_hat: 1), "a factor ẑ is missing"),
        (lambda z, a, g, e: _bn(z, a, g, e, sign=1), "minus, not plus"),
    ],
    "best-step": [
        (lambda loss, third: (3 * 2**-52 * loss / third) ** 1 / 3, "parentheses around 1 / 3"),
        (lambda loss, third: (6 * 2**-52 * loss / third) ** (1 / 3), "smallest sum, not equal parts"),
        (lambda loss, third: (3 * 2**-52 * third / loss) ** (1 / 3), "swapped"),
    ],
    "whole-cycles": [
        (9, "only 45,000 images are trained on"),
        (4500, "steps, not epochs"),
        (450, "steps in an epoch"),
    ],
    "constant-class": [
        (4525, "divide by the images"),
        (0.0905, "45,000 images, not 50,000"),
        (1 / 9, "475 of them are not in the training set"),
    ],
    "triangular-rate": [
        (lambda s, low, high, h: low + (high - low) * np.maximum(0, 1 - np.abs(s / h - 1)), "the next cycle begins"),
        (lambda s, low, high, h: low + (high - low) * (1 - np.cos(np.pi * s / h)) / 2, "straight lines, no cosine"),
        (lambda s, low, high, h: high * (1 - np.abs(s / h % 2 - 1)), "from low, not from 0"),
    ],
    "winners-curse": [
        (lambda p, n, k: math.sqrt(p * (1 - p) / n), "the deviation of one, not the best of many"),
        (lambda p, n, k: _wins(p, n, k).max() / n - p, "the mean over searches"),
        (lambda p, n, k: _wins(p, n, k).max(1).mean() / n, "minus the accuracy"),
    ],
    "largest-epsilon": [
        (lambda s, n, q, share: s**2 * n * q / share - 1, "parentheses"),
        (lambda s, n, q, share: s**2 * n * q * (1 - share), "solve for ε: divided by the share"),
        (lambda s, n, q, share: s * n * q * (1 / share - 1), "σ squared"),
    ],
}
