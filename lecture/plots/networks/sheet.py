"""The sheet that a model is drawn on: its marks measured in em, with the name of the layer that each belongs to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text

from lecture.plots.networks.glyphs import Glyph
from lecture.plots.page import fitting_letter, framed, points, set_window
from lecture.plots.style import size

INK = "0.25"
_LARGEST = 1.3  # times that, in Axes with room to spare
Point = tuple[float, float]


@dataclass(frozen=True)
class Sheet:
    """Axes in em, and the size of an em in points."""

    ax: Axes
    letter: float

    @classmethod
    def of(cls, ax: Axes | None, width: float, height: float) -> "Sheet":
        """Return a sheet from (0, 0) to (width, -height): a new figure of that size, or as large as ``ax`` allows."""
        letter = size()
        if ax is None:
            ax, spans = framed(width, height, letter), (width, height)
        else:
            letter = fitting_letter(ax, width, height, _LARGEST * letter)
            spans = tuple(points(ax) / letter)
        set_window(ax, (width / 2, -height / 2), spans)
        return cls(ax, letter)

    def text(self, x: float, y: float, words: str, size: float = 0.97, **style: Any) -> Text:
        """Write; ``size`` is in em."""
        return self.ax.text(x, y, words, fontsize=size * self.letter, **({"color": INK, "in_layout": False} | style))

    def centred(self, x: float, y: float, words: str, size: float = 0.97, **style: Any) -> Text:
        """Write in the middle of something drawn."""
        style = {"ha": "center", "va": "center", "color": "black", "zorder": 4} | style
        return self.text(x, y, words, size, **style)

    def dots(self, x: float, y: float) -> Text:
        """Write the dots of what is left out."""
        return self.text(x, y, "⋮", 1.2, ha="center", va="center")

    def patch(self, patch: Patch, glyph: Glyph | None = None) -> Artist:
        """Draw a patch, as part of a layer."""
        patch.set_in_layout(False)
        patch.set_gid(None if glyph is None else glyph.layer.name)
        return self.ax.add_patch(patch)

    def rectangle(self, glyph: Glyph, corner: Point, sides: Point, *, zorder: float = 2.0) -> Artist:
        """Draw a rectangle in the colour of a layer, by its lower left corner."""
        style = {"facecolor": tint(glyph.color), "edgecolor": glyph.color, "linewidth": 0.08 * self.letter}
        return self.patch(Rectangle(corner, *sides, zorder=zorder, **style), glyph)

    def box(self, glyph: Glyph, corner: Point, sides: Point, *, face: Any = None, zorder: float = 2.0) -> Artist:
        """Draw the same with round corners; ``face`` is another colour."""
        style = {"edgecolor": glyph.color, "linewidth": 0.1 * self.letter, "zorder": zorder}
        style["facecolor"] = tint(glyph.color) if face is None else face
        return self.patch(FancyBboxPatch(corner, *sides, boxstyle="round,pad=0,rounding_size=0.3", **style), glyph)

    def arrow(self, start: Point, end: Point, *, color: str = INK, width: float = 0.11, **style: Any) -> Artist:
        """Draw a straight arrow."""
        style = {
            "arrowstyle": "-|>",
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 0.75 * self.letter,
            "zorder": 1.5,
        } | style
        return self.patch(FancyArrowPatch(start, end, color=color, linewidth=width * self.letter, **style))

    def lines(
        self, segments: Iterable[Sequence[Point]], *, color: str = INK, width: float = 0.06, **style: Any
    ) -> None:
        """Draw thin lines from point to point."""
        style = {"zorder": 1.4, "color": color, "linewidth": width * self.letter, "in_layout": False} | style
        for start, end in segments:
            self.ax.plot(*zip(start, end), **style)

    def bent_arrow(self, corners: Sequence[Point], *, radius: float, color: str = INK, width: float = 0.13) -> None:
        """Draw an arrow of upright and level pieces with rounded corners."""
        way, codes = _rounded(corners, radius)
        style = {"fill": False, "edgecolor": color, "linewidth": width * self.letter, "zorder": 1.5}
        self.patch(PathPatch(Path(way, codes), **style))
        self.arrow(way[-1], corners[-1], color=color, width=width)


def tint(color: str) -> tuple:
    """Return a pale shade of a colour, for black letters."""
    return tuple(0.72 + 0.28 * part for part in to_rgb(color))


def _rounded(corners, radius):
    """The points and codes of a path with rounded corners; it ends after the last of them, where an arrow begins."""
    way, codes = [corners[0]], [Path.MOVETO]
    for before, corner, after in zip(corners, corners[1:], corners[2:]):
        way += [_towards(corner, before, radius), corner, _towards(corner, after, radius)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return way, codes


def _towards(corner, other, radius):
    """The point at this distance from a corner on the way to another one."""
    (x, y), (other_x, other_y) = corner, other
    return x + radius * np.sign(other_x - x), y + radius * np.sign(other_y - y)
