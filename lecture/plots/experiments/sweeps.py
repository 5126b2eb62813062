"""What an experiment measured over a swept value, for each seed, and what that says of its hypotheses."""

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em

MARKERS = "osD^vPX"
WORDS = {"supported": (COLORS[2], "o"), "contradicted": (COLORS[1], "X"), "undecided": (COLORS[6], "D")}


def plot_sweep(sweep, *, ax=None):
    """Draw a quantity over a swept value: for each curve the mean with its 95 % confidence interval, and a faint point for each seed.

    Parameters
    ----------
    sweep : lecture.experiments.Sweep
        Any object with its attributes.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(38 * em(), 26 * em()))
    named = isinstance(sweep.x[0], str)
    at = np.arange(len(sweep.x)) if named else np.asarray(sweep.x, dtype=float)
    size, n, told = plt.rcParams["font.size"], len(sweep.values), []
    intervals = sweep.intervals()
    for number, (label, values) in enumerate(sweep.values.items()):
        values, color = np.asarray(values, dtype=float), COLORS[number % len(COLORS)]
        x = _beside(at, number, n, named, sweep.log_x)
        ax.plot(
            np.repeat(x, values.shape[1]),
            values.ravel(),
            "o",
            color=color,
            alpha=0.22,
            markersize=0.28 * size,
            markeredgewidth=0,
            zorder=1,
        )
        mean, low, high = np.nan_to_num(intervals[label], posinf=np.nan, neginf=np.nan)
        ax.errorbar(
            x,
            mean,
            (mean - low, high - mean),
            fmt=MARKERS[number % len(MARKERS)],
            linestyle="none" if named else "-",
            color=color,
            linewidth=0.16 * size,
            elinewidth=0.2 * size,
            capsize=0.35 * size,
            capthick=0.16 * size,
            markersize=0.55 * size,
            markeredgecolor="white",
            markeredgewidth=0.06 * size,
            label=label,
            zorder=3,
        )
        told.append(_told(label if n > 1 else sweep.y_name, sweep.x, mean))
    _axis(ax, sweep, at, named)
    if n > 1:
        ax.legend(fontsize="small", handletextpad=0.4, borderaxespad=0.2, loc="best")
    return describe(
        ax,
        f"{sweep.name}, {sweep.y_name} over {sweep.x_name}, means of {np.shape(values)[1]} seeds: "
        + "; ".join(told)
        + ".",
    )


def plot_sweeps(sweeps, *, axes=None):
    """Draw several sweeps, two in a row.

    Parameters
    ----------
    sweeps : sequence of lecture.experiments.Sweep
    axes : sequence of matplotlib.axes.Axes, optional
        One for each.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
    """
    if axes is None:
        axes = _panels(len(sweeps))
    for sweep, ax in zip(sweeps, axes, strict=True):
        plot_sweep(sweep, ax=ax).set_title(sweep.name)
    return np.asarray(axes)


def plot_result(result, *, axes=None):
    """Draw all sweeps of an experiment's result, and below what they say of its hypotheses.

    Parameters
    ----------
    result : lecture.experiments.Result
    axes : sequence of matplotlib.axes.Axes, optional
        One for each sweep, and one more for the verdicts.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
    """
    if axes is None:
        axes = _panels(len(result.sweeps), 3.6 * len(result.verdicts) + 5)
    plot_sweeps(result.sweeps, axes=axes[:-1])
    plot_verdicts(result.verdicts, ax=axes[-1])
    return np.asarray(axes)


def _panels(n, below=None):
    """Axes in a new figure: n in rows of two, the last of an odd number as wide as two; and one more below, of a height in sizes of the font."""
    rows = -(-n // 2)
    heights = [24] * rows + ([below] if below else [])
    figure = plt.figure(figsize=(62 * em(), sum(heights) * em()), layout="constrained")
    grid = figure.add_gridspec(len(heights), 2, height_ratios=heights)
    cells = [grid[at // 2, at % 2] if at < n - 1 or n % 2 == 0 else grid[at // 2, :] for at in range(n)]
    if below:
        cells.append(grid[rows, :])
    return [figure.add_subplot(cell) for cell in cells]


def plot_verdicts(verdicts, *, ax=None):
    """Draw each hypothesis' measured effect in units of the smallest one that counts: the mean, its 95 % confidence interval, and where the claim has it.

    Parameters
    ----------
    verdicts : sequence of lecture.experiments.Verdict
        Any objects with their attributes.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(62 * em(), (3.6 * len(verdicts) + 6) * em()))
    size = plt.rcParams["font.size"]
    squeeze = lambda value: (
        np.sign(value) * np.log1p(np.abs(value)) / np.log(2)
    )  # 1 stays 1, and a hundred times the smallest effect is still seen
    for row, verdict in enumerate(verdicts):
        scale, (color, marker) = verdict.hypothesis.smallest, WORDS[verdict.word]
        low, mean, high = (
            squeeze(np.clip(value / scale, -1e3, 1e3)) for value in (verdict.low, verdict.mean, verdict.high)
        )
        left, right = (-1, 1) if verdict.hypothesis.absent else (1, 2 * squeeze(1e3))
        ax.fill_between((left, right), row - 0.32, row + 0.32, color=COLORS[2], alpha=0.13, linewidth=0)
        ax.plot((low, high), (row, row), color=color, linewidth=0.28 * size, solid_capstyle="butt", zorder=2)
        ax.plot(mean, row, marker, color=color, markersize=0.8 * size, markeredgecolor="white", zorder=3)
        ax.text(
            0,
            row - 0.36,
            f"{verdict.hypothesis.text} {verdict.word.upper()}",
            transform=ax.get_yaxis_transform(),
            fontsize="small",
            va="bottom",
            color=color,
            weight="bold",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.05 * size},
            zorder=2.5,
        )
    ends = [
        squeeze(np.clip(value / verdict.hypothesis.smallest, -1e3, 1e3))
        for verdict in verdicts
        for value in (verdict.low, verdict.mean, verdict.high)
        if np.isfinite(value)
    ]
    reach = max(3.0, *ends)
    left = min(-0.35 * reach, 1.05 * min(ends), -1.2 if any(verdict.hypothesis.absent for verdict in verdicts) else 0)
    values = np.array(
        [
            value
            for value in (-300, -100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100, 300)
            if left <= squeeze(value) <= reach
        ]
    )
    ax.axvline(0, color=COLORS[6], linewidth=0.08 * size)
    ax.set(
        xlim=(left, 1.05 * reach),
        ylim=(len(verdicts) - 0.5, -0.95),
        yticks=(),
        xlabel="measured effect ÷ smallest effect that counts (green: where the claim has it)",
    )
    ax.set_xticks(squeeze(values), [f"{value:g}" for value in values])
    ax.grid(visible=False)
    ax.spines["left"].set_visible(False)
    return describe(ax, " ".join(verdict.describe() for verdict in verdicts))


def _beside(at, number, n, named, log):
    """Where a curve's points stand: a little beside those of the others."""
    shift = (number - (n - 1) / 2) * (0.7 / max(n, 2) if named else 1)
    if named:
        return at + shift
    if log:
        return at * np.exp(shift * 0.012 * np.log(max(at[-1] / max(at[0], 1e-300), 2)))
    return at + shift * 0.012 * (at[-1] - at[0] or 1)


def _axis(ax, sweep, at, named):
    ax.set(xlabel=sweep.x_name, ylabel=sweep.y_name)
    if sweep.log_x and not named:
        ax.set_xscale("log")
    if sweep.log_y:
        ax.set_yscale("log")
    if named or len(at) <= 8:
        shown = [str(x) if named else f"{x:,g}" for x in sweep.x]
        crowded = named and sum(map(len, shown)) > 32
        ax.set_xticks(at, shown, rotation=30 if crowded else 0, ha="right" if crowded else "center")
        ax.minorticks_off()


def _told(label, x, means):
    """A curve in words: its ends, or each of its values where they have names."""
    say = lambda value: value if isinstance(value, str) else f"{value:g}"
    if isinstance(x[0], str):
        return f"{label} " + ", ".join(f"{mean:.3g} with {name}" for name, mean in zip(x, means))
    return (
        f"{label} from {means[0]:.3g} at {say(x[0])} to {means[-1]:.3g} at {say(x[-1])}"
        if len(x) > 1
        else f"{label} {means[0]:.3g} at {say(x[0])}"
    )
