"""How strong should the penalty be, and what does a search for it tell?"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lecture.checks import real, whole
from lecture.experiments.deep_nets import DeepNet, accuracies, describe_diverged, describe_nets, images_for, trained
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images
from lecture.experiments.judgement import Compared, Hypothesis, Verdict
from lecture.experiments.protocol import swept
from lecture.experiments.result import Sweep
from lecture.experiments.standard_images import StandardImages
from lecture.intervals import interval
from lecture.words import digits

TITLE = "How strong should the penalty be, and what does a search for it tell?"
DEFAULT, FOUND = 0.005, 0.0072  # the report's: what it began with, and what its search found
COARSE = tuple(float(f"{value:.2g}") for value in np.geomspace(1e-5, 1e-1, 9))
WEAK, STRONG = COARSE[0], COARSE[-1]
BETTER = Hypothesis(
    "The penalty that the search found is better than the report's first one.",
    f"test accuracy of new networks with the λ that was found minus with λ = {DEFAULT:g}",
    0.005,
)
CURSE = Hypothesis(
    "The search overstates its winner.",
    "validation accuracy of the best of the fine search minus that of other networks with the same λ",
    0.002,
)
TOO_STRONG = Hypothesis(
    "A penalty that is too strong does more harm than hardly any.",
    f"validation accuracy with λ = {digits(WEAK)} minus with λ = {STRONG:g}, after one cycle",
    0.01,
)
HYPOTHESES = (BETTER, CURSE, TOO_STRONG)
PRESETS = {
    "short": dict(n_seeds=5, n_components=512, half_cycle=225, penalties=COARSE, n_new=5),
    "published": dict(n_seeds=5, n_components=None, half_cycle=2250, penalties=COARSE, n_new=10),
}
N_FINE, AROUND = 8, 6  # values of the fine search, and how far it goes to either side of the coarse one's best
NEW = 1000  # what is added to a seed for networks that the searches have not seen
REPORTED = {  # the report's: λ and validation accuracy of the best three
    "coarse": {0.0121770: 0.5406, 0.0127217: 0.545, 0.0143218: 0.5474},
    "fine": {0.0064463: 0.5388, 0.0072399: 0.5428, 0.0153036: 0.5398},
}
RETRAINED = {  # means of five runs of the report
    DEFAULT: {"training": 0.6167, "validation": 0.5411, "test": 0.5259},
    FOUND: {"training": 0.6082, "validation": 0.5387, "test": 0.5306},
}


@dataclass(frozen=True, eq=False)
class Stage:
    """One search: penalties, and the validation accuracy of new networks with each.

    Attributes
    ----------
    penalties : array (n,)
        λ, in increasing order.
    validation : array (n, n_seeds)
        Validation accuracies at the end of the training.
    """

    penalties: np.ndarray
    validation: np.ndarray

    @property
    def best(self) -> float:
        """λ with the highest mean accuracy."""
        return float(self.penalties[self.validation.mean(axis=1).argmax()])

    def intervals(self) -> np.ndarray:
        """Return mean and 95% confidence interval with each λ: rows mean, low, high, (3, n)."""
        return np.array([interval(row) for row in self.validation]).T

    def found(self) -> np.ndarray:
        """Return the λ that a search with one network for each finds, (n_seeds,)."""
        return self.penalties[self.validation.argmax(axis=0)]

    def overstated(self) -> np.ndarray:
        """Return by how much such a search overstates its winner, (n_seeds,).

        That is the winner's accuracy minus the mean of the other seeds' networks with the same λ.
        """
        best = self.validation.argmax(axis=0)
        n = self.validation.shape[1]
        of_winner = self.validation[best, np.arange(n)]
        others = (self.validation[best].sum(axis=1) - of_winner) / (n - 1)
        return of_winner - others


@dataclass(frozen=True, eq=False)
class Search:
    """A search for a penalty in two stages, and networks that were trained with what it found.

    Attributes
    ----------
    coarse, fine : Stage
        The two searches.
    again : dict of float to dict of str to array (n_new,)
        Accuracy of new networks by λ, and by which images: ``"training"``, ``"validation"``, ``"test"``.
    n_validation : int
        Number of validation images.
    reported : dict of float to float
        λ and validation accuracy of the report's best three of the fine search; empty if its images are not these.
    """

    coarse: Stage
    fine: Stage
    again: dict[float, dict[str, np.ndarray]]
    n_validation: int
    reported: dict[float, float] = field(default_factory=dict)

    @property
    def standard_error(self) -> float:
        """Standard error that an accuracy like the best has because it is counted on so many images."""
        best = self.fine.validation.mean(axis=1).max()
        return float(np.sqrt(best * (1 - best) / self.n_validation))

    @property
    def plateau(self) -> tuple[float, float]:
        """Smallest and largest λ around the fine search's best that are at most one standard error below it."""
        means = self.fine.validation.mean(axis=1)
        near, low = means >= means.max() - self.standard_error, int(means.argmax())
        high = low
        while low > 0 and near[low - 1]:
            low -= 1
        while high < len(near) - 1 and near[high + 1]:
            high += 1
        return float(self.fine.penalties[low]), float(self.fine.penalties[high])

    def describe(self) -> str:
        """Return in two sentences what was found."""
        (low, high), best = self.plateau, self.fine.validation.mean(axis=1).max()
        return (
            f"The best λ is {digits(self.coarse.best, 2)} in the coarse search and {digits(self.fine.best, 2)} in the "
            f"fine one, with a validation accuracy of {best:.1%}. Those from {digits(low, 2)} to {digits(high, 2)} are "
            f"at most one standard error, {self.standard_error:.1%}, below it."
        )


@experiment(TITLE, PRESETS)
def run(
    *,
    n_components: int | None,
    half_cycle: int,
    penalties: Sequence[float],
    n_new: int,
    seeds: Sequence[int],
    show: bool,
    images: StandardImages | None = None,
) -> Findings:
    """Search for a penalty, coarse to fine, with new networks for each, and train the best once more.

    The ``details`` of the result are the `Search`.

    Parameters
    ----------
    penalties : sequence of float, optional
        λ of the coarse search, above 0, 1e-05 and 0.1 among them. The fine one goes a factor of 6 to either side of
        its best.
    n_new : int, optional
        Number of new networks that are trained with the best λ and with 0.005.
    """
    coarse = swept(penalties, "penalties", lambda value: real(value, "penalties", above=0), needed=(WEAK, STRONG))
    whole(len(seeds), "n_seeds", least=2)
    whole(n_new, "n_new", least=1)
    whole(half_cycle, "half_cycle", least=1)
    train = _Trainer(images_for(images, n_components), half_cycle, show)
    first = train.stage(coarse, 1, seeds)
    second = train.stage(np.geomspace(first.best / AROUND, first.best * AROUND, N_FINE).tolist(), 2, seeds)
    again = train.nets(dict.fromkeys([second.best, DEFAULT, FOUND]), 2, range(NEW, NEW + n_new))
    images = train.images
    is_reports = images.name == "CIFAR-10"
    search = Search(
        first,
        second,
        {value: accuracies(nets, images) for value, nets in again.items()},
        len(images.X_val),
        REPORTED["fine"] if is_reports else {},
    )
    return Findings(
        protocol=describe_nets(images, half_cycle=half_cycle, n_cycles=2, n_layers=(3,))
        + f" Every λ has new networks. The coarse search has one cycle, the fine one has two, and so have {n_new} "
        f"networks with new initial weights at its best.{describe_diverged(train.kept)}"
        f"{describe_images(images.name, 'CIFAR-10')}",
        sweeps=_sweeps(search),
        verdicts=judge(search),
        compared=_compared(search) if is_reports else (),
        details=search,
    )


class _Trainer:
    """Trains networks with some penalties, and keeps them all."""

    def __init__(self, images, half_cycle, show):
        self.images, self.half_cycle, self.show, self.kept = images, half_cycle, show, []

    def nets(self, penalties, n_cycles, seeds):
        """Networks by their λ."""
        nets = {value: DeepNet(3, l2=value) for value in penalties}
        how = dict(half_cycle=self.half_cycle, n_cycles=n_cycles, seeds=seeds, show=self.show)
        found = trained(nets, self.images, **how)
        self.kept += found.values()
        return found

    def stage(self, penalties, n_cycles, seeds):
        """One search."""
        found = self.nets(penalties, n_cycles, seeds).values()
        scores = [accuracies(nets, self.images)["validation"] for nets in found]
        return Stage(np.array(penalties), np.array(scores))


def judge(search: Search) -> tuple[Verdict, ...]:
    """Return the verdicts on a search."""
    (weakest, strongest), again = search.coarse.validation[[0, -1]], search.again
    return (
        BETTER.judge(again[search.fine.best]["test"] - again[DEFAULT]["test"]),
        CURSE.judge(search.fine.overstated()),
        TOO_STRONG.judge(weakest - strongest),
    )


def _sweeps(search):
    def of(name, stage):
        return Sweep(
            name,
            tuple(float(f"{value:.2g}") for value in stage.penalties),
            "λ",
            "validation accuracy",
            {"": stage.validation},
            log_x=True,
        )

    return of("Coarse search, one cycle", search.coarse), of("Fine search, two cycles", search.fine)


def _compared(search):
    """The report's numbers beside ours."""
    stages = {"coarse": search.coarse, "fine": search.fine}
    found = []
    for name, stage in stages.items():
        at, score = max(REPORTED[name].items(), key=lambda pair: pair[1])
        found.append(Compared(f"best λ, {name} search", round(at, 4), 1, stage.found(), reading=0.0))
        found.append(Compared(f"its validation accuracy, {name} search", score, 1, stage.validation.max(axis=0)))
    for penalty, parts in RETRAINED.items():
        for part, number in parts.items():
            what = f"{part} accuracy, 3 layers, λ = {penalty:g}"
            found.append(Compared(what, number, 5, search.again[penalty][part], reading=5e-5))
    return tuple(found)
