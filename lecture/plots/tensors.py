"""Tensors of one to five dimensions, as they lie in memory: rows, tables, stacks, rows of stacks, grids of stacks."""

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS

SHOWN = 4  # of a dimension along which whole sheets stand side by side, or one behind the other
_BEHIND = 0.16  # how far a sheet stands out behind the one before it, in its own sides
KINDS = {1: "a row of numbers", 2: "a table", 3: "a stack of tables", 4: "a row of stacks", 5: "a grid of stacks"}


def plot_tensor(array, *, axes, ax=None):
    """Draw an array of one to five dimensions with its real numbers as greys, and its axes with their sizes.

    One dimension is a strip. Two are a sheet. The third is a stack of sheets. Of four, the first runs from left to right, one stack each;
    of five, the first runs downwards and the second to the right. The last axis is in depth from four dimensions on, as Keras has
    the channels of images. Where there are many, the first four are drawn.

    Parameters
    ----------
    array : array of 1 to 5 dimensions
        Not empty.
    axes : sequence of str, one for each dimension
        What the axes mean, such as ``("image", "row", "column")``.
    ax : matplotlib.axes.Axes, optional
        A new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        With one image for each sheet that is drawn.

    Raises
    ------
    ValueError
        If the array has another number of dimensions, is empty, or has not one name for each dimension.
    """
    array = np.asarray(array)
    if array.ndim not in KINDS or not array.size:
        raise ValueError(f"array must have 1 to 5 dimensions and not be empty, got shape {array.shape}.")
    axes = tuple(axes)
    if len(axes) != array.ndim:
        raise ValueError(f"axes must name each of the {array.ndim} dimensions, got {', '.join(axes) or 'none'}.")
    if ax is None:
        em = plt.rcParams["font.size"] / 72  # in inches
        _, ax = plt.subplots(figsize=(52 * em, (9, 20, 22, 20, 30)[array.ndim - 1] * em), layout="constrained")
    blocks = _blocks(array)
    low, high = array.min(), array.max()
    height, width = blocks[0][0][0].shape
    sides = _sides(height, width, array.ndim)
    depth = max(len(stack) for row in blocks for stack in row)
    pitch = sides + _BEHIND * (depth - 1) + 0.35
    for i, row in enumerate(blocks):
        for j, stack in enumerate(row):
            for k in reversed(range(len(stack))):
                x, y = np.array([j, -i]) * pitch + _BEHIND * k
                ax.imshow(stack[k], extent=(x, x + sides[0], y, y + sides[1]), cmap="gray_r", vmin=low, vmax=high, zorder=1 - 0.01 * k, interpolation="nearest")
                ax.add_patch(plt.Rectangle((x, y), *sides, fill=False, edgecolor="0.4", linewidth=1, zorder=1.005 - 0.01 * k))
    _name_axes(ax, array, axes, sides, pitch, depth, (len(blocks), len(blocks[0])))
    ax.set_aspect("equal")
    ax.set_axis_off()
    ax.set_title(f"{array.ndim}-D: {KINDS[array.ndim]}, shape {array.shape}")
    sizes = ", ".join(f"{size} of {name}" for name, size in zip(axes, array.shape))
    return describe(ax, f"A tensor of {array.ndim} dimension{'s' if array.ndim > 1 else ''}, drawn as {KINDS[array.ndim]}: {sizes}.")


def _sides(height, width, n_dimensions):
    """Width and height of a sheet as it is drawn: to scale, unless it would be too thin to be seen."""
    if n_dimensions == 1:
        return np.array([10, 0.5])
    return np.array([min(max(width / height, 0.4), 5), 1])


def _blocks(array):
    """Sheets by row, column and depth: what is drawn of an array."""
    if array.ndim == 1:
        return [[[array[None]]]]
    if array.ndim == 2:
        return [[[array]]]
    if array.ndim == 3:
        return [[list(array[:SHOWN])]]
    if array.ndim == 4:
        return [[[image[..., k] for k in range(min(image.shape[-1], SHOWN))] for image in array[:SHOWN]]]
    return [_blocks(video)[0] for video in array[:SHOWN]]


def _name_axes(ax, array, axes, sides, pitch, depth, counts):
    """Write each axis' name and size beside an arrow along it."""
    rows, columns = counts
    top, bottom = sides[1] + _BEHIND * (depth - 1), -(rows - 1) * pitch[1]
    right = (columns - 1) * pitch[0] + sides[0]
    label = [f"{name}: {size}" for name, size in zip(axes, array.shape)]
    places = {  # of each axis: from, to, and where its name stands
        1: [((0, -0.15), (right, -0.15), "below")],
        2: [((-0.12, sides[1]), (-0.12, 0), "left"), ((0, -0.12), (right, -0.12), "below")],
    }
    first_sheet = [((-0.12, bottom + sides[1]), (-0.12, bottom), "left"), ((0, bottom - 0.12), (sides[0], bottom - 0.12), "below")]
    into = ((right + 0.12, bottom), (right + 0.12 + _BEHIND * (depth - 1 or 1), bottom + _BEHIND * (depth - 1 or 1)), "right")
    along = ((0, top + 0.14), (right, top + 0.14), "above")
    down = ((-0.75, sides[1]), (-0.75, bottom), "left")
    places[3] = [into, *first_sheet]
    places[4] = [along, *first_sheet, into]
    places[5] = [down, along, *first_sheet, into]
    for text, (start, end, side) in zip(label, places[array.ndim]):
        ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": COLORS[0], "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0})
        x, y = (np.array(start) + end) / 2
        align = {"below": ("center", "top"), "above": ("center", "bottom"), "left": ("center", "center"), "right": ("left", "top")}[side]
        shift = {"below": (0, -0.08), "above": (0, 0.06), "left": (-0.16, 0), "right": (0.1, 0)}[side]
        ax.text(x + shift[0], y + shift[1], text, ha=align[0], va=align[1], rotation=90 if side == "left" else 0, color=COLORS[0])
    ax.set_xlim(-1.15 if array.ndim == 5 else -0.45, right + _BEHIND * depth + 1.3)
    ax.set_ylim(bottom - 0.5, top + 0.45)
