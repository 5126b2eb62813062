"""A chapter as pages of the book: one for each of its parts, from the same notebook."""

import html
import json
import re

import nbformat

from publishing.links import places_under_anchors
from publishing.outline import is_title_of, parts, title

FOLDER = "notebooks"  # of the chapters' pages
EXPLORER = re.compile(r'class="lecture-explorer" data-explorer="([^"]+)"')


def names(name, notebook):
    """Return the names of a chapter's pages, in the order of its parts; the first keeps the chapter's own.

    Parameters
    ----------
    name : str
        Of the notebook, without its suffix.
    notebook : notebook

    Returns
    -------
    list of str
        ``["01_nets", "01_nets_2", …]``: a page of the book, or a deck, without folder and ending.
    """
    return [name if number == 1 else f"{name}_{number}" for number, _ in enumerate(parts(notebook), start=1)]


def split(name, notebook):
    """Return the pages of a chapter.

    Each begins with a line that says which part it is and leads to the others. A part that does not begin with the
    chapter's own heading gets its title as one. A heading "Part 2: its title" becomes the page's own: the line says the
    number.

    Parameters
    ----------
    name : str
        Of the notebook, without its suffix.
    notebook : notebook
        In the form that Jupyter Book reads.

    Returns
    -------
    dict of str to notebook
        Each by the name of its page; the number of its part is in ``metadata["part"]``.
    """
    found, pages = parts(notebook), names(name, notebook)
    if len(found) == 1:
        return {name: notebook}
    heading = next((title(cell.source) for cell in notebook.cells if cell.cell_type == "markdown"), name)
    made = {}
    for number, (page, part) in enumerate(zip(pages, found, strict=True), start=1):
        where = _progress(heading, list(zip(pages, (it.title for it in found), strict=True)), number)
        top, cells = (where, part.cells) if number == 1 else _titled(part, where)
        made[page] = notebook.copy()
        made[page].cells = [nbformat.v4.new_markdown_cell(top, id=f"part-{number}"), *cells]
        made[page].metadata = notebook.metadata | {"part": number}
    return made


def _titled(part, top):
    """What stands above a later part, with its title unless a heading of its own can be that, and the part's cells."""
    first, *others = part.cells
    lines = first.source.split("\n")
    own = [at for at, line in enumerate(lines) if line.startswith("## ") and is_title_of(part.title, line[3:])]
    if not own:
        return f"{top}\n\n# {part.title}", part.cells
    lines[own[0]] = f"# {part.title}"
    raised = first.copy()
    raised.source = "\n".join(lines)
    return top, (raised, *others)


def in_contents(contents, notebooks):
    """Return a table of contents in which each chapter's further pages stand below its first one.

    Parameters
    ----------
    contents : dict, list or other
        What ``_toc.yml`` says, or a part of it.
    notebooks : mapping of str to notebook
    """
    if isinstance(contents, list):
        return [in_contents(entry, notebooks) for entry in contents]
    if not isinstance(contents, dict):
        return contents
    found = {key: in_contents(value, notebooks) for key, value in contents.items()}
    name = str(contents.get("file", "")).removeprefix(f"{FOLDER}/")
    further = names(name, notebooks[name])[1:] if name in notebooks else []
    if further:
        found["sections"] = [{"file": f"{FOLDER}/{page}"} for page in further] + found.get("sections", [])
    return found


def places(notebooks):
    """Return on which page each place of the chapters is, so that an address from before still arrives.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        With outputs.

    Returns
    -------
    anchors : dict of str to str
        The page of each anchor and of each numbered formula.
    explorers : dict of str to dict of str to str
        Of each chapter, the page of each of its explorers.
    """
    anchors, explorers = {}, {}
    for name, notebook in notebooks.items():
        inside = explorers.setdefault(name, {})
        under = places_under_anchors(notebook)
        for page, part in zip(names(name, notebook), parts(notebook), strict=True):
            for cell in part.cells:
                for place in under.get(cell.metadata.get("anchor"), []):
                    anchors[place] = page
                for output in cell.get("outputs", []):
                    for explorer in EXPLORER.findall(output.get("data", {}).get("text/html", "")):
                        inside.setdefault(explorer, page)
    return anchors, explorers


def places_script(notebooks):
    """Return what `places` says as a script, which ``_static/arrive.js`` asks."""
    anchors, explorers = places(notebooks)
    return f"window.LECTURE_PLACES = {json.dumps({'anchors': anchors, 'explorers': explorers})};\n"


def _progress(chapter, pages, number):
    """The line above a page: the chapter, which of its parts this is, and links to the others."""
    items = "\n".join(
        f'<li aria-current="page"><span>{html.escape(part)}</span></li>'
        if at == number
        else f'<li><a href="{page}.html">{html.escape(part)}</a></li>'
        for at, (page, part) in enumerate(pages, start=1)
    )
    first = pages[0][0]
    above = html.escape(chapter) if number == 1 else f'<a href="{first}.html">{html.escape(chapter)}</a>'
    return (
        f'```{{raw}} html\n<nav class="lecture-parts" aria-label="Parts of this chapter">\n'
        f"<p>{above}, part {number} of {len(pages)}</p>\n<ol>\n{items}\n</ol>\n</nav>\n```"
    )
