"""Backpropagation on the drawing of a net: one update step, with all its numbers."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection

from lecture.checks import whole
from lecture.from_scratch import StepByStep
from lecture.network import Network, layout
from lecture.plots.alt import describe
from lecture.plots.networks.board import oval
from lecture.plots.networks.factors import FACTORS, WIDEST_LAYER, write_names, write_row
from lecture.plots.networks.network import plot_network
from lecture.plots.networks.spots import spots_on
from lecture.plots.page import fitting_letter
from lecture.plots.style import COLORS, WIDE, size
from lecture.words import short

_ROW = 5.2  # from one row of nodes to the next, in em
_HALF = 3.1, 2.0  # half of the width and height of a node, in em: three numbers have room in it
_HEAD, _FOOT, _SIDE, _TARGET = 3.9, 3.3, 0.6, 5.2  # room above, below and beside the net and for the targets, in em
_ACROSS = 12.5  # between the nodes of two layers, in em, at least
_LABEL = {"boxstyle": "round,pad=0.08", "facecolor": "white", "edgecolor": "none", "alpha": 0.92}


def plot_step(trace: StepByStep, step: int, *, ax: Axes | None = None) -> Axes:
    """Draw one step of a forward pass, loss, backward pass and update, with all numbers known by then.

    Units hold z, a and δ = ∂L/∂z; edges carry w and ∂L/∂w, and after the update the new w and its change. One unit, or
    one weight, is spelled out in the title; its factors have the colours of their places in the drawing.

    Parameters
    ----------
    trace : StepByStep
        All steps, from ``lecture.from_scratch.step_by_step``, for a net with at most 5 units in a layer.
    step : int
        Number of the step, from 0 (the inputs) to ``len(trace) - 1`` (the update).
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

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

    ax: Axes
    letter: float  # in points
    network: Network
    nodes: dict  # (layer, index) -> (x, y); index 0 is the bias
    edges: dict  # (layer, i, j) -> (start, end), each (x, y)
    half: np.ndarray  # half of a node's width and height, in rows

    @classmethod
    def draw(cls, trace, ax):
        """Draw the plain net, large enough for the numbers."""
        network, is_new = layout(trace.net.sizes, bias=True), ax is None
        ax = plot_network(network, ax=ax)
        n_gaps, beside = len(network.sizes) - 1, 2 * (_HALF[0] + _SIDE) + _TARGET
        width = max(beside + n_gaps * (2 * _HALF[0] + _ACROSS), WIDE)  # in em
        nodes, edges = _spread(ax, *_places(network, ax), across=(width - beside) / n_gaps / _ROW)
        half = np.array(_HALF) / _ROW
        circles = next(c for c in ax.collections if isinstance(c, PatchCollection))
        circles.set_paths([oval((0, 0), half)])
        circles.set_offsets([nodes[key] for key in zip(network.nodes.layer.tolist(), network.nodes.index.tolist())])
        circles.set_facecolor("white")  # for numbers in colour
        heights = [y for _, y in nodes.values()]
        height, letter = (max(heights) - min(heights)) * _ROW + 2 * _HALF[1] + _HEAD + _FOOT, size()
        if is_new:
            ax.figure.set_layout_engine("none")  # what is written must not move the net from one step to the next
            ax.figure.set_size_inches(width * letter / 72, height * letter / 72)
            ax.set_position((0, 0, 1, 1))
        else:
            letter = fitting_letter(ax, width, height, letter)
        left = -(_HALF[0] + _SIDE) / _ROW
        ax.set_xlim(left, left + width / _ROW)
        ax.set_ylim(min(heights) - half[1] - _FOOT / _ROW, max(heights) + half[1] + _HEAD / _ROW)
        return cls(ax, letter, network, nodes, edges, half)


def _places(network, ax):
    """Where ``plot_network`` put the nodes and edges, by their numbers."""
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    nodes, edges = {}, {}
    drawn = network.edges
    for segment, layer, i, j in zip(lines.get_segments(), drawn.layer, drawn.i, drawn.j):
        nodes[layer - 1, i], nodes[layer, j] = segment
        edges[int(layer), int(i), int(j)] = segment
    return {(int(layer), int(index)): xy for (layer, index), xy in nodes.items()}, edges


def _spread(ax, nodes, edges, across):
    """Move the layers of a drawn net until they are ``across`` apart; return the new places of nodes and edges."""
    nodes = {(layer, index): np.array([layer * across, y]) for (layer, index), (_, y) in nodes.items()}
    edges = {(layer, i, j): (nodes[layer - 1, i], nodes[layer, j]) for layer, i, j in edges}
    next(c for c in ax.collections if isinstance(c, LineCollection)).set_segments(list(edges.values()))
    return nodes, edges


def _mark(picture, now):
    """Mark the nodes and edges that the spelled-out unit or weight is worked out from, in their factors' colours."""
    nodes, edges = _marked(picture, now)
    rings = [oval(picture.nodes[node], picture.half) for node in nodes]
    style = {"edgecolor": [FACTORS[role] for role in nodes.values()], "linewidth": 0.36 * picture.letter}
    picture.ax.add_collection(PatchCollection(rings, facecolor="none", zorder=3.5, **style))
    style = {"colors": [FACTORS[role] for role in edges.values()], "linewidths": 0.3 * picture.letter}
    picture.ax.add_collection(LineCollection([picture.edges[edge] for edge in edges], zorder=1.5, **style))


def _marked(picture, now):
    """The marked nodes and edges of a step: {(layer, index): role}, {(layer, i, j): role}."""
    l, sizes = now.layer, picture.network.sizes
    if now.quantity == "x":
        return {(0, j): "input" for j in range(1, sizes[0] + 1)}, {}
    if now.quantity == "z":
        edges = {edge: "now" for edge in picture.edges if (edge[0], edge[2]) == (l, 1)}
        return {(l, 1): "now", **{(l - 1, i): "input" for _, i, _ in edges}}, edges
    if now.quantity == "a":
        return {(l, 1): "activation"}, {}
    if now.quantity == "loss":
        return {(l, j): "above" for j in range(1, sizes[-1] + 1)}, {}
    if now.quantity == "update":
        return {}, {(1, 1, 1): "now"}
    nodes, edges = _marked_above(picture, now)
    if now.quantity == "delta":
        return nodes, edges
    start = 1 if now.quantity == "W" else 0  # a bias is the weight of the node that is always 1
    return {(l - 1, start): "input", **nodes}, {(l, start, 1): "now", **edges}


def _marked_above(picture, now):
    """The marked nodes and edges that the gradient from above is worked out from."""
    l = now.layer
    if "activation" not in {factor for _, factor in now.formula}:
        return {(l, 1): "above"}, {}
    nodes = {(l + 1, j): "above" for layer, _, j in picture.edges if layer == l + 1}  # where ∂L/∂a comes from
    edges = {edge: "above" for edge in picture.edges if edge[:2] == (l + 1, 1)}
    return {(l, 1): "activation", **nodes}, edges


def _write_nodes(picture, trace, now, known):
    """Write x, or z, a and δ, into the nodes; the targets and the loss beside the outputs."""
    last = len(trace.net.layers)
    for (layer, index), (x, y) in picture.nodes.items():
        lines = _in_node(trace, layer, index, known)
        for k, (text, quantity, color) in enumerate(lines):
            is_new = (quantity, layer) == (now.quantity, now.layer)
            up = 1.15 * ((len(lines) - 1) / 2 - k) / _ROW
            style = {"fontsize": picture.letter, "color": color, "fontweight": "bold" if is_new else "normal"}
            picture.ax.text(x, y + up, text, ha="center", va="center", zorder=4, **style)
        if layer == last:
            target, style = f"y = {short(trace.y[trace.sample, index - 1])}", {"ha": "left", "va": "center"}
            picture.ax.text(x + picture.half[0] + 0.4 / _ROW, y, target, fontsize=picture.letter, **style)


def _in_node(trace, layer, index, known):
    """The lines of a node, as (text, quantity, colour); empty where a quantity is not known yet."""
    if index == 0:
        return [("1", None, "black")]
    if layer == 0:
        return [(short(trace.X[trace.sample, index - 1]), "x", "black")]
    signal, gradient = trace.signals[layer - 1], trace.gradients[layer - 1]
    parts = [
        ("z", "z", signal.z, "0.25"),
        ("ŷ" if layer == len(trace.net.layers) else "a", "a", signal.a, "black"),
        ("δ", "delta", gradient.delta, COLORS[1]),
    ]
    return [
        (f"{letter} {short(values[trace.sample, index - 1])}" if (quantity, layer) in known else "", quantity, color)
        for letter, quantity, values, color in parts
    ]


def _write_edges(picture, trace, now, known):
    """Write w and ∂L/∂w on each edge; after the update the new w and its change."""
    is_updated = now.quantity == "update"
    style = {"ha": "center", "fontsize": picture.letter, "bbox": _LABEL, "zorder": 2.5, "linespacing": 1}
    ends = np.array(list(picture.edges.values()))
    way = ends[:, 1] - ends[:, 0]
    inside = picture.half[0] / way[:, :1] * way  # of a node
    free = np.stack([ends[:, 0] + inside, ends[:, 1] - inside], axis=1)
    spots = spots_on(free, np.array([2.3, 1.25]) / _ROW)
    for (layer, i, j), (x, y) in zip(picture.edges, spots):
        name, at = ("b", (j - 1,)) if i == 0 else ("W", (i - 1, j - 1))
        old = trace.net.layers[layer - 1].parameters[name][at]
        new = trace.updated.layers[layer - 1].parameters[name][at]
        if not is_updated and (name, layer) not in known:
            picture.ax.text(x, y, short(old), va="center", **style)
            continue
        is_new = is_updated or (name, layer) == (now.quantity, now.layer)
        gradient = trace.gradients[layer - 1].parameters[name][at]
        second = f"{'+' if new > old else ''}{short(new - old)}" if is_updated else short(gradient)
        weight = "bold" if is_new else "normal"
        picture.ax.text(x, y, second, va="top", color=COLORS[1], fontweight=weight, **style)
        picture.ax.text(x, y, short(new if is_updated else old), va="bottom", **style)


def _write_title(picture, trace, now):
    """Write the step in words, its formula with the factors in colour, and what the colours and numbers are."""
    ax, letter = picture.ax, picture.letter
    ax.set_title(now.sentence, fontsize=letter, y=1, pad=-1.4 * letter)
    write_row(ax, now.formula, letter=1.1 * letter, pad=2.0 * letter, above=True)
    if now.phase == "update":
        numbers = "edges: the new w, and how much it changed, −η ∂L/∂w"
    elif now.phase == "backward":
        means = ", the mean of all" if len(trace.X) > 1 else ""
        numbers = f"nodes: z, a, δ = ∂L/∂z{_whose(trace)}; edges: w, ∂L/∂w{means}"
        write_names(ax, {factor for _, factor in now.formula}, letter=letter, pad=1.6)
    else:
        numbers = f"nodes: z, a{_whose(trace)}; edges: w"
    write_row(ax, [(numbers, "")], letter=letter, pad=0.2 * letter)


def _whose(trace):
    """Which example the numbers in the nodes belong to, where there are several."""
    return f" (example {trace.sample + 1})" if len(trace.X) > 1 else ""
