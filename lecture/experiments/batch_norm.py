"""Does batch norm help, and from which depth on?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lecture.checks import whole
from lecture.experiments.cycled import A_CYCLE, Cycled, along_cycles
from lecture.experiments.deep_nets import HIDDEN, DeepNet, accuracy, describe_diverged, describe_nets, images_for
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images
from lecture.experiments.judgement import Compared, Hypothesis, Verdict, beside_published
from lecture.experiments.result import Sweep
from lecture.experiments.standard_images import StandardImages
from lecture.replicas import Replicas

TITLE = "Does batch norm help, and from which depth on?"
WITHOUT, WITH = NORMS = ("without batch norm", "with batch norm")
SHALLOW, DEEP = DEPTHS = tuple(HIDDEN)
NO_MATTER = Hypothesis(
    "With three layers, batch norm makes no difference of 1%.",
    "test accuracy with batch norm minus without, 3 layers",
    0.01,
    absent=True,
)
HELPS = Hypothesis(
    "With nine layers, batch norm helps.",
    "test accuracy with batch norm minus without, 9 layers",
    0.01,
)
BY_FIVE = Hypothesis(
    "With nine layers, batch norm gains 5% of the images or more.",
    "test accuracy with batch norm minus without, 9 layers (in the report 0.074)",
    0.05,
)
DEEPER = Hypothesis(
    "Batch norm helps nine layers more than three.",
    "test accuracy with batch norm minus without, 9 layers minus 3 layers",
    0.01,
)
HYPOTHESES = (NO_MATTER, HELPS, BY_FIVE, DEEPER)
PRESETS = {
    "short": dict(n_seeds=6, half_cycle=450, n_cycles=2, n_components=512),
    "published": dict(n_seeds=10, half_cycle=2250, n_cycles=2, n_components=None),
}
# Test accuracies of the report (KTH DD2424, assignment 3), one run each: sections 3 and 4 …
PUBLISHED = {(3, WITHOUT): 0.5287, (3, WITH): 0.5308, (9, WITHOUT): 0.4021, (9, WITH): 0.4761}
# … and those of five runs, 3 layers with batch norm: section 5.
PUBLISHED_OF_FIVE = {"training": 0.6167, "validation": 0.5411, "test": 0.5259}
COPIES = 0.01  # by which accuracies may differ because the images are JPEG copies, or were split otherwise


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
    """Train dense networks of 3 and of 9 layers, with and without batch norm.

    The ``details`` of the result are cost, loss and accuracy on the way: a dict of
    `lecture.experiments.cycled.Cycled` by the number of layers.

    Parameters
    ----------
    half_cycle : int, optional
        Steps from the lowest learning rate to the highest, at least 4.
    """
    whole(half_cycle, "half_cycle", least=A_CYCLE // 2)
    whole(n_cycles, "n_cycles", least=1)
    images = images_for(images, n_components)
    how: dict[str, Any] = dict(half_cycle=half_cycle, n_cycles=n_cycles)
    courses, nets = {}, {}
    for depth in DEPTHS:
        conditions = {name: DeepNet(depth, **_norm(name)) for name in NORMS}
        courses[depth], found = along_cycles(conditions, images, **how, seeds=seeds, show=show)
        nets |= {(depth, name): own for name, own in found.items()}
    tested = {name: accuracy(own, images.X_test, images.y_test) for name, own in nets.items()}
    return Findings(
        protocol=f"{describe_nets(images, **how)}{describe_diverged(nets.values())}"
        f"{describe_images(images.name, 'CIFAR-10')}",
        sweeps=_sweeps(courses, tested, 2 * half_cycle * n_cycles),
        verdicts=judge(tested),
        compared=_compared(tested, nets[SHALLOW, WITH], images),
        details=courses,
    )


def judge(tested: Mapping[tuple[int, str], np.ndarray]) -> tuple[Verdict, ...]:
    """Return the verdicts on test accuracies (n_seeds,), by number of layers and "with" or "without batch norm"."""
    gains = {depth: tested[depth, WITH] - tested[depth, WITHOUT] for depth in DEPTHS}
    return (
        NO_MATTER.judge(gains[SHALLOW]),
        HELPS.judge(gains[DEEP]),
        BY_FIVE.judge(gains[DEEP]),
        DEEPER.judge(gains[DEEP] - gains[SHALLOW]),
    )


def _norm(name):
    return {} if name == WITH else {"epsilon": None}


def _sweeps(courses: Mapping[int, Cycled], tested, last):
    """Test accuracy, and how much of the accuracy in training is lost on new images."""
    lost = {
        name: np.stack([course.at(name, last, images="training") for course in courses.values()])
        - np.stack([course.at(name, last) for course in courses.values()])
        for name in NORMS
    }
    ends = {name: np.stack([tested[depth, name] for depth in DEPTHS]) for name in NORMS}
    layers = tuple(f"{depth} layers" for depth in DEPTHS)
    return (
        Sweep("Accuracy in the end", layers, "network", "test accuracy", ends),
        Sweep("Lost on new images", layers, "network", "training minus validation accuracy", lost),
    )


def _compared(tested, best: Replicas, images: StandardImages) -> tuple[Compared, ...]:
    """The report's accuracies beside ours, where the images are the report's."""
    if images.name != "CIFAR-10":
        return ()
    what = "test accuracy, {} layers {}"
    found = beside_published(PUBLISHED, tested, what, runs=1, reading=COPIES)
    of_five = {
        "training": accuracy(best, images.X, images.y),
        "validation": accuracy(best, images.X_val, images.y_val),
        "test": tested[SHALLOW, WITH],
    }
    what = "{} accuracy, 3 layers with batch norm"
    return found + beside_published(PUBLISHED_OF_FIVE, of_five, what, runs=5, reading=COPIES)
