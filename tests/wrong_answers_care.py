"""Wrong answers to the exercises on searches, experiments and least squares, as in ``wrong_answers``."""

import numpy as np


def _standard(rows, by):
    """Rows, scaled by the mean and the deviation of others."""
    return (rows - by.mean(axis=0)) / by.std(axis=0)


def _oversampled(y, rows, rng):
    """Rows, with rare ones repeated until both classes are equally large."""
    frequent, rare = rows[y[rows] == 0], rows[y[rows] == 1]
    return np.concatenate([frequent, rng.choice(rare, len(frequent))])


def _split(y, rng):
    """Three quarters of all rows and the last quarter, in random order."""
    return np.split(rng.permutation(len(y)), [len(y) - len(y) // 4])


WRONG_CARE = {
    "least-norm": [
        (lambda A, b: np.linalg.solve(A @ A.T, b), "A.T"),
        (lambda A, b: A.T @ b, "orthonormal"),
        (lambda A, b: A.T @ np.linalg.solve(A @ A.T + np.eye(len(A)), b), "penalty"),
        (lambda A, b: -np.linalg.pinv(A) @ b, "sign"),
        (lambda A, b: np.append(np.linalg.solve(A[:, :4], b), np.zeros(5)), "first weights"),
        (lambda A, b: 2 * np.linalg.pinv(A) @ b, ""),
        (3, ""),
    ],
    "confidence-bound": [
        (lambda mean, std, beta: np.argmax(mean), "highest mean"),
        (lambda mean, std, beta: np.argmax(std), "least is known"),
        (lambda mean, std, beta: np.max(mean + beta * std), "bound itself"),
        (lambda mean, std, beta: "0", ""),
        (3, ""),
    ],
    "scaling-leak": [
        (lambda X, held: (_standard(X[~held], X[~held]), _standard(X, X)[held]), "still help"),
        (lambda X, held: (_standard(X[~held], X[~held]), _standard(X[held], X[held])), "by themselves"),
        (lambda X, held: (_standard(X[held], X[~held]), _standard(X[~held], X[~held])), "swapped"),
        (lambda X, held: (_standard(X[~held], X), _standard(X[held], X[~held])), "by all rows"),
        (lambda X, held: (X[~held] - X[~held].mean(0), X[held]), "deviation"),
        (lambda X, held: (_standard(X[~held], X[~held]), X[held]), "not scaled"),
        (lambda X, held: X, "Two arrays"),
        (3, ""),
    ],
    "three-parts": [
        (lambda n, rng: np.split(np.arange(n), [n // 2, 3 * n // 4]), "old order"),
        (lambda n, rng: ((p := rng.permutation(n))[: n // 2], p[n // 2 : 3 * n // 4], p[n // 2 : 3 * n // 4]), "share"),
        (lambda n, rng: np.split(rng.permutation(n), [n // 4, n // 2]), "10"),
        (lambda n, rng: np.split(rng.integers(0, n, n), [n // 2, 3 * n // 4]), ""),
        (lambda n, rng: np.split(rng.permutation(n) + 1, [n // 2, 3 * n // 4]), "0 to"),
        (lambda n, rng: rng.permutation(n), "Three arrays"),
        (lambda n, rng: np.split(rng.random(n), [n // 2, 3 * n // 4]), "whole"),
        (3, ""),
    ],
    "split-then-oversample": [
        (lambda y, rng: _split(y, rng), "frequent"),
        (lambda y, rng: [_oversampled(y, rows, rng) for rows in _split(y, rng)], ""),
        (lambda y, rng: (_oversampled(y, np.arange(len(y)), rng), _split(y, rng)[1]), "both sides"),
        (lambda y, rng: (_oversampled(y, _split(y, rng)[0], rng)[:-1], _split(y, rng)[1]), ""),
        (lambda y, rng: y, "Two arrays"),
        (3, ""),
    ],
    "seeds-to-plan": [(9, "standard error"), (35, "1.96"), (36, "t = 2"), (3, "root"), (140, "half"), (1000, "")],
    "held-equal": [
        ((1, 400), "other row"),
        ((400, 20), "epochs"),
        ((400, 8000), "How many times"),
        ((0.78, 400), "batch size"),
        (400, "Two numbers"),
    ],
}
