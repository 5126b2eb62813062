"""The error of central differences over their step, in one or two precisions."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lecture.from_scratch import ErrorsOverH
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, size
from lecture.words import digits

_LOOKS = {"float64": (COLORS[0], "o"), "float32": (COLORS[1], "s")}
LEAST = 1e-12


def plot_errors_over_h(curves: Sequence[ErrorsOverH], *, ax: Axes | None = None) -> Axes:
    """Draw how far central differences are from the gradient, over their step h.

    A line leaves out the entries that crossed a kink; a cross is the error with them, where there are any. Dashed is
    what rounding alone lets expect.

    Parameters
    ----------
    curves : sequence of ErrorsOverH
        Curves, one for each precision, from ``lecture.from_scratch.errors_over_h``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With a line for each curve, and a cross for each step at which a kink was crossed.
    """
    ax = style.axes(ax, 46, 28)
    for curve in curves:
        _draw_curve(ax, curve)
    hs = np.concatenate([curve.hs for curve in curves])
    ax.set(xscale="log", yscale="log", xlim=(hs.min() / 2, hs.max() * 2), xlabel="step h", ylabel="relative error")
    ax.set_ylim(LEAST, 3)
    ax.set_yticks([10.0**power for power in range(0, -13, -3)])
    ax.minorticks_off()
    _draw_keys(ax, curves)
    return describe(ax, " ".join(curve.describe() for curve in curves))


def _draw_curve(ax, curve):
    """One precision: the error, what rounding makes of it, the kinks and the best step."""
    color, marker = _LOOKS[curve.dtype]
    thin, best = 0.1 * size(), (curve.hs[curve.best], curve.with_kinks[curve.best])
    ax.plot(curve.hs, curve.rounding, "--", color=color, linewidth=thin, zorder=1)
    look = {"color": color, "linewidth": 0.2 * size(), "markersize": 0.4 * size(), "zorder": 3}
    ax.plot(curve.hs, curve.errors, f"{marker}-", label=curve.dtype, **look)
    kinked = curve.crossed > 0
    if kinked.any():
        crosses = {"markersize": 0.6 * size(), "markeredgewidth": 0.2 * size(), "zorder": 4}
        ax.plot(curve.hs[kinked], curve.with_kinks[kinked], "x", color=color, **crosses)
        ax.vlines(curve.hs[kinked], curve.errors[kinked], curve.with_kinks[kinked], color=color, linewidth=thin)
    place = {"textcoords": "offset points", "ha": "right", "va": "top", "color": color, "weight": "bold"}
    ax.annotate(f"h = {digits(best[0], 1)}", best, xytext=(-0.3 * size(), -0.9 * size()), **place)


def _draw_keys(ax, curves):
    """One legend for the precisions, the kinks and rounding."""
    handles, _ = ax.get_legend_handles_labels()
    if any((curve.crossed > 0).any() for curve in curves):
        handles.append(Line2D([], [], marker="x", linestyle="", color="0.35", label="with entries across a kink"))
    handles.append(Line2D([], [], linestyle="--", color="0.35", label="rounding"))
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 1.17), ncols=len(handles), columnspacing=1.0)
