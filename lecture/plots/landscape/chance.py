"""Paths of trainings, and beside them paths that learnt nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.landscape.trajectories import Projection, plot_trajectories


def plot_beside_chance(pictures: Mapping[str, Projection], *, axes: Sequence[Axes] | None = None) -> np.ndarray:
    """Draw paths of weights of several kinds, such as trainings and random walks, each kind in a panel of its own.

    Each path goes from a ring, its start, to a dot, its end.

    Parameters
    ----------
    pictures : dict of str to lecture.landscape.Projection
        Paths of each kind by its name, with two axes or more and without a null of their own.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each kind; new ones side by side if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no pictures, or one has a single axis or a null of its own.
    """
    if not pictures:
        raise ValueError("pictures must be one or more, got none.")
    panels: Any = style.axes(axes, min(21 * len(pictures), style.WIDE), 23, ncols=len(pictures), squeeze=False)
    for ax, (name, picture) in zip(np.ravel(panels), pictures.items(), strict=True):
        plot_trajectories(picture, axes=np.array([ax]))
        ax.set_title(name)
        describe(ax, _in_words(name, picture))
    return np.ravel(panels)


def _in_words(name, picture):
    E, T, _ = picture.points.shape
    first, second = picture.explained[:2]
    distances = np.linalg.norm(picture.points[..., :2], axis=2)
    away = (np.diff(distances, axis=1) > 0).mean()
    return (
        f"{E} {name} of {T} points in the plane of their largest variance, whose axes explain {first:.1%} and "
        f"{second:.1%} of it: {away:.0%} of the steps lead away from the middle."
    )
