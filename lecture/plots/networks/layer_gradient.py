"""The gradient of a layer as matrices: the product of three factors, and the mean over the examples of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from lecture.from_scratch import LayerGradient
from lecture.plots.alt import describe
from lecture.plots.networks.board import LOW_ROW, Board
from lecture.plots.networks.factors import FACTORS, WIDEST_LAYER, write_names, write_row
from lecture.plots.page import borderless, fitting_letter, set_window
from lecture.plots.style import WIDE, size
from lecture.plots.text import width
from lecture.words import minus

MOST_EXAMPLES = 4  # of a batch, that are drawn side by side
_CELL = np.array([4.3, 1.9])  # width and height of a number, in em
_LOW_HIGH, _LOW_LETTER = 1.7, 1.0  # in the product below a net: the height, and the letters
_CLEAR, _PAD = 0.4, 0.3  # there, free on both sides of a sign, and of a number, together; in em
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
    foot = 5.6 + _LOW_HIGH * deepest
    wide = max(_across(*_factors(gradient)) + 2 * _CLEAR, WIDE)
    board = Board.draw(sizes, ax, "plot_layer_gradient", head=2.2, foot=foot, row=LOW_ROW, least_width=wide)
    board.paint(*_roles(gradient))
    _write_letters(board, last)
    letter, title = board.letter, f"Layer {l} of {last}, a batch of {len(gradient.inputs)}"
    board.ax.set_title(title, fontsize=1.1 * letter, y=1, pad=-1.5 * letter)
    _write_product(board, gradient, deepest)
    write_names(
        board.ax,
        ("above", "input") if gradient.slope is None else ("above", "activation", "input"),
        letter=letter,
        pad=1.8,
    )
    hint = "rows of the vermilion and the blue matrix are examples; a bias has the input 1"
    write_row(board.ax, [(hint, "")], letter=letter, pad=0.3 * letter)
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
    across, height = max(n * wide + (n + 1) * _GAP + 2, WIDE), 2 * high + 8.6
    letter = size() if ax is None else fitting_letter(ax, across, height, size())
    ax = borderless(across, height) if ax is None else ax
    set_window(ax, (across / 2, height / 2), (across, height))
    title = f"Layer {gradient.layer}: the gradient has the shape of the weights, {n_in} × {n_out}"
    ax.set_title(title, fontsize=1.1 * letter, y=1, pad=-1.5 * letter)
    table, above, below = _Table(ax, letter, _CELL), height - 4.1, high + 2
    row = across / 2 - (n * wide + (n - 1) * _GAP) / 2  # where the examples begin
    places = [(row, below), *((row + k * (wide + _GAP), above) for k in range(n)), (across / 2 + 2 * _GAP, below)]
    style = {"ha": "center", "va": "center", "fontsize": 1.05 * letter}
    for (x, top), (name, values, look), sign in zip(places, _named(gradient), _signs(n)):
        table.draw((x, top), values, **look)
        ax.text(x + wide / 2, top + 0.5, name, ha="center", va="bottom", fontsize=letter)
        ax.text(x - _GAP / 2, top - high / 2, sign, **style | {"ha": "right" if len(sign) > 1 else "center"})
    ax.text(row + n * wide + (n - 1) * _GAP + 0.4 * _GAP, above - high / 2, ")" * (n > 1), **style)
    hint = "rows: from which unit; columns: to which; blue positive, red negative"
    ax.text(across / 2, 0.3, hint, ha="center", va="bottom", fontsize=letter, color="0.25")
    return describe(ax, gradient.describe())


def _named(gradient):
    """The matrices of a batch, each with its name and look: the weights, the gradient of each example, the mean."""
    look = {"limit": np.abs(gradient.examples).max() or 1, "decimals": _decimals(gradient.mean)}
    yield "weights W", gradient.weights, {"color": "0.35"}
    for k, matrix in enumerate(gradient.examples, 1):
        yield f"example {k}", matrix, look | {"color": "0.35"}
    yield "∂L/∂W, their mean", gradient.mean, look | {"color": "black"}


def _signs(n):
    """What stands before each matrix of a batch of n."""
    return ["", "(" * (n > 1), *"+" * (n - 1), f"÷ {n} =" if n > 1 else "="]


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
            board.write(x - 0.45 * board.half[0], y, "z", color="0.2")
            board.write(x + 0.45 * board.half[0], y, "ŷ" if layer == last else "a", color="0.2")
    board.write(*board.loss, "L", color="0.2")


def _write_product(board, gradient, deepest):
    """Write ∂L/∂W = inputᵀ (above ⊙ slope) / n as matrices in the colours of the factors, below the net."""
    parts, signs = _factors(gradient)
    row = board.row
    x = np.mean(board.ax.get_xlim()) - _across(parts, signs) / 2 / row
    middle = board.ax.get_ylim()[0] + (3.6 + _LOW_HIGH * deepest / 2) / row
    for (name, values, factor), sign in zip(parts, signs):
        cell = np.array([_widest(values), _LOW_HIGH])  # in em
        table = _Table(board.ax, _LOW_LETTER * board.letter, cell / row)
        board.write(x + width(sign) / 2 / row, middle, sign, fontsize=board.letter)
        x += (width(sign) + _CLEAR) / row
        wide, high = table.sides(values)
        top = middle + high / 2
        table.draw((x, top), values, color=FACTORS[factor])
        board.write(x + wide / 2, top + 0.8 / row, name, color=FACTORS[factor], fontweight="bold")
        x += wide + _CLEAR / row


def _across(parts, signs):
    """The width of a product of matrices with its signs, in em."""
    matrices = sum(values.shape[1] * _widest(values) for _, values, _ in parts)
    return matrices + sum(map(width, signs)) + (2 * len(signs) - 1) * _CLEAR


def _widest(values):
    """The width of a cell of a matrix in a product, in em."""
    return _LOW_LETTER * max(width(_number(value, _decimals(values))) for value in values.ravel()) + _PAD


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
            text = _number(value, decimals)
            style = {"ha": "center", "va": "center", "fontsize": self.letter}
            self.ax.text(left + wide / 2, bottom + high / 2, text, **style)
        sides, style = self.sides(values), {"facecolor": "none", "edgecolor": color, "zorder": 3}
        self.ax.add_patch(Rectangle((x, top - sides[1]), *sides, linewidth=0.22 * self.letter, **style))


def _number(value, decimals):
    return minus(f"{value:.{decimals}f}")


def _decimals(values):
    """How many decimals the numbers of a matrix have: two digits of the largest, and none where all are whole."""
    if (values == np.round(values)).all():
        return 0
    return int(np.clip(1 - np.floor(np.log10(np.abs(values).max())), 2, 3))
