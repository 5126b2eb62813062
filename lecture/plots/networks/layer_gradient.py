"""The gradient of a layer as matrices: the product of three factors, and the mean over the examples of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lecture.from_scratch import LayerGradient
from lecture.plots.alt import describe
from lecture.plots.networks.board import Board
from lecture.plots.networks.factors import FACTORS, WIDEST_LAYER, write_names, write_row
from lecture.plots.page import borderless, fitting_letter, set_window
from lecture.plots.style import size

MOST_EXAMPLES = 4  # of a batch, that are drawn side by side
_CELL, _LOW_CELL = np.array([3.9, 2.4]), np.array([3.9, 1.9])  # width and height of a number; in a product; in em
_GAP = 2.2  # between two matrices, in em
_TINT = 0.3  # of the way from white to the strongest colour, for the largest number


def plot_layer_gradient(gradient: LayerGradient, *, ax: Axes | None = None) -> Axes:
    """Draw the gradient of a layer: where its three factors stand in the net, and their product as matrices.

    Parameters
    ----------
    gradient : LayerGradient
        From ``lecture.from_scratch.layer_gradient``, of a net with at most 5 units in a layer and at most 4 examples.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the net or the batch is too large for its numbers.
    """
    _check_examples(gradient, "plot_layer_gradient")
    sizes, l, last = gradient.net.sizes, gradient.layer, len(gradient.net.layers)
    deepest = max(len(gradient.inputs), *sizes)
    foot = 8.6 + _LOW_CELL[1] * deepest
    board = Board.draw(sizes, ax, "plot_layer_gradient", head=4.5, foot=foot, row=6.0, least_width=66)
    board.paint(*_roles(gradient))
    _write_letters(board, last)
    letter, title = board.letter, f"Layer {l} of {last}, a batch of {len(gradient.inputs)}"
    board.ax.set_title(title, fontsize=1.1 * letter, y=1, pad=-1.8 * letter)
    _write_product(board, gradient, deepest)
    write_names(
        board.ax, ("above", "input") if gradient.slope is None else ("above", "activation", "input"), letter=letter
    )
    hint = "rows of the vermilion and blue matrix are examples; a bias has the input 1"
    write_row(board.ax, [(hint, "")], letter=letter, pad=0.5 * letter)
    a = "ŷ" if l == last else "a"
    slope = "" if gradient.slope is None else f", times ∂{a}/∂z in the units"
    factors = f"∂L/∂{a} from above{slope}, times the input of each weight"
    sentence = f"It is {factors}: three places in the drawing, three matrices below it."
    return describe(board.ax, f"{gradient.describe()} {sentence}")


def plot_batch_gradient(gradient: LayerGradient, *, ax: Axes | None = None) -> Axes:
    """Draw the gradient matrix of each example of a batch, and their mean.

    Parameters
    ----------
    gradient : LayerGradient
        From ``lecture.from_scratch.layer_gradient``, with at most 5 units in the two layers and at most 4 examples.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the layer or the batch is too large for its numbers.
    """
    _check_examples(gradient, "plot_batch_gradient")
    n, (n_in, n_out) = len(gradient.inputs), gradient.weights.shape
    if max(n_in, n_out) > WIDEST_LAYER:
        raise ValueError(f"plot_batch_gradient shows up to {WIDEST_LAYER} units in a layer, got {n_in} and {n_out}.")
    wide, high = n_out * _CELL[0], n_in * _CELL[1]  # of a matrix
    width, height = (n + 2) * wide + (n + 2.2) * _GAP + 4, high + 7.9
    letter = size() if ax is None else fitting_letter(ax, width, height, size())
    ax = borderless(width, height) if ax is None else ax
    set_window(ax, (width / 2, height / 2), (width, height))
    title = f"Layer {gradient.layer}: the gradient has the shape of the weights, {n_in} × {n_out}"
    ax.set_title(title, fontsize=1.1 * letter, y=1, pad=-1.8 * letter)
    table, x, top = _Table(ax, letter, _CELL), 2.0, height - 4.6
    for (name, values, look), (sign, gap) in zip(_in_a_row(gradient), _signs(n)):
        table.draw((x, top), values, **look)
        ax.text(x + wide / 2, top + 0.5, name, ha="center", va="bottom", fontsize=0.95 * letter)
        x += wide
        ax.text(x + gap / 2, top - high / 2, sign, ha="center", va="center", fontsize=1.05 * letter)
        x += gap
    hint = "rows: the unit a weight comes from; columns: the unit it leads to; blue positive, red negative"
    ax.text(width / 2, 0.5, hint, ha="center", va="bottom", fontsize=0.95 * letter, color="0.25")
    return describe(ax, gradient.describe())


def _in_a_row(gradient):
    """The matrices of a batch, each with its name and look: the weights, the gradient of each example, the mean."""
    look = {"limit": np.abs(gradient.examples).max() or 1, "decimals": _decimals(gradient.mean)}
    yield "weights W", gradient.weights, {"color": "0.35"}
    for k, matrix in enumerate(gradient.examples, 1):
        yield f"∂L/∂W, example {k}", matrix, look | {"color": "0.35"}
    yield "∂L/∂W, their mean", gradient.mean, look | {"color": "black"}


def _signs(n):
    """What stands after each matrix of a batch of n, and in how much room."""
    yield "(" * (n > 1), _GAP
    for _ in range(n - 1):
        yield "+", _GAP
    yield f") ÷ {n} =" if n > 1 else "=", 2.2 * _GAP
    yield "", 0.0


def _roles(gradient):
    """Which factor each node and edge stands for: {key: factor} of both, and of the nodes that the inputs come from."""
    l, sizes, last = gradient.layer, gradient.net.sizes, len(gradient.net.layers)
    units = [range(1, n + 1) for n in sizes]
    nodes = {(l, j): "above" if gradient.slope is None else "activation" for j in units[l]}
    edges: dict = {(l, i, j): "input" for i in units[l - 1] for j in units[l]}
    for layer in range(l + 1, last + 1):
        nodes |= {(layer, k): "above" for k in units[layer]}
        edges |= {(layer, i, j): "above" for i in units[layer - 1] for j in units[layer]}
    edges |= dict.fromkeys(units[-1], "above")
    return nodes | {"loss": "above"}, edges, {(l - 1, i): "input" for i in units[l - 1]}


def _write_letters(board, last):
    """Write x, z, a and ŷ into the nodes, and L."""
    for (layer, index), (x, y) in board.nodes.items():
        if index == 0 or layer == 0:
            board.write(x, y, "x" if index else "1", color="0.2")
        else:
            board.write(x - 0.45 * board.radius, y, "z", color="0.2")
            board.write(x + 0.45 * board.radius, y, "ŷ" if layer == last else "a", color="0.2")
    board.write(*board.loss, "L", color="0.2")


def _write_product(board, gradient, deepest):
    """Write ∂L/∂W = inputᵀ (above ⊙ slope) / n as matrices in the colours of the factors, below the net."""
    parts, signs = _factors(gradient)
    row, gaps = board.row, [3.4, 2.6, *[2.4] * (len(parts) - 2)]
    width = sum(values.shape[1] for _, values, _ in parts) * _LOW_CELL[0] + sum(gaps)
    x = np.mean(board.ax.get_xlim()) - width / 2 / row
    middle = board.ax.get_ylim()[0] + (4.6 + _LOW_CELL[1] * deepest / 2) / row
    table = _Table(board.ax, board.letter, _LOW_CELL / row)
    for (name, values, factor), sign, gap in zip(parts, signs, gaps):
        board.write(x + gap / 2 / row, middle, sign, fontsize=1.15 * board.letter)
        x += gap / row
        wide, high = table.sides(values)
        top = middle + high / 2
        table.draw((x, top), values, color=FACTORS[factor])
        board.write(x + wide / 2, top + 0.8 / row, name, color=FACTORS[factor], fontweight="bold")
        x += wide


def _factors(gradient):
    """The matrices of the product as (name, values, factor), and the signs before each of them."""
    n, l = len(gradient.inputs), gradient.layer
    a, below = "ŷ" if l == len(gradient.net.layers) else "a", "x" if l == 1 else "a"
    mean, inputs = f"1/{n} ·" if n > 1 else "", (f"{below}, transposed", gradient.inputs.T, "input")
    result = ("∂L/∂W", gradient.mean, "")
    if gradient.slope is None:
        return [inputs, ("∂L/∂z", gradient.above, "above"), result], [mean, "·", "="]
    slope = (f"∂{a}/∂z", gradient.slope, "activation")
    return [inputs, (f"∂L/∂{a}", gradient.above, "above"), slope, result], [mean, "· (", "⊙", ") ="]


def _check_examples(gradient, who):
    """Refuse a batch that is too large to be drawn."""
    if len(gradient.inputs) > MOST_EXAMPLES:
        raise ValueError(f"{who} shows batches of up to {MOST_EXAMPLES} examples, got {len(gradient.inputs)}.")


@dataclass(frozen=True)
class _Table:
    """Draws matrices of numbers."""

    ax: Axes
    letter: float  # in points
    cell: np.ndarray  # width and height of a number, in data units

    def sides(self, values):
        """Width and height of a matrix."""
        return self.cell * values.shape[::-1]

    def draw(self, corner: Sequence[float], values, *, color, limit=None, decimals=None):
        """Draw a matrix with its upper left corner there; with ``limit``, cells are tinted by sign and size."""
        (x, top), (wide, high) = corner, self.cell
        colors, decimals = plt.colormaps["RdBu"], _decimals(values) if decimals is None else decimals
        for r, c in np.ndindex(values.shape):
            value = values[r, c]
            face, left, bottom = "white", x + c * wide, top - (r + 1) * high
            if limit is not None:
                face = colors(0.5 + _TINT * value / limit)
            style = {"facecolor": face, "edgecolor": "0.8", "linewidth": 0.06 * self.letter}
            self.ax.add_patch(Rectangle((left, bottom), wide, high, **style))
            text = f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")
            style = {"ha": "center", "va": "center", "fontsize": 0.88 * self.letter}
            self.ax.text(left + wide / 2, bottom + high / 2, text, **style)
        sides, style = self.sides(values), {"facecolor": "none", "edgecolor": color, "zorder": 3}
        self.ax.add_patch(Rectangle((x, top - sides[1]), *sides, linewidth=0.22 * self.letter, **style))


def _decimals(values):
    """How many decimals the numbers of a matrix have: two digits of the largest, and none where all are whole."""
    if (values == np.round(values)).all():
        return 0
    return int(np.clip(1 - np.floor(np.log10(np.abs(values).max())), 2, 3))
