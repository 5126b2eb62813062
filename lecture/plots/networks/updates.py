"""A net in the middle of its training: its weights, what the last update did to them, and the loss so far."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from lecture.checks import whole
from lecture.from_scratch import TrainingRecord
from lecture.network import layout
from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.networks.network import plot_network
from lecture.plots.networks.spots import spots_on
from lecture.plots.style import COLORS, size


def plot_weight_updates(record: TrainingRecord, iteration: int, *, axes: tuple[Axes, Axes] | None = None) -> Axes:
    """Draw a net in the middle of its training: its weights, what the last update did to them, and the loss so far.

    Edges are coloured and widened by their weights, on one scale for the whole training. A triangle on an edge says
    what the last update did: up where the weight grew, down where it shrank, and the larger the more.

    Parameters
    ----------
    record : TrainingRecord
        The whole training, from ``lecture.from_scratch.record_training``.
    iteration : int
        Number of updates done, from 0 (the initial weights) to ``record.steps``.
    axes : pair of matplotlib.axes.Axes, optional
        Axes for the net and for the loss; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        Those of the net; the loss stands beside it in the same figure.

    Raises
    ------
    ValueError
        If there is no such iteration.
    """
    whole(iteration, "iteration", most=record.steps)
    # Margins by hand: working them out takes longer than the drawing, at each move of a slider.
    margins = {"left": 0, "right": 0.985, "bottom": 0.15, "top": 0.91, "wspace": 0.16}
    left, right = style.axes(axes, style.WIDE, 24, ncols=2, width_ratios=[1.8, 1], gridspec_kw=margins, layout="none")
    net = record.nets[iteration]
    network = layout(net.sizes, bias=True)
    plot_network(network, ax=left, weights=net.matrices, limit=_largest(record))
    _draw_changes(left, network, record, iteration)
    left.set_title(f"update {iteration} of {record.steps}: ▲ grew  ▼ shrank" if iteration else "the initial weights")
    _draw_loss(right, record, iteration)
    return describe(left, record.describe(iteration))


def _largest(record):
    """The size of the largest weight in the whole training."""
    sizes = np.array([max(np.abs(matrix).max() for matrix in net.matrices) for net in record.nets])
    return float(sizes[np.isfinite(sizes)].max())


def _draw_changes(ax, network, record, iteration):
    """A triangle on each edge for what the last update did to its weight."""
    if iteration == 0:
        return
    change = network.edge_values(network.edges, record.changes(iteration))
    most = max(np.abs(matrix).max() for k in range(1, len(record.nets)) for matrix in record.changes(k))
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    ends = np.array(lines.get_segments())  # (n_edges, 2, 2)
    spots = spots_on(ends, np.array([0.12, 0.12]))
    for marker, chosen in (("^", change > 0), ("v", change < 0)):
        area = 2 * size() ** 2 * np.sqrt(np.abs(change[chosen]) / most)
        ax.scatter(*spots[chosen].T, s=area, marker=marker, color="black", edgecolor="white", linewidth=0.8, zorder=2.5)


def _draw_loss(ax, record, iteration):
    """The loss over the updates, with the one that is looked at."""
    losses, letter = record.losses[np.isfinite(record.losses)], size()
    ax.plot(losses, color=COLORS[0], linewidth=0.2 * letter)
    ax.plot([iteration], record.losses[[iteration]], "o", color=COLORS[1], markersize=letter, zorder=3)
    ax.set(title=f"loss {record.losses[iteration]:.3f}", xlabel="updates", ylabel="loss", ylim=(0, 1.08 * losses.max()))
    path = f"from {losses[0]:.3f} to {losses[-1]:.3f}"
    describe(ax, f"Beside it the loss over {record.steps} updates, {path}, marked at {iteration}.")
