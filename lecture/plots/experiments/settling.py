"""Weights during training."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS


class Settling(Protocol):
    """Weights of layers over steps; `lecture.experiments.convergence.Settling` is one."""

    steps: np.ndarray  # (T,)
    weights: dict[str, np.ndarray]  # (T, n_weights) of each layer
    changes: dict[str, np.ndarray]  # (T - 1, n_seeds) of each layer


def plot_weight_paths(
    steps: np.ndarray | Sequence[int],
    weights: Mapping[str, np.ndarray],
    *,
    axes: Sequence[Axes] | None = None,
    rows: int = 1,
) -> np.ndarray:
    """Draw weights over the steps of a training, a panel for each set of them, all on the same range.

    Parameters
    ----------
    steps : array (T,)
        Recorded steps.
    weights : dict of str to array (T, n_weights)
        Sets of weights by name.
    axes : sequence of matplotlib.axes.Axes, optional
        Axes to draw on, one for each set; a new figure if None.
    rows : int
        Number of rows of panels in a new figure.

    Returns
    -------
    ndarray of matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no weights, or fewer axes than sets.
    """
    if not weights:
        raise ValueError("weights must have one set or more, got none.")
    panels = _grid(len(weights), rows) if axes is None else np.ravel(np.asarray(axes, dtype=object))
    if len(panels) < len(weights):
        raise ValueError(f"axes must be {len(weights)}, one for each set of weights, got {len(panels)}.")
    size = style.size()
    highest = max(np.abs(values).max(where=np.isfinite(values), initial=0) for values in weights.values()) or 1.0
    for ax, (name, values) in zip(panels, weights.items()):
        ax.plot(steps, values, color=COLORS[0], alpha=0.35, linewidth=0.09 * size)
        ax.axhline(0, color="0.7", linewidth=0.08 * size, zorder=0)
        ax.set(title=name, ylim=(-1.05 * highest, 1.05 * highest), xlim=(steps[0], steps[-1]))
        means = np.abs(values[[0, -1]]).mean(axis=1)
        first, last = (f"{mean:.3g}" if np.isfinite(mean) else "not finite" for mean in means)
        describe(
            ax,
            f"{name}: {values.shape[1]} weights over {steps[-1]} steps, of mean size {first} at first and {last} in "
            "the end.",
        )
    return panels


def plot_settling(settling: Settling, *, axes: np.ndarray | None = None) -> np.ndarray:
    """Draw the weights of each layer over the steps, and below how far they move between two recorded steps.

    Parameters
    ----------
    settling : object
        Recorded steps, and weights and changes of each layer.
    axes : array (2, n_layers) of matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (2, n_layers)
    """
    n = len(settling.weights)
    panels: Any = style.axes(
        axes, min(15 * n, style.WIDE), 27, nrows=2, ncols=n, sharex=True, sharey="row", squeeze=False
    )
    panels = np.asarray(panels, dtype=object).reshape(2, n)
    if axes is None:
        panels[0, 0].set_ylabel("weight")
        panels[1, 0].set_ylabel("change")
    plot_weight_paths(settling.steps, settling.weights, axes=panels[0])
    for ax, (name, moved) in zip(panels[1], settling.changes.items()):
        _changes(ax, name, settling.steps[1:], moved)
    return panels


def _grid(n, rows):
    """Axes of a new figure with labels at its left and lower edge."""
    columns = -(-n // rows)
    shared = dict(sharex=True, sharey=True, squeeze=False)
    axes: Any = style.axes(
        None, min(max(18 * columns, 30), style.WIDE), 12 * rows + 4, nrows=rows, ncols=columns, **shared
    )
    for ax in axes[:, 0]:
        ax.set_ylabel("weight")
    for ax in axes[-1]:
        ax.set_xlabel("step")
    return np.ravel(axes)


def _changes(ax, name, steps, moved):
    """How far the weights of one layer move: some seeds faint, the mean strong."""
    size, mean = style.size(), moved.mean(axis=1)
    some = np.linspace(0, moved.shape[1] - 1, min(moved.shape[1], 4)).astype(int)
    ax.plot(steps, moved[:, some], color=COLORS[6], alpha=0.2, linewidth=0.06 * size)
    ax.plot(steps, mean, color=COLORS[1], linewidth=0.16 * size)
    ax.set_xlabel("step")
    ax.set_ylim(bottom=0)
    describe(
        ax,
        f"{name}: the change between two recorded steps, mean of {moved.shape[1]} seeds, goes from {mean[0]:.3g} to "
        f"{mean[-1]:.3g}.",
    )
