"""A drawn net with halved units and a node for the loss, pale, so that factors can be painted on it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.patches import Circle, Wedge
from matplotlib.text import Text

from lecture.network import layout
from lecture.plots.networks.factors import FACTORS, WIDEST_LAYER, tint
from lecture.plots.page import borderless, fitting_letter, set_window
from lecture.plots.style import size

ROW = 9.0  # from one row of nodes to the next where numbers stand in them, in em
_RADIUS, _LARGE = 0.33, 0.42  # of a node in rows; in lower rows, where only letters stand in it
_ACROSS, _LOSS = 17, 12.5  # from layer to layer and from the last to the loss, in em
_FEWEST = 3  # layers that take the room of as many gaps
_SIDES = 6  # free at the sides, in em
_PALE = "0.78"  # what has no part in it
_LINE = "0.55"  # around what has none


@dataclass(frozen=True)
class Board:
    """A drawn net with halved units, followed by a node for the loss, and where its parts are."""

    ax: Axes
    letter: float  # in points
    row: float  # from one row of nodes to the next, in em
    radius: float  # of a node, in rows
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
        least_width: float = 62,
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
        nodes, edges = _places(sizes, row)
        last, radius = len(sizes) - 1, _RADIUS if row == ROW else _LARGE
        outputs = range(1, sizes[-1] + 1)
        loss = np.array([nodes[last, 1][0] + _LOSS / row, np.mean([nodes[last, j][1] for j in outputs])])
        wires = {j: (nodes[last, j], loss) for j in outputs}
        heights = [y for _, y in nodes.values()]
        low, high = min(heights) - radius, max(heights) + radius
        width = max((loss[0] + 2 * radius) * row + _SIDES, least_width)  # in em
        height = (high - low) * row + head + foot
        letter = size() if ax is None else fitting_letter(ax, width, height, size())
        ax = borderless(width, height) if ax is None else ax
        middle = (low + high) / 2 + (head - foot) / 2 / row
        set_window(ax, (loss[0] / 2, middle), (width / row, height / row))
        lines = LineCollection([*edges.values(), *wires.values()], colors=_PALE, linewidths=0.09 * letter, zorder=1)
        style = {"facecolor": "white", "edgecolor": _LINE, "linewidth": 0.11 * letter, "zorder": 3}
        circles = PatchCollection([Circle(xy, radius) for xy in (*nodes.values(), loss)], **style)
        units = np.array([xy for (layer, index), xy in nodes.items() if layer and index])
        strokes = units[:, None] + radius * np.array([[0, -1], [0, 1]])
        ax.add_collection(lines)
        ax.add_collection(circles)
        ax.add_collection(LineCollection(strokes, colors=_LINE, linewidths=0.07 * letter, zorder=3.3))
        return cls(ax, letter, row, radius, nodes, edges, loss, wires, lines, circles)

    def write(self, x: float, y: float, text: str, **style: Any) -> Text:
        """Write at a place in the drawing, without moving anything."""
        style = {"ha": "center", "va": "center", "fontsize": 0.9 * self.letter, "zorder": 4} | style
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
        at = tuple(self.nodes[layer, index])
        return Wedge(at, self.radius, -90, 90) if layer and index else Circle(at, self.radius)


def _places(sizes, row):
    """The places of all nodes {(layer, index): (x, y)} and edges {(layer, i, j): (start, end)}, in rows."""
    network, last = layout(sizes, bias=True), len(sizes) - 1
    x = np.linspace(0, _ACROSS * max(_FEWEST, last) / row, last + 1)
    known, drawn = network.nodes, network.edges
    numbers = zip(known.layer.tolist(), known.index.tolist(), known.y)
    nodes = {(layer, index): np.array([x[layer], y]) for layer, index, y in numbers}
    keys = zip(drawn.layer.tolist(), drawn.i.tolist(), drawn.j.tolist())
    return nodes, {(l, i, j): (nodes[l - 1, i], nodes[l, j]) for l, i, j in keys}
