"""Notebooks and their sources: ``NN_topic.py`` (py:percent) is written by hand, ``NN_topic.ipynb`` is made from it, without outputs."""

from pathlib import Path

import jupytext
import nbformat

from lecture.publish.files import write_whole

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def sources(folder):
    """Return the notebooks' py:percent sources in ``folder``, in the order of the book."""
    return sorted(Path(folder).glob("[0-9][0-9]_*.py"))


def from_source(source):
    """Return the notebook that the py:percent file ``source`` describes, without outputs.

    Cells are numbered (``cell-1``, ``cell-2``, …), so that the same source always gives the same notebook.
    """
    notebook = jupytext.read(source, fmt="py:percent")
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number}"
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


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


def _differing(folder):
    for source in sources(folder):
        text = as_text(from_source(source))
        target = source.with_suffix(".ipynb")
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            yield source, text
