"""The chain rule on the drawing of a net, for one weight and for a whole layer, and what gradients cost."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, Rectangle, Wedge

from lecture.from_scratch.steps import indexed, short
from lecture.network import layout
from lecture.plots.alt import describe
from lecture.plots.networks.backprop import FACTOR_NAMES, FACTORS, WIDEST_LAYER, row_of_texts, spots_on
from lecture.plots.style import COLORS

MOST_EXAMPLES = 4  # of a batch, that are drawn side by side
_ROW = 9.0  # from one row of nodes to the next, in em
_PALE = "0.78"  # what has no part in it


def plot_chain_rule(chain, *, ax=None):
    """Draw the chain rule for one weight: each factor, in the formula and in its place, in the same colour.

    The weight's edge and what comes in over it are green (∂z/∂w, the input), both halves of the unit that it leads to
    are blue (∂a/∂z, the slope), and all ways on from there to the loss are vermilion (∂L/∂a, from above).

    Parameters
    ----------
    chain : Chain
        From ``lecture.from_scratch.chain_rule``, of a net with at most 5 units in a layer.
    ax : matplotlib.axes.Axes, optional
        A new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        With one LineCollection of all edges, that to the loss included, and one PatchCollection of all nodes.

    Raises
    ------
    ValueError
        If the net is too wide for its numbers.
    """
    board = _Board.draw(chain.net.sizes, ax, "plot_chain_rule", head=11.5, foot=6.2)
    l, i, j = chain.weight
    terms = (
        {j} if chain.is_last else {(l + 1, j, link.unit) for link in chain.links}
    )  # the edges whose numbers are in the formula
    _paint(board, *_roles_of_weight(chain), strong={(l, i, j)} | terms)
    _write_values(board, chain)
    _write_factors(board, chain)
    ax, em = board.ax, board.em
    ax.set_title(f"One example: how its loss changes with {chain.name}", fontsize=1.1 * em, y=1, pad=-1.8 * em)
    row_of_texts(ax, [(f"${text}$", factor) for text, factor in chain.symbols], 1.2 * em, "upper center", 3.0 * em)
    row_of_texts(ax, [(f"∂L/∂{chain.name} ", ""), *chain.numbers], 1.2 * em, "upper center", 7.8 * em)
    _write_names(board, [factor for _, factor in chain.symbols])
    row_of_texts(
        ax,
        [(f"nudging {chain.name} a little, and looking at the loss: {short(chain.nudged)}", "")],
        em,
        "lower center",
        0.5 * em,
    )
    return describe(ax, chain.describe())


def plot_layer_gradient(gradient, *, ax=None):
    """Draw the gradient of a layer: where its three factors stand in the net, and their product as matrices.

    Parameters
    ----------
    gradient : LayerGradient
        From ``lecture.from_scratch.layer_gradient``, of a net with at most 5 units in a layer and at most 4 examples.
    ax : matplotlib.axes.Axes, optional
        A new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the net or the batch is too large for its numbers.
    """
    _check_examples(gradient, "plot_layer_gradient")
    deepest = max(len(gradient.inputs), *gradient.net.sizes)
    board = _Board.draw(
        gradient.net.sizes, ax, "plot_layer_gradient", head=4.5, foot=8.6 + 1.9 * deepest, row=6.0, least_width=66
    )
    _paint(board, *_roles_of_layer(gradient))
    l, last = gradient.layer, len(gradient.net.layers)
    for (layer, index), (x, y) in board.nodes.items():
        text = "1" if index == 0 else "x" if layer == 0 else ("z", "ŷ" if layer == last else "a")
        if isinstance(text, tuple):
            for side, part in zip((-0.45, 0.45), text):
                board.write(x + side * board.radius, y, part, color="0.2")
        else:
            board.write(x, y, text, color="0.2")
    ax, em = board.ax, board.em
    board.write(*board.loss, "L", color="0.2")
    ax.set_title(f"Layer {l} of {last}, a batch of {len(gradient.inputs)}", fontsize=1.1 * em, y=1, pad=-1.8 * em)
    _write_product(board, gradient, deepest)
    used = ("above", "input") if gradient.slope is None else ("above", "activation", "input")
    _write_names(board, used)
    row_of_texts(
        ax,
        [("rows of the vermilion and blue matrix are examples; a bias has the input 1", "")],
        em,
        "lower center",
        0.5 * em,
    )
    a = "ŷ" if l == last else "a"
    factors = (
        f"∂L/∂{a} from above"
        + ("" if gradient.slope is None else f", times ∂{a}/∂z in the units")
        + ", times the input of each weight"
    )
    return describe(ax, f"{gradient.describe()} It is {factors}: three places in the drawing, three matrices below it.")


def plot_batch_gradient(gradient, *, ax=None):
    """Draw the gradient matrix of each example of a batch, and their mean.

    Parameters
    ----------
    gradient : LayerGradient
        From ``lecture.from_scratch.layer_gradient``, with at most 5 units in the two layers and at most 4 examples.
    ax : matplotlib.axes.Axes, optional
        A new figure by default.

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
    em, wide, gap = plt.rcParams["font.size"], 3.9, 2.2  # of a cell, and between two matrices, in em
    width, height = (n + 2) * n_out * wide + (n + 2.2) * gap + 4, n_in * 2.4 + 7.9
    if ax is None:
        _, ax = plt.subplots(figsize=(width * em / 72, height * em / 72), layout="none")
        ax.set_position((0, 0, 1, 1))
    else:
        here = ax.get_window_extent().size / ax.figure.dpi * 72
        em = min(em, *(here / (width, height)))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.set_title(
        f"Layer {gradient.layer}: the gradient has the shape of the weights, {n_in} × {n_out}",
        fontsize=1.1 * em,
        y=1,
        pad=-1.8 * em,
    )
    limit = np.abs(gradient.examples).max() or 1
    x, top = 2, height - 4.6
    shown = [("weights W", gradient.weights, None, "0.35")]
    shown += [(f"∂L/∂W, example {k}", matrix, limit, "0.35") for k, matrix in enumerate(gradient.examples, 1)]
    shown.append(("∂L/∂W, their mean", gradient.mean, limit, "black"))
    signs, gaps = ["(" * (n > 1), *["+"] * (n - 1), f") ÷ {n} =" if n > 1 else "="], [*[gap] * n, 2.2 * gap]
    decimals = _decimals(gradient.mean)
    for k, (name, matrix, scale, color) in enumerate(shown):
        _matrix(ax, em, x, top, matrix, color, cell=(wide, 2.4), limit=scale, decimals=decimals if k else None)
        ax.text(x + n_out * wide / 2, top + 0.5, name, ha="center", va="bottom", fontsize=0.95 * em)
        x += n_out * wide
        if k < len(shown) - 1:
            ax.text(x + gaps[k] / 2, top - n_in * 1.2, signs[k], ha="center", va="center", fontsize=1.05 * em)
            x += gaps[k]
    ax.text(
        width / 2,
        0.5,
        "rows: the unit a weight comes from; columns: the unit it leads to; blue positive, red negative",
        ha="center",
        va="bottom",
        fontsize=0.95 * em,
        color="0.25",
    )
    return describe(ax, gradient.describe())


def plot_gradient_costs(costs, *, ax=None):
    """Draw what all gradients of growing nets cost, in multiplications, against their number of weights and biases.

    Parameters
    ----------
    costs : list of GradientCosts
        From ``lecture.from_scratch.gradient_costs``, two or more.
    ax : matplotlib.axes.Axes, optional
        A new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        With four lines: nudging, forward mode, backward, and one forward pass.

    Raises
    ------
    ValueError
        If there are fewer than two nets.
    """
    if len(costs) < 2:
        raise ValueError(f"plot_gradient_costs needs two or more nets, got {len(costs)}.")
    costs = sorted(costs, key=lambda cost: cost.n_parameters)
    if ax is None:
        _, ax = plt.subplots()
    size = [cost.n_parameters for cost in costs]
    ways = [
        ("nudging", "nudge each weight", COLORS[6], ":"),
        ("forward_mode", "forward, a pass for each weight", COLORS[1], "-."),
        ("backward", "backward, one pass for all", COLORS[0], "-"),
        ("forward", "one forward pass", COLORS[2], "--"),
    ]
    for field, name, color, style in ways:
        ax.plot(
            size, [getattr(cost, field) for cost in costs], style, marker="o", markersize=4, color=color, label=name
        )
    ax.set(xscale="log", yscale="log", xlabel="weights and biases", ylabel="multiplications")
    ax.legend(loc="upper left")
    largest = costs[-1]
    return describe(
        ax,
        f"{len(costs)} growing nets. {largest.describe()} Backward and one forward pass run side by side, the other two climb away from them.",
    )


# -- A net with room for factors ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Board:
    """A drawn net with halved units, followed by a node for the loss, and where its parts are."""

    ax: object
    em: float  # of what is written, in points
    row: float  # from one row of nodes to the next, in em
    radius: float  # of a node, in rows
    nodes: dict  # (layer, index) -> (x, y); index 0 is the bias
    edges: dict  # (layer, i, j) -> (start, end), each (x, y)
    loss: np.ndarray  # (x, y) of the loss
    wires: dict  # j -> (start, end) from output j to the loss
    lines: object  # the LineCollection: the edges, then the wires
    circles: object  # the PatchCollection: the nodes in their order, then the loss

    @classmethod
    def draw(cls, sizes, ax, who, *, head, foot, row=_ROW, least_width=62):
        """Draw all of it in pale grey, large enough for the numbers; ``head`` and ``foot`` are kept free, in em."""
        if max(sizes) > WIDEST_LAYER:
            raise ValueError(f"{who} shows nets with at most {WIDEST_LAYER} units in a layer, got {list(sizes)}.")
        if made := ax is None:
            _, ax = plt.subplots(layout="none")
        ax.axis("off")
        network, last = layout(sizes, bias=True), len(sizes) - 1
        x = np.linspace(0, 17 * max(3, last) / row, last + 1)  # 17 em from layer to layer, and more where there are few
        drawn, known = network.edges, network.nodes
        nodes = {
            (int(layer), int(index)): np.array([x[layer], y])
            for layer, index, y in zip(known.layer, known.index, known.y)
        }
        edges = {
            (l, i, j): (nodes[l - 1, i], nodes[l, j])
            for l, i, j in zip(drawn.layer.tolist(), drawn.i.tolist(), drawn.j.tolist())
        }
        radius = 0.33 if row == _ROW else 0.42
        loss = np.array([x[-1] + 12.5 / row, np.mean([nodes[last, j][1] for j in range(1, sizes[-1] + 1)])])
        wires = {j: (nodes[last, j], loss) for j in range(1, sizes[-1] + 1)}
        em = plt.rcParams["font.size"]
        ys = [y for _, y in nodes.values()]
        low, high = min(ys) - radius, max(ys) + radius
        width, height = max((loss[0] + 2 * radius) * row + 6, least_width), (high - low) * row + head + foot  # in em
        if made:
            ax.figure.set_size_inches(width * em / 72, height * em / 72)
            ax.set_position((0, 0, 1, 1))
        else:
            em = min(em, *(ax.get_window_extent().size / ax.figure.dpi * 72 / (width, height)))
        middle = loss[0] / 2
        ax.set(xlim=middle + np.array([-0.5, 0.5]) * width / row, ylim=(low - foot / row, high + head / row))
        ax.set_aspect("equal")
        lines = LineCollection([*edges.values(), *wires.values()], colors=_PALE, linewidths=0.09 * em, zorder=1)
        circles = PatchCollection(
            [Circle(xy, radius) for xy in (*nodes.values(), loss)],
            facecolor="white",
            edgecolor="0.55",
            linewidth=0.11 * em,
            zorder=3,
        )
        ax.add_collection(lines)
        ax.add_collection(circles)
        units = np.array([xy for (layer, index), xy in nodes.items() if layer and index])
        stroke = radius * np.array([[0, -1], [0, 1]])
        ax.add_collection(LineCollection(units[:, None] + stroke, colors="0.55", linewidths=0.07 * em, zorder=3.3))
        return cls(ax, em, row, radius, nodes, edges, loss, wires, lines, circles)

    def write(self, x, y, text, **style):
        """Write at a place in the drawing, without moving anything."""
        style = {"ha": "center", "va": "center", "fontsize": 0.9 * self.em, "zorder": 4} | style
        return self.ax.text(x, y, text, **style)


def _roles_of_weight(chain):
    """Which factor each node, half, edge and wire of the drawing stands for: {key: factor} for nodes and edges."""
    l, i, j = chain.weight
    sizes, last = chain.net.sizes, len(chain.net.layers)
    nodes = {(l, j): "above" if chain.slope is None else "activation", "loss": "above"}
    edges = {(l, i, j): "input"}
    beyond = {j}
    for layer in range(l + 1, last + 1):  # every unit of the layers above is on a path to the loss
        above = range(1, sizes[layer] + 1)
        nodes |= {(layer, k): "above" for k in above}
        edges |= {(layer, start, k): "above" for start in beyond for k in above}
        beyond = set(above)
    edges |= dict.fromkeys(beyond, "above")
    return nodes, edges, {(l - 1, i): "input"}


def _roles_of_layer(gradient):
    """The same for all weights of a layer."""
    l, sizes, last = gradient.layer, gradient.net.sizes, len(gradient.net.layers)
    nodes = {(l, j): "above" if gradient.slope is None else "activation" for j in range(1, sizes[l] + 1)}
    nodes |= {(layer, k): "above" for layer in range(l + 1, last + 1) for k in range(1, sizes[layer] + 1)} | {
        "loss": "above"
    }
    edges = {(l, i, j): "input" for i in range(1, sizes[l - 1] + 1) for j in range(1, sizes[l] + 1)}
    edges |= {
        (layer, i, j): "above"
        for layer in range(l + 1, last + 1)
        for i in range(1, sizes[layer - 1] + 1)
        for j in range(1, sizes[layer] + 1)
    }
    return (
        nodes,
        edges | dict.fromkeys(range(1, sizes[-1] + 1), "above"),
        {(l - 1, i): "input" for i in range(1, sizes[l - 1] + 1)},
    )


def _paint(board, nodes, edges, sources, strong=()):
    """Give nodes, edges (wires by their output alone) and what goes in at ``sources`` the colours of their factors."""
    em = board.em
    all_edges = [*board.edges, *board.wires]
    board.lines.set_color([FACTORS[edges[key]] if key in edges else _PALE for key in all_edges])
    board.lines.set_linewidth(
        [(0.3 if key in strong else 0.18) * em if key in edges else 0.09 * em for key in all_edges]
    )
    all_nodes = [*board.nodes, "loss"]
    board.circles.set_edgecolor([FACTORS[nodes[key]] if key in nodes else "0.55" for key in all_nodes])
    board.circles.set_facecolor([_tint(nodes[key]) if key in nodes else (1, 1, 1, 1) for key in all_nodes])
    board.circles.set_linewidth([0.27 * em if key in nodes else 0.11 * em for key in all_nodes])
    halves = []
    for layer, index in sources:  # of a unit its activation goes in, the right half; an input and the bias are whole
        x, y = board.nodes[layer, index]
        halves.append(Wedge((x, y), board.radius, -90, 90) if layer and index else Circle((x, y), board.radius))
    board.ax.add_collection(
        PatchCollection(halves, facecolor=_tint("input"), edgecolor=FACTORS["input"], linewidth=0.27 * em, zorder=3.2)
    )


def _tint(factor):
    """A pale shade of a factor's colour, for black letters."""
    return (*tuple(0.85 + 0.15 * part for part in to_rgba(FACTORS[factor])[:3]), 1.0)


def _write_values(board, chain):
    """x, z, a and ŷ into the nodes, the targets above the outputs, and the loss."""
    last = len(chain.net.layers)
    name = {"fontstyle": "italic", "color": "0.25"}
    up, down = 0.65 / board.row, -0.65 / board.row
    for (layer, index), (x, y) in board.nodes.items():
        if index == 0:
            board.write(x, y, "1")
        elif layer == 0:
            board.write(x, y + up, indexed("x", 0, index), **name)
            board.write(x, y + down, short(chain.x[index - 1]))
        else:
            signal, side = chain.signals[layer - 1], 0.47 * board.radius
            for at, letter, values in ((x - side, "z", signal.z), (x + side, "ŷ" if layer == last else "a", signal.a)):
                board.write(at, y + up, letter, **name)
                text = short(values[0, index - 1])
                board.write(at, y + down, text, fontsize=(0.8 if len(text) < 6 else 0.68) * board.em)
        if layer == last and index:
            board.write(x, y + board.radius + 0.9 / board.row, f"y = {short(chain.y[index - 1])}", fontsize=board.em)
    x, y = board.loss
    board.write(x, y + up, "L", **name)
    board.write(x, y + down, short(chain.net.loss_of(chain.signals, chain.y[None])))


def _write_factors(board, chain):
    """Each factor with its value in its place: on the weight's edge, below its unit, and on the ways to the loss."""
    l, i, j = chain.weight
    last = len(chain.net.layers)
    a = "ŷ" if chain.is_last else "a"
    box = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.93}
    style = {"fontsize": 0.95 * board.em, "fontweight": "bold", "bbox": box, "zorder": 4.5}
    start, end = board.edges[l, i, j]
    x, y = start + (end - start) * 0.5
    board.write(x, y, f"{chain.name} = {short(_value(chain))}", va="bottom", **style | {"fontweight": "normal"})
    board.write(x, y, f"∂z/∂{'w' if i else 'b'} = {short(chain.into)}", va="top", color=FACTORS["input"], **style)
    below = (board.radius + 1.1 / board.row) * np.array([0, -1])
    if chain.slope is not None:
        board.write(*board.nodes[l, j] + below, f"∂{a}/∂z = {short(chain.slope)}", color=FACTORS["activation"], **style)
    red = style | {"color": FACTORS["above"]}
    if chain.is_last:
        x, y = np.mean(board.wires[j], axis=0)
        name = "∂L/∂z" if chain.slope is None else "∂L/∂ŷ"
        board.write(x, y, f"{name}\n{short(chain.above)}", linespacing=1.1, **red)
        return
    board.write(*board.nodes[l, j] - below, f"∂L/∂a = {short(chain.above)}", **red)
    ends = np.array([board.edges[l + 1, j, link.unit] for link in chain.links])
    for link, spot in zip(chain.links, spots_on(ends, np.array([3.2, 0.8]) / board.row)):
        board.write(*spot, f"w = {short(link.weight)}", **red)
        board.write(*board.nodes[l + 1, link.unit] + below, f"∂L/∂z = {short(link.delta)}", **red)
    out = chain.gradients[-1].above
    if l + 1 == last and out is not None:  # where ∂L/∂z of the outputs comes from
        for k, wire in board.wires.items():
            board.write(
                *np.mean(wire, axis=0),
                f"∂L/∂ŷ\n{short(out[0, k - 1])}",
                linespacing=1.1,
                **red | {"fontweight": "normal", "fontsize": 0.85 * board.em},
            )


def _value(chain):
    """The weight itself."""
    l, i, j = chain.weight
    layer = chain.net.layers[l - 1]
    return layer.W[i - 1, j - 1] if i else layer.b[j - 1]


def _write_names(board, used, pad=2.1):
    """What the colours are, below the net."""
    names = []
    for factor in (name for name in FACTOR_NAMES if name in used):
        names += [("   ·   ", ""), (FACTOR_NAMES[factor], factor)]
    row_of_texts(board.ax, names[1:], board.em, "lower center", pad * board.em)


# -- Matrices of numbers --------------------------------------------------------------------------------------------


def _check_examples(gradient, who):
    """Refuse a batch that is too large to be drawn."""
    if len(gradient.inputs) > MOST_EXAMPLES:
        raise ValueError(f"{who} shows batches of up to {MOST_EXAMPLES} examples, got {len(gradient.inputs)}.")


def _matrix(ax, em, x, top, values, color, *, cell, scale=1.0, limit=None, decimals=None):
    """Draw a matrix of numbers with its upper left corner at (x, top); ``cell`` is in em, ``scale`` data units an em.

    With ``limit``, cells are tinted by sign and size.
    """
    n_rows, n_columns = values.shape
    wide, high = np.array(cell) * scale
    tint, decimals = plt.colormaps["RdBu"], _decimals(values) if decimals is None else decimals
    for r, c in np.ndindex(values.shape):
        face = "white" if limit is None else tint(0.5 + 0.3 * values[r, c] / limit)
        ax.add_patch(
            Rectangle(
                (x + c * wide, top - (r + 1) * high), wide, high, facecolor=face, edgecolor="0.8", linewidth=0.06 * em
            )
        )
        ax.text(
            x + (c + 0.5) * wide,
            top - (r + 0.5) * high,
            f"{round(values[r, c], decimals) + 0.0:.{decimals}f}".replace("-", "−"),
            ha="center",
            va="center",
            fontsize=0.88 * em,
        )
    ax.add_patch(
        Rectangle(
            (x, top - n_rows * high),
            n_columns * wide,
            n_rows * high,
            facecolor="none",
            edgecolor=color,
            linewidth=0.22 * em,
            zorder=3,
        )
    )


def _decimals(values):
    """How many decimals the numbers of a matrix have: two digits of the largest, and none where all are whole."""
    if (values == np.round(values)).all():
        return 0
    return int(np.clip(1 - np.floor(np.log10(np.abs(values).max())), 2, 3))


def _write_product(board, gradient, deepest):
    """∂L/∂W = inputᵀ (above ⊙ slope) / n, as matrices in the colours of the factors, below the net."""
    n, (n_in, n_out) = len(gradient.inputs), gradient.weights.shape
    l, last = gradient.layer, len(gradient.net.layers)
    a, below = "ŷ" if l == last else "a", "x" if l == 1 else "a"
    up = "∂L/∂z" if gradient.slope is None else f"∂L/∂{a}"
    parts = [(f"{below}, transposed", gradient.inputs.T, "input"), (up, gradient.above, "above")]
    signs = [f"1/{n} ·" if n > 1 else "", "·" if gradient.slope is None else "· (", ""]
    if gradient.slope is not None:
        parts.append((f"∂{a}/∂z", gradient.slope, "activation"))
        signs = [signs[0], "· (", "⊙", ") ="]
    else:
        signs = [signs[0], "·", "="]
    parts.append(("∂L/∂W", gradient.mean, ""))
    row, cell = board.row, (3.9, 1.9)
    columns = sum(values.shape[1] for _, values, _ in parts)
    gaps = [3.4, 2.6, *[2.4] * (len(parts) - 2)]
    width = columns * cell[0] + sum(gaps[: len(parts)])
    low, _high = board.ax.get_ylim()
    x = np.mean(board.ax.get_xlim()) - width / 2 / row
    middle = low + (4.6 + 1.9 * deepest / 2) / row
    for (name, values, factor), sign, gap in zip(parts, signs, gaps):
        board.write(x + gap / 2 / row, middle, sign, fontsize=1.15 * board.em)
        x += gap / row
        n_rows, n_columns = values.shape
        top = middle + n_rows * cell[1] / 2 / row
        _matrix(board.ax, board.em, x, top, values, FACTORS[factor], cell=cell, scale=1 / row)
        board.write(x + n_columns * cell[0] / 2 / row, top + 0.8 / row, name, color=FACTORS[factor], fontweight="bold")
        x += n_columns * cell[0] / row
