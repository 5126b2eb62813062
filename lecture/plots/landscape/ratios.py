"""Minimal ratios: over the radius of the samples, and against the loss."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS

RULED = 0.5  # share of the samples from which on the slope is said to rule


class Ratios(Protocol):
    """Ratios at one point; `lecture.experiments.radii.RatiosOverRadii` is one."""

    radii: np.ndarray  # (n,)
    sampled: np.ndarray  # (n,)
    low: np.ndarray  # (n,)
    high: np.ndarray  # (n,)
    slope_share: np.ndarray  # (n,)
    eigenvalues: Any  # a number


def plot_ratios_over_radii(
    ratios: Mapping[str, Ratios], *, radius: float | None = None, axes: Sequence[Axes] | None = None
) -> np.ndarray:
    """Draw the minimal ratio by samples over their radius, beside that by eigenvalues, a panel for each point.

    Shaded is where the slope moves the loss more than the curvature does, in most samples: there the ratio is a coin
    toss.

    Parameters
    ----------
    ratios : dict of str to object
        Ratios at many radii around each point, by its name.
    radius : float, optional
        Radius at which to read off the ratios; no reading if None.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each point; new ones, two in a row, if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_points,)

    Raises
    ------
    ValueError
        If there are no ratios, or fewer axes than points.
    """
    if not ratios:
        raise ValueError("ratios must be those around one or more points, got none.")
    panels = _grid(axes, len(ratios), 14)
    for ax, (name, own) in zip(panels, ratios.items()):
        _panel(ax, name, own, radius)
    _name_axes(panels, "radius of the samples", "share that leads up")
    if axes is None:
        handles = {label: handle for ax in panels for handle, label in zip(*ax.get_legend_handles_labels())}
        panels[0].figure.legend(handles.values(), handles, loc="outside lower center", ncols=3)
    return panels


def _panel(ax, name, ratios, radius):
    """One point."""
    size, radii = style.size(), ratios.radii
    ruled = ratios.slope_share > RULED
    if ruled.any():
        end = radii[np.flatnonzero(ruled)[-1]]
        ax.axvspan(radii[0], end, color=COLORS[5], alpha=0.25, linewidth=0, label="the slope rules: a coin toss")
    ax.axhline(0.5, color="0.6", linewidth=0.06 * size, linestyle=":", zorder=1)
    ax.fill_between(radii, ratios.low, ratios.high, color=COLORS[0], alpha=0.25, linewidth=0, zorder=2)
    ax.plot(radii, ratios.sampled, color=COLORS[0], linewidth=0.2 * size, label="samples", zorder=3)
    look = dict(color=COLORS[1], linewidth=0.18 * size, linestyle="--")
    ax.axhline(ratios.eigenvalues, label="eigenvalues", zorder=4, clip_on=False, **look)
    title = name
    if radius is not None:
        place = int(np.argmin(np.abs(np.log(radii / radius))))
        ax.axvline(radii[place], color=COLORS[6], linewidth=0.1 * size, zorder=4)
        ax.plot(radii[place], ratios.sampled[place], color=COLORS[6], marker="o", markersize=0.6 * size, zorder=5)
        title = f"{name}\nsamples {ratios.sampled[place]:.2f}, eigenvalues {ratios.eigenvalues:.2f}"
    ax.set(title=title, xscale="log", xlim=(radii[0], radii[-1]), ylim=(-0.03, 1.05))
    ax.minorticks_off()  # they take more than half of the time: 0.5 s of 0.9
    describe(ax, f"{name}: {_in_words(ratios, ruled)}")


def _in_words(ratios, ruled):
    radii, sampled = ratios.radii, ratios.sampled
    toss = f" the slope rules up to radius {radii[np.flatnonzero(ruled)[-1]]:.2g};" if ruled.any() else ""
    return (
        f"share of directions that lead up,{toss} by samples {sampled[0]:.2f} at radius {radii[0]:.2g} and "
        f"{sampled[-1]:.2f} at {radii[-1]:.2g}, by eigenvalues {ratios.eigenvalues:.2f}."
    )


def plot_ratios_against_loss(
    readings: Mapping[str, tuple[ArrayLike, ArrayLike]], *, axes: Sequence[Axes] | None = None
) -> np.ndarray:
    """Draw the loss of points over their minimal ratio, a panel for each way to read the ratio.

    Parameters
    ----------
    readings : dict of str to (array, array)
        Ratios and losses of the same points, (K,) each, by how the ratio was read.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each reading; new ones, two in a row, if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_readings,)

    Raises
    ------
    ValueError
        If there are no readings, or fewer axes than readings.
    """
    if not readings:
        raise ValueError("readings must be one or more, got none.")
    panels = _grid(axes, len(readings), 15)
    for ax, (name, (ratios, losses)) in zip(panels, readings.items(), strict=True):
        ratios, losses = np.asarray(ratios, float), np.asarray(losses, float)
        ax.axvline(0.5, color="0.6", linewidth=0.06 * style.size(), linestyle=":", zorder=1)
        look = dict(color=COLORS[0], alpha=0.5, marker="o", markersize=0.5 * style.size(), linestyle="")
        ax.plot(ratios, losses, clip_on=False, **look)
        ax.set(title=name, xlim=(-0.03, 1.03), yscale="log")
        good, high = (np.median(ratios[at]) for at in (losses <= np.median(losses), losses >= np.median(losses)))
        said = f"{len(losses)} points with a loss of {losses.min():.2g} to {losses.max():.2g}"
        describe(ax, f"{name}, {said}: median ratio {good:.2f} of the lower half, {high:.2f} of the upper.")
    _name_axes(panels, "minimal ratio", "loss")
    return panels


def _grid(axes, n, height):
    """Axes for n panels of a height in em, by default two in a row."""
    n_rows, n_columns = -(-n // 2), min(2, n)
    shared = dict(nrows=n_rows, ncols=n_columns, sharex=True, sharey=True, squeeze=False, layout="constrained")
    panels: Any = style.axes(axes, min(26 * n_columns, style.WIDE), min(5 + height * n_rows, style.TALL), **shared)
    panels = np.ravel(np.asarray(panels, dtype=object))
    if len(panels) < n:
        raise ValueError(f"axes must be {n}, one for each panel, got {len(panels)}.")
    for ax in panels[n:]:
        ax.set_visible(False)
    return panels[:n]


def _name_axes(panels, x_name, y_name):
    """Names left of the first column and below the last row."""
    for at, ax in enumerate(panels):
        if at % 2 == 0:
            ax.set_ylabel(y_name)
        if at + 2 >= len(panels):
            ax.set_xlabel(x_name)
            ax.tick_params(labelbottom=True)
