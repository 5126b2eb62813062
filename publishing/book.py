"""The book: executed notebooks and pages, built by Jupyter Book into one folder that needs no other host."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from publishing import address, api, browser_files, gallery, loading, pages, parts, predictions, unanswered
from publishing.equations import number_references
from publishing.errors import BookError
from publishing.figures import alternative_text
from publishing.files import replace_folder, write_whole
from publishing.links import check_links, with_labels
from publishing.notebooks import FORM, SOLUTION, as_text

# What a page with formulas loads; the rest of the package (speech, MathML input) is 18 MB that no page needs.
MATHJAX = ("tex-chtml.js", "output/chtml/fonts", "input/tex/extensions")

STARTUP = re.compile(r"[EWIF]\d{4} |\d{4}-\d\d-\d\d |WARNING: All log messages")  # TensorFlow's
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def assemble(root: Path, notebooks: Mapping[str, Any], output: Path, *, say: Callable[[str], Any] = print) -> Path:
    """Build the book from notebooks that have run.

    Parameters
    ----------
    root : pathlib.Path
        The checkout: its ``book/``, ``_config.yml`` and ``_toc.yml`` say what else is in the book.
    notebooks : mapping of str to notebook
        Each executed notebook by the name of its page, without its suffix.
    output : pathlib.Path
        Folder for everything that is made; the pages appear in its ``html``, whole.
    say : callable
        Called with a line about the size of the book.

    Returns
    -------
    pathlib.Path
        The first page.

    Raises
    ------
    BookError
        If a link leads nowhere, a figure has no alternative text, or Jupyter Book refuses a page.
    """
    check_links(notebooks)
    staged = output / "source"
    shutil.rmtree(staged, ignore_errors=True)
    shutil.copytree(root / "book", staged)
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    write_whole(staged / "_toc.yml", yaml.safe_dump(parts.in_contents(contents, notebooks), sort_keys=False))
    write_whole(staged / "_static" / "places.js", parts.places_script(notebooks))
    repository = address.repository(root)
    write_whole(staged / "_config.yml", _config((root / "_config.yml").read_text(encoding="utf-8"), repository))
    chapters = {name: for_the_book(notebook, f"{name}.py") for name, notebook in notebooks.items()}
    booked = {}
    for name, chapter in chapters.items():
        for page, part in parts.split(name, chapter).items():
            unanswered.say_how(part, name, repository)
            booked[page] = part
    for name, notebook in booked.items():
        write_whole(staged / "notebooks" / f"{name}.ipynb", as_text(notebook))
    write_whole(staged / "gallery.md", gallery.page(booked))
    made = pages.Made(notebooks, repository, output)
    for page in staged.glob("*.md"):
        write_whole(page, pages.fill(page.read_text(encoding="utf-8"), made, page.name))
    for name, text in api.pages().items():
        write_whole(staged / "api" / f"{name}.rst", text)
    html = _jupyter_book(staged)
    loading.pictures_late(html)
    for name, notebook in notebooks.items():
        _hand_out_whole(html, name, notebook)
    _take_mathjax(html / "mathjax")
    for file in html.rglob("*.map"):  # source maps, 3 MB, only needed to debug the theme
        file.unlink()
    for page in html.glob("_sources/gallery.md"):  # 8 MB of pictures, which the page itself has
        write_whole(page, re.sub(r"(?<=;base64,)[A-Za-z0-9+/=]+", "", page.read_text(encoding="utf-8")))
    say(f"book: {sum(file.stat().st_size for file in html.rglob('*') if file.is_file()) / 1e6:.1f} MB")
    target = output / "html"
    replace_folder(html, target)
    return target / "index.html"


def for_the_book(notebook, name):
    """Return a copy of an executed notebook in the form that Jupyter Book reads.

    A markdown cell whose metadata name an ``anchor`` gets that id at its heading; formulas get labels, and links to
    them become references with numbers; a picture's alternative text is taken from the metadata that the kernel sent
    with it; a cell with the tag ``solution`` is folded; what answers a question is marked, to be folded.

    Raises
    ------
    BookError
        If a picture has no alternative text, or a question or its answer is not written as `predictions` has it.
    """
    book = with_labels(notebook, set())
    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = number_references(cell.source)
            if "anchor" in cell.metadata:
                cell.source = f"({cell.metadata['anchor']})=\n{cell.source}"
            continue
        settings = {}
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        if pictures:
            settings["image"] = {"alt": " ".join(alternative_text(output, name) for output in pictures)} | _width(
                pictures
            )
        tags = cell.metadata.get("tags", [])
        if SOLUTION in tags:
            cell.source = cell.source.removeprefix(f"{FORM}\n")
            settings |= {"code_prompt_show": "Show solution", "code_prompt_hide": "Hide solution"}
            cell.metadata = cell.metadata | {"tags": [*tags, "hide-cell"]}
        if settings:
            cell.metadata = cell.metadata | {"mystnb": settings}
    predictions.fold(book, name)
    return book


def _hand_out_whole(html, name, notebook):
    """Let the buttons of a chapter's pages open and download the whole chapter: its parts are no files elsewhere."""
    source = html / "_sources" / parts.FOLDER / f"{name}.ipynb"
    write_whole(source, as_text(notebook))
    for page in parts.names(name, notebook)[1:]:
        source.with_name(f"{page}.ipynb").unlink()
        file = html / parts.FOLDER / f"{page}.html"
        text = file.read_text(encoding="utf-8")
        write_whole(file, text.replace(f"/{page}.ipynb", f"/{name}.ipynb"))


def _width(pictures):
    """The width of a cell's pictures on the page, if all of them name the same one."""
    widths = {output.metadata.get("image/png", {}).get("width") for output in pictures}
    return {"width": f"{widths.pop()}px"} if len(widths) == 1 and None not in widths else {}


def _config(text, repository):
    """The book's settings, with the buttons that open a chapter on Colab or Binder if the repository has an address."""
    config = yaml.safe_load(text)
    if repository:
        config["repository"] = {"url": repository, "branch": address.BRANCH, "path_to_book": ""}
        config["launch_buttons"] = {
            "notebook_interface": "jupyterlab",
            "binderhub_url": address.BINDER,
            "colab_url": address.COLAB,
        }
        config["html"]["use_repository_button"] = True
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True)


def _jupyter_book(staged):
    """Build ``staged`` with every warning an error; return the folder of pages."""
    work = staged.parent / "work"
    shutil.rmtree(work, ignore_errors=True)
    command = [
        sys.executable,
        "-c",
        "from jupyter_book.cli.main import main; main()",
        "build",
        str(staged),
        "--path-output",
        str(work),
        "-W",
        "-n",
        "--keep-going",
        "-q",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=_environment())
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if not STARTUP.match(line)]
        problems = [COLOUR.sub("", line) for line in said if re.search("warning|error", line, re.IGNORECASE)]
        raise BookError("the book was not built:\n" + "\n".join(problems or said[-30:]).replace(f"{staged}/", ""))
    return work / "_build" / "html"


def _environment():
    """The environment of the process that reads the docstrings: it finds this checkout, and uses no accelerator."""
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]))
    return os.environ | {
        "PYTHONPATH": path,
        "CUDA_VISIBLE_DEVICES": "-1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "MPLBACKEND": "Agg",
    }


def _take_mathjax(target):
    """Copy the files of MathJax that the pages load."""
    origin = browser_files.mathjax()
    for part in MATHJAX:
        if (origin / part).is_dir():
            shutil.copytree(origin / part, target / part)
        else:
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin / part, target / part)
