"""What each layer of a model looks like, before it has a place: what it does, and what it gives out, in em."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from lecture.architecture import Architecture, Layer, shape_text
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
RIM, PITCH = 0.28, 2.0  # between sheets, and between the rows of a sequence
CELL = (3.2, 1.4)  # width and height of a recurrent cell
BODY = 7.4  # width of the box in which queries, keys and values meet
PORT = 2.5  # from their ports to the box
# The most that a side of the largest map, the longest vector and the widest row of a sequence may take.
_EDGE, _TALL, _LONG = 5.8, 8.5, 3.4
_TITLED = ("box", "pill")  # operators with their title inside
_PILLS = {"activation": "pill", "dropout": "pill", "normalization": "pill"}
_OPERATORS = {"other": "box", "merge": "merge"} | _PILLS


@dataclass
class Glyph:
    """How one layer is drawn: the operator, what it does, then the form, what it gives out; either may be missing."""

    layer: Layer
    title: list[str]  # in lines
    operator: str | None  # "cells", "attention", "box", "pill", "merge"
    form: str | None = None  # "sheets", "bar", "rows", "tokens"
    size: tuple[float, float] = (0, 0)  # width and height of one sheet, of the bar, of one row
    n: int = 1  # sheets
    steps: list = field(default_factory=list)  # numbers of the rows that are drawn, None for the dots
    is_code: bool = False
    x: float = 0.0  # its left end
    y: float = 0.0  # its middle
    column: tuple[float, float] = (0.0, 0.0)  # left and right end of its column
    line: int = 0
    below: float = 0.0  # where its text begins
    title_lines: int = 0  # of the tallest title beside it
    arcs: dict[int, int] = field(default_factory=dict)  # place where a connection above others ends: how high it passes

    @property
    def color(self) -> str:
        """The colour of its kind."""
        return _COLORS.get(self.layer.kind, "0.4")

    @property
    def has_title_below(self) -> bool:
        """Whether its title stands below it, not inside."""
        return self.operator not in _TITLED

    @property
    def numbers(self) -> list[str]:
        """The shape and the number of parameters, as they are written below."""
        return ["" if self.operator == "pill" else shape_text(self.layer.shape), self._count()]

    def _count(self):
        """The number of parameters in words; empty where a layer cannot have any."""
        if self.layer.shares is not None and self.layer.n_params:
            return "shared"
        has_none = self.operator in ("pill", "merge") and not self.layer.n_params
        return "" if self.layer.kind == "input" or has_none else f"{self.layer.n_params:,}"

    @property
    def operator_width(self) -> float:
        """The width of what it does."""
        if self.operator == "box":
            return max(map(len, self.title)) * 0.62 + 1.4
        return {"cells": CELL[0], "attention": PORT + BODY, "pill": 1.5, "merge": 1.8, None: 0}[self.operator]

    @property
    def form_width(self) -> float:
        """The width of what it gives out."""
        return 0 if self.form is None else self.size[0] + (self.n - 1) * RIM

    @property
    def form_height(self) -> float:
        """The height of what it gives out."""
        if self.form in ("rows", "tokens"):
            return (len(self.steps) - 1) * PITCH + self.size[1]
        return self.size[1] + (self.n - 1) * RIM if self.form else 0

    @property
    def form_x(self) -> float:
        """The left end of what it gives out."""
        return self.x + self.width - self.form_width

    @property
    def width(self) -> float:
        """Its whole width, without what is written below."""
        both = self.operator is not None and self.form is not None
        return self.operator_width + self.form_width + 1.3 * both

    @property
    def label_width(self) -> float:
        """The width of what is written below, about."""
        title = self.title if self.has_title_below else []
        return 0.64 * max(map(len, [*title, *self.numbers]), default=0) + 0.3

    @property
    def reach(self) -> tuple[float, float]:
        """How far it goes up and down from its middle."""
        down = max(self._operator_reach(), self.form_height / 2)
        up = down + 1.3 * self.is_code
        if self.operator == "cells":
            up = max(up, self._operator_reach() + 4.2)  # the cell with the loop, above the others
        return up, down

    def _operator_reach(self):
        """Half the height of what it does."""
        if self.operator == "cells":
            return (len(self.steps) - 1) * PITCH / 2 + 0.7
        if self.operator == "box":
            return 0.7 * len(self.title) + 0.6
        if self.operator == "pill":
            return max(map(len, self.title)) * 0.36 + 0.5
        return {"attention": 3.4, "merge": 0.9, None: 0.0}[self.operator]

    @property
    def right(self) -> tuple[float, float]:
        """The point at which an arrow leaves it."""
        return self.x + self.width, self.y

    @property
    def left(self) -> tuple[float, float]:
        """The point at which an arrow meets it."""
        return self.x, self.y

    def row_y(self, i: int) -> float:
        """Return the middle of row ``i``."""
        return self.y + ((len(self.steps) - 1) / 2 - i) * PITCH

    def rows(self) -> list[float]:
        """Return the middles of the rows that are drawn, without the dots."""
        return [self.row_y(i) for i, step in enumerate(self.steps) if step is not None]


def glyphs_of(architecture: Architecture) -> list[Glyph]:
    """Return one glyph for each place of a model, on one scale for all maps, one for all vectors, one for all rows."""
    scales = _Scales.of([layer.shape for layer in architecture.layers], map(maps_of, architecture.layers))
    words = {before for layer in architecture.layers if layer.kind == "embedding" for before in layer.inputs}
    n_inputs = sum(layer.kind == "input" for layer in architecture.layers)
    glyphs = []
    for place, layer in enumerate(architecture.layers):
        named = layer.kind == "input"
        title = ("Input" if n_inputs == 1 else layer.name) if named else layer.title
        glyph = Glyph(layer, _lines(title), _operator(layer), is_code=place == architecture.code)
        if glyph.operator == "cells":
            glyph.steps = _steps(layer.input_shapes[0][0])
        if _has_form(glyph):
            _give_form(glyph, scales, is_words=place in words and bool(layer.shape))
        glyphs.append(glyph)
    return glyphs


def maps_of(layer: Layer) -> tuple:
    """Return height, width and number of the maps that a layer gives out, of the last step where there are several.

    Empty for a layer that gives out no maps.
    """
    return layer.maps or (layer.shape[-3:] if len(layer.shape) > 3 else ())


@dataclass(frozen=True)
class _Scales:
    """Functions from a number to a length in em."""

    edge: Callable  # of a map, by its pixels
    tall: Callable  # of a vector, by its numbers
    long: Callable  # of a row, by its numbers

    @classmethod
    def of(cls, shapes, maps):
        lengths = [shape[0] for shape in shapes if len(shape) == 1 and shape[0]]
        tallest = min(_TALL, 2.5 + np.log2(max(lengths, default=1)))  # a short vector alone is no tall bar
        return cls(
            edge=_scale([n for sides in maps for n in sides[:2] if n], _EDGE, _EDGE / 8),
            tall=_scale(lengths, tallest, 0.9),
            long=_scale([shape[1] for shape in shapes if len(shape) == 2 and shape[1]], _LONG, 0.6),
        )


def _scale(numbers: Sequence[int], largest, smallest):
    """A function from a length to em: in proportion, unless the smallest would be too small to see; then by a power."""
    numbers = numbers or [1]
    low, high = max(min(numbers), 1), max(numbers)
    power = min(1.0, np.log(largest / smallest) / np.log(high / low)) if high > low else 1.0
    return lambda n: 0.6 * largest if n is None else largest * (max(n, 1) / high) ** power


def _operator(layer):
    """How what a layer does is drawn; None where its result and the lines that lead there say it."""
    if layer.kind == "recurrent":
        return "cells" if len(layer.input_shapes[0]) == 2 else "box"
    if layer.kind == "attention":
        return "attention" if len(layer.shape) == 2 else "box"
    return _OPERATORS.get(layer.kind)


def _has_form(glyph):
    """Whether what a layer gives out is drawn: it may look as what came in, or stand in a box."""
    layer = glyph.layer
    is_new = layer.type == "Concatenate" or len(set(layer.input_shapes)) > 1
    return glyph.operator in (None, "cells", "attention") or (glyph.operator != "box" and is_new)


def _give_form(glyph, scales, is_words):
    """Give a glyph the form of what its layer gives out; ``is_words`` where an embedding takes it."""
    shape, maps = glyph.layer.shape, maps_of(glyph.layer)
    if maps:
        height, width, n = maps
        glyph.form, glyph.size, glyph.n = "sheets", (scales.edge(width), scales.edge(height)), _n_sheets(n)
    elif len(shape) == 2:
        glyph.form, glyph.size, glyph.steps = "rows", (scales.long(shape[1]), 0.9), _steps(shape[0])
    elif is_words:
        glyph.form, glyph.size, glyph.steps = "tokens", (1.1, 1.1), _steps(shape[0])
    else:
        glyph.form, glyph.size = "bar", (0.9, scales.tall(shape[0] if shape else 1))


def _n_sheets(channels):
    """How many sheets are drawn: all up to eight, of more one for each half of a doubling."""
    if channels is None:
        return 8
    return channels if channels <= 8 else 8 + round(2 * np.log2(channels / 8))


def _steps(n):
    """The steps of a sequence that are drawn, None for the dots."""
    if n is None:
        return [1, 2, 3, None, "T"]
    return list(range(1, n + 1)) if n <= 6 else [1, 2, 3, None, n]


def _lines(title):
    """A name in lines of about ten letters, broken before capitals and at blanks."""
    lines = [""]
    title_ = re.sub(r"(\d)D", r"\1đ", title)  # so that no line begins with the D of "2D"
    for word in re.findall(r"\s*(?:[A-Z]+(?![a-z])|[A-Z]?[^A-Z\s]+)", title_) or [title]:
        if lines[-1] and len(lines[-1]) + len(word) > 10:
            lines.append(word.strip())
        else:
            lines[-1] += word
    return [line.replace("đ", "D") for line in lines]
