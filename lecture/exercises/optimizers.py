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
    w, v, g, rate, mu = np.array([1.0, -2.0]), np.array([0.3, -0.1]), np.array([2.0, 0.5]), 0.05, 0.9
    velocity = mu * v - rate * g
    given = call(answer, w, v, g, rate, mu)
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise Wrong("Two arrays are wanted: the new weights and the new velocity.")
    for other, hint in _other_forms(w, v, g, rate, mu):
        if all(np.shape(one) == (2,) and np.allclose(one, two, atol=1e-9) for one, two in zip(given, other)):
            raise Wrong(hint)
    average = "That is a moving average of the gradients, as Adam has it. Momentum does not multiply them by 1 − μ"
    array(
        given[1],
        velocity,
        what="The velocity",
        known=[
            (mu * v + (1 - mu) * g, f"{average}, but by the learning rate, and the velocity points downhill."),
            (mu * v - (1 - mu) * g, f"{average}, but by the learning rate."),
            (mu * v + (1 - mu) * rate * g, f"{average}, and the velocity points downhill."),
            (mu * v - (1 - mu) * rate * g, f"{average}."),
            ((1 - mu) * v - rate * g, "The velocity keeps the fraction μ, not 1 − μ."),
            ((1 - mu) * v + mu * g, "μ and 1 − μ are swapped, and momentum takes no average: see the formula."),
            (mu * v + rate * g, "The gradient points uphill: it must be subtracted."),
            (v - rate * g, "The whole old velocity is kept. Momentum keeps a fraction of it."),
            (-rate * g, "The old velocity is missing: that is plain gradient descent."),
            (mu * (v - rate * g), "The gradient is not multiplied by μ: only the old velocity is."),
            (v - mu * rate * g, "μ belongs to the old velocity, not to the gradient."),
            (mu * v - g, "The learning rate is missing."),
            (mu * v + g, "That is PyTorch's velocity, a sum of gradients. The lecture's is that times −η."),
            (v, "Those are the old velocities."),
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
            (w - v, "The weights move by the new velocity, and it is added."),
            (w - velocity, "The velocity already points downhill: add it."),
            (w - rate * g, "That is plain gradient descent. The weights move by the velocity."),
            (w - rate * velocity, "The learning rate is in the velocity already: add the velocity."),
            (w + rate * velocity, "The learning rate is in the velocity already: add the velocity."),
            (w + velocity - rate * g, "The gradient is in the velocity already."),
            (w + mu * velocity - rate * g, "That is Nesterov's step, which looks ahead. Here the velocity is added."),
            (velocity, "The step is there; add it to the old weights."),
            (w, "Those are the old weights."),
        ],
    )


def _other_forms(w, v, g, rate, mu):
    """Steps (weights, velocity) that are right in another convention, with its relation to the lecture's."""
    torch, uphill = mu * v + g, mu * v + rate * g
    return [
        (
            (w - rate * torch, torch),
            "That is PyTorch's form, v ← μv + g and w ← w − ηv, and right there: its v is a sum of gradients. "
            "The lecture's is −η times that, so with a fixed η both take the same steps. Put −η into the velocity.",
        ),
        (
            (w - uphill, uphill),
            "That velocity points uphill and is subtracted, as some books have it. The lecture's has the other sign: "
            "v ← μv − ηg, and it is added.",
        ),
    ]


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
            (0.99 / (1 - 0.99), "The newest gradient counts as well, with 0.99⁰ = 1: the sum begins with 1."),
            (1 - 0.99, "That is what is forgotten in each step. Divide by it."),
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
            (-wanted * 0.1 / np.sqrt(0.001), "That is without the correction for the averages, and the sign is wrong."),
            (-gradient * 0.1 * rate, "That is a moving average times the rate. Adam divides by the gradient's size."),
            (-gradient, "Where is the learning rate? And Adam divides by the size of the gradient."),
            (gradient, "That is the gradient."),
            (1.0, "Where is the learning rate?"),
            (rate + gradient, "The change of the weight is wanted: nothing is added to its gradient."),
            (rate - gradient, "The change of the weight is wanted: its gradient is not subtracted from it."),
            (rate / gradient, "Adam divides by the root of the mean square, so only the sign of the gradient remains."),
            (rate / gradient**2, "Adam divides by the root of the mean square, not by the square."),
            (
                -rate / gradient,
                "Adam divides by the root of the mean square, so only the sign of the gradient remains.",
            ),
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
        for step in (30, 0, 100):  # 0 not first, where a fault stops with an error
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
                    (start * np.exp(-decay * step / total), "That is exponential decay. Here the rate is divided."),
                    (start * (1 - decay * step / total), "That falls in a straight line, and below 0."),
                    (start * (1 - step / total), "That falls in a straight line to 0."),
                    (start / (1 + decay) * step / total, "Parentheses: the decay rate times the share of all steps."),
                    (start / 1 + decay * step / total, "Parentheses: all of 1 + … stands below the line."),
                    (start / (1 + step / total), "The decay rate is missing."),
                    (start / (1 + decay * total / max(step, 1e-9)), "The share is step / total, not total / step."),
                    (start / (1 + decay * (step // total)), "With // the share is 0 until the last step: use /."),
                ],
            )


@exercise(
    "adamw-by-hand",
    "The step of Adam, and beside it the same share of every weight, which no gradient divides.",
)
def adamw_by_hand(answer):
    """One step of AdamW from the corrected averages."""
    w, m, v = np.array([1.0, -2.0, 0.5]), np.array([0.2, 0.1, -3.0]), np.array([0.25, 4.0, 9.0])
    rate, decay, epsilon = 0.1, 0.3, 0.05
    step = m / (np.sqrt(v) + epsilon)
    adam = w - rate * step
    array(
        call(answer, w, m, v, rate, decay, epsilon),
        adam - rate * decay * w,
        what="The new weights",
        known=[
            (adam, "That is Adam: the weights do not decay."),
            (
                w - rate * (m + decay * w) / (np.sqrt(v) + epsilon),
                "There the decay is divided by the size of the gradients, as that of an L2 penalty is.",
            ),
            (adam - decay * w, "The decay, too, is multiplied by the learning rate."),
            (adam + rate * decay * w, "That makes weights larger. They should shrink."),
            (
                adam - rate * decay * adam,
                "That shrinks the weights after the step. Take the share of the weights before it.",
            ),
            (w - rate * (m / np.sqrt(v + epsilon) + decay * w), "Here epsilon stands outside of the root."),
            (w - rate * (m / np.sqrt(v) + decay * w), "Where is epsilon?"),
            (w - rate * (m / np.sqrt(v) + epsilon + decay * w), "Parentheses: root and epsilon stand below the line."),
            (w - rate * (step + decay), "The decay is proportional to the weight."),
            (w - rate * (m / (v + epsilon) + decay * w), "Divide by the root of the average of the squares."),
        ],
    )


@exercise(
    "clip-all",
    "One norm and one factor for all arrays, so that the direction stays; short gradients are left alone.",
)
def clip_all(answer):
    """A list of gradients, clipped by their global norm."""
    long = [np.array([[3.0, 0.0], [0.0, 4.0]]), np.array([12.0])]  # the norm is 13
    for gradients, most in ((long, 1.0), (long, 20.0)):
        norm = np.sqrt(sum(np.sum(g**2) for g in gradients))
        given = call(answer, gradients, most)
        if not isinstance(given, (tuple, list)) or len(given) != len(gradients):
            raise Wrong("A list with an array for each array of gradients is wanted.")
        for k, (g, found) in enumerate(zip(gradients, given)):
            array(
                found,
                g * most / max(most, norm),
                what=f"Array {k}",
                known=[
                    (
                        g * most / norm,
                        "That makes short gradients longer. Clip only what is longer than the bound.",
                    ),
                    (
                        g * most / max(most, np.linalg.norm(g)),
                        "That clips each array by its own norm. Take one norm over all of them.",
                    ),
                    (np.clip(g, -most, most), "That clips each entry. The direction should stay."),
                    (g, "That gradient is longer than the bound, and is not clipped."),
                    (
                        g * most / max(most, norm**2),
                        "That divides by the sum of the squares. The norm is its root.",
                    ),
                    (
                        g * most / max(most, sum(np.linalg.norm(each) for each in gradients)),
                        "The norm of all is not the sum of the norms: add the squares.",
                    ),
                    (
                        g * min(1, most / max(np.abs(each).max() for each in gradients)),
                        "The norm is the root of a sum of squares, not the largest entry.",
                    ),
                    (
                        g * min(1, most / sum(np.abs(each).sum() for each in gradients)),
                        "The norm is the root of a sum of squares, not the sum of absolute values.",
                    ),
                    (g / norm, "That makes the norm 1, however long the gradient is."),
                    (g * norm / most, "The other way round: too long a gradient becomes shorter."),
                    (g / max(most, norm), "Multiply by the bound, so that the norm is the bound."),
                ],
            )
