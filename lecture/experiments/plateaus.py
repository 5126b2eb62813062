"""Where does training stop, and does a minimal ratio tell what lies there?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from lecture import landscape
from lecture.checks import whole
from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.jackknife import pseudo_values
from lecture.experiments.judgement import NOT_NEGATIVE, Compared, Hypothesis, Verdict
from lecture.experiments.kinked_fits import KinkedFit, best_fit
from lecture.experiments.protocol import compare_to_the_end, describe_sizes, evenly
from lecture.experiments.radii import FINE_RADII, MSE, RatiosOverRadii, as_asked, ratios_over_radii
from lecture.experiments.result import Sweep
from lecture.replicas import Replicas
from lecture.words import digits

TITLE = "Where does training stop, and does a minimal ratio tell what lies there?"
# A student report (MLDS 2018, homework 1-2): half a sine, a network whose gradient was called "almost zero" below 0.03.
HIDDEN = (4, 3)
TINY, LARGE = 2e-7, 1e-3  # radius of the report's samples, and one at which they see the curvature
RADII = (TINY, 1e-5, LARGE, 1e-2, 1e-1)
FITS = ((0, True), (1, True), (1, False), (2, False))  # kinks, and whether the first piece is flat
HIGH = 0.08  # losses above are called high
ZERO = 1e-6  # norm of a gradient below which samples at the report's radius see the curvature
STOPPED, SETTLED = "as training stops", "settled"
SMALLER = Hypothesis(
    "Training ends at the best fit of a smaller network.",
    "share of the runs whose loss is within 5% of the best line with no, one or two kinks",
    0.5,
)
AT_ZERO = Hypothesis(
    "Where training stops, the gradient is zero.", f"share of the runs in which its norm is below {digits(ZERO)}", 0.5
)
CURVED = Hypothesis(
    "Samples at the report's radius see the curvature.",
    f"share of the samples at radius {digits(TINY)} in which the curvature moves the loss more than the slope does",
    0.5,
)
SAME = Hypothesis(
    "The ratio does not change when the last slope is gone.",
    f"ratio at radius {digits(TINY)} of runs that settled, minus before",
    0.1,
    absent=True,
)
AGREE = Hypothesis(
    "Samples and eigenvalues give the same ratio.",
    f"ratio by samples at radius {LARGE:g} minus that by eigenvalues, settled",
    0.1,
    absent=True,
)
FALLS = Hypothesis(
    "The higher the loss, the smaller the share of positive eigenvalues.",
    "minus the rank correlation of the loss with the ratio by eigenvalues, settled (jackknife over the runs)",
    0.3,
)
PRECISE = Hypothesis(
    "Rounding has nothing to do with ratios near zero.",
    f"share of the runs with a ratio below 0.01 at radius {digits(TINY)}, in float32 minus in float64",
    0.05,
    absent=True,
)
HYPOTHESES = (SMALLER, AT_ZERO, CURVED, SAME, AGREE, FALLS, PRECISE)
PRESETS = {
    "short": dict(n_seeds=100, n_points=200, batch_size=50, steps=7500, settling_steps=4000, n_samples=200),
    "published": dict(n_seeds=100, n_points=50_000, batch_size=1000, steps=7500, settling_steps=7500, n_samples=500),
}
PUBLISHED_LOSSES = (0.095, 0.061, 0.004, 0.001)  # clusters in the report's figure, which its text calls .95 and .06
PUBLISHED_HIGH, PUBLISHED_ZERO = 0.38, 0.29  # shares of its 100 runs: loss above 0.08, ratio below 0.01
PUBLISHED_GOOD = 0.48  # minimal ratio of its best runs, from 0.43 to 0.53
N_MEASURED = 200
N_RECORDED = 60
RATE = 0.001


@dataclass(frozen=True, eq=False)
class Stop:
    """What lies where training stopped.

    Attributes
    ----------
    losses, norms : array (n_seeds,)
        Loss, and norm of its gradient.
    spectra : lecture.landscape.Spectrum
        Eigenvalues of the Hessians, (n_seeds, 27).
    ratios : RatiosOverRadii
        Minimal ratios.
    in_float32, in_float64 : array (n_seeds,)
        Minimal ratio as the report took it, at radius 2e-7 by samples that leave the output's bias as it is, in single
        and in double precision.
    """

    losses: np.ndarray
    norms: np.ndarray
    spectra: landscape.Spectrum
    ratios: RatiosOverRadii
    in_float32: np.ndarray
    in_float64: np.ndarray

    @property
    def dead(self) -> np.ndarray:
        """Runs in which no weight but one matters, the output's bias: (n_seeds,) of bool."""
        return (self.spectra.n_zero == self.spectra.values.shape[-1] - 1) & (self.in_float64 == 0)


@dataclass(frozen=True, eq=False)
class Plateaus:
    """Runs on their way down, the best fits that they may end at, and what lies where they stop.

    Attributes
    ----------
    x, y : array (n,)
        Points of the measurements, and values of the function there.
    fits : tuple of KinkedFit
        Best lines with no, one and two kinks.
    steps : array (T,)
        Recorded steps.
    losses : array (T, n_seeds)
        Loss on the training points along the training.
    stops : dict of str to Stop
        What lies there "as training stops", and once "settled", after more steps on all points.
    outputs : array (n_seeds, n)
        Outputs of the settled networks.
    around : dict of str to RatiosOverRadii
        Ratios around single runs, at many radii.
    """

    x: np.ndarray
    y: np.ndarray
    fits: tuple[KinkedFit, ...]
    steps: np.ndarray
    losses: np.ndarray
    stops: dict[str, Stop]
    outputs: np.ndarray
    around: dict[str, RatiosOverRadii]

    def places(self, stop: str = SETTLED) -> np.ndarray:
        """Return the number of the fit where each run ended, -1 where it is none of them: (n_seeds,)."""
        return nearest(self.stops[stop].losses, [fit.loss for fit in self.fits])

    def fit(self, kinks: int, flat: bool = False) -> KinkedFit:
        """Return the best line with 0 to 4 kinks, with a constant first piece if it is to be flat."""
        return best_fit(self.x, self.y, kinks=kinks, flat=flat)

    def ended_at(self, fit: KinkedFit) -> np.ndarray:
        """Return which runs settled within 5% of the loss of a fit: (n_seeds,) of bool."""
        return nearest(self.stops[SETTLED].losses, [fit.loss]) == 0

    def readings(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Return minimal ratios and losses of all runs, by how the ratio was read; the first two leave out a bias."""
        stopped, settled = self.stops[STOPPED], self.stops[SETTLED]
        return {
            f"samples at {digits(TINY)}, float32": (stopped.in_float32, stopped.losses),
            f"samples at {digits(TINY)}, float64": (stopped.in_float64, stopped.losses),
            f"samples at {LARGE:g}, settled": (settled.ratios.at(LARGE), settled.losses),
            "eigenvalues, settled": (settled.ratios.eigenvalues, settled.losses),
        }

    def describe(self) -> str:
        """Return how many runs ended at which fit."""
        places = self.places()
        counts = ", ".join(f"{np.sum(places == at)} at {fit.loss:.2g} ({fit.name})" for at, fit in enumerate(self.fits))
        return f"{len(places)} runs: {counts}, {np.sum(places < 0)} elsewhere"


@experiment(TITLE, PRESETS)
def run(
    *,
    n_points: int,
    batch_size: int,
    steps: int,
    settling_steps: int,
    n_samples: int,
    seeds: Sequence[int],
    show: bool,
) -> Findings:
    """Fit half a sine with small ReLU networks, and measure what lies where they stop.

    All is measured twice: where the training on mini-batches stops, and again after further steps on all points, in
    which the slope that is left by the mini-batches goes. The ``details`` of the result are `Plateaus`.

    Parameters
    ----------
    n_points : int, optional
        Number of training points.
    batch_size : int, optional
        Points in a mini-batch.
    steps : int, optional
        Number of update steps on mini-batches.
    settling_steps : int, optional
        Number of update steps on all points, after those on mini-batches.
    n_samples : int, optional
        Number of samples of a minimal ratio, at each radius.
    """
    whole(n_points, "n_points", least=N_MEASURED)
    whole(batch_size, "batch_size", least=1, most=n_points)
    whole(settling_steps, "settling_steps", least=1)
    whole(n_samples, "n_samples", least=1)
    x, y = half_sine(N_MEASURED)
    stopped = trained(*half_sine(n_points), batch_size=batch_size, steps=steps, seeds=seeds, show=show)
    settled = trained(x, y, steps=settling_steps, seeds=seeds, weights=stopped.weights, show=show)
    nets = {STOPPED: stopped, SETTLED: settled}
    stops = {name: measured(each, x, y, n_samples) for name, each in nets.items()}
    found = Plateaus(
        x=x,
        y=y,
        fits=tuple(best_fit(x, y, kinks=kinks, flat=flat) for kinks, flat in FITS),
        steps=stopped.steps,
        losses=stopped.loss,
        stops=stops,
        outputs=settled.predict(x[:, None])[..., 0],
        around=around(nets, stops, x, y, n_samples),
    )
    return Findings(
        protocol=f"{describe_sizes((1, *HIDDEN, 1))}, ReLU, linear output, float64, {steps:,} steps of Adam at "
        f"{RATE:g} on mini-batches of {batch_size} of {n_points:,} points of sin(πx/2) on [0, 2], then "
        f"{settling_steps:,} on all of {N_MEASURED} points, on which is measured; minimal ratios by {n_samples} "
        "samples. Eigenvalues hold inside one linear piece of a ReLU network, and 1e-7 of the largest counts as zero. "
        "(The report's text says .95 for .095. Its samples left the output's bias as it was; in which precision, it "
        "does not say: Keras' own is float32.)",
        sweeps=_sweeps(found),
        verdicts=judge(stops, found.places()),
        compared=_compared(found),
        details=found,
    )


def judge(stops: dict[str, Stop], places: np.ndarray) -> tuple[Verdict, ...]:
    """Return the verdicts.

    Parameters
    ----------
    stops : dict of str to Stop
        What lies where training stops, and where it settled.
    places : array (n_seeds,)
        Number of the fit that each run settled at, -1 for none.
    """
    stopped, settled = stops[STOPPED], stops[SETTLED]
    ratio = settled.ratios.eigenvalues

    def correlation(chosen):
        if np.ptp(ratio[chosen]) == 0 or np.ptp(settled.losses[chosen]) == 0:
            return np.nan  # nothing rises where nothing differs
        return stats.spearmanr(settled.losses[chosen], ratio[chosen]).statistic

    return (
        SMALLER.judge(places >= 0),
        AT_ZERO.judge(stopped.norms < ZERO),
        CURVED.judge(1 - stopped.ratios.ruled(TINY)),
        SAME.judge(settled.ratios.at(TINY) - stopped.ratios.at(TINY)),
        AGREE.judge(settled.ratios.at(LARGE) - ratio),
        FALLS.judge(-pseudo_values(correlation, len(ratio))),
        PRECISE.judge(near_zero(stopped.in_float32).astype(float) - near_zero(stopped.in_float64)),
    )


def near_zero(ratios: np.ndarray) -> np.ndarray:
    """Return which ratios are below 0.01, as those in the left margin of the report's figure."""
    return ratios < 0.01


def half_sine(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n evenly spaced points, the middles of parts of [0, 2], and sin(πx/2) there: arrays (n,).

    None is 0, where all units of the first layer have their kink at first, since their biases are zero.
    """
    x = 2 * (np.arange(n) + 0.5) / n
    return x, np.sin(np.pi * x / 2)


def nearest(losses: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Return the number of the level that each loss is within 5% of, -1 where there is none.

    >>> nearest(np.array([0.0948, 0.08, 0.0039]), [0.0947, 0.0609, 0.00394])
    array([ 0, -1,  2])
    """
    off = np.abs(losses[:, None] / np.asarray(levels) - 1)
    return np.where(off.min(axis=1) < 0.05, off.argmin(axis=1), -1)


def trained(
    x: np.ndarray,
    y: np.ndarray,
    *,
    steps: int,
    seeds: Sequence[int],
    batch_size: int | None = None,
    weights: Sequence[np.ndarray] | None = None,
    show: bool = False,
) -> Replicas:
    """Return trained networks 1-4-3-1.

    Parameters
    ----------
    x, y : array (n,)
        Points and values.
    steps : int
        Number of update steps.
    seeds : sequence of int
        Seeds of initial weights and mini-batches.
    batch_size : int, optional
        Points in a mini-batch; all by default.
    weights : sequence of arrays, optional
        Initial weights instead of Glorot's.
    show : bool
        Whether to show a progress bar.
    """
    return compare_to_the_end(
        {"half sine": {}},
        x[:, None],
        y[:, None],
        hidden=HIDDEN,
        activation="relu",
        output="linear",
        loss=MSE,
        learning_rate=RATE,
        steps=steps,
        batch_size=batch_size,
        weights=weights,
        dtype="float64",
        seeds=seeds,
        record=evenly(steps, N_RECORDED),
        show=show,
    )["half sine"]


def measured(nets: Replicas, x: np.ndarray, y: np.ndarray, n_samples: int) -> Stop:
    """Return what lies where networks stand, on the points (x, y)."""
    X, Y = x[:, None], y[:, None]
    with as_asked():
        spectra: Any = landscape.spectrum(nets, X, Y, loss=MSE)
    output_bias = landscape.vector(nets).shape[1] - 1
    single, double = (
        ratios_over_radii(nets, X, Y, [TINY], n=n_samples, layers=slice(0, output_bias), dtype=dtype).at(TINY)
        for dtype in ("float32", "float64")
    )
    return Stop(
        losses=np.mean(np.square(nets.predict(X)[..., 0] - y), axis=1),
        norms=np.asarray(landscape.gradient_norm(nets, X, Y, loss=MSE).total),
        spectra=spectra,
        ratios=ratios_over_radii(nets, X, Y, RADII, n=n_samples),
        in_float32=single,
        in_float64=double,
    )


def around(
    nets: dict[str, Replicas], stops: dict[str, Stop], x: np.ndarray, y: np.ndarray, n_samples: int
) -> dict[str, RatiosOverRadii]:
    """Return ratios at many radii around a dead network, one on the second plateau and a good fit: those there are.

    Of each kind it is the run whose ratio at the report's radius, as training stops, is in the middle.

    Parameters
    ----------
    nets : dict of str to Replicas
        Networks as training stops, and settled.
    stops : dict of str to Stop
        What lies there.
    x, y : array (n,)
        Points and values.
    n_samples : int
        Number of samples at each radius.
    """
    settled = stops[SETTLED]
    kinds = {
        "dead": settled.dead,
        "plateau": nearest(settled.losses, [best_fit(x, y, kinks=1, flat=True).loss]) == 0,
        "good fit": nearest(settled.losses, [best_fit(x, y, kinks=1).loss]) == 0,
    }
    order = np.argsort(stops[STOPPED].ratios.at(TINY))
    first = {kind: order[chosen[order]][chosen.sum() // 2] for kind, chosen in kinds.items() if chosen.any()}
    found = {}
    for stop, each in nets.items():
        rows = landscape.vector(each)[list(first.values())]
        if len(rows):
            ratios = ratios_over_radii(each, x[:, None], y[:, None], FINE_RADII, n=n_samples, at=rows)
            found |= {f"{kind}, {stop}": ratios.of(at) for at, kind in enumerate(first)}
    return found


def _sweeps(found):
    names = [*(fit.name for fit in found.fits), "elsewhere"]
    numbers = np.array([*range(len(found.fits)), -1])
    ended = {stop: (found.places(stop) == numbers[:, None]).astype(float) for stop in found.stops}
    sampled = {f"samples, {stop}": each.ratios.sampled for stop, each in found.stops.items()}
    exact = found.stops[SETTLED].ratios.eigenvalues
    ruled = {stop: each.ratios.slope_share for stop, each in found.stops.items()}
    sampled["eigenvalues, settled"] = np.broadcast_to(exact, (len(RADII), len(exact)))
    return (
        Sweep("Where the runs end", tuple(names), "best fit", "share of the runs", ended),
        _over_radii("Minimal ratio", "share of directions that lead up", sampled),
        _over_radii("What the samples see", "share that the slope rules", ruled),
    )


def _over_radii(name, measured, values):
    return Sweep(name, RADII, "radius of the samples", measured, values, log_x=True)


def _compared(found):
    stopped, places = found.stops[STOPPED], found.places(STOPPED)
    levels = [
        Compared(
            f"loss at the best fit, {fit.name}",
            published,
            1,
            stopped.losses[places == at],
            reading=0.001,
            within=NOT_NEGATIVE,
        )
        for at, (fit, published) in enumerate(zip(found.fits, PUBLISHED_LOSSES, strict=True))
        if np.any(places == at)
    ]
    n, zeros, good = 100, "share of the runs with a ratio below 0.01", "ratio of the runs with a loss below 0.01"
    shares = [Compared(f"share of the runs with a loss above {HIGH}", PUBLISHED_HIGH, n, stopped.losses > HIGH, 0)]
    for name, ratios in {"float32": stopped.in_float32, "float64": stopped.in_float64}.items():
        shares.append(Compared(f"{zeros}, {name}", PUBLISHED_ZERO, n, near_zero(ratios)))
        low = ratios[stopped.losses < 0.01]
        if len(low):
            shares.append(Compared(f"{good}, {name}", PUBLISHED_GOOD, 30, low, reading=0.02))
    return (*shares, *levels)
