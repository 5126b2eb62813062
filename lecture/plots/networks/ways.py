"""What leads from one layer to another, in the way that says how its numbers come about."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from lecture.plots.networks.glyphs import Glyph, maps_of
from lecture.plots.networks.marks import PORTS
from lecture.plots.networks.placement import ARC, GAP
from lecture.plots.networks.sheet import Sheet

_ROLES = {"Q": "query", "K": "key", "V": "value"}
_EACH_TO_EACH = ("dense", "pooling", "reshape")  # kinds of layers whose numbers come from all numbers before
_SPREAD = 6  # lines at a bar, at most
_USUAL_SIDE = 28  # of a map whose size is not fixed, for the size of a window on it
_INSIDE = 0.62  # where a window stands, as a share of the room on its map


def connect(sheet: Sheet, glyphs: Sequence[Glyph], before: int, here: int) -> None:
    """Lead from one place of a model to a later one."""
    a, b = glyphs[before], glyphs[here]
    if a.line != b.line:
        return  # the arrows at the ends of the lines say it
    if here in a.arcs:
        _pass_above(sheet, glyphs, a, b, a.arcs[here])
    elif b.operator == "attention":
        for letter in _letters(b.layer, before):
            sheet.arrow(_bend(sheet, a, b), (b.x, b.y + PORTS[letter]))
    elif a.y != b.y:
        sheet.arrow(_bend(sheet, a, b), b.left)
    else:
        _lead_straight_on(sheet, a, b)


def _lead_straight_on(sheet, a, b):
    """Lead to the next layer of the same lane."""
    forms = {a.form, b.form}
    if b.operator is None and b.layer.window and forms == {"sheets"}:
        _draw_window(sheet, a, b)
    elif a.form in ("rows", "tokens") and a.steps and len(a.steps) == len(b.steps):
        for start, end in zip(a.rows(), b.rows()):
            sheet.arrow((a.x + a.width, start), (b.x, end))
    elif b.operator is None and b.form == "bar" and a.form in ("bar", "rows") and b.layer.kind in _EACH_TO_EACH:
        starts = a.rows() if a.form == "rows" else _spread(a)
        ways = [((a.x + a.width, start), (b.x, end)) for start in starts for end in _spread(b)]
        sheet.lines(ways, color="0.45", width=0.04)
    elif b.operator is None and forms == {"sheets", "bar"}:
        _unroll(sheet, a, b)
    else:
        sheet.arrow(a.right, b.left)


def _letters(layer, before):
    """What an input is to an attention: of Q, K and V those that it is; all where its roles are not known."""
    roles = [role for place, role in zip(layer.inputs, layer.roles) if place == before]
    return [letter for letter, name in _ROLES.items() if not roles or any(name in role for role in roles)]


def _bend(sheet, a, b):
    """Lead to the height of another lane, and return where that ends.

    The way goes through the gap after a layer where it branches off, and through that before a layer where it joins.
    """
    if a.y == b.y:
        return a.right
    x = a.column[1] + 0.5 * GAP if b.y < a.y else b.column[0] - 0.5 * GAP
    sheet.lines([(a.right, (x, a.y)), ((x, a.y), (x, b.y))], width=0.11, solid_capstyle="round")
    return x, b.y


def _spread(glyph):
    """Some heights along a bar."""
    n = min(_SPREAD, glyph.layer.shape[0] or _SPREAD) if glyph.layer.shape else 1
    return glyph.y + (np.arange(n) + 0.5 - n / 2) * glyph.form_height / n


def _unroll(sheet, a, b):
    """Two dashed lines from the ends of a stack of maps to those of a vector, or back."""
    bottom = b.y - b.form_height / 2
    lower_end, upper_end = (b.x, bottom), (b.x, bottom + b.size[1])  # of the sheet in front
    x = a.x + a.width if a.form == "bar" else a.form_x + a.size[0]
    upper_start, lower_start = (a.x + a.width, a.y + a.form_height / 2), (x, a.y - a.form_height / 2)
    ways = [(upper_start, upper_end), (lower_start, lower_end)]
    sheet.lines(ways, color="0.45", width=0.07, linestyle=(0, (3, 2)))


def _draw_window(sheet, a, b):
    """The window of a convolution or pooling on the map that it reads, and the number that comes out of it.

    Where maps are made larger, the window is what a number goes into.
    """
    grows = b.layer.kind == "upsampling"
    small, large = (a, b) if grows else (b, a)
    height, width, _ = maps_of(large.layer)
    window = b.layer.window if len(b.layer.window) > 1 else (*b.layer.window, 1)
    shares = np.array([min(window[-1] / (width or _USUAL_SIDE), 1), min(window[-2] / (height or _USUAL_SIDE), 1)])
    box = np.clip(large.size * shares, 0.3, large.size)
    corner = _place_on(large, box)
    dot = np.clip(np.array(small.size) * 0.08, 0.18, 0.4)
    point = _place_on(small, dot)
    style = {"edgecolor": b.color, "zorder": 3.5}
    sheet.patch(Rectangle(corner, *box, facecolor=(*to_rgb(b.color), 0.35), linewidth=0.12 * sheet.letter, **style))
    sheet.patch(Rectangle(point, *dot, facecolor=b.color, linewidth=0.05 * sheet.letter, **style))
    # From the ends of the window that look at the number, to the middle of the number's near side.
    across, up = np.array([box[0], 0]), np.array([0, box[1]])
    ends = (corner, corner + up) if grows else (corner + across, corner + across + up)
    tip = point + np.array([dot[0] if grows else 0, dot[1] / 2])
    sheet.lines([(end, tip) for end in ends], color=b.color, width=0.08, zorder=3.4)


def _place_on(glyph, box):
    """The corner of something of this size on the first map of a layer."""
    corner = np.array([glyph.form_x, glyph.y - glyph.form_height / 2])
    return corner + _INSIDE * (np.array(glyph.size) - box)


def _pass_above(sheet, glyphs, a, b, height):
    """A connection that passes above others: up, across, and down into the layer where it ends."""
    between = [glyph for glyph in glyphs if glyph.y == a.y and a.x <= glyph.x <= b.x]
    top = max(glyph.y + glyph.reach[0] for glyph in between) + 0.7 + ARC * (height - 1)
    if a.form:
        start = a.form_x + a.form_width / 2, a.y + a.form_height / 2
    else:
        start = a.x + a.width / 2, a.y + a.reach[1]
    if b.operator == "merge":
        end = b.x + b.operator_width / 2, b.y + b.operator_width / 2
    else:
        end = b.x + b.width / 2, b.y + b.reach[0]
    sheet.bent_arrow([start, (start[0], top), (end[0], top), end], radius=0.5)
