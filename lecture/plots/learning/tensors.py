"""Tensors of one to five dimensions, as they lie in memory: rows, tables, stacks, rows of stacks, grids of stacks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.page import borderless
from lecture.plots.style import COLORS
from lecture.words import counted

CELLS = 12  # rows or columns up to which the cells of a sheet are parted by lines
SHOWN = 4  # sheets that are drawn side by side, or one behind the other, at most
_BEHIND = 0.16  # how far a sheet stands out behind the one before it, in its own sides
KINDS = {1: "a row of numbers", 2: "a table", 3: "a stack of tables", 4: "a row of stacks", 5: "a grid of stacks"}


def plot_tensor(array: ArrayLike, *, axes: Sequence[str], ax: Axes | None = None) -> Axes:
    """Draw an array of one to five dimensions with its real numbers as greys, and its axes with their sizes.

    One dimension is a strip. Two are a sheet. The third is a stack of sheets. Of four, the first runs from left to
    right, one stack each; of five, the first runs downwards and the second to the right. The last axis is in depth from
    four dimensions on, as Keras has the channels of images. Where there are many, the first four are drawn.

    Parameters
    ----------
    array : array of 1 to 5 dimensions
        Finite real numbers, at least one.
    axes : sequence of str, one for each dimension
        Meanings of the axes, such as ``("image", "row", "column")``.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With one image for each sheet that is drawn.

    Raises
    ------
    ValueError
        If the array has another number of dimensions, is empty, or holds anything but finite numbers, or there is not
        one name for each dimension.
    """
    array = np.asarray(array)
    if array.ndim not in KINDS or not array.size:
        raise ValueError(f"array must have 1 to 5 dimensions and not be empty, got shape {array.shape}.")
    if array.dtype.kind not in "biuf" or not np.isfinite(array).all():
        which = " with nan or inf" if array.dtype.kind in "biuf" else ""
        raise ValueError(f"array must hold finite real numbers, got {array.dtype}{which}.")
    axes = tuple(map(str, axes))
    if len(axes) != array.ndim:
        raise ValueError(f"axes must name each of the {array.ndim} dimensions, got {', '.join(axes) or 'none'}.")
    blocks, sides = _blocks(array), _sides(array)
    depth = max(len(stack) for row in blocks for stack in row)
    pitch = sides + _BEHIND * (depth - 1) + 0.35
    space = _Space(sides, pitch, depth, (len(blocks), len(blocks[0])))
    across, upwards = _limits(array, space)
    ax = _canvas(ax, across, upwards)
    look = {"vmin": array.min(), "vmax": array.max()}
    for i, row in enumerate(blocks):
        for j, stack in enumerate(row):
            for k in reversed(range(len(stack))):
                _draw_sheet(ax, stack[k], np.array([j, -i]) * pitch + _BEHIND * k, sides, above=-0.01 * k, **look)
    title = f"{array.ndim}-D: {KINDS[array.ndim]}, shape {array.shape}"
    ax.set(xlim=across, ylim=upwards, title=title)  # after imshow, which sets limits of its own
    drawn = _drawn(array)
    _name_axes(ax, [_label(*axis) for axis in zip(axes, array.shape, drawn)], space)
    return describe(ax, _in_words(array, axes, drawn))


@dataclass(frozen=True)
class _Space:
    """The room that sheets take, in units of a sheet's height."""

    sides: np.ndarray  # (2,), width and height of a sheet
    pitch: np.ndarray  # (2,), from one stack to the next
    depth: int  # sheets one behind the other
    grid: tuple[int, int]  # rows and columns of stacks


def _draw_sheet(ax, sheet, corner, sides, *, above, **look):
    """A table of numbers in greys, with lines between its cells if they are few; ``above`` moves it to the front."""
    (x, y), (right, top), (height, width) = corner, corner + sides, sheet.shape
    style = {"cmap": "gray_r", "interpolation": "none", "aspect": "equal"}
    ax.imshow(sheet, extent=(x, right, y, top), zorder=1 + above, **style, **look)
    ax.add_patch(Rectangle((x, y), *sides, fill=False, edgecolor="0.4", linewidth=1, zorder=1.005 + above))
    if max(height, width) <= CELLS:
        thin = {"color": "0.4", "linewidth": 0.8, "zorder": 1.003 + above}
        ax.vlines(x + sides[0] * np.arange(1, width) / width, y, top, **thin)
        ax.hlines(y + sides[1] * np.arange(1, height) / height, x, right, **thin)


def _canvas(ax, across, upwards):
    """Axes without a frame: ``ax``, or those of a figure of 52 em, which is as high as they need below a title."""
    if ax is None:
        title = 2.5  # em
        unit = min(52 / (across[1] - across[0]), 27 / (upwards[1] - upwards[0]), 11)
        high = unit * (upwards[1] - upwards[0])
        ax = borderless(52, high + title)
        ax.set_position((0, 0, 1, high / (high + title)))
    ax.set_axis_off()
    return ax


def _limits(array, space):
    """The limits of the axes, to the right and upwards: the sheets, and room for arrows and names."""
    rows, columns = space.grid
    right, top = (columns - 1) * space.pitch[0] + space.sides[0], space.sides[1] + _BEHIND * (space.depth - 1)
    behind = 0.2
    if array.ndim > 2:  # a name, and how many are drawn
        behind = _BEHIND * space.depth + (1.3 if _drawn(array) == array.shape else 2.1)
    left, lowest = -1.15 if array.ndim == 5 else -0.45, -(rows - 1) * space.pitch[1] - 0.5
    return (left, right + behind), (lowest, top + (0.4 if array.ndim > 3 else 0.1))


def _drawn(array):
    """How many of each axis are drawn: of the axes that set sheets apart only the first few."""
    apart = {1: (), 2: (), 3: (0,), 4: (0, 3), 5: (0, 1, 4)}[array.ndim]
    return tuple(min(size, SHOWN) if axis in apart else size for axis, size in enumerate(array.shape))


def _label(name, size, drawn):
    return f"{name}: {size}" + (f" ({drawn} drawn)" if drawn < size else "")


def _in_words(array, axes, drawn):
    """The alternative text."""
    shape, kind = " × ".join(map(str, array.shape)), KINDS[array.ndim]
    named = "its axes are" if array.ndim > 1 else "its axis is"
    dimensions = counted(array.ndim, "dimension")
    text = f"A tensor of {dimensions} and shape {shape}, drawn as {kind}; {named} {', '.join(axes)}."
    left_out = [f"{some} of {size} along {name}" for name, size, some in zip(axes, array.shape, drawn) if some < size]
    return text + (f" Drawn are {' and '.join(left_out)}." if left_out else "")


def _sides(array):
    """Width and height of a sheet as it is drawn: to scale, unless it would be too thin to be seen."""
    if array.ndim == 1:
        return np.array([10, 0.5])
    height, width = _blocks(array)[0][0][0].shape
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


def _name_axes(ax, labels, space):
    """Write each axis' name and size beside an arrow along it."""
    (rows, columns), sides, pitch, depth = space.grid, space.sides, space.pitch, space.depth
    top, bottom = sides[1] + _BEHIND * (depth - 1), -(rows - 1) * pitch[1]
    right = (columns - 1) * pitch[0] + sides[0]
    first_sheet = [
        ((-0.12, bottom + sides[1]), (-0.12, bottom), "left"),
        ((0, bottom - 0.09), (sides[0], bottom - 0.09), "below"),
    ]
    deep = _BEHIND * (depth - 1 or 1)
    into = ((right + 0.12, bottom), (right + 0.12 + deep, bottom + deep), "right")
    along = ((0, top + 0.12), (right, top + 0.12), "above")
    down = ((-0.75, sides[1]), (-0.75, bottom), "left")
    places = {  # of each axis: from, to, and where its name stands
        1: first_sheet[1:],
        2: first_sheet,
        3: [into, *first_sheet],
        4: [along, *first_sheet, into],
        5: [down, along, *first_sheet, into],
    }[len(labels)]
    for text, (start, end, side) in zip(labels, places):
        ax.annotate(
            "",
            end,
            start,
            arrowprops={"arrowstyle": "->", "color": COLORS[0], "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0},
        )
        x, y = (np.array(start) + end) / 2
        align = {
            "below": ("center", "top"),
            "above": ("center", "bottom"),
            "left": ("center", "center"),
            "right": ("left", "top"),
        }[side]
        shift = {"below": (0, -0.07), "above": (0, 0.05), "left": (-0.16, 0), "right": (0.1, 0)}[side]
        ax.text(
            x + shift[0],
            y + shift[1],
            text,
            ha=align[0],
            va=align[1],
            rotation=90 if side == "left" else 0,
            color=COLORS[0],
        )
