"""What many networks decide in the plane, over the points that they learnt from and over others."""

from typing import Any, Protocol

import numpy as np
from contourpy import contour_generator
from matplotlib.collections import LineCollection

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS

_LOOKS = ((COLORS[0], "o"), (COLORS[1], "^"))


class Decisions(Protocol):
    """Decisions in the plane; `lecture.experiments.imbalance.RareClassDecisions` is one."""

    ratio: float
    X: np.ndarray  # (n, 2)
    y: np.ndarray  # (n,)
    X_test: np.ndarray  # (n_test, 2)
    y_test: np.ndarray  # (n_test,)
    grid: np.ndarray  # (n_grid, n_grid, 2)
    chances: dict[str, np.ndarray]  # (n_nets, n_grid, n_grid) for each way of training
    accuracy: dict[str, np.ndarray]  # (n_nets,) for each way of training


def plot_decisions(decisions: Decisions, *, axes: np.ndarray | None = None) -> np.ndarray:
    """Draw where networks decide for which class, over training points on the left and over test points on the right.

    There is a row for each way of training. The colour is the mean probability over all networks, the thick line where
    it is one half; faint lines are the boundaries of single networks.

    Parameters
    ----------
    decisions : object
        Points, and for each way of training the probabilities in the plane and the accuracies.
    axes : array of matplotlib.axes.Axes (n_ways, 2), optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes (n_ways, 2)
    """
    n = len(decisions.chances)
    shared = dict(sharex=True, sharey=True, squeeze=False, layout="constrained")
    panels: Any = style.axes(axes, style.WIDE, min(24 * n + 3, style.TALL), nrows=n, ncols=2, **shared)
    panels = np.asarray(panels, dtype=object).reshape(n, 2)
    for row, way in zip(panels, decisions.chances):
        _row(row, decisions, way)
    for ax in panels[-1]:
        ax.set_xlabel("x₁ (scaled)")
    first = panels[0, 0]
    handles, labels = first.get_legend_handles_labels()
    first.figure.legend(handles, labels, loc="outside lower center", ncols=2, handletextpad=0.4)
    return panels


def _row(axes, decisions, way):
    """One way of training: training points and test points."""
    train, test = axes
    chances, accuracy = decisions.chances[way], decisions.accuracy[way]
    x1, x2 = np.moveaxis(decisions.grid, -1, 0)
    lines = [line for each in chances for line in contour_generator(x1, x2, each).lines(0.5)]
    _panel(train, decisions.grid, chances, lines, (decisions.X, decisions.y))
    _panel(test, decisions.grid, chances, lines, (decisions.X_test, decisions.y_test))
    few, n = int(np.sum(decisions.y == 1)), len(decisions.y)
    low, mean, high = accuracy.min(), accuracy.mean(), accuracy.max()
    train.set_title(f"training, {way}:\n{few} of {n:,} are rare")
    test.set_title(f"test, {way}:\naccuracy {mean:.2f} ({low:.2f} to {high:.2f})")
    train.set_ylabel("x₂ (scaled)")
    share = np.mean(chances.mean(axis=0) > 0.5)
    describe(
        train,
        f"{len(accuracy)} networks trained at {decisions.ratio:g}:1 {way}: on average they give {share:.0%} of the "
        f"plane shown to the rare class, of which they saw {few} of {n} points.",
    )
    describe(
        test,
        "The same networks over test points of both classes in equal number: "
        f"accuracy {mean:.3f}, from {low:.3f} to {high:.3f}.",
    )


def _panel(ax, grid, chances, lines, points):
    """Decisions as colour and lines, and points over them."""
    size, (x1, x2), (X, y) = style.size(), np.moveaxis(grid, -1, 0), points
    mean = chances.mean(axis=0)
    ax.contourf(x1, x2, mean, levels=[0, 0.5, 1], colors=[color for color, _ in _LOOKS], alpha=0.16, zorder=0)
    ax.add_collection(LineCollection(lines, colors="0.35", linewidths=0.08 * size, alpha=0.35, zorder=2))
    if mean.min() < 0.5 < mean.max():
        ax.contour(x1, x2, mean, levels=[0.5], colors="black", linewidths=0.24 * size, zorder=3)
    strong = dict(markersize=0.65 * size, markeredgecolor="white", markeredgewidth=0.05 * size, zorder=4)
    faint = dict(markersize=0.38 * size, markeredgewidth=0, alpha=0.55, zorder=1)
    for k, ((color, marker), name) in enumerate(zip(_LOOKS, ("frequent class", "rare class"))):
        shown = X[y == k]
        ax.plot(*shown.T, marker, color=color, label=name, **(strong if len(shown) < 100 else faint))
    ax.plot([], [], color="black", linewidth=0.24 * size, label="boundary of the mean")
    ax.plot([], [], color="0.35", linewidth=0.08 * size, label="of single networks")
    ax.set(xlim=(x1.min(), x1.max()), ylim=(x2.min(), x2.max()))
    ax.grid(visible=False)
