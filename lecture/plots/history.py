"""Training curves: one drawing for the live figure and for records compared afterwards."""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.image import imsave
from matplotlib.lines import Line2D
from matplotlib.markers import CARETUPBASE
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from lecture.checks import one_of
from lecture.plots.alt import describe
from lecture.plots.record import RATE, History
from lecture.plots.style import COLORS

VALIDATION = "val_"
MARKERS = "osD^vPX"  # at the end of each curve, so that not only colours tell them apart
INK = "0.25"

# Lengths are in em, the font's size, so that slides, book and print show the same picture.
LEFT, RIGHT, BOTTOM = 4.6, 1.2, 3.4  # margins for tick labels and, below, "epoch"
LINE, GAP = 1.7, 0.9  # a line of text, and the space between panels one above the other
HEIGHT, LOW, STRIP = 14, 10.5, 3.6  # of panels in one row, in several, and of the learning rate's
WIDTHS = {1: 38, 2: 21}  # of as many panels beside each other, else:
WIDTH = 17
WIDE, RATE_WIDE = 500, 10  # a scale is logarithmic where the highest value is this many times the lowest; the rate's
STEPS = [1, 2, 5, 10]

KEY = {"frameon": False, "handlelength": 1.8, "columnspacing": 1.2, "handletextpad": 0.5}


def plot_history(records, *, metrics=None, overlay=False, ax=None):
    """Draw the curves of a training, or of several for comparison.

    Losses stand on one Axes, all other metrics on another; training is solid, validation dashed. Each curve of the
    part that is monitored has a ring at the best epoch; a triangle on the axis is the epoch whose weights were
    restored. The learning rate is drawn where it changes.

    Parameters
    ----------
    records : record, or mapping of str to record
        A record is a `History`, a mapping from metrics to values such as ``model.fit(…).history``, or what holds one
        as its ``history``: the result of ``fit``, a ``TrainingPlot``. Of several, given by their labels, each has a
        column of its own, all with the same scales.
    metrics : sequence of str, optional
        Which to draw, by their full names: ``["loss", "val_loss"]``; all by default.
    overlay : bool
        Draw several records on the same Axes, each in its colour, instead of side by side.
    ax : matplotlib.axes.Axes or sequence of Axes, optional
        One for each panel: the losses, the other metrics, the learning rate if it changes, and so on for the next
        record; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes
        The first; the others stand in the same figure.

    Raises
    ------
    ValueError
        If there is no metric to draw, one is unknown, a record is none, or the Axes are not as many as the panels.
    """
    several = isinstance(records, Mapping) and any(_holds_record(record) for record in records.values())
    records = {str(label): _record(record) for label, record in records.items()} if several else {"": _record(records)}
    known = dict.fromkeys(name for record in records.values() for name in record)
    for name in metrics or ():
        one_of(name, known, "a metric to draw")
    if not known or (metrics is not None and not len(metrics)):
        raise ValueError("there must be at least one metric to draw, got none.")
    figure = plt.figure(layout="none") if ax is None else None
    drawing = HistoryDrawing(figure, metrics=metrics, overlay=overlay, axes=ax)
    drawing.update(records)
    return drawing.panels[0].ax


def _holds_record(thing):
    """Whether this is a record, and not the values of one metric."""
    return isinstance(getattr(thing, "history", thing), Mapping)


def _record(thing):
    """A record of any kind as a `History`."""
    held = getattr(thing, "history", thing)
    if not isinstance(held, Mapping):
        raise ValueError(f"a record must map each metric to its values, one an epoch, got {thing!r}.")
    return held if isinstance(held, History) else History(held)


class HistoryDrawing:
    """The curves of one or several records, which `update` moves in place.

    Axes are made when a quantity first comes, and stay where they are: later pictures differ in curves and scales only.

    Parameters
    ----------
    figure : matplotlib.figure.Figure or None
        Taken over as a whole, its size included; None where Axes are handed in.
    metrics, overlay
        As for `plot_history`.
    axes : Axes or sequence of Axes, optional
        Where to draw, instead of on Axes of our own.

    Attributes
    ----------
    panels : list
        Each has its ``ax``.
    """

    def __init__(self, figure, *, metrics=None, overlay=False, axes=None):
        self.figure, self.metrics, self.overlay, self.axes = figure, metrics, overlay, axes
        self.panels, self._plan, self._status = [], None, None
        self._base = self._scaled = None, None  # what was drawn last, and its pixels

    def update(self, records):
        """Draw ``records``, a mapping from labels to `History`, where others were drawn before."""
        plan = _Plan.of(records, self.metrics, self.overlay)
        if plan != self._plan:
            self._build(plan)
            self._plan = plan
        for panel in self.panels:
            panel.move(records)
        for quantity in {panel.spec.quantity for panel in self.panels}:
            _scale([panel for panel in self.panels if panel.spec.quantity == quantity], records)
        if self._status:
            self._status.set_text(records[plan.labels[0]].status())
        texts = (f"{label}: {record.describe()}" if label else record.describe() for label, record in records.items())
        describe(self.panels[0].ax, " ".join(texts))

    def _build(self, plan):
        """Make the Axes with empty curves, and what stands around them."""
        if self.axes is None:
            axes = self._place(plan)
        elif len(axes := list(np.ravel(self.axes))) != len(plan.specs):
            titles = ", ".join(spec.title for spec in plan.specs)
            raise ValueError(f"ax must be one Axes for each of {titles}, got {len(axes)}.")
        self.panels = [_Panel(ax, spec, plan) for ax, spec in zip(axes, plan.specs)]
        if self.axes is not None and len(plan.labels) > 1:
            self.panels[0].ax.legend(handles=plan.key(), **KEY)

    def _place(self, plan):
        """Size the figure and place Axes, keys and the line of status: all stay where they are from now on."""
        width, height, boxes = plan.layout()
        em = plt.rcParams["font.size"] / 72  # inches
        self.figure.clear()
        self.figure.set_size_inches(width * em, height * em)
        if len(plan.labels) > 1:
            key = plan.key()
            self.figure.legend(handles=key, ncols=_fit(key, width), loc="upper center", borderaxespad=0.2, **KEY)
        axes = []
        for x, y, w, h in boxes:
            axes.append(self.figure.add_axes((x / width, 1 - (y + h) / height, w / width, h / height)))
            axes[-1].xaxis.set_label_coords(0.5, -2 / h)  # to look for a free place takes a fifth of each drawing
        where = {"transform": self.figure.transFigure, "va": "top"}
        self._status = axes[0].text(LEFT / width, 1 - 0.5 / height, "", **where) if len(plan.labels) == 1 else None
        return axes

    def png(self):
        """Return the picture of a single record as PNG.

        It has three layers: what stays, the vertical scales, the curves. The first two are drawn again only where they
        changed, so that most updates take a quarter of the whole picture's time.
        """
        canvas, figure = self.figure.canvas, self.figure
        scales = [panel.ax.yaxis for panel in self.panels]
        curves = [artist for panel in self.panels for artist in panel.moving] + [self._status]
        base = self._plan, figure.dpi, [panel.ax.get_xlim() for panel in self.panels]
        scaled = base, [(panel.scale, panel.ax.get_ylim()) for panel in self.panels]
        if base != self._base[0]:
            plt.setp(scales + curves, animated=True)  # leaves them out of this drawing
            canvas.draw()
            plt.setp(scales + curves, animated=False)
            self._base = base, canvas.copy_from_bbox(figure.bbox)
        if scaled != self._scaled[0]:
            canvas.restore_region(self._base[1])
            _draw(scales)
            self._scaled = scaled, canvas.copy_from_bbox(figure.bbox)
        canvas.restore_region(self._scaled[1])
        _draw(curves)
        buffer = io.BytesIO()
        imsave(buffer, np.asarray(canvas.buffer_rgba()), format="png", dpi=figure.dpi, pil_kwargs={"compress_level": 1})
        return buffer.getvalue()


@dataclass(frozen=True)
class _Spec:
    """What is drawn on one Axes."""

    title: str
    curves: tuple  # of (label, metric)
    quantity: int  # Axes of one quantity share their scales
    column: int  # counts records side by side
    is_rate: bool


@dataclass(frozen=True)
class _Plan:
    """Which Axes there are and how their curves are told apart. Equal plans differ in nothing but numbers."""

    specs: tuple  # column by column
    labels: tuple
    bases: tuple  # the metrics, whichever part they are measured on; losses come first
    by_label: bool  # colours tell records apart, else metrics
    strip: bool  # the learning rate has low Axes below others
    restored: bool  # the key explains the triangle

    @classmethod
    def of(cls, records, metrics, overlay):
        """Decide which curves stand together."""
        by_label = overlay and len(records) > 1
        columns = [tuple(records)] if by_label else [(label,) for label in records]
        names = list(dict.fromkeys(metrics or (name for record in records.values() for name in record if name != RATE)))
        traced = RATE in names or (metrics is None and any(record.rate_changes for record in records.values()))
        bases = sorted(
            dict.fromkeys(_base(name) for name in names if name != RATE), key=lambda base: not base.endswith("loss")
        )
        n_losses = sum(base.endswith("loss") for base in bases)
        quantities = (
            [[base] for base in bases]
            if by_label
            else [group for group in (bases[:n_losses], bases[n_losses:]) if group]
        )
        quantities += [[RATE]] * traced
        specs = []
        for column, labels in enumerate(columns):
            for q, quantity in enumerate(quantities):
                wanted = [RATE] if quantity == [RATE] else [name for name in names if _base(name) in quantity]
                curves = tuple((label, name) for label in labels for name in wanted if name in records[label])
                specs.append(_Spec(_title(quantity, wanted), curves, q, column, quantity == [RATE]))
        strip = traced and len(quantities) > 1
        restored = len(records) > 1 and any(record.restored for record in records.values())
        return cls(tuple(specs), tuple(records), tuple(bases), by_label, strip, restored)

    @property
    def side_by_side(self):
        """Whether each record has a column of its own."""
        return len(self.labels) > 1 and not self.by_label

    def look(self, label, base):
        """Return colour and marker of a curve."""
        index = self.labels.index(label) if self.by_label else self.bases.index(base)
        return {"color": COLORS[index % len(COLORS)], "marker": MARKERS[index % len(MARKERS)]}

    def key(self, spec=None):
        """Return what explains the curves, of all panels or of one where it stands alone, as artists with labels."""
        specs = [spec] if spec else self.specs
        crowded = [spec for spec in specs if len({_base(name) for _, name in spec.curves}) > 1]
        names = dict.fromkeys(name for s in specs for _, name in s.curves if name != RATE)
        if self.by_label:
            key = [_sample(label, **self.look(label, "")) for label in self.labels]
        else:
            key = [_sample(base, **self.look("", base)) for base in dict.fromkeys(map(_base, names)) if crowded]
        if spec in (None, self.specs[0]) and len({name.startswith(VALIDATION) for name in names}) == 2:
            key += [_sample("training", color=INK), _sample("validation", color=INK, linestyle="--")]
        marks = [_sample("best epoch", color=INK, **_ring())]
        marks += [_sample("weights restored", color=INK, linestyle="", marker=CARETUPBASE)] * self.restored
        return key if spec else key + marks

    def is_lowest(self, spec):
        """Whether no other panel stands below this one: then the epochs do."""
        has_strip = self.strip and spec == self.specs[0]
        return spec.quantity == self.specs[-1].quantity or not (self.side_by_side or has_strip)

    def layout(self):
        """Return the figure's width and height, and each panel's (left, top, width, height), in em from above left."""
        n = len(self.labels) if self.side_by_side else len(self.specs) - self.strip
        if self.side_by_side:
            left = LEFT + LINE  # the quantity's name stands there
            width = left + n * (WIDTH + GAP) - GAP + RIGHT
            top = _lines(self.key(), width) * LINE + LINE + GAP
            height = {spec.quantity: STRIP if self.strip and spec.is_rate else LOW for spec in self.specs}
            tops = {q: top + sum(height[p] + GAP for p in range(q)) for q in height}
            boxes = [
                (left + spec.column * (WIDTH + GAP), tops[spec.quantity], WIDTH, height[spec.quantity])
                for spec in self.specs
            ]
        else:
            wide = WIDTHS.get(n, WIDTH)
            width = n * (LEFT + wide) + RIGHT
            above = max(_lines(self.key(spec), wide) for spec in self.specs[:n]) if len(self.labels) == 1 else 1
            top = (_lines(self.key(), width) if self.by_label else 1) * LINE + GAP + max(above, 1) * LINE
            boxes = [(LEFT + i * (LEFT + wide), top, wide, HEIGHT) for i in range(n)]
            if self.strip:
                boxes[0] = LEFT, top, wide, HEIGHT - STRIP - LINE - GAP
                boxes.append((LEFT, top + HEIGHT - STRIP, wide, STRIP))
        bottom = max(y + h for _, y, _, h in boxes)
        return width, bottom + BOTTOM, boxes


class _Panel:
    """One Axes with its curves and marks."""

    def __init__(self, ax, spec, plan):
        self.ax, self.spec, self.scale = ax, spec, None
        size = plt.rcParams["font.size"]
        self.curves, self.restored = [], {}
        for label, name in spec.curves:
            look = plan.look(label, _base(name)) if name != RATE or plan.by_label else {"color": INK}
            dashes = "--" if name.startswith(VALIDATION) else "-"
            steps = "steps-mid" if name == RATE else "default"
            (line,) = ax.plot([], [], linestyle=dashes, drawstyle=steps, markersize=0.45 * size, **look)
            (ring,) = ax.plot([], [], color=look["color"], zorder=4, clip_on=False, **_ring())
            self.curves.append((label, name, line, ring))
        for label in dict.fromkeys(label for label, _ in spec.curves):
            color = plan.look(label, "")["color"] if plan.by_label else INK
            on_axis = {"transform": ax.get_xaxis_transform(), "zorder": 5, "clip_on": False}
            (self.restored[label],) = ax.plot(
                [], [], linestyle="", marker=CARETUPBASE, color=color, markersize=size, **on_axis
            )
        self._dress(plan)

    def _dress(self, plan):
        """Name the axes, and thin out what is not data."""
        ax, spec = self.ax, self.spec
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(visible=True, alpha=0.3)
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=STEPS, min_n_ticks=1))
        ax.tick_params(labelbottom=plan.is_lowest(spec), labelleft=not (plan.side_by_side and spec.column))
        ax.set_xlabel("epoch" if plan.is_lowest(spec) else "")
        key = [] if plan.side_by_side or plan.by_label else plan.key(spec)
        if plan.side_by_side:
            ax.set_ylabel("" if spec.column else spec.title.removeprefix("learning ").replace(" ", "\n"))
            label = plan.labels[spec.column]
            size = "large" if len(label) < 22 else "medium"  # a panel is wide enough for so many
            ax.set_title("" if spec.quantity else label, y=1, fontsize=size)
        elif len({_base(name) for _, name in spec.curves}) == 1:
            ax.set_title(spec.title, loc="left", y=1, fontsize="large")
        if key:
            above = {"loc": "lower right", "bbox_to_anchor": (1, 1), "borderaxespad": 0.1}
            n_panels = len(plan.specs) - plan.strip
            ax.legend(handles=key, ncols=_fit(key, WIDTHS.get(n_panels, WIDTH)), **KEY, **above)

    @property
    def moving(self):
        """All that `move` moves."""
        return [artist for *_, line, ring in self.curves for artist in (line, ring)] + list(self.restored.values())

    def move(self, records):
        """Put curves and marks where the records have them."""
        for label, name, line, ring in self.curves:
            record = records[label]
            epochs, values = record.points(name)
            line.set_data(epochs, values)
            line.set_markevery([len(epochs) - 1] if len(epochs) else None)
            deciding = name != RATE and name.startswith(VALIDATION) == record.monitored.startswith(VALIDATION)
            at_best = (epochs == record.best) & deciding
            ring.set_data(epochs[at_best], values[at_best])
        for label, triangle in self.restored.items():
            triangle.set_data(([records[label].restored], [0]) if records[label].restored else ([], []))


def _scale(panels, records):
    """Give panels of one quantity the same scales: all planned epochs, and all finite values."""
    shown = [(records[label], name) for panel in panels for label, name, *_ in panel.curves]
    first = min((record.epochs[0] for record, _ in shown if record.epochs), default=1)
    last = max(record.end for record, _ in shown)
    values = np.concatenate([record.points(name)[1] for record, name in shown])
    is_rate = panels[0].spec.is_rate
    scale, low, high = _range(values, RATE_WIDE if is_rate else WIDE) if len(values) else ("linear", 0, 1)
    for panel in panels:
        panel.ax.set_xlim(first - 0.5 - 0.01 * (last - first), last + 0.5 + 0.01 * (last - first))
        if panel.scale != scale:
            panel.scale = scale
            panel.ax.set_yscale(scale)
            if scale == "linear":
                panel.ax.yaxis.set_major_locator(MaxNLocator(3 if is_rate else 6, steps=STEPS))
                plain = ScalarFormatter(useOffset=False)
                plain.set_scientific(False)  # a factor would stand above the axis, where the title is
                panel.ax.yaxis.set_major_formatter(plain)
        panel.ax.set_ylim(low, high)


def _range(values, wide):
    """Scale and limits for values: rounded, so that they stay the same over many epochs."""
    low, high = np.clip([values.min(), values.max()], -1e300, 1e300)  # if it diverged, leave room beyond
    logarithmic = 1e-99 < low < high / wide  # what is smaller is 0 to the eye
    if logarithmic:
        low, high = np.log10(low), np.log10(high)
    room = 0.05 * (high - low) or 0.1 * abs(high) or 0.1
    low, high = low - room, high + room
    step = 10.0 ** np.floor(np.log10(high - low)) / 10
    step *= next(n for n in (1, 2, 5, 10) if n * step * 10 >= high - low)  # the whole is 5 to 10 steps
    low, high = step * np.floor(low / step), step * np.ceil(high / step)
    return ("log", 10.0**low, 10.0 ** min(high, 300.0)) if logarithmic else ("linear", low, high)


def _draw(artists):
    """Draw single artists over what is there."""
    for artist in artists:
        artist.axes.draw_artist(artist)


def _base(name):
    """A metric's name without regard to the part it is measured on."""
    return name.removeprefix(VALIDATION)


def _title(quantity, names):
    """What a panel shows, by name."""
    if quantity == [RATE]:
        return "learning rate"
    part = "" if set(quantity) & set(names) else "validation "
    return part + ", ".join(quantity)


def _ring():
    """The mark of the best epoch."""
    size = plt.rcParams["font.size"]
    look = {"markerfacecolor": "none", "markersize": 0.7 * size, "markeredgewidth": 0.17 * size}
    return {"linestyle": "", "marker": "o"} | look


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
