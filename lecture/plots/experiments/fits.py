"""Curves that networks fitted: those of all seeds faint, one of them strong, over what was to be learnt."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.checks import one_of
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS
from lecture.words import counted, raised


class Fits(Protocol):
    """Fitted curves; `lecture.experiments.approximation.Fits` is one."""

    widths: Sequence[int]
    x: np.ndarray  # (n,)
    y: dict[str, np.ndarray]  # (n,) of each function
    grid: np.ndarray  # (n_grid,)
    truth: dict[str, np.ndarray]  # (n_grid,) of each function
    curves: dict[str, np.ndarray]  # (n_widths, n_seeds, n_grid) of each function
    errors: dict[str, np.ndarray]  # (n_widths, n_seeds) of each function
    true_errors: dict[str, np.ndarray]  # (n_widths, n_seeds) of each function


class Alternation(Protocol):
    """Curves through points of alternating class; `lecture.experiments.depth.AlternationCurves` is one."""

    depths: Sequence[int]
    n_parameters: Sequence[int]
    x: np.ndarray  # (n,)
    y: np.ndarray  # (n,)
    grid: np.ndarray  # (n_grid,)
    scores: np.ndarray  # (n_depths, n_seeds, n_grid)
    accuracy: np.ndarray  # (n_depths, n_seeds)


class FitsOfDepths(Protocol):
    """Curves of networks of several depths; `lecture.experiments.equal_parameters.Fitted` is one."""

    depths: Sequence[int]
    x: np.ndarray  # (n,)
    y: dict[str, np.ndarray]  # (n,) of each function
    curves: dict[tuple[str, str], np.ndarray]  # (n_depths, n_seeds, n) by learning rates and function


def plot_fits(fits: Fits, *, axes: np.ndarray | None = None) -> np.ndarray:
    """Draw the curves that networks fitted to functions: a row for each function, a column for each width.

    The network with the median error stands out.

    Parameters
    ----------
    fits : object
        Training points, fitted curves and errors.
    axes : array of matplotlib.axes.Axes (n_functions, n_widths), optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_functions, n_widths)
    """
    names, n = list(fits.curves), len(fits.widths)
    width, height = min(max(33, 22 * n), style.WIDE), min(max(24, 17 * len(names) + 3), style.TALL)
    shared = dict(sharex=True, sharey="row", squeeze=False, layout="constrained")
    panels: Any = style.axes(axes, width, height, nrows=len(names), ncols=n, **shared)
    panels = np.asarray(panels, dtype=object).reshape(len(names), n)
    for row, name in zip(panels, names):
        for at, ax in enumerate(row):
            _fit(ax, fits, name, at)
        row[0].set_ylabel(name)
    for ax in panels[-1]:
        ax.set_xlabel("x")
    _legend(panels)
    return panels


def _fit(ax, fits, name, at):
    """The curves of one function and one width."""
    curves, truth, y, size = fits.curves[name][at], fits.truth[name], fits.y[name], style.size()
    noisy = _is_noisy(fits, name)
    _faint(ax, fits.grid, curves, COLORS[0])
    ax.plot(fits.grid, truth, color=COLORS[6], linewidth=0.14 * size, label="true", zorder=2)
    if noisy:
        look = dict(markersize=0.3 * size, markerfacecolor="white", markeredgewidth=0.07 * size)
        ax.plot(fits.x, y, "o", color=COLORS[6], label="points to learn from", zorder=2, **look)
    strong = dict(color=COLORS[1], linewidth=0.24 * size, label="network with the median error", zorder=3)
    ax.plot(fits.grid, curves[_median(fits.errors[name][at])], "--", **strong)
    seen = np.concatenate([truth, y])
    ax.set_ylim(seen.min() - 0.25 * np.ptp(seen), seen.max() + 0.25 * np.ptp(seen))
    ax.set_xticks(np.linspace(fits.grid[0], fits.grid[-1], 5))
    _say_errors(ax, fits, name, at)


def _say_errors(ax, fits, name, at):
    """Title and alternative text of one panel."""
    errors, units = fits.errors[name][at], counted(fits.widths[at], "unit")
    middle, low, high = (_short(value) for value in (np.median(errors), errors.min(), errors.max()))
    off = _short(np.median(fits.true_errors[name][at]))
    noisy = _is_noisy(fits, name)
    spread = f", {low} to {high}" if len(fits.widths) == 1 else ""  # beside others there is no room
    true = f"\n{off} from the true curve" if noisy else ""
    ax.set_title(f"{units}: MSE {middle}{spread}{true}", fontsize="medium")
    more = f" Points to learn from are noisy; from the true curve the median is {off}." if noisy else ""
    describe(
        ax,
        f"{name} fitted by {len(errors)} networks with {units}: median of the mean squared errors {middle}, from {low} "
        f"to {high}.{more}",
    )


def _is_noisy(fits, name):
    return not np.allclose(np.interp(fits.x, fits.grid, fits.truth[name]), fits.y[name], atol=0.02)


def plot_fits_of_depths(fits: FitsOfDepths, rates: str, *, axes: np.ndarray | None = None) -> np.ndarray:
    """Draw the curves that networks of several depths fitted to functions: a row for each function, a column a depth.

    The network with the median error stands out.

    Parameters
    ----------
    fits : object
        Functions and fitted curves.
    rates : str
        Learning rates with which they were trained, as ``fits.curves`` calls them.
    axes : array of matplotlib.axes.Axes (n_functions, n_depths), optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_functions, n_depths)

    Raises
    ------
    ValueError
        If no curves belong to these learning rates.
    """
    one_of(rates, sorted({name for name, _ in fits.curves}), "rates")
    shape = len(fits.y), len(fits.depths)
    shared = dict(sharex=True, sharey="row", squeeze=False, layout="constrained")
    panels: Any = style.axes(axes, *_size(shape), nrows=shape[0], ncols=shape[1], **shared)
    panels = np.asarray(panels, dtype=object).reshape(shape)
    for row, (function, y) in zip(panels, fits.y.items()):
        row[0].set_ylabel(function)
        for ax, depth, curves in zip(row, fits.depths, fits.curves[rates, function]):
            _fit_of_depth(ax, fits.x, y, curves, f"{counted(depth, 'hidden layer')}, {function}")
    for ax, depth in zip(panels[0], fits.depths):
        ax.set_title(counted(depth, "hidden layer"))
    for ax in panels[-1]:
        ax.set_xlabel("x")
    _legend(panels)
    return panels


def _size(shape):
    """Width and height of a grid of panels, in em."""
    n_rows, n_columns = shape
    return min(22 * n_columns, style.WIDE), min(14 * n_rows + 3, style.TALL)


def _fit_of_depth(ax, x, y, curves, what):
    """The curves of one depth over one function."""
    size, errors = style.size(), np.mean((curves - y) ** 2, axis=1)
    ax.plot(x, y, color=COLORS[6], linewidth=0.14 * size, label="true", zorder=2)
    _faint(ax, x, curves, COLORS[0])
    strong = dict(color=COLORS[1], linewidth=0.2 * size, label="network with the median error", zorder=3)
    ax.plot(x, curves[_median(errors)], "--", **strong)
    describe(
        ax,
        f"{what}: median of the mean squared errors of {len(curves)} networks {_short(np.median(errors))}, from "
        f"{_short(errors.min())} to {_short(errors.max())}.",
    )


def plot_alternation(curves: Alternation, *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw how networks of several depths classify points of alternating class along a line.

    The network with the median accuracy stands out.

    Parameters
    ----------
    curves : object
        Points, and the curves and accuracies of networks of each depth.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each depth; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_depths,)
    """
    n = len(curves.depths)
    shared = dict(sharex=True, sharey=True, squeeze=False, layout="constrained")
    panels: Any = style.axes(axes, min(max(33, 22 * n), style.WIDE), 22, ncols=n, **shared)
    panels = np.ravel(np.asarray(panels, dtype=object))
    for at, ax in enumerate(panels):
        _alternate(ax, curves, at)
    panels[0].set_ylabel("P(class 1) - P(class 0)")
    _legend(panels)
    return panels


def _alternate(ax, curves, at):
    """The curves of one depth, and the points."""
    scores, accuracy, size = curves.scores[at], curves.accuracy[at], style.size()
    ax.axhline(0, color=COLORS[6], linewidth=0.08 * size)
    _faint(ax, curves.grid, scores, "0.45")
    strong = dict(color=COLORS[6], linewidth=0.2 * size, label="network with the median accuracy", zorder=2)
    ax.plot(curves.grid, scores[_median(accuracy)], **strong)
    look = dict(markersize=0.75 * size, markeredgecolor="white", linestyle="none", zorder=3, clip_on=False)
    for k, (color, marker) in enumerate(((COLORS[0], "o"), (COLORS[1], "^"))):
        points = curves.x[curves.y == k]
        ax.plot(points, np.full(len(points), 2 * k - 1), marker, color=color, label=f"class {k}", **look)
    layers = counted(curves.depths[at], "hidden layer")
    low, mean, high = accuracy.min(), accuracy.mean(), accuracy.max()
    ax.set_title(f"{layers}\n{curves.n_parameters[at]} parameters\n{mean:.3f} ({low:.2f} to {high:.2f})")
    ax.set(xlabel="x", ylim=(-1.15, 1.15))
    describe(
        ax,
        f"{layers} of ten units: the {len(scores)} networks get {mean:.1%} of the {len(curves.x)} points right, from "
        f"{low:.1%} to {high:.1%}.",
    )


def _faint(ax, grid, curves, color):
    """A faint line for each network, fainter where there are many."""
    ax.plot(
        grid,
        curves.T,
        color=color,
        linewidth=0.09 * style.size(),
        alpha=max(0.08, min(0.35, 8 / len(curves))),
        zorder=1,
    )


def _median(values):
    """Index of the median."""
    return int(np.argsort(values)[len(values) // 2])


def _short(value):
    """A number with two digits; in powers of ten where it is small."""
    if value >= 0.001 or value == 0:
        return np.format_float_positional(value, precision=2, fractional=False, trim="-")
    digits, power = f"{value:.1e}".split("e")
    return f"{digits}·10{raised(int(power))}"


def _legend(axes):
    """One legend for all, below."""
    handles, labels = np.ravel(axes)[0].get_legend_handles_labels()
    np.ravel(axes)[0].figure.legend(handles, labels, loc="outside lower center", ncols=2, handletextpad=0.4)
