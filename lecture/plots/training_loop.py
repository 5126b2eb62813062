"""The training loop as a picture, with the numbers of a real round."""

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from lecture.plots.alt import describe
from lecture.plots.style import COLORS

CHOICES = ("architecture", "initialization", "loss", "optimizer")
_STEP, _HALF = 5.4, 2.25  # from box to box, and half a box
_FORWARD, _BACK = COLORS[0], COLORS[1]


def plot_training_loop(loop, *, ax=None):
    """Draw what goes round: a batch, the layers, predictions, loss, optimizer, and the update of the weights.

    Way forward in blue, way back in vermilion. The four choices of a design stand where they act.

    Parameters
    ----------
    loop : Round
        From ``lecture.from_scratch.one_round``.
    ax : matplotlib.axes.Axes, optional
        A new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        With one box (a FancyBboxPatch) for the batch, each layer, the predictions, the truth, the loss and the optimizer.
    """
    layers = len(loop.matrices)
    if ax is None:
        em = plt.rcParams["font.size"] / 72  # in inches
        figure = plt.figure(figsize=((34 + 11.5 * layers) * em, 27 * em), layout="none")
        ax = figure.add_axes((0, 0, 1, 0.92))
    n, n_in = loop.X.shape
    end = _STEP * (layers + 1)
    middle = end / 2
    _box(ax, "batch", (0, 6), f"a batch\nX {n} × {n_in}", "0.93")
    _arrow(ax, (_HALF, 6), (_STEP - _HALF, 6), _FORWARD)
    for number, (matrix, activation) in enumerate(zip(loop.matrices, loop.activations), start=1):
        x = _STEP * number
        _box(ax, f"layer {number}", (x, 6), f"layer {number}: {activation}\nW {matrix.shape[0] - 1} × {matrix.shape[1]}, b {matrix.shape[1]}", "#dbe9f4")
        _arrow(ax, (x + _HALF, 6), (x + _STEP - _HALF, 6), _FORWARD)
    _box(ax, "predictions", (end, 6), f"predictions ŷ\n{_row(loop.predictions)}", "0.93")
    _arrow(ax, (end, 5.15), (end, 3.45), _FORWARD)
    _box(ax, "truth", (0, 2.6), f"the truth y\n{_row(loop.y)}", "0.93")
    ax.plot([0, 0, end + 1.6, end + 1.6], [1.75, 0.3, 0.3, 1.2], color=_FORWARD, linewidth=2)
    _arrow(ax, (end + 1.6, 1.1), (end + 1.6, 1.75), _FORWARD)
    _box(ax, "loss", (end, 2.6), f"loss: {loop.loss:.3f}\n{loop.loss_name.replace('_', ' ')}", "#f9dfcc")
    _arrow(ax, (end - _HALF, 2.6), (middle + _HALF, 2.6), _BACK)
    ax.text((middle + end) / 2, 2.8, "gradients", ha="center", va="bottom", color=_BACK)
    _box(ax, "optimizer", (middle, 2.6), f"optimizer\nη = {loop.learning_rate:g}", "#f9dfcc")
    for number, change in enumerate(loop.changes, start=1):
        _arrow(ax, (middle + 0.5 * (number - (layers + 1) / 2), 3.45), (_STEP * number, 5.15), _BACK)
        ax.text(_STEP * number, 4.5, f"weights: up to ± {abs(change).max():.2g}", ha="center", va="center", color=_BACK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5})
    for number, (choice, place) in enumerate(zip(CHOICES, ((middle, 8.4), (_STEP, 7.3), (end - 0.6, 1.15), (middle, 1.15))), start=1):
        ax.text(*place, f"choice {number}: {choice}", ha="center", va="center", color="0.2", bbox={"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": "0.5", "linestyle": "--"})
    left, right = _STEP - _HALF, _STEP * layers + _HALF
    ax.plot([left, left, right, right], [7.65, 7.9, 7.9, 7.65], color="0.5", linestyle="--")
    ax.set(xlim=(-_HALF - 0.2, end + _HALF + 0.2), ylim=(0, 9), aspect="equal", title=f"Round {loop.number}, then the next batch")
    ax.set_axis_off()
    return describe(ax, loop.describe() + " The four choices of a design, architecture, initialization, loss and optimizer, stand where they act.")


def _row(values):
    """A column of numbers on one line, the first four."""
    shown = "  ".join(f"{value:.2f}" if value % 1 else f"{value:.0f}" for value in values[:4, 0])
    return shown + (" …" if len(values) > 4 else "")


def _box(ax, name, center, text, color):
    x, y = center
    ax.add_patch(FancyBboxPatch((x - _HALF + 0.2, y - 0.7), 2 * _HALF - 0.4, 1.4, boxstyle="round,pad=0.15", facecolor=color, edgecolor="0.4", label=name))
    ax.text(x, y, text, ha="center", va="center", linespacing=1.5)


def _arrow(ax, start, end, color):
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="->", mutation_scale=18, color=color, linewidth=2, shrinkA=0, shrinkB=0))
