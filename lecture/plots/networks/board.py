"""A drawn net with halved units and a node for the loss, pale, so that factors can be painted on it.

Nodes are wider than high: two numbers stand side by side in them, large enough to be read on a page and on a slide.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text

from lecture.network import layout
from lecture.plots.networks.factors import FACTORS, WIDEST_LAYER, tint
from lecture.plots.page import borderless, fitting_letter, set_window
from lecture.plots.style import WIDE, size

ROW = 5.2  # from one row of nodes to the next where numbers stand in them, in em
LOW_ROW = 3.1  # where only letters stand in them
_HALF, _LOW_HALF = (4.2, 1.45), (2.2, 1.2)  # of a node: half of its width and height, in em
_LOSS = 2.4  # half of the width of the loss' node, in em
_WIRE = 4.8  # from a node of the last layer to that of the loss, in em
_APART = 1.3  # rows between two outputs, which have a line above and one below, where the other layers leave room
_ACROSS = 6.4  # between the nodes of two layers, in em, at least
_SIDES = 1.2  # free at the sides, in em
_PALE = "0.78"  # what has no part in it
_LINE = "0.55"  # around what has none


@dataclass(frozen=True)
class Board:
    """A drawn net with halved units, followed by a node for the loss, and where its parts are."""

    ax: Axes
    letter: float  # in points
    row: float  # from one row of nodes to the next, in em
    half: np.ndarray  # half of a node's width and height, in rows
    nodes: dict  # (layer, index) -> (x, y); index 0 is the bias
    edges: dict  # (layer, i, j) -> (start, end), each (x, y)
    loss: np.ndarray  # (x, y) of the loss
    wires: dict  # j -> (start, end) from output j to the loss
    lines: LineCollection  # the edges, then the wires
    circles: PatchCollection  # the nodes in their order, then the loss

    @classmethod
    def draw(
        cls,
        sizes: Sequence[int],
        ax: Axes | None,
        who: str,
        *,
        head: float,
        foot: float,
        row: float = ROW,
        least_width: float = WIDE,
    ) -> "Board":
        """Draw all of it in pale grey, large enough for the numbers.

        Parameters
        ----------
        sizes : sequence of int
            Units of each layer, the inputs first.
        ax : matplotlib.axes.Axes, optional
            Axes to draw on; a new figure if None.
        who : str
            The name of the drawing, for its refusals.
        head, foot : float
            Room above and below, in em.
        row : float
            Distance of two rows of nodes, in em.
        least_width : float
            Width in em, at least.

        Raises
        ------
        ValueError
            If a layer is too wide for its numbers.
        """
        if max(sizes) > WIDEST_LAYER:
            raise ValueError(f"{who} shows nets with at most {WIDEST_LAYER} units in a layer, got {list(sizes)}.")
        last, half = len(sizes) - 1, _HALF if row == ROW else _LOW_HALF  # in em
        beside = 2 * half[0] + _WIRE + 2 * _LOSS + _SIDES
        width = max(beside + last * (2 * half[0] + _ACROSS), least_width)
        nodes, edges = _places(sizes, row, width - beside)
        outputs = range(1, sizes[-1] + 1)
        to_loss = half[0] + _WIRE + _LOSS
        loss = np.array([nodes[last, 1][0] + to_loss / row, np.mean([nodes[last, j][1] for j in outputs])])
        wires = {j: (nodes[last, j], loss) for j in outputs}
        heights = [y for _, y in nodes.values()]
        low, high = min(heights) - half[1] / row, max(heights) + half[1] / row
        height = (high - low) * row + head + foot
        letter = size() if ax is None else fitting_letter(ax, width, height, size())
        ax = borderless(width, height) if ax is None else ax
        middle = (low + high) / 2 + (head - foot) / 2 / row
        set_window(ax, ((loss[0] + (_LOSS - half[0]) / row) / 2, middle), (width / row, height / row))
        half = np.array(half) / row
        lines = LineCollection([*edges.values(), *wires.values()], colors=_PALE, linewidths=0.09 * letter, zorder=1)
        style = {"facecolor": "white", "edgecolor": _LINE, "linewidth": 0.11 * letter, "zorder": 3}
        ovals = [oval(xy, half) for xy in nodes.values()] + [oval(loss, (_LOSS / row, half[1]))]
        circles = PatchCollection(ovals, **style)
        units = np.array([xy for (layer, index), xy in nodes.items() if layer and index])
        strokes = units[:, None] + half[1] * np.array([[0, -1], [0, 1]])
        ax.add_collection(lines)
        ax.add_collection(circles)
        ax.add_collection(LineCollection(strokes, colors=_LINE, linewidths=0.07 * letter, zorder=3.3))
        return cls(ax, letter, row, half, nodes, edges, loss, wires, lines, circles)

    def write(self, x: float, y: float, text: str, **style: Any) -> Text:
        """Write at a place in the drawing, without moving anything."""
        style = {"ha": "center", "va": "center", "fontsize": self.letter, "zorder": 4} | style
        return self.ax.text(x, y, text, **style)

    def paint(self, nodes: Mapping, edges: Mapping, sources: Collection, strong: Collection = ()) -> None:
        """Give parts of the net the colours of their factors.

        Parameters
        ----------
        nodes : mapping of (layer, index), or "loss", to factor
        edges : mapping of (layer, i, j), or output j for a wire, to factor
        sources : collection of (layer, index)
            Nodes of which what goes on from them is the input.
        strong : collection
            Edges that are drawn wider than the others.
        """
        all_edges, all_nodes = [*self.edges, *self.wires], [*self.nodes, "loss"]
        widths = [(0.3 if key in strong else 0.18) if key in edges else 0.09 for key in all_edges]
        self.lines.set_color([FACTORS[edges[key]] if key in edges else _PALE for key in all_edges])
        self.lines.set_linewidth(self.letter * np.array(widths))
        self.circles.set_edgecolor([FACTORS[nodes[key]] if key in nodes else _LINE for key in all_nodes])
        self.circles.set_facecolor([tint(nodes[key]) if key in nodes else (1, 1, 1, 1) for key in all_nodes])
        self.circles.set_linewidth([self.letter * (0.27 if key in nodes else 0.11) for key in all_nodes])
        halves = [self._source(layer, index) for layer, index in sources]
        style = {"facecolor": tint("input"), "edgecolor": FACTORS["input"], "linewidth": 0.27 * self.letter}
        self.ax.add_collection(PatchCollection(halves, zorder=3.2, **style))

    def _source(self, layer, index):
        """What goes on from a node: of a unit its activation, the right half; an input and the bias are whole."""
        return oval(self.nodes[layer, index], self.half, whole=not (layer and index))


def oval(at: Sequence[float], half: Sequence[float], *, whole: bool = True) -> PathPatch:
    """Return a node with round ends, or its right half.

    Parameters
    ----------
    at : sequence of float
        Its middle, (x, y).
    half : sequence of float
        Half of its width and of its height; the first is the larger one.
    whole : bool
        Whether it has a left half.
    """
    (wide, high), round_end = half, Path.arc(-90, 90)
    right = round_end.vertices * high + (wide - high, 0)
    left = -right if whole else np.array([[0, high], [0, -high]])
    codes = [*round_end.codes, *([Path.LINETO, *round_end.codes[1:]] if whole else 2 * [Path.LINETO]), Path.CLOSEPOLY]
    outline = np.vstack([right, left, right[:1]])
    return PathPatch(Path(outline + np.asarray(at), codes))


def _places(sizes, row, across):
    """The places of all nodes {(layer, index): (x, y)} and edges {(layer, i, j): (start, end)}, in rows."""
    network, last = layout(sizes, bias=True), len(sizes) - 1
    x = np.linspace(0, across / row, last + 1)
    known, drawn = network.nodes, network.edges
    numbers = zip(known.layer.tolist(), known.index.tolist(), known.y)
    apart = min(_APART, max(sizes[:-1]) / max(sizes[-1] - 1, 1)) if row == ROW else 1
    middle = known.y[known.layer == last].mean()
    spread = lambda layer, y: middle + apart * (y - middle) if layer == last else y  # noqa: E731
    nodes = {(layer, index): np.array([x[layer], spread(layer, y)]) for layer, index, y in numbers}
    keys = zip(drawn.layer.tolist(), drawn.i.tolist(), drawn.j.tolist())
    return nodes, {(l, i, j): (nodes[l - 1, i], nodes[l, j]) for l, i, j in keys}
