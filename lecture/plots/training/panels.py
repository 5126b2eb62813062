"""The panels of training curves: which curves share a panel, what explains them, and where the panels are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.markers import CARETUPBASE
from matplotlib.ticker import MaxNLocator

from lecture.plots.style import COLORS, size
from lecture.plots.text import tick_width
from lecture.plots.training.direction import VALIDATION, base_of, is_loss, lower_is_better
from lecture.plots.training.record import RATE, History
from lecture.plots.training.scales import STEPS, Scale

MARKERS = "osD^vPX"  # at the end of each curve, so that not only colours tell them apart
INK = "0.25"

# Lengths are in em, the font's size, so that slides, book and print show the same picture.
LEFT, RIGHT, BOTTOM = 4.6, 1.2, 3.4  # margins for tick labels and, below, "epoch": the first two are the least
LINE, GAP = 1.7, 0.9  # a line of text, and the space between panels, beside each other the least
HEIGHT, LOW, STRIP = 14, 10.5, 3.6  # of panels in one row, in several, and of the learning rate's
WIDTHS = {1: 38, 2: 21}  # of as many panels beside each other, else:
WIDTH, KEYED = 17, 21  # where no key stands beside a panel's title, and where one does
N_EPOCHS = 8  # spaces between numbered epochs, at most
WIDE, RATE_WIDE = 500, 10  # a scale is logarithmic where the highest value is this many times the lowest; the rate's
APART = 10  # metrics of which one is this many times as large get Axes of their own


@dataclass(frozen=True)
class Spec:
    """What is drawn on one Axes."""

    title: str
    curves: tuple[tuple[str, str], ...]  # pairs of label and metric
    quantity: int  # Axes of one quantity share their scales
    column: int  # counts records side by side
    is_rate: bool


@dataclass(frozen=True)
class Frame:
    """Room around the panels of a figure of our own, in em: as much as the labels need, which mostly is this."""

    left: float = LEFT
    right: float = RIGHT
    gap: float = GAP
    n_epochs: int = N_EPOCHS


@dataclass(frozen=True)
class Plan:
    """The panels, and the looks of their curves. Records with equal plans differ in their numbers only."""

    specs: tuple  # column by column
    labels: tuple
    bases: tuple  # the metrics, whichever part they are measured on; losses come first
    by_label: bool  # whether colours distinguish records, not metrics
    strip: bool  # whether the learning rate has a low panel below others
    restored: bool  # whether the key explains the triangle

    @classmethod
    def of(
        cls,
        records: Mapping[str, History],
        metrics: Sequence[str] | None,
        overlay: bool,
        *,
        by_size: bool = True,
    ) -> "Plan":
        """Decide which curves share a panel; ``by_size`` separates metrics of different sizes."""
        by_label = overlay and len(records) > 1
        columns = [tuple(records)] if by_label else [(label,) for label in records]
        names = list(dict.fromkeys(metrics or (name for record in records.values() for name in record if name != RATE)))
        traced = RATE in names or (metrics is None and any(record.rate_changes for record in records.values()))
        bases = dict.fromkeys(base_of(name) for name in names if name != RATE)
        bases = sorted(bases, key=lambda base: not is_loss(base))
        kinds = [[base for base in bases if is_loss(base) == losses] for losses in (True, False)]
        if by_label:
            quantities = [[base] for base in bases]
        elif by_size:
            quantities = [group for kind in kinds for group in _of_one_size(kind, _sizes(records, names))]
        else:
            quantities = [kind for kind in kinds if kind]
        quantities += [[RATE]] * traced
        specs = []
        for column, labels in enumerate(columns):
            for q, quantity in enumerate(quantities):
                wanted = [RATE] if quantity == [RATE] else [name for name in names if base_of(name) in quantity]
                curves = tuple((label, name) for label in labels for name in wanted if name in records[label])
                specs.append(Spec(_title(quantity, wanted), curves, q, column, quantity == [RATE]))
        strip = traced and len(quantities) > 1
        restored = len(records) > 1 and any(record.restored for record in records.values())
        return cls(tuple(specs), tuple(records), tuple(bases), by_label, strip, restored)

    @property
    def side_by_side(self) -> bool:
        """Whether each record has a column of its own."""
        return len(self.labels) > 1 and not self.by_label

    def look(self, label: str, base: str) -> dict[str, str]:
        """Return colour and marker of a curve."""
        index = self.labels.index(label) if self.by_label else self.bases.index(base)
        return {"color": COLORS[index % len(COLORS)], "marker": MARKERS[index % len(MARKERS)]}

    def key(self, spec: Spec | None = None) -> list[Line2D]:
        """Return the entries of the key, of all panels or of a single one, as artists with labels."""
        specs = [spec] if spec else self.specs
        crowded = [spec for spec in specs if len({base_of(name) for _, name in spec.curves}) > 1]
        names = dict.fromkeys(name for s in specs for _, name in s.curves if name != RATE)
        if self.by_label:
            key = [_sample(label, **self.look(label, "")) for label in self.labels]
        else:
            key = [_sample(base, **self.look("", base)) for base in dict.fromkeys(map(base_of, names)) if crowded]
        if spec in (None, self.specs[0]) and len({name.startswith(VALIDATION) for name in names}) == 2:
            key += [_sample("training", color=INK), _sample("validation", color=INK, linestyle="--")]
        marks = [_sample("best epoch", color=INK, **ring())]
        marks += [_sample("weights restored", color=INK, linestyle="", marker=CARETUPBASE)] * self.restored
        return key if spec else key + marks

    def is_lowest(self, spec: Spec) -> bool:
        """Return whether no panel is below this one, so that its epochs need numbers."""
        has_strip = self.strip and spec == self.specs[0]
        return spec.quantity == self.specs[-1].quantity or not (self.side_by_side or has_strip)

    def epochs(self, records: Mapping[str, History]) -> tuple[float, float]:
        """Return the limits of the horizontal axes: all epochs, planned ones too, with half a space around."""
        first = min((record.epochs[0] for record in records.values() if record.epochs), default=1)
        last = max(record.end for record in records.values())
        return first - 0.5 - 0.01 * (last - first), last + 0.5 + 0.01 * (last - first)

    def scales(self, records: Mapping[str, History]) -> dict[int, Scale]:
        """Return the vertical `Scale` of each quantity, with room for all finite values."""
        scales = {}
        for quantity in {spec.quantity for spec in self.specs}:
            specs = [spec for spec in self.specs if spec.quantity == quantity]
            values = [records[label].points(name)[1] for spec in specs for label, name in spec.curves]
            wide = RATE_WIDE if specs[0].is_rate else WIDE
            scales[quantity] = Scale.of(np.concatenate([np.zeros(0), *values]), wide)
        return scales

    def frame(self, epochs: tuple[float, float], scales: Mapping[int, Scale]) -> Frame:
        """Return a `Frame` with room for the tick labels of these limits and scales."""
        few = {spec.quantity for spec in self.specs if spec.is_rate}
        widest = max(tick_width(text) for quantity, scale in scales.items() for text in scale.labels(quantity in few))
        tick = (plt.rcParams["ytick.major.size"] + plt.rcParams["ytick.major.pad"]) / size()
        names = [spec.title.count(" ") + 1 for spec in self.specs] if self.side_by_side else [0]
        needed = widest + tick + 0.3 + 1.3 * max(names)
        left = max(LEFT + LINE * self.side_by_side, np.ceil(2 * needed) / 2)  # rounded: so it seldom changes
        wide = self._width
        n_epochs = int(np.clip(wide / (tick_width(f"{epochs[1]:.0f}") + 0.8), 1, N_EPOCHS))
        ticks = [tick for tick in epoch_ticks(n_epochs).tick_values(*epochs) if epochs[0] <= tick <= epochs[1]]
        halves = [tick_width(f"{tick:.0f}") / 2 for tick in (ticks[0], ticks[-1])]
        places = [wide * abs(tick - end) / (epochs[1] - epochs[0]) for tick, end in zip((ticks[0], ticks[-1]), epochs)]
        before, beyond = (half - place for half, place in zip(halves, places))  # how far labels stand out of a panel
        return Frame(float(left), max(RIGHT, beyond + 0.2), max(GAP, before + beyond + 0.4), n_epochs)

    @property
    def _n_wide(self):
        """How many panels stand beside each other."""
        return len(self.labels) if self.side_by_side else len(self.specs) - self.strip

    @property
    def _width(self):
        """The width of a panel, in em."""
        return WIDTH if self.side_by_side else WIDTHS.get(self._n_wide, KEYED if len(self.labels) == 1 else WIDTH)

    def layout(self, frame: Frame) -> tuple[float, float, list[tuple[float, float, float, float]]]:
        """Return width and height of the figure, and (left, top, width, height) of each panel, in em."""
        n, wide, left = self._n_wide, self._width, frame.left
        if self.side_by_side:
            width = left + n * (wide + frame.gap) - frame.gap + frame.right
            top = _lines(self.key(), width) * LINE + LINE + GAP
            height = {spec.quantity: STRIP if self.strip and spec.is_rate else LOW for spec in self.specs}
            tops = {q: top + sum(height[p] + GAP for p in range(q)) for q in height}
            boxes = [
                (left + spec.column * (wide + frame.gap), tops[spec.quantity], wide, height[spec.quantity])
                for spec in self.specs
            ]
        else:
            width = n * (left + wide) + frame.right
            above = max(_lines(self.key(spec), wide) for spec in self.specs[:n]) if len(self.labels) == 1 else 1
            top = (_lines(self.key(), width) if self.by_label else 1) * LINE + GAP + max(above, 1) * LINE
            boxes = [(left + i * (left + wide), top, wide, float(HEIGHT)) for i in range(n)]
            if self.strip:
                boxes[0] = left, top, wide, HEIGHT - STRIP - LINE - GAP
                boxes.append((left, top + HEIGHT - STRIP, wide, STRIP))
        bottom = max(y + h for _, y, _, h in boxes)
        return width, bottom + BOTTOM, boxes

    def columns(self, key: Sequence[Line2D], width: float | None = None) -> int:
        """Return the number of columns of a key above a panel, or in a width in em."""
        return _fit(key, self._width if width is None else width)


def epoch_ticks(n: int) -> MaxNLocator:
    """Return the locator of the ticks at epochs, with at most ``n`` spaces."""
    return MaxNLocator(n, integer=True, steps=STEPS, min_n_ticks=1)


def ring() -> dict[str, Any]:
    """Return the look of the ring around the best epoch."""
    letter = size()
    look = {"markerfacecolor": "none", "markersize": 0.7 * letter, "markeredgewidth": 0.17 * letter}
    return {"linestyle": "", "marker": "o"} | look


def _sizes(records, names):
    """The largest value of each metric, and at least 1 for a score such as accuracy."""
    sizes = {}
    for name in names:
        values = [record.points(name)[1] for record in records.values() if name in record]
        largest = np.abs(np.concatenate([np.zeros(0), *values])).max(initial=0.0)
        if not largest or not lower_is_better(name):
            largest = max(largest, 1.0)
        sizes[base_of(name)] = max(largest, sizes.get(base_of(name), 0.0))
    return sizes


def _of_one_size(bases, sizes):
    """Put metrics into groups of one size, in the order in which they came."""
    groups = []
    for base in sorted(bases, key=sizes.get):
        if groups and sizes[base] <= APART * sizes[groups[-1][0]]:
            groups[-1].append(base)
        else:
            groups.append([base])
    return sorted((sorted(group, key=bases.index) for group in groups), key=lambda group: bases.index(group[0]))


def _title(quantity, names):
    """What a panel shows, by name."""
    if quantity == [RATE]:
        return "learning rate"
    part = "" if set(quantity) & set(names) else "validation "
    return part + ", ".join(quantity)


def _sample(label, **look):
    """A piece of a curve for the key."""
    return Line2D([], [], label=label, **look)


def _fit(key, width):
    """How many columns of a key fit into a width, in em."""
    widths = [0.6 * len(handle.get_label()) + 3 for handle in key]
    return len(key) if sum(widths) <= width else max(1, int(width / max(widths)))


def _lines(key, width):
    """How many lines a key takes in a width, in em."""
    return -(-len(key) // max(1, _fit(key, width)))
