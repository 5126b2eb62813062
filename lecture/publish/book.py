"""The book: executed notebooks and pages, built by Jupyter Book into one folder that asks no other host for anything."""

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from lecture.publish import gallery
from lecture.publish.execute import execute
from lecture.publish.files import replace_folder, write_whole
from lecture.publish.notebooks import as_text, sources

# What a page with formulas asks for; the rest of the package (speech, MathML input) is 18 MB that no page needs.
MATHJAX = ("tex-chtml.js", "output/chtml/fonts", "input/tex/extensions")


class BookError(RuntimeError):
    """The book could not be built: the sentence says why."""


def build(root, *, environment, inputs=(), output=None, say=print):
    """Run the notebooks and build the book.

    Parameters
    ----------
    root : pathlib.Path
        The checkout.
    environment : dict of str to str
        ``LECTURE_…`` variables for the notebooks' kernels.
    inputs : sequence of str
        What else the notebooks' outputs depend on, such as a digest of the images: a change makes them run again.
    output : pathlib.Path, optional
        Where everything that is made goes, by default ``root/_build``. The pages appear in its ``html``, whole; until
        then earlier ones stay as they were.
    say : callable
        Told, a line at a time, what is done and how long it took.

    Returns
    -------
    pathlib.Path
        The first page.

    Raises
    ------
    NotebookError
        If a cell raises.
    BookError
        If a figure has no alternative text, or Jupyter Book refuses a page.
    """
    output = output or root / "_build"
    staged = output / "source"
    shutil.rmtree(staged, ignore_errors=True)
    shutil.copytree(root / "book", staged)
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(root / name, staged)
    notebooks = {}
    for source in sources(root / "notebooks"):
        run = execute(source, root=root, environment=environment, inputs=inputs, cache=output / "executed")
        say(f"{source.stem}: " + (f"reused, nothing changed (ran {run.seconds:.0f} s)" if run.reused else f"ran in {run.seconds:.0f} s"))
        notebooks[source.stem] = for_the_book(run.notebook, source.name)
        write_whole(staged / "notebooks" / f"{source.stem}.ipynb", as_text(notebooks[source.stem]))
    write_whole(staged / "gallery.md", gallery.page(notebooks))
    html = _jupyter_book(staged)
    _take_mathjax(html / "mathjax")
    target = output / "html"
    replace_folder(html, target)
    return target / "index.html"


def for_the_book(notebook, name):
    """Return a copy of an executed notebook with what the book alone understands: labels for anchors, texts for figures.

    A markdown cell whose metadata name an ``anchor`` gets that id at its heading; a picture's alternative text
    is taken from the metadata that the kernel sent with it.

    Raises
    ------
    BookError
        If a picture has no alternative text.
    """
    book = notebook.copy()
    book.cells = [cell.copy() for cell in notebook.cells]
    for cell in book.cells:
        if cell.cell_type == "markdown" and "anchor" in cell.metadata:
            cell.source = f"({cell.metadata['anchor']})=\n{cell.source}"
        elif cell.cell_type == "code":
            texts = [_alternative_text(output, name) for output in cell.outputs if "image/png" in output.get("data", {})]
            if texts:
                cell.metadata = cell.metadata | {"mystnb": {"image": {"alt": " ".join(texts)}}}
    return book


def _alternative_text(output, name):
    """The text that came with one picture."""
    text = gallery.alternative_text(output)
    if not text:
        raise BookError(f"{name}: a figure has no alternative text; call plots.describe(ax, sentence) where it is drawn.")
    return text


def _jupyter_book(staged):
    """Build ``staged`` with every warning an error; return the folder of pages."""
    work = staged.parent / "work"
    shutil.rmtree(work, ignore_errors=True)
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(staged), "--path-output", str(work), "-W", "-n", "--keep-going", "-q"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        problems = [line for line in (done.stdout + done.stderr).splitlines() if re.search("warning|error", line, re.IGNORECASE)]
        raise BookError("the book was not built:\n" + "\n".join(problems or [done.stdout[-2000:] + done.stderr[-2000:]]))
    return work / "_build" / "html"


def _take_mathjax(target):
    """Copy the files that formulas need from the package that carries them."""
    marker = next(file for file in metadata.files("sphinx-mathjax-offline") if file.name == "tex-chtml.js")
    origin = Path(marker.locate()).parent
    for part in MATHJAX:
        if (origin / part).is_dir():
            shutil.copytree(origin / part, target / part)
        else:
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin / part, target / part)
