"""A dense net, drawn: its units and connections, with names or with a real model's numbers on them."""

from collections.abc import Iterable
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgba
from matplotlib.patches import Circle
from matplotlib.transforms import AffineDeltaTransform

from lecture.checks import one_of, real
from lecture.plots.alt import describe
from lecture.plots.networks.captions import LARGEST, fit_row, needed
from lecture.plots.style import COLORS
from lecture.plots.text import fitting, width

LABELS = ("names", "functions")
MOST_WEIGHT_LABELS = 100  # more cannot be read, and each takes a millisecond or two

# The colours of the formulas in the lecture: x green, h and a blue, o and ŷ vermilion.
_KINDS = {"input": COLORS[2], "hidden": COLORS[0], "output": COLORS[1], "bias": "#777777"}
_SYMBOLS = {"sigmoid": r"\sigma"}
_CUT = to_rgba("0.6", 0.3)  # edges of dropped units: translucent, they cross the others
# Weights: the sign by hue and, for print in grey, by lightness; the size by width. Weak ones are translucent.
_WEIGHTS = LinearSegmentedColormap.from_list(
    "weights", [COLORS[1], to_rgba("#E07B2C", 0.85), to_rgba("0.65", 0.4), to_rgba("#3E6FB0", 0.85), "#083B7C"]
).with_extremes(bad=_CUT)
_ACTIVATIONS = plt.colormaps["viridis"].with_extremes(bad="white")
_WIDEST, _TALLEST = (
    56,
    {None: 22, "names": 34, "functions": 34},
)  # of a figure of ours, in em; wider for more than 14 layers
# Radius of a node and distance of two rows, in em, and the least and largest distance of two layers, in rows.
_SPACING = {None: (0.8, 2.4, 2, 6), "names": (1.25, 3.3, 2, 5), "functions": (1.85, 4.5, 2.4, 5)}
_BESIDE = np.array([1.0, 0.85])  # where a hidden unit's activation is written, in radii from its centre


def plot_network(
    network,
    *,
    ax=None,
    max_units=12,
    labels=None,
    weight_labels=False,
    counts=False,
    weights=None,
    limit=None,
    activations=None,
    dropped=None,
):
    """Draw a dense network.

    Parameters
    ----------
    network : Network
        From ``lecture.network.layout`` or ``from_model``; it says itself whether its bias nodes are drawn.
    ax : matplotlib.axes.Axes, optional
        The drawing fills it. As a default a figure is made that fits the network.
    max_units : int or None
        A layer with more units than this shows its first and last ones with "⋮" between; None draws all.
    labels : {"names", "functions"}, optional
        What stands in the nodes, under a caption for each layer. ``"names"``: x, h and o; ``"functions"``: z | f in a
        unit (σ where it is a sigmoid, g in other outputs), and its activation a or ŷ beside it.
    weight_labels : bool
        Whether each edge carries its name w^(l)_{i,j}, from unit i of layer l - 1 to unit j of layer l, or, where
        ``weights`` are given, its number. i = 0 is the bias. Layer and unit are left out where there is only one.
    counts : bool
        Whether the numbers of weights and biases stand below.
    weights : "model" or list of array, optional
        Colours and widens the edges: the network's own weights, or one array (n_in, n_out), with the biases in row 0
        (n_in + 1, n_out), for each layer after the inputs. A weight that is not finite is a black dashed line.
    limit : float, optional
        The size of a weight that gets the strongest colour, so that several drawings can be compared; as a default
        that of the largest drawn.
    activations : list of array, optional
        Colours the nodes: the values (size,) of each layer for one input, the inputs first. A node whose value is not
        finite is crossed out in black.
    dropped : list of array of bool, optional
        Greys the units where True, and what leads to and from them: a mask (size,) for each layer, inputs first, as
        ``lecture.network.drop_units`` chooses them.

    Returns
    -------
    matplotlib.axes.Axes
        With one LineCollection, a segment for each of ``network.edges`` in their order (of those shown), and one
        PatchCollection of the nodes.

    Raises
    ------
    ValueError
        If an array does not fit the network, a label style is not known, or there are too many weights to label.
    """
    if labels is not None:
        one_of(labels, LABELS, "labels")
    if limit is not None:
        real(limit, "limit", least=0)
    shown = network.shown(max_units)
    nodes, edges = shown.nodes, shown.edges
    if weight_labels and len(edges.i) > MOST_WEIGHT_LABELS:
        raise ValueError(f"weight_labels can be read on up to {MOST_WEIGHT_LABELS} edges, got {len(edges.i):,}.")
    if isinstance(weights, str):
        weights = one_of(weights, ("model",), "weights")
    weights = list(weights) if isinstance(weights, Iterable) and not isinstance(weights, str) else weights
    own = isinstance(weights, str)
    weight = None if weights is None else network.edge_values(edges, None if own else weights)
    value = None if activations is None else network.node_values(nodes, activations)
    lost = _Lost.of(network, shown, weight, None if own else weights, value)
    gone = np.zeros(len(nodes.index), bool) if dropped is None else network.node_values(nodes, dropped, "dropped") > 0

    page = _Page.fit(network, shown, ax, labels, weight_labels, counts, bars=weight is not None or value is not None)
    ax, at = page.ax, np.column_stack([nodes.x * page.gap, nodes.y])  # (n_nodes, 2)
    lines = _draw_edges(page, edges, at, weight, limit, gone, lost.edges)
    circles = _draw_nodes(page, nodes, at, value, gone, lost.nodes)
    for x, y in shown.dots:
        ax.text(x * page.gap, y, "⋮", ha="center", va="center", fontsize=min(1.2 * page.row, 2) * page.em)
    _caption(page, network, shown, counts)
    if labels is not None:
        faces = circles.get_facecolor() if value is None else circles.to_rgba(np.ma.masked_invalid(value))
        _label_nodes(page, network, nodes, at, labels, faces, gone)
    if weight_labels:
        beside = at[nodes.kind == "hidden"] if labels == "functions" else np.empty((0, 2))
        _label_edges(page, network, edges, at, weight, lost.edges, gone, taken=beside + page.radius * _BESIDE)
    mapped = [(lines, "weight", lost.edges, "dashed")] * (weight is not None)
    _draw_bars(page, mapped + [(circles, "activation", lost.nodes, "×")] * (value is not None))
    for artist in (*ax.texts, *ax.collections):
        artist.set_in_layout(False)  # all lies within the axes: a layout engine need not measure it
    return describe(ax, _sentence(network, shown, weight, value, lost, dropped))


@dataclass(frozen=True, eq=False)
class _Lost:
    """Where what is given is not finite."""

    edges: np.ndarray  # (n_edges,)
    nodes: np.ndarray  # (n_nodes,)
    n_weights: int  # given and drawn, finite or not

    @classmethod
    def of(cls, network, shown, weight, weights, value):
        """``weights`` is None for the network's own: it knows whether a layer has biases, where lists may lack them."""
        edges, nodes = shown.edges, shown.nodes
        lacking = [weights is not None and len(W) == n_in for W, n_in in zip(weights or network.sizes, network.sizes)]
        given = (edges.i > 0) | ~np.array(lacking)[edges.layer - 1]
        none = weight is None, value is None
        return cls(
            given & ~np.isfinite(0 if none[0] else weight),
            (nodes.index > 0) & ~np.isfinite(0 if none[1] else value),
            int(given.sum()),
        )


@dataclass(frozen=True)
class _Page:
    """Where things go. A data unit is a row of nodes; what is written is measured in em, the font's size."""

    ax: object
    em: float  # in points
    row: float  # from one row to the next, in em
    gap: float  # from one layer to the next, in rows
    radius: float  # of a node, in rows
    half: float  # of the height of all nodes, in rows; y = 0 is in the middle
    middle: float  # of the layers: its x, in rows
    captions: bool  # whether something stands above the layers

    @classmethod
    def fit(cls, network, shown, ax, labels, weight_labels, counts, bars):
        """Choose the scale so that the network fills ``ax``, or make a figure that fits it."""
        radius, wanted, near, far = _SPACING[labels]
        if weight_labels:
            wanted, near = max(wanted, 4.8), 3.6 if labels == "functions" else 3
        radius /= wanted
        em = plt.rcParams["font.size"]
        rows = np.ptp(shown.nodes.y) + 2 * radius
        n_gaps = len(network.sizes) - 1
        captions = bool(labels or any(network.activations) or len(shown.dots))
        head = 0.4 + 1.4 * captions + 1.2 * any(network.activations)
        foot = 0.4 + 1.4 * bool(len(shown.dots)) + 1.7 * counts + 4.0 * bars
        first, last = (0.2 + LARGEST / 2 * width(f"{network.sizes[i]:,}" * bool(len(shown.dots))) for i in (0, -1))
        left = max(1.5, first)  # half of what stands above and below the layer
        function = 0.2 + LARGEST / 2 * width(network.activations[-1] or "")
        right = max(1.9, last, function, 2.6 if labels == "functions" else 0)

        def reach(gap):
            return n_gaps * gap + 2 * radius  # of the nodes, in rows

        if ax is None:
            row = min(wanted, (_TALLEST[labels] - head - foot) / rows)
            apart = max(min(5.5, 50 / n_gaps), min(7, needed(network.activations)))  # room for the captions
            near = max(near, apart / row)
            gap = np.clip(1.5 * rows / n_gaps, near, max(far, 12 / row))
            row = min(row, (max(_WIDEST, 4 * n_gaps, apart * n_gaps) - left - right) / reach(gap))
            wide, high = max(left + right + reach(gap) * row, 22 * counts), head + foot + rows * row
            inches = np.array([wide, high]) * em / 72 + 0.09  # with the margin of the constrained layout
            _, ax = plt.subplots(figsize=tuple(inches), layout="constrained")
        else:
            ax.axis("off")
            figure = ax.get_figure(root=True)
            if engine := figure.get_layout_engine():
                engine.execute(figure)  # now, because the letters' size follows from that of the axes
            points = ax.get_window_extent().size / figure.dpi * 72
            em = min(em, *(0.6 * points / (left + right, head + foot)))  # the rest is for the nodes
            wide, high = points / em
            near *= 0.75  # rather closer than too small to read
            row = min(1.4 * wanted, (high - head - foot) / rows, (wide - left - right) / reach(near))
            gap = np.clip(((wide - left - right) / row - 2 * radius) / n_gaps, near, max(far, 12 / row))
        middle = n_gaps * gap / 2
        centre_x, centre_y = middle + (right - left) / 2 / row, (head - foot) / 2 / row
        ax.set(xlim=centre_x + np.array([-0.5, 0.5]) * wide / row, ylim=centre_y + np.array([-0.5, 0.5]) * high / row)
        ax.set_aspect("equal")
        ax.axis("off")
        return cls(ax, em, row, gap, radius, rows / 2, middle, captions)

    @property
    def edges(self):
        """From the first layer to the left edge, from the last to the right one, and from edge to edge; in em."""
        low, high = self.ax.get_xlim()
        return np.array([-low, high - 2 * self.middle, high - low]) * self.row


def _draw_edges(page, edges, at, weight, limit, gone, lost):
    """One collection for all edges, in their order; those whose weights are not finite are drawn over."""
    crowd = np.bincount(edges.layer).max() / (2 * page.half)  # edges that cross a row's height, about
    thin = np.clip(2.8 / np.sqrt(crowd), 0.3, 1.2) * page.em / 11
    lines = LineCollection(np.stack([at[edges.start], at[edges.end]], axis=1), zorder=1, capstyle="butt")
    cut = gone[edges.start] | gone[edges.end]
    if weight is None:
        if crowd > 20:
            kept = to_rgba("0.25", 12 / crowd)
        else:  # opaque: the picture is smaller, and quicker to compress
            kept = str(0.3 if cut.any() else np.clip(0.25 + 0.035 * crowd, 0.3, 0.7))
        lines.set(color=[_CUT if c else kept for c in cut] if cut.any() else kept, linewidth=thin)
    else:
        value = np.ma.masked_invalid(np.where(cut, np.nan, weight))
        limit = float(limit or np.ma.filled(np.abs(value).max(), 0) or 1)  # 1 where all are 0, or none is left
        share = np.minimum(np.abs(value.filled(0)) / limit, 1)
        lines.set(array=value, cmap=_WEIGHTS, norm=Normalize(-limit, limit), linewidth=thin * (0.4 + 2.8 * share))
        seen = np.flatnonzero(lost & ~cut)
        ends = np.stack([at[edges.start[seen]], at[edges.end[seen]], np.full((len(seen), 2), np.nan)], axis=1)
        if len(seen):
            page.ax.plot(*ends.reshape(-1, 2).T, color="black", linestyle=(0, (2, 1)), linewidth=3 * thin, zorder=1.5)
    page.ax.add_collection(lines, autolim=False)
    return lines


def _draw_nodes(page, nodes, at, value, gone, lost):
    """One collection for all nodes; dropped ones pale, dashed and crossed out, those without a number in black."""
    place = page.ax.transData
    circles = PatchCollection(  # one circle for all, drawn at each node: as many patches would take five times as long
        [Circle((0, 0), page.radius)],
        offsets=at,
        offset_transform=place,
        transform=AffineDeltaTransform(place),  # its size without its place
        zorder=3,
        linewidth=min(0.5 * page.row, 1.2) * page.em / 11,
    )
    edge = np.array([to_rgba(_KINDS[kind]) for kind in nodes.kind])
    face = np.ones_like(edge)
    face[:, :3] = 0.68 + 0.32 * edge[:, :3]  # a tint of the edge's colour
    edge[gone], face[gone] = to_rgba("0.65"), to_rgba("0.95")
    circles.set(edgecolor=edge, facecolor=face)
    if gone.any():
        circles.set_linestyle([(0, (3, 2)) if g else "-" for g in gone])
    if value is not None:
        value = np.ma.masked_invalid(np.where(gone, np.nan, value))
        low, high = (min(value.min(), 0), value.max()) if value.count() else (0, 1)
        circles.set(array=value, cmap=_ACTIVATIONS, norm=Normalize(low, high if high > low else low + 1))
    page.ax.add_collection(circles, autolim=False)
    _cross_out(page, at[gone], "0.65", 1.3)
    _cross_out(page, at[lost & ~gone], "black", min(0.8 * page.row, 2.4))
    return circles


def _cross_out(page, at, color, wide):
    """Two strokes over each of these nodes."""
    if len(at):
        cross = np.array([[-0.7, -0.7], [0.7, 0.7], [np.nan, np.nan], [-0.7, 0.7], [0.7, -0.7], [np.nan, np.nan]])
        strokes = (at[:, None] + page.radius * cross).reshape(-1, 2)
        page.ax.plot(*strokes.T, color=color, zorder=3.5, linewidth=wide * page.em / 11)


def _caption(page, network, shown, counts):
    """What each layer is, above it; how many units it has where not all are drawn, and the counts, below."""
    line = 1 / page.row  # one em in rows
    above, below = page.half + 0.6 * line, -page.half - 1.1 * line
    n_hidden = len(network.sizes) - 2
    numbers = [str(k + 1) for k in range(n_hidden)]
    named = ["hidden"] if n_hidden == 1 else [f"hidden {number}" for number in numbers]
    names = [["input", *hidden, "output"] for hidden in (named, numbers)] + [["in", *numbers, "out"]]
    left, right, whole = page.edges
    rows = [(names, above + 1.2 * line * any(network.activations))] * page.captions
    rows += [([["", *(name or "" for name in network.activations)]], above)] * any(network.activations)
    rows += [([[f"{size:,}" for size in network.sizes]], below)] * bool(len(shown.dots))
    for wordings, y in rows:
        words, size = fit_row(wordings, page.gap * page.row, left, right)
        for layer, word in enumerate(words):
            if word:
                style = {"ha": "center", "va": "baseline", "fontsize": size * page.em, "color": "0.25"}
                page.ax.text(layer * page.gap, y, word, **style)
    if counts:
        y, words = -page.half - (0.5 + 1.4 * bool(len(shown.dots))) * line, network.counts()
        size = fitting(words, page.em, whole * page.em)
        page.ax.text(np.mean(page.ax.get_xlim()), y, words, ha="center", va="top", fontsize=size)


def _label_nodes(page, network, nodes, at, labels, faces, gone):
    """Write names or functions into the nodes, and the activations beside them."""
    names = _Names(network)
    size = names.size(labels, nodes) * page.radius * page.row
    small, large = min(size, 1.1) * page.em, min(1.15 * size, 1.15) * page.em
    dark = faces[:, :3] @ (0.299, 0.587, 0.114) < 0.45
    chip = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    for (x, y), layer, index, kind, on_dark, out in zip(at, nodes.layer, nodes.index, nodes.kind, dark, gone):
        ink = {"ha": "center", "va": "center", "fontsize": small, "color": "white" if on_dark else "black", "zorder": 4}
        unit = labels == "functions" and kind in ("hidden", "output")
        if kind == "bias":
            page.ax.text(x, y, "1", **ink)
        elif not out and not unit:
            page.ax.text(x, y, names.node(layer, index), **ink)
        elif not out:
            page.ax.text(x - 0.47 * page.radius, y, names.z(layer, index), **ink)
            page.ax.text(x + 0.5 * page.radius, y, names.function(layer), **ink)
        if unit:
            dx, dy = (1.25, 0) if kind == "output" else _BESIDE
            text, box = "0" if out else names.activation(layer, index), None if kind == "output" else chip
            page.ax.text(
                x + dx * page.radius,
                y + dy * page.radius,
                text,
                va="center",
                color=_KINDS[kind],
                fontsize=large,
                bbox=box,
                zorder=5,
            )
    units = ((nodes.kind == "hidden") | (nodes.kind == "output")) & ~gone
    if labels == "functions":
        stroke = page.radius * np.array([[0, -1], [0, 1], [np.nan, np.nan]])
        page.ax.plot(
            *(at[units][:, None] + stroke).reshape(-1, 2).T, color="0.3", linewidth=0.8 * page.em / 11, zorder=4
        )


def _label_edges(page, network, edges, at, weight, lost, gone, taken):
    """Write each weight's name, or number, on its edge, clear of the others and of what begins at ``taken``."""
    names = _Names(network)
    size = np.clip(0.2 * page.row, 0.25, 0.95) * page.em
    kept = np.flatnonzero(~(gone[edges.start] | gone[edges.end]))
    a, b = at[edges.start[kept]], at[edges.end[kept]]
    half = np.array([1.25, 0.85]) * size / page.em / page.row  # of a label's box, in rows
    spots = _clear_spots(a, b, half, taken + half * (1, 0))
    box = {"boxstyle": "round,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.9}
    for k, spot in zip(kept, spots):
        if weight is None or (np.isnan(weight[k]) and not lost[k]):  # none is given
            text = names.weight(edges.layer[k], edges.i[k], edges.j[k])
        else:
            text = (f"{weight[k]:.2f}" if abs(weight[k]) < 100 else f"{weight[k]:.2g}").replace("-", "−")
        page.ax.text(*spot, text, ha="center", va="center", fontsize=size, bbox=box, zorder=2)


def _clear_spots(a, b, half, taken):
    """A place for a label on each line from a to b, shape (n, 2), where boxes of these half sizes keep clear of each
    other, of those at ``taken`` and, as far as can be, of the other lines.
    """
    share = np.linspace(0.24, 0.76, 14)[:, None]
    spots = (a + b) / 2
    for _ in range(4):  # each label moves to the best place that the others leave
        for k in range(len(a)):
            tries = a[k] + (b[k] - a[k]) * share  # (n_tries, 2)
            others = np.delete(np.arange(len(a)), k)
            near = np.abs(tries[:, None] - np.vstack([spots[others], taken])) / (
                2 * half
            )  # below 1 in both: boxes overlap
            overlap = np.clip(1.08 - near.max(axis=2), 0, None).sum(axis=1)
            slope = ((b - a)[others, 1] / (b - a)[others, 0])[None]
            y = a[others, 1] + (tries[:, :1] - a[others, 0]) * slope  # of the other lines at these places
            same = np.isclose(a[others, 0], a[k, 0])  # lines between the same two layers
            covered = (np.clip(1 - np.abs(y - tries[:, 1:]) / half[1], 0, None) * same).sum(axis=1)
            spots[k] = tries[np.argmin(10 * overlap + covered + 0.5 * np.abs(share[:, 0] - 0.5))]
    return spots


def _draw_bars(page, mapped):
    """A colour bar below the drawing for each thing that is coloured by numbers, and how it looks without one."""
    line = 1 / page.row
    wide = min(14 * line, abs(np.subtract(*page.ax.get_xlim())) * 0.42)
    for k, (mappable, name, lost, look) in enumerate(mapped):
        x = np.mean(page.ax.get_xlim()) + (k - len(mapped) / 2) * 1.15 * wide + 0.075 * wide
        y = page.ax.get_ylim()[0] + 3.0 * line
        place = page.ax.inset_axes((x, y, wide, 0.6 * line), transform=page.ax.transData)
        bar = page.ax.figure.colorbar(ScalarMappable(mappable.norm, mappable.cmap), cax=place, orientation="horizontal")
        bar.outline.set_visible(False)
        room, small = wide * page.row, 0.32 * page.em
        place.tick_params(labelsize=0.8 * page.em * min(1, room / 7), length=small, pad=small)
        place.locator_params(nbins=int(np.clip(room / 2.8, 1, 5)))
        name += f" ({look}: not finite)" * bool(lost.any())
        bar.set_label(name, fontsize=fitting(name, 0.9 * page.em, 1.1 * room * page.em), labelpad=small)


class _Names:
    """What nodes and weights are called, with no index where there is only one to choose from."""

    def __init__(self, network):
        self.network = network
        self.last = len(network.sizes) - 1
        self.lone = network.sizes[1:] == (1,)  # one unit in all: z, σ, ŷ as in logistic regression

    def node(self, layer, index):
        """x of an input, h of a hidden unit, o of an output."""
        if layer == self.last:
            return "$o$" if self.network.sizes[-1] == 1 else f"$o_{{{index}}}$"
        return f"$x_{{{index}}}$" if layer == 0 else f"$h{self._layer(layer, self.last > 2)}_{{{index}}}$"

    def z(self, layer, index):
        return "$z$" if self.lone else f"$z{self._layer(layer, self.last > 1)}_{{{index}}}$"

    def function(self, layer):
        return f"${_SYMBOLS.get(self.network.activations[layer - 1], 'g' if layer == self.last else 'f')}$"

    def activation(self, layer, index):
        if layer == self.last:
            return r"$\hat{y}$" if self.network.sizes[-1] == 1 else rf"$\hat{{y}}_{{{index}}}$"
        return f"$a{self._layer(layer, True)}_{{{index}}}$"

    def weight(self, layer, i, j):
        return f"$w_{{{i}}}$" if self.lone else f"$w{self._layer(layer, self.last > 1)}_{{{i},{j}}}$"

    def size(self, style, nodes):
        """Size of the letters that fit in a node of radius 1; digits below and above a letter are 0.7 as large."""
        digits = max(
            0.64 * len(str(nodes.index.max())), 0.52 * len(f"({self.last})") * (style == "functions" or self.last > 2)
        )
        return (1.8 if style == "names" else 0.85) / (0.6 + 0.7 * digits)

    @staticmethod
    def _layer(layer, several):
        return f"^{{({layer})}}" if several else ""


def _sentence(network, shown, weight, value, lost, dropped):
    """The alternative text."""
    parts = [network.describe()]
    if len(shown.dots):
        parts.append("Of its wide layers the first and last units are drawn.")
    units = int((shown.nodes.index > 0).sum())
    for what, name, values, without, n, look in (
        ("Edges", "weights", weight, lost.edges, lost.n_weights, "black and dashed"),
        ("Nodes", "activations", value, lost.nodes, units, "crossed out in black"),
    ):
        finite = np.array([]) if values is None else values[np.isfinite(values)]
        if len(finite):
            parts.append(f"{what} are coloured by their {name}, from {finite.min():.2g} to {finite.max():.2g}.")
        if without.any():
            parts.append(f"{without.sum()} of {n} {name} drawn are not finite: {look}.")
    if dropped is not None:
        n_dropped = [int(np.sum(mask)) for mask in dropped]
        parts.append(f"Dropped, and greyed, are {sum(n_dropped)} of {sum(network.sizes):,} units.")
    return " ".join(parts)
