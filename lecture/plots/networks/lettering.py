"""What is written on the drawing of a net: captions of its layers, names in its nodes, weights on its edges."""

import numpy as np

from lecture.network import Network, Nodes
from lecture.plots.networks.captions import fit_row
from lecture.plots.networks.content import Content
from lecture.plots.networks.spacing import Page
from lecture.plots.networks.spots import spots_beside
from lecture.plots.style import COLORS
from lecture.plots.text import fitting
from lecture.words import minus

# The colours of the formulas in the lecture: x green, h and a blue, o and ŷ vermilion.
KINDS = {"input": COLORS[2], "hidden": COLORS[0], "output": COLORS[1], "bias": "#777777"}
_SYMBOLS = {"sigmoid": r"\sigma"}
# Where a unit's activation is written, in radii from its centre.
_BESIDE = {"hidden": np.array([1.0, 0.85]), "output": np.array([1.25, 0.0])}
_DARK = 0.45  # lightness below which letters are white
_LIGHTNESS = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601)
_CHIP = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
_LABEL = {"boxstyle": "round,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.9}
_HALF_LABEL = np.array([1.25, 0.85])  # half the width and height of a weight's label, in its own em


def write_captions(page: Page, content: Content, counts: bool) -> None:
    """Write what each layer is, above it; below, how many units it has where not all are drawn, and the counts."""
    network, line = content.network, 1 / page.row  # one em in rows
    above, below = page.half + 0.6 * line, -page.half - 1.1 * line
    has_sizes, named = bool(len(content.shown.dots)), any(network.activations)
    if page.captions:
        _write_row(page, _layer_names(len(network.sizes) - 2), above + 1.2 * line * named)
    if named:
        _write_row(page, [["", *(name or "" for name in network.activations)]], above)
    if has_sizes:
        _write_row(page, [[f"{size:,}" for size in network.sizes]], below)
    if counts:
        x, y, words = np.mean(page.ax.get_xlim()), -page.half - (0.5 + 1.4 * has_sizes) * line, network.counts()
        letter = fitting(words, page.letter, page.edges[2] * page.letter)
        page.ax.text(x, y, words, ha="center", va="top", fontsize=letter)


def _layer_names(n_hidden):
    """What the layers are called, in longer and in shorter words."""
    numbers = [str(k + 1) for k in range(n_hidden)]
    named = ["hidden"] if n_hidden == 1 else [f"hidden {number}" for number in numbers]
    return [["input", *named, "output"], ["input", *numbers, "output"], ["in", *numbers, "out"]]


def _write_row(page, wordings, y):
    """Write a row of words, one above or below each layer."""
    left, right, _ = page.edges
    words, size = fit_row(wordings, page.gap * page.row, left, right)
    style = {"ha": "center", "va": "baseline", "fontsize": size * page.letter, "color": "0.25"}
    for layer, word in enumerate(words):
        if word:
            page.ax.text(layer * page.gap, y, word, **style)


def label_nodes(page: Page, content: Content, at: np.ndarray, labels: str, faces: np.ndarray) -> None:
    """Write names or functions into the nodes, and the activations beside them.

    Parameters
    ----------
    page : Page
    content : Content
    at : array of shape (n_nodes, 2)
        Where the nodes are.
    labels : {"names", "functions"}
    faces : array of shape (n_nodes, 4)
        Their colours: letters are white on dark ones.
    """
    names, nodes, has_functions = _Names(content.network), content.nodes, labels == "functions"
    size = names.size(labels, nodes) * page.radius * page.row
    small, large = min(size, 1.1) * page.letter, min(1.15 * size, 1.15) * page.letter
    is_dark = faces[:, :3] @ _LIGHTNESS < _DARK
    is_unit = (nodes.kind == "hidden") | (nodes.kind == "output")
    for k, (x, y) in enumerate(at):
        layer, index, kind, is_gone = nodes.layer[k], nodes.index[k], nodes.kind[k], content.gone[k]
        style = {"ha": "center", "va": "center", "fontsize": small, "zorder": 4}
        style["color"] = "white" if is_dark[k] else "black"
        if kind == "bias":
            page.ax.text(x, y, "1", **style)
        elif not is_gone and not (has_functions and is_unit[k]):
            page.ax.text(x, y, names.node(layer, index), **style)
        elif not is_gone:
            page.ax.text(x - 0.47 * page.radius, y, names.z(layer, index), **style)
            page.ax.text(x + 0.5 * page.radius, y, names.function(layer), **style)
        if has_functions and is_unit[k]:
            text = "0" if is_gone else names.activation(layer, index)
            style = {"va": "center", "color": KINDS[kind], "fontsize": large, "zorder": 5}
            page.ax.text(
                *(at[k] + page.radius * _BESIDE[kind]), text, bbox=_CHIP if kind == "hidden" else None, **style
            )
    if has_functions:
        _divide(page, at[is_unit & ~content.gone])


def _divide(page, at):
    """A stroke between what goes into a unit and its function."""
    stroke = page.radius * np.array([[0, -1], [0, 1], [np.nan, np.nan]])
    style = {"color": "0.3", "linewidth": 0.8 * page.letter / 11, "zorder": 4}
    page.ax.plot(*(at[:, None] + stroke).reshape(-1, 2).T, **style)


def label_edges(page: Page, content: Content, at: np.ndarray, labels: str | None) -> None:
    """Write each weight's name, or number, on its edge, clear of the others and of the activations beside nodes."""
    names, edges, weight = _Names(content.network), content.edges, content.weight
    letter = np.clip(0.2 * page.row, 0.25, 0.95) * page.letter
    half = _HALF_LABEL * letter / page.letter / page.row  # in rows
    beside = at[content.nodes.kind == "hidden"] if labels == "functions" else np.empty((0, 2))
    taken = beside + page.radius * _BESIDE["hidden"] + half * np.array([1, 0])
    kept = np.flatnonzero(~content.cut)
    ends = np.stack([at[edges.start[kept]], at[edges.end[kept]]], axis=1)
    style = {"ha": "center", "va": "center", "fontsize": letter, "bbox": _LABEL, "zorder": 2}
    for k, spot in zip(kept, spots_beside(ends, half, taken)):
        is_given = weight is not None and (content.lost_edges[k] or not np.isnan(weight[k]))
        text = _number(weight[k]) if is_given else names.weight(edges.layer[k], edges.i[k], edges.j[k])
        page.ax.text(*spot, text, **style)


def _number(weight):
    """A weight in few characters."""
    return minus(f"{weight:.2f}" if abs(weight) < 100 else f"{weight:.2g}")


class _Names:
    """What nodes and weights are called, with no index where there is only one to choose from."""

    def __init__(self, network: Network):
        self.network = network
        self.last = len(network.sizes) - 1
        self.lone = network.sizes[1:] == (1,)  # one unit in all: z, σ, ŷ as in logistic regression

    def node(self, layer, index):
        """x of an input, h of a hidden unit, o of an output."""
        if layer == self.last:
            return "$o$" if self.network.sizes[-1] == 1 else f"$o_{{{index}}}$"
        return f"$x_{{{index}}}$" if layer == 0 else f"$h{self._layer(layer, self.last > 2)}_{{{index}}}$"

    def z(self, layer, index):
        """What comes into a unit."""
        return "$z$" if self.lone else f"$z{self._layer(layer, self.last > 1)}_{{{index}}}$"

    def function(self, layer):
        """σ where the activation is a sigmoid, else f, and g of an output."""
        return f"${_SYMBOLS.get(self.network.activations[layer - 1], 'g' if layer == self.last else 'f')}$"

    def activation(self, layer, index):
        """ŷ of an output, a of a hidden unit."""
        if layer == self.last:
            return r"$\hat{y}$" if self.network.sizes[-1] == 1 else rf"$\hat{{y}}_{{{index}}}$"
        return f"$a{self._layer(layer, True)}_{{{index}}}$"

    def weight(self, layer, i, j):
        """w from unit i to unit j of this layer."""
        return f"$w_{{{i}}}$" if self.lone else f"$w{self._layer(layer, self.last > 1)}_{{{i},{j}}}$"

    def size(self, labels: str, nodes: Nodes) -> float:
        """The letters that fit in a node of radius 1; digits below and above a letter are 0.7 as large."""
        below = 0.64 * len(str(nodes.index.max()))
        above = 0.52 * len(f"({self.last})") * (labels == "functions" or self.last > 2)
        return (1.8 if labels == "names" else 0.85) / (0.6 + 0.7 * max(below, above))

    @staticmethod
    def _layer(layer, several):
        return f"^{{({layer})}}" if several else ""
