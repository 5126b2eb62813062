"""Does it matter which loss is minimized?"""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from lecture.checks import one_of
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import describe_separation, train_test_points
from lecture.experiments.protocol import compare_like_the_original, describe_training, evenly
from lecture.experiments.result import Sweep

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


def hinge_of_each_output(y, predicted):
    """Return the mean over the outputs of max(0, 1 - y predicted), with labels -1 and 1, for each example."""
    return keras.losses.hinge(2 * y - 1, predicted)


# Linear outputs are compared with the labels 0 and 1 as they are, the hinge with -1 and 1, each output for itself;
# probabilities are compared by the margin between the classes.
LOSSES = {
    "linear": {
        "cross-entropy": keras.losses.CategoricalCrossentropy(from_logits=True),
        "absolute": keras.losses.mean_absolute_error,
        "squared": keras.losses.mean_squared_error,
        "fourth power": fourth_power,
        "hinge": hinge_of_each_output,
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


@experiment(TITLE, PRESETS)
def run(
    *, outputs: str, hidden: Sequence[int], steps: int, separation: str, seeds: Sequence[int], show: bool
) -> Findings:
    """Train networks on the same data that differ only in the loss.

    Parameters
    ----------
    outputs : "linear" or "softmax", optional
        What the losses compare with the labels: linear outputs, as in the original lecture (cross-entropy takes their
        softmax), or probabilities. On probabilities of two classes, the absolute error and the hinge are the same loss
        up to a factor.
    """
    losses = LOSSES[one_of(outputs, LOSSES, "outputs")]
    common = dict(hidden=hidden, output=outputs, steps=steps, seeds=seeds, show=show)
    nets = compare_like_the_original(
        {name: dict(loss=loss) for name, loss in losses.items()},
        **train_test_points(N_TRAIN, N_TEST, D, seeds, separation=separation).encoded(),
        **common,
        record=evenly(steps, N_RECORDED),
    )
    curves = {name: each.test_accuracy for name, each in nets.items()}
    accuracy = {name: curve[-1] for name, curve in curves.items()}
    trained = describe_training((D, *hidden, 2), steps, N_TRAIN, units=f"sigmoid, {outputs} outputs", n_test=N_TEST)
    return Findings(
        protocol=f"{trained} (published: 100, last measured after 451 steps). {describe_separation(separation)}",
        sweeps=(
            Sweep("In the end", NAMES, "loss", "test accuracy", {"": np.stack(list(accuracy.values()))}),
            Sweep("On the way", evenly(steps, N_RECORDED), "step", "test accuracy", curves),
        ),
        verdicts=judge(accuracy),
        compared=beside_published(PUBLISHED, accuracy, "accuracy, {}", runs=5, reading=0.006, within=(0, 1)),
    )


def judge(accuracy: dict[str, np.ndarray]) -> tuple[Verdict, ...]:
    """Return the verdicts on the test accuracy with each loss: a dict of arrays (n_seeds,)."""

    def mean(*names):
        return np.mean([accuracy[name] for name in names], axis=0)

    return (
        BEST.judge(accuracy["cross-entropy"] - mean("absolute", "squared", "fourth power", "hinge")),
        ALIKE.judge(accuracy["cross-entropy"] - mean("absolute", "squared", "hinge")),
        FOURTH.judge(mean("cross-entropy", "absolute", "squared", "hinge") - accuracy["fourth power"]),
        CONTROL.judge(accuracy["constant"] - 0.5),
    )
