"""Runs that fall on plateaus, and the smaller networks that lie there."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots import style, text
from lecture.plots.alt import describe
from lecture.plots.legends import clear_legend
from lecture.plots.style import COLORS
from lecture.words import counted, listed

DATA = "0.55"


class Fit(Protocol):
    """A line with kinks; `lecture.experiments.kinked_fits.KinkedFit` is one."""

    kinks: np.ndarray
    loss: float
    name: str

    def __call__(self, x: ArrayLike) -> np.ndarray:
        """Return its values."""


class Plateaus(Protocol):
    """Runs and best fits; `lecture.experiments.plateaus.Plateaus` is one."""

    x: np.ndarray  # (n,)
    y: np.ndarray  # (n,)
    fits: Sequence[Fit]
    steps: np.ndarray  # (T,)
    losses: np.ndarray  # (T, n_seeds)
    outputs: np.ndarray  # (n_seeds, n)

    def fit(self, kinks: int, flat: bool) -> Fit:
        """Return the best line with some number of kinks."""

    def ended_at(self, fit: Fit) -> np.ndarray:
        """Return which runs ended at a fit, (n_seeds,) of bool."""


def plot_plateaus(plateaus: Plateaus, *, at: int = -1, chosen: Fit | None = None, ax: Axes | None = None) -> Axes:
    """Draw the loss of each run, a dot, and the losses of smaller networks' best fits, a line each.

    Dots are sorted by the loss in the end, and have the colour of the line that they end at.

    Parameters
    ----------
    plateaus : object
        Runs and best fits.
    at : int
        Number of the recorded step at which to draw the runs; the last by default.
    chosen : object, optional
        Fit whose line and runs are drawn strong, all others faint.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.axes(ax, 46, 22)
    size, losses, n = style.size(), plateaus.losses, plateaus.losses.shape[1]
    order, left, names = np.argsort(losses[-1]), np.full(n, True), []
    fits = [*plateaus.fits]
    if chosen is not None and not any(np.isclose(fit.loss, chosen.loss, rtol=0.02) for fit in fits):
        fits.append(chosen)
    for color, fit in zip(COLORS, fits):
        ended = plateaus.ended_at(fit) & left
        left &= ~ended
        strong = chosen is None or bool(np.isclose(fit.loss, chosen.loss, rtol=0.02))
        look = dict(color=color, alpha=1 if strong else 0.25)
        ax.axhline(fit.loss, linewidth=(0.12 if strong else 0.06) * size, zorder=1, **look)
        _dots(ax, losses[at][order], ended[order], look)
        names.append((fit.loss, f"{fit.loss:.3g} {fit.name}: {ended.sum()}", color, strong))
    _dots(ax, losses[at][order], left[order], dict(color=DATA, alpha=1 if chosen is None else 0.25))
    lowest = min(losses[-1].min(), *(fit.loss for fit in fits))
    ax.set(yscale="log", xlim=(-2, n + 1), ylim=(0.7 * lowest, 1.5 * max(losses[0].max(), fits[0].loss)))
    _beside(ax, names, chosen is not None)
    step = plateaus.steps[at]
    ax.set(xlabel="runs, by their loss in the end", ylabel=f"loss after {step:,} steps", xticks=[])
    ends = listed(f"{plateaus.ended_at(fit).sum()} end at {fit.loss:.2g}, {fit.name}" for fit in fits)
    return describe(
        ax, f"Losses of {n} runs after {step:,} steps, beside those of smaller networks' best fits: {ends}."
    )


def plot_kinked_fit(
    fit: Fit, x: ArrayLike, y: ArrayLike, *, outputs: ArrayLike | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a function and the best fit of a line with kinks, which stand as dots on it.

    Parameters
    ----------
    fit : object
        The fit.
    x, y : arrays (n,)
        Points and values of the function.
    outputs : array (n_runs, n), optional
        Outputs of networks at these points, drawn faint.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.axes(ax, 26, 20)
    size, x = style.size(), np.asarray(x)
    ax.plot(x, y, color=DATA, linewidth=0.35 * size, label="function", zorder=1)
    if outputs is not None and len(np.atleast_2d(outputs)):
        runs = np.atleast_2d(outputs)
        ax.plot(x, runs[0], color=COLORS[0], linewidth=0.08 * size, alpha=0.4, label=counted(len(runs), "run"))
        ax.plot(x, runs[1:].T, color=COLORS[0], linewidth=0.08 * size, alpha=0.4)
    ends = np.array([x.min(), *fit.kinks, x.max()])
    ax.plot(ends, fit(ends), color=COLORS[1], linewidth=0.2 * size, label="best fit", zorder=3)
    ax.plot(fit.kinks, fit(fit.kinks), color=COLORS[1], linestyle="", marker="o", markersize=0.6 * size, zorder=4)
    ax.set(title=f"{fit.name}\nloss {fit.loss:.3g}", xlabel="x", ylabel="y")
    clear_legend(ax)
    where = f", with kinks at {listed(f'{kink:.2f}' for kink in fit.kinks)}" if len(fit.kinks) else ""
    return describe(ax, f"A function and its best fit, {fit.name}{where}: loss {fit.loss:.3g}.")


def plot_nested_fits(
    plateaus: Plateaus, *, kinks: int = 1, flat: bool = False, axes: Sequence[Axes] | None = None
) -> np.ndarray:
    """Draw the best line with some number of kinks beside the runs that ended there.

    Parameters
    ----------
    plateaus : object
        Runs and best fits.
    kinks : int
        Number of kinks, from 0 to 4.
    flat : bool
        Whether the first piece is constant.
    axes : sequence of two matplotlib.axes.Axes, optional
        Axes to draw on, for the fit and for the runs; new ones side by side if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes
    """
    panels: Any = style.axes(axes, style.WIDE, 22, ncols=2, width_ratios=(2, 3))
    fit = plateaus.fit(kinks, flat)
    ended = plateaus.ended_at(fit)
    plot_kinked_fit(fit, plateaus.x, plateaus.y, outputs=plateaus.outputs[ended], ax=panels[0])
    plot_plateaus(plateaus, chosen=fit, ax=panels[1])
    panels[1].set_title(f"{ended.sum()} of {len(ended)} runs\nend there")
    return np.asarray(panels)


def _dots(ax, losses, which, look):
    """Runs of one kind, at their place among all."""
    size = style.size()
    ax.plot(
        np.flatnonzero(which), losses[which], linestyle="", marker="o", markersize=0.35 * size, clip_on=False, **look
    )


def _beside(ax, names, is_chosen):
    """Names of the lines, right of them, each at least a line of text below the one before."""
    letter = text.letters("xtick.labelsize")
    bottom, top = np.log(ax.get_ylim())
    gap = 1.3 * letter / (ax.bbox.height / ax.get_figure(root=True).dpi * 72)
    place = np.inf
    for loss, words, color, strong in sorted(names, reverse=True):
        place = min((np.log(loss) - bottom) / (top - bottom), place - gap)
        weight = "bold" if strong and is_chosen else "normal"
        ax.text(1.02, place, words, transform=ax.transAxes, va="center", fontsize=letter, color=color, weight=weight)
