"""Weights while nets are trained."""

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em


def plot_weight_paths(steps, weights, *, axes=None, rows=1):
    """Draw weights over the steps of a training, a panel for each set of them, all on the same range.

    Parameters
    ----------
    steps : array (T,)
    weights : dict of str to array (T, n_weights)
    axes : sequence of matplotlib.axes.Axes, optional
        One for each set.
    rows : int
        Of panels, where no axes are given.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is nothing to draw, or there are fewer axes than sets.
    """
    if not weights:
        raise ValueError("weights must have one set or more, got none.")
    if axes is None:
        columns = -(-len(weights) // rows)
        _, axes = plt.subplots(
            rows,
            columns,
            figsize=(max(18 * columns, 30) * em(), (12 * rows + 4) * em()),
            sharex=True,
            sharey=True,
            squeeze=False,
        )
        for ax in axes[:, 0]:
            ax.set_ylabel("weight")
        for ax in axes[-1]:
            ax.set_xlabel("step")
    axes = np.ravel(np.asarray(axes, dtype=object))
    if len(axes) < len(weights):
        raise ValueError(f"axes must be {len(weights)}, one for each set of weights, got {len(axes)}.")
    highest = max(np.abs(values).max(where=np.isfinite(values), initial=0) for values in weights.values()) or 1.0
    for ax, (name, values) in zip(axes, weights.items()):
        ax.plot(steps, values, color=COLORS[0], alpha=0.35, linewidth=0.09 * plt.rcParams["font.size"])
        ax.axhline(0, color="0.7", linewidth=0.08 * plt.rcParams["font.size"], zorder=0)
        ax.set(title=name, ylim=(-1.05 * highest, 1.05 * highest), xlim=(steps[0], steps[-1]))
        sizes = np.abs(values[[0, -1]]).mean(axis=1)
        first, last = (f"{size:.3g}" if np.isfinite(size) else "not finite" for size in sizes)
        said = f"{name}: {values.shape[1]} weights over {steps[-1]} steps"
        describe(ax, f"{said}, of mean size {first} first and {last} in the end.")
    return axes


def plot_settling(settling, *, axes=None):
    """Draw the weights of each layer over the steps, and below how far they move from one look to the next.

    Parameters
    ----------
    settling : object
        With the attributes of ``experiments.convergence.Settling``.
    axes : array (2, n_layers) of matplotlib.axes.Axes, optional

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2, n_layers)
    """
    n = len(settling.weights)
    if axes is None:
        _, axes = plt.subplots(2, n, figsize=(15 * n * em(), 27 * em()), sharex=True, sharey="row")
        axes[0, 0].set_ylabel("weight")
        axes[1, 0].set_ylabel("change from look to look")
    axes = np.asarray(axes, dtype=object).reshape(2, n)
    size = plt.rcParams["font.size"]
    plot_weight_paths(settling.steps, settling.weights, axes=axes[0])
    for ax, (name, moved) in zip(axes[1], settling.changes.items()):
        at = settling.steps[1:]
        shown = np.linspace(0, moved.shape[1] - 1, min(moved.shape[1], 4)).astype(int)
        ax.plot(at, moved[:, shown], color=COLORS[6], alpha=0.2, linewidth=0.06 * size)
        mean = moved.mean(axis=1)
        ax.plot(at, mean, color=COLORS[1], linewidth=0.16 * size)
        ax.set_xlabel("step")
        ax.set_ylim(bottom=0)
        describe(
            ax,
            f"{name}: the change from look to look, mean of {moved.shape[1]} seeds, goes from {mean[0]:.3g} to {mean[-1]:.3g}.",
        )
    return axes
