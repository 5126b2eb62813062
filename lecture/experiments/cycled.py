"""What is measured along the cycles of a learning rate: cost, loss and accuracy, in training and in validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture.experiments.deep_nets import HIGHEST, LOWEST, DeepNet, trained
from lecture.experiments.protocol import evenly
from lecture.experiments.standard_images import StandardImages
from lecture.optimizers import Triangular
from lecture.replicas import Replicas
from lecture.words import counted, listed

N_MEASURED = 5_000  # training images on which is measured: all of them would take longer than the training
A_CYCLE = 8  # measurements in a cycle
RATES = A_CYCLE * 8  # points of a drawn learning rate, each cycle
TRAINING, VALIDATION = "training", "validation"
QUANTITIES = ("cost", "loss", "accuracy")


@dataclass(frozen=True, eq=False)
class Cycled:
    """Cost, loss and accuracy of networks along cycles of the learning rate.

    Attributes
    ----------
    steps : array (T,)
        Steps after which was measured.
    half_cycle : int
        Steps from the lowest learning rate to the highest.
    curves : dict of (str, str, str) to array (T, n_seeds)
        Measurements by network, quantity ("cost", "loss" or "accuracy") and images ("training" or "validation"). The
        cost is the loss with the penalty.
    rates : dict of str to (array (n,), array (n,))
        Steps and learning rates of each network.
    """

    steps: np.ndarray
    half_cycle: int
    curves: dict[tuple[str, str, str], np.ndarray]
    rates: dict[str, tuple[np.ndarray, np.ndarray]]

    @property
    def names(self) -> list[str]:
        """The networks."""
        return list(self.rates)

    @property
    def ends(self) -> list[int]:
        """The steps at which a cycle ends."""
        return list(range(2 * self.half_cycle, int(self.steps[-1]) + 1, 2 * self.half_cycle))

    def at(self, name: str, step: int, quantity: str = "accuracy", images: str = VALIDATION) -> np.ndarray:
        """Return what was measured of a network after a step, (n_seeds,)."""
        (row,) = np.flatnonzero(self.steps == step)
        return self.curves[name, quantity, images][row]

    def describe(self) -> str:
        """Return the course of the mean validation accuracy in sentences."""
        said = []
        for name in self.names:
            values = [f"{self.at(name, end).mean():.3f} after {end:,}" for end in self.ends]
            said.append(f"{name}: {listed(values)} steps")
        n_seeds = len(self.at(self.names[0], self.ends[0]))
        return f"Validation accuracy at the ends of cycles, means of {counted(n_seeds, 'network')}: {'; '.join(said)}."


def along_cycles(
    nets: Mapping[str, DeepNet],
    images: StandardImages,
    *,
    half_cycle: int,
    n_cycles: int,
    seeds: Sequence[int],
    show: bool = True,
) -> tuple[Cycled, dict[str, Replicas]]:
    """Train networks, one after the other, and measure each eight times in a cycle.

    Networks of the same shape that are trained one after the other all use the program that was compiled for the first.

    Parameters
    ----------
    nets : mapping of str to DeepNet
        Networks by name.
    images : lecture.experiments.standard_images.StandardImages
        What to train on.
    half_cycle : int
        Steps from the lowest learning rate to the highest, at least 4.
    n_cycles : int
        Number of cycles.
    seeds : sequence of int
        Seeds of the initial weights.
    show : bool
        Whether to show a progress bar.

    Returns
    -------
    cycled : Cycled
    trained : dict of str to Replicas

    Raises
    ------
    KeyboardInterrupt
        If training was interrupted.
    """
    steps = 2 * half_cycle * n_cycles
    how: dict[str, Any] = dict(half_cycle=half_cycle, n_cycles=n_cycles, seeds=seeds, show=show)
    how |= dict(record=evenly(steps, A_CYCLE * n_cycles), n_measured=min(N_MEASURED, len(images.X)), keep="all")
    found = {name: trained({name: net}, images, **how)[name] for name, net in nets.items()}
    curves = {}
    for name, own in found.items():
        penalty = nets[name].l2 * squares(own)
        curves |= {
            (name, quantity, where): values
            for where, loss, accuracy in (
                (TRAINING, own.loss, own.accuracy),
                (VALIDATION, own.test_loss, own.test_accuracy),
            )
            for quantity, values in zip(QUANTITIES, (loss + penalty, loss, accuracy))
        }
    drawn = np.array(evenly(steps, RATES * n_cycles))
    usual = Triangular(LOWEST, HIGHEST, half_cycle)
    rates = {
        name: (drawn, rates_at(usual if net.learning_rate is None else net.learning_rate, drawn))
        for name, net in nets.items()
    }
    first = next(iter(found.values()))
    return Cycled(first.steps, half_cycle, curves, rates), found


def rates_at(schedule: Any, steps: np.ndarray) -> np.ndarray:
    """Return the learning rates at some steps; ``schedule`` is a number or a function of the step."""
    return np.array([float(schedule(step) if callable(schedule) else schedule) for step in steps])


def squares(nets: Replicas) -> np.ndarray:
    """Return the sum of all squared weights, without biases, γ and β, at the recorded steps: (T, n_seeds)."""
    rows, total, begin = nets.kept["all"], 0.0, 0
    for array in nets.weights:  # kernels are (n_seeds, p, q), the others (n_seeds, q)
        end = begin + array[0].size
        if array.ndim == 3:
            part = rows[..., begin:end]
            total = total + np.einsum("tri,tri->tr", part, part)
        begin = end
    return np.asarray(total)
