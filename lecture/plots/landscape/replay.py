"""Paths of weights up to a moment, and paths whose names are kept back."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lecture.checks import whole
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.landscape.trajectories import Projection
from lecture.plots.style import COLORS

ROOM = 0.06  # around the outermost points, as a share of the picture


def plot_replay(pictures: Mapping[str, Projection], point: int, *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw paths of weights up to one of their points, each kind in a panel that stays the same for every point.

    Parameters
    ----------
    pictures : dict of str to lecture.landscape.Projection
        Paths of each kind by its name, with two axes or more, such as trainings and random walks.
    point : int
        Number of the point, from 0: the epoch, if there is a point for each.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each kind; new ones side by side if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no pictures, or a path has no such point.
    """
    panels = _panels(pictures, axes, 20.5)
    for ax, (name, picture) in zip(panels, pictures.items(), strict=True):
        E, T, _ = picture.points.shape
        whole(point, "point", least=0, most=T - 1)
        _draw(ax, picture, point)
        first, second = picture.explained[:2]
        ax.set(title=name, xlabel=f"axis 1: {first:.1%}\nof the variance", ylabel=f"axis 2: {second:.1%}")
        away = np.linalg.norm(picture.points[:, point, :2], axis=1)
        describe(ax, f"{E} {name} at point {point} of {T - 1}, {np.median(away):.3g} from the middle (median).")
    return panels


def plot_unnamed(
    pictures: Mapping[str, Projection], *, seed: int = 0, reveal: bool = False, axes: Sequence[Axes] | None = None
) -> np.ndarray:
    """Draw paths of weights of several kinds in random order, without names, for readers to tell which is which.

    Parameters
    ----------
    pictures : dict of str to lecture.landscape.Projection
        Paths of each kind by its name, with two axes or more.
    seed : int
        Seed of the order.
    reveal : bool
        Whether to write the names above the panels; the order stays.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each kind; new ones side by side if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no pictures.
    """
    panels = _panels(pictures, axes, 22)
    order = np.random.default_rng(seed).permutation([*pictures])
    for letter, ax, name in zip("ABCDEFGH", panels, order):
        picture = pictures[str(name)]
        E, T, _ = picture.points.shape
        _draw(ax, picture, T - 1)
        ax.set(xticks=[], yticks=[], title=f"{letter}: {name}" if reveal else letter)
        kind = str(name) if reveal else "paths"
        describe(ax, f"{letter}: {E} {kind} of {T} points from rings, their starts, to dots, their ends.")
    return panels


def _panels(pictures, axes, height):
    if not pictures:
        raise ValueError("pictures must be one or more, got none.")
    n = len(pictures)
    panels: Any = style.axes(axes, min(20 * n, style.WIDE), height, ncols=n, squeeze=False)
    return np.ravel(panels)


def _draw(ax, picture, last):
    """Paths from a ring at their starts to a dot at a point, in a square that holds all of them."""
    size, points = style.size(), picture.points[..., :2]
    low, high = points.min(axis=(0, 1)), points.max(axis=(0, 1))
    half = (0.5 + ROOM) * ((high - low).max() or 1)
    for number, path in enumerate(points):
        color = COLORS[number % len(COLORS)]
        ax.plot(*path[: last + 1].T, color=color, linewidth=0.1 * size, marker=".", markersize=0.25 * size)
        ax.plot(*path[:1].T, color=color, marker="o", markersize=0.6 * size, markerfacecolor="none")
        ax.plot(*path[last : last + 1].T, color=color, marker="o", markersize=0.7 * size)
    middle = (low + high) / 2
    ax.set(xlim=middle[0] + np.array([-half, half]), ylim=middle[1] + np.array([-half, half]), box_aspect=1)
