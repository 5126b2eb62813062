"""Epochs, batches, accuracy, stopping."""

import math
from collections.abc import Sequence

import numpy as np

from lecture.exercises.compare import number
from lecture.exercises.registry import call, exercise


@exercise("counting-updates", "The last batch of an epoch is smaller, but it still makes an update.")
def counting_updates(answer):
    """Updates in 10 epochs of 50,000 images at batch 512."""
    number(
        answer,
        math.ceil(50_000 / 512) * 10,
        known=[
            (50_000 // 512 * 10, "The last batch of each epoch, smaller than the others, is missing."),
            (50_000 / 512 * 10, "There is no part of an update."),
            (math.ceil(500_000 / 512), "Each epoch ends with a batch of its own: no batch has images from two epochs."),
            (math.ceil(50_000 / 512), "That is one epoch."),
            (50_000 * 10, "That is the number of images. An update uses a batch of them."),
        ],
    )


@exercise(
    "accuracy", "The class with the highest probability is the answer, and accuracy is the fraction of right answers."
)
def accuracy(answer):
    """Accuracy of probabilities against class numbers."""
    rng = np.random.default_rng(6)
    P = rng.dirichlet(np.ones(4), size=25)
    labels = np.where(rng.random(25) < 0.6, P.argmax(axis=1), rng.integers(0, 4, 25))
    right = np.mean(P.argmax(axis=1) == labels)
    number(
        call(answer, P, labels),
        right,
        known=[
            (right * 100, "That is in percent. A fraction between 0 and 1 is wanted."),
            (np.sum(P.argmax(axis=1) == labels), "That is how many are right. The fraction is wanted."),
            (1 - right, "That is the fraction of wrong answers."),
            (np.mean(P[np.arange(25), labels] == 1), "A probability is never exactly 1. Compare classes."),
            (
                np.mean(P[np.arange(25), labels]),
                "That is the mean probability of the true class. Accuracy asks whether it is the highest.",
            ),
            (
                np.mean(P[np.arange(25), labels] > 0.5),
                "With more than two classes, the true class can win with less than one half.",
            ),
        ],
    )


def stopping_epoch(losses: Sequence[float], patience: int) -> int:
    """Return the epoch, counted from 1, after which early stopping ends a training, or the last epoch."""
    best, waited = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited >= patience:
            return epoch
    return len(losses)


@exercise("stopping-epoch", "Patience counts the epochs since the best one, and starts again with each new best.")
def stopping(answer):
    """The epoch after which a training stops."""
    cases = (
        ([0.9, 0.7, 0.6, 0.65, 0.64, 0.62, 0.5], 3),
        ([0.9, 0.8, 0.85, 0.7, 0.75, 0.72, 0.71, 0.6], 3),
        ([0.5, 0.4, 0.3], 2),
        ([0.5, 0.5, 0.5], 2),
    )
    for losses, patience in cases:
        wanted, best = stopping_epoch(losses, patience), int(np.argmin(losses)) + 1
        rises = [epoch for epoch in range(2, len(losses) + 1) if losses[epoch - 1] >= losses[epoch - 2]]
        case = f"For the losses {losses} and patience {patience}"
        number(
            call(answer, list(losses), patience),
            wanted,
            known=[
                (
                    wanted - 1,
                    f"{case} that is one epoch too early; epochs count from 1.",
                ),
                (
                    wanted + 1,
                    f"{case} that is one epoch too late: stop as soon as patience is used up.",
                ),
                (min(rises, default=len(losses)), "That is the first epoch without progress. Patience allows some."),
                (best, "That is the best epoch. Training continues for a while after it."),
            ],
        )
