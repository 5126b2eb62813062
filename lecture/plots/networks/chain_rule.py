"""The chain rule for one weight on the drawing of a net."""

import numpy as np
from matplotlib.axes import Axes

from lecture.from_scratch import Chain
from lecture.from_scratch.formula import indexed
from lecture.plots.alt import describe
from lecture.plots.networks.board import Board
from lecture.plots.networks.factors import FACTORS, write_names, write_row
from lecture.plots.networks.spots import spots_on
from lecture.words import short

_BESIDE = 0.75  # from a node to the middle of a line above or below it, in em
_BOX = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.93}


def plot_chain_rule(chain: Chain, *, ax: Axes | None = None) -> Axes:
    """Draw the chain rule for one weight: each factor, in the formula and in its place, in the same colour.

    The weight's edge and its input are green (∂z/∂w, the input), both halves of the unit that it leads to are blue
    (∂a/∂z, the slope), and all ways on from there to the loss are vermilion (∂L/∂a, from above).

    Parameters
    ----------
    chain : Chain
        The derivative, from ``lecture.from_scratch.chain_rule``, in a net with at most 5 units in a layer.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
        With one LineCollection of all edges, that to the loss included, and one PatchCollection of all nodes.

    Raises
    ------
    ValueError
        If the net is too wide for its numbers.
    """
    board = Board.draw(chain.net.sizes, ax, "plot_chain_rule", head=5.9, foot=3.0)
    l, i, j = chain.weight
    terms = (
        {j} if chain.is_last else {(l + 1, j, link.unit) for link in chain.links}
    )  # edges with numbers in the formula
    board.paint(*_roles(chain), strong={(l, i, j)} | terms)
    _write_values(board, chain)
    _write_factors(board, chain)
    _write_around(board, chain)
    return describe(board.ax, chain.describe())


def _write_around(board, chain):
    """Write the formula in symbols and in numbers, what its colours are, and the same derivative by nudging."""
    ax, letter = board.ax, board.letter
    symbols, numbers = [(f"${text}$", factor) for text, factor in chain.symbols], chain.numbers
    write_row(ax, symbols, letter=letter, pad=0.2 * letter, above=True)
    write_row(ax, [(f"∂L/∂{chain.name} ", ""), *numbers], letter=1.1 * letter, pad=3.9 * letter, above=True)
    write_names(ax, [factor for _, factor in chain.symbols], letter=letter, also=f"by nudging: {short(chain.nudged)}")


def _roles(chain):
    """Which factor each node and edge stands for: {key: factor} of both, and of the node that the input comes from."""
    l, i, j = chain.weight
    sizes, last = chain.net.sizes, len(chain.net.layers)
    nodes = {(l, j): "above" if chain.slope is None else "activation", "loss": "above"}
    edges: dict = {(l, i, j): "input"}
    beyond = {j}
    for layer in range(l + 1, last + 1):  # every unit of the layers above is on a path to the loss
        above = range(1, sizes[layer] + 1)
        nodes |= {(layer, k): "above" for k in above}
        edges |= {(layer, start, k): "above" for start in beyond for k in above}
        beyond = set(above)
    edges |= dict.fromkeys(beyond, "above")
    return nodes, edges, {(l - 1, i): "input"}


def _write_values(board, chain):
    """Write x, z, a and ŷ into the nodes, the targets above the outputs, and the loss."""
    last = len(chain.net.layers)
    for (layer, index), (x, y) in board.nodes.items():
        if index == 0:
            board.write(x, y, "1")
        elif layer == 0:
            _write_pair(board, (x, y), indexed("x", 0, index), short(chain.x[index - 1]))
        else:
            signal, side = chain.signals[layer - 1], 0.48 * board.half[0]
            for at, name, values in ((x - side, "z", signal.z), (x + side, "ŷ" if layer == last else "a", signal.a)):
                _write_pair(board, (at, y), name, short(values[0, index - 1]))
        if layer == last and index:
            above = y + board.half[1] + _BESIDE / board.row
            board.write(x, above, f"y = {short(chain.y[index - 1])}", zorder=5)
    _write_pair(board, board.loss, "L", short(chain.net.loss_of(chain.signals, chain.y[None])))


def _write_pair(board, at, name, text):
    """Write what something is called, and its value below."""
    (x, y), up = at, 0.62 / board.row
    board.write(x, y + up, name, fontstyle="italic", color="0.25")
    board.write(x, y - up, text)


def _write_factors(board, chain):
    """Write each factor with its value in its place: on the weight's edge, below its unit, on the ways to the loss."""
    l, i, j = chain.weight
    bold = {"fontweight": "bold", "bbox": _BOX, "zorder": 4.5}
    plain, above = bold | {"fontweight": "normal"}, bold | {"color": FACTORS["above"]}
    start, end = board.edges[l, i, j]
    x, y = start + (end - start) * 0.5
    board.write(x, y, f"{chain.name} = {short(_value(chain))}", va="bottom", **plain)
    board.write(x, y, f"∂z/∂{'w' if i else 'b'} = {short(chain.into)}", va="top", color=FACTORS["input"], **bold)
    if chain.slope is not None:
        slope = f"∂{'ŷ' if chain.is_last else 'a'}/∂z = {short(chain.slope)}"
        board.write(*_below(board, (l, j)), slope, color=FACTORS["activation"], **bold)
    if chain.is_last:
        name = "∂L/∂z" if chain.slope is None else "∂L/∂ŷ"
        board.write(*np.mean(board.wires[j], axis=0), f"{name}\n{short(chain.above)}", linespacing=1.1, **above)
    else:
        _write_links(board, chain, above)


def _write_links(board, chain, style):
    """Write what comes back from the layer above: the weights of the ways, ∂L/∂z at their ends, and their sum."""
    l, _, j = chain.weight
    node = board.nodes[l, j]
    board.write(*(2 * node - _below(board, (l, j))), f"∂L/∂a = {short(chain.above)}", **style)
    ends = np.array([board.edges[l + 1, j, link.unit] for link in chain.links])
    for link, spot in zip(chain.links, spots_on(ends, np.array([3.2, 0.8]) / board.row)):
        board.write(*spot, f"w = {short(link.weight)}", **style)
        board.write(*_below(board, (l + 1, link.unit)), f"∂L/∂z = {short(link.delta)}", **style)
    out = chain.gradients[-1].above
    if l + 1 == len(chain.net.layers) and out is not None:  # where ∂L/∂z of the outputs comes from
        small = style | {"fontweight": "normal", "linespacing": 1.1}
        for k, (start, end) in board.wires.items():
            side = {1: "bottom", 0: "center", -1: "top"}[int(np.sign(np.round(start - end, 6)[1]))]
            at = start + (end - start) * (board.half[0] + 2.4 / board.row) / (end - start)[0]
            board.write(*at, f"∂L/∂ŷ\n{short(out[0, k - 1])}", va=side, **small)


def _below(board, node):
    """The place for a line below a node."""
    return board.nodes[node] - np.array([0, board.half[1] + _BESIDE / board.row])


def _value(chain):
    """The weight itself."""
    l, i, j = chain.weight
    layer = chain.net.layers[l - 1]
    return layer.W[i - 1, j - 1] if i else layer.b[j - 1]
