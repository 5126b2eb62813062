"""What does a learning rate that goes up and down gain?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture.checks import whole
from lecture.experiments.cycled import Cycled, along_cycles, rates_at
from lecture.experiments.deep_nets import (
    HIGHEST,
    LOWEST,
    DeepNet,
    accuracy,
    describe_diverged,
    describe_nets,
    images_for,
    trained,
)
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images
from lecture.experiments.judgement import Hypothesis, Verdict
from lecture.experiments.protocol import evenly
from lecture.experiments.result import Sweep
from lecture.experiments.standard_images import StandardImages

TITLE = "What does a learning rate that goes up and down gain?"
TRIANGLES, COSINE = SCHEDULES = ("triangles", "one cosine")
PEAKS = Hypothesis(
    "Accuracy is highest where the learning rate is lowest.",
    "validation accuracy at the end of the cycles before the last, minus half a cycle later",
    0.01,
)
ADDS = Hypothesis(
    "A second cycle adds accuracy.",
    "validation accuracy at the end of the last cycle minus at the end of the first",
    0.005,
)
BEATS = Hypothesis(
    "Cycles beat one cosine of the same length.",
    "test accuracy with triangles minus with one cosine",
    0.005,
)
IN_RANGE = Hypothesis(
    "The highest learning rate lies within a factor of 3 of the best in a range test.",
    "log₁₀ of the learning rate with the highest validation accuracy in the range test over the highest in the cycles",
    0.5,
    absent=True,
)
HYPOTHESES = (PEAKS, ADDS, BEATS, IN_RANGE)
PRESETS = {
    "short": dict(n_seeds=6, half_cycle=450, n_cycles=2, n_components=512),
    "published": dict(n_seeds=10, half_cycle=2250, n_cycles=2, n_components=None),
}
N_LAYERS = 3
RANGE = (1e-4, 10.0)  # learning rates of the range test
N_RANGE = 20  # measurements in it
N_IN_RANGE = 5_000  # training images on which is measured in it


@dataclass(frozen=True, eq=False)
class RangeTest:
    """Loss and accuracy while the learning rate rises, from step to step by the same factor (Smith 2017, section 3.3).

    Attributes
    ----------
    rates : array (T,)
        Learning rates at which was measured.
    loss, accuracy : array (T, n_seeds)
        On the training images.
    validation_loss, validation_accuracy : array (T, n_seeds)
        On the validation images.
    """

    rates: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    validation_loss: np.ndarray
    validation_accuracy: np.ndarray

    @property
    def best(self) -> np.ndarray:
        """The learning rate with the highest validation accuracy of each network, (n_seeds,)."""
        return self.rates[np.argmax(self.validation_accuracy, axis=0)]

    def describe(self) -> str:
        """Return where accuracy is highest, in a sentence."""
        means = self.validation_accuracy.mean(axis=1)
        return (
            f"Range test: while the learning rate rises from {self.rates[0]:.2g} to {self.rates[-1]:.2g}, the mean "
            f"validation accuracy of {self.accuracy.shape[1]} networks reaches {means.max():.3f} at "
            f"{self.rates[means.argmax()]:.2g} and ends at {means[-1]:.3f}."
        )


@dataclass(frozen=True, eq=False)
class Courses:
    """Networks along two schedules, and the range test.

    Attributes
    ----------
    cycled : Cycled
        Cost, loss and accuracy with triangles and with one cosine.
    range_test : RangeTest
        Loss and accuracy while the learning rate rises.
    """

    cycled: Cycled
    range_test: RangeTest


@experiment(TITLE, PRESETS)
def run(
    *,
    images: StandardImages | None = None,
    half_cycle: int,
    n_cycles: int,
    n_components: int | None,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Train dense networks of 3 layers with batch norm along triangles and along one cosine, and test the range.

    The ``details`` of the result are cost, loss and accuracy on the way, and the range test: `Courses`.

    Parameters
    ----------
    half_cycle : int, optional
        Steps from the lowest learning rate to the highest, at least 10.
    n_cycles : int, optional
        Number of cycles of the learning rate, at least 2.
    """
    whole(half_cycle, "half_cycle", least=N_RANGE // 2)
    whole(n_cycles, "n_cycles", least=2)
    images = images_for(images, n_components)
    how: dict[str, Any] = dict(half_cycle=half_cycle, n_cycles=n_cycles)
    steps = 2 * half_cycle * n_cycles

    def cosine(step):
        return LOWEST + (HIGHEST - LOWEST) * (1 + np.cos(np.pi * step / steps)) / 2

    conditions = {TRIANGLES: DeepNet(N_LAYERS), COSINE: DeepNet(N_LAYERS, learning_rate=cosine)}
    cycled, nets = along_cycles(conditions, images, **how, seeds=seeds, show=show)
    tested = {name: accuracy(own, images.X_test, images.y_test) for name, own in nets.items()}
    found = Courses(cycled, range_test(images, half_cycle=half_cycle, seeds=seeds, show=show))
    return Findings(
        protocol=f"{describe_nets(images, **how, n_layers=[N_LAYERS])} The cosine falls from {HIGHEST:g} to {LOWEST:g} "
        f"once, in {steps:,} steps; in the range test the learning rate rises from {RANGE[0]:g} to {RANGE[1]:g} in "
        f"{2 * half_cycle:,}.{describe_diverged(nets.values())}{describe_images(images.name, 'CIFAR-10')}",
        sweeps=_sweeps(found),
        verdicts=judge(found, tested),
        details=found,
    )


def range_test(images: StandardImages, *, half_cycle: int, seeds: Sequence[int], show: bool = False) -> RangeTest:
    """Return loss and accuracy of networks whose learning rate rises during the steps of one cycle.

    Parameters
    ----------
    images : lecture.experiments.standard_images.StandardImages
        What to train on.
    half_cycle : int
        Half as many steps as are made.
    seeds : sequence of int
        Seeds of the initial weights.
    show : bool
        Whether to show a progress bar.
    """
    steps, (low, high) = 2 * half_cycle, RANGE

    def rising(step):
        return low * (high / low) ** (step / steps)

    nets = trained(
        {"": DeepNet(N_LAYERS, learning_rate=rising)},
        images,
        half_cycle=half_cycle,
        n_cycles=1,
        seeds=seeds,
        record=evenly(steps, N_RANGE)[1:],
        n_measured=min(N_IN_RANGE, len(images.X)),
        show=show,
    )[""]
    rates = rates_at(rising, nets.steps)
    return RangeTest(rates, nets.loss, nets.accuracy, nets.test_loss, nets.test_accuracy)


def judge(found: Courses, tested: Mapping[str, np.ndarray]) -> tuple[Verdict, ...]:
    """Return the verdicts on the courses, and on test accuracies (n_seeds,) by schedule."""
    cycled = found.cycled
    ends = [cycled.at(TRIANGLES, end) for end in cycled.ends]
    later = [cycled.at(TRIANGLES, end + cycled.half_cycle) for end in cycled.ends[:-1]]
    return (
        PEAKS.judge(np.mean(ends[:-1], axis=0) - np.mean(later, axis=0)),
        ADDS.judge(ends[-1] - ends[0]),
        BEATS.judge(tested[TRIANGLES] - tested[COSINE]),
        IN_RANGE.judge(np.log10(found.range_test.best / HIGHEST)),
    )


def _sweeps(found: Courses):
    """Accuracy along the training, and over the learning rate of the range test."""
    course, ranged = found.cycled, found.range_test
    along = {name: course.curves[name, "accuracy", "validation"] for name in SCHEDULES}
    over = {"training": ranged.accuracy, "validation": ranged.validation_accuracy}
    rates = tuple(float(f"{rate:.3g}") for rate in ranged.rates)
    return (
        Sweep("Along the training", tuple(course.steps.tolist()), "step", "validation accuracy", along),
        Sweep("Range test", rates, "learning rate", "accuracy", over, log_x=True),
    )
