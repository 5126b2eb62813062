"""A tape's backward rules to repair, and a training loop to read."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import Unanswered, call, exercise
from lecture.exercises.repair import AS_IT_WAS
from lecture.from_scratch import Tape


@exercise(
    "tape-repair",
    "Broadcasting has used each bias once for every example, so as many gradients come back, and they add up.",
    level="repair",
    spare=(1, 2),
)
def tape_repair(answer):
    """The gradients of X + b from that of the sum, where b (p,) is added to each row of X (n, p)."""
    rng = np.random.default_rng(12)
    for n, p in ((5, 3), (4, 4)):
        above, X, b = rng.normal(size=(n, p)), rng.normal(size=(n, p)), rng.normal(size=p)
        tape = Tape()
        watched = [tape.watch(X), tape.watch(b)]
        wanted = tape.gradient(((watched[0] + watched[1]) * above).sum(), watched)
        given = call(answer, above, X, b)
        if not isinstance(given, (tuple, list)) or len(given) != 2:
            raise Wrong("Two gradients are wanted: that of X and that of b.")
        if all(np.array_equal(gradient, above) for gradient in given):
            raise Unanswered(AS_IT_WAS)
        array(
            given[0],
            wanted[0],
            what="The gradient of X",
            known=[
                (above.sum(axis=0), "The first gradient is that of X, which was not repeated."),
                (above / n, "The mean over the batch belongs to the loss. A sum hands its gradient on as it is."),
                (above * b, "That is the rule of a product."),
                (X, "That is the input. The gradient of X comes from above: what does a sum do with it?"),
                (np.ones_like(X), "The slope of a sum is 1, and it is multiplied by what comes from above."),
            ],
        )
        array(
            given[1],
            wanted[1],
            what="The gradient of b",
            known=[
                (
                    above.mean(axis=0),
                    "What comes back over several ways is added. The loss has taken its mean already.",
                ),
                (above.sum(axis=1), "That sums over the columns. Along which axis was b repeated?"),
                (above.sum(axis=0, keepdims=True), "The numbers are right, the shape is not: b has one axis."),
                (above.sum(), "That is a single number. Along which axis was b repeated?"),
                (above[0], "That is the gradient from the first example only."),
            ],
        )


@exercise(
    "tape-overwrites",
    "The tape is read from the end: 3x comes first and gives 3, then x · x sets 2 twice. Right would be 2 + 2 + 3.",
    level="read",
)
def tape_overwrites(answer):
    """What a tape that sets gradients instead of adding them gives for x · x + 3 x at x = 2."""
    number(
        answer,
        2,
        known=[
            (7, "That is the right derivative. This tape keeps only what came last."),
            (3, "The tape is read from the end, so the product with 3 comes back first, and is overwritten."),
            (4, "Both inputs of x · x are x, and each gets a gradient of its own. They are not added here."),
            (5, "Here nothing is added at all."),
            (10, "That is the value of the expression. What is its gradient?"),
        ],
    )


@exercise(
    "bug-in-the-loop",
    "It stands outside of the loop: all gradients are computed, and the weights move once, by the last of them.",
    level="read",
)
def bug_in_the_loop(answer):
    """The line of a training loop in which the mistake is."""
    number(
        answer,
        6,
        within=(1, 6),
        known=[
            (1, "All batches are visited, one after the other. What happens to the gradient of each?"),
            (2, "A new tape for every batch is right: a tape is read once."),
            (3, "The predictions are computed while the tape records, as they should be."),
            (4, "The loss is computed while the tape records, as it should be."),
            (5, "The tape is read after the recording, once for each batch: that is right."),
        ],
    )
