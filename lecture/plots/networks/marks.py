"""The marks of one layer: its operator, its form, and what is written below it."""

from matplotlib.patches import Circle

from lecture.plots.networks.glyphs import BODY, CELL, PITCH, PORT, RIM, Glyph
from lecture.plots.networks.placement import LINE
from lecture.plots.networks.sheet import INK, Sheet, tint

PORTS = {"Q": 2.0, "K": 0.0, "V": -2.0}  # how high queries, keys and values go in
_SIGNS = {
    "Add": "+",
    "Subtract": "−",
    "Multiply": "×",
    "Concatenate": "‖",
    "Average": "mean",
    "Maximum": "max",
    "Minimum": "min",
    "Dot": "·",
}
_MOST_UNITS = 16  # of a bar with a line between each two
_MOST_HEADS = 6  # of an attention, one behind the other
_BEHIND = 0.18  # from one of them to the next
_PORT = 1.5  # side of a port


def draw_layer(sheet: Sheet, glyph: Glyph) -> None:
    """Draw a layer: what it does, what it gives out, and its numbers."""
    if glyph.operator is not None:
        _OPERATORS[glyph.operator](sheet, glyph)
    if glyph.form is not None:
        _FORMS[glyph.form](sheet, glyph)
    if glyph.is_code:
        _mark_code(sheet, glyph)
    _write_below(sheet, glyph)


def _mark_code(sheet, glyph):
    """Name the code of an autoencoder, above it."""
    x, y = glyph.form_x + glyph.form_width / 2, glyph.y + glyph.form_height / 2 + 0.35
    sheet.text(x, y, "code", 0.95, ha="center", va="bottom", weight="bold", color="black")


def _write_below(sheet, glyph):
    """What a layer is, the shape of what it gives out, and its number of parameters."""
    x, style = glyph.x + glyph.width / 2, {"ha": "center", "va": "top"}
    if glyph.has_title_below:
        first = glyph.title_lines - len(glyph.title)
        for i, words in enumerate(glyph.title, start=first):
            sheet.text(x, glyph.below - i * LINE, words, weight="bold", color="black", **style)
    for i, words in enumerate(glyph.numbers, start=glyph.title_lines):
        sheet.text(x, glyph.below - i * LINE, words, **style)


# -- What a layer gives out -------------------------------------------------------------------------------------------


def _draw_sheets(sheet, glyph):
    """Feature maps, the first in front."""
    x, y = glyph.form_x, glyph.y - glyph.form_height / 2
    for i in reversed(range(glyph.n)):
        sheet.rectangle(glyph, (x + i * RIM, y + i * RIM), glyph.size, zorder=3 - i / 100)


def _draw_bar(sheet, glyph):
    """A vector, with lines between its numbers where they are few."""
    (width, height), x, bottom = glyph.size, glyph.form_x, glyph.y - glyph.size[1] / 2
    sheet.rectangle(glyph, (x, bottom), glyph.size, zorder=3)
    n = glyph.layer.shape[0] if glyph.layer.shape else 1
    if n and n <= _MOST_UNITS:
        heights = [bottom + k * height / n for k in range(1, n)]
        sheet.lines([((x, at), (x + width, at)) for at in heights], color=glyph.color, zorder=3.1)


def _draw_rows(sheet, glyph):
    """A sequence, a row for each step; the steps of an input are numbered."""
    x, (width, height) = glyph.form_x, glyph.size
    for i, step in enumerate(glyph.steps):
        y = glyph.row_y(i)
        if step is None:
            sheet.dots(x + width / 2, y)
            continue
        sheet.rectangle(glyph, (x, y - height / 2), glyph.size, zorder=3)
        if glyph.layer.kind == "input":
            sheet.text(x - 0.3, y, str(step), 0.95, ha="right", va="center")


_FORMS = {"sheets": _draw_sheets, "bar": _draw_bar, "rows": _draw_rows, "tokens": _draw_rows}


# -- What a layer does ------------------------------------------------------------------------------------------------


def _draw_merge(sheet, glyph):
    """A circle with the sign of what becomes of several inputs."""
    radius = glyph.operator_width / 2
    centre, style = (glyph.x + radius, glyph.y), {"facecolor": "white", "edgecolor": INK, "zorder": 3}
    sheet.patch(Circle(centre, radius, linewidth=0.12 * sheet.letter, **style), glyph)
    sign = _SIGNS.get(glyph.layer.type, "?")
    sheet.centred(*centre, sign, 1.3 if len(sign) == 1 else 0.95)


def _draw_box(sheet, glyph):
    """A layer of a kind that is not known, by its name."""
    _draw_frame(sheet, glyph, tint(glyph.color))
    sheet.centred(glyph.x + glyph.operator_width / 2, glyph.y, "\n".join(glyph.title), 0.95)


def _draw_pill(sheet, glyph):
    """What changes each number by itself, by its name, upright."""
    _draw_frame(sheet, glyph, "white")
    x, style = glyph.x + glyph.operator_width / 2, {"rotation": 90, "linespacing": 0.9}
    sheet.centred(x, glyph.y, " ".join(glyph.title), 0.95, **style)


def _draw_frame(sheet, glyph, face):
    """The box around a name."""
    down = glyph.reach[1]
    sheet.box(glyph, (glyph.x, glyph.y - down), (glyph.operator_width, 2 * down), face=face)


def _draw_cells(sheet, glyph):
    """A recurrent layer: its cell with the loop, and below the same cell at each step."""
    (width, height), middle = CELL, glyph.x + CELL[0] / 2
    style = {"color": glyph.color, "width": 0.15}
    top = glyph.row_y(0) + 3.0
    _draw_cell(sheet, glyph, top)
    right, out, over = glyph.x + width, glyph.x + width + 0.8, top + height / 2 + 0.9
    loop = [(right, top), (out, top), (out, over), (middle, over), (middle, top + height / 2)]
    sheet.bent_arrow(loop, radius=0.4, **style)
    sheet.text(middle, top - 1.35, "=", 1.1, ha="center", va="center", rotation=90, color="black")
    both_ways = glyph.layer.type.startswith("Bidirectional")
    for i, step in enumerate(glyph.steps):
        y = glyph.row_y(i)
        if step is None:
            sheet.dots(middle, y)
        else:
            _draw_cell(sheet, glyph, y)
        if i:
            start, end = (middle, y + PITCH - height / 2), (middle, y + height / 2)
            sheet.arrow(start, end, arrowstyle="<|-|>" if both_ways else "-|>", **style)
    if glyph.form == "rows":
        for y in glyph.rows():
            sheet.arrow((right, y), (glyph.form_x, y))
    else:
        last = glyph.row_y(len(glyph.steps) - 1)
        sheet.arrow((right, last), (glyph.form_x, glyph.y - 0.25 * glyph.form_height))


def _draw_cell(sheet, glyph, y):
    """One recurrent cell, with its kind."""
    width, height = CELL
    kind = glyph.layer.type.split()[-1].replace("SimpleRNN", "RNN")
    sheet.box(glyph, (glyph.x, y - height / 2), CELL, zorder=3)
    sheet.centred(glyph.x + width / 2, y, kind, 0.95 if len(kind) <= 4 else 0.7)


def _draw_attention(sheet, glyph):
    """Queries and keys are compared, and the values are averaged by what comes out."""
    y, left = glyph.y, glyph.x + PORT
    n_heads = min(max(glyph.layer.heads, 1), _MOST_HEADS)
    width = BODY - _BEHIND * (n_heads - 1)
    for i in reversed(range(n_heads)):
        sheet.box(glyph, (left + _BEHIND * i, y - 2.7 + _BEHIND * i), (width, 5.2), zorder=2.5 - i / 100)
    middle = left + width / 2
    sheet.centred(middle, y + 1.05, r"softmax$\left(\frac{QK^\top}{\sqrt{d}}\right)$", 0.95)
    sheet.centred(middle, y - 0.55, r"$\cdot\ V$", 0.95)
    if glyph.layer.heads:
        sheet.centred(middle, y - 1.9, f"{glyph.layer.heads} head{'s' * (glyph.layer.heads > 1)}", 0.95)
    for letter, dy in PORTS.items():
        sheet.box(glyph, (glyph.x, y + dy - _PORT / 2), (_PORT, _PORT), face="white", zorder=3)
        sheet.centred(glyph.x + _PORT / 2, y + dy, f"${letter}$")
        sheet.arrow((glyph.x + _PORT, y + dy), (left, y + dy))
    for row in glyph.rows():
        start = row if abs(row - y) < 2.6 else y + (2.3 if row > y else -2.3)  # within the height of the box
        sheet.lines([((left + width, start), (glyph.form_x, row))], width=0.11)


_OPERATORS = {
    "cells": _draw_cells,
    "attention": _draw_attention,
    "merge": _draw_merge,
    "box": _draw_box,
    "pill": _draw_pill,
}
