"""Arrays as tables of cells: a dense layer's product, and functions of single entries with broadcasting."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.offsetbox import AnnotationBbox, HPacker, TextArea
from matplotlib.patches import Rectangle

from lecture.from_scratch import DenseProduct, Elementwise
from lecture.plots.alt import describe
from lecture.plots.page import borderless
from lecture.plots.style import COLORS, size
from lecture.words import listed, rounded

MOST_CELLS = 8  # rows or columns, so that the numbers can be read
_WIDE, _HIGH = 1.25, 0.7  # of a cell
_ROW, _COLUMN, _BIAS, _ENTRY = COLORS[0], COLORS[2], COLORS[3], COLORS[1]  # the parts of a sum, and the sum
_LETTERS = 2.75 / 0.6  # characters in a unit of width, about


def plot_dense_product(product: DenseProduct, *, ax: Axes | None = None) -> Axes:
    """Draw a dense layer as a product of arrays: inputs on the left, weights above, and sums where the two meet.

    The row of X and the column of W that make one sum are outlined in their colours, and so is their bias; the sum is
    written out below in the same colours, with ≈ where rounding to two decimals shows.

    Parameters
    ----------
    product : DenseProduct
        Product from ``lecture.from_scratch.dense_product``, with at most 8 examples, inputs and units.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With one PatchCollection for each of X, W, the bias and Z.

    Raises
    ------
    ValueError
        If an array is too large for its numbers.
    """
    (n, p), q = product.X.shape, product.W.shape[1]
    _refuse_large(product.X, product.W)
    row, column = product.entry
    x, bias_y, w_y = p * _WIDE + 2.2, n * _HIGH + 1.0, n * _HIGH + 2.8
    width, height = x + q * _WIDE + 3.1, w_y + p * _HIGH + 0.8
    lines = _sum_of(product, width + 1.3)
    ax = _canvas(ax, width, height, below=0.35 + 0.7 * len(lines))
    _table(ax, product.X, (0, 0), f"X    p = {p}")
    _side(ax, product.X, (0, 0), f"n = {n} example{'s' * (n > 1)}", turned=True)
    _table(ax, product.W, (x, w_y), f"W    q = {q} unit{'s' * (q > 1)}")
    _side(ax, product.W, (x, w_y), f"p = {p} input{'s' * (p > 1)}")
    _table(ax, product.bias[None], (x, bias_y), "b")
    _side(ax, product.bias[None], (x, bias_y), "a bias each")
    _table(ax, product.Z, (x, 0), "Z = X W + b")
    _side(ax, product.Z, (x, 0), f"n × q = {n} × {q}")
    _outline(ax, (0, (n - 1 - row) * _HIGH), p, 1, _ROW)
    _outline(ax, (x + column * _WIDE, w_y), 1, p, _COLUMN)
    _outline(ax, (x + column * _WIDE, bias_y), 1, 1, _BIAS)
    _outline(ax, (x + column * _WIDE, (n - 1 - row) * _HIGH), 1, 1, _ENTRY)
    for number, pieces in enumerate(lines):
        _write(ax, pieces, (width / 2 - 0.65, -0.7 - 0.7 * number))
    return describe(ax, product.describe())


def plot_elementwise(operation: Elementwise, *, ax: Axes | None = None) -> Axes:
    """Draw a function of single entries, or an operation on two arrays; entries repeated to fit are pale.

    Parameters
    ----------
    operation : Elementwise
        Operation from ``lecture.from_scratch.elementwise``, with at most 8 rows and columns.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With one PatchCollection for each operand and the result.

    Raises
    ------
    ValueError
        If an array is too large for its numbers.
    """
    _refuse_large(operation.result)
    rows, columns = operation.result.shape
    two = len(operation.operands) == 2
    gap = 1.3 if two else 2.6
    step = columns * _WIDE + gap
    ax = _canvas(ax, (3 if two else 2) * step - gap + 1.2, rows * _HIGH + 0.3, below=0.9)
    parts = [*zip(operation.stretched, operation.operands), (operation.result, operation.result)]
    for number, (array, original) in enumerate(parts):
        left = number * step
        repeated = _repeated(array, original)
        _table(ax, array, (left, 0), pale=repeated)
        shape = str(original.shape) if number < len(operation.operands) else str(operation.result.shape)
        ax.text(left + columns * _WIDE / 2, -0.45, shape, ha="center", va="center", color="0.35")
        if number < len(parts) - 1:
            sign = ("=" if number == 1 else operation.name) if two else f"{operation.name} →"
            place, letter = (left + columns * _WIDE + gap / 2, rows * _HIGH / 2), 1.4 * size() if two else None
            ax.text(*place, sign, ha="center", va="center", fontsize=letter)
    return describe(ax, operation.describe())


def _repeated(array, original):
    """Which cells of a stretched array are copies."""
    shape = (1,) * (2 - original.ndim) + original.shape
    rows, columns = np.indices(array.shape)
    return (rows >= shape[0]) | (columns >= shape[1])


def _refuse_large(*arrays):
    if max(side for array in arrays for side in array.shape) > MOST_CELLS:
        wanted, got = f"at most {MOST_CELLS} rows and columns", listed(array.shape for array in arrays)
        raise ValueError(f"arrays must have {wanted}, so that their numbers can be read, got {got}.")


def _canvas(ax, width, height, below):
    """Axes in which a unit is the same to the right and upwards, and text of the normal size fits a cell."""
    if ax is None:
        ax = borderless(2.75 * (width + 1.2), 2.75 * (height + below))
    ax.set(xlim=(-1.2, width), ylim=(-below, height), aspect="equal")
    ax.set_axis_off()
    return ax


def _table(ax, array, corner, name="", pale=None):
    """One array: cells tinted by their values, and its name above."""
    x, y = corner
    n_rows, n_columns = array.shape
    largest = np.abs(array).max() or 1
    cells, colors = [], []
    letter = size()
    for i in range(n_rows):
        for j in range(n_columns):
            cells.append(Rectangle((x + j * _WIDE, y + (n_rows - 1 - i) * _HIGH), _WIDE, _HIGH))
            copy = pale is not None and pale[i, j]
            colors.append(_tint(array[i, j] / largest))
            ax.text(
                x + (j + 0.5) * _WIDE,
                y + (n_rows - 0.5 - i) * _HIGH,
                rounded(array[i, j]),
                ha="center",
                va="center",
                fontsize=0.9 * letter,
                color="0.4" if copy else "black",
                style="italic" if copy else "normal",
            )
    edges = ["0.85" if pale is not None and pale.ravel()[k] else "0.45" for k in range(len(cells))]
    ax.add_collection(PatchCollection(cells, facecolors=colors, edgecolors=edges, linewidths=1))
    if name:
        ax.text(x, y + n_rows * _HIGH + 0.15, name, ha="left", va="bottom")


def _side(ax, array, corner, text, turned=False):
    """What a side of an array counts: to its right, or turned to its left."""
    (x, y), (n_rows, n_columns) = corner, array.shape
    beside = x - 0.2 if turned else x + n_columns * _WIDE + 0.2
    low = y if turned and n_rows < 4 else y + n_rows * _HIGH / 2  # a long text beside a low array starts at its foot
    ax.text(
        beside,
        low,
        text,
        ha="right" if turned else "left",
        va="center" if low > y else "bottom",
        rotation=90 if turned else 0,
    )


def _sum_of(product, width):
    """The sum of an entry in coloured pieces, in lines of this width in units."""
    _row, column = product.entry
    bias, z = product.bias[column], product.Z[product.entry]
    numbers = [float(value) for value in (*product.terms.ravel(), bias)]
    is_exact = all(round(value, 2) == value for value in numbers) and round(float(z), 2) == round(float(z), 9)
    parts = []  # the length of each part in characters, at most, and its pieces
    for i, (value, weight) in enumerate(product.terms):
        pieces = [("" if i == 0 else " + ", "black"), (_term(value, first=i == 0), _ROW)]
        parts.append((14, [*pieces, (" · ", "black"), (_term(weight), _COLUMN)]))
    parts.append((9, [(" + ", "black"), (_term(bias), _BIAS)]))
    parts.append((9, [(" = " if is_exact else " ≈ ", "black"), (rounded(z), _ENTRY)]))
    lines, room = [[]], width * _LETTERS
    for length, pieces in parts:
        if lines[-1] and room < length:
            lines.append([])
            room = width * _LETTERS
        lines[-1] += pieces
        room -= length
    return lines


def _term(value, first=False):
    """A number within a sum: in brackets if it is negative, unless it stands first."""
    text = rounded(value)
    return f"({text})" if text.startswith("−") and not first else text


def _write(ax, pieces, place):
    """Coloured pieces of text on one line, centred on a place."""
    areas = [TextArea(text, textprops={"color": color, "size": size()}) for text, color in pieces if text]
    row = HPacker(children=areas, pad=0, sep=0, align="baseline")
    ax.add_artist(AnnotationBbox(row, place, frameon=False, pad=0, box_alignment=(0.5, 0.5)))


def _tint(share):
    """White for 0, towards blue for positive and vermilion for negative values."""
    target = np.array(to_rgb(COLORS[0] if share > 0 else COLORS[1]))
    return tuple(1 - 0.35 * abs(share) * (1 - target))


def _outline(ax, corner, columns, rows, color):
    ax.add_patch(
        Rectangle(
            corner, columns * _WIDE, rows * _HIGH, fill=False, edgecolor=color, linewidth=3, zorder=3, joinstyle="round"
        )
    )
