"""Paths over a surface, which are drawn over one background: so not every setting needs a picture of its own."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D

from lecture.checks import one_of
from lecture.explore import render
from lecture.plots import COLORS
from lecture.plots.legends import move_to_a_free_corner
from lecture.words import counted

WIDTH = 2.0  # of a line, in points; a white line below it is twice as wide
# In points; with the seven colours, 28 paths look different.
DASHES = {"-": [], "--": [7, 3], ":": [2, 2], "-.": [7, 2, 2, 2]}
FAR = 10  # a path that is this many windows away from the window does not come back
FINENESS = 5000  # steps across the window to which points are rounded: less than a tenth of a pixel


@dataclass(frozen=True)
class Paths:
    """Paths to be drawn over a background.

    Attributes
    ----------
    background : matplotlib.axes.Axes
        Axes with the surface, on linear scales, drawn once by the caller: always the same for the same surface.
    paths : dict of str to array of shape (steps + 1, 2)
        Points (x, y) in the background's coordinates. A path is cut before its first row that is not finite, and where
        it is farther from the background's window than ten times the window's size.
    looks : dict of str to tuple, optional
        Colour and line style ("-", "--", "-." or ":") of each path, as in ``lecture.plots.optimizers.LOOKS``; further
        items of a tuple are ignored. Paths that are missing here get other looks.

    Raises
    ------
    ValueError
        If ``background`` is not Axes with linear scales, or a path has another shape.
    """

    background: Axes
    paths: dict[str, np.ndarray]
    looks: Mapping = field(default_factory=dict)

    def __post_init__(self):
        if not isinstance(self.background, Axes):
            raise ValueError(f"background must be the Axes on which the surface is drawn, got {self.background!r}.")
        scales = self.background.get_xscale(), self.background.get_yscale()
        if scales != ("linear", "linear"):
            raise ValueError(f"background must have linear axes, got {' and '.join(scales)}.")
        if not isinstance(self.paths, Mapping) or not self.paths:
            raise ValueError(f"paths must be a dict of names to arrays of shape (steps, 2), got {self.paths!r}.")
        for name, path in self.paths.items():
            if np.ndim(path) != 2 or np.shape(path)[1] != 2:
                raise ValueError(f"paths must be arrays of shape (steps, 2), got {np.shape(path)} for {name}.")

    @property
    def figure(self) -> Figure | None:
        """The figure of the background."""
        return self.background.get_figure(root=True)

    @cached_property
    def limits(self) -> np.ndarray:
        """The lowest and the highest point of the background's window, as an array of shape (2, 2)."""
        return np.sort([self.background.get_xlim(), self.background.get_ylim()], axis=1).T

    @cached_property
    def decimals(self) -> tuple[int, ...]:
        """Numbers of decimals that are kept of x and of y."""
        return tuple(max(0, math.ceil(math.log10(FINENESS / span))) for span in self.limits[1] - self.limits[0])

    @cached_property
    def drawn(self) -> "list[DrawnPath]":
        """The paths as they are drawn."""
        return [self._drawn(str(name), np.asarray(path, dtype=float)) for name, path in self.paths.items()]

    def _drawn(self, name, path):
        """Cut a path and round it."""
        whole = np.isfinite(path).all(axis=1)
        length = len(path) if whole.all() else int(whole.argmin())
        path, ending = path[:length], "" if length == len(path) else "cut"
        reach = FAR * (self.limits[1] - self.limits[0])
        lowest, highest = self.limits[0] - reach, self.limits[1] + reach
        far = ((path < lowest) | (path > highest)).any(axis=1)
        if far.any():
            first, ending = int(far.argmax()), "far"
            inside = path[:first]  # empty for a path that begins far away
            path = np.vstack([inside, _leaving(inside[-1], path[first], lowest, highest)]) if first else inside
        points = np.rint(path * 10.0 ** np.array(self.decimals)).astype(np.int32)
        return DrawnPath(name, points, ending, self.decimals)

    def describe(self) -> str:
        """Return where each path ends, in sentences. The page makes the same ones from the same whole numbers."""
        return " ".join(path.describe() for path in self.drawn)


def _leaving(inside, outside, lowest, highest):
    """Return where the straight line from ``inside`` to ``outside`` meets the box, as an array of shape (2,)."""
    with np.errstate(all="ignore"):  # a coordinate that does not change is met nowhere
        shares = np.where(
            outside > highest, (highest - inside) / (outside - inside), (lowest - inside) / (outside - inside)
        )
    share = shares[(outside > highest) | (outside < lowest)].min()
    return inside + share * (outside - inside)


@dataclass(frozen=True)
class DrawnPath:
    """A path as it is drawn.

    Attributes
    ----------
    name : str
    points : int32 array of shape (steps + 1, 2)
        Points in units of the last decimal.
    ending : "", "cut" or "far"
        Whether the path is whole (""), is cut where it is not finite, or gets too far away to come back.
    decimals : (int, int)
    """

    name: str
    points: np.ndarray
    ending: str
    decimals: tuple

    @property
    def xy(self) -> np.ndarray:
        """The points in the coordinates of the background, as a float array of shape (steps + 1, 2)."""
        return self.points / 10.0 ** np.array(self.decimals)

    def describe(self) -> str:
        """Return where it ends, in a sentence."""
        if not len(self.points):
            return f"{self.name}: not in the picture."
        after = counted(len(self.points) - 1, "step")
        if self.ending == "far":
            return f"{self.name}: far outside after {after}."
        x, y = (f"{number:.{digits}f}" for number, digits in zip(self.xy[-1], self.decimals, strict=True))
        end = f"ends after {after}, at" if self.ending else f"{after}, to"
        return f"{self.name}: {end} ({x}, {y})."


class Styles:
    """A colour and a dash for each name, chosen when a name first comes and kept from then on."""

    def __init__(self):
        self._styles = {}

    def of(self, name: str, looks: Mapping) -> tuple[str, list[int]]:
        """Return (colour, dash): those in ``looks``, or else the next free ones."""
        if name not in self._styles:
            n = len(self._styles)
            color, line, *_ = looks.get(name) or (COLORS[n % len(COLORS)], tuple(DASHES)[n % len(DASHES)])
            self._styles[name] = to_hex(color), DASHES[one_of(line, DASHES, f"the line style of {name}")]
        return self._styles[name]

    def as_list(self) -> list[list]:
        """Return [name, colour, dash] of all names, in the order in which they came."""
        return [[name, *style] for name, style in self._styles.items()]


class Backdrop:
    """A background as pixels, drawn once, on which paths are painted quickly."""

    def __init__(self, background: Axes):
        figure = background.get_figure(root=True)
        figure.set_dpi(render.DPI)
        self._canvas = FigureCanvasAgg(figure)
        self._canvas.draw()
        self._bare = self._canvas.copy_from_bbox(figure.bbox)

    def paint(self, drawing: Paths, styles: Styles) -> np.ndarray:
        """Return the background with its paths as an array of shape (height, width, 4)."""
        self._canvas.restore_region(self._bare)
        for artist in _artists(drawing, styles):
            artist.draw(self._canvas.get_renderer())
            artist.remove()
        return np.asarray(self._canvas.buffer_rgba())


def _artists(drawing, styles):
    """The lines, their last points and a legend, set on the background's Axes without changing its limits."""
    ax, lines, ends = drawing.background, [], []
    for path in drawing.drawn:
        color, dash = styles.of(path.name, drawing.looks)
        look = {"color": color, "path_effects": [patheffects.withStroke(linewidth=2 * WIDTH, foreground="white")]}
        style = (0, [length / WIDTH for length in dash]) if dash else "-"
        lines.append(ax.add_artist(Line2D(*path.xy.T, linewidth=WIDTH, linestyle=style, **look)))
        ends.append(ax.add_artist(Line2D(*path.xy[-1:].T, linestyle="", marker="o", markersize=7, **look)))
    names = [path.name for path in drawing.drawn]
    legend = ax.add_artist(Legend(ax, lines, names, loc="upper left", frameon=True, framealpha=0.85, edgecolor="none"))
    move_to_a_free_corner(legend, ax)
    return [*(artist for pair in zip(lines, ends) for artist in pair), legend]


def pack(scenes: list[list[DrawnPath]], styles: Styles) -> dict[str, list]:
    """Return all that the page needs to draw the paths of many choices, each point only once.

    A path that another one begins with is not stored: it is the first points of the longer one. So a slider over
    iterations costs next to nothing.

    Parameters
    ----------
    scenes : list of lists of DrawnPath
        The paths of each choice.
    styles : Styles
        Their colours and dashes.

    Returns
    -------
    dict
        ``runs``: lists of x, y, then the differences from point to point; ``traces``: lists of style, run, number of
        points, ending; ``scenes``: for each choice the numbers of its traces, as differences from the choice before.
    """
    order = {name: n for n, (name, *_) in enumerate(styles.as_list())}
    stored, run_of = [], {}
    # Sorted downwards, a path comes right after those that begin with it.
    for points in sorted({path.points.tobytes() for scene in scenes for path in scene}, reverse=True):
        if not (stored and stored[-1].startswith(points)):
            stored.append(points)
        run_of[points] = len(stored) - 1
    runs = [np.frombuffer(points, dtype=np.int32).reshape(-1, 2) for points in stored]
    keys = [[(order[t.name], run_of[t.points.tobytes()], len(t.points), t.ending) for t in scene] for scene in scenes]
    traces = sorted({key for scene in keys for key in scene})
    number = {key: n for n, key in enumerate(traces)}
    numbers = [[number[key] for key in scene] for scene in keys]
    return {
        "styles": styles.as_list(),
        "runs": [np.diff(run, axis=0, prepend=0).ravel().tolist() for run in runs],
        "traces": [list(key) for key in traces],
        "scenes": [_differences(scene, before) for scene, before in zip(numbers, [[], *numbers], strict=False)],
    }


def _differences(row, before):
    """Return a row minus the row before: in regular tables always the same numbers, which pack well."""
    return [n - (before[i] if i < len(before) else 0) for i, n in enumerate(row)]


def geometry(drawing: Paths) -> dict[str, list]:
    """Return where the background's coordinates lie in its SVG, in points from the top left; after `render.svg`."""
    ax, height = drawing.background, drawing.figure.bbox.height
    units = 10.0 ** -np.array(drawing.decimals)
    (x0, y0), (x1, y1) = ax.transData.transform([(0, 0), units])
    box = ax.bbox
    return {
        "window": [box.x0, height - box.y1, box.width, box.height],
        "origin": [x0, height - y0],
        "unit": [x1 - x0, y0 - y1],
        "decimals": list(drawing.decimals),
    }
