"""Where the layers of a model stand: in lines that a page has room for, from left to right and in lanes; in em."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lecture.graph_layout import Grid
from lecture.plots.networks.glyphs import Glyph

GAP = 1.6  # between layers
LINE = 1.25  # between lines of text
MARGIN = 6.6  # on the left, for what the lines of numbers are
CONTINUES = 1.7  # length of the arrow where a line goes on below
ARC = 1.1  # between connections that pass above each other


@dataclass
class Line:
    """Layers that stand side by side: from left to right in columns, and branches below each other in lanes."""

    glyphs: list[Glyph]
    continued: bool  # whether an arrow leads in from the line above
    continues: bool  # whether an arrow leads on to the line below
    width: float = 0.0
    heads: list[tuple[float, int]] = field(default_factory=list)  # of each lane: where its text begins, lines of titles
    bottom: float = 0.0


def arrange(grid: Grid, glyphs: Sequence[Glyph], wrap: float) -> list[Line]:
    """Give each glyph its place, and return the lines; y = 0 is the top of the first.

    Parameters
    ----------
    grid : Grid
        Columns and lanes of the glyphs.
    glyphs : sequence of Glyph
        Their places are written into them.
    wrap : float
        Width in em at which a line goes on below, at the next place where a single arrow leads on.
    """
    widths = [0.0] * (max(grid.columns) + 1)
    for column, glyph in zip(grid.columns, glyphs):
        widths[column] = max(widths[column], glyph.width, glyph.label_width)
    lines, y = [], 0.0
    for number, columns in enumerate(_break(grid.pieces(), widths, wrap)):
        members = [place for place in range(len(glyphs)) if grid.columns[place] in columns]
        is_last = columns[-1] == max(grid.columns)
        line = Line([glyphs[place] for place in members], continued=columns[0] > 0, continues=not is_last)
        for glyph in line.glyphs:
            glyph.line = number
        _place_columns(line, grid, glyphs, members, widths)
        y = _place_lanes(line, grid, glyphs, members, y) - 1.0
        line.bottom = y
        lines.append(line)
    return lines


def _place_columns(line, grid, glyphs, members, widths):
    """Give the glyphs of a line their places from left to right, each in the middle of its column."""
    x = MARGIN + CONTINUES * line.continued
    for column in sorted({grid.columns[place] for place in members}):
        for glyph in (glyphs[place] for place in members if grid.columns[place] == column):
            glyph.x = x + (widths[column] - glyph.width) / 2
            glyph.column = (x, x + widths[column])
        x += widths[column] + GAP
    line.width = x - GAP + CONTINUES * line.continues


def _place_lanes(line, grid, glyphs, members, y):
    """Give the glyphs of a line their heights below ``y``, with room for arcs and text, and return where they end."""
    arcs = grid.arcs(members)
    for (before, here), height in arcs.items():
        glyphs[before].arcs[here] = height
    for lane in sorted({grid.lanes[place] for place in members}):
        own = [glyphs[place] for place in members if grid.lanes[place] == lane]
        up, down = (max(glyph.reach[side] for glyph in own) for side in (0, 1))
        y -= (
            up
            + 0.6
            + ARC * max((height for (before, _), height in arcs.items() if grid.lanes[before] == lane), default=0)
        )
        middle = y
        y -= down + 0.5
        title_lines = max((len(glyph.title) for glyph in own if glyph.has_title_below), default=0)
        for glyph in own:
            glyph.y, glyph.below, glyph.title_lines = middle, y, title_lines
        line.heads.append((y, title_lines))
        y -= LINE * (title_lines + 2)
    return y


def _break(pieces, widths, wrap):
    """The columns of each line: as few lines as ``wrap`` allows, and these of about the same width."""
    room = wrap - MARGIN
    piece_widths = [sum(widths[column] + GAP for column in piece) for piece in pieces]
    n_lines = len(_fill(pieces, piece_widths, room))
    for limit in np.linspace(max(piece_widths), max(room, *piece_widths), 30):
        lines = _fill(pieces, piece_widths, limit)
        if len(lines) == n_lines:
            return lines
    return _fill(pieces, piece_widths, room)


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
