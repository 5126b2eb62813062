"""Wrong answers to exercises of the practice notebook, in the form of ``wrong_answers``."""

import numpy as np


def _centred(z):
    return z - z.mean(axis=1, keepdims=True)


WRONG_PRACTICE = {
    "cosine-rate": [
        (0.02 * (1 + np.cos(np.pi * 0.4)) / 2, "where the warm-up ends"),
        (0.02 * 2 / 3, "straight line"),
        (0.03, "twice the peak"),
        (0.02 * np.cos(np.pi / 6), "angle"),
        (0.08, "way down"),
        (0.02, "the peak"),
        (0.01, ""),
    ],
    "decoupled-decay": [
        (lambda w, d, r, k: w - r * d, "do not decay"),
        (lambda w, d, r, k: w - r * d - k * w, "learning rate as well"),
        (lambda w, d, r, k: w - r * (d + 2 * k * w), "L2"),
        (lambda w, d, r, k: w - r * (d - k * w), "larger"),
        (lambda w, d, r, k: w - r * (d + k * np.sign(w)), "sign"),
        (lambda w, d, r, k: w + r * (d - k * w), "against"),
        (lambda w, d, r, k: d, ""),
    ],
    "layer-norm": [
        (lambda z, g, b, e: g * (z - z.mean(0)) / np.sqrt(z.var(0) + e) + b, "over the batch"),
        (lambda z, g, b, e: g * (z - z.mean()) / np.sqrt(z.var() + e) + b, "Each row"),
        (lambda z, g, b, e: g * _centred(z) / (z.var(1, keepdims=True) + e) + b, "root"),
        (lambda z, g, b, e: _centred(z) / np.sqrt(z.var(1, keepdims=True) + e), "γ"),
        (lambda z, g, b, e: g * _centred(z) / (z.std(1, keepdims=True) + e) + b, "inside"),
        (lambda z, g, b, e: z, ""),
    ],
    "moved-images": [
        (lambda X: np.roll(X, 1, axis=2), "comes in again on the left"),
        (lambda X: np.roll(X, 1, axis=1), "again above"),
        (lambda X: np.pad(X, ((0, 0), (1, 0), (0, 0)))[:, :-1], "down. Columns"),
        (lambda X: np.pad(X, ((0, 0), (0, 0), (0, 1)))[:, :, 1:], "to the left"),
        (lambda X: np.roll(X, 1, axis=0), "order"),
        (lambda X: X, "not moved"),
        (lambda X: np.pad(X, ((0, 0), (0, 0), (1, 0))), "shape"),
    ],
    "recall": [
        (lambda C: np.diag(C) / C.sum(0), "precision"),
        (lambda C: np.diag(C) / C.sum(), "all images"),
        (lambda C: np.diag(C) / np.trace(C), "right answers"),
        (lambda C: 1 - np.diag(C) / C.sum(1), "missed"),
        (lambda C: np.full(3, np.trace(C) / C.sum()), "accuracy"),
        (lambda C: np.diag(C), ""),
    ],
    "temperature": [
        (0.81 / 0.82, "doubles"),
        (0.45, "halves"),
        (0.9, "temperature 1"),
        (0.9**0.5, "roots"),
        (0.25, "other class"),
        (0.5, "limit"),
        (0.7, ""),
    ],
    "as-many-parameters": [
        (4640 / 101, "fraction of a unit"),
        (46, "more parameters"),
        (4640, "number of units"),
        (3, "16 channels"),
        (1, "single filter"),
        (40, ""),
    ],
}
