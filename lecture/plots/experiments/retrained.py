"""Many nets that are trained anew while a slider moves."""

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em


def plot_learning_curves(curves, *, ax=None):
    """Draw the accuracy of many nets over the steps, a faint line for each, and their mean.

    Parameters
    ----------
    curves : object
        With the attributes of ``experiments.initialization.Curves``.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(38 * em(), 22 * em()))
    size, mean = plt.rcParams["font.size"], curves.accuracy.mean(axis=1)
    ax.plot(curves.steps, curves.accuracy, color=COLORS[0], alpha=0.2, linewidth=0.08 * size)
    ax.plot(curves.steps, mean, color=COLORS[1], linewidth=0.25 * size)
    ax.text(curves.steps[-1], mean[-1], f" {mean[-1]:.2f}", color=COLORS[1], va="center", weight="bold")
    ax.set(
        xlim=(0, curves.steps[-1] * 1.08),
        ylim=(0.3, 1.02),
        xlabel="step",
        ylabel="test accuracy",
        title=f"{curves.accuracy.shape[1]} nets, {curves.label}",
    )
    return describe(
        ax,
        f"Test accuracy of {curves.accuracy.shape[1]} nets over {curves.steps[-1]} steps, {curves.label}: the mean goes from {mean[0]:.2f} to {mean[-1]:.2f}.",
    )


def plot_weight_sizes(penalized, *, ax=None):
    """Draw the sizes of all weights of many nets in falling order, the mean of the nets and where nine in ten of them are; the share of weights that are all but 0, and the accuracy, stand beside.

    Parameters
    ----------
    penalized : object
        With the attributes of ``experiments.regularization.Penalized``.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(38 * em(), 22 * em()))
    size, sizes = plt.rcParams["font.size"], penalized.sizes
    rank = np.linspace(0, 1, sizes.shape[1])
    some = np.unique((np.linspace(0, 1, 60) ** 2 * (len(rank) - 1)).astype(int))  # more where the curve is steep
    low, high = np.quantile(sizes[:, some], (0.05, 0.95), axis=0)
    ax.fill_between(rank[some], low, high, color=COLORS[0], alpha=0.25, linewidth=0)
    ax.plot(rank[some], sizes.mean(axis=0)[some], color=COLORS[1], linewidth=0.25 * size)
    ax.axhline(penalized.small, color=COLORS[6], linewidth=0.08 * size, linestyle="--")
    small, accuracy = (sizes < penalized.small).mean(), penalized.accuracy
    said = f"accuracy {accuracy.mean():.2f}, deviation {accuracy.std():.2f}\nbelow {penalized.small:g}: {small:.0%} of the weights"
    ax.text(0.98, 0.95, said, transform=ax.transAxes, ha="right", va="top")
    ax.set(
        xlim=(0, 1),
        ylim=(0, 1.0),
        xlabel="share of the weights that are larger",
        ylabel="|w|",
        title=f"{len(sizes)} nets, {penalized.label}",
    )
    return describe(
        ax,
        f"Sizes of all weights of {len(sizes)} nets with {penalized.label}: mean {sizes.mean():.3g}, {small:.0%} below {penalized.small:g}; test accuracy {accuracy.mean():.2f} with deviation {accuracy.std():.2f}.",
    )
