"""Notebooks and their sources: ``NN_topic.ipynb`` is made, without outputs, from ``NN_topic.py`` (py:percent)."""

from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat

from publishing import colab
from publishing.files import write_whole

SOLUTION = "solution"  # the tag of a cell that gives an exercise away
FORM = "# @title Solution"  # what Colab shows of such a cell
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


class NotebookDiffers(RuntimeError):
    """A notebook and its source say different things."""


def sources(folder):
    """Return the notebooks' py:percent sources in ``folder``, in the order of the book."""
    return sorted(Path(folder).glob("[0-9][0-9]_*.py"))


def from_source(source):
    """Return the notebook that the py:percent file ``source`` describes, without outputs.

    Cells are numbered (``cell-1``, ``cell-2``, …), so that the same source always gives the same notebook. Before the
    first code cell stands the one that sets up Colab.
    """
    notebook = jupytext.read(source, fmt="py:percent")
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number}"
        if SOLUTION in cell.metadata.get("tags", []):
            _fold(cell)
    colab.add_cell(notebook, Path(source).resolve().parents[1])
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _fold(cell):
    """Show a solution only when it is asked for: JupyterLab and Colab each have their own way."""
    cell.metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
    cell.source = f"{FORM}\n{cell.source}"


def as_text(notebook):
    """Return the notebook as the text of an .ipynb file."""
    return nbformat.writes(notebook) + "\n"


def make(folder):
    """Write the .ipynb of every source in ``folder`` whose file is missing or says something else.

    Returns
    -------
    list of pathlib.Path
        The files that were written.
    """
    written = []
    for source, text in _differing(folder):
        target = source.with_suffix(".ipynb")
        write_whole(target, text)
        written.append(target)
    return written


def outdated(folder):
    """Return the sources in ``folder`` whose .ipynb is missing or says something else."""
    return [source for source, _ in _differing(folder)]


def refuse_differing(folder):
    """Refuse notebooks whose .ipynb says something else than its source: one of the two would be lost.

    Outputs and metadata, which Jupyter adds when it saves, may differ.

    Raises
    ------
    NotebookDiffers
        With the first notebook and cell for which it is so.
    """
    for source in sources(folder):
        target = source.with_suffix(".ipynb")
        if not target.exists():
            raise NotebookDiffers(f"{target.name} is missing: make notebooks makes it from {source.name}.")
        try:
            pairs = zip_longest(
                *(_said(notebook) for notebook in (from_source(source), nbformat.read(target, as_version=4)))
            )
        except nbformat.reader.NotJSONError as error:
            raise NotebookDiffers(
                f"{target.name} is not a notebook: make notebooks makes it again from {source.name}."
            ) from error
        number = next((number for number, (one, other) in enumerate(pairs, start=1) if one != other), None)
        if number:
            raise NotebookDiffers(
                f"{target.name} and {source.name} say different things, first in cell {number}:"
                f" edit {source.name}, and make notebooks makes the other from it."
            )


def _said(notebook):
    """What a reader sees of each cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def _differing(folder):
    for source in sources(folder):
        text = as_text(from_source(source))
        target = source.with_suffix(".ipynb")
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            yield source, text
