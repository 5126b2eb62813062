"""A network from scratch, gradients: what a check says, at which step, of how many examples, and a fault to repair."""

import numpy as np

from lecture.exercises.compare import array, number
from lecture.exercises.feedback import Wrong
from lecture.exercises.registry import call, exercise
from lecture.from_scratch import FAULTS, batch_norm_gradient
from lecture.words import listed

NETS = dict(zip("ABCDEF", ("sums", "gamma", "right", "n - 1", "variance", "mean and variance")))
TAKES_MEAN = ("right", "variance", "gamma")  # of these, the biases before batch norm get no gradient
UNIT = 2.0**-52  # of float64


@exercise(
    "batch-of-two",
    "With two examples ẑ is 1 and -1 whatever z is, so nothing before it matters. A check compares zeros and passes.",
)
def batch_of_two(answer):
    """The parameters of 30-50-10, with batch norm and ε = 0, that get no gradient from a batch of two examples."""
    weights, units = 30 * 50, 50
    number(
        answer,
        weights + units,
        known=[
            (weights, "The biases before batch norm get none either: the mean takes them out."),
            (weights + 10, "The biases of the outputs come after ẑ: they do get a gradient."),
            (weights + units * 10, "The second layer's weights come after ẑ: they do get a gradient."),
            (weights + units + units * 10, "The second layer's weights come after ẑ: they do get a gradient."),
            (weights + 10 * units + 10, "What comes after ẑ does get a gradient."),
            (2 * (weights + units), "A weight is counted once, however many examples there are."),
            (weights + units + 2, "A weight is counted once, however many examples there are."),
            (2 * units, "γ and β come after ẑ, which is not 0: they do get a gradient. What comes before it?"),
            (10 * units, "The second layer's weights come after ẑ: they do get a gradient. What comes before it?"),
            (10 * units + 10, "What comes after ẑ does get a gradient. What comes before it?"),
            (units, "The biases get none in a batch of any size. What can ẑ be with two examples?"),
            (
                weights + 2 * units,
                "That is with one example: then ẑ is 0, and γ gets no gradient either. Here ẑ is not 0.",
            ),
            (weights + 3 * units, "γ and β come after ẑ, which is not 0: they do get a gradient."),
            (weights + 3 * units + 10 * units + 10, "Those are all parameters. Which of them act before ẑ?"),
            (0, "What can ẑ be with two examples, however the weights are moved?"),
        ],
    )


@exercise(
    "check-noise",
    "Below that size no gradient can be told from 0. With h = 1e-5 it is a hundred thousand times smaller.",
)
def check_noise(answer):
    """The rounding error of a central difference with h = 1e-10, for a loss of 2.3, in float64."""
    loss, h = 2.3, 1e-10
    right = UNIT * loss / h
    number(
        answer,
        right,
        known=[
            (right / 2, "Both losses are rounded, and in the worst case in opposite directions."),
            (2 * right, "The difference is divided by 2h."),
            (UNIT / h, "The rounding is relative: how large is the loss?"),
            (UNIT * loss, "That is the rounding of the losses. Their difference is divided by a small number."),
            (2.0**-23 * loss / h, "That is float32."),
            (UNIT * loss * h, "The difference of the losses is divided by the small number, not multiplied."),
            (UNIT * loss * h / 2, "The difference of the losses is divided by the small number, not multiplied."),
            (h**2, "That is the size of the error of the curve. Rounding is asked for."),
            (loss / h, "The rounding is a part of the loss: 2⁻⁵² of it."),
        ],
        tolerance=0.02,
    )


@exercise(
    "fault-from-errors",
    "A bias gets a gradient if the mean is taken out badly, a forgotten γ = 2 leaves 1/3, and size tells the rest.",
)
def fault_from_errors(answer):
    """What is wrong with each of six nets, from the errors of their arrays."""
    if isinstance(answer, str) or not isinstance(answer, (list, tuple)) or len(answer) != len(NETS):
        raise Wrong("Six names are wanted, in a list: one for each net, from A to F.")
    for (net, wanted), given in zip(NETS.items(), answer):
        if given not in ("right", *FAULTS):
            names = listed([repr(name) for name in ("right", *FAULTS)], last="or")
            raise Wrong(f"Net {net}: {given!r} is none of the names. They are {names}.")
        if given != wanted:
            raise Wrong(f"Net {net}: {_diagnosis(given, wanted)}")


def _diagnosis(given, wanted):
    """What speaks against a wrong diagnosis."""
    if given == "right":
        return "errors of that size are not rounding. A right gradient is below 1e-6."
    if wanted == "right":
        return "all its errors are of the size of rounding."
    if wanted in TAKES_MEAN and given not in TAKES_MEAN:
        return "its biases have no error, so the mean is taken out as it should be."
    if given in TAKES_MEAN and wanted not in TAKES_MEAN:
        return "its biases get a gradient, so the mean is not taken out as it should be."
    if wanted in TAKES_MEAN:
        return (
            "a forgotten factor of 2 halves the gradient at each batch norm. What does that make of"
            " ‖g - ĝ‖ / (‖g‖ + ‖ĝ‖) below one batch norm, and below two?"
        )
    return "how far off is each of the faults in a batch of 5? 1/4 for 1/5 is a little, 1 for 1/5 a lot, 0 in between."


@exercise(
    "batch-norm-backward",
    "Each example's gradient loses what the mean and the variance absorb: both depend on all examples.",
)
def batch_norm_backward(answer):
    """∂L/∂z of batch norm in training, (n, n_units), from ∂L/∂u."""
    rng = np.random.default_rng(6)
    z, above = rng.normal(1, 2, size=(6, 3)), rng.normal(size=(6, 3))
    gamma, epsilon = np.array([0.5, 2.0, -1.5]), 0.3
    hints = {
        "variance": "That takes the variance for a constant, as the function that is to be repaired does.",
        "mean and variance": "That takes the mean and the variance for constants.",
        "sums": "Those are sums over the batch. Means are wanted.",
        "gamma": "The factor γ is missing: what does the gradient of ẑ get from that of u?",
        "n - 1": "The mean over a batch of n examples divides by n.",
    }
    right = batch_norm_gradient(z, above, gamma, epsilon)
    d, spread = gamma * above, np.sqrt(z.var(axis=0) + epsilon)
    centred = z - z.mean(axis=0)
    no_mean = d - centred / spread * (d * centred / spread).mean(axis=0)
    known = [(batch_norm_gradient(z, above, gamma, epsilon, fault=fault), hint) for fault, hint in hints.items()]
    known += [
        (batch_norm_gradient(z, above, gamma, 0), "Where is ε?"),
        (right * spread, "ẑ is c divided by s: the gradient is divided by s, too."),
        (right * spread / (z.var(axis=0) + epsilon), "Divide by s, the root, not by the variance."),
        (
            (d - d.mean(axis=0) - centred * (d * centred / spread).mean(axis=0)) / spread,
            "In the last term stands ẑ twice: the centred z is not divided by s there.",
        ),
        (
            (d - d.mean(axis=0) - centred / spread * (d * centred).mean(axis=0)) / spread,
            "In the last term stands ẑ twice: the centred z is not divided by s there.",
        ),
        ((d - d.mean(axis=0) - (d * centred / spread).mean(axis=0)) / spread, "The last term has a factor ẑ, too."),
        (d - d.mean(axis=0) - centred / spread * (d * centred / spread).mean(axis=0), "All of it is divided by s."),
        (no_mean / spread, "The mean depends on all examples, too."),
        (
            (d - d.mean(axis=0) - centred * (d * centred).mean(axis=0)) / spread,
            "In the last term stands ẑ, not c.",
        ),
        (
            (d - d.mean(axis=0) + centred / spread * (d * centred / spread).mean(axis=0)) / spread,
            "What the variance absorbs is subtracted.",
        ),
    ]
    array(call(answer, z, above, gamma, epsilon), right, what="The gradient", known=known)


@exercise(
    "best-step", "Twice the error of the curve is then the error of rounding. The best h hardly depends on the net."
)
def best_step(answer):
    """The step at which h² |L‴| / 6 + 2⁻⁵² |L| / h is smallest."""
    loss, third = 2.3, 40.0
    ratio = UNIT * loss / third
    right = (3 * ratio) ** (1 / 3)
    number(
        call(answer, loss, third),
        right,
        known=[
            ((6 * ratio) ** (1 / 3), "There the two errors are equal. Where is their sum smallest?"),
            (ratio ** (1 / 3), "The derivative of h² / 6 is h / 3."),
            ((ratio / 3) ** (1 / 3), "Solve for h once more: the 3 belongs to the other side."),
            ((3 * ratio) ** (1 / 2), "The derivative has h on one side and 1 / h² on the other: that makes h³."),
            (ratio ** (1 / 2), "The derivative has h on one side and 1 / h² on the other: that makes h³."),
            (1e-5, "That is a rule of thumb. Here the step follows from loss and curvature."),
            (np.sqrt(UNIT), "That is the rule for one-sided differences. A central one has h² and 1 / h."),
            (np.cbrt(UNIT), "That leaves out the loss and its third derivative."),
            (3 * ratio, "That is h³."),
            (ratio, "Parentheses: without them ** 1 / 3 is a power of 1, and then a third."),
            (1 / right, "That is 1 / h."),
            ((3 * UNIT * third / loss) ** (1 / 3), "The more the loss is curved, the smaller h has to be."),
            (third * right**2 / 6 + UNIT * loss / right, "That is an error. At which h is it smallest?"),
        ],
        tolerance=1e-3,
    )
