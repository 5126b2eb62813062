"""A legend that lies on nothing that is drawn."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.legend import Legend

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
    legend = ax.legend(**{"borderaxespad": 0.2, "loc": "best"} | options)
    ax.figure.draw_without_rendering()
    box = legend.get_window_extent()
    if not any(box.contains(*point) for point in _drawn(ax)):
        return legend
    to_scale, share = ax.yaxis.get_transform(), min(0.6, 1.06 * box.height / ax.bbox.height)
    low, high = to_scale.transform(ax.get_ylim())
    ax.set_ylim(top=to_scale.inverted().transform(low + (high - low) / (1 - share)))
    legend.set_loc("upper right")
    return legend


def _drawn(ax):
    """Points in pixels on all lines: the markers, and where a line is drawn also points between them."""
    paths = []
    for line in ax.lines:
        path = line.get_transform().transform_path(line.get_path())
        is_line = line.get_linestyle() not in ("None", "", " ")
        paths.append(path.interpolated(_PIECES).vertices if is_line and len(path.vertices) < 500 else path.vertices)
    points = np.concatenate(paths) if paths else np.empty((0, 2))
    return points[np.isfinite(points).all(axis=1)]
