"""What the gradients of a net cost, three ways."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from lecture.from_scratch import GradientCosts
from lecture.plots.alt import describe
from lecture.plots.legends import clear_legend
from lecture.plots.style import COLORS

_WAYS = (
    ("nudging", "nudge each weight", COLORS[6], ":"),
    ("forward_mode", "forward, a pass for each weight", COLORS[1], "-."),
    ("backward", "backward, one pass for all", COLORS[0], "-"),
    ("forward", "one forward pass", COLORS[2], "--"),
)


def plot_gradient_costs(costs: Sequence[GradientCosts], *, ax: Axes | None = None) -> Axes:
    """Draw what all gradients of growing nets cost, in multiplications, against their number of weights and biases.

    Parameters
    ----------
    costs : sequence of GradientCosts
        Two or more, from ``lecture.from_scratch.gradient_costs``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With four lines: nudging, forward mode, backward, and one forward pass.

    Raises
    ------
    ValueError
        If there are fewer than two nets.
    """
    if len(costs) < 2:
        raise ValueError(f"plot_gradient_costs needs two or more nets, got {len(costs)}.")
    costs = sorted(costs, key=lambda cost: cost.n_parameters)
    if ax is None:
        _, ax = plt.subplots()
    sizes = [cost.n_parameters for cost in costs]
    for field, name, color, line in _WAYS:
        values = [getattr(cost, field) for cost in costs]
        ax.plot(sizes, values, line, marker="o", markersize=4, color=color, label=name)
    ax.set(xscale="log", yscale="log", xlabel="weights and biases", ylabel="multiplications")
    clear_legend(ax)
    sentence = "Backward and one forward pass run side by side, the other two climb away from them."
    return describe(ax, f"{len(costs)} growing nets. {costs[-1].describe()} {sentence}")
