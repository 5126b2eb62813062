"""Choosing with care: where to look next, what may help to scale, three parts of the data with no row in common."""

import numpy as np

from lecture.exercises.compare import array, number, refuse_rules
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import Unanswered, call, exercise

BOUNDS = (  # means, deviations, and beta: no two of the usual mistakes give the same places in all cases
    ([0.80, 0.70, 0.76, 0.60], [0.01, 0.06, 0.04, 0.075], 2.6),
    ([0.79, 0.78, 0.68, 0.72, 0.53], [0.10, 0.14, 0.08, 0.02, 0.12], 0.4),
    ([0.62, 0.61, 0.50, 0.55, 0.56], [0.07, 0.10, 0.03, 0.11, 0.06], 2.0),
    ([0.66, 0.53, 0.79, 0.60, 0.83], [0.08, 0.07, 0.06, 0.14, 0.02], 3.0),
    ([0.63, 0.57, 0.53, 0.80, 0.81], [0.13, 0.11, 0.02, 0.10, 0.12], 3.0),
)


@exercise(
    "confidence-bound",
    "A place that is expected to be worse is tried before a better one if little is known of it.",
)
def confidence_bound(answer):
    """The number of the place with the highest upper confidence bound."""
    cases = [(np.array(mean), np.array(std), beta) for mean, std, beta in BOUNDS]
    given = [call(answer, *case) for case in cases]
    refuse_rules(given, [_wrong_places(*case) for case in cases])
    for (mean, std, beta), place in zip(cases, given):
        number(place, int(np.argmax(mean + beta * std)), within=(0, len(mean) - 1))


def _wrong_places(mean, std, beta):
    """What is often returned instead of the place with the highest bound."""
    bound = mean + beta * std
    return [
        (np.max(bound), "That is the bound itself. At which place is it?"),
        (np.argmax(bound) + 1, "Places are counted from 0."),
        (np.argmax(mean), "That place has the highest mean. The deviation counts as well."),
        (np.argmax(std), "That is where least is known. The mean counts as well."),
        (np.argmax(mean + std), "The deviation counts beta times."),
        (np.argmax(mean - beta * std), "That is where the lower bound is highest: add the deviations."),
        (np.argmin(bound), "There the bound is lowest."),
        (
            np.argmin(mean - beta * std),
            "That is where the lower bound is lowest. Scores are better the higher they are.",
        ),
        (np.argmax(beta * mean + std), "The deviation counts beta times, not the mean."),
        (np.argmax(mean * std), "Mean and deviation are added, not multiplied."),
        (np.argmax(mean + beta * std**2), "The deviation counts, not its square."),
    ]


@exercise(
    "scaling-leak",
    "Mean and deviation are learnt from data as weights are: held-out rows must not help with them.",
    level="repair",
)
def scaling_leak(answer):
    """Training rows and held-out rows of a fold, both scaled by the training rows."""
    X = np.random.default_rng(4).normal(size=(9, 3)) * [1, 2, 5] + [0, 3, -1]
    held_out = np.arange(9) >= 6
    pair = call(answer, X, held_out)
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise Wrong("Two arrays are wanted: the scaled training rows and the scaled held-out rows.")
    training, held = X[~held_out], X[held_out]
    leaking = (X - X.mean(axis=0)) / X.std(axis=0)
    if np.shape(pair[1]) == held.shape and np.allclose(pair[1], leaking[held_out]):
        if np.shape(pair[0]) == training.shape and np.allclose(pair[0], leaking[~held_out]):
            raise Unanswered("Not repaired yet: the function does what it did.")
        raise Wrong("The held-out rows still help to compute the mean and the deviation.")
    array(
        pair[0],
        _scaled(training, training),
        known=[
            (training, "The training rows are not scaled."),
            (leaking[~held_out], "The training rows are still scaled by all rows."),
            (_scaled(held, training), "The two are swapped: the training rows come first."),
            (training - training.mean(axis=0), "Divide by the deviation of the training rows."),
            *(
                ((training - mean_of.mean(axis=0)) / std_of.std(axis=0), _still(mean_of, std_of, training))
                for mean_of in (training, held, X)
                for std_of in (training, held, X)
                if not (mean_of is training and std_of is training)
            ),
            (
                (training - training.mean(axis=0)) / training.var(axis=0),
                "That divides by the variance, not by its root.",
            ),
            (_scaled(training.T, training.T).T, "The mean is over the rows, one for each column: axis=0."),
        ],
        what="The first array",
    )
    array(
        pair[1],
        _scaled(held, training),
        known=[
            (held, "The held-out rows are not scaled."),
            (_scaled(held, held), "The held-out rows are scaled by themselves: use what the training rows say."),
            ((held - training.mean(axis=0)) / held.std(axis=0), "The deviation is still that of the held-out rows."),
            ((held - held.mean(axis=0)) / training.std(axis=0), "The mean is still that of the held-out rows."),
            (leaking[held_out], "The held-out rows are still scaled by all rows."),
            (held - training.mean(axis=0), "Divide by the deviation of the training rows."),
        ],
        what="The second array",
    )


@exercise(
    "three-parts",
    "Weights are fitted to the first part, choices to the second, and the third is opened once, at the end.",
    level="design",
)
def three_parts(answer):
    """Row numbers to train on, to choose by and to test on: a half, a quarter and a quarter, in random order."""
    n = 40
    parts = call(answer, n, np.random.default_rng(6))
    if not isinstance(parts, (tuple, list)) or len(parts) != 3:
        raise Wrong("Three arrays of row numbers are wanted: to train, to validate and to test.")
    parts = [np.asarray(part) for part in parts]
    if any(part.ndim != 1 or part.dtype.kind not in "iu" for part in parts):
        raise Wrong("Each part is an array of whole row numbers.")
    if [len(part) for part in parts] != [n // 2, n // 4, n // 4]:
        raise Wrong(f"Of {n} rows, {n // 2}, {n // 4} and {n // 4} are wanted, not {', '.join(map(_size, parts))}.")
    rows = np.concatenate(parts)
    if rows.min() < 0 or rows.max() >= n:
        raise Wrong(f"Row numbers go from 0 to {n - 1}.")
    if set(parts[1]) & set(parts[2]):
        raise Wrong("Validation and test set share rows: what you choose by cannot judge the choice.")
    if len(set(rows)) < n:
        raise Wrong("Each row belongs to exactly one part.")
    if np.array_equal(rows, np.arange(n)):
        raise Wrong("The rows are in their old order. If they are sorted by class, a part has no image of some.")


def _scaled(rows, by):
    """Rows less the mean of others, divided by their deviation."""
    return (rows - by.mean(axis=0)) / by.std(axis=0)


def _still(mean_of, std_of, training):
    """Which number of the training rows' scaling is still taken from other rows."""
    if mean_of is std_of:
        return "The training rows are scaled by the held-out rows: it is the other way round."
    both = [name for name, rows in (("mean", mean_of), ("deviation", std_of)) if rows is not training]
    return f"Held-out rows still help with the {' and the '.join(both)}."


def _size(part):
    return str(len(part))
