"""An explorer in a page without a kernel: one piece of HTML that holds every picture and needs no network."""

from typing import TYPE_CHECKING

from lecture.explore import render
from lecture.explore.markup import MAX_BYTES, Page, deflated, hosted
from lecture.explore.paths import Backdrop, Paths, Styles, geometry, pack
from lecture.plots.legible import smallest_letters

if TYPE_CHECKING:
    from lecture.explore.explorer import Explorer

MAX_PICTURES = 200
MAX_CHOICES = 20_000  # with paths, whose choices cost a call each but no picture
LESS = "use fewer values or larger steps, or a single value in place of a control"


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
    made = hosted(
        explorer.name, "pictures", explorer.controls, album.data(), first=image, alt=alt, letters=album.letters
    )
    _refuse_too_heavy(explorer, len(made))
    return Page(made, explorer.name, explorer.n_choices, len(album.pictures))


class _Album:
    """Collects what the page shows for each choice, each different picture and caption once."""

    def __init__(self, explorer):
        self.explorer = explorer
        self.styles = Styles()
        self.lines = {}  # each different line of all drawings, and its number: most lines stand in all of them
        self.pictures = {}  # each different one, as the numbers of its lines, and its own number
        self.sizes, self.weight = [], 0  # of the pictures, in pixels; in bytes of all
        self.letters = float("inf")  # the smallest of all pictures, in points
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
        self.letters = min(self.letters, smallest_letters(figure)[0])
        new = [line for line in dict.fromkeys(lines) if line not in self.lines]
        self.lines |= {line: number for number, line in enumerate(new, start=len(self.lines))}
        picture = tuple(self.lines[line] for line in lines)
        if picture not in self.pictures:
            self.pictures[picture] = len(self.pictures)
            self.sizes.append([round(float(side) * render.PAGE_DPI, 2) for side in figure.get_size_inches()])
            self.weight += len(deflated("\n".join(new)))
        return self.pictures[picture]

    def data(self):
        """What the script reads: of a picture, by how much the number of each line is above that of the line before."""
        found = {
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
            found["paths"] = pack(self.scenes, self.styles) | {"places": self.places}
        return found


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
