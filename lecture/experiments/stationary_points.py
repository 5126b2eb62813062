"""What lies where the gradient is zero?"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from lecture.checks import whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.jackknife import pseudo_values
from lecture.experiments.judgement import Hypothesis, Verdict
from lecture.experiments.protocol import describe_sizes
from lecture.experiments.radii import FINE_RADII, RatiosOverRadii, ratios_over_radii
from lecture.experiments.result import Sweep
from lecture.experiments.searches import (
    FROM_ANYWHERE,
    ON_THE_WAY_AFTER,
    RADII,
    RATE,
    REACHED,
    SMALLER,
    STARTS,
    Searches,
    Task,
    searched,
    trained,
)
from lecture.landscape.stationary import KINDS
from lecture.replicas import Replicas
from lecture.words import digits

TITLE = "What lies where the gradient is zero?"
SINE, STEPS, LINEAR = TASKS = ("sine", "three steps", "linear")
LARGE = 1e-3
TOLERANCES = (1e-9, 1e-7, 1e-5)  # what counts as zero, as a share of the largest eigenvalue
RISES = {
    task: Hypothesis(
        f"The higher a stationary point lies, the more directions lead down: {task}.",
        f"rank correlation of the share of negative eigenvalues with the loss, {task} (jackknife over the seeds)",
        0.5,
    )
    for task in (SINE, STEPS)
}
FOUND = Hypothesis(
    "Where training passes, a stationary point is near.",
    f"share of the searches that reach a stationary point, from random weights and from weights on the way, {SINE}",
    0.5,
)
UNUSED = Hypothesis(
    "At the best fit of a smaller network, each unused unit leads down in one direction.",
    f"negative eigenvalues minus unused units, {STEPS}",
    0.25,
    absent=True,
)
SEEN = Hypothesis(
    "Samples see as many directions that lead up as there are.",
    f"minimal ratio by samples at radius {LARGE:g} minus that by eigenvalues, saddles of the {SINE}",
    0.1,
    absent=True,
)
KNOWN = Hypothesis(
    "In a linear network, the search finds the points that are known, and no others.",
    "share of the points with one of the known losses and its number of negative eigenvalues",
    0.99,
)
HYPOTHESES = (*RISES.values(), FOUND, UNUSED, SEEN, KNOWN)
PRESETS = {
    "short": dict(n_seeds=15, steps=3000, search_steps=100, n_samples=200),
    "published": dict(n_seeds=50, steps=10_000, search_steps=400, n_samples=500),
}


@dataclass(frozen=True, eq=False)
class Points:
    """Stationary points of three landscapes.

    Attributes
    ----------
    searches : dict of str to Searches
        By task: "sine", "three steps" and "linear".
    known : array (n_known, 2)
        Losses of the linear network's stationary points, and numbers of negative eigenvalues there.
    around : dict of str to RatiosOverRadii
        Ratios around a "saddle" of the sine and a "minimum" of the three steps, at many radii.
    """

    searches: dict[str, Searches]
    known: np.ndarray
    around: dict[str, RatiosOverRadii]


@experiment(TITLE, PRESETS)
def run(*, steps: int, search_steps: int, n_samples: int, seeds: Sequence[int], show: bool) -> Findings:
    """Search for points with a zero gradient from many starts, and look at the eigenvalues of the Hessian there.

    Two landscapes are those of small tanh networks. The third is that of a linear network, whose stationary points are
    all known. The ``details`` of the result are `Points`.

    Parameters
    ----------
    steps : int, optional
        Number of update steps of a training, at least 1,000.
    search_steps : int, optional
        Number of steps of a search, at most.
    n_samples : int, optional
        Number of samples of a minimal ratio, at each radius.
    """
    whole(steps, "steps", least=max(ON_THE_WAY_AFTER))
    whole(search_steps, "search_steps", least=1)
    whole(n_samples, "n_samples", least=1)
    given = tasks()
    nets = {name: trained(task, steps=steps, seeds=seeds, show=show) for name, task in given.items()}
    searches = {
        name: searched(task, nets[name], steps=search_steps, n_samples=n_samples) for name, task in given.items()
    }
    linear = given[LINEAR]
    points = Points(searches, known_points(linear.X, linear.y, linear.n_units), around(nets, searches, n_samples))
    networks = "; ".join(
        f"{name}: {describe_sizes(task.sizes)}, {task.activation}, {len(task.X)} points" for name, task in given.items()
    )
    return Findings(
        protocol=f"{networks}. The sine is sin(2πx) on [-1, 1], the steps are three tanh(5x) with noise of 0.1. "
        "Levenberg-Marquardt in float64 on the squared norm of the gradient with the "
        f"exact Hessian, {search_steps} steps at most, until the norm is below 1e-9; from smaller networks and from "
        f"trained ones as many steps downhill before. {steps:,} steps of Adam at {RATE:g}. Eigenvalues up to 1e-7 of "
        "the largest count as zero. Ends whose norm stays above are not counted: where the Hessian has nothing along "
        "the gradient they are called gradient-flat.",
        sweeps=_sweeps(searches),
        verdicts=judge(points),
        details=points,
    )


def judge(points: Points) -> tuple[Verdict, ...]:
    """Return the verdicts on the stationary points of all tasks."""
    sine, steps, linear = (points.searches[task] for task in TASKS)
    return (
        *(hypothesis.judge(rises(points.searches[task])) for task, hypothesis in RISES.items()),
        FOUND.judge(sine.share(REACHED, FROM_ANYWHERE)),
        UNUSED.judge(more_than_unused(steps)),
        SEEN.judge(at_saddles(sine, sine.ratios.at(LARGE) - sine.ratios.eigenvalues)),
        KNOWN.judge(linear.per_seed(is_known(linear, points.known))),
    )


def rises(searches: Searches) -> np.ndarray:
    """Return how the share of negative eigenvalues rises with the loss, rank correlations: (n_seeds,), or (1,)."""

    def correlation(seeds):
        chosen = np.isin(searches.seeds, seeds)
        ranked = searches.loss[chosen].round(9), searches.spectra.n_negative[chosen]
        return np.nan if any(np.ptp(values) == 0 for values in ranked) else stats.spearmanr(*ranked).statistic

    return pseudo_values(correlation, searches.n_seeds)


def tasks() -> dict[str, Task]:
    """Return the three tasks by their names."""
    x, few = np.linspace(-1, 1, 100)[:, None], np.linspace(-1, 1, 60)[:, None]
    rng = np.random.default_rng(5)
    steps = np.tanh(5 * (few + 0.6)) - np.tanh(5 * few) + np.tanh(5 * (few - 0.6))
    X = rng.normal(size=(60, 3))
    return {
        SINE: Task(x, np.sin(2 * np.pi * x), 6),
        STEPS: Task(few, steps + 0.1 * rng.normal(size=few.shape), 3),  # noise: no network fits it exactly
        LINEAR: Task(X, X @ rng.normal(size=(3, 3)) + 0.3 * rng.normal(size=(60, 3)), 2, "linear"),
    }


def known_points(X: np.ndarray, y: np.ndarray, n_units: int) -> np.ndarray:
    """Return loss and number of negative eigenvalues of all stationary points of a linear network, (n_known, 2).

    With one hidden layer it computes, at such a point, the least-squares fit seen in some of the fit's principal
    directions, at most as many as there are hidden units (Baldi & Hornik, 1989). The loss falls where a direction
    takes the place of a weaker one, and where a unit that is free takes one up: each pair is a negative eigenvalue.

    Parameters
    ----------
    X, y : arrays (n, n_inputs) and (n, n_outputs)
        Points and values; the fit has as many principal directions as the smaller of inputs and outputs.
    n_units : int
        Number of hidden units.
    """
    X, y = X - X.mean(axis=0), y - y.mean(axis=0)
    fit = X @ np.linalg.lstsq(X, y, rcond=None)[0]
    told = np.square(np.linalg.svd(fit, compute_uv=False))[: min(X.shape[1], y.shape[1])] / y.size
    directions, found = range(len(told)), []
    for n_kept in range(min(n_units, len(told)) + 1):
        for kept in itertools.combinations(directions, n_kept):
            missing = [direction for direction in directions if direction not in kept]
            exchanged = sum(one < other for one in missing for other in kept)  # the strongest comes first
            loss = np.mean(np.square(y - fit)) + told[missing].sum()
            found.append((loss, exchanged + (n_units - n_kept) * len(missing)))
    return np.array(found)


def is_known(searches: Searches, known: np.ndarray) -> np.ndarray:
    """Return whether each stationary point has one of the known losses and its negative eigenvalues, (K,) of bool."""
    same_loss = np.abs(searches.loss[:, None] - known[:, 0]) < 1e-6
    return (same_loss & (searches.spectra.n_negative[:, None] == known[:, 1])).any(axis=1)


def more_than_unused(searches: Searches) -> np.ndarray:
    """Return how many negative eigenvalues smaller networks have, minus units that they do not use: (n_seeds,).

    It is the mean over the smaller networks of a seed from which a stationary point was reached.
    """
    end, n_seeds = searches.ends[SMALLER], searches.n_seeds
    used = np.arange(len(end.kind) // n_seeds)[:, None]
    more = end.spectra.n_negative.reshape(-1, n_seeds) - (searches.task.n_units - used)
    reached = end.reached.reshape(-1, n_seeds)
    return (more * reached).sum(axis=0) / reached.sum(axis=0)


def at_saddles(searches: Searches, values: np.ndarray) -> np.ndarray:
    """Return the mean of a number (K,) over the saddles of each seed: the best constant, at least, is one."""
    return searches.per_seed(values, searches.spectra.n_negative > 0)


def around(
    nets: Mapping[str, Mapping[int, Replicas]], searches: Mapping[str, Searches], n_samples: int
) -> dict[str, RatiosOverRadii]:
    """Return ratios at many radii around some stationary points: those that were reached.

    They are the best constant and the lowest saddle of the sine, and the lowest minimum of the steps.

    Parameters
    ----------
    nets : dict of str to dict of int to Replicas
        Networks of each task by the number of hidden units that they use.
    searches : dict of str to Searches
        Stationary points of each task.
    n_samples : int
        Number of samples at each radius.
    """
    at = {
        "best constant": (SINE, searches[SINE].ends[SMALLER].points[:1]),
        "saddle": (SINE, searches[SINE].lowest("saddle")),
        "minimum": (STEPS, searches[STEPS].lowest("minimum")),
    }
    found = {}
    for name, (task, point) in at.items():
        if len(point):
            full, given = nets[task][searches[task].task.n_units], searches[task].task
            found[name] = ratios_over_radii(full, given.X, given.y, FINE_RADII, n=n_samples, at=point).of(0)
    return found


# What is shown


def _sweeps(searches):
    def over(name, x, x_name, y_name, values):
        curves = {task: np.stack(values(each)) for task, each in searches.items()}
        return Sweep(name, tuple(x), x_name, y_name, curves, log_x=x is TOLERANCES)

    ratios = over(
        "Minimal ratio at saddles",
        [*(f"samples at {digits(radius)}" for radius in RADII), "eigenvalues"],
        "ratio by",
        "share of directions that lead up",
        lambda each: [at_saddles(each, row) for row in (*each.ratios.sampled, each.ratios.eigenvalues)],
    )
    return (
        over(
            "How searches end",
            KINDS,
            "end",
            "share of the searches",
            lambda each: [each.share((kind,), FROM_ANYWHERE) for kind in KINDS],
        ),
        over(
            "Searches that arrive",
            STARTS,
            "start",
            "share of the searches",
            lambda each: [each.share(REACHED, (start,)) for start in STARTS],
        ),
        ratios,
        over(
            "What counts as zero",
            TOLERANCES,
            "share of the largest eigenvalue",
            "negative eigenvalues at saddles",
            lambda each: [at_saddles(each, each.spectra.at(zero).n_negative) for zero in TOLERANCES],
        ),
    )
