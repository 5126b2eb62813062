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
    board = Board.draw(chain.net.sizes, ax, "plot_chain_rule", head=11.5, foot=6.2)
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
    """Write the title, the formula in symbols and in numbers, and what its colours are."""
    ax, letter = board.ax, board.letter
    ax.set_title(f"One example: how its loss changes with {chain.name}", fontsize=1.1 * letter, y=1, pad=-1.8 * letter)
    symbols, numbers = [(f"${text}$", factor) for text, factor in chain.symbols], chain.numbers
    write_row(ax, symbols, letter=1.2 * letter, pad=3.0 * letter, above=True)
    write_row(ax, [(f"∂L/∂{chain.name} ", ""), *numbers], letter=1.2 * letter, pad=7.8 * letter, above=True)
    write_names(ax, [factor for _, factor in chain.symbols], letter=letter)
    nudged = f"nudging {chain.name} a little, and looking at the loss: {short(chain.nudged)}"
    write_row(ax, [(nudged, "")], letter=letter, pad=0.5 * letter)


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
            signal, side = chain.signals[layer - 1], 0.47 * board.radius
            for at, name, values in ((x - side, "z", signal.z), (x + side, "ŷ" if layer == last else "a", signal.a)):
                text = short(values[0, index - 1])
                _write_pair(board, (at, y), name, text, size=0.8 if len(text) < 6 else 0.68)
        if layer == last and index:
            above = y + board.radius + 0.9 / board.row
            board.write(x, above, f"y = {short(chain.y[index - 1])}", fontsize=board.letter)
    _write_pair(board, board.loss, "L", short(chain.net.loss_of(chain.signals, chain.y[None])))


def _write_pair(board, at, name, text, size=0.9):
    """Write what something is called, and its value below; ``size`` is in em."""
    (x, y), up = at, 0.65 / board.row
    board.write(x, y + up, name, fontstyle="italic", color="0.25")
    board.write(x, y - up, text, fontsize=size * board.letter)


def _write_factors(board, chain):
    """Write each factor with its value in its place: on the weight's edge, below its unit, on the ways to the loss."""
    l, i, j = chain.weight
    bold = {"fontsize": 0.95 * board.letter, "fontweight": "bold", "bbox": _BOX, "zorder": 4.5}
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
        small = style | {"fontweight": "normal", "fontsize": 0.85 * board.letter, "linespacing": 1.1}
        for k, wire in board.wires.items():
            board.write(*np.mean(wire, axis=0), f"∂L/∂ŷ\n{short(out[0, k - 1])}", **small)


def _below(board, node):
    """The place for a line below a node."""
    return board.nodes[node] - np.array([0, board.radius + 1.1 / board.row])


def _value(chain):
    """The weight itself."""
    l, i, j = chain.weight
    layer = chain.net.layers[l - 1]
    return layer.W[i - 1, j - 1] if i else layer.b[j - 1]
