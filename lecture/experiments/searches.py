"""Searches for points with a zero gradient, from many starts, on the landscapes of small networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lecture import landscape
from lecture.experiments.protocol import compare_to_the_end
from lecture.experiments.radii import MSE, RatiosOverRadii, ratios_over_radii
from lecture.landscape.spectrum import Spectrum
from lecture.landscape.stationary import KINDS, Stationary
from lecture.replicas import Replicas

AT_RANDOM, ON_THE_WAY, SMALLER, TRAINED = STARTS = ("at random", "on the way", "smaller networks", "trained")
FROM_ANYWHERE, REACHED = STARTS[:2], KINDS[:2]
RADII = (2e-7, 1e-5, 1e-3)
ON_THE_WAY_AFTER = (10, 100, 1000)  # steps of training
SPREADS = (0.3, 1.0)  # standard deviations of random weights
MOST_USED = 2  # units that smaller networks have, at most
RATE = 0.01


@dataclass(frozen=True, eq=False)
class Task:
    """A function, and the network with one hidden layer that fits it.

    Attributes
    ----------
    X, y : arrays (n, n_inputs) and (n, n_outputs)
        Points and values.
    n_units : int
        Number of hidden units.
    activation : str
        Their activation.
    """

    X: np.ndarray
    y: np.ndarray
    n_units: int
    activation: str = "tanh"

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Inputs, hidden units, outputs."""
        return self.X.shape[1], self.n_units, self.y.shape[1]


@dataclass(frozen=True, eq=False)
class Searches:
    """Where searches for a zero gradient ended.

    Attributes
    ----------
    task : Task
        What is fitted, by which network.
    n_seeds : int
        Number of seeds.
    ends : dict of str to lecture.landscape.Stationary
        Ends of the searches by their kind of start, one for each start and seed, all seeds of a start together.
    ratios : RatiosOverRadii
        Minimal ratios at the stationary points.
    """

    task: Task
    n_seeds: int
    ends: dict[str, Stationary]
    ratios: RatiosOverRadii

    @cached_property
    def loss(self) -> np.ndarray:
        """Loss of the stationary points that were reached, whatever the start: (K,)."""
        return np.concatenate([end.loss[end.reached] for end in self.ends.values()])

    @cached_property
    def spectra(self) -> Spectrum:
        """Eigenvalues there, (K, P)."""
        values = [end.spectra.values[end.reached] for end in self.ends.values()]
        return Spectrum(np.concatenate(values), self.ends[TRAINED].spectra.tolerance)

    @cached_property
    def seeds(self) -> np.ndarray:
        """Number of the seed that led to each of them, (K,)."""
        return np.concatenate([np.flatnonzero(end.reached) % self.n_seeds for end in self.ends.values()])

    def share(self, kinds: Sequence[str], starts: Sequence[str] = STARTS) -> np.ndarray:
        """Return which share of the searches from some starts ended in one of some ways, (n_seeds,)."""
        ended = np.concatenate([self.ends[start].kind.reshape(-1, self.n_seeds) for start in starts])
        return np.isin(ended, kinds).mean(axis=0)

    def per_seed(self, values: np.ndarray, chosen: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Return the mean of a number over the chosen points of each seed that has some: (n,), n of the seeds."""
        seeds = self.seeds[chosen]
        sums, counts = (np.bincount(seeds, weights, self.n_seeds) for weights in (values[chosen], None))
        return sums[counts > 0] / counts[counts > 0]

    def lowest(self, kind: str) -> np.ndarray:
        """Return the weights of the lowest stationary point of a kind, (1, P); (0, P) if none was reached."""
        ends = self.ends.values()
        losses = np.concatenate([end.loss[end.kind == kind] for end in ends])
        points = np.concatenate([end.points[end.kind == kind] for end in ends])
        return points[np.argsort(losses)[:1]]

    def describe(self) -> str:
        """Return how the searches from each kind of start ended."""
        return "; ".join(f"{start}: {end.describe()}" for start, end in self.ends.items())


def trained(task: Task, *, steps: int, seeds: Sequence[int], show: bool = False) -> dict[int, Replicas]:
    """Return trained networks by the number of hidden units that they use.

    All have as many units as the task says; weights of units that are not used are zero.

    Parameters
    ----------
    task : Task
        What to fit.
    steps : int
        Number of update steps.
    seeds : sequence of int
        Seeds of the initial weights.
    show : bool
        Whether to show a progress bar.
    """
    used = [*range(1, min(MOST_USED, task.n_units - 1) + 1), task.n_units]
    return compare_to_the_end(
        {n: dict(widths=np.full((len(seeds), 1), n)) for n in used},
        task.X,
        task.y,
        hidden=(task.n_units,),
        activation=task.activation,
        output="linear",
        loss=MSE,
        learning_rate=RATE,
        steps=steps,
        dtype="float64",
        seeds=seeds,
        record=ON_THE_WAY_AFTER,
        keep="all",
        show=show,
    )


def starts_of(task: Task, nets: Mapping[int, Replicas]) -> dict[str, np.ndarray]:
    """Return weights to search from by their kind, (n_starts, n_seeds, P).

    They are drawn at random; those on the way of a training; those of smaller networks that were trained, the
    smallest of which is the best constant; and those in the end of a training.

    Parameters
    ----------
    task : Task
        What was fitted.
    nets : dict of int to Replicas
        Trained networks by the number of hidden units that they use.
    """
    *smaller, full = nets.values()
    on_the_way, shape = full.kept["all"], full.kept["all"].shape[1:]
    rngs = [np.random.default_rng([seed, 7]) for seed in full.seeds]
    constant = np.zeros(shape)
    constant[:, -task.y.shape[1] :] = task.y.mean(axis=0)
    return {
        AT_RANDOM: np.stack([[rng.normal(scale=spread, size=shape[1]) for rng in rngs] for spread in SPREADS]),
        ON_THE_WAY: on_the_way[: len(ON_THE_WAY_AFTER)],
        SMALLER: np.stack([constant, *(net.kept["all"][-1] for net in smaller)]),
        TRAINED: on_the_way[-1:],
    }


def searched(task: Task, nets: Mapping[int, Replicas], *, steps: int, n_samples: int) -> Searches:
    """Return where searches from all starts end, and minimal ratios there.

    Parameters
    ----------
    task : Task
        What was fitted.
    nets : dict of int to Replicas
        Trained networks by the number of hidden units that they use.
    steps : int
        Number of steps of a search, at most.
    n_samples : int
        Number of samples of a minimal ratio.
    """
    full = nets[task.n_units]
    ends = {
        kind: landscape.stationary_points(
            full,
            task.X,
            task.y,
            rows.reshape(-1, rows.shape[-1]),
            steps=steps,
            downhill=0 if kind in FROM_ANYWHERE else steps,
            loss=MSE,
        )
        for kind, rows in starts_of(task, nets).items()
    }
    at = np.concatenate([end.points[end.reached] for end in ends.values()])
    return Searches(task, len(full), ends, ratios_over_radii(full, task.X, task.y, RADII, n=n_samples, at=at))
