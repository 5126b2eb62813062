"""What the chapters hold, read from the notebooks: sections with anchors, minutes, questions and exercises."""

import re
from dataclasses import dataclass

MINUTES = re.compile(r"^\*About (\d+) minutes?\.\*$", re.MULTILINE)
QUESTION = re.compile(r"^\*Predict first: (.+?)\*$", re.MULTILINE | re.DOTALL)
EXERCISE = re.compile(r"^### Exercise: (.+)$", re.MULTILINE)
PART = "part"  # where a cell's metadata name the part of the chapter that begins with it


@dataclass(frozen=True)
class Section:
    """A part of a chapter that has an address.

    Attributes
    ----------
    anchor : str
        Id of the section in the page.
    title : str
    minutes : int
        For reading it and trying what it shows; 0 where it does not say.
    n_questions : int
        To answer before its figures are seen.
    exercises : tuple of str
        Their titles.
    """

    anchor: str
    title: str
    minutes: int
    n_questions: int
    exercises: tuple


@dataclass(frozen=True)
class Chapter:
    """A notebook, as its readers plan it.

    Attributes
    ----------
    page : str
        Where it stands in the book, without ending: ``notebooks/01_neural_networks``.
    title, summary : str
        Its first heading, and the paragraph below it.
    sections : tuple of Section
    """

    page: str
    title: str
    summary: str
    sections: tuple

    @property
    def minutes(self):
        return sum(section.minutes for section in self.sections)

    @property
    def n_questions(self):
        return sum(section.n_questions for section in self.sections)

    @property
    def exercises(self):
        return tuple(title for section in self.sections for title in section.exercises)


def chapters(notebooks):
    """Return the outline of each notebook.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        Each by the name of its page in ``notebooks/``, without ending; with outputs or without.

    Returns
    -------
    list of Chapter
    """
    return [_chapter(name, notebook) for name, notebook in notebooks.items()]


@dataclass(frozen=True)
class Part:
    """What is taught in one session, shown as one deck, and read as one page of the book.

    Attributes
    ----------
    title : str
    cells : tuple of notebook cell
    """

    title: str
    cells: tuple

    @property
    def sections(self):
        """Its sections, a tuple of `Section`."""
        return _sections(self)

    @property
    def minutes(self):
        """What its sections take without the exercises."""
        return sum(section.minutes for section in self.sections if not section.exercises)


def parts(notebook):
    """Return the parts of a notebook in their order; one that marks none is one part, with its own title.

    A part begins with the cell whose metadata name it (``part="Forward"``), the first one with the notebook.

    Returns
    -------
    list of Part
    """
    titles, groups = [], [[]]
    for cell in notebook.cells:
        if PART in cell.metadata:
            if titles:
                groups.append([])
            titles.append(cell.metadata[PART])
        groups[-1].append(cell)
    titles = titles or [next((title(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"), "")]
    return [Part(name, tuple(cells)) for name, cells in zip(titles, groups, strict=True)]


def by_section(notebook):
    """Yield (anchor, heading, cell) for each cell: the last anchor and heading up to it, empty before the first."""
    anchor = heading = ""
    for cell in notebook.cells:
        anchor = cell.metadata.get("anchor", anchor)
        if cell.cell_type == "markdown":
            heading = title(cell.source) or heading
        yield anchor, heading, cell


def title(text):
    """Return the first heading of a cell, without its signs; empty if it has none."""
    found = re.search(r"^#+ +(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def is_title_of(part, heading):
    """Return whether a heading is a part's title with its number: "Part 2: where to go" for "Where to go"."""
    return re.fullmatch(rf"Part \d+: {re.escape(part)}", heading, re.IGNORECASE) is not None


def _chapter(name, notebook):
    first = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    return Chapter(f"notebooks/{name}", title(first) or name, _summary(first), _sections(notebook))


def _sections(notebook):
    """The sections of a notebook, or of a part of one."""
    texts, titles = {}, {}
    for anchor, heading, cell in by_section(notebook):
        if anchor and cell.cell_type == "markdown":
            titles.setdefault(anchor, heading)
            texts.setdefault(anchor, []).append(cell.source)
    return tuple(_section(anchor, titles[anchor], "\n\n".join(parts)) for anchor, parts in texts.items())


def _section(anchor, heading, text):
    minutes = sum(int(found) for found in MINUTES.findall(text))
    return Section(anchor, heading, minutes, len(QUESTION.findall(text)), tuple(EXERCISE.findall(text)))


def _summary(text):
    """The first paragraph of a cell that is neither heading nor time, on one line."""
    paragraphs = (part.strip() for part in re.split(r"\n\s*\n", text))
    return next(
        (
            " ".join(part.split())
            for part in paragraphs
            if part and not part.startswith("#") and not MINUTES.match(part)
        ),
        "",
    )
