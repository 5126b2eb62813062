"""Exercises in the book, where no cell runs: how to solve them, in the place of a check that nobody can answer."""

import nbformat

from publishing import address

UNANSWERED = "? Not "  # how a check begins what it says of three dots, or of a fault that is still there
TAG = "exercise"


def say_how(notebook, name, repository=None):
    """Replace what the checks of unanswered exercises printed by how a reader can answer them.

    Parameters
    ----------
    notebook : notebook
        A chapter that has run; its cells are changed.
    name : str
        Stem of its source.
    repository : str, optional
        Address of the repository, from where Colab opens the chapter; None while it is not set.
    """
    ways = _ways(name, repository)
    for cell in notebook.cells:
        if cell.cell_type == "code" and TAG in cell.metadata.get("tags", []):
            cell.outputs = [ways if _is_unanswered(output) else output for output in cell.outputs]


def _is_unanswered(output):
    return output.get("data", {}).get("text/plain", "").startswith(UNANSWERED)


def _ways(name, repository):
    """The output that says where the chapter runs."""
    here = "<code>make live</code> opens this chapter in JupyterLab"
    if repository:
        colab = address.on_colab(repository, f"notebooks/{name}.ipynb")
        where = f'On <a href="{colab}">Colab</a> you can answer it at once; in a checkout, {here}.'
    else:
        where = f"In a checkout of the project, {here}."
    text = f"This page does not run. {where} There the cell says whether your answer is right, and if not, why."
    html = f'<div class="lecture-unanswered">{text}</div>'
    return nbformat.v4.new_output("display_data", data={"text/html": html, "text/plain": f"To answer: {here}."})
