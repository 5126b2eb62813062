"""What many nets decide in the plane, over the points that they learnt from and over others."""

import matplotlib.pyplot as plt
import numpy as np
from contourpy import contour_generator
from matplotlib.collections import LineCollection

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em

_LOOKS = ((COLORS[0], "o"), (COLORS[1], "^"))


def plot_decisions(decisions, *, axes=None):
    """Draw where nets decide for which class: a row for each way of training, over training points on the left and over test points on the right.

    The colour is the mean chance over all nets, the thick line where it is one half; faint lines are the boundaries of
    single nets.

    Parameters
    ----------
    decisions : object
        With the attributes of ``experiments.imbalance.Decisions``.
    axes : array of matplotlib.axes.Axes (n_ways, 2), optional

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_ways, 2)
    """
    ways = list(decisions.chances)
    if axes is None:
        _, axes = plt.subplots(
            len(ways),
            2,
            figsize=(62 * em(), (24 * len(ways) + 3) * em()),
            sharex=True,
            sharey=True,
            squeeze=False,
            layout="constrained",
        )
    axes = np.asarray(axes, dtype=object).reshape(len(ways), 2)
    for row, way in zip(axes, ways):
        accuracy = decisions.accuracy[way]
        lines = [
            line
            for each in decisions.chances[way]
            for line in contour_generator(*np.moveaxis(decisions.grid, -1, 0), each).lines(0.5)
        ]
        _panel(row[0], decisions, way, lines, decisions.X, decisions.y)
        _panel(row[1], decisions, way, lines, decisions.X_test, decisions.y_test)
        few, n = int(np.sum(decisions.y == 1)), len(decisions.y)
        row[0].set_title(f"training, {way}: {few} of {n:,} are rare", fontsize="small")
        row[1].set_title(
            f"test, {way}: accuracy {accuracy.mean():.2f} ({accuracy.min():.2f} to {accuracy.max():.2f})",
            fontsize="small",
        )
        share = np.mean(decisions.chances[way].mean(axis=0) > 0.5)
        told = f"{len(accuracy)} nets trained at {decisions.ratio:g}:1 {way}"
        describe(
            row[0],
            f"{told}: on average they give {share:.0%} of the plane shown to the rare class, of which they saw {few} of {n} points.",
        )
        describe(
            row[1],
            f"The same nets over test points of both classes in equal number: accuracy {accuracy.mean():.3f}, from {accuracy.min():.3f} to {accuracy.max():.3f}.",
        )
        row[0].set_ylabel("x₂ (scaled)")
    for ax in axes[-1]:
        ax.set_xlabel("x₁ (scaled)")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    axes[0, 0].figure.legend(handles, labels, loc="outside lower center", ncols=4, handletextpad=0.4, fontsize="small")
    return axes


def _panel(ax, decisions, way, lines, X, y):
    size, (x1, x2) = plt.rcParams["font.size"], np.moveaxis(decisions.grid, -1, 0)
    chances = decisions.chances[way]
    mean = chances.mean(axis=0)
    ax.contourf(x1, x2, mean, levels=[0, 0.5, 1], colors=[color for color, _ in _LOOKS], alpha=0.16, zorder=0)
    ax.add_collection(LineCollection(lines, colors="0.35", linewidths=0.08 * size, alpha=0.35, zorder=2))
    if mean.min() < 0.5 < mean.max():
        ax.contour(x1, x2, mean, levels=[0.5], colors="black", linewidths=0.24 * size, zorder=3)
    for k, ((color, marker), name) in enumerate(zip(_LOOKS, ("frequent class", "rare class"))):
        shown = X[y == k]
        few = len(shown) < 100
        look = (
            dict(markersize=0.65 * size, markeredgecolor="white", markeredgewidth=0.05 * size, zorder=4)
            if few
            else dict(markersize=0.38 * size, markeredgewidth=0, alpha=0.55, zorder=1)
        )
        ax.plot(*shown.T, marker, color=color, label=name, **look)
    ax.plot([], [], color="black", linewidth=0.24 * size, label="boundary of the mean")
    ax.plot([], [], color="0.35", linewidth=0.08 * size, label="of single nets")
    ax.set(xlim=(x1.min(), x1.max()), ylim=(x2.min(), x2.max()))
    ax.grid(visible=False)
