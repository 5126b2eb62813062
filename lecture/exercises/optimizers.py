"""Steps of optimizers, by hand."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.registry import call, exercise
from lecture.exercises.verdict import Off
from lecture.optimizers import InverseTimeDecay


@exercise(
    "momentum-step",
    "What is left of the old velocity, minus the gradient's share; then the weights move by the new velocity.",
)
def momentum_step(answer):
    """One step of momentum: the new weights and the new velocity."""
    w, v, g, rate, mu = np.array([1.0, -2.0]), np.array([0.3, -0.1]), np.array([2.0, 0.5]), 0.1, 0.9
    velocity = mu * v - rate * g
    given = call(answer, w, v, g, rate, mu)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise Off("Two arrays are wanted: the new weights and the new velocity.")
    array(
        given[1],
        velocity,
        what="The velocity",
        known=[
            (mu * v + rate * g, "The gradient points uphill: its share has to be subtracted."),
            (v - rate * g, "The old velocity is kept whole. Momentum keeps a share of it."),
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
            (w + mu * v, "The weights moved by what is left of the old velocity only. They move by the new one."),
            (w + v, "The weights moved by the old velocity. They move by the new one."),
            (w - velocity, "The velocity already points downhill: add it."),
            (w - rate * g, "That is plain gradient descent. The weights move by the velocity."),
        ],
    )


@exercise(
    "momentum-limit", "The velocity adds up a geometric series, which comes to one over what is forgotten in each step."
)
def momentum_limit(answer):
    """How much longer the steps become with a momentum of 0.99."""
    number(
        answer,
        1 / (1 - 0.99),
        tolerance=1e-6,
        known=[
            (10.0, "That is what a momentum of 0.9 gives."),
            (0.99, "That is what is kept in one step. It adds up over many."),
            (1.99, "That is after two steps. On a long slope it goes on adding up."),
            (1 / 0.99, "Divide by what is forgotten in each step, not by what is kept."),
        ],
    )


@exercise(
    "adam-first-step",
    "Both averages are corrected for their start, so that the first step has the length of the learning rate, against the gradient's sign.",
)
def adam_first_step(answer):
    """By how much Adam changes a weight with gradient -0.003 at first, with a learning rate of 0.01."""
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
    "The rate falls by half when the decay rate times the share of time reaches 1, and ever more slowly after that.",
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
                        "That is the exponential decay. Here the rate is divided by something that grows evenly.",
                    ),
                    (
                        start / (1 + decay * step),
                        "The time is counted in steps there; it should be a share of all steps.",
                    ),
                    (
                        start / (decay * step / total) if step else np.inf,
                        "At step 0 that divides by 0. The rate should begin at its start.",
                    ),
                    (start * (1 + decay * step / total), "That rate grows."),
                ],
            )
