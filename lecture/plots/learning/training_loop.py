"""The training loop as a picture, with the numbers of a real round."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from lecture.from_scratch import Round
from lecture.plots.alt import describe
from lecture.plots.page import borderless
from lecture.plots.style import COLORS, size
from lecture.words import minus

CHOICES = ("architecture", "initialization", "loss", "optimizer")
MOST_ROWS, MOST_COLUMNS = 6, 4  # of an array whose numbers are written; a larger one is drawn in greys
_FORWARD, _BACK = COLORS[0], COLORS[1]
_SMALL = 1.0  # letters of the numbers, in em
# All lengths are in em, from the left and from the bottom of the loss.
_WIDE, _HIGH = 3.4, 1.5  # a cell
_GAP, _BETWEEN = 1.7, 5.2  # from box to box, and from the upper row of boxes to the lower
_LEAST = 27  # from the batch to the predictions, so that the optimizer and the gradients fit below
_LOW, _LOWER = 8.0, 3.3  # the top of the loss and of the optimizer, the bottom of the optimizer
_TRUTH = 1.6  # the height of the arrow from the targets to the loss
_HALF = 7.2  # half the width of the optimizer


@dataclass(frozen=True)
class _Box:
    """A box of the upper row: what stands in it, and where it is."""

    name: str
    title: str
    arrays: tuple  # pairs of a heading and an array
    left: float
    width: float

    @property
    def middle(self):
        return self.left + self.width / 2


def plot_training_loop(loop: Round, *, ax: Axes | None = None) -> Axes:
    """Draw one round of training: a batch, the layers, predictions, loss, optimizer, and the update of the weights.

    The way forward is blue, the way back vermilion. The four choices of a design stand where they act. Arrays of at
    most 6 rows and 4 columns are written out, larger ones are drawn in greys.

    Parameters
    ----------
    loop : Round
        One round, from ``lecture.from_scratch.one_round``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With one box (a FancyBboxPatch) for the batch, each layer, the predictions, the loss and the optimizer.
    """
    boxes = _upper_row(loop)
    batch, *layers, predictions = boxes
    bottom = _LOW + _BETWEEN  # of the upper row
    high = 4.0 + _HIGH * max(_rows(array) for box in boxes for _, array in box.arrays)
    right, top = predictions.left + predictions.width, bottom + high
    ax = _canvas(ax, (-0.5, right + 0.5), (-1.2, top + 4.8))
    for box, after in zip(boxes, [*boxes[1:], None]):
        _draw_upper(ax, box, bottom, high)
        if after:
            _arrow(ax, (box.left + box.width, bottom + high / 2), (after.left, bottom + high / 2), _FORWARD)
    _arrow(ax, (predictions.middle, bottom), (predictions.middle, _LOW), _FORWARD)
    _draw_loss(ax, loop, predictions)
    middle = (layers[0].left + layers[-1].left + layers[-1].width) / 2
    _draw_optimizer(ax, loop, middle)
    truth = batch.left + batch.width - 0.9 - _columns(loop.y) * _WIDE / 2
    _path(ax, [(truth, bottom), (truth, _TRUTH), (predictions.left, _TRUTH)], _FORWARD)
    ax.text(truth + 0.5, (bottom + _TRUTH) / 2, "the truth y", va="center", color=_FORWARD)
    _path(ax, [(predictions.left, _LOW - 2.4), (middle + _HALF, _LOW - 2.4)], _BACK)
    ax.text((predictions.left + middle + _HALF) / 2, _LOW - 2.0, "gradients", ha="center", va="bottom", color=_BACK)
    for box, change in zip(layers, loop.changes):
        _path(ax, [(middle, _LOW), (middle, _LOW + 1.4), (box.middle, _LOW + 1.4), (box.middle, bottom)], _BACK)
        ax.text(
            box.middle + 0.6, _LOW + 3.5, f"weights move\nby up to {np.abs(change).max():.2g}", va="center", color=_BACK
        )
    left, end = layers[0].left, layers[-1].left + layers[-1].width
    ax.plot(
        [left, left, end, end], [top + 0.6, top + 1.1, top + 1.1, top + 0.6], color="0.4", linestyle="--", linewidth=1
    )
    places = (middle - _HALF, top + 2.1), (middle + _HALF, top + 2.1), (predictions.middle, 0), (middle, _LOWER)
    for number, (choice, place) in enumerate(zip(CHOICES, places), start=1):
        ax.text(
            *place,
            f"choice {number}: {choice}",
            ha="center",
            va="center",
            bbox={"boxstyle": "round,pad=0.3", "facecolor": "white", "edgecolor": "0.4", "linestyle": "--"},
        )
    ax.text(
        right / 2,
        top + 4.6,
        f"Round {loop.number}, then the next batch",
        ha="center",
        va="top",
        fontsize=1.15 * size(),
    )
    return describe(
        ax,
        loop.describe()
        + " The four choices of a design, architecture, initialization, loss and optimizer, stand where they act.",
    )


def _upper_row(loop):
    """The batch, the layers and the predictions, from left to right."""
    contents = [("batch", "a batch", ((_heading("X", loop.X), loop.X), (_heading("y", loop.y), loop.y)))]
    for number, (matrix, activation) in enumerate(zip(loop.matrices, loop.activations), start=1):
        heading = f"b {matrix.shape[1]}, W {matrix.shape[0] - 1} × {matrix.shape[1]}"
        contents.append((f"layer {number}", f"layer {number}: {activation}", ((heading, matrix),)))
    contents.append(("predictions", "predictions", ((_heading("ŷ", loop.predictions), loop.predictions),)))
    widths = [
        max(_inside(arrays) + (3.0 if name.startswith("layer") else 1.4), 0.62 * len(title) + 1.2, 9.4)
        for name, title, arrays in contents
    ]
    gap = max(_GAP, (_LEAST - sum(widths[1:-1])) / (len(widths) - 1))
    lefts = np.cumsum([0, *(width + gap for width in widths)])
    return [_Box(*content, left, width) for content, left, width in zip(contents, lefts, widths)]


def _inside(arrays):
    """How wide arrays are side by side."""
    return sum(_columns(array) * _WIDE for _, array in arrays) + 1.2 * (len(arrays) - 1)


def _heading(name, array):
    return f"{name} {len(array)} × {array.shape[1]}"


def _columns(array):
    """How many cells wide an array is drawn."""
    return min(array.shape[1], MOST_COLUMNS)


def _rows(array):
    """How many cells high an array is drawn."""
    return min(len(array), MOST_ROWS)


def _canvas(ax, across, upwards):
    """Axes in em, the same to the right and upwards."""
    if ax is None:
        ax = borderless(across[1] - across[0], upwards[1] - upwards[0])
    ax.set(xlim=across, ylim=upwards, aspect="equal")
    ax.set_axis_off()
    return ax


def _draw_upper(ax, box, bottom, high):
    """A box, its title, and its arrays below their headings."""
    _frame(ax, box.name, (box.left, bottom), (box.width, high), "#dbe9f4" if box.name.startswith("layer") else "0.93")
    ax.text(box.middle, bottom + high - 1.2, box.title, ha="center", va="center")
    left = box.middle - _inside(box.arrays) / 2
    for heading, array in box.arrays:
        rows, columns = _rows(array), _columns(array)
        floor = bottom + (high - 2.9 - rows * _HIGH) / 2
        ax.text(
            left + columns * _WIDE / 2,
            floor + rows * _HIGH + 0.2,
            heading,
            ha="center",
            va="bottom",
            color="0.3",
            fontsize=_SMALL * size(),
        )
        _draw_array(ax, array, left, floor)
        if box.name.startswith("layer") and array.shape[0] <= MOST_ROWS:
            for name, y in (("b", rows - 0.5), ("W", (rows - 1) / 2)):
                ax.text(
                    left - 0.3,
                    floor + y * _HIGH,
                    name,
                    ha="right",
                    va="center",
                    color="0.3",
                    fontsize=_SMALL * size(),
                )
        left += columns * _WIDE + 1.2


def _draw_array(ax, array, left, floor):
    """An array as numbers in cells, or in greys if it is large."""
    rows, columns = _rows(array), _columns(array)
    if array.shape != (rows, columns):
        extent = (left, left + columns * _WIDE, floor, floor + rows * _HIGH)
        ax.imshow(array, extent=extent, cmap="gray_r", aspect="auto", interpolation="none", zorder=3)
        ax.set_aspect("equal")
        return
    corners = [(left + j * _WIDE, floor + (rows - 1 - i) * _HIGH) for i in range(rows) for j in range(columns)]
    ax.add_collection(
        PatchCollection(
            [Rectangle(corner, _WIDE, _HIGH) for corner in corners],
            facecolor="white",
            edgecolor="0.6",
            linewidth=0.8,
            zorder=3,
        )
    )
    for (x, y), value in zip(corners, array.ravel()):
        ax.text(
            x + _WIDE / 2,
            y + 0.46 * _HIGH,
            _two_decimals(value),
            ha="center",
            va="center",
            fontsize=_SMALL * size(),
            zorder=4,
        )


def _two_decimals(value):
    return minus(f"{value:.2f}" if value % 1 else f"{value:.0f}")


def _draw_loss(ax, loop, above):
    """The loss, below the predictions: a number, and how it is made."""
    _frame(ax, "loss", (above.left, 0), (above.width, _LOW), "#f9dfcc")
    ax.text(above.middle, _LOW - 1.2, "loss", ha="center", va="center")
    ax.text(above.middle, _LOW - 3.0, f"{loop.loss:.3f}", ha="center", va="center", fontsize=1.4 * size())
    ax.text(
        above.middle,
        _LOW - 5.4,
        loop.loss_name.replace("crossentropy", "cross-entropy").replace("_", "\n"),
        ha="center",
        va="center",
        color="0.3",
        fontsize=_SMALL * size(),
    )


def _draw_optimizer(ax, loop, middle):
    """The optimizer, below the layers."""
    _frame(ax, "optimizer", (middle - _HALF, _LOWER), (2 * _HALF, _LOW - _LOWER), "#f9dfcc")
    ax.text(middle, _LOW - 1.2, f"gradient descent, η = {loop.learning_rate:g}", ha="center", va="center")
    ax.text(middle, _LOW - 2.9, "W ← W − η ∂L/∂W", ha="center", va="center", color="0.3")


def _frame(ax, name, corner, sides, color):
    """A box with round corners."""
    ax.add_patch(
        FancyBboxPatch(
            corner,
            *sides,
            boxstyle="round,pad=0,rounding_size=0.5",
            facecolor=color,
            edgecolor="0.4",
            label=name,
        )
    )


def _path(ax, points, color):
    """A way of straight pieces with an arrow at its end."""
    if len(points) > 2:
        ax.plot(*zip(*points[:-1]), color=color, linewidth=2, solid_joinstyle="round")
    _arrow(ax, points[-2], points[-1], color)


def _arrow(ax, start, end, color):
    ax.add_patch(
        FancyArrowPatch(
            start,
            end,
            arrowstyle="->",
            mutation_scale=1.5 * size(),
            color=color,
            linewidth=2,
            shrinkA=0,
            shrinkB=0,
        )
    )
