"""Update steps of optimizers, by hand."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import call, exercise
from lecture.optimizers import InverseTimeDecay


@exercise(
    "momentum-step",
    "A fraction of the old velocity, minus the learning rate times the gradient; the weights move by the new velocity.",
)
def momentum_step(answer):
    """One step of momentum: the new weights and the new velocity."""
    w, v, g, rate, mu = np.array([1.0, -2.0]), np.array([0.3, -0.1]), np.array([2.0, 0.5]), 0.1, 0.9
    velocity = mu * v - rate * g
    given = call(answer, w, v, g, rate, mu)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise Wrong("Two arrays are wanted: the new weights and the new velocity.")
    array(
        given[1],
        velocity,
        what="The velocity",
        known=[
            (mu * v + rate * g, "The gradient points uphill: it must be subtracted."),
            (v - rate * g, "The whole old velocity is kept. Momentum keeps a fraction of it."),
            (
                mu * v - (1 - mu) * g,
                "That is a moving average of the gradients; momentum takes the learning rate times the gradient.",
            ),
            (mu * v - g, "The learning rate is missing."),
            (w + velocity, "The order is the other way round: first the weights, then the velocity."),
        ],
    )
    array(
        given[0],
        w + velocity,
        what="The new weights",
        known=[
            (w + mu * v, "The weights moved by the rest of the old velocity only. They move by the new one."),
            (w + v, "The weights moved by the old velocity. They move by the new one."),
            (w - velocity, "The velocity already points downhill: add it."),
            (w - rate * g, "That is plain gradient descent. The weights move by the velocity."),
        ],
    )


@exercise(
    "momentum-limit",
    "The velocity is a geometric series, whose sum is one over the fraction that is forgotten in each step.",
)
def momentum_limit(answer):
    """The factor by which a momentum of 0.99 makes the steps longer."""
    number(
        answer,
        1 / (1 - 0.99),
        tolerance=1e-6,
        known=[
            (10.0, "That is what a momentum of 0.9 gives."),
            (0.99, "That is what is kept in one step. It adds up over many steps."),
            (1.99, "That is after two steps. On a long slope it keeps adding up."),
            (1 / 0.99, "Divide by what is forgotten in each step, not by what is kept."),
        ],
    )


@exercise(
    "adam-first-step",
    "Both averages are corrected for their start, so that the first step is as long as the learning rate, "
    "against the gradient's sign.",
)
def adam_first_step(answer):
    """The first change of a weight by Adam, with gradient -0.003 and learning rate 0.01."""
    gradient, rate = -0.003, 0.01
    wanted = -rate * np.sign(gradient)
    number(
        answer,
        wanted,
        tolerance=1e-3,
        known=[
            (-wanted, "The length is right. Which way does a weight move whose gradient is negative?"),
            (-rate * gradient, "That is plain gradient descent. Adam divides by the size of the gradient."),
            (rate * gradient, "That is plain gradient descent, and uphill."),
            (wanted * 0.1 / np.sqrt(0.001), "That is without the correction for the averages' start at 0."),
            (wanted * 0.1, "The correction of the first average is missing."),
        ],
    )


@exercise(
    "inverse-time",
    "The rate has halved when the decay rate times the fraction of time is 1, and falls more and more slowly.",
)
def inverse_time(answer):
    """η after s steps of inverse-time decay."""
    for start, decay, total in ((0.1, 5.0, 100), (0.02, 1.0, 50)):
        schedule = InverseTimeDecay(start, total, decay)
        for step in (0, 10, 100):
            wanted = float(schedule(step))
            number(
                call(answer, step, start, decay, total),
                wanted,
                known=[
                    (
                        start * decay ** (step / total),
                        "That is exponential decay. Here the rate is divided by something that grows linearly.",
                    ),
                    (
                        start / (1 + decay * step),
                        "That counts time in steps; it should be a share of all steps.",
                    ),
                    (
                        start / (decay * step / total) if step else np.inf,
                        "At step 0 that divides by 0. The rate should begin at its start.",
                    ),
                    (start * (1 + decay * step / total), "That rate grows."),
                ],
            )
