"""The spread of what activations take, and of the gradients, through the layers of untrained nets."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from lecture.from_scratch import Spread
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, size

_MARKERS = "ovs^DXP"
FLOOR = 1e-30  # what is smaller, or 0, stands on the floor


def plot_spread(spreads: Sequence[Spread], *, axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Draw how inputs and gradients spread through untrained nets, a line for each setting.

    A line is the median over the seeds, the band around it their range.

    Parameters
    ----------
    spreads : sequence of Spread
        One to seven, from ``lecture.from_scratch.spread``, of nets of the same depth.
    axes : pair of matplotlib.axes.Axes, optional
        Axes for u and for the gradients; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        That of u; the gradients stand beside it in the same figure.

    Raises
    ------
    ValueError
        If there are none or more than seven, or their depths differ.
    """
    spreads = list(spreads)
    if not 1 <= len(spreads) <= len(_MARKERS):
        raise ValueError(f"plot_spread draws 1 to {len(_MARKERS)} settings, got {len(spreads)}.")
    if len({spread.depth for spread in spreads}) > 1:
        raise ValueError(f"The nets must have the same depth, got {', '.join(str(s.depth) for s in spreads)}.")
    forward, backward = axes = style.axes(axes, style.WIDE, 27, ncols=2)
    for color, marker, spread in zip(COLORS, _MARKERS, spreads):
        look = {"color": color, "marker": marker, "markersize": 0.6 * size(), "label": _label(spread, spreads)}
        for ax, values in ((forward, spread.u_std), (backward, spread.weight_gradient_norm)):
            values = np.maximum(values, FLOOR)
            layers = np.arange(1, spread.depth + 1)
            ax.plot(layers, np.median(values, axis=0), **look)
            ax.fill_between(layers, values.min(axis=0), values.max(axis=0), color=color, alpha=0.2, linewidth=0)
    forward.set_title("Forward →  spread of u")
    backward.set_title("← Backward  size of ∂L/∂W")
    for ax in axes:
        ax.set(xlabel="hidden layer", yscale="log")
        ax.set_xticks(layers)
    columns = 2 if len(spreads) in (2, 4) else 3
    forward.figure.legend(*forward.get_legend_handles_labels(), loc="outside lower center", ncols=columns)
    describe(forward, f"Two panels over the hidden layers, logarithmic scales. {spreads[0].describe()}")
    describe(backward, " ".join(spread.describe() for spread in spreads[1:]))
    return forward


def _label(spread, spreads):
    """What tells a setting from the others."""
    norm = "no batch norm" if spread.epsilon is None else f"batch norm, ε = {spread.epsilon:g}"
    start = spread.sigma if isinstance(spread.sigma, str) else f"σ = {spread.sigma:g}"
    return f"{start}, {norm}" if len({s.sigma for s in spreads}) > 1 else norm
