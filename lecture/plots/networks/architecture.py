"""Any Keras model, drawn layer by layer: maps as sheets, vectors as bars, sequences as rows, and what is special about each kind of layer."""

import re
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path

from lecture.architecture import shape_text
from lecture.checks import real
from lecture.plots.alt import describe
from lecture.plots.style import COLORS

_COLORS = {
    "input": "#777777",
    "dense": COLORS[0],
    "convolution": COLORS[1],
    "upsampling": COLORS[1],  # a convolution, the other way
    "pooling": COLORS[4],
    "recurrent": COLORS[2],
    "embedding": COLORS[5],
    "attention": COLORS[3],
}
_SYMBOLS = {
    "Add": "+",
    "Subtract": "−",
    "Multiply": "×",
    "Concatenate": "‖",
    "Average": "mean",
    "Maximum": "max",
    "Minimum": "min",
    "Dot": "·",
}
_INK = "0.25"
# All lengths are in em, the size of the letters, and so are the data units of the drawing.
_EDGE, _TALL, _LONG = 5.8, 8.5, 3.4  # at most: of the largest map, the longest vector, and the widest row of a sequence
_RIM, _PITCH, _GAP = 0.28, 2.0, 1.9  # between sheets, between the rows of a sequence, between layers
_LINE = 1.25  # between lines of text
_MARGIN = 6.0  # on the left, for what the lines of numbers are
_CONTINUES = 1.7  # length of the arrow where a line goes on below


def plot_architecture(architecture, *, ax=None, wrap=64):
    """Draw a model from left to right: what each layer gives out, and how it gets there.

    Feature maps are sheets, as many as there are channels (of more than eight, fewer are drawn; the number below is
    right) and as large as height × width. Vectors are bars, sequences are rows, one for each step. A convolution shows
    its window; a recurrent layer its cell with the loop, and the same cell again at each step; attention its queries,
    keys and values; a skip connection passes above. A layer of a kind that is not known is a box with its name.

    Parameters
    ----------
    architecture : lecture.architecture.Architecture
        From ``lecture.architecture.from_model``.
    ax : matplotlib.axes.Axes, optional
        The drawing fills it, in smaller letters if need be. As a default a figure is made that fits the model.
    wrap : float
        Width in em at which a model goes on in the next line, at the next place where a single arrow leads on.

    Returns
    -------
    matplotlib.axes.Axes
        Each layer's patches carry its name as their ``get_gid()``.

    Raises
    ------
    ValueError
        If ``wrap`` is no positive number.
    """
    real(wrap, "wrap", least=1)
    glyphs = _glyphs(architecture)
    lines = _arrange(architecture, glyphs, wrap)
    page = _Page.fit(ax, lines, f"{architecture.n_params:,} parameters in all")
    for glyph in glyphs:
        _draw_operator(page, glyph)
        _draw_form(page, glyph)
        _label(page, glyph)
    for before, here in architecture.connections:
        _connect(page, architecture, glyphs, before, here)
    for line in lines:
        _draw_heads(page, line)
    return describe(page.ax, architecture.describe())


# -- What each layer looks like ---------------------------------------------------------------------------------------


@dataclass
class _Glyph:
    """How one layer is drawn: what it does (the operator, may be missing), then what it gives out (the form, may be missing)."""

    layer: object
    title: list  # lines
    operator: str | None  # "cells", "attention", "box", "pill", "merge"
    form: str | None  # "sheets", "bar", "rows", "tokens"
    size: tuple  # width and height of the form: of one sheet, of the bar, of one row
    n: int = 1  # sheets
    steps: list = field(default_factory=list)  # numbers of the rows that are drawn, None for the dots
    is_code: bool = False
    x: float = 0.0  # its left end
    y: float = 0.0  # its middle
    column: tuple = (0.0, 0.0)  # left and right end of its column
    line: int = 0
    below: float = 0.0  # where its text begins
    title_lines: int = 0  # of the tallest title beside it
    arcs: dict = field(default_factory=dict)  # place where a connection above other layers ends: how high it passes

    @property
    def operator_width(self):
        widths = {
            "cells": 2.8,
            "attention": 2.5 + _BODY,
            "box": max(map(len, self.title)) * 0.58 + 1.4,
            "pill": 1.3,
            "merge": 1.8,
            None: 0,
        }
        return widths[self.operator]

    @property
    def form_width(self):
        return 0 if self.form is None else self.size[0] + (self.n - 1) * _RIM

    @property
    def width(self):
        return self.operator_width + self.form_width + 1.3 * (self.operator is not None and self.form is not None)

    @property
    def label_width(self):
        title = [] if self.operator in ("box", "pill") else self.title
        return 0.6 * max(map(len, [*title, *self.numbers]), default=0) + 0.3

    @property
    def numbers(self):
        """The shape and the number of parameters, as written below."""
        shape = "" if self.operator == "pill" else shape_text(self.layer.shape)
        count = f"{self.layer.n_params:,}" if self.layer.n_params else "" if self.operator in ("pill", "merge") else "0"
        return [
            shape,
            "shared"
            if self.layer.shares is not None and self.layer.n_params
            else ""
            if self.layer.kind == "input"
            else count,
        ]

    @property
    def form_x(self):
        """The left end of the form."""
        return self.x + self.width - self.form_width

    @property
    def form_height(self):
        if self.form in ("rows", "tokens"):
            return (len(self.steps) - 1) * _PITCH + self.size[1]
        return self.size[1] + (self.n - 1) * _RIM if self.form else 0

    @property
    def reach(self):
        """How far it goes up and down from its middle."""
        operators = {
            "cells": (len(self.steps) - 1) * _PITCH / 2 + 0.7,
            "attention": 3.4,
            "box": 0.7 * len(self.title) + 0.6,
            "merge": 0.9,
            None: 0.0,
        }
        operators["pill"] = max(map(len, self.title)) * 0.31 + 0.5
        down = max(operators[self.operator], self.form_height / 2)
        up = down + 1.3 * self.is_code
        if self.operator == "cells":
            up = max(up, operators["cells"] + 4.2)
        return up, down

    def row_y(self, i):
        return self.y + ((len(self.steps) - 1) / 2 - i) * _PITCH

    @property
    def color(self):
        return _COLORS.get(self.layer.kind, "0.4")


def _glyphs(architecture):
    """One glyph for each place."""
    shapes = [layer.shape for layer in architecture.layers]
    edge = _scale([n for layer in architecture.layers for n in _maps(layer)[:2] if n], _EDGE, _EDGE / 8)
    lengths = [shape[0] for shape in shapes if len(shape) == 1 and shape[0]]
    tall = _scale(lengths, min(_TALL, 2.5 + np.log2(max(lengths, default=1))), 0.9)
    long = _scale([shape[1] for shape in shapes if len(shape) == 2 and shape[1]], _LONG, 0.6)
    to_embedding = {before for layer in architecture.layers if layer.kind == "embedding" for before in layer.inputs}
    n_inputs = sum(layer.kind == "input" for layer in architecture.layers)
    glyphs = []
    for place, layer in enumerate(architecture.layers):
        operator = _operator(layer)
        title = layer.title if layer.kind != "input" else "Input" if n_inputs == 1 else layer.name
        glyph = _Glyph(layer, _split(title), operator, None, (0, 0), is_code=place == architecture.code)
        own_form = (
            operator is None
            or operator in ("cells", "attention")
            or layer.type == "Concatenate"
            or len(set(layer.input_shapes)) > 1
        )
        if operator == "cells":
            glyph.steps = _steps(layer.input_shapes[0][0])
        if not own_form or operator == "box":
            pass
        elif _maps(layer):
            height, width, n = _maps(layer)
            glyph.form, glyph.size, glyph.n = "sheets", (edge(width), edge(height)), _n_sheets(n)
        elif len(layer.shape) == 2:
            glyph.form, glyph.size, glyph.steps = "rows", (long(layer.shape[1]), 0.9), _steps(layer.shape[0])
        elif place in to_embedding and layer.shape:
            glyph.form, glyph.size, glyph.steps = "tokens", (1.1, 1.1), _steps(layer.shape[0])
        else:
            glyph.form, glyph.size = "bar", (0.9, tall(layer.shape[0] if layer.shape else 1))
        glyphs.append(glyph)
    return glyphs


def _operator(layer):
    """How what a layer does is drawn; None where its result and the lines that lead there say it."""
    if layer.kind == "recurrent":
        return "cells" if len(layer.input_shapes[0]) == 2 else "box"
    if layer.kind == "attention":
        return "attention" if len(layer.shape) == 2 else "box"
    return {"other": "box", "merge": "merge", "activation": "pill", "dropout": "pill", "normalization": "pill"}.get(
        layer.kind
    )


def _maps(layer):
    """Height, width and number of the maps that a layer gives out, of the last step where there are several; else ()."""
    return layer.maps or (layer.shape[-3:] if len(layer.shape) > 3 else ())


def _scale(numbers, largest, smallest):
    """A function from a length to em: in proportion, unless the smallest would be too small to see; then by a power."""
    numbers = numbers or [1]
    low, high = max(min(numbers), 1), max(numbers)
    power = min(1.0, np.log(largest / smallest) / np.log(high / low)) if high > low else 1.0
    return lambda n: 0.6 * largest if n is None else largest * (max(n, 1) / high) ** power


def _n_sheets(channels):
    """How many sheets are drawn: all up to eight, of more one for each half of a doubling."""
    return 8 if channels is None else channels if channels <= 8 else 8 + round(2 * np.log2(channels / 8))


def _steps(n):
    """The steps of a sequence that are drawn, None for the dots."""
    if n is None:
        return [1, 2, 3, None, "T"]
    return list(range(1, n + 1)) if n <= 6 else [1, 2, 3, None, n]


def _split(title):
    """A name in lines of about ten letters, broken before capitals and at blanks."""
    lines = [""]
    for word in re.findall(r"\s*(?:[A-Z]+(?![a-z])|[A-Z]?[^A-Z\s]+)", re.sub(r"(\d)D", r"\1đ", title)) or [title]:
        if lines[-1] and len(lines[-1]) + len(word) > 10:
            lines.append(word.strip())
        else:
            lines[-1] += word
    return [line.replace("đ", "D") for line in lines]


# -- Where it stands --------------------------------------------------------------------------------------------------


@dataclass
class _Line:
    """Layers that stand side by side: from left to right in columns, and branches below each other in lanes."""

    glyphs: list
    continued: bool  # whether an arrow leads in from the line above
    continues: bool
    width: float = 0.0
    heads: list = field(default_factory=list)  # for each lane, where its text begins and the lines of its titles
    bottom: float = 0.0


def _arrange(architecture, glyphs, wrap):
    """Give each glyph its place, and return the lines; y = 0 is the top of the first."""
    column, lane = _columns(architecture), _lanes(architecture)
    widths = {c: max(max(g.width, g.label_width) for g, at in zip(glyphs, column) if at == c) for c in set(column)}
    lines, y = [], 0.0
    for number_of_line, columns in enumerate(_break(architecture, column, widths, wrap)):
        members = [place for place in range(len(glyphs)) if column[place] in columns]
        line = _Line([glyphs[p] for p in members], continued=columns[0] > 0, continues=columns[-1] < max(column))
        x = _MARGIN + _CONTINUES * line.continued
        for c in columns:
            for place in members:
                if column[place] == c:
                    glyphs[place].x = x + (widths[c] - glyphs[place].width) / 2
                    glyphs[place].column, glyphs[place].line = (x, x + widths[c]), number_of_line
            x += widths[c] + _GAP
        line.width = x - _GAP + _CONTINUES * line.continues
        arcs = _arcs(architecture, members, column, lane)
        for number in sorted({lane[p] for p in members}):
            own = [p for p in members if lane[p] == number]
            up, down = (max(glyphs[p].reach[side] for p in own) for side in (0, 1))
            y -= up + 0.6 + 1.1 * max((height for (a, _), height in arcs.items() if lane[a] == number), default=0)
            for place in own:
                glyphs[place].y = y
            y -= down + 0.5
            titles = max((len(glyphs[p].title) for p in own if glyphs[p].operator not in ("box", "pill")), default=0)
            for place in own:
                glyphs[place].below, glyphs[place].title_lines = y, titles
            line.heads.append((y, titles))
            y -= _LINE * (titles + 2)
        y -= 1.0
        line.bottom = y
        lines.append(line)
        for (a, b), height in arcs.items():
            glyphs[a].arcs[b] = height
    return lines


def _columns(architecture):
    """The column of each place: its depth; an input stands just before what takes it."""
    depth = list(architecture.depths())
    for place, layer in enumerate(architecture.layers):
        if not layer.inputs:
            depth[place] = (
                min((depth[here] for before, here in architecture.connections if before == place), default=1) - 1
            )
    return depth


def _lanes(architecture):
    """The lane of each place: that of the first layer that it continues, else the first one that is free."""
    column = _columns(architecture)
    last, taken, lane = (
        {},
        {},
        [0] * len(architecture.layers),
    )  # last place in a lane; the column up to which it is taken
    still = [0] * len(
        column
    )  # connections on the longest way to an output: of several branches the longest goes on straight
    for before, here in sorted(architecture.connections, key=lambda pair: -pair[1]):
        still[before] = max(still[before], 1 + still[here])
    for place in sorted(range(len(column)), key=lambda p: (column[p], -still[p], p)):
        until = max(
            (column[here] for before, here in architecture.connections if before == place), default=column[place]
        )
        ways = sorted({lane[before] for before in architecture.layers[place].inputs if last[lane[before]] == before})
        start = min((column[before] for before in architecture.layers[place].inputs), default=column[place])
        number = (
            ways[0]
            if ways
            else next(
                n
                for n in range(len(taken) + 1)
                if taken.get(n, -1) <= start and (n not in last or column[last[n]] < start)
            )
        )
        lane[place], last[number], taken[number] = number, place, until
    return lane


def _break(architecture, column, widths, wrap):
    """The columns of each line: a line ends where one arrow alone leads on; as few lines as ``wrap`` allows, of about the same width."""
    last, pieces = max(column), [[]]
    for c in range(last + 1):
        pieces[-1].append(c)
        crossing = [(a, b) for a, b in architecture.connections if column[a] <= c < column[b]]
        if c < last and len(crossing) == 1 and column[crossing[0][1]] == c + 1:
            pieces.append([])
    width = [sum(widths[c] + _GAP for c in piece) for piece in pieces]
    n_lines = len(_fill(pieces, width, wrap - _MARGIN))
    narrower = (
        at
        for at in np.linspace(max(width), max(wrap - _MARGIN, *width), 30)
        if len(_fill(pieces, width, at)) == n_lines
    )
    return _fill(pieces, width, next(narrower, wrap - _MARGIN))


def _fill(pieces, widths, limit):
    """Put pieces into lines, as many into each as it holds."""
    lines, used = [[]], 0.0
    for piece, width in zip(pieces, widths):
        if lines[-1] and used + width > limit:
            lines.append([])
            used = 0.0
        lines[-1] = lines[-1] + piece
        used += width
    return lines


def _arcs(architecture, members, column, lane):
    """The connections that have to pass above other layers of their lane, and how high: those inside another one lower."""
    arcs = {}
    among = [(a, b) for a, b in architecture.connections if a in members and b in members and column[b] - column[a] > 1]
    for a, b in sorted(among, key=lambda pair: column[pair[1]] - column[pair[0]]):
        if any(lane[p] == lane[a] and column[a] < column[p] < column[b] for p in members):
            crossed = [height for (c, d), height in arcs.items() if column[c] < column[b] and column[a] < column[d]]
            arcs[a, b] = 1 + max(crossed, default=0)
    return arcs


@dataclass(frozen=True)
class _Page:
    """The axes, and the size of letters in points."""

    ax: object
    em: float

    @classmethod
    def fit(cls, ax, lines, total):
        """Make a figure that fits the drawing, or fit it into ``ax``."""
        em = plt.rcParams["font.size"] * 0.9
        width = max([line.width for line in lines] + [0.55 * len(total) + _MARGIN]) + 0.6
        height = _LINE * 1.2 - lines[-1].bottom
        if ax is None:
            inches = np.array([width, height]) * em / 72 + 0.09  # with the margin of the constrained layout
            _, ax = plt.subplots(figsize=tuple(inches), layout="constrained")
            box = np.array([width, height])
        else:
            ax.axis("off")
            figure = ax.get_figure(root=True)
            if engine := figure.get_layout_engine():
                engine.execute(figure)  # now, because the letters' size follows from that of the axes
            points = ax.get_window_extent().size / figure.dpi * 72
            em = min(em * 1.3, *(points / (width, height)))
            box = points / em
        centre = np.array([width, -height]) / 2
        ax.set(xlim=centre[0] + np.array([-0.5, 0.5]) * box[0], ylim=centre[1] + np.array([-0.5, 0.5]) * box[1])
        ax.set_aspect("equal")
        ax.axis("off")
        page = cls(ax, em)
        page.text(_MARGIN, -height + 0.4, total, va="bottom", weight="bold")
        return page

    def text(self, x, y, words, size=0.9, **style):
        """Write; ``size`` is in em."""
        return self.ax.text(x, y, words, fontsize=size * self.em, **({"color": _INK, "in_layout": False} | style))

    def patch(self, patch, glyph=None):
        """Draw a patch, as part of a layer."""
        patch.set_in_layout(False)
        patch.set_gid(None if glyph is None else glyph.layer.name)
        return self.ax.add_patch(patch)

    def rectangle(self, glyph, x, y, width, height, *, face=None, zorder=2.0):
        """A rectangle in the colour of a layer, by its left and lower end."""
        color = glyph.color
        return self.patch(
            Rectangle(
                (x, y),
                width,
                height,
                facecolor=_tint(color) if face is None else face,
                edgecolor=color,
                linewidth=0.08 * self.em,
                zorder=zorder,
            ),
            glyph,
        )

    def box(self, glyph, x, y, width, height, *, face=None, zorder=2.0):
        """The same with round corners."""
        style = {
            "boxstyle": "round,pad=0,rounding_size=0.3",
            "linewidth": 0.1 * self.em,
            "edgecolor": glyph.color,
            "zorder": zorder,
        }
        return self.patch(
            FancyBboxPatch((x, y), width, height, facecolor=_tint(glyph.color) if face is None else face, **style),
            glyph,
        )

    def arrow(self, start, end, *, style="-|>", color=_INK, width=0.11, **more):
        """A straight arrow, or a bent one by ``connectionstyle``."""
        kept = {"shrinkA": 0, "shrinkB": 0, "mutation_scale": 0.75 * self.em, "zorder": 1.5} | more
        return self.patch(FancyArrowPatch(start, end, arrowstyle=style, color=color, linewidth=width * self.em, **kept))

    def lines(self, segments, *, color=_INK, width=0.06, **more):
        """Thin lines."""
        for start, end in segments:
            self.ax.plot(
                *zip(start, end), color=color, linewidth=width * self.em, in_layout=False, **({"zorder": 1.4} | more)
            )


def _tint(color):
    return tuple(0.72 + 0.28 * part for part in to_rgb(color))


# -- How it is drawn --------------------------------------------------------------------------------------------------


def _draw_form(page, glyph):
    """What a layer gives out."""
    x, y, (width, height) = glyph.form_x, glyph.y, glyph.size
    if glyph.form == "sheets":
        for i in reversed(range(glyph.n)):
            page.rectangle(glyph, x + i * _RIM, y - glyph.form_height / 2 + i * _RIM, width, height, zorder=3 - i / 100)
    elif glyph.form == "bar":
        page.rectangle(glyph, x, y - height / 2, width, height, zorder=3)
        n = glyph.layer.shape[0] if glyph.layer.shape else 1
        if n and n <= 16:
            page.lines(
                [
                    ((x, y - height / 2 + k * height / n), (x + width, y - height / 2 + k * height / n))
                    for k in range(1, n)
                ],
                color=glyph.color,
                zorder=3.1,
            )
    elif glyph.form in ("rows", "tokens"):
        for i, step in enumerate(glyph.steps):
            if step is None:
                page.text(x + width / 2, glyph.row_y(i), "⋮", 1.2, ha="center", va="center")
            else:
                page.rectangle(glyph, x, glyph.row_y(i) - height / 2, width, height, zorder=3)
                if glyph.layer.kind == "input":
                    page.text(x - 0.3, glyph.row_y(i), str(step), 0.7, ha="right", va="center")
    if glyph.is_code:
        page.text(
            x + glyph.form_width / 2,
            y + glyph.form_height / 2 + 0.35,
            "code",
            0.95,
            ha="center",
            va="bottom",
            weight="bold",
            color="black",
        )


def _draw_operator(page, glyph):
    """What a layer does, where that is drawn."""
    if glyph.operator == "cells":
        _draw_cells(page, glyph)
    elif glyph.operator == "attention":
        _draw_attention(page, glyph)
    elif glyph.operator == "merge":
        radius = glyph.operator_width / 2
        page.patch(
            Circle(
                (glyph.x + radius, glyph.y),
                radius,
                facecolor="white",
                edgecolor=_INK,
                linewidth=0.12 * page.em,
                zorder=3,
            ),
            glyph,
        )
        symbol = _SYMBOLS.get(glyph.layer.type, "?")
        page.text(
            glyph.x + radius,
            glyph.y,
            symbol,
            1.3 if len(symbol) == 1 else 0.6,
            ha="center",
            va="center",
            zorder=4,
            color="black",
        )
    elif glyph.operator in ("box", "pill"):
        up = glyph.reach[1]
        page.box(
            glyph,
            glyph.x,
            glyph.y - up,
            glyph.operator_width,
            2 * up,
            face=_tint(glyph.color) if glyph.operator == "box" else "white",
        )
        upright = {"rotation": 90, "linespacing": 0.9} if glyph.operator == "pill" else {}
        page.text(
            glyph.x + glyph.operator_width / 2,
            glyph.y,
            (" " if upright else "\n").join(glyph.title),
            0.8 if upright else 0.95,
            ha="center",
            va="center",
            zorder=4,
            color="black",
            **upright,
        )


def _draw_cells(page, glyph):
    """A recurrent layer: its cell with the loop, and below the same cell at each step."""
    width, height, x = 2.8, 1.2, glyph.x
    kind = glyph.layer.type.split()[-1].replace("SimpleRNN", "RNN")
    style = "<|-|>" if glyph.layer.type.startswith("Bidirectional") else "-|>"
    top = glyph.row_y(0) + 3.0

    def cell(y):
        page.box(glyph, x, y - height / 2, width, height, zorder=3)
        page.text(
            x + width / 2, y, kind, 0.7 if len(kind) <= 4 else 0.5, ha="center", va="center", zorder=4, color="black"
        )

    cell(top)
    out, over, r = x + width + 0.8, top + height / 2 + 0.9, 0.4
    way = [
        (x + width, top),
        (out - r, top),
        (out, top),
        (out, top + r),
        (out, over - r),
        (out, over),
        (out - r, over),
        (x + width / 2 + r, over),
        (x + width / 2, over),
        (x + width / 2, over - r),
    ]
    codes = [Path.MOVETO, Path.LINETO, *[Path.CURVE3, Path.CURVE3, Path.LINETO] * 2, Path.CURVE3, Path.CURVE3]
    page.patch(PathPatch(Path(way, codes), fill=False, edgecolor=glyph.color, linewidth=0.15 * page.em, zorder=1.5))
    page.arrow(way[-1], (x + width / 2, top + height / 2), color=glyph.color, width=0.15)
    page.text(x + width / 2, top - 1.35, "=", 1.1, ha="center", va="center", rotation=90, color="black")
    for i, step in enumerate(glyph.steps):
        y = glyph.row_y(i)
        if step is None:
            page.text(x + width / 2, y, "⋮", 1.2, ha="center", va="center")
        else:
            cell(y)
        if i:
            page.arrow(
                (x + width / 2, y + _PITCH - height / 2),
                (x + width / 2, y + height / 2),
                style=style,
                color=glyph.color,
                width=0.15,
            )
    if glyph.form == "rows":
        page_rows = [glyph.row_y(i) for i, step in enumerate(glyph.steps) if step is not None]
        for y in page_rows:
            page.arrow((x + width, y), (glyph.form_x, y))
    else:
        page.arrow((x + width, glyph.row_y(len(glyph.steps) - 1)), (glyph.form_x, glyph.y - 0.25 * glyph.form_height))


def _draw_attention(page, glyph):
    """Queries and keys are compared, and the values are averaged by what comes out."""
    x, y, left = glyph.x, glyph.y, glyph.x + 2.5
    heads = min(max(glyph.layer.heads, 1), 6)
    wide = _BODY - 0.18 * (heads - 1)
    for i in reversed(range(heads)):
        page.box(glyph, left + 0.18 * i, y - 2.7 + 0.18 * i, wide, 5.2, zorder=2.5 - i / 100)
    middle = {"ha": "center", "va": "center", "zorder": 4, "color": "black"}
    page.text(left + wide / 2, y + 1.05, r"softmax$\left(\frac{QK^\top}{\sqrt{d}}\right)$", 0.85, **middle)
    page.text(left + wide / 2, y - 0.55, r"$\cdot\ V$", 0.95, **middle)
    if glyph.layer.heads:
        page.text(left + wide / 2, y - 1.9, f"{glyph.layer.heads} head{'s' * (glyph.layer.heads > 1)}", 0.75, **middle)
    for letter, dy in _PORTS.items():
        page.box(glyph, x, y + dy - 0.75, 1.5, 1.5, face="white", zorder=3)
        page.text(x + 0.75, y + dy, f"${letter}$", 0.9, **middle)
        page.arrow((x + 1.5, y + dy), (left, y + dy))
    for i, step in enumerate(glyph.steps):
        if step is not None and abs(glyph.row_y(i) - y) < 2.6:
            page.lines([((left + wide, glyph.row_y(i)), (glyph.form_x, glyph.row_y(i)))], width=0.11)
        elif step is not None:
            page.lines(
                [((left + wide, y + np.sign(glyph.row_y(i) - y) * 2.3), (glyph.form_x, glyph.row_y(i)))], width=0.11
            )


_BODY = 6.6  # width of the box in which they meet
_PORTS = {"Q": 2.0, "K": 0.0, "V": -2.0}  # where queries, keys and values go in


def _label(page, glyph):
    """Below each layer: what it is, the shape of what it gives out, its number of parameters."""
    x, y = glyph.x + glyph.width / 2, glyph.below
    top = {"ha": "center", "va": "top"}
    if glyph.operator not in ("box", "pill"):
        for i, words in enumerate(glyph.title):
            page.text(
                x,
                y - (i + glyph.title_lines - len(glyph.title)) * _LINE,
                words,
                weight="bold",
                **(top | {"color": "black"}),
            )
    for i, words in enumerate(glyph.numbers):
        page.text(x, y - (glyph.title_lines + i) * _LINE, words, **top)


def _draw_heads(page, line):
    """What the lines of numbers are, at the left; and the arrows where the drawing goes on in the next line."""
    for y, titles in line.heads:
        for i, words in enumerate(("output", "parameters")):
            page.text(_MARGIN - 0.7, y - (titles + i) * _LINE, words, 0.85, ha="right", va="top", color="0.45")
    first, last = min(line.glyphs, key=lambda g: g.x), max(line.glyphs, key=lambda g: g.x)
    if line.continued:
        page.arrow((first.x - _CONTINUES, first.y), (first.x, first.y), linestyle=(0, (2, 1.5)))
    if line.continues:
        page.arrow((last.x + last.width, last.y), (last.x + last.width + _CONTINUES, last.y), linestyle=(0, (2, 1.5)))


def _connect(page, architecture, glyphs, before, here):
    """Lead from one layer to another, in the way that says how its numbers come about."""
    a, b = glyphs[before], glyphs[here]
    if a.line != b.line:
        return  # the arrows at the ends of the lines say it
    if here in a.arcs:
        _draw_arc(page, glyphs, a, b, a.arcs[here])
    elif b.operator == "attention":
        roles = [role for place, role in zip(b.layer.inputs, b.layer.roles) if place == before] or [
            "query",
            "key",
            "value",
        ]
        for letter, name in (("Q", "query"), ("K", "key"), ("V", "value")):
            if any(name in role for role in roles):
                page.arrow(_bend(page, a, b), (b.x, b.y + _PORTS[letter]))
    elif a.y != b.y:
        page.arrow(_bend(page, a, b), (b.x, b.y))
    elif a.form == "sheets" and b.form == "sheets" and b.layer.window and b.operator is None:
        _draw_window(page, a, b)
    elif a.steps and b.steps and len(a.steps) == len(b.steps) and a.form in ("rows", "tokens"):
        for i, step in enumerate(a.steps):
            if step is not None:
                page.arrow((a.x + a.width, a.row_y(i)), (b.x, b.row_y(i)))
    elif (
        a.form in ("bar", "rows")
        and b.form == "bar"
        and b.operator is None
        and b.layer.kind in ("dense", "pooling", "reshape")
    ):
        ends = [a.row_y(i) for i, step in enumerate(a.steps) if step is not None] if a.form == "rows" else _spread(a)
        page.lines([((a.x + a.width, s), (b.x, e)) for s in ends for e in _spread(b)], color="0.45", width=0.04)
    elif "sheets" in (a.form, b.form) and "bar" in (a.form, b.form) and b.operator is None:
        low, high, low_end = a.y - a.form_height / 2, a.y + a.form_height / 2, b.y - b.form_height / 2
        high_end = low_end + b.size[1]  # of the sheet in front
        start = a.x + a.width if a.form == "bar" else a.form_x + a.size[0]
        page.lines(
            [((a.x + a.width, high), (b.x, high_end)), ((start, low), (b.x, low_end))],
            color="0.45",
            width=0.07,
            linestyle=(0, (3, 2)),
        )
    else:
        page.arrow((a.x + a.width, a.y), (b.x, b.y))


def _bend(page, a, b):
    """Lead to the height of another lane, through the gap after a layer where the way branches off, before a layer where it joins; return where that ends."""
    end = (a.x + a.width, a.y)
    if a.y == b.y:
        return end
    at = a.column[1] + 0.5 * _GAP if b.y < a.y else b.column[0] - 0.5 * _GAP
    page.lines([(end, (at, a.y)), ((at, a.y), (at, b.y))], width=0.11, solid_capstyle="round")
    return at, b.y


def _spread(glyph, most=6):
    """Up to six heights along a bar."""
    n = min(most, glyph.layer.shape[0] or most) if glyph.layer.shape else 1
    return glyph.y + (np.arange(n) + 0.5 - n / 2) * glyph.form_height / n


def _draw_window(page, a, b):
    """The window of a convolution or pooling, on the sheet that it reads, and the number that comes out; the other way where it makes maps larger."""
    window = b.layer.window
    small, large = (a, b) if b.layer.kind == "upsampling" else (b, a)
    height, width, _ = _maps(large.layer)
    if len(window) == 1:
        window = (*window, 1)
    box = np.array(
        [large.size[0] * min(window[-1] / (width or 28), 1), large.size[1] * min(window[-2] / (height or 28), 1)]
    )
    box = np.clip(box, 0.3, large.size)
    corner = np.array([large.form_x, large.y - large.form_height / 2]) + 0.62 * (np.array(large.size) - box)
    dot = np.clip(np.array(small.size) * 0.08, 0.18, 0.4)
    point = np.array([small.form_x, small.y - small.form_height / 2]) + 0.62 * (np.array(small.size) - dot)
    near, far = ((*corner, box[0], 0), corner + box) if large is a else (corner, (*corner, 0, box[1]))
    tip = point + ((0, dot[1] / 2) if large is a else (dot[0], dot[1] / 2))
    page.patch(
        Rectangle(
            tuple(corner),
            *box,
            facecolor=(*to_rgb(b.color), 0.35),
            edgecolor=b.color,
            linewidth=0.12 * page.em,
            zorder=3.5,
        )
    )
    page.patch(
        Rectangle(tuple(point), *dot, facecolor=b.color, edgecolor=b.color, linewidth=0.05 * page.em, zorder=3.5)
    )
    page.lines([(near, tip), (far, tip)], color=b.color, width=0.08, zorder=3.4)


def _draw_arc(page, glyphs, a, b, height):
    """A connection that passes above: up, across, and down into the layer where it ends."""
    between = [g for g in glyphs if g.y == a.y and a.x <= g.x <= b.x]
    top = max(g.y + g.reach[0] for g in between) + 0.2 + 1.1 * (height - 1) + 0.5
    start = (
        a.form_x + a.form_width / 2 if a.form else a.x + a.width / 2,
        a.y + (a.form_height / 2 if a.form else a.reach[1]),
    )
    end = (
        b.x + b.operator_width / 2 if b.operator == "merge" else b.x + b.width / 2,
        b.y + (b.operator_width / 2 if b.operator == "merge" else b.reach[0]),
    )
    r = 0.5
    corners = [
        start,
        (start[0], top - r),
        (start[0], top),
        (start[0] + r, top),
        (end[0] - r, top),
        (end[0], top),
        (end[0], top - r),
        end,
    ]
    codes = [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO]
    page.patch(
        PathPatch(Path(corners[:-1], codes[:-1]), fill=False, edgecolor=_INK, linewidth=0.13 * page.em, zorder=1.5)
    )
    page.arrow(corners[-2], end, width=0.13)
