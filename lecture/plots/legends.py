"""Legends that lie on nothing that is drawn."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.legend import Legend

INSIDE = {"borderaxespad": 0.2, "loc": "best"}
CORNERS = ("upper left", "lower left", "lower right", "upper right")
_PIECES = 24  # of each stretch of a line, whose points must all be free


def clear_legend(ax: Axes, **options: Any) -> Legend:
    """Add a legend where it covers no line and no marker; where there is no such place, above all of them.

    Then the vertical axis grows, upwards, until the legend has room.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes with lines that have labels.
    **options
        Passed on to `matplotlib.axes.Axes.legend`.

    Returns
    -------
    matplotlib.legend.Legend
    """
    legend = ax.legend(**INSIDE | options)
    if not _covers(legend, ax):
        return legend
    height = legend.get_window_extent().height
    to_scale, share = ax.yaxis.get_transform(), min(0.6, 1.06 * height / ax.bbox.height)
    low, high = to_scale.transform(ax.get_ylim())
    ax.set_ylim(top=to_scale.inverted().transform(low + (high - low) / (1 - share)))
    legend.set_loc("upper right")
    return legend


def clear_legends(axes: Sequence[Axes], **options: Any) -> list[Legend]:
    """Add legends to the panels of a figure, which keep their height and their limits.

    One below all panels where a colour means the same in each of them. Otherwise a panel has its own: inside where it
    covers nothing, or else on its right. A panel with one curve needs none.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes
        All panels of one figure whose layout is constrained, with their titles.
    **options
        Passed on to `matplotlib.axes.Axes.legend`.

    Returns
    -------
    list of matplotlib.legend.Legend
    """
    labelled = [ax for ax in axes if len(ax.get_legend_handles_labels()[1]) > 1]
    curves = {label: handle for ax in labelled for handle, label in zip(*ax.get_legend_handles_labels())}
    if len(labelled) > 1 and len(_meanings(labelled)) == len(curves) == len(
        {color for color, _ in _meanings(labelled)}
    ):
        (figure,) = {ax.figure for ax in labelled}
        return [_below(figure, curves, options)]
    legends, inside = {ax: ax.legend(**INSIDE | options) for ax in labelled}, list(labelled)
    while ax := next((ax for ax in inside if _covers(legends[ax], ax)), None):
        inside.remove(ax)
        legends[ax] = ax.legend(**options, loc="center left", bbox_to_anchor=(1, 0.5))  # it takes room from the others
    return [*legends.values()]


def move_to_a_free_corner(legend: Legend, ax: Axes) -> Legend:
    """Move a legend to the corner of its Axes where it covers the fewest points of what is drawn there.

    Parameters
    ----------
    legend : matplotlib.legend.Legend
    ax : matplotlib.axes.Axes
        Laid out, with its lines.

    Returns
    -------
    matplotlib.legend.Legend
    """
    points = _drawn(ax)

    def covered(corner):
        legend.set_loc(corner)
        box = legend.get_window_extent()
        return np.count_nonzero(((points >= box.min) & (points <= box.max)).all(axis=1))

    legend.set_loc(min(CORNERS, key=covered))
    return legend


def _below(figure, curves, options):
    """One legend below all panels, in as few rows as its width allows; no row has more than four entries."""
    n, options = len(curves), {"loc": "outside lower center"} | options
    for rows in range(-(-n // 4), n + 1):
        legend = figure.legend(curves.values(), curves, ncols=-(-n // rows), **options)
        if rows == n or legend.get_window_extent().width <= figure.bbox.width:
            break
        legend.remove()
    return legend


def _meanings(axes):
    """What each colour means in the panels: (colour, label)."""
    pairs = (pair for ax in axes for pair in zip(*ax.get_legend_handles_labels()))
    return {(to_hex(getattr(handle, "lines", [handle])[0].get_color()), label) for handle, label in pairs}


def _covers(legend, ax):
    """Whether a legend lies on something that is drawn, once the figure is laid out."""
    ax.figure.draw_without_rendering()
    box = legend.get_window_extent()
    return any(box.contains(*point) for point in _drawn(ax))


def _drawn(ax):
    """Points in pixels on all lines: the markers, and where a line is drawn also points between them."""
    paths = []
    for line in ax.lines:
        path = line.get_transform().transform_path(line.get_path())
        is_line = line.get_linestyle() not in ("None", "", " ")
        paths.append(path.interpolated(_PIECES).vertices if is_line and len(path.vertices) < 500 else path.vertices)
    points = np.concatenate(paths) if paths else np.empty((0, 2))
    return points[np.isfinite(points).all(axis=1)]
