"""Experiments on small networks: a split that leaks, how many seeds to plan for, what was held equal."""

import numpy as np

from lecture.exercises.compare import number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import Unanswered, call, exercise

STD, HALF = 0.03, 0.01


@exercise(
    "split-then-oversample",
    "Copies of a rare point on both sides of the split make the test a matter of memory: split first.",
    level="repair",
)
def split_then_oversample(answer):
    """Row numbers to train on, balanced by repeating rare rows, and other row numbers to test on, each once."""
    y = np.random.default_rng(3).permutation(np.repeat([0, 1], (80, 8)))
    pair = call(answer, y, np.random.default_rng(1))
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise Wrong("Two arrays of row numbers are wanted: to train on and to test on.")
    training, test = map(np.asarray, pair)
    if any(rows.ndim != 1 or not rows.size or rows.dtype.kind not in "iu" for rows in (training, test)):
        raise Wrong("Both parts are arrays of whole row numbers.")
    if min(training.min(), test.min()) < 0 or max(training.max(), test.max()) >= len(y):
        raise Wrong(f"Row numbers go from 0 to {len(y) - 1}.")
    if shared := set(training) & set(test):
        if len(set(test)) < len(test):
            raise Unanswered("Not repaired yet: rare rows still stand on both sides of the split.")
        raise Wrong(f"{len(shared)} rows stand on both sides of the split.")
    if len(set(test)) < len(test):
        raise Wrong("Each row of the test set is wanted once: only the training set is oversampled.")
    _refuse_lost(y, training, test)
    counts = np.bincount(y[training], minlength=2)
    if counts[0] != counts[1]:
        raise Wrong(f"The training set has {counts[0]} rows of the frequent class and {counts[1]} of the rare one.")
    if len(test) != len(y) // 4:
        raise Wrong(f"A quarter of the {len(y)} rows is to test on, {len(y) // 4}, not {len(test)}.")


def _refuse_lost(y, training, test):
    """Refuse a split without some of the rows."""
    lost = np.setdiff1d(np.arange(len(y)), np.append(training, test))
    if len(lost) == 0:
        return
    if not y[lost].any() and len(set(training)) == len(training):
        raise Wrong("Rows of the frequent class were thrown away: repeat the rare ones instead.")
    raise Wrong("Some rows stand on neither side.")


@exercise(
    "seeds-to-plan",
    "Half of the interval shrinks with the root of the number of seeds: a third of it takes nine times as many.",
    level="design",
)
def seeds_to_plan(answer):
    """The smallest number of seeds with which half of the 95% interval is at most 0.01, at a deviation of 0.03."""
    from scipy import stats  # here, so that all other exercises work with NumPy alone

    n = np.arange(2, 200)
    halves = stats.t.ppf(0.975, n - 1) * STD / np.sqrt(n)
    wanted = int(n[halves <= HALF][0])
    number(
        answer,
        wanted,
        known=[
            (9, "With 9 seeds the standard error is 0.01. Half of the interval is t times that."),
            (3, "The root of the number of seeds is what divides the deviation."),
            (6, "The root of the number of seeds is what divides the deviation: square it."),
            (35, "That is with 1.96. Student's t for so many seeds is a little larger."),
            (36, "That is with t = 2. Student's t for so many seeds is a little larger."),
            (70, "That is with Student's t for five seeds: it shrinks as seeds are added."),
            (69, "That is with Student's t for five seeds: it shrinks as seeds are added."),
            (5, "Those are the seeds of the first try. Half of their interval is 0.037."),
            (wanted - 1, "With one seed less, half of the interval is a little above 0.01."),
            (wanted + 1, "One seed less is enough."),
            (4 * 35, "The whole interval may be 0.02 wide, its half 0.01."),
            (4 * wanted, "The whole interval may be 0.02 wide, its half 0.01."),
        ],
    )
    return f"With {wanted} seeds it is ± {halves[wanted - 2]:.4f}."


@exercise(
    "held-equal",
    "In an epoch, batches of 1 make 400 times as many steps: the comparison by epochs is mostly one of steps.",
    level="read",
)
def held_equal(answer):
    """Which batch size is ahead after equally many steps, and how many steps each made in 20 epochs."""
    given = answer if isinstance(answer, (tuple, list)) else ()
    if len(given) != 2 or any(isinstance(each, type(...)) for each in given):
        if any(isinstance(each, type(...)) for each in given):
            raise Unanswered
        raise Wrong("Two numbers are wanted: the batch size that is ahead after equal steps, and the factor.")
    number(
        given[0],
        400,
        known=[
            (1, "That one is ahead after equally many epochs. Read the other row."),
            (0.78, "That is its accuracy. The batch size is wanted."),
        ],
    )
    number(
        given[1],
        400,
        known=[
            (20, "That is the number of epochs of both."),
            (8000, "So many steps batches of 1 make. How many times those of full batches?"),
            (8000 / 140, "Both numbers of steps belong to the first row: what do full batches make in 20 epochs?"),
            (140, "That is the number of steps of the second row."),
            (0.85 / 0.54, "That is a ratio of accuracies. Ask for steps."),
            (1 / 400, "The other way round: batches of 1 make more steps."),
            (1, "An epoch has as many steps as there are mini-batches."),
        ],
    )
