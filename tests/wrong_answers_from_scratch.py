"""Wrong answers to the exercises on the network from scratch, each with a word that the hint must contain."""

import numpy as np


def _norm_backward(z, above, gamma, epsilon, mean=np.mean):
    """∂L/∂z of batch norm, with another mean or another ε."""
    spread = np.sqrt(z.var(axis=0) + epsilon)
    z_hat, d = (z - z.mean(axis=0)) / spread, gamma * above
    return (d - mean(d, axis=0) - z_hat * mean(d * z_hat, axis=0)) / spread


def _luck(accuracy, n_images, n_settings):
    """By how much the best of equally good settings is too high."""
    scores = np.random.default_rng(5).binomial(n_images, accuracy, size=(10_000, n_settings)) / n_images
    return scores.max(axis=1).mean() - accuracy


WRONG_FROM_SCRATCH = {
    "batch-of-two": [
        (1500, "biases before"),
        (50, "any size"),
        (1600, "one example"),
        (1650, "come after"),
        (2160, "all parameters"),
        (0, "however"),
        (10_000, "large"),
    ],
    "check-noise": [
        (2.55e-6, "Both"),
        (1.02e-5, "2h"),
        (2.2e-6, "relative"),
        (5.1e-16, "rounding of the losses"),
        (2742, "float32"),
        (1, "large"),
    ],
    "fault-from-errors": [
        ("right", "Six names"),
        (["right"], "Six names"),
        (["sum", "gamma", "right", "n - 1", "variance", "mean and variance"], "Net A: 'sum' is none"),
        (["right", "gamma", "right", "n - 1", "variance", "mean and variance"], "below 1e-6"),
        (["sums", "gamma", "gamma", "n - 1", "variance", "mean and variance"], "size of rounding"),
        (["sums", "n - 1", "right", "gamma", "variance", "mean and variance"], "no error"),
        (["variance", "gamma", "right", "n - 1", "sums", "mean and variance"], "biases get a gradient"),
        (["sums", "variance", "right", "n - 1", "gamma", "mean and variance"], "halves"),
        (["n - 1", "gamma", "right", "sums", "variance", "mean and variance"], "batch of 5"),
        ([..., "gamma", "right", "sums", "variance", "mean and variance"], "Net A"),
    ],
    "batch-norm-backward": [
        (lambda z, a, g, e: g * (a - a.mean(0)) / np.sqrt(z.var(0) + e), "to be repaired"),
        (lambda z, a, g, e: g * a / np.sqrt(z.var(0) + e), "mean and the variance"),
        (lambda z, a, g, e: _norm_backward(z, a, g, e, np.sum), "sums"),
        (lambda z, a, g, e: _norm_backward(z, a, 1, e), "factor"),
        (lambda z, a, g, e: _norm_backward(z, a, g, e, lambda x, axis: x.sum(axis) / (len(x) - 1)), "batch of n"),
        (lambda z, a, g, e: _norm_backward(z, a, g, 0), "Where is"),
        (lambda z, a, g, e: _norm_backward(z, a, g, e) * np.sqrt(z.var(0) + e), "divided by s, too"),
        (lambda z, a, g, e: _norm_backward(z, a, g, e) / np.sqrt(z.var(0) + e), "root"),
        (lambda z, a, g, e: _norm_backward(z, a, g, e) + (g * a).mean(0) / np.sqrt(z.var(0) + e), "mean depends"),
        (lambda z, a, g, e: -_norm_backward(z, a, g, e), "other way round"),
        (lambda z, a, g, e: z, ""),
    ],
    "best-step": [
        (lambda l, t: (6 * 2**-52 * l / t) ** (1 / 3), "equal"),
        (lambda l, t: (2**-52 * l / t) ** (1 / 3), "h / 3"),
        (lambda l, t: (2**-52 * l / t / 3) ** (1 / 3), "once more"),
        (lambda l, t: (3 * 2**-52 * l / t) ** 0.5, "h³"),
        (lambda l, t: 3 * 2**-52 * l / t, "h³"),
        (lambda l, t: (3 * 2**-52 * t / l) ** (1 / 3), "curved"),
        (lambda l, t: 1.5 * 2**-52 * l / (3 * 2**-52 * l / t) ** (1 / 3), "That is an error"),
        (lambda l, t: 1e-5, ""),
    ],
    "whole-cycles": [
        (5, "half a cycle"),
        (20, "two cycles"),
        (4500, "update steps"),
        (2250, "half a cycle"),
        (9, "validation set"),
        (4.5, "not trained on"),
        (450, "an epoch"),
        (3, "small"),
    ],
    "constant-class": [
        (0.1, "stratified"),
        (0.095, "validation accuracy"),
        (0.0905, "left"),
        (1 / 9, "in the validation set"),
        (0.01056, "not trained on"),
        (10.056, "percent"),
        (10, "percent"),
        (4525, "number of images"),
        (0.2, "large"),
    ],
    "triangular-rate": [
        (lambda s, a, b, h: a + (b - a) * (s % h) / h, "jump"),
        (lambda s, a, b, h: b - (b - a) * (1 - np.abs(s / h % 2 - 1)), "lowest"),
        (lambda s, a, b, h: a + (b - a) * s / h, "come down"),
        (lambda s, a, b, h: a + (b - a) * np.maximum(0, 1 - np.abs(s / h - 1)), "second cycle"),
        (lambda s, a, b, h: a + (b - a) * np.abs(1 - np.abs(s / h - 1)), "third"),
        (lambda s, a, b, h: a + (b - a) * (1 - np.abs(2 * s / h % 2 - 1)), "twice"),
        (lambda s, a, b, h: a + (b - a) * (1 - np.cos(np.pi * s / h)) / 2, "cosine"),
        (lambda s, a, b, h: b * (1 - np.abs(s / h % 2 - 1)), "begin at 0"),
        (lambda s, a, b, h: a + b * (1 - np.abs(s / h % 2 - 1)), "not more"),
        (lambda s, a, b, h: a, ""),
    ],
    "largest-epsilon": [
        (lambda s, n, q, p: s * n * q * (1 / p - 1), "σ²"),
        (lambda s, n, q, p: s**2 * q * (1 / p - 1), "sum of n_inputs"),
        (lambda s, n, q, p: s**2 * np.sqrt(n) * q * (1 / p - 1), "roots"),
        (lambda s, n, q, p: s**2 * n * (1 / p - 1), "mean square of"),
        (lambda s, n, q, p: s**2 * n * q**2 * (1 / p - 1), "square already"),
        (lambda s, n, q, p: s**2 * n * q, "1/2"),
        (lambda s, n, q, p: s**2 * n * q * (1 - p), "a little more"),
        (lambda s, n, q, p: s**2 * n * q * p / (1 - p), "smaller"),
        (lambda s, n, q, p: s**2 * n * q * (1 / p**2 - 1), "standard deviation"),
        (lambda s, n, q, p: s**2 * n * q / p, "Subtract"),
        (lambda s, n, q, p: 1e-3, ""),
    ],
    "winners-curse": [
        (lambda a, n, k: a + _luck(a, n, k), "reports"),
        (lambda a, n, k: 100 * _luck(a, n, k), "percent"),
        (lambda a, n, k: n * _luck(a, n, k), "images"),
        (lambda a, n, k: -_luck(a, n, k), "positive"),
        (lambda a, n, k: np.sqrt(a * (1 - a) / n), "single score"),
        (lambda a, n, k: 0.0, "does not use it"),
        (lambda a, n, k: [0.013], ""),
    ],
}
