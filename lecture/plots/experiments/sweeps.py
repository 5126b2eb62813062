"""What an experiment measured over a swept value, for each seed, and what that says about its hypotheses."""

from collections.abc import Sequence
from typing import Protocol

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.legends import clear_legend, clear_legends
from lecture.plots.page import number_powers
from lecture.plots.style import COLORS

MARKERS = "osD^vPX"
WORDS = {"supported": (COLORS[2], "o"), "contradicted": (COLORS[1], "X"), "undecided": (COLORS[6], "D")}
_TICKS = np.array([-300, -100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100, 300])
_FURTHEST = 1e3  # smallest effects at which an interval is cut off
_END = 30  # beyond the end of the axis, in its units
_HALF = 0.26  # of the height of a verdict's bands, in rows
_BANDS = {2: "supports the claim", 1: "contradicts it"}  # by the number of the colour
CHARACTERS = 20  # of numbers below a panel: more would touch
MOST = 4  # panels in a figure: more are no longer read from the back row


class Sweep(Protocol):
    """A quantity over a swept value, for each seed; `lecture.experiments.Sweep` is one."""

    name: str
    x: Sequence
    x_name: str
    y_name: str
    values: dict[str, np.ndarray]  # (n_x, n_seeds) of each curve
    log_x: bool
    log_y: bool

    def intervals(self) -> dict[str, np.ndarray]:
        """Return mean, low and high end of the interval at each swept value, (3, n_x) of each curve."""


class Hypothesis(Protocol):
    """A claim; `lecture.experiments.Hypothesis` is one."""

    text: str
    smallest: float
    absent: bool


class Verdict(Protocol):
    """What the numbers say about a claim; `lecture.experiments.Verdict` is one."""

    hypothesis: Hypothesis
    word: str
    mean: float
    low: float
    high: float

    def describe(self) -> str:
        """Return the verdict in a sentence."""


class Result(Protocol):
    """An experiment's outcome; `lecture.experiments.Result` is one."""

    sweeps: Sequence[Sweep]
    verdicts: Sequence[Verdict]


def plot_sweep(sweep: Sweep, *, ax: Axes | None = None) -> Axes:
    """Draw a quantity over a swept value: means with 95% confidence intervals, and a faint point for each seed.

    Parameters
    ----------
    sweep : Sweep
        What was measured.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = _sweep(sweep, style.axes(ax, 38, 26))
    if len(sweep.values) > 1:
        clear_legend(ax, handletextpad=0.4)
    return ax


def _sweep(sweep, ax):
    """Its curves on Axes, without a legend."""
    n, intervals = len(sweep.values), sweep.intervals()
    sentences = []
    for number, (label, values) in enumerate(sweep.values.items()):
        mean, *ends = np.nan_to_num(intervals[label], nan=np.nan, posinf=np.nan, neginf=np.nan)
        look = dict(label=label, color=COLORS[number % len(COLORS)], fmt=MARKERS[number % len(MARKERS)])
        _curve(ax, _beside(sweep, number), np.asarray(values, dtype=float), (mean, *ends), look)
        sentences.append(_in_words(label if n > 1 else sweep.y_name, sweep.x, mean))
    _axis(ax, sweep)
    n_seeds = np.shape(next(iter(sweep.values.values())))[1]
    what = f"{sweep.name}, {sweep.y_name} over {sweep.x_name}, means of {n_seeds} seeds"
    return describe(ax, f"{what}: {'; '.join(sentences)}.")


def plot_sweeps(sweeps: Sequence[Sweep], *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw several sweeps, two in a row and four in a figure.

    Parameters
    ----------
    sweeps : sequence of Sweep
        What was measured.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each; a new figure for each four if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
    """
    if axes is not None:
        for sweep, ax in zip(sweeps, axes, strict=True):
            plot_sweep(sweep, ax=ax).set_title(sweep.name)
        return np.asarray(axes)
    axes = _panels(len(sweeps))
    for sweep, ax in zip(sweeps, axes, strict=True):
        _sweep(sweep, ax).set_title(sweep.name)
    for figure in {ax.figure: None for ax in axes}:
        clear_legends([ax for ax in axes if ax.figure is figure], handletextpad=0.4)
    return np.asarray(axes)


def plot_result(result: Result, *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw all sweeps of an experiment's result, and in a figure below what they say about its hypotheses.

    Parameters
    ----------
    result : Result
        Sweeps and verdicts.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each sweep and one more for the verdicts; new figures if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
    """
    above, below = (None, None) if axes is None else (axes[:-1], axes[-1])
    return np.asarray([*plot_sweeps(result.sweeps, axes=above), plot_verdicts(result.verdicts, ax=below)])


def plot_verdicts(verdicts: Sequence[Verdict], *, ax: Axes | None = None) -> Axes:
    """Draw the measured effect of each hypothesis in units of the smallest one that counts.

    A bar is the 95% confidence interval, the mark on it the mean. An interval within the green range supports the
    claim, one within the orange range contradicts it.

    Parameters
    ----------
    verdicts : sequence of Verdict
        What the numbers say about each hypothesis.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.axes(ax, style.WIDE, 3.8 * len(verdicts) + 7)
    for row, verdict in enumerate(verdicts):
        _verdict(ax, row, verdict)
    _effects_axis(ax, verdicts)
    return describe(ax, " ".join(verdict.describe() for verdict in verdicts))


def _panels(n):
    """Axes in new figures: n in rows of two, the last of an odd number as wide as two; two rows in a figure."""
    if n > MOST:
        return [*_panels(MOST), *_panels(n - MOST)]
    rows = -(-n // 2)
    figure = plt.figure(
        figsize=(style.WIDE * style.em(), min(22 * rows, style.TALL) * style.em()), layout="constrained"
    )
    grid = figure.add_gridspec(rows, 2)
    cells = [grid[at // 2, at % 2] if at < n - 1 or n % 2 == 0 else grid[at // 2, :] for at in range(n)]
    return [figure.add_subplot(cell) for cell in cells]


def _curve(ax, x, values, interval, look):
    """A curve's seeds, and their mean with its interval at each swept value."""
    size, (mean, low, high) = style.size(), interval
    every = np.repeat(x, values.shape[1]), values.ravel()
    faint = dict(alpha=0.22, markersize=0.28 * size, markeredgewidth=0, zorder=1)
    ax.plot(*every, "o", color=look["color"], **faint)
    ax.errorbar(
        x,
        mean,
        (mean - low, high - mean),
        linewidth=0.16 * size,
        elinewidth=0.2 * size,
        capsize=0.35 * size,
        capthick=0.16 * size,
        markersize=0.55 * size,
        markeredgecolor="white",
        markeredgewidth=0.06 * size,
        zorder=3,
        **look,
    )


def _verdict(ax, row, verdict):
    """One hypothesis: the range that it claims, what was measured, and the word."""
    size, (color, marker) = style.size(), WORDS[verdict.word]
    low, mean, high = (_squeezed(value / verdict.hypothesis.smallest) for value in _ends(verdict))
    left, right = (-1, 1) if verdict.hypothesis.absent else (1, _END)
    band = dict(alpha=0.13, linewidth=0)
    for color_of, ends in ((COLORS[2], (left, right)), (COLORS[1], (-_END, left)), (COLORS[1], (right, _END))):
        ax.fill_between(ends, row - _HALF, row + _HALF, color=color_of, **band)
    ax.plot((0, 0), (row - _HALF, row + _HALF), color=COLORS[6], linewidth=0.08 * size, zorder=1)
    ax.plot((low, high), (row, row), color=color, linewidth=0.28 * size, solid_capstyle="butt", zorder=2)
    ax.plot(mean, row, marker, color=color, markersize=0.8 * size, markeredgecolor="white", zorder=3)
    ax.text(
        0,
        row - _HALF - 0.02,
        f"{verdict.hypothesis.text} {verdict.word.upper()}",
        transform=ax.get_yaxis_transform(),
        va="bottom",
    )


def _effects_axis(ax, verdicts):
    """The axis of effects, wide enough for all finite ends."""
    ends = [
        _squeezed(value / verdict.hypothesis.smallest)
        for verdict in verdicts
        for value in _ends(verdict)
        if np.isfinite(value)
    ]
    right = max(3.0, *ends)
    claimed = -1.2 if any(verdict.hypothesis.absent for verdict in verdicts) else 0
    left = min(-0.35 * right, 1.05 * min(ends), claimed)
    ticks = _TICKS[(left <= _squeezed(_TICKS)) & (_squeezed(_TICKS) <= right)]
    ax.set(
        xlim=(left, 1.05 * right),
        ylim=(len(verdicts) - 0.6, -0.85),
        yticks=(),
        xlabel="measured effect, in units of the smallest that counts",
    )
    bands = [Patch(color=COLORS[at], alpha=0.13, label=label) for at, label in _BANDS.items()]
    ax.figure.legend(handles=bands, loc="outside lower center", ncols=2)
    ax.set_xticks(_squeezed(ticks), [f"{value:g}" for value in ticks])
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)


def _ends(verdict):
    return verdict.low, verdict.mean, verdict.high


def _squeezed(effect):
    """Where an effect stands: 1 stays 1, and a hundred times the smallest effect is still seen."""
    effect = np.clip(effect, -_FURTHEST, _FURTHEST)
    return np.sign(effect) * np.log1p(np.abs(effect)) / np.log(2)


def _has_names(sweep):
    """Whether the swept values are names, not numbers."""
    return isinstance(sweep.x[0], str)


def _positions(sweep):
    """Where the swept values stand: numbers at themselves, names side by side."""
    return np.arange(len(sweep.x)) if _has_names(sweep) else np.asarray(sweep.x, dtype=float)


def _beside(sweep, number):
    """Where a curve's points stand: a little beside those of the others."""
    n, at = len(sweep.values), _positions(sweep)
    shift = number - (n - 1) / 2
    if _has_names(sweep):
        return at + shift * min(0.7 / max(n, 2), 0.16)
    if sweep.log_x:
        return at * np.exp(shift * 0.012 * np.log(max(at[-1] / max(at[0], 1e-300), 2)))
    return at + shift * 0.012 * (at[-1] - at[0] or 1)


def _axis(ax, sweep):
    named, at = _has_names(sweep), _positions(sweep)
    ax.set(xlabel=sweep.x_name, ylabel=sweep.y_name)
    if sweep.log_x and not named:
        ax.set_xscale("log")
    if sweep.log_y:
        ax.set_yscale("log")
        number_powers(ax)
    if named or len(at) <= 8:
        shown = [str(x) if named else f"{x:,g}" for x in sweep.x]
        if not named and sum(map(len, shown)) > CHARACTERS:  # numbers cannot be turned: each second one
            at, shown = at[(len(at) - 1) % 2 :: 2], shown[(len(at) - 1) % 2 :: 2]
        crowded = named and sum(map(len, shown)) > 32
        ax.set_xticks(at, shown, rotation=30 if crowded else 0, ha="right" if crowded else "center")
        ax.minorticks_off()


def _in_words(label, x, means):
    """A curve in words: its ends, or each of its values where they have names."""
    if isinstance(x[0], str):
        return f"{label} " + ", ".join(f"{mean:.3g} with {name}" for name, mean in zip(x, means))
    there = np.flatnonzero(np.isfinite(means))
    if not len(there):
        return f"{label} without a mean, since some runs have no value"
    x, means = [x[i] for i in there], means[there]
    first = f"{means[0]:.3g} at {x[0]:g}"
    return f"{label} from {first} to {means[-1]:.3g} at {x[-1]:g}" if len(x) > 1 else f"{label} {first}"
