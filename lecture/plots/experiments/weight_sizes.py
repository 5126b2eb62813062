"""The sizes of the weights of many networks."""

from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS


class Sizes(Protocol):
    """Sizes of weights; `lecture.experiments.live.PenalizedWeights` is one."""

    sizes: np.ndarray  # (n_nets, n_weights), decreasing
    accuracy: np.ndarray  # (n_nets,)
    small: float
    label: str


def plot_weight_sizes(weights: Sizes, *, ax: Axes | None = None) -> Axes:
    """Draw the sizes of all weights of many networks in decreasing order: their mean, and the range of nine in ten.

    The share of weights that count as 0, and the accuracy, stand beside.

    Parameters
    ----------
    weights : object
        Sizes of the weights (n_nets, n_weights) in decreasing order, accuracies, the size that counts as 0, a label.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.axes(ax, 38, 22)
    size, sizes = style.size(), weights.sizes
    rank = np.linspace(0, 1, sizes.shape[1])
    some = np.unique((np.linspace(0, 1, 60) ** 2 * (len(rank) - 1)).astype(int))  # more where the curve is steep
    low, high = np.quantile(sizes[:, some], (0.05, 0.95), axis=0)
    ax.fill_between(rank[some], low, high, color=COLORS[0], alpha=0.25, linewidth=0)
    ax.plot(rank[some], sizes.mean(axis=0)[some], color=COLORS[1], linewidth=0.25 * size)
    ax.axhline(weights.small, color=COLORS[6], linewidth=0.08 * size, linestyle="--")
    small, mean, deviation = (sizes < weights.small).mean(), weights.accuracy.mean(), weights.accuracy.std()
    beside = f"accuracy {mean:.2f}, deviation {deviation:.2f}\nbelow {weights.small:g}: {small:.0%} of the weights"
    ax.text(0.98, 0.95, beside, transform=ax.transAxes, ha="right", va="top")
    ax.set(
        xlim=(0, 1),
        ylim=(0, 1.0),
        xlabel="share of the weights that are larger",
        ylabel="|w|",
        title=f"{len(sizes)} networks, {weights.label}",
    )
    return describe(
        ax,
        f"Sizes of all weights of {len(sizes)} networks with {weights.label}: mean {sizes.mean():.3g}, {small:.0%} "
        f"below {weights.small:g}; test accuracy {mean:.2f} with deviation {deviation:.2f}.",
    )
