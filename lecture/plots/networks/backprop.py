"""Backpropagation on the drawing of a net: one step with all its numbers, and a training by its weights."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea

from lecture.checks import whole
from lecture.from_scratch.steps import short
from lecture.network import layout
from lecture.plots.alt import describe
from lecture.plots.networks.network import plot_network
from lecture.plots.style import COLORS

WIDEST_LAYER = 5  # more units, and their numbers could not be read
# The factors of the chain rule. Each also has its place in every formula: above · activation · input.
FACTORS = {
    "above": COLORS[1],
    "activation": COLORS[0],
    "input": COLORS[2],
    "now": COLORS[3],  # not a factor: what is worked out from them
    "": "black",
}
FACTOR_NAMES = {"above": "from above", "activation": "slope of the activation", "input": "input"}
_ROW = 9.0  # from one row of nodes to the next, in em
_HEAD, _FOOT, _SIDE = 8.0, 4.0, 5.0  # room above, below and beside the net in em
_LEAST_WIDTH = 60  # in em, for the title


def plot_step(trace, step, *, ax=None):
    """Draw one step of a forward pass, loss, backward pass and update, with all numbers known by then.

    Units hold z, a and δ = ∂L/∂z; edges carry w and ∂L/∂w, and after the update the new w and its change. One unit, or
    one weight, is spelled out in the title; its factors have the colours of their places in the drawing.

    Parameters
    ----------
    trace : Trace
        From ``lecture.from_scratch.trace``, of a net with at most 5 units in a layer.
    step : int
        0 (the inputs) to ``len(trace) - 1`` (the update).
    ax : matplotlib.axes.Axes, optional
        A new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no such step, or the net is too wide for its numbers.
    """
    whole(step, "step", most=len(trace) - 1)
    sizes = trace.net.sizes
    if max(sizes) > WIDEST_LAYER:
        raise ValueError(f"plot_step shows nets with at most {WIDEST_LAYER} units in a layer, got {sizes}.")
    now = trace.steps[step]
    picture = _Picture.draw(trace, ax)
    _mark(picture, now)
    known = {(s.quantity, s.layer) for s in trace.steps[: step + 1]}
    _write_nodes(picture, trace, now, known)
    _write_edges(picture, trace, now, known)
    _write_title(picture, trace, now)
    return describe(picture.ax, trace.describe(step))


@dataclass(frozen=True)
class _Picture:
    """A drawn net and where its parts are."""

    ax: object
    em: float  # of what is written, in points
    network: object
    nodes: dict  # (layer, index) -> (x, y); index 0 is the bias
    edges: dict  # (layer, i, j) -> (start, end), each (x, y)
    radius: float  # of a node, in rows

    @classmethod
    def draw(cls, trace, ax):
        """Draw the plain net, large enough for the numbers."""
        network = layout(trace.net.sizes, bias=True)
        made = ax is None
        ax = plot_network(network, ax=ax)
        nodes, edges = places(network, ax)
        circles = next(c for c in ax.collections if isinstance(c, PatchCollection))
        circles.set_facecolor("white")  # for numbers in colour
        radius = circles.get_paths()[0].get_extents().width / 2
        em = plt.rcParams["font.size"]
        low, high = np.min(list(nodes.values()), axis=0), np.max(list(nodes.values()), axis=0)
        width, height = (high - low + 2 * radius) * _ROW + (2 * _SIDE, _HEAD + _FOOT)  # in em
        width = max(width, _LEAST_WIDTH)
        if made:
            ax.figure.set_layout_engine("none")  # what is written must not move the net from one step to the next
            ax.figure.set_size_inches(width * em / 72, height * em / 72)
            ax.set_position((0, 0, 1, 1))
        else:
            here = ax.get_window_extent().size / ax.figure.dpi * 72
            em = min(em, *(here / (width, height)))
        middle = (low[0] + high[0]) / 2
        ax.set_xlim(middle - width / 2 / _ROW, middle + width / 2 / _ROW)
        ax.set_ylim(low[1] - radius - _FOOT / _ROW, high[1] + radius + _HEAD / _ROW)
        return cls(ax, em, network, nodes, edges, radius)


def places(network, ax):
    """Where ``plot_network`` put the nodes and edges, by their numbers."""
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    nodes, edges = {}, {}
    drawn = network.edges
    for segment, layer, i, j in zip(lines.get_segments(), drawn.layer, drawn.i, drawn.j):
        nodes[layer - 1, i], nodes[layer, j] = segment
        edges[int(layer), int(i), int(j)] = segment
    return {(int(layer), int(index)): xy for (layer, index), xy in nodes.items()}, edges


def _mark(picture, now):
    """Mark the nodes and edges that the spelled-out unit or weight is worked out from, in their factors' colours."""
    nodes, edges = _marked(picture, now)
    rings = [plt.Circle(picture.nodes[node], picture.radius) for node in nodes]
    picture.ax.add_collection(
        PatchCollection(
            rings,
            facecolor="none",
            edgecolor=[FACTORS[role] for role in nodes.values()],
            linewidth=0.36 * picture.em,
            zorder=3.5,
        )
    )
    picture.ax.add_collection(
        LineCollection(
            [picture.edges[edge] for edge in edges],
            colors=[FACTORS[role] for role in edges.values()],
            linewidths=0.3 * picture.em,
            zorder=1.5,
        )
    )


def _marked(picture, now):
    """The marked nodes and edges of a step: {(layer, index): role}, {(layer, i, j): role}."""
    l = now.layer
    if now.quantity == "x":
        return {(0, j): "input" for j in range(1, picture.network.sizes[0] + 1)}, {}
    if now.quantity == "z":
        edges = {edge: "now" for edge in picture.edges if (edge[0], edge[2]) == (l, 1)}
        return {(l, 1): "now", **{(l - 1, i): "input" for _, i, _ in edges}}, edges
    if now.quantity == "a":
        return {(l, 1): "activation"}, {}
    if now.quantity == "loss":
        return {(l, j): "above" for j in range(1, picture.network.sizes[-1] + 1)}, {}
    if now.quantity == "update":
        return {}, {(1, 1, 1): "now"}
    if "activation" in {factor for _, factor in now.formula}:  # spelled out back to where ∂L/∂a comes from
        nodes = {(l, 1): "activation", **{(l + 1, j): "above" for layer, _, j in picture.edges if layer == l + 1}}
        edges = {edge: "above" for edge in picture.edges if edge[:2] == (l + 1, 1)}
    else:
        nodes, edges = {(l, 1): "above"}, {}
    if now.quantity == "delta":
        return nodes, edges
    start = 1 if now.quantity == "W" else 0  # a bias is the weight of the node that is always 1
    return {(l - 1, start): "input", **nodes}, {(l, start, 1): "now", **edges}


def _write_nodes(picture, trace, now, known):
    """x, or z, a and δ, into the nodes; the targets and the loss beside the outputs."""
    ax, em, last, s = picture.ax, picture.em, len(trace.net.layers), trace.sample
    for (layer, index), (x, y) in picture.nodes.items():
        if index == 0:
            lines = [("1", None, "black")]
        elif layer == 0:
            lines = [(short(trace.X[s, index - 1]), "x", "black")]
        else:
            signal, gradient = trace.signals[layer - 1], trace.gradients[layer - 1]
            parts = [
                ("z", "z", signal.z, "0.25"),
                ("ŷ" if layer == last else "a", "a", signal.a, "black"),
                ("δ", "delta", gradient.delta, COLORS[1]),
            ]
            lines = [
                (f"{letter} {short(values[s, index - 1])}" if (quantity, layer) in known else "", quantity, color)
                for letter, quantity, values, color in parts
            ]
        for k, (text, quantity, color) in enumerate(lines):
            bold = "bold" if (quantity, layer) == (now.quantity, now.layer) else "normal"
            up = 1.2 * ((len(lines) - 1) / 2 - k) / _ROW
            ax.text(
                x, y + up, text, ha="center", va="center", fontsize=0.95 * em, color=color, fontweight=bold, zorder=4
            )
        if layer == last:
            target = f"y = {short(trace.y[s, index - 1])}"
            ax.text(x + picture.radius + 0.5 / _ROW, y, target, ha="left", va="center", fontsize=em)


def _write_edges(picture, trace, now, known):
    """w and ∂L/∂w on each edge; after the update the new w and its change."""
    updated = now.quantity == "update"
    spots = spots_on(np.array(list(picture.edges.values())), np.array([1.8, 1.3]) / _ROW)
    for (layer, i, j), (x, y) in zip(picture.edges, spots):
        name, at = ("b", (j - 1,)) if i == 0 else ("W", (i - 1, j - 1))
        old = trace.net.layers[layer - 1].parameters[name][at]
        new = trace.updated.layers[layer - 1].parameters[name][at]
        box = {"boxstyle": "round,pad=0.08", "facecolor": "white", "edgecolor": "none", "alpha": 0.92}
        style = {"ha": "center", "fontsize": 0.92 * picture.em, "bbox": box, "zorder": 2.5, "linespacing": 1}
        if updated or (name, layer) in known:
            bold = "bold" if updated or (name, layer) == (now.quantity, now.layer) else "normal"
            gradient = trace.gradients[layer - 1].parameters[name][at]
            second = f"{'+' if new > old else ''}{short(new - old)}" if updated else short(gradient)
            picture.ax.text(x, y, second, va="top", color=COLORS[1], fontweight=bold, **style)
            picture.ax.text(x, y, short(new if updated else old), va="bottom", **style)
        else:
            picture.ax.text(x, y, short(old), va="center", **style)


def spots_on(ends, half):
    """A place on each edge for a label, clear of the nodes and other labels and, where it can be, of other edges.

    ``ends`` (n, 2, 2) are the edges' two points, ``half`` (2,) is half of a label's width and height; gives (n, 2).
    """
    n, share = len(ends), np.linspace(0.2, 0.8, 25)  # of the way from node to node
    tries = ends[:, None, 0] + share[:, None] * (ends[:, None, 1] - ends[:, None, 0])  # (n, n_tries, 2)
    crossed = np.array([_nearest_other(tries[k], np.delete(ends, k, axis=0)) for k in range(n)])  # (n, n_tries)
    worth = 3 * np.minimum(crossed / half[1], 1.3) - np.abs(share - 0.5)
    choice = np.full(n, len(share) // 2)
    for _ in range(4):  # place each with the others where they are, and again
        for k in range(n):
            others = np.delete(tries[np.arange(n), choice], k, axis=0)  # (n - 1, 2)
            apart = (np.abs(tries[k][:, None] - others) / (2 * half)).max(
                axis=2
            )  # (n_tries, n - 1), below 1 they overlap
            choice[k] = (20 * apart.min(axis=1, initial=1.15) + worth[k]).argmax()
    return tries[np.arange(n), choice]


def _nearest_other(points, ends):
    """How far each point (n, 2) is from the nearest of some edges (m, 2, 2)."""
    a, along = ends[:, 0], ends[:, 1] - ends[:, 0]  # (m, 2)
    to = points[:, None] - a  # (n, m, 2)
    share = np.clip((to * along).sum(axis=2) / (along**2).sum(axis=1), 0, 1)  # (n, m)
    return np.linalg.norm(to - share[..., None] * along, axis=2).min(axis=1, initial=np.inf)


def _write_title(picture, trace, now):
    """The step in words, its formula with the factors in colour, and what the colours and numbers are."""
    ax, em = picture.ax, picture.em
    ax.set_title(now.sentence, fontsize=1.1 * em, y=1, pad=-1.8 * em)
    row_of_texts(ax, now.formula, 1.2 * em, "upper center", 2.8 * em)
    if now.phase == "update":
        numbers = "on the edges the new w, and below it how much it changed, −η ∂L/∂w"
    elif now.phase == "backward":
        means = ", the mean over all examples" if len(trace.X) > 1 else ""
        numbers = f"in the nodes z, a and δ = ∂L/∂z{_whose(trace)}; on the edges w and below it ∂L/∂w{means}"
        here = {factor for _, factor in now.formula}
        names = []
        for factor in filter(here.__contains__, FACTOR_NAMES):
            names += [("   ·   ", ""), (FACTOR_NAMES[factor], factor)]
        row_of_texts(ax, names[1:], em, "lower center", 2.1 * em)
    else:
        numbers = f"in the nodes z and a{_whose(trace)}, on the edges w"
    row_of_texts(ax, [(numbers, "")], em, "lower center", 0.5 * em)


def _whose(trace):
    """Which sample the numbers in the nodes belong to, where there are several."""
    return f" of example {trace.sample + 1}" if len(trace.X) > 1 else ""


def row_of_texts(ax, pieces, size, place, pad):
    """One centred line of text, ``pad`` points from the upper or lower edge, its pieces in their factors' colours."""
    areas = [
        TextArea(
            text, textprops={"color": FACTORS[factor], "fontsize": size, "fontweight": "bold" if factor else "normal"}
        )
        for text, factor in pieces
    ]
    row = HPacker(children=areas, pad=0, sep=0, align="baseline")
    ax.add_artist(AnchoredOffsetbox(place, child=row, pad=0, borderpad=pad / size, prop={"size": size}, frameon=False))


def plot_weight_updates(record, iteration, *, axes=None):
    """Draw a net in the middle of its training: its weights, what the last update did to them, and the loss so far.

    Edges are coloured and widened by their weights, on one scale for the whole training. A triangle on an edge says
    what the last update did: up where the weight grew, down where it shrank, and the larger the more.

    Parameters
    ----------
    record : TrainingRecord
        From ``lecture.from_scratch.train``.
    iteration : int
        0 (the initial weights) to ``record.steps``.
    axes : pair of matplotlib.axes.Axes, optional
        For the net and for the loss; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        That of the net; the loss stands beside it in the same figure.

    Raises
    ------
    ValueError
        If there is no such iteration.
    """
    whole(iteration, "iteration", most=record.steps)
    if axes is None:
        em = plt.rcParams["font.size"] / 72  # in inches
        # Margins by hand: working them out takes longer than the drawing, at each move of a slider.
        margins = {"left": 0, "right": 0.985, "bottom": 0.15, "top": 0.91, "wspace": 0.16}
        _, axes = plt.subplots(
            1, 2, figsize=(72 * em, 28 * em), width_ratios=[1.8, 1], gridspec_kw=margins, layout="none"
        )
    left, right = axes
    net = record.nets[iteration]
    network = layout(net.sizes, bias=True)
    plot_network(network, ax=left, weights=net.matrices, limit=_largest(record))
    _draw_changes(left, network, record, iteration)
    left.set_title(f"after {iteration} of {record.steps} updates   (last one: ▲ grew  ▼ shrank)")
    _draw_loss(right, record, iteration)
    describe(left, record.describe(iteration))
    return left


def _largest(record):
    """The size of the largest weight in the whole training."""
    sizes = np.array([max(np.abs(matrix).max() for matrix in net.matrices) for net in record.nets])
    return float(sizes[np.isfinite(sizes)].max())


def _draw_changes(ax, network, record, iteration):
    """A triangle on each edge for what the last update did to its weight."""
    if iteration == 0:
        return
    change = network.edge_values(network.edges, record.changes(iteration))
    most = max(np.abs(matrix).max() for k in range(1, len(record.nets)) for matrix in record.changes(k))
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    ends = np.array(lines.get_segments())  # (n_edges, 2, 2)
    spots = spots_on(ends, np.array([0.12, 0.12]))
    for marker, chosen in (("^", change > 0), ("v", change < 0)):
        area = 2 * plt.rcParams["font.size"] ** 2 * np.sqrt(np.abs(change[chosen]) / most)
        ax.scatter(*spots[chosen].T, s=area, marker=marker, color="black", edgecolor="white", linewidth=0.8, zorder=2.5)


def _draw_loss(ax, record, iteration):
    """The loss over the updates, with the one that is looked at."""
    losses = record.losses[np.isfinite(record.losses)]
    em = plt.rcParams["font.size"]
    ax.plot(losses, color=COLORS[0], linewidth=0.2 * em)
    ax.plot([iteration], record.losses[[iteration]], "o", color=COLORS[1], markersize=em, zorder=3)
    ax.set(title=f"loss {record.losses[iteration]:.3f}", xlabel="updates", ylabel="loss", ylim=(0, 1.08 * losses.max()))
    path = f"from {losses[0]:.3f} to {losses[-1]:.3f}"
    describe(ax, f"Beside it the loss over {record.steps} updates, {path}, marked at {iteration}.")
