"""The slides: one deck for each part of a chapter, a single file that needs no host.

What stands on them follows from the notebook:

- a cell with a heading is a slide, with its text; a heading of the first or second level starts a column of slides, a
  lower one goes on in it. How long a section takes goes to the speaker's notes;
- what a code cell gives out is a slide below. Its code is there only if the cell has the tag ``slide-code``;
- a cell without a heading goes to the notes of the slide before it. A question (*Predict first: …*) is a slide of its
  own; the answer's first paragraph and what was learnt (**Learnt:** …) come with the next key below the figure that
  shows it. With the tag ``slide`` the cell stands above what the next code cell gives out;
- what is printed on a line or two stands with the output before or after it;
- the numbers that decide a sentence (``<small>`` on the page) go to the notes, and of a long table the first rows are
  shown;
- the exercises of a section are a list of their titles; what they ask, and their solutions, go to the notes;
- a deck begins with the title of its part and ends with what was learnt in it and where it goes on. The sources, and
  what a page says of its small print, are for readers.

In the browser ``assets/slides.js`` makes each slide fit, and splits those that cannot.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

from publishing import figures, outline, parts
from publishing.browser_files import mathjax, reveal
from publishing.files import write_whole
from publishing.links import check_links, slide_addresses
from publishing.markup import CODE_STYLES, blocks, code
from publishing.notebooks import FORM, SOLUTION

REMOVED, EXERCISE, SHOWN = "remove-cell", "exercise", "slide-code"  # tags of code cells
FEW = 3  # lines that need no slide of their own
ROWS, FIRST_ROWS = 12, 6  # of a table: a longer one shows its first rows
LINES, FIRST_LINES = 40, 20  # of what was printed, likewise
SOURCES = "References"  # a section that is no slide to be read
SMALL = re.compile(r"\s*<small>.*?</small>", re.DOTALL)
ROW = re.compile(r"<tr\b.*?</tr>\s*", re.DOTALL)
FENCED = re.compile(r"^(```\w*\n)(.*?)(\n```)", re.DOTALL | re.MULTILINE)
PARAGRAPH = re.compile(r"<p>.*?</p>", re.DOTALL)
LEARNT = re.compile(r"<p><strong>Learnt:</strong>\s*(.*?)</p>", re.DOTALL)
PRINT = "small print"  # which slides have none of
TERMINAL = re.compile(r"\x1b\[[\d;]*[A-Za-z]")  # colours in what was printed


@dataclass
class Slide:
    """What stands on one slide, as HTML.

    Attributes
    ----------
    kind : str
        ``"title"``, ``"section"`` (the first of a column), ``"part"`` (with a lower heading), ``"text"``, ``"output"``,
        ``"question"``, ``"learnt"`` or ``"exercises"``.
    heading : str
        The slide's own, or that of its column.
    anchor : str
        Its address in the deck; empty for most.
    blocks : list of str
    notes : list of str
        For the speaker.
    """

    kind: str
    heading: str
    anchor: str = ""
    blocks: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def assemble(root: Path, notebooks: Mapping[str, Any], output: Path, *, say: Callable[[str], Any] = print) -> Path:
    """Write a deck for each part of the notebooks that have run.

    Parameters
    ----------
    root : pathlib.Path
        The checkout. The decks take nothing from it; `build` hands it to everything that assembles.
    notebooks : mapping of str to notebook
        Each executed notebook by the name of its source, without its suffix.
    output : pathlib.Path
        Folder for everything that is made; the decks appear in its ``slides``, each whole.
    say : callable
        Called with a line about the size of each deck.

    Returns
    -------
    pathlib.Path
        The folder of the decks.

    Raises
    ------
    BookError
        If a link leads nowhere or a figure has no alternative text. No deck is written then.
    """
    folder = output / "slides"
    for name, text in decks(notebooks).items():
        write_whole(folder / f"{name}.html", text)
        say(f"{name}.html: {len(text.encode()) / 1e6:.1f} MB")
    return folder


def decks(notebooks):
    """Return each deck as the text of an HTML page, by its name: that of the page of the book with the same part.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        Each executed notebook by the name of its source, without its suffix.

    Raises
    ------
    BookError
        If a link leads nowhere or a figure has no alternative text.
    """
    check_links(notebooks)
    cut = {name: _cut(name, notebook) for name, notebook in notebooks.items()}
    whole = {deck: part for found in cut.values() for deck, part in found.items()}
    made, around = {}, _around(cut, notebooks)
    for (name, found), chapter in zip(cut.items(), outline.chapters(notebooks), strict=True):
        for number, (deck, part) in enumerate(zip(found, outline.parts(notebooks[name]), strict=True)):
            slides = columns(found[deck], name, slide_addresses(whole, deck), first="section" if number else "title")
            if len(found) > 1:
                where = f"{html.escape(chapter.title)}, part {number + 1} of {len(found)}"
                _begin(slides, part, where, around[deck], has_title=not number)
                _end(slides, around[deck])
            made[deck] = page(f"{chapter.title}: {part.title}" if len(found) > 1 else chapter.title, slides)
    return made


def _around(cut, notebooks):
    """The links from each deck to the part before it and to the next part or chapter."""
    listed = [
        (deck, part.title, chapter.title)
        for found, chapter, notebook in zip(cut.values(), outline.chapters(notebooks), notebooks.values(), strict=True)
        for deck, part in zip(found, outline.parts(notebook), strict=True)
    ]
    around = {deck: [] for deck, _, _ in listed}
    for (deck, part, chapter), (after, next_part, next_chapter) in pairwise(listed):
        is_same = chapter == next_chapter
        around[deck].append(_link("Next", after, next_part if is_same else next_chapter))
        if is_same:
            around[after].append(_link("Before", deck, part))
    return around


def _link(word, deck, title):
    return f'{word}: <a href="{deck}.html">{html.escape(title)}</a>'


def _cut(name, notebook):
    """The parts of a notebook as notebooks, by the names of their decks."""
    found = {}
    for deck, part in zip(parts.names(name, notebook), outline.parts(notebook), strict=True):
        found[deck] = notebook.copy()
        found[deck].cells = list(part.cells)
    return found


def _begin(slides, part, where, links, *, has_title):
    """Let a deck begin with its part: what it is about, or what comes in it, and what comes before and after."""
    if not has_title:
        title, first = Slide("title", html.escape(part.title)), slides[0]
        if len(first) == 1 and outline.is_title_of(title.heading, first[0].heading):
            title.anchor, title.blocks, title.notes = first[0].anchor, first[0].blocks, first[0].notes
            slides.pop(0)
        sections = [it for it in part.sections if it.title != SOURCES and it.anchor != title.anchor]
        items = (f'<li><a href="#/{it.anchor}">{html.escape(it.title)}</a></li>' for it in sections)
        title.blocks.append(f"<ul>{''.join(items)}</ul>")
        slides.insert(0, [title])
    blocks = slides[0][0].blocks
    blocks.insert(0, f'<p class="where">{where}</p>')
    blocks.append(f'<p class="where">{" · ".join(links)}</p>')


def _end(slides, links):
    """Let a deck end with what was learnt in it and what comes next; its sources stand in the notes there."""
    found = [text for column in slides for slide in column for text in LEARNT.findall("".join(slide.blocks))]
    end = Slide("section", "In short")
    if found:
        end.blocks.append(f"<ul>{''.join(f'<li>{text[:1].upper()}{text[1:]}</li>' for text in found)}</ul>")
    for column in [column for column in slides if column[0].heading == SOURCES]:
        slides.remove(column)
        end.anchor, end.notes = column[0].anchor, column[0].notes
        links = [*links, f"{SOURCES}: at the end of the chapter's last page"]
    end.blocks.append(f'<p class="where">{" · ".join(link for link in links if not link.startswith("Before"))}</p>')
    slides.append([end])


def columns(notebook, name="notebook", addresses=(), *, first="title"):
    """Return the slides of an executed notebook.

    Parameters
    ----------
    notebook : notebook
    name : str
        Name of its source, without its suffix, for errors.
    addresses : mapping of str to str
        Where a link to an anchor or a formula leads.
    first : {"title", "section"}
        Kind of the first slide.

    Returns
    -------
    list of list of Slide
        The columns of slides, from left to right, each from top to bottom.
    """
    deck = []
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown":
            _add_text(deck, cell, tags, dict(addresses), first)
        elif cell.cell_type == "code" and deck:
            _add_code(deck, cell, tags, f"{name}.py")
    return deck


def _add_text(deck, cell, tags, addresses, first):
    """Add a markdown cell: slides for its headings and questions, notes for the rest."""
    if deck and outline.EXERCISE.search(cell.source):
        _add_exercise(deck[-1], cell, addresses)
        return
    is_shown = "slide" in tags
    if is_shown and deck:
        deck[-1].append(Slide("text", deck[-1][0].heading))
    for block in blocks(cell.source, addresses):
        if block.kind == "heading":
            is_shown = _add_heading(deck, block, cell.metadata.get("anchor", ""), first)
        elif not deck:
            continue  # what stands above the title is on no slide
        elif block.kind == "learnt":
            _add_learnt(deck[-1], block)
        elif block.kind == "minutes" or PRINT in block.html or (not is_shown and block.kind in ("text", "details")):
            _add_note(deck[-1][-1], block)
        elif block.kind == "question" and not is_shown:
            deck[-1].append(Slide(block.kind, deck[-1][0].heading, blocks=[block.html]))
        else:
            slide = deck[-1][-1]
            slide.blocks.append(block.html)
            if block.kind == "question" and slide.kind == "text":
                slide.kind = "question"  # whose answer comes on the next


def _add_heading(deck, block, anchor, first):
    """Begin a slide, and return whether what follows is shown on it."""
    if block.level > 2 and deck:
        deck[-1].append(Slide("part", block.html, anchor))
    else:
        deck.append([Slide("section" if deck else first, block.html, anchor)])
    return block.html != SOURCES


def _add_note(slide, block):
    """Add what only the speaker reads; the first paragraph of an answer comes below its figure, too."""
    slide.notes.append(block.html.replace("<details>", "<details open>", 1))  # nobody else sees it
    if block.html.startswith("<details><summary>Answer</summary>"):
        paragraph = PARAGRAPH.search(block.html)
        if paragraph and slide.kind != "question":
            slide.blocks.append(_later("answer", paragraph[0]))


def _add_learnt(column, block):
    """Add what was learnt below what shows it."""
    if column[-1].kind == "question":
        column.append(Slide("learnt", column[0].heading, blocks=[block.html]))
    else:
        column[-1].blocks.append(_later("learnt", block.html))


def _later(kind, text):
    """Something that comes with the next key."""
    return f'<div class="{kind} fragment">{text}</div>'


def _add_exercise(column, cell, addresses):
    """Add an exercise to the list of its section; what it asks goes to the notes."""
    if not column[0].heading.startswith("Exercise") and column[-1].kind != "exercises":
        column.append(Slide("exercises", column[0].heading, blocks=["<h3>Exercises</h3>"]))
    slide = column[-1]
    heading, *asked = blocks(cell.source, addresses)
    address = f' id="{html.escape(cell.metadata["anchor"])}"' if "anchor" in cell.metadata else ""
    title = heading.html.removeprefix("Exercise: ")
    item = f"<li{address}>{title[:1].upper()}{title[1:]}</li>"
    if slide.blocks and slide.blocks[-1].startswith("<ol"):
        slide.blocks[-1] = slide.blocks[-1].replace("</ol>", f"{item}</ol>")
    else:
        before = sum(block.count("<li") for it in column for block in it.blocks if 'class="exercises"' in block)
        start = f' start="{before + 1}"' if before else ""
        slide.blocks.append(f'<ol class="exercises"{start}>{item}</ol>')
    slide.notes += [f"<h4>{title}</h4>", *(block.html for block in asked)]


def _add_code(deck, cell, tags, name):
    """Add what a code cell gave out, and its code if it is to be seen."""
    column = deck[-1]
    if SOLUTION in tags:
        column[-1].notes.append(code(cell.source.removeprefix(f"{FORM}\n")))
    elif EXERCISE in tags:
        column[-1].notes.append(code(cell.source))
    elif REMOVED not in tags:
        shown = [code(cell.source)] if SHOWN in tags else []
        shown += filter(None, (_shown(output, name) for output in cell.outputs))
        if shown:
            _add_shown(column, [SMALL.sub("", text) if text.startswith("<p>") else text for text in shown])
            column[-1].notes += [text for text in shown if text.startswith("<p>") and SMALL.search(text)]


def _add_shown(column, shown):
    """Add what came of a cell: to the slide that leads to it, to one with little on it or if it is little, or alone."""
    last = column[-1]
    if last.kind == "text":
        last.blocks += shown
        last.kind = "output"
    elif last.kind == "title" and _is_little(shown):
        last.notes += shown  # what a chapter is run with
    elif last.kind == "output" and (_is_little(shown) or _is_little(last.blocks) or _is_code(last.blocks)):
        last.blocks += shown  # code that gave nothing out leads to what comes of it
    else:
        column.append(Slide("output", column[0].heading, blocks=shown))


def _is_little(shown):
    """Whether it is a few lines of text, with nothing that comes later below them."""
    text = "".join(shown)
    return not re.search(r'<(img|svg|table|div|pre class="code")', text) and text.count("\n") < FEW and len(text) < 400


def _is_code(shown):
    return all(text.startswith('<pre class="code"') for text in shown)


def _shown(output, name):
    """An output as HTML; empty if there is nothing to see."""
    if output.output_type == "stream":
        return _printed(output.text)
    data = output.get("data", {})
    if data.get("text/html", "").startswith("<details"):
        return ""  # what the page folds is for readers
    if "text/html" in data:
        kind = "explorer" if 'class="lecture-explorer"' in data["text/html"] else "made"
        return (
            f'<div class="{kind}">{data["text/html"] if kind == "explorer" else _first_rows(data["text/html"])}</div>'
        )
    if "text/markdown" in data:
        text = FENCED.sub(lambda found: found[1] + _first_lines(found[2]) + found[3], data["text/markdown"])
        return "".join(block.html for block in blocks(text, {}))
    if "image/png" in data:
        return f'<div class="figure">{figures.image(output, name)}</div>'
    return _printed(data.get("text/plain", ""))


def _first_rows(table):
    """A table as it is or, if it is long, its first rows and how many there are."""
    rows = list(ROW.finditer(table))
    if len(rows) <= ROWS + 1:  # with the row of its heads
        return table
    rest = f"<p>The first {FIRST_ROWS} of {len(rows) - 1} rows; the page has all.</p>"
    return table[: rows[FIRST_ROWS].end()] + table[rows[-1].end() :] + rest


def _first_lines(text):
    """A text as it is or, if it is long, its first lines and how many there are."""
    lines = text.split("\n")
    if len(lines) <= LINES:
        return text
    empty = [n for n in range(FIRST_LINES // 2, FIRST_LINES) if not lines[n].strip()]
    kept = empty[0] if empty else FIRST_LINES
    return "\n".join([*lines[:kept], f"… {kept} of {len(lines)} lines; the page has all."])


def _printed(text):
    text = _first_lines(TERMINAL.sub("", text).strip("\n"))
    return f'<pre class="printed">{html.escape(text)}</pre>' if text.strip() else ""


def page(title, deck):
    """Return a deck as the text of an HTML page that holds everything it needs.

    Parameters
    ----------
    title : str
    deck : list of list of Slide
    """
    shown = "\n".join(
        "<section>\n" + "\n".join(_section(slide) for slide in column) + "\n</section>" for column in deck
    )
    parts = reveal()
    scripts = [
        *parts.scripts,
        _asset("formulas.js"),
        (mathjax() / "tex-svg-full.js").read_text(encoding="utf-8"),
        _asset("slides.js"),
    ]
    return _asset("slides.html").format(
        title=html.escape(title, quote=False),
        styles="\n".join([*parts.styles, _asset("slides.css"), CODE_STYLES]),
        slides=shown,
        scripts="\n".join(_script(text) for text in scripts),
    )


def _asset(name):
    return resources.files("publishing").joinpath("assets", name).read_text(encoding="utf-8")


def _section(slide):
    """One slide. A slide below the first of its column shows the column's heading small."""
    level = {"title": "h1", "section": "h2"}.get(slide.kind, "h3" if slide.kind == "part" else "h4")
    address = f' id="{html.escape(slide.anchor)}"' if slide.anchor else ""
    notes = f'<aside class="notes">{"".join(slide.notes)}</aside>' if slide.notes else ""
    return (
        f'<section{address} class="{slide.kind}"><{level} class="heading">{slide.heading}</{level}>\n'
        f'<div class="body">{"".join(slide.blocks)}</div>{notes}</section>'
    )


def _script(text):
    """A script that stands in the page, and so may not hold what ends one."""
    return f"<script>{text.replace('</script', '<' + chr(92) + '/script')}</script>"
