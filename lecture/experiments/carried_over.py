"""Was the report's table of penalties one network that was trained on and on?"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lecture.checks import whole
from lecture.experiments.deep_nets import DeepNet, accuracies, describe_diverged, describe_nets, images_for, trained
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images
from lecture.experiments.judgement import Compared, Hypothesis, Verdict
from lecture.experiments.result import Sweep
from lecture.experiments.standard_images import StandardImages

TITLE = "Was the report's table of penalties one network that was trained on and on?"
TABLE_1 = (  # the report's: λ, accuracy on the training images, on the validation images
    (1.800743784850257e-05, 0.577267, 0.5110),
    (3.2945541252710264e-05, 0.622867, 0.5136),
    (3.800259933649657e-05, 0.654356, 0.5044),
    (5.575193640037552e-05, 0.676378, 0.4994),
    (8.926244452054713e-05, 0.691333, 0.4942),
    (0.00015937609509227097, 0.704289, 0.4906),
    (0.0001752824533379222, 0.713200, 0.4896),
    (0.00021797292259508874, 0.722222, 0.4858),
    (0.0002386878857881752, 0.728111, 0.4864),
    (0.00024259109093076895, 0.730867, 0.4790),
    (0.00046773961157889023, 0.733400, 0.4772),
    (0.0009682947335794582, 0.729089, 0.4874),
    (0.001166736352671299, 0.716822, 0.4912),
    (0.0017126201828583333, 0.695200, 0.5016),
    (0.0017742313726441265, 0.682133, 0.5170),
    (0.0024299266439643478, 0.665022, 0.5306),
    (0.00524855191741102, 0.630400, 0.5388),
    (0.012176982468910604, 0.600356, 0.5406),
    (0.01272173170997605, 0.600267, 0.5450),
    (0.014321784844573322, 0.598222, 0.5474),
    (0.03580624378621181, 0.558867, 0.5234),
    (0.036640478622647465, 0.556356, 0.5196),
    (0.06917781898608903, 0.528867, 0.5004),
    (0.08245534839102281, 0.519511, 0.4954),
    (0.08367422441145302, 0.521311, 0.4926),
)
WEAK = 5e-4  # penalties below hold hardly anything back: there the table's training accuracy rises
N_WEAK = sum(penalty < WEAK for penalty, *_ in TABLE_1)
OTHER = 1000  # what is added to the seeds from row to row, so that each has mini-batches of its own
RISES = Hypothesis(
    "Weights that are carried on let the training accuracy rise from row to row.",
    f"training accuracy in the last row with λ < {WEAK:g} minus in the first one, weights carried on",
    0.02,
)
FRESH = Hypothesis(
    "With new networks in each row it does not rise.",
    f"training accuracy in the last row with λ < {WEAK:g} minus in the first one, new networks",
    0.01,
    absent=True,
)
FORGOTTEN = Hypothesis(
    "A strong penalty makes a network forget what came before.",
    "training accuracy in the last row, weights carried on minus new networks",
    0.01,
    absent=True,
)
ONE_NET = Hypothesis(
    "The report's column comes from one network that was trained on and on.",
    "share of the published column's variance that follows ours, weights carried on minus new networks",
    0.2,
)
HYPOTHESES = (RISES, FRESH, FORGOTTEN, ONE_NET)
PRESETS = {
    "short": dict(n_seeds=5, n_components=512, half_cycle=300, every=3),
    "published": dict(n_seeds=5, n_components=None, half_cycle=2250, every=1),
}


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a table of penalties, from weights that are carried on and from new networks in each row.

    Attributes
    ----------
    penalties : array (n_rows,)
        λ of each row, in the order of training.
    carried, fresh : dict of str to array (n_rows, n_seeds)
        Accuracy of either kind on the ``"training"`` and on the ``"validation"`` images.
    published : dict of str to array (n_rows,)
        The report's column of either accuracy; empty if its images are not these.
    """

    penalties: np.ndarray
    carried: dict[str, np.ndarray]
    fresh: dict[str, np.ndarray]
    published: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def n_weak(self) -> int:
        """Number of rows with a weak penalty, which are the first ones."""
        return int((self.penalties < WEAK).sum())

    def distance(self, ours: dict[str, np.ndarray], part: str = "training") -> float:
        """Return the root mean square distance of our column, the mean of the seeds, from the published one."""
        return float(np.sqrt(np.mean((ours[part].mean(axis=1) - self.published[part]) ** 2)))

    def explained(self, ours: dict[str, np.ndarray]) -> np.ndarray:
        """Return the share of the published training column's variance that follows each seed's column, (n_seeds,).

        That is the squared correlation, which does not depend on how long the networks were trained as long as the
        columns have one shape; 0 if the correlation is negative, or our column is constant.
        """
        columns = ours["training"] - ours["training"].mean(axis=0)
        theirs = self.published["training"] - self.published["training"].mean()
        lengths = np.linalg.norm(columns, axis=0) * np.linalg.norm(theirs)
        correlation = (theirs @ columns) / np.where(lengths > 0, lengths, 1)
        return np.maximum(correlation, 0) ** 2

    def describe(self) -> str:
        """Return in sentences how the training accuracy goes along the rows."""
        last = self.n_weak - 1
        told = [
            f"{name} {values['training'][0].mean():.1%} in row 1, {values['training'][last].mean():.1%} in row "
            f"{last + 1}, {values['training'][-1].mean():.1%} in the last"
            for name, values in (("carried on", self.carried), ("new networks", self.fresh))
        ]
        beside = (
            f" The published column is {self.distance(self.carried):.1%} away from the first and "
            f"{self.distance(self.fresh):.1%} from the second, root mean square."
            if self.published
            else ""
        )
        return f"Training accuracy along {len(self.penalties)} rows: {'; '.join(told)}.{beside}"


@experiment(TITLE, PRESETS)
def run(
    *,
    n_components: int | None,
    half_cycle: int,
    every: int,
    seeds: Sequence[int],
    show: bool,
    images: StandardImages | None = None,
) -> Findings:
    """Train along the rows of the report's Table 1: with weights that are carried on, and with new ones in each row.

    The ``details`` of the result are the accuracies, `Rows`.

    Parameters
    ----------
    every : int, optional
        Which rows to take: the first, and every so many after it, at most 10.
    """
    whole(every, "every", least=1, most=N_WEAK - 1)
    whole(half_cycle, "half_cycle", least=1)
    images = images_for(images, n_components)
    table = np.array(TABLE_1[::every])
    nets = [DeepNet(3, l2=float(penalty)) for penalty in table[:, 0]]
    numbered = dict(enumerate(nets))
    fresh = list(trained(numbered, images, half_cycle=half_cycle, n_cycles=1, seeds=seeds, show=show).values())
    carried = _carried_on(nets, images, half_cycle=half_cycle, seeds=seeds, show=show)
    rows = Rows(
        table[:, 0],
        _accuracies(carried, images),
        _accuracies(fresh, images),
        dict(zip(("training", "validation"), table[:, 1:].T)) if images.name == "CIFAR-10" else {},
    )
    return Findings(
        protocol=describe_nets(images, half_cycle=half_cycle, n_cycles=1, n_layers=(3,))
        + f" {len(rows.penalties)} of the {len(TABLE_1)} rows of Table 1, each with its λ. Weights that are carried on "
        f"are those with which the row before has ended.{describe_diverged(fresh + carried)}"
        f"{describe_images(images.name, 'CIFAR-10')}",
        sweeps=_sweeps(rows),
        verdicts=judge(rows),
        compared=_compared(rows) if rows.published else (),
        details=rows,
    )


def judge(rows: Rows) -> tuple[Verdict, ...]:
    """Return the verdicts on the rows; that on the published column only if there is one."""
    carried, fresh, weak = rows.carried["training"], rows.fresh["training"], rows.n_weak - 1
    found = (
        RISES.judge(carried[weak] - carried[0]),
        FRESH.judge(fresh[weak] - fresh[0]),
        FORGOTTEN.judge(carried[-1] - fresh[-1]),
    )
    if rows.published:
        found += (ONE_NET.judge(rows.explained(rows.carried) - rows.explained(rows.fresh)),)
    return found


def _carried_on(nets, images, *, half_cycle, seeds, show):
    """The networks at the end of each row, each row begun with the weights of the one before."""
    found, before = [], None
    for row, net in enumerate(nets):
        own = [seed + OTHER * row for seed in seeds]
        before = trained({"net": net}, images, half_cycle=half_cycle, n_cycles=1, seeds=own, after=before, show=show)
        found.append(before["net"])
    return found


def _accuracies(nets, images):
    """Accuracy of each row's networks on the training and on the validation images, each (n_rows, n_seeds)."""
    measured = [accuracies(each, images) for each in nets]
    return {part: np.array([each[part] for each in measured]) for part in ("training", "validation")}


def _sweeps(rows):
    x = tuple(float(f"{penalty:.3g}") for penalty in rows.penalties)
    return tuple(
        Sweep(
            f"Along the rows, {part} images",
            x,
            "λ",
            f"{part} accuracy",
            {"weights carried on": rows.carried[part], "new networks": rows.fresh[part]},
            log_x=True,
        )
        for part in ("training", "validation")
    )


def _compared(rows):
    """The published training column beside the one with weights carried on."""
    return tuple(
        Compared(f"training accuracy, Table 1, λ = {penalty:.3g}, carried on", float(number), 1, values, reading=5e-5)
        for penalty, number, values in zip(rows.penalties, rows.published["training"], rows.carried["training"])
    )
