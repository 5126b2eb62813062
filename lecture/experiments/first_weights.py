"""Does batch norm free a network from its initial weights, whatever its ε?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture.checks import whole
from lecture.experiments.deep_nets import (
    DeepNet,
    accuracies,
    describe_diverged,
    describe_nets,
    images_for,
    trained,
)
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images
from lecture.experiments.judgement import Compared, Hypothesis, Verdict
from lecture.experiments.result import Sweep
from lecture.experiments.standard_images import StandardImages

TITLE = "Does batch norm free a network from its initial weights, whatever its ε?"
HE = "he_normal"
STARTS = {"He": HE, "0.1": 0.1, "0.001": 1e-3, "0.0001": 1e-4}  # standard deviation of the initial weights
WITHOUT, KERAS, TORCH, SMALLEST = "no batch norm", "ε = 10⁻³", "ε = 10⁻⁵", "ε = 10⁻¹²"
NORMS = {WITHOUT: None, KERAS: 1e-3, TORCH: 1e-5, SMALLEST: 1e-12}
GIVEN = tuple(STARTS)[1:]  # those of the report
PENALTY = 0.0072
NOTHING = Hypothesis(
    "Without batch norm nothing is learnt from weights that are too large or too small.",
    "test accuracy without batch norm minus that of guessing, the largest of σ = 0.1, 0.001 and 0.0001",
    0.01,
    absent=True,
)
LARGE = Hypothesis(
    "With batch norm σ = 0.1 is as good as He's initial weights.",
    "test accuracy from He's initial weights minus from σ = 0.1, batch norm with ε = 10⁻⁵",
    0.03,
    absent=True,
)
SMALL = Hypothesis(
    "With batch norm and a small ε, σ = 0.001 is as good as He's initial weights.",
    "test accuracy from He's initial weights minus from σ = 0.001, batch norm with ε = 10⁻¹²",
    0.03,
    absent=True,
)
LEARNS = Hypothesis(
    "With batch norm and a small ε a network learns from any of these weights.",
    "test accuracy minus that of guessing, batch norm with ε = 10⁻¹², the smallest of σ = 0.1, 0.001 and 0.0001",
    0.1,
)
DEFAULT = Hypothesis(
    "With batch norm as Keras sets it by default a network learns from σ = 0.001, too.",
    "test accuracy minus that of guessing from σ = 0.001, batch norm with ε = 10⁻³",
    0.1,
)
DECIDES = Hypothesis(
    "ε decides which initial weights a network can learn from.",
    "test accuracy from σ = 0.0001, batch norm with ε = 10⁻¹² minus with ε = 10⁻⁵",
    0.1,
)
HYPOTHESES = (NOTHING, LARGE, SMALL, LEARNS, DEFAULT, DECIDES)
PRESETS = {
    "short": dict(n_seeds=5, n_components=512, half_cycle=400, n_cycles=1),
    "published": dict(n_seeds=5, n_components=None, half_cycle=2250, n_cycles=2),
}
PARTS = "training", "validation", "test"
PUBLISHED = {  # means of five runs of the report: training, validation, test; its ε is not known
    ("0.1", False): (0.1005, 0.0950, 0.1000),
    ("0.001", False): (0.1006, 0.0950, 0.1000),
    ("0.0001", False): (0.1006, 0.0950, 0.1000),
    ("0.1", True): (0.5816, 0.5134, 0.5114),
    ("0.001", True): (0.5593, 0.4958, 0.4917),
    ("0.0001", True): (0.5520, 0.4956, 0.4917),
}


@dataclass(frozen=True, eq=False)
class Started:
    """Accuracy of networks of nine layers by their initial weights and their batch norm.

    Attributes
    ----------
    starts, norms : tuple of str
        Names of the initial weights, and of the kinds of batch norm.
    accuracy : dict of str to array (n_starts, n_norms, n_seeds)
        By which images: ``"training"``, ``"validation"``, ``"test"``.
    guessing : float
        Test accuracy of a network that gives all images the commonest class.
    reported : dict of (str, bool) to float
        The report's test accuracies, by initial weights and whether with batch norm; empty if its images are not these.
    """

    starts: tuple[str, ...]
    norms: tuple[str, ...]
    accuracy: dict[str, np.ndarray]
    guessing: float
    reported: dict[tuple[str, bool], float]

    def of(self, start: str, norm: str, part: str = "test") -> np.ndarray:
        """Return the accuracies of the networks with some initial weights and some batch norm, (n_seeds,)."""
        return self.accuracy[part][self.starts.index(start), self.norms.index(norm)]

    def describe(self) -> str:
        """Return in a sentence how accurate the networks are."""
        rows = (
            f"from {_named(start)} "
            + ", ".join(f"{self.of(start, norm).mean():.1%} with {norm}" for norm in self.norms)
            for start in self.starts
        )
        return f"Test accuracy, means of {self.accuracy['test'].shape[-1]} seeds: {'; '.join(rows)}."


@experiment(TITLE, PRESETS)
def run(
    *,
    n_components: int | None,
    half_cycle: int,
    n_cycles: int,
    seeds: Sequence[int],
    show: bool,
    images: StandardImages | None = None,
) -> Findings:
    """Train networks of nine layers from He's and from the report's initial weights, with and without batch norm.

    The ``details`` of the result are the accuracies, `Started`.
    """
    whole(half_cycle, "half_cycle", least=1)
    whole(n_cycles, "n_cycles", least=1)
    images = images_for(images, n_components)
    nets = {
        (start, norm): DeepNet(9, epsilon, spread, PENALTY)
        for start, spread in STARTS.items()
        for norm, epsilon in NORMS.items()
    }
    found = trained(nets, images, half_cycle=half_cycle, n_cycles=n_cycles, seeds=seeds, show=show)
    is_reports = images.name == "CIFAR-10"
    measured = [accuracies(each, images) for each in found.values()]
    shape = len(STARTS), len(NORMS), len(seeds)
    started = Started(
        tuple(STARTS),
        tuple(NORMS),
        {part: np.reshape([each[part] for each in measured], shape) for part in PARTS},
        float(images.y_test.mean(axis=0, dtype=float).max()),
        {key: parts[-1] for key, parts in PUBLISHED.items()} if is_reports else {},
    )
    return Findings(
        protocol=describe_nets(images, half_cycle=half_cycle, n_cycles=n_cycles, n_layers=(9,))
        + f" Here the penalty is {PENALTY:g}; initial weights are He's or normal with standard deviation σ in all "
        f"layers. The report does not say its ε; ours of 10⁻¹² stands beside its numbers."
        f"{describe_diverged(found.values())}"
        f"{describe_images(images.name, 'CIFAR-10')}",
        sweeps=(
            Sweep(
                "Test accuracy",
                started.starts,
                "initial weights, σ",
                "test accuracy",
                dict(zip(started.norms, started.accuracy["test"].transpose(1, 0, 2))),
            ),
        ),
        verdicts=judge(started),
        compared=_compared(started) if is_reports else (),
        details=started,
    )


def judge(started: Started) -> tuple[Verdict, ...]:
    """Return the verdicts on the accuracies."""
    of, guessing = started.of, started.guessing
    without, smallest = ([of(start, norm) for start in GIVEN] for norm in (WITHOUT, SMALLEST))
    return (
        NOTHING.judge(np.max(without, axis=0) - guessing),
        LARGE.judge(of("He", TORCH) - of("0.1", TORCH)),
        SMALL.judge(of("He", SMALLEST) - of("0.001", SMALLEST)),
        LEARNS.judge(np.min(smallest, axis=0) - guessing),
        DEFAULT.judge(of("0.001", KERAS) - guessing),
        DECIDES.judge(of("0.0001", SMALLEST) - of("0.0001", TORCH)),
    )


def _named(start):
    return "He's initial weights" if start == "He" else f"σ = {start}"


def _compared(started):
    """The report's numbers beside ours: with batch norm beside those of the smallest ε."""
    return tuple(
        Compared(
            f"{part} accuracy, 9 layers, σ = {start}, {'with' if normalized else 'without'} batch norm",
            number,
            5,
            started.of(start, SMALLEST if normalized else WITHOUT, part),
            reading=5e-5,
        )
        for (start, normalized), numbers in PUBLISHED.items()
        for part, number in zip(PARTS, numbers)
    )
