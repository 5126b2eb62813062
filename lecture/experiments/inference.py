"""Which mean and variance should batch norm use once training is over?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture.checks import whole
from lecture.experiments.deep_nets import BATCH, EPSILON, DeepNet, describe_diverged, describe_nets, images_for, trained
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.images import describe_images
from lecture.experiments.judgement import Hypothesis, Verdict
from lecture.experiments.protocol import evenly
from lecture.experiments.result import Sweep
from lecture.experiments.standard_images import StandardImages
from lecture.from_scratch import BatchNorm, Dense, Net
from lecture.replicas import Replicas

TITLE = "Which mean and variance should batch norm use once training is over?"
QUICK, SLOW = MOMENTA = (0.9, 0.99)
POPULATION, OWN = "training images", "each batch's own"
MOVING = {momentum: f"moving averages, {momentum:g}" for momentum in MOMENTA}
STATISTICS = (*MOVING.values(), POPULATION, OWN)
LAG = Hypothesis(
    "Moving averages lag behind while the learning rate is high.",
    "validation accuracy with statistics of training images minus with moving averages (0.99), highest learning rate",
    0.01,
)
NO_MATTER = Hypothesis(
    "At the end of a cycle it does not matter whether averages move.",
    "validation accuracy with statistics of training images minus with moving averages (0.9), at the end",
    0.005,
    absent=True,
)
AS_GOOD = Hypothesis(
    "The statistics of the batch that is predicted are as good.",
    "validation accuracy with each batch's own statistics minus with moving averages (0.9), at the end",
    0.005,
    absent=True,
)
FURTHER = Hypothesis(
    "The larger the momentum, the further they lag behind.",
    "validation accuracy with moving averages of momentum 0.9 minus with 0.99, highest learning rate",
    0.01,
)
HYPOTHESES = (LAG, FURTHER, NO_MATTER, AS_GOOD)
PRESETS = {
    "short": dict(n_seeds=6, half_cycle=450, n_cycles=1, n_components=512),
    "published": dict(n_seeds=10, half_cycle=2250, n_cycles=2, n_components=512),
}
N_LAYERS = 9
N_POPULATION = 5_000  # training images whose statistics are taken


@dataclass(frozen=True, eq=False)
class Predicted:
    """Validation accuracy of the same networks with different statistics.

    Attributes
    ----------
    steps : tuple of int
        Steps after which was predicted.
    accuracy : dict of str to array (T, n_seeds)
        By whose statistics were used.
    """

    steps: tuple[int, ...]
    accuracy: dict[str, np.ndarray]

    def at(self, statistics: str, step: int) -> np.ndarray:
        """Return the accuracies with some statistics after a step, (n_seeds,)."""
        return self.accuracy[statistics][self.steps.index(step)]


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
    """Train dense networks of 9 layers with batch norm, and predict on the way with four kinds of statistics.

    The ``details`` of the result are the accuracies: `Predicted`.

    Parameters
    ----------
    half_cycle : int, optional
        Steps from the lowest learning rate to the highest, at least 2.
    """
    whole(half_cycle, "half_cycle", least=2)
    whole(n_cycles, "n_cycles", least=1)
    images = images_for(images, n_components)
    how: dict[str, Any] = dict(half_cycle=half_cycle, n_cycles=n_cycles)
    steps = evenly(2 * half_cycle * n_cycles, 4 * n_cycles)[1:]
    nets = {}
    for momentum in MOMENTA:  # one after the other, so that the second needs no program of its own
        net = {momentum: DeepNet(N_LAYERS, momentum=momentum)}
        nets |= trained(net, images, **how, seeds=seeds, record=steps, n_measured=BATCH, keep="all", show=show)
    found = predicted(nets, images)
    return Findings(
        protocol=f"{describe_nets(images, **how, n_layers=[N_LAYERS])} Moving averages with momentum 0.9 and 0.99 move "
        f"along the same training. Statistics of training images are those of {N_POPULATION:,}, computed layer by "
        f"layer when it stops; predictions are made for {len(images.X_val):,} validation images, those with a batch's "
        f"own statistics for {BATCH} at a time.{describe_diverged([nets[QUICK]])}"
        f"{describe_images(images.name, 'CIFAR-10')}",
        sweeps=(Sweep("Statistics", found.steps, "step", "validation accuracy", found.accuracy),),
        verdicts=judge(found, half_cycle),
        details=found,
    )


def judge(found: Predicted, half_cycle: int) -> tuple[Verdict, ...]:
    """Return the verdicts on accuracies in the middle of the last cycle and at its end."""
    end = found.steps[-1]
    high = end - half_cycle

    def gain(statistics, other, step):
        return found.at(statistics, step) - found.at(other, step)

    return (
        LAG.judge(gain(POPULATION, MOVING[SLOW], high)),
        FURTHER.judge(gain(MOVING[QUICK], MOVING[SLOW], high)),
        NO_MATTER.judge(gain(POPULATION, MOVING[QUICK], end)),
        AS_GOOD.judge(gain(OWN, MOVING[QUICK], end)),
    )


def predicted(nets: Mapping[float, Replicas], images: StandardImages) -> Predicted:
    """Return the validation accuracies at the recorded steps.

    Parameters
    ----------
    nets : dict of float to Replicas
        The same training with each momentum, all weights kept.
    images : lecture.experiments.standard_images.StandardImages
        What was trained on, and what is predicted.
    """
    found = {MOVING[momentum]: own.test_accuracy for momentum, own in nets.items()}
    either = nets[QUICK]  # moving averages do not change what is learnt
    others = np.array([[by_statistics(net, images) for net in at_step] for at_step in recorded(either)])
    found |= {POPULATION: others[..., 0], OWN: others[..., 1]}
    return Predicted(tuple(either.steps.tolist()), found)


def by_statistics(net: Net, images: StandardImages) -> tuple[float, float]:
    """Return the validation accuracy with statistics of training images, and with those of each batch.

    Parameters
    ----------
    net : lecture.from_scratch.Net
        Network with batch norm.
    images : lecture.experiments.standard_images.StandardImages
        Images of the training and of the validation.
    """
    X, classes = images.X_val, images.y_val.argmax(axis=1)
    with np.errstate(all="ignore"):  # of a network that has diverged
        refreshed = BatchNorm.refreshed(net, images.X[:N_POPULATION]).astype("float32")
        batches = [net.signals(X[at : at + BATCH], training=True)[-1].a for at in range(0, len(X), BATCH)]
        outputs = refreshed.signals(X)[-1].a, np.concatenate(batches)
    population, own = (float((each.argmax(axis=1) == classes).mean()) for each in outputs)
    return population, own


def recorded(nets: Replicas) -> Iterator[list[Net]]:
    """Yield the networks at each recorded step, in NumPy; their moving averages are those of the beginning.

    Parameters
    ----------
    nets : Replicas
        Networks with batch norm, all weights kept.
    """
    shapes = [array.shape[1:] for array in nets.weights]
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
    for rows in nets.kept["all"]:
        yield [
            as_net([part.reshape(shape) for part, shape in zip(np.split(row, ends), shapes)], EPSILON) for row in rows
        ]


def as_net(weights: Sequence[np.ndarray], epsilon: float) -> Net:
    """Return a ReLU network with batch norm in NumPy.

    Parameters
    ----------
    weights : sequence of array
        Kernel, bias, γ and β of each hidden layer, then kernel and bias of the output.
    epsilon : float
        ε of batch norm.
    """
    layers = []
    for at in range(0, len(weights) - 2, 4):
        kernel, bias, gamma, beta = weights[at : at + 4]
        zeros, ones = np.zeros_like(beta), np.ones_like(beta)
        norm = BatchNorm(gamma, beta, zeros, ones, epsilon=epsilon, activation="relu", dtype="float32")
        layers += [Dense(kernel, bias, "linear", dtype="float32"), norm]
    return Net((*layers, Dense(*weights[-2:], "softmax", dtype="float32")), "categorical_crossentropy")
