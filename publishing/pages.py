"""Made parts of the book's pages: a line ``<!-- made: NAME -->`` in ``book/*.md`` stands for one."""

import html
import re

from lecture.words import counted
from publishing import address
from publishing.errors import BookError
from publishing.outline import by_section, chapters, parts
from publishing.parts import FOLDER, names

MARK = re.compile(r"^<!-- made: ([a-z]+)(?: ([\w-]+))? -->$", re.MULTILINE)


def fill(text, made, name):
    """Return a page with each mark replaced by what it stands for.

    Parameters
    ----------
    text : str
        The page.
    made : Made
    name : str
        Of the page's file, for the error.

    Raises
    ------
    BookError
        If nothing that is made has that name.
    """

    def part(mark):
        maker = getattr(made, mark[1], None)
        if maker is None:
            raise BookError(f"{name}: nothing that is made is called {mark[1]!r}.")
        try:
            return maker(mark[2]) if mark[2] else maker()
        except LookupError as error:
            raise BookError(f"{name}: {error.args[0]}.") from error

    return MARK.sub(part, text)


class Made:
    """Makes the parts, each from the notebooks.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        Each executed notebook by the name of its page.
    repository : str or None
        The address of the repository.
    output : pathlib.Path
        Where everything that is made lies: decks in its ``slides`` are linked.
    """

    def __init__(self, notebooks, repository, output):
        self.notebooks = notebooks
        self.chapters = chapters(notebooks)
        self.repository = repository
        self.output = output

    def explorer(self, anchor):
        """The explorer of the section ``anchor``, which moves by itself (``_static/moving.js``)."""
        for notebook in self.notebooks.values():
            for here, _, cell in by_section(notebook):
                for output in cell.get("outputs", []) if here == anchor else []:
                    page = output.get("data", {}).get("text/html", "")
                    if 'class="lecture-explorer"' in page:
                        return _raw(f'<div class="lecture-moving">\n{page}\n</div>')
        raise LookupError(f"no notebook has an explorer in a section #{anchor}")

    def doors(self):
        """The ways in, as cards: the book, the slides, JupyterLab, and Colab if the repository has an address."""
        first = self.chapters[0].page
        cards = [
            _card("Read", f"[The chapters]({first}.ipynb), as a book. Guess before you look: each section asks first."),
            _card("Slides", self._slides()),
            _card(
                "Live",
                "`make live` opens the chapters in JupyterLab, with the cells that are typed in class left blank."
                " Every number in them is yours to change.",
            ),
        ]
        if self.repository:
            colab = " · ".join(
                f"[{chapter.title}]({address.on_colab(self.repository, chapter.page)}.ipynb)"
                for chapter in self.chapters
            )
            binder = address.on_binder(self.repository, "notebooks")
            text = f"Nothing to install, in the browser: {colab}. Or all of it on [Binder]({binder})."
            cards.append(_card("Colab", text))
        return "\n".join([f"::::{{grid}} 1 2 {len(cards)} {len(cards)}", ":gutter: 3", "", *cards, "::::"])

    def _slides(self):
        """The decks that have been made, as links beside the book; else how to make them."""
        links = []
        for chapter, name in zip(self.chapters, self.notebooks, strict=True):
            decks = list(filter(None, (self._deck(deck, str(n)) for n, deck in enumerate(self._parts(name), start=1))))
            if decks:
                links.append(f"{html.escape(chapter.title)} {', '.join(decks)}")
        return "One deck for each part of a chapter, with the same working sliders: " + (
            " · ".join(links) + "." if links else "`make slides` writes them."
        )

    def _parts(self, name):
        """The parts of a notebook by the names of their pages and decks."""
        return dict(zip(names(name, self.notebooks[name]), parts(self.notebooks[name]), strict=True))

    def _deck(self, name, text):
        """A link to a deck; empty if it has not been made."""
        is_there = (self.output / "slides" / f"{name}.html").exists()
        return f'<a href="../slides/{name}.html">{html.escape(text)}</a>' if is_there else ""

    def contents(self):
        """Each chapter with what it is about, its parts, and how long it takes."""
        return "\n\n".join(
            f"**[{chapter.title}]({chapter.page}.ipynb)**\\\n{chapter.summary}\\\n"
            f"{self._part_links(name)}*{_facts(chapter)}*"
            for chapter, name in zip(self.chapters, self.notebooks, strict=True)
        )

    def _part_links(self, name):
        """The parts of a chapter on a line, as links; empty for a chapter of one part."""
        found = self._parts(name)
        links = (f"[{part.title}]({FOLDER}/{page}.ipynb)" for page, part in found.items())
        return " · ".join(links) + "\\\n" if len(found) > 1 else ""

    def sections(self):
        """All sections with their addresses, as tables."""
        tables = []
        for chapter in self.chapters:
            rows = [
                f"| [{_cell(section.title)}](#{section.anchor}) | `{section.anchor}` |"
                f" {section.minutes or '–'} | {section.n_questions or '–'} |"
                for section in chapter.sections
            ]
            head = ["| section | anchor | minutes | questions |", "| :-- | :-- | --: | --: |"]
            tables.append("\n".join([f"### {chapter.title}", "", _facts(chapter), "", *head, *rows]))
        return "\n\n".join(tables)

    def sessions(self):
        """The parts of the chapters, each a session: what it holds, how long it takes, its page and its deck."""
        tables = []
        for chapter, name in zip(self.chapters, self.notebooks, strict=True):
            rows = [
                f"| [{_cell(part.title)}]({FOLDER}/{page}.ipynb) | {_span(part.sections)} | {part.minutes or '–'} |"
                f" {self._deck(page, 'slides') or '–'} |"
                for page, part in self._parts(name).items()
            ]
            head = ["| part | sections | minutes | deck |", "| :-- | :-- | --: | :-- |"]
            tables.append("\n".join([f"**{chapter.title}**", "", *head, *rows]))
        return "\n\n".join(tables)

    def exercises(self):
        """All exercises, under the sections that they stand in."""
        parts = [(section, chapter) for chapter in self.chapters for section in chapter.sections if section.exercises]
        lines = [
            f"- [{section.title}](#{section.anchor}), {_time(section.minutes)}: {'; '.join(section.exercises)}"
            for section, chapter in parts
        ]
        return "\n".join(lines) or "There are none yet."


def _span(sections):
    """The first and the last section that take time in class."""
    taught = [section for section in sections if section.minutes and not section.exercises]
    ends = [f"[{_cell(section.title)}](#{section.anchor})" for section in (*taught[:1], *taught[1:][-1:])]
    return " to ".join(ends) or "–"


def _facts(chapter):
    n_sections = sum(not section.exercises for section in chapter.sections)
    facts = [
        (n_sections, "section"),
        (chapter.n_questions, "question"),
        (len(chapter.exercises), "exercise"),
    ]
    facts = [counted(number, thing) for number, thing in facts if number]
    return ", ".join(filter(None, [_time(chapter.minutes).capitalize(), *facts])) + "."


def _time(minutes):
    """Minutes in words: "about 1 h 35 min"; empty for 0."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{number} {unit}" for number, unit in ((hours, "h"), (rest, "min")) if number]
    return " ".join(["about", *parts]) if parts else ""


def _card(title, text):
    return f":::{{grid-item-card}} {title}\n{text}\n:::"


def _cell(text):
    """A text that a table may hold."""
    return text.replace("|", r"\|")


def _raw(text):
    return f"```````{{raw}} html\n{text}\n```````"
