"""The landscape of the loss, points and solutions: plateaus, slope against curvature, walls, numbers of updates."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import call, exercise


@exercise(
    "decimal-point",
    "The mean of the squares, 1/2, minus the square of the mean, 2/π. On this plateau a network is the best constant.",
)
def decimal_point(answer):
    """The variance of sin(πx/2) on [0, 2]."""
    number(
        answer,
        1 / 2 - (2 / np.pi) ** 2,
        known=[
            (1 / 2, "That is the mean of the squares. Around which number do the values vary?"),
            (2 / np.pi, "That is the mean of the function."),
            ((2 / np.pi) ** 2, "That is the square of the mean."),
            (0.95, "The variance of a function between 0 and 1 cannot be that large: it is at most 1/4."),
            (0.5 - 2 / np.pi, "A variance is not negative: square the mean."),
            (np.sqrt(1 / 2 - (2 / np.pi) ** 2), "That is the standard deviation."),
            (1 - 8 / np.pi**2, "Divide by the length of the interval: a mean is wanted, not an integral."),
        ],
        tolerance=5e-3,
    )


@exercise(
    "coin-toss", "The slope's part shrinks with the radius, the curvature's with its square: close by, slope decides."
)
def coin_toss(answer):
    """The share of points close around a point with a small gradient at which the loss is higher."""
    number(
        answer,
        1 / 2,
        known=[
            (1, "That would be so if the gradient were exactly zero. Compare slope and curvature at a small radius."),
            (0, "In the direction of the gradient, the loss certainly is higher."),
            (50, "That is in percent. A share lies between 0 and 1."),
            (0.95, "That is for a radius at which curvature counts. The closer, the less it does."),
            (100, "That would be so if the gradient were exactly zero. And a share lies between 0 and 1."),
        ],
    )


@exercise("deciding-radius", "Within this radius a sample shows the sign of the slope, beyond it the curvature's.")
def deciding_radius(answer):
    """The radius r beyond which λr²/2 is larger than gr."""
    slope, curvature = 0.03, 5.0
    number(
        call(answer, slope, curvature),
        2 * slope / curvature,
        known=[
            (slope / curvature, "The second term contains a factor of one half."),
            (slope / (2 * curvature), "Does the factor of one half make the radius larger or smaller?"),
            (curvature / slope, "The other way round: a steep slope needs a large radius."),
            (curvature / (2 * slope), "The other way round: a steep slope needs a large radius."),
            (2 * curvature / slope, "The other way round: a steep slope needs a large radius."),
            (np.sqrt(2 * slope / curvature), "One r can be divided out on both sides."),
            (np.sqrt(slope / curvature), "One r can be divided out on both sides."),
            (2 * slope * curvature, "A strong curvature decides at a small radius."),
        ],
    )


@exercise(
    "wall-height", "Measured from the line between the ends, two valleys of unequal depth alone do not make a wall."
)
def wall_height(answer):
    """How far a loss at equally spaced points rises above the line between its ends, at most."""
    loss = np.array([0.4, 0.7, 1.2, 0.95, 0.5, 0.05, 1.0])
    line = np.linspace(loss[0], loss[-1], len(loss))
    number(
        call(answer, loss),
        np.max(loss - line),
        known=[
            (loss.max(), "That is the highest loss. How high is the line there?"),
            (loss.max() - loss.min(), "That measures from the lowest loss, not from the line."),
            (loss.max() - loss.mean(), "That measures from the mean loss, not from the line."),
            (loss.max() - loss[0], "That measures from the first loss, not from the line."),
            (loss.max() - loss[-1], "That measures from the last loss, not from the line."),
            (loss.max() - (loss[0] + loss[-1]) / 2, "That measures from the mean of the ends: the line is not level."),
            (np.max(np.abs(loss - line)), "Only what lies above the line counts."),
            (np.mean(loss - line), "The largest distance is wanted, not the mean."),
            (np.argmax(loss - line), "That is where the distance is largest. How large is it?"),
        ],
    )


@exercise("equal-updates", "Ten times larger mini-batches make ten times fewer updates in an epoch.")
def equal_updates(answer):
    """The epochs with mini-batches of 1,000 that make as many updates as 20 epochs with mini-batches of 100."""
    number(
        answer,
        200,
        known=[
            (20, "That is equally many epochs. How many updates does each of the two make in an epoch?"),
            (10, "That is how many times larger the mini-batches are. And the epochs?"),
            (2, "The other way round: larger mini-batches make fewer updates in an epoch."),
            (11_000, "That is the number of updates. How many epochs is that?"),
            (55, "That is how many updates an epoch makes with mini-batches of 1,000."),
            (550, "That is how many updates an epoch makes with mini-batches of 100."),
            (1_100, "That is how many updates 20 epochs make with mini-batches of 1,000."),
        ],
    )


def _refuse_longer(given, A, b, shortest):
    """Refuse weights that solve the equations, but are longer than others that do, unless they are sparse."""
    if not isinstance(given, np.ndarray) or given.shape != shortest.shape or given.dtype.kind != "f":
        return
    if given.all() and np.allclose(A @ given, b) and not np.allclose(given, shortest):
        raise Wrong("That solves the equations, but other weights that do are shorter.")


@exercise("least-norm", "It lies in the span of the rows of A: whatever A ignores would only make it longer.")
def least_norm(answer):
    """The weights of least norm that solve A w = b."""
    rng = np.random.default_rng(5)
    A, b = rng.normal(size=(4, 9)), rng.normal(size=4)
    wanted = A.T @ np.linalg.solve(A @ A.T, b)
    given = call(answer, A, b)
    _refuse_longer(given, A, b, wanted)
    array(
        given,
        wanted,
        known=[
            (np.linalg.solve(A @ A.T, b), "Those are four numbers, one for each row. A.T makes nine weights of them."),
            (A.T @ b, "That solves the equations only if the rows of A are orthonormal: (A Aᵀ)⁻¹ is missing."),
            (A.T @ np.linalg.solve(A @ A.T + np.eye(4), b), "That has a penalty, and does not solve A w = b exactly."),
            (-wanted, "The sign is turned."),
            (A.T @ (A @ A.T) @ b, "The inverse of A Aᵀ is wanted, not the matrix itself."),
            (wanted / np.linalg.norm(wanted), "That has length 1, and does not solve the equations any more."),
            (
                np.concatenate([np.linalg.solve(A[:, :4], b), np.zeros(5)]),
                "That solves the equations with the first weights alone. Spread over all of them it is shorter.",
            ),
        ],
    )
