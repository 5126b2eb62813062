"""Does it matter which loss is minimized?"""

import time

import keras
import numpy as np
import tensorflow as tf

from lecture.checks import one_of
from lecture.experiments.judgement import Compared, Hypothesis
from lecture.experiments.mixtures import one_hot, parts, separation_told
from lecture.experiments.protocol import chosen, trained
from lecture.experiments.result import Result, Sweep

TITLE = "Does it matter which loss is minimized?"
BEST = Hypothesis(
    "Cross-entropy does best.",
    "test accuracy with cross-entropy, minus the mean of that with the other losses (the control left out)",
    0.02,
)
ALIKE = Hypothesis(
    "The usual losses do alike.",
    "test accuracy with cross-entropy, minus the mean of that with absolute, squared and hinge",
    0.02,
    absent=True,
)
FOURTH = Hypothesis(
    "The fourth power does worse.",
    "mean test accuracy with cross-entropy, absolute, squared and hinge, minus that with the fourth power",
    0.02,
)
CONTROL = Hypothesis(
    "Without a gradient nothing is learnt.", "test accuracy with the constant, minus 0.5", 0.02, absent=True
)
HYPOTHESES = (BEST, ALIKE, FOURTH, CONTROL)
PRESETS = {
    "short": dict(n_seeds=30, hidden=(50, 50), steps=500, outputs="linear", separation="falling"),
    "published": dict(n_seeds=100, hidden=(100, 100), steps=500, outputs="linear", separation="falling"),
}
N_TRAIN, N_TEST, D = 400, 1000, 12
N_RECORDED = 10
PUBLISHED = {
    "cross-entropy": 0.905,
    "absolute": 0.905,
    "squared": 0.905,
    "fourth power": 0.904,
    "hinge": 0.905,
    "constant": 0.512,
}


def fourth_power(y, predicted):
    """Return the mean of (y - predicted)⁴ over the outputs, for each example: (n_replicas, n)."""
    return tf.reduce_mean(tf.square(tf.square(y - predicted)), axis=-1)


def constant(y, predicted):
    """Return 0 for each example, (n_replicas, n): a loss that nothing can be learnt from."""
    return tf.zeros_like(predicted[..., 0])


# Linear outputs are compared with the labels 0 and 1 as they are, the hinge with -1 and 1, each output for itself;
# probabilities are compared by the margin between the classes.
LOSSES = {
    "linear": {
        "cross-entropy": keras.losses.CategoricalCrossentropy(from_logits=True).call,
        "absolute": keras.losses.mean_absolute_error,
        "squared": keras.losses.mean_squared_error,
        "fourth power": fourth_power,
        "hinge": lambda y, predicted: keras.losses.hinge(2 * y - 1, predicted),
        "constant": constant,
    },
    "softmax": {
        "cross-entropy": keras.losses.categorical_crossentropy,
        "absolute": keras.losses.mean_absolute_error,
        "squared": keras.losses.mean_squared_error,
        "fourth power": fourth_power,
        "hinge": keras.losses.categorical_hinge,
        "constant": constant,
    },
}
NAMES = tuple(PUBLISHED)


def marked(y, number):
    """Return one-hot labels from which `any_of` reads the loss of a given number: 2 × number is added to all of them.

    One program then trains nets with all losses, in the place of one for each that takes seconds to compile.
    """
    return y + 2.0 * number


def any_of(losses):
    """Return a loss that is the one of several whose number the labels are `marked` with.

    Parameters
    ----------
    losses : sequence of callable
        Each with a value for each example, finite whatever the outputs.
    """

    def loss(y, predicted):
        number = tf.floor(tf.reduce_min(y, axis=-1, keepdims=True) / 2)
        y = y - 2 * number
        return tf.add_n([tf.where(number[..., 0] == at, each(y, predicted), 0) for at, each in enumerate(losses)])

    return loss


ANY = {outputs: any_of(tuple(losses.values())) for outputs, losses in LOSSES.items()}


def judge(accuracy):
    """Return the verdicts on the hypotheses from the test accuracy with each loss: a dict of arrays (n_seeds,)."""
    mean = lambda *names: np.mean([accuracy[name] for name in names], axis=0)
    return (
        BEST.judge(accuracy["cross-entropy"] - mean("absolute", "squared", "fourth power", "hinge")),
        ALIKE.judge(accuracy["cross-entropy"] - mean("absolute", "squared", "hinge")),
        FOURTH.judge(mean("cross-entropy", "absolute", "squared", "hinge") - accuracy["fourth power"]),
        CONTROL.judge(accuracy["constant"] - 0.5),
    )


def run(*, hidden=None, steps=None, outputs=None, separation=None, n_seeds=None, preset="short", show=True):
    """Train nets on the same data that differ in the loss alone.

    Parameters
    ----------
    hidden : sequence of int, optional
    steps : int, optional
        Updates.
    outputs : "linear" or "softmax", optional
        What the losses compare with the labels: the outputs as they are, as the original has it (cross-entropy takes
        their softmax), or probabilities. Of probabilities of two classes the absolute error and the hinge are the same
        loss, but for a factor.
    separation : "falling" or "equal", optional
        Of the means: 1/i in dimension i, as the original's code has it, or 1 in each, as its text says.
    n_seeds : int, optional
    preset : "short" or "published"
    show : bool
        A bar.

    Returns
    -------
    Result

    Raises
    ------
    ValueError
        If an argument is not as above.
    """
    start = time.perf_counter()
    own = chosen(PRESETS, preset, n_seeds, hidden=hidden, steps=steps, outputs=outputs, separation=separation)
    one_of(own.outputs, tuple(LOSSES), "outputs")
    seeds, n = own.seeds, len(own.seeds)
    X, y, X_test, y_test = parts(N_TRAIN, N_TEST, D, seeds, separation=own.separation)
    again = lambda values: np.concatenate([values] * len(NAMES))
    number = np.repeat(np.arange(len(NAMES)), n)[:, None, None]
    nets = trained(
        own.hidden,
        again(X),
        marked(again(one_hot(y)), number),
        steps=own.steps,
        seeds=seeds * len(NAMES),
        loss=ANY[own.outputs],
        output=own.outputs,
        X_test=again(X_test),
        y_test=marked(again(one_hot(y_test)), number),
        record=np.linspace(0, own.steps, N_RECORDED + 1).astype(int).tolist(),
        show=show,
    )
    curves = {name: nets.test_accuracy[:, at * n : (at + 1) * n] for at, name in enumerate(NAMES)}
    accuracy = {name: curve[-1] for name, curve in curves.items()}
    return Result(
        "losses",
        TITLE,
        preset,
        f"{'-'.join(map(str, (D, *own.hidden, 2)))}, sigmoid, {own.outputs} outputs, {own.steps} steps of Adam at 0.003 on batches of 64 of {N_TRAIN} points, {N_TEST} others to test"
        f" (published: 100, and the last look after 451 steps). {separation_told(own.separation)} A short run takes 30 seeds instead of 100 and layers of 50 units instead of 100.",
        seeds,
        (
            Sweep("In the end", NAMES, "loss", "test accuracy", {"": np.array([accuracy[name] for name in NAMES])}),
            Sweep("On the way", tuple(nets.steps.tolist()), "step", "test accuracy", curves),
        ),
        judge(accuracy),
        tuple(
            Compared(f"accuracy, {name}", then, 5, accuracy[name], reading=0.006) for name, then in PUBLISHED.items()
        ),
        time.perf_counter() - start,
    )
