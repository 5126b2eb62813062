"""An explorer in a page without a kernel: one piece of HTML that holds every picture and needs no network."""

import base64
import html
import json
import zlib
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from lecture.explore import render
from lecture.explore.paths import Backdrop, Paths, Styles, geometry, pack

if TYPE_CHECKING:
    from lecture.explore.explorer import Explorer

MAX_PICTURES = 200
MAX_CHOICES = 20_000  # with paths, whose choices cost a call each but no picture
MAX_BYTES = 2_000_000
LESS = "use fewer values or larger steps, or a single value in place of a control"


@dataclass(frozen=True)
class Page:
    """A static explorer; a notebook shows it as its HTML.

    Attributes
    ----------
    html : str
        The explorer, for any place in a page, also beside others.
    name : str
        Name of the draw function.
    n_choices, n_pictures : int
        Numbers of choices, and of different pictures.
    """

    html: str = field(repr=False)
    name: str
    n_choices: int
    n_pictures: int

    def _repr_html_(self):
        return self.html


def page(explorer: "Explorer") -> Page:
    """Draw every choice of an explorer and return them as one `Page`.

    Raises
    ------
    ValueError
        If there are too many choices or bytes for a page, or the draw function raises.
    TypeError
        If it returns something that is not a drawing.
    """
    first = explorer.drawing(explorer.initial)
    _refuse_too_many(explorer, first)
    album = _Album(explorer)
    alt, image = explorer.text(first, explorer.initial), album.image(first)
    for choice in _progress(explorer):
        drawing = explorer.drawing(choice)
        album.add(drawing, explorer.caption(drawing, choice))
        _refuse_too_heavy(explorer, album.weight, share=len(album.shown) / explorer.n_choices)
    height, width = (round(side * render.PAGE_DPI / render.DPI) for side in image.shape[:2])
    made = _asset("explorer.html").format(
        name=html.escape(explorer.name),
        state=html.escape(_state(explorer)),
        alt=html.escape(alt),
        width=width,
        height=height,
        image=base64.b64encode(render.webp(image)).decode(),
        data=json.dumps(album.data()).replace("<", "\\u003c"),  # so that no text ends the script that it stands in
        script=_asset("explorer.js"),
    )
    _refuse_too_heavy(explorer, len(made))
    return Page(made, explorer.name, explorer.n_choices, len(album.pictures))


def _state(explorer):
    """What is shown first, in the form of the page's address."""
    first = {control.name: control.labels[control.initial] for control in explorer.controls}
    return urlencode({"explorer": explorer.name} | first)


class _Album:
    """Collects what the page shows for each choice, each different picture and caption once."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.styles = Styles()
        self.lines = {}  # each different line of all drawings, and its number: most lines stand in all of them
        self.pictures = {}  # each different one, as the numbers of its lines, and its own number
        self.sizes, self.weight = [], 0  # of the pictures, in pixels; in bytes of all
        self.backgrounds, self.places = {}, {}
        self.captions = {}
        self.shown, self.said, self.scenes = [], [], []  # for each choice: picture, caption, paths

    def image(self, drawing):
        """A drawing as pixels, for readers without scripts."""
        if isinstance(drawing, Paths):
            return Backdrop(drawing.background).paint(drawing, self.styles)
        return render.pixels(drawing)

    def add(self, drawing, caption):
        """Take the drawing and caption of the next choice; the page adds where paths end."""
        is_paths = isinstance(drawing, Paths)
        self.said.append(self.captions.setdefault(caption, len(self.captions)))
        self.scenes.append(drawing.drawn if is_paths else [])
        for path in self.scenes[-1]:
            self.styles.of(path.name, drawing.looks)
        if not is_paths:
            self.shown.append(self._picture(drawing))
            return
        if drawing.background not in self.backgrounds:
            if len(self.backgrounds) == MAX_PICTURES:
                hint = "draw it once, and return the same Axes in every Paths"
                raise ValueError(f"{self.explorer.name} draws a new background each time: {hint}.")
            number = self.backgrounds[drawing.background] = self._picture(drawing.figure)
            self.places[number] = geometry(drawing)
        self.shown.append(self.backgrounds[drawing.background])

    def _picture(self, figure):
        """Return the number of a figure's picture."""
        lines = render.svg(figure).split("\n")
        new = [line for line in dict.fromkeys(lines) if line not in self.lines]
        self.lines |= {line: number for number, line in enumerate(new, start=len(self.lines))}
        picture = tuple(self.lines[line] for line in lines)
        if picture not in self.pictures:
            self.pictures[picture] = len(self.pictures)
            self.sizes.append([round(float(side) * render.PAGE_DPI, 2) for side in figure.get_size_inches()])
            self.weight += len(_pack("\n".join(new)))
        return self.pictures[picture]

    def data(self):
        """What the script reads: of a picture, by how much the number of each line is above that of the line before."""
        packed = {
            "controls": [
                {name: getattr(control, name) for name in ("name", "title", "kind", "labels", "initial")}
                for control in self.explorer.controls
            ],
            "lines": list(self.lines),
            "pictures": [
                [number - before for before, number in zip((0, *picture), picture)] for picture in self.pictures
            ],
            "sizes": self.sizes,
            "shown": self.shown,
            "said": self.said,
            "captions": list(self.captions),
        }
        if self.places:
            packed["paths"] = pack(self.scenes, self.styles) | {"places": self.places}
        return {"packed": _pack(json.dumps(packed, separators=(",", ":"))), "style": _asset("explorer.css")}


def _refuse_too_many(explorer, first):
    """Refuse more choices than a page takes, before they are drawn."""
    limit, things = (MAX_CHOICES, "combinations") if isinstance(first, Paths) else (MAX_PICTURES, "pictures")
    if explorer.n_choices > limit:
        sizes = " × ".join(f"{len(control.values)} of {control.name}" for control in explorer.controls)
        has, takes = f"{explorer.n_choices} combinations ({sizes})", f"{limit} {things} that a page takes"
        hint = LESS if isinstance(first, Paths) else f"{LESS}, or return Paths"
        raise ValueError(f"{explorer.name} has {has}, more than the {takes}: {hint}.")


def _refuse_too_heavy(explorer, weight, share=1):
    """Refuse more bytes than a page takes, as soon as a share of all choices needs more."""
    if weight > MAX_BYTES:
        needs, takes = f"{weight / share / 1e6:.1f} MB", f"{MAX_BYTES / 1e6:g} MB of an explorer in a page"
        hint = f"{LESS}, or draw less in each picture"
        raise ValueError(f"{explorer.name} would take about {needs}, more than the {takes}: {hint}.")


def _progress(explorer):
    """Iterate over all choices, with a progress bar if that takes long and tqdm is installed."""
    try:
        from tqdm import tqdm
    except ImportError:
        return explorer.choices()
    return tqdm(explorer.choices(), total=explorer.n_choices, desc=explorer.name, unit="drawing", delay=2, leave=False)


def _pack(text):
    """Return text deflated, in base64: the browser's DecompressionStream reads it."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _asset(name):
    return resources.files("lecture.explore").joinpath("assets", name).read_text(encoding="utf-8")
