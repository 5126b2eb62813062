"""From a checkout to what is published: run its notebooks, then assemble the book or the slides from them."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from publishing import predictions
from publishing.errors import BookError
from publishing.execute import execute_all
from publishing.notebooks import from_source, sources


def build(
    assemble: Callable[..., Path],
    root: Path,
    *,
    environment: Mapping[str, str],
    inputs: Iterable[str] = (),
    output: Path | None = None,
    say: Callable[[str], Any] = print,
) -> Path:
    """Run the notebooks and publish them.

    Parameters
    ----------
    assemble : callable
        `book.assemble` or `slides.assemble`: ``assemble(root, notebooks, output, say=say)`` makes the pages from
        notebooks that have run, and returns where they are.
    root : pathlib.Path
        The checkout.
    environment : mapping of str to str
        ``LECTURE_…`` variables for the notebooks' kernels.
    inputs : iterable of str
        What else the notebooks' outputs depend on, such as a digest of the images: a change makes them run again.
    output : pathlib.Path, optional
        Folder for everything that is made; ``root/_build`` if None.
    say : callable
        Called with each line about what is done and how long it took.

    Returns
    -------
    pathlib.Path
        What `assemble` returns.

    Raises
    ------
    NotebookError
        If a cell raises.
    BookError
        If ``_toc.yml`` lacks a notebook, a question or its answer is not written as `predictions` has it, a link leads
        nowhere, a figure has no alternative text, or Jupyter Book refuses a page. Pages that were there stay as they
        were.
    """
    refuse_unlisted(root)
    for source in sources(root / "notebooks"):
        predictions.read(from_source(source), source.name)
    output = output or root / "_build"
    notebooks = execute_all(root, environment=environment, inputs=inputs, output=output, say=say)
    return assemble(root, notebooks, output, say=say)


def refuse_unlisted(root: Path):
    """Refuse a checkout with a notebook that ``_toc.yml`` does not name: the book would leave it out.

    Raises
    ------
    BookError
        With the first such notebook.
    """
    listed = set(_files(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))))
    for source in sources(root / "notebooks"):
        if f"notebooks/{source.stem}" not in listed:
            line = f"- file: notebooks/{source.stem}"
            raise BookError(f"{source.name} is in no part of the book: add `{line}` to _toc.yml.")


def _files(contents):
    """Yield every file that a table of contents names, at any depth."""
    if isinstance(contents, dict):
        yield from filter(None, [contents.get("file")])
    children = contents.values() if isinstance(contents, dict) else contents if isinstance(contents, list) else ()
    for child in children:
        yield from _files(child)
