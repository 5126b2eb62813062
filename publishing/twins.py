"""Copies of the notebooks for live coding: what is typed in class is blank, with its solution folded below."""

import hashlib
import json
import os
import shutil
import time
from itertools import count, takewhile

import nbformat

from publishing import colab
from publishing.files import write_whole
from publishing.notebooks import as_text, from_source, sources

LIVE = "live"  # the tag of a cell that is typed in class
HEADING = "# Solution: unfold it to read it, or run it as it is."
RECORD = "lecture"  # where a twin's metadata say what was written
AGAIN = "python -m lecture live --fresh"


class TwinError(RuntimeError):
    """The copies for live coding could not be made: the sentence says why."""


def blank(notebook, name):
    """Return a copy of a notebook in which each cell with the tag ``live`` is two: prompt, and folded solution.

    The prompt is the comment that the cell begins with. The folded cell runs like any other, so that the notebook works
    whether the blank was filled or not. The cell for Colab is left out.

    Parameters
    ----------
    notebook : notebook
        Without outputs.
    name : str
        Of its source, for the error.

    Raises
    ------
    TwinError
        If a cell to be typed has no prompt.
    """
    twin = notebook.copy()
    twin.cells = [
        copy
        for cell in notebook.cells
        if colab.TAG not in _tags(cell)
        for copy in (_pair(cell, name) if LIVE in _tags(cell) else [cell])
    ]
    return twin


def write(notebooks, folder, *, fresh=False):
    """Write the twin of every notebook, but over none that somebody has typed into.

    Parameters
    ----------
    notebooks : pathlib.Path
        The folder with the sources, which stays as it is.
    folder : pathlib.Path
        Where the twins go.
    fresh : bool
        Whether to write them all anew: a twin with something typed in it is put aside then, under another name, and
        never deleted.

    Returns
    -------
    list of str
        A sentence for each twin that was kept though its notebook has changed, or that was put aside.

    Raises
    ------
    TwinError
        If a cell to be typed has no prompt (then nothing is written), or the folder takes no files.

    Notes
    -----
    To have typed is to have changed, added, removed or moved a cell. Running cells and saving is not: such outputs
    stay until the notebook changes.
    """
    twins = {source.stem: _recorded(blank(from_source(source), source.name)) for source in sources(notebooks)}
    said = []
    for name, twin in twins.items():
        target = folder / f"{name}.ipynb"
        try:
            said += _place(twin, target, fresh)
        except OSError as error:
            raise TwinError(f"{target} cannot be written: {error.strerror or error}.") from error
    return said


def _pair(cell, name):
    """The blank and the folded solution that stand for a cell."""
    prompt = list(takewhile(lambda line: line.startswith("#"), cell.source.splitlines()))
    if cell.cell_type != "code" or not prompt:
        raise TwinError(
            f"{name}: a cell with the tag {LIVE} must be code that begins with a comment, its prompt,"
            f" but one begins with {cell.source[:40]!r}."
        )
    empty, solution = cell.copy(), cell.copy()
    empty |= {"id": f"{cell.id}-blank", "source": "\n".join([*prompt, ""])}
    solution |= {
        "source": f"{HEADING}\n{cell.source}",
        "metadata": cell.metadata | {"jupyter": {"source_hidden": True}},
    }
    return [empty, solution]


def _place(twin, target, fresh):
    """Write a twin where it may be written; return what there is to say."""
    if not target.exists():
        write_whole(target, as_text(twin))
        return []
    written, cells = _read(target)
    changed = written.get("notebook") != twin.metadata[RECORD]["notebook"]
    if cells and written.get("cells") == cells:  # nobody typed
        if changed or fresh:
            write_whole(target, as_text(twin))
        return []
    if fresh:
        aside = _aside(target)
        shutil.copy2(target, aside)
        write_whole(target, as_text(twin))
        return [f"{target.name} is new; the one that was typed into is {aside.name} now."]
    if not changed:
        return []
    return [
        f"{target.name} was typed into and is kept, though its notebook has changed since:"
        f" {AGAIN} makes a new one and puts this one aside."
    ]


def _read(file):
    """The record in a file and the digest of its cells now; ({}, None) for what is no notebook, and so somebody's."""
    try:
        notebook = nbformat.read(file, as_version=4)
        return notebook.metadata.get(RECORD, {}), _digest_of_cells(notebook)
    except (ValueError, LookupError, AttributeError, TypeError, nbformat.ValidationError):
        return {}, None


def _aside(target):
    """A name that is free beside ``target``, with the day of its last change."""
    day = time.strftime("%Y-%m-%d", time.localtime(os.path.getmtime(target)))
    names = (f"{target.stem}-typed-{day}{'' if n == 1 else f'-{n}'}.ipynb" for n in count(1))
    return next(file for file in map(target.with_name, names) if not file.exists())


def _recorded(twin):
    """The twin with a record of what it holds, to see later whether somebody typed or its notebook changed."""
    record = {"cells": _digest_of_cells(twin), "notebook": _digest(as_text(twin))}
    twin.metadata = nbformat.from_dict(twin.metadata | {RECORD: record})
    return twin


def _digest_of_cells(notebook):
    """Of what a reader sees of the cells. JupyterLab may have added an empty one below the last."""
    return _digest(
        json.dumps([(cell.cell_type, cell.source.rstrip()) for cell in notebook.cells if cell.source.strip()])
    )


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _tags(cell):
    return cell.metadata.get("tags", [])
