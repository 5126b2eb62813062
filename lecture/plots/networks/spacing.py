"""How far apart the units of a net stand, so that it fills a page and all of it can be read."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from lecture.network import Network, Shown
from lecture.plots.networks.captions import LARGEST, needed
from lecture.plots.page import framed, points, set_window
from lecture.plots.style import size
from lecture.plots.text import width


@dataclass(frozen=True)
class _Spacing:
    """What a net would like to have, by what stands in its nodes. All numbers of this file were found by eye."""

    radius: float  # of a node, in em
    row: float  # from one row of nodes to the next, in em
    near: float  # the least distance of two layers, in rows
    far: float  # the largest
    tallest: float  # height of a figure of our own, in em


_SPACING = {
    None: _Spacing(radius=0.8, row=2.4, near=2, far=6, tallest=22),
    "names": _Spacing(radius=1.25, row=3.3, near=2, far=5, tallest=34),
    "functions": _Spacing(radius=1.85, row=4.5, near=2.4, far=5, tallest=34),
}
_LABELLED_ROW, _LABELLED_NEAR = 4.5, {"functions": 3.6}  # where weights have labels; the nearest is 3 otherwise
_WIDEST, _LAYER = 56, 4  # width of a figure of our own, in em, and what each gap adds to it beyond 14 of them
_COUNTED = 22  # the least width where the counts stand below, in em
_APART, _ALL_APART, _NAMED_APART = 5.5, 50, 7  # distance of layers in em: each, of all gaps, and at most for names
_BAR = 4.0  # height of a colour bar with its numbers and name, in em
_EDGE, _CAPTION, _NAME, _COUNTS = 0.4, 1.4, 1.2, 1.35  # heights of a margin and of three kinds of lines, in em
_LEFT, _RIGHT, _ACTIVATION = 1.5, 1.9, 2.6  # the least room beside the first and the last layer; of its activations


@dataclass(frozen=True)
class Page:
    """Where things go. A data unit is a row of nodes; what is written is measured in em, the size of a letter."""

    ax: Axes
    letter: float  # in points
    row: float  # from one row to the next, in em
    gap: float  # from one layer to the next, in rows
    radius: float  # of a node, in rows
    half: float  # of the height of all nodes, in rows; y = 0 is in the middle
    middle: float  # of the layers: its x, in rows
    captions: bool  # whether something stands above the layers

    @classmethod
    def fit(
        cls,
        ax: Axes | None,
        network: Network,
        shown: Shown,
        *,
        labels: str | None,
        weight_labels: bool,
        counts: bool,
        bars: bool,
    ) -> "Page":
        """Choose the scale so that the network fills ``ax``, or make a figure that fits it."""
        spacing, row, near = _SPACING[labels], _SPACING[labels].row, _SPACING[labels].near
        if weight_labels:
            row, near = max(row, _LABELLED_ROW), _LABELLED_NEAR.get(labels, 3)
        room = _Room.of(network, shown, labels, counts=counts, bars=bars)
        radius = spacing.radius / row
        net = _Net(len(network.sizes) - 1, np.ptp(shown.nodes.y) + 2 * radius, radius, row, near, spacing)
        if ax is None:
            most = min(_NAMED_APART, needed(network.activations))
            scale = net.on_new_page(room, apart=most, least_width=_COUNTED * counts)
        else:
            scale = net.inside(ax, room)
        scale.show(room, middle := net.n_gaps * scale.gap / 2)
        return cls(scale.ax, scale.letter, scale.row, scale.gap, radius, net.rows / 2, middle, room.captions)

    @property
    def edges(self) -> np.ndarray:
        """From the first layer to the left edge, from the last to the right one, and from edge to edge; in em."""
        low, high = self.ax.get_xlim()
        return np.array([-low, high - 2 * self.middle, high - low]) * self.row


@dataclass(frozen=True)
class _Room:
    """What stands around the nodes, in em."""

    left: float
    right: float
    head: float
    foot: float
    captions: bool

    @classmethod
    def of(cls, network, shown, labels, *, counts, bars):
        """Measure it."""
        has_sizes, named = bool(len(shown.dots)), any(network.activations)
        captions = bool(labels or named or has_sizes)
        first, last = (_half(f"{network.sizes[i]:,}" * has_sizes) for i in (0, -1))
        beside = _ACTIVATION if labels == "functions" else 0
        return cls(
            left=max(_LEFT, first),
            right=max(_RIGHT, last, _half(network.activations[-1] or ""), beside),
            head=_EDGE + _CAPTION * captions + _NAME * named,
            foot=_EDGE + _CAPTION * has_sizes + _COUNTS * counts + _BAR * bars,
            captions=captions,
        )

    @property
    def across(self):
        return self.left + self.right

    @property
    def along(self):
        return self.head + self.foot


def _half(words):
    """Half the width of what stands above or below a layer, in em."""
    return 0.2 + LARGEST / 2 * width(words)


@dataclass(frozen=True)
class _Scale:
    """The scale of a net on its Axes, and the size of the Axes in em."""

    ax: Axes
    letter: float
    row: float
    gap: float
    wide: float
    high: float

    def show(self, room, middle):
        """Show the nodes in the middle of what stands around them."""
        centre = middle + (room.right - room.left) / 2 / self.row, (room.head - room.foot) / 2 / self.row
        set_window(self.ax, centre, (self.wide / self.row, self.high / self.row))


@dataclass(frozen=True)
class _Net:
    """The nodes of a net, and how far apart they would like to be."""

    n_gaps: int
    rows: float  # their height, in rows
    radius: float  # in rows
    row: float  # in em
    near: float  # in rows
    spacing: _Spacing

    def _reach(self, gap):
        """The width of all nodes, in rows."""
        return self.n_gaps * gap + 2 * self.radius

    def on_new_page(self, room, *, apart, least_width):
        """The scale in a new figure; ``apart`` is what the names of the activations need, in em."""
        row = min(self.row, (self.spacing.tallest - room.along) / self.rows)
        apart = max(min(_APART, _ALL_APART / self.n_gaps), apart)
        near = max(self.near, apart / row)
        gap = np.clip(1.5 * self.rows / self.n_gaps, near, max(self.spacing.far, 12 / row))
        widest = max(_WIDEST, _LAYER * self.n_gaps, apart * self.n_gaps)
        row = min(row, (widest - room.left - room.right) / self._reach(gap))
        wide, high = max(room.across + self._reach(gap) * row, least_width), room.along + self.rows * row
        return _Scale(framed(wide, high, size()), size(), row, gap, wide, high)

    def inside(self, ax, room):
        """The scale in given Axes: what is written takes up to 0.6 of them, the rest is for the nodes."""
        here = points(ax)
        letter = min(size(), *(0.6 * here / (room.across, room.along)))
        wide, high = here / letter
        near = 0.75 * self.near  # rather closer than too small to read
        beside = wide - room.left - room.right
        row = min(1.4 * self.row, (high - room.head - room.foot) / self.rows, beside / self._reach(near))
        gap = np.clip((beside / row - 2 * self.radius) / self.n_gaps, near, max(self.spacing.far, 12 / row))
        return _Scale(ax, letter, row, gap, wide, high)
