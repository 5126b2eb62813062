"""The gallery: every figure and explorer of the executed notebooks, with its section and the line that draws it."""

import ast
import html
import re
from textwrap import shorten

from publishing import figures
from publishing.outline import title

INTRODUCTION = """# Gallery

All figures and explorers of the book. Below each stand its section and the line that draws it, where a single line
does; a click opens it in its place, an explorer in the state shown here.
"""
LONGEST = 90  # letters of code in a caption
_DRAWS = re.compile(r"(\w+(, \w+)* = )?(plots\.plot_|plot_|explore\(|show_)")


def page(notebooks):
    """Return the gallery as the text of a page of the book.

    Parameters
    ----------
    notebooks : mapping of str to notebook
        Each executed notebook by the name of its page, without its suffix. Below a chapter's heading stand those of
        its further parts.
    """
    parts = [INTRODUCTION]
    for name, notebook in notebooks.items():
        shown = list(_entries(name, notebook))
        if shown:
            level = "###" if notebook.metadata.get("part", 1) > 1 else "##"
            parts += [f"{level} {_title(notebook)}", *shown]
    return "\n\n".join(parts) + "\n"


def _title(notebook):
    """The first heading of a notebook."""
    return next(
        (line[2:] for cell in notebook.cells for line in cell.source.splitlines() if line.startswith("# ")), "Untitled"
    )


def _entries(name, notebook):
    """Yield each figure of a notebook as a block of HTML, in its order."""
    anchor = section = ""
    for cell in notebook.cells:
        if "anchor" in cell.metadata:
            anchor, section = cell.metadata["anchor"], title(cell.source)
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            found = _first_frame(output, f"{name}.py")
            if found:
                image, state = found
                address = f"notebooks/{name}.html{'?' + state if state else ''}#{anchor}"
                yield (
                    f'<figure class="lecture-gallery"><a href="{html.escape(address)}">{image}</a>'
                    f"<figcaption>{_caption(section, cell.source)}</figcaption></figure>"
                )


def _first_frame(output, name):
    """The picture of an output as an image tag, and the state of its explorer (empty for a figure); or None."""
    data = output.get("data", {})
    explorer = re.search(
        r'<div class="lecture-explorer"[^>]* data-state="([^"]*)"[^>]*>\s*(<img [^>]*>)', data.get("text/html", "")
    )
    if explorer:
        return explorer[2], html.unescape(explorer[1])
    if "image/png" in data:
        return figures.image(output, name), ""
    return None


def _caption(section, source):
    """The title of a section, and the last statement of a cell that draws, on one line, if one does."""
    try:
        statements = [ast.unparse(statement) for statement in ast.parse(source).body]
    except SyntaxError:  # a magic
        statements = []
    drawing = [statement for statement in statements if _DRAWS.match(statement)]
    code = f"<br><code>{html.escape(shorten(drawing[-1], LONGEST, placeholder=' …'))}</code>" if drawing else ""
    return f"{html.escape(section)}{code}"
