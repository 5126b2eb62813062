"""A dense net, drawn: its units and connections, with names or with a real model's numbers on them."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize, to_rgba
from matplotlib.patches import Circle
from matplotlib.transforms import AffineDeltaTransform

from lecture.checks import one_of, real
from lecture.network import Network
from lecture.plots.alt import describe
from lecture.plots.networks.content import Arrays, Content
from lecture.plots.networks.lettering import KINDS, label_edges, label_nodes, write_captions
from lecture.plots.networks.spacing import Page
from lecture.plots.page import HUGE, TINY, drawable
from lecture.plots.style import COLORS
from lecture.plots.text import fitting

LABELS = ("names", "functions")
MOST_WEIGHT_LABELS = 100  # more cannot be read, and each takes a millisecond or two

_CUT = to_rgba("0.6", 0.3)  # edges of dropped units: translucent, they cross the others
# Weights: the sign by hue and, for print in grey, by lightness; the size by width. Weak ones are translucent.
_WEIGHTS = LinearSegmentedColormap.from_list(
    "weights", [COLORS[1], to_rgba("#E07B2C", 0.85), to_rgba("0.65", 0.4), to_rgba("#3E6FB0", 0.85), "#083B7C"]
).with_extremes(bad=_CUT)
_ACTIVATIONS = plt.colormaps["viridis"].with_extremes(bad="white")


def plot_network(
    network: Network,
    *,
    ax: Axes | None = None,
    max_units: int | None = 12,
    labels: str | None = None,
    weight_labels: bool = False,
    counts: bool = False,
    weights: str | Arrays | None = None,
    limit: float | None = None,
    activations: Arrays | None = None,
    dropped: Arrays | None = None,
) -> Axes:
    """Draw a dense network.

    Parameters
    ----------
    network : Network
        Made by ``lecture.network.layout`` or ``lecture.network.from_model``; it decides whether bias nodes are drawn.
    ax : matplotlib.axes.Axes, optional
        Axes to fill; a new figure that fits the network if None.
    max_units : int or None
        Number of units up to which a layer is drawn whole. A wider one shows its first and last units with "⋮"
        between; None draws all.
    labels : {"names", "functions"}, optional
        Text in the nodes, under a caption for each layer. ``"names"``: x, h and o; ``"functions"``: z | f in a unit (σ
        if it is a sigmoid, g in other outputs), and its activation a or ŷ beside it.
    weight_labels : bool
        Whether each edge carries its name w^(l)_{i,j}, from unit i of layer l - 1 to unit j of layer l, or, with
        ``weights``, its number. i = 0 is the bias. Layer and unit are left out where there is only one.
    counts : bool
        Whether to write the numbers of weights and biases below.
    weights : "model" or list of array, optional
        Weights that colour and widen the edges: the network's own, or for each layer after the inputs one array
        (n_in, n_out), or (n_in + 1, n_out) with the biases in row 0. A weight that is not finite is a black dashed
        line.
    limit : float, optional
        Size of a weight that gets the strongest colour, so that several drawings can be compared; that of the largest
        weight drawn if None.
    activations : list of array, optional
        Values (size,) of each layer for one example, the inputs first; they colour the nodes. A node whose value is
        not finite is crossed out in black.
    dropped : list of array of bool, optional
        Mask (size,) for each layer, the inputs first, as ``lecture.network.drop_units`` makes them. Units where it is
        True are grey, and so are their edges.

    Returns
    -------
    matplotlib.axes.Axes
        With one LineCollection, a segment for each of ``network.edges`` in their order (of those shown), and one
        PatchCollection of the nodes.

    Raises
    ------
    ValueError
        If ``network`` is no Network, such as a Keras model, an array does not fit it, ``labels`` is unknown, or there
        are too many weights to label.
    """
    if labels is not None:
        one_of(labels, LABELS, "labels")
    if limit is not None:
        real(limit, "limit", least=0)
    content = Content.of(network, max_units, weights=weights, activations=activations, dropped=dropped)
    if weight_labels and len(content.edges.i) > MOST_WEIGHT_LABELS:
        n_edges = len(content.edges.i)
        raise ValueError(f"weight_labels can be read on up to {MOST_WEIGHT_LABELS} edges, got {n_edges:,}.")
    bars = content.weight is not None or content.value is not None
    page = Page.fit(ax, network, content.shown, labels=labels, weight_labels=weight_labels, counts=counts, bars=bars)
    ax, at = page.ax, np.column_stack([content.nodes.x * page.gap, content.nodes.y])  # (n_nodes, 2)
    lines = _draw_edges(page, content, at, limit)
    circles = _draw_nodes(page, content, at)
    for x, y in content.shown.dots:
        ax.text(x * page.gap, y, "⋮", ha="center", va="center", fontsize=min(1.2 * page.row, 2) * page.letter)
    write_captions(page, content, counts)
    if labels is not None:
        by_value = content.value is not None
        faces = circles.to_rgba(np.ma.masked_invalid(content.value)) if by_value else circles.get_facecolor()
        label_nodes(page, content, at, labels, faces)
    if weight_labels:
        label_edges(page, content, at, labels)
    _draw_bars(page, content, lines, circles)
    for artist in (*ax.texts, *ax.collections):
        artist.set_in_layout(False)  # all lies within the axes: a layout engine need not measure it
    return describe(ax, content.describe())


def _draw_edges(page, content, at, limit):
    """One collection for all edges, in their order; those whose weights are not finite are drawn over."""
    edges = content.edges
    crowd = np.bincount(edges.layer).max() / (2 * page.half)  # edges that cross a row's height, about
    thin = np.clip(2.8 / np.sqrt(crowd), 0.3, 1.2) * page.letter / 11
    lines = LineCollection(np.stack([at[edges.start], at[edges.end]], axis=1), zorder=1, capstyle="butt")
    if content.weight is None:
        lines.set(color=_plain(crowd, content.cut), linewidth=thin)
    else:
        value = np.ma.masked_invalid(np.where(content.cut, np.nan, drawable(content.weight)))
        limit = float(limit or np.ma.filled(np.abs(value).max(), 0) or 1)  # 1 if all are 0, or none is left
        limit = min(max(limit, TINY), HUGE)
        share = np.minimum(np.abs(value.filled(0)), limit) / limit
        lines.set(array=value, cmap=_WEIGHTS, norm=Normalize(-limit, limit), linewidth=thin * (0.4 + 2.8 * share))
        _draw_lost(page, content, at, 3 * thin)
    page.ax.add_collection(lines, autolim=False)
    return lines


def _plain(crowd, cut):
    """The colour of edges without weights, or one for each where some are cut: the paler, the more there are."""
    if crowd > 20:
        kept = to_rgba("0.25", 12 / crowd)
    else:  # opaque: the picture is smaller, and quicker to compress
        kept = str(0.3 if cut.any() else np.clip(0.25 + 0.035 * crowd, 0.3, 0.7))
    return [_CUT if is_cut else kept for is_cut in cut] if cut.any() else kept


def _draw_lost(page, content, at, width):
    """Dashes over the edges whose weights are not finite."""
    lost, edges = np.flatnonzero(content.lost_edges & ~content.cut), content.edges
    if len(lost):
        ends = np.stack([at[edges.start[lost]], at[edges.end[lost]], np.full((len(lost), 2), np.nan)], axis=1)
        style = {"color": "black", "linestyle": (0, (2, 1)), "linewidth": width, "zorder": 1.5}
        page.ax.plot(*ends.reshape(-1, 2).T, **style)


def _draw_nodes(page, content, at):
    """One collection for all nodes; dropped ones pale, dashed and crossed out, those without a number in black."""
    gone, place = content.gone, page.ax.transData
    circles = PatchCollection(  # one circle for all, drawn at each node: as many patches would take five times as long
        [Circle((0, 0), page.radius)],
        offsets=at,
        offset_transform=place,
        transform=AffineDeltaTransform(place),  # its size without its place
        zorder=3,
        linewidth=min(0.5 * page.row, 1.2) * page.letter / 11,
    )
    edge = np.array([to_rgba(KINDS[kind]) for kind in content.nodes.kind])
    face = np.ones_like(edge)
    face[:, :3] = 0.68 + 0.32 * edge[:, :3]  # a tint of the edge's colour
    edge[gone], face[gone] = to_rgba("0.65"), to_rgba("0.95")
    circles.set(edgecolor=edge, facecolor=face)
    if gone.any():
        circles.set_linestyle([(0, (3, 2)) if is_gone else "-" for is_gone in gone])
    if content.value is not None:
        value = np.ma.masked_invalid(np.where(gone, np.nan, drawable(content.value)))
        low, high = (min(value.min(), 0), value.max()) if value.count() else (0, 1)
        circles.set(array=value, cmap=_ACTIVATIONS, norm=Normalize(low, high if high > low else low + 1))
    page.ax.add_collection(circles, autolim=False)
    _cross_out(page, at[gone], "0.65", 1.3)
    _cross_out(page, at[content.lost_nodes & ~gone], "black", min(0.8 * page.row, 2.4))
    return circles


def _cross_out(page, at, color, width):
    """Two strokes over each of these nodes."""
    if len(at):
        cross = np.array([[-0.7, -0.7], [0.7, 0.7], [np.nan, np.nan], [-0.7, 0.7], [0.7, -0.7], [np.nan, np.nan]])
        strokes = (at[:, None] + page.radius * cross).reshape(-1, 2)
        page.ax.plot(*strokes.T, color=color, zorder=3.5, linewidth=width * page.letter / 11)


def _draw_bars(page, content, lines, circles):
    """A colour bar below the drawing for each thing that is coloured by numbers, and how it looks without one."""
    bars = []
    if content.weight is not None:
        bars.append((lines, "weight" + " (dashed: not finite)" * bool(content.lost_edges.any())))
    if content.value is not None:
        bars.append((circles, "activation" + " (×: not finite)" * bool(content.lost_nodes.any())))
    line = 1 / page.row
    wide = min(14 * line, abs(np.subtract(*page.ax.get_xlim())) * 0.42)
    for k, (mappable, name) in enumerate(bars):
        x = np.mean(page.ax.get_xlim()) + (k - len(bars) / 2) * 1.15 * wide + 0.075 * wide
        y = page.ax.get_ylim()[0] + 3.0 * line
        place = page.ax.inset_axes((x, y, wide, 0.6 * line), transform=page.ax.transData)
        _draw_bar(page, place, mappable, name, room=wide * page.row)


def _draw_bar(page, place, mappable, name, room):
    """One colour bar, ``room`` em wide."""
    bar = page.ax.figure.colorbar(ScalarMappable(mappable.norm, mappable.cmap), cax=place, orientation="horizontal")
    bar.outline.set_visible(False)
    small = 0.32 * page.letter
    place.tick_params(labelsize=page.letter * min(1, room / 7), length=small, pad=small)
    place.locator_params(nbins=int(np.clip(room / 2.8, 1, 5)))
    bar.set_label(name, fontsize=fitting(name, page.letter, 1.1 * room * page.letter), labelpad=small)
