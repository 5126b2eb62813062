"""A gradient check as a picture: the error of each array, layer by layer."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lecture.from_scratch import TOLERANCES, GradientCheck
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, size
from lecture.words import digits

_MARKERS = {"W": ("s", "W"), "b": ("o", "b"), "gamma": ("^", "γ"), "beta": ("D", "β")}
_COLORS = {"right": COLORS[0], "zero": COLORS[6], "not judged": COLORS[5], "wrong": COLORS[1]}
LEAST = 1e-17  # errors below it stand on the floor: one rounding is 1e-16


def plot_gradient_check(check: GradientCheck, *, key_rows: int = 1, ax: Axes | None = None) -> Axes:
    """Draw the error of each array of a net over its layer, with the verdict as its colour.

    Arrays whose gradient is 0 within rounding stand, hollow, in a lane of their own below: their relative error says
    nothing. Where the errors jump up on the way back to the first layer, there the fault is.

    Parameters
    ----------
    check : GradientCheck
        What was found, from ``lecture.from_scratch.check_gradients``.
    key_rows : int
        Number of rows of the legend: two on Axes that share a figure.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With a marker for each array.
    """
    ax = style.axes(ax, 46, 26)
    names = [name for name in _MARKERS if any(row.name == name for row in check.rows)]
    shifts = dict(zip(names, np.linspace(-0.27, 0.27, len(names)) if len(names) > 2 else (-0.1, 0.1)))
    lowest = min([max(row.error, LEAST) for row in check.rows if row.verdict != "zero"] or [1e-10]) / 10
    for row in check.rows:
        is_zero = row.verdict == "zero"
        height = lowest / 10 if is_zero else np.clip(row.error if np.isfinite(row.error) else 1, LEAST, 1)
        face = "white" if is_zero else _COLORS[row.verdict]
        look = {"color": _COLORS[row.verdict], "markerfacecolor": face, "markersize": 0.7 * size(), "clip_on": False}
        ax.plot([row.layer + shifts[row.name]], [height], _MARKERS[row.name][0], **look, zorder=3)
    _draw_ground(ax, check, lowest)
    _draw_keys(ax, check, key_rows)
    return describe(ax, check.describe())


def _draw_ground(ax, check, lowest):
    """The line below which an array is right, the lane of the zeros, and the axes."""
    tolerance, last = TOLERANCES[check.method], max(row.layer for row in check.rows)
    ax.axhline(tolerance, color="0.4", linestyle="--", linewidth=0.1 * size(), zorder=1)
    place = {"xytext": (0, 3), "textcoords": "offset points", "ha": "right", "color": "0.3"}
    ax.annotate(f"right below {digits(tolerance)}", (last + 0.5, tolerance), **place)
    floor = lowest / 30 if check.count("zero") else lowest
    if check.count("zero"):
        ax.axhspan(floor, 10 * floor, color="0.93", zorder=0)
    ax.set_yscale("log")
    ax.set_ylim(floor, 10)
    ax.set_yticks([10.0**power for power in range(0, -18, -3) if 10.0**power >= lowest])
    ax.minorticks_off()
    ax.set(xlim=(0.5, last + 0.5), xlabel="layer", ylabel="relative error")
    ax.set_xticks(range(1, last + 1))
    ax.grid(visible=False, axis="x")


def _draw_keys(ax, check, rows):
    """One legend for the arrays and the verdicts that occur."""
    names, verdicts = {row.name for row in check.rows}, {row.verdict for row in check.rows}
    plain = {"linestyle": "", "markersize": 0.7 * size()}
    keys = [
        Line2D([], [], marker=marker, color="0.35", label=label, **plain)
        for name, (marker, label) in _MARKERS.items()
        if name in names
    ]
    for verdict, color in _COLORS.items():
        if verdict in verdicts:
            face = "white" if verdict == "zero" else color
            keys.append(Line2D([], [], marker="o", color=color, markerfacecolor=face, label=verdict, **plain))
    layout = {"ncols": -(-len(keys) // rows), "columnspacing": 1.0, "borderaxespad": 0.4}
    ax.legend(handles=keys, loc="lower center", bbox_to_anchor=(0.5, 1), **layout)
