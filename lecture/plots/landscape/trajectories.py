"""Paths of weights in the plane that explains most of them, with paths that learnt nothing beside."""

from typing import Protocol

import numpy as np

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS


class Projection(Protocol):
    """Paths in the directions of largest variance; `lecture.landscape.Projection` is one."""

    points: np.ndarray  # (E, T, k)
    explained: np.ndarray  # (k,)
    null: "Projection | None"

    def describe(self) -> str:
        """Say what the picture tells."""
        ...


def plot_trajectories(projection: Projection, *, axes: np.ndarray | None = None) -> np.ndarray:
    """Draw paths of weights in their first two axes, and beside them their null, if there is one.

    Each path goes from a ring, its start, to a dot, its end.

    Parameters
    ----------
    projection : lecture.landscape.Projection
        Paths with two components or more.
    axes : array of matplotlib.axes.Axes, optional
        Axes to draw on, one for the paths and one for the null; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is one component only, or there are fewer axes than pictures.
    """
    pictures = {"training": projection}
    if projection.null is not None:
        pictures["by chance"] = projection.null
    if projection.points.shape[-1] < 2:
        raise ValueError(f"projection must have two components or more, got {projection.points.shape[-1]}.")
    n = len(pictures)
    panels = np.ravel(style.axes(axes, min(20 * n, style.WIDE), 19, ncols=n, squeeze=False) if axes is None else axes)
    if len(panels) < n:
        raise ValueError(f"axes must be {n}, one for the paths and one for their null, got {len(panels)}.")
    for ax, (name, picture) in zip(panels, pictures.items()):
        _paths(ax, picture)
        ax.set_title(name)
        describe(ax, f"{name}: {picture.describe()}.")
    return panels


def _paths(ax, picture):
    size = style.size()
    for at, path in enumerate(picture.points):
        color = COLORS[at % len(COLORS)]
        ax.plot(path[:, 0], path[:, 1], color=color, linewidth=0.1 * size, marker=".", markersize=0.3 * size)
        ax.plot(*path[0, :2], color=color, marker="o", markersize=0.6 * size, markerfacecolor="none")
        ax.plot(*path[-1, :2], color=color, marker="o", markersize=0.6 * size)
    for axis, share, number in ((ax.xaxis, picture.explained[0], 1), (ax.yaxis, picture.explained[1], 2)):
        axis.set_label_text(f"axis {number}: {share:.1%} of the variance")
    ax.set_aspect("equal", adjustable="datalim")
