"""Epochs, batches, accuracy, stopping, schedules, decay."""

import math
from collections.abc import Sequence

import numpy as np

from lecture.exercises.compare import array, number, refuse_rules
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import call, exercise


@exercise("counting-updates", "The last batch of an epoch is smaller, but it still makes an update.")
def counting_updates(answer):
    """Updates in 10 epochs of 50,000 images at batch 512."""
    number(
        answer,
        math.ceil(50_000 / 512) * 10,
        known=[
            (50_000 // 512 * 10, "The last batch of each epoch, smaller than the others, is missing."),
            (50_000 / 512 * 10, "There is no fraction of an update."),
            (math.ceil(500_000 / 512), "Each epoch ends with a batch of its own: no batch has images from two epochs."),
            (math.ceil(50_000 / 512), "That is one epoch."),
            (50_000 * 10, "That is the number of images. An update uses a batch of them."),
            (500_000 // 512, "Each epoch ends with a smaller batch of its own, which // leaves out."),
            (500_000 / 512, "There is no fraction of an update, and each epoch ends with a smaller batch of its own."),
            (50_000 // 512, "That is one epoch, without its last, smaller batch."),
            (50_000 / 512, "That is one epoch, and there is no fraction of an update."),
            (10, "That is one update in each epoch. An update uses one batch."),
            (512 * 10, "An epoch has as many updates as batches, not as images in a batch."),
            (60_000 // 512 * 10, "Here are 50,000 images; the other 10,000 of the official 60,000 are not trained on."),
            (math.ceil(60_000 / 512) * 10, "Here are 50,000 images: those for validation are not trained on."),
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
    try:
        given = call(answer, P, labels)
    except Wrong:  # the wrong axis stops with an error, unless there are as many images as classes
        square, y = P[:4], labels[:4]
        if call(answer, square, y) == np.mean(square.argmax(axis=0) == y):
            raise Wrong("axis=0 goes down the columns. An image is a row: take its largest entry, axis=1.") from None
        raise
    number(given, np.mean(P.argmax(axis=1) == labels), known=_wrong_accuracies(P, labels))


def _wrong_accuracies(P, labels):
    """What is often taken for the accuracy, with what to say about it."""
    true, predicted = P[np.arange(len(P)), labels], P.argmax(axis=1)
    right = np.mean(predicted == labels)
    return [
        (right * 100, "That is in percent. A fraction between 0 and 1 is wanted."),
        (np.sum(predicted == labels), "That is how many are right. The fraction is wanted."),
        (np.sum(predicted == labels) / P.shape[1], "Divide by the number of images, not of classes."),
        (1 - right, "That is the fraction of wrong answers."),
        (np.mean(predicted + 1 == labels), "Classes count from 0, as columns do."),
        (np.mean(true == 1), "A probability is not a class, and never exactly 1: argmax is the predicted class."),
        (np.mean(true), "That is the mean probability of the true class. Accuracy asks whether it is the highest."),
        (np.mean(true > 0.5), "With more than two classes, the true class can win with less than one half."),
        (np.mean(P.max(axis=1)), "That is how sure the network is on average. Where are the labels?"),
        (-np.mean(np.log(true)), "That is the cross-entropy."),
        (np.mean(predicted), "That is the mean class number. Compare the predicted classes with the labels."),
    ]


def stopping_epoch(losses: Sequence[float], patience: int) -> int:
    """Return the epoch, counted from 1, after which early stopping ends a training, or the last epoch."""
    best, waited = math.inf, 0
    for epoch, loss in enumerate(losses, start=1):
        best, waited = (loss, 0) if loss < best else (best, waited + 1)
        if waited >= patience:
            return epoch
    return len(losses)


STOPPING_CASES = (
    ([0.9, 0.7, 0.6, 0.65, 0.64, 0.62, 0.5], 3),
    ([0.9, 0.8, 0.85, 0.7, 0.75, 0.72, 0.71, 0.6], 3),
    ([0.5, 0.4, 0.3], 2),
    ([0.5, 0.5, 0.5, 0.5], 2),
    ([0.8, 0.6, 0.7, 0.75, 0.9, 0.5, 0.4], 2),
    ([0.9, 0.5, 0.7, 0.6, 0.65, 0.55, 0.6, 0.7], 2),
)


def _wrong_stop(losses, patience, rule):
    """The epoch at which another rule, often taken for early stopping, ends a training."""
    best, waited, previous = math.inf, 0, math.inf
    for epoch, loss in enumerate(losses, start=1):
        progress = {"before": loss < previous, "equal": loss <= best}.get(rule, loss < best)
        waited = waited if progress and rule == "never reset" else 0 if progress else waited + 1
        if waited > patience if rule == "late" else waited >= patience:
            return epoch
        best, previous = min(best, loss), loss
    return len(losses)


def wrong_stops(losses, patience):
    """Pairs of an epoch that students return and what to say about it."""
    stop, best = stopping_epoch(losses, patience), int(np.argmin(losses)) + 1
    kept = int(np.argmin(losses[:stop])) + 1
    rises = [epoch for epoch in range(2, len(losses) + 1) if losses[epoch - 1] >= losses[epoch - 2]]
    return [
        (
            _wrong_stop(losses, patience, "before"),
            "That compares each loss with that of the epoch before. Compare it with the best loss so far.",
        ),
        (kept, "That is the best epoch, whose weights may be kept. Training continues for a while after it."),
        (best, "That is the epoch of the lowest loss of all. Training ends before it could know of later ones."),
        (kept - 1, "That is the best epoch, and counted from 0. Training continues for a while after it."),
        (best - 1, "That is the epoch of the lowest loss of all, counted from 0. Training ends before."),
        (stop - 1, "That is the right epoch counted from 0: count from 1."),
        (_wrong_stop(losses, patience, "late"), "That waits one epoch too long: stop as soon as patience is used up."),
        (_wrong_stop(losses, patience, "never reset"), "A new best loss gives all of the patience back."),
        (_wrong_stop(losses, patience, "equal"), "A loss that equals the best one is no progress."),
        (min(rises, default=len(losses)), "That is the first epoch without progress. Patience allows some."),
        (stopping_epoch(losses, 1), "That stops at the first epoch without a new best. Patience allows some."),
        (
            min(kept + patience, len(losses) + 1),
            "After the last epoch training ends, whether patience is used up or not.",
        ),
        (kept + patience, "After the last epoch training ends, whether patience is used up or not."),
        (len(losses), "That is always the last epoch."),
    ]


@exercise("stopping-epoch", "Patience counts the epochs since the best one, and starts again with each new best.")
def stopping(answer):
    """The epoch after which a training stops."""
    wanted = [stopping_epoch(*case) for case in STOPPING_CASES]
    given = [call(answer, list(losses), patience) for losses, patience in STOPPING_CASES]
    refuse_rules(given, [wrong_stops(*case) for case in STOPPING_CASES])
    for (losses, patience), stop, epoch in zip(STOPPING_CASES, wanted, given):
        case = f"For the losses {losses} and patience {patience}"
        number(
            epoch,
            stop,
            known=[
                *((n, f"{case} training goes on after that.") for n in range(1, stop)),
                *((n, f"{case} training has ended before.") for n in range(stop + 1, len(losses) + 1)),
                (0, f"{case} training does not stop before it began; epochs count from 1."),
            ],
        )


@exercise("cosine-rate", "After a third of the way down, half a cosine has lost a quarter of its height.")
def cosine_rate(answer):
    """The rate of one update under warm-up and cosine."""
    peak, warm_up, total, step = 0.02, 50, 500, 200
    done = (step - warm_up) / (total - warm_up)
    number(
        answer,
        peak * (1 + math.cos(math.pi * done)) / 2,
        known=[
            (peak * (1 + math.cos(math.pi * step / total)) / 2, "The cosine begins where the warm-up ends."),
            (peak * (1 - done), "That is a straight line from the peak to 0. The decay follows half a cosine."),
            (peak * (1 + math.cos(math.pi * done)), "That would begin at twice the peak."),
            (peak * math.cos(math.pi / 2 * done), "Half a cosine runs over an angle of π, and is shifted above 0."),
            (peak * (1 + math.cos(done)) / 2, "Half a cosine runs over an angle of π: where is it?"),
            (peak * (1 + math.cos(math.pi * done / 2)) / 2, "Half a cosine runs over an angle of π, not of π / 2."),
            (
                peak * (1 - math.cos(math.pi * done)) / 2,
                "Half a cosine falls from 1 to −1 over an angle of π: add 1, and halve it.",
            ),
            (peak * done, "That rises from 0 in a straight line. After the warm-up the rate falls, as half a cosine."),
            (
                peak * (1 + math.cos(math.pi * step / (total - warm_up))) / 2,
                "The cosine begins where the warm-up ends.",
            ),
            (peak * step / warm_up, "The warm-up is over by then: the rate is on its way down."),
            (peak, "That is the peak, which is reached at the end of the warm-up."),
        ],
    )


@exercise("decoupled-decay", "The decay takes a share η λ of each weight, whatever the gradients were.", level="repair")
def decoupled_decay(answer):
    """Weights after one update of AdamW."""
    rng = np.random.default_rng(9)
    w, direction, rate, decay = rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), 0.1, 0.2
    array(
        call(answer, w, direction, rate, decay),
        w - rate * (direction + decay * w),
        what="The result",
        known=[
            (w - rate * direction, "That is Adam: the weights do not decay."),
            (w - rate * direction - decay * w, "The decay is multiplied by the learning rate as well."),
            (w - rate * (direction + 2 * decay * w), "The 2 belongs to the gradient of an L2 penalty."),
            (w - rate * (direction - decay * w), "That makes the weights larger. They should shrink."),
            (w - rate * (direction + decay * np.sign(w)), "The decay is proportional to the weight, not to its sign."),
            (w - rate * (direction + decay), "The decay is proportional to the weight."),
            (
                (w - rate * direction) * (1 - rate * decay),
                "That shrinks the weights after the step. Take the share of the weights before it.",
            ),
            (w - decay * (direction + rate * w), "Learning rate and weight decay are swapped."),
            (w + rate * (direction - decay * w), "The update goes against the direction of the gradient."),
        ],
    )
