"""Curves that nets fitted: those of all seeds faint, one of them strong, over what was to be learnt."""

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plot_fits(fits, *, axes=None):
    """Draw what nets made of functions: a row for each function, a column for each width; the net with the median error stands out.

    Parameters
    ----------
    fits : object
        With the attributes of ``experiments.approximation.Fits``.
    axes : array of matplotlib.axes.Axes (n_functions, n_widths), optional

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_functions, n_widths)
    """
    names, widths = list(fits.curves), fits.widths
    if axes is None:
        wide, tall = max(33, (22 if len(widths) < 4 else 17) * len(widths)), max(24, 17 * len(names) + 3)
        _, axes = plt.subplots(
            len(names),
            len(widths),
            figsize=(wide * em(), tall * em()),
            sharex=True,
            sharey="row",
            squeeze=False,
            layout="constrained",
        )
    axes = np.asarray(axes, dtype=object).reshape(len(names), len(widths))
    off = fits.true_errors
    for row, name in zip(axes, names):
        for at, (ax, width) in enumerate(zip(row, widths)):
            _fit(ax, fits, name, width, fits.curves[name][at], fits.errors[name][at], off[name][at])
        row[0].set_ylabel(name)
    for ax in axes[-1]:
        ax.set_xlabel("x")
    _legend(axes)
    return axes


def _fit(ax, fits, name, width, curves, errors, off):
    """One function and one width."""
    size, units = plt.rcParams["font.size"], "1 unit" if width == 1 else f"{width} units"
    noisy = not np.allclose(np.interp(fits.x, fits.grid, fits.truth[name]), fits.y[name], atol=0.02)
    ax.plot(
        fits.grid,
        curves.T,
        color=COLORS[0],
        linewidth=0.09 * size,
        alpha=max(0.08, min(0.35, 8 / len(curves))),
        zorder=1,
    )
    ax.plot(fits.grid, fits.truth[name], color=COLORS[6], linewidth=0.14 * size, label="true", zorder=2)
    if noisy:
        ax.plot(
            fits.x,
            fits.y[name],
            "o",
            color=COLORS[6],
            markersize=0.3 * size,
            markerfacecolor="white",
            markeredgewidth=0.07 * size,
            label="points to learn from",
            zorder=2,
        )
    median = _median(errors)
    ax.plot(
        fits.grid,
        curves[median],
        "--",
        color=COLORS[1],
        linewidth=0.24 * size,
        label="net with the median error",
        zorder=3,
    )
    seen = np.concatenate([fits.truth[name], fits.y[name]])
    ax.set_ylim(seen.min() - 0.25 * np.ptp(seen), seen.max() + 0.25 * np.ptp(seen))
    gap = " " if len(fits.widths) < 4 else "\n"
    ax.set_xticks(np.linspace(fits.grid[0], fits.grid[-1], 5))
    told = f"MSE {_say(np.median(errors))}, {_say(errors.min())} to {_say(errors.max())}"
    ax.set_title(
        f"{units}:{gap}{told}" + (f"\n{_say(np.median(off))} from the true curve" if noisy else ""), fontsize="small"
    )
    more = (
        f" Points to learn from are noisy; from the true curve the median is {_say(np.median(off))}." if noisy else ""
    )
    describe(
        ax,
        f"{name} fitted by {len(curves)} nets with {units}: mean squared error {_say(np.median(errors))} in the middle, from {_say(errors.min())} to {_say(errors.max())}.{more}",
    )


def plot_alternation(curves, *, axes=None):
    """Draw how nets of several depths tell apart points whose classes alternate along a line; the net with the median accuracy stands out.

    Parameters
    ----------
    curves : object
        With the attributes of ``experiments.depth.Curves``.
    axes : sequence of matplotlib.axes.Axes, optional
        One for each depth.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_depths,)
    """
    depths, size = curves.depths, plt.rcParams["font.size"]
    if axes is None:
        _, axes = plt.subplots(
            1,
            len(depths),
            figsize=(max(33, 22 * len(depths)) * em(), 22 * em()),
            sharex=True,
            sharey=True,
            squeeze=False,
            layout="constrained",
        )
    axes = np.asarray(axes, dtype=object).ravel()
    for at, (ax, depth) in enumerate(zip(axes, depths)):
        scores, accuracy = curves.scores[at], curves.accuracy[at]
        ax.axhline(0, color=COLORS[6], linewidth=0.08 * size)
        ax.plot(
            curves.grid,
            scores.T,
            color="0.45",
            linewidth=0.09 * size,
            alpha=max(0.08, min(0.35, 8 / len(scores))),
            zorder=1,
        )
        ax.plot(
            curves.grid,
            scores[_median(accuracy)],
            color=COLORS[6],
            linewidth=0.2 * size,
            label="net with the median accuracy",
            zorder=2,
        )
        for k, (color, marker) in enumerate(((COLORS[0], "o"), (COLORS[1], "^"))):
            shown = curves.x[curves.y == k]
            ax.plot(
                shown,
                np.full(len(shown), 2 * k - 1),
                marker,
                color=color,
                markersize=0.75 * size,
                markeredgecolor="white",
                linestyle="none",
                label=f"class {k}",
                zorder=3,
                clip_on=False,
            )
        layers = "1 hidden layer" if depth == 1 else f"{depth} hidden layers"
        ax.set_title(
            f"{layers}, {curves.n_parameters[at]} parameters\naccuracy {accuracy.mean():.3f} ({accuracy.min():.2f} to {accuracy.max():.2f})",
            fontsize="small",
        )
        ax.set(xlabel="x", ylim=(-1.15, 1.15))
        describe(
            ax,
            f"{layers} of ten units: the {len(scores)} nets get {accuracy.mean():.1%} of the {len(curves.x)} points right, from {accuracy.min():.1%} to {accuracy.max():.1%}.",
        )
    axes[0].set_ylabel("P(class 1) - P(class 0)")
    _legend(axes)
    return axes


def _median(values):
    """Which of the values stands in the middle."""
    return int(np.argsort(values)[len(values) // 2])


def _say(value):
    """A number with two digits; in powers of ten where it is small."""
    if value >= 0.001 or value == 0:
        return np.format_float_positional(value, precision=2, fractional=False, trim="-")
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·10{str(int(power)).translate(_RAISED)}"


def _legend(axes):
    """One legend for all, below."""
    handles, labels = np.ravel(axes)[0].get_legend_handles_labels()
    np.ravel(axes)[0].figure.legend(
        handles, labels, loc="outside lower center", ncols=4, handletextpad=0.4, fontsize="small"
    )
