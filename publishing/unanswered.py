"""Exercises in the book, where no cell runs: how to solve them, in the place of a check that nobody can answer."""

import nbformat

from publishing import address

UNANSWERED = "? Not "  # how a check begins what it says of three dots, or of a fault that is still there
TAG = "exercise"


def say_how(page, name, repository=None):
    """Replace what the checks of unanswered exercises printed by how a reader can answer them: in full at the first.

    Parameters
    ----------
    page : notebook
        A page of a chapter that has run; its cells are changed.
    name : str
        Stem of the chapter's source.
    repository : str, optional
        Address of the repository, from where Colab opens the chapter; None while it is not set.
    """
    full, short = _ways(name, repository)
    way = full
    for cell in page.cells:
        if cell.cell_type != "code" or TAG not in cell.metadata.get("tags", []):
            continue
        for number, output in enumerate(cell.outputs):
            if _is_unanswered(output):
                cell.outputs[number] = way
                way = short


def _is_unanswered(output):
    return output.get("data", {}).get("text/plain", "").startswith(UNANSWERED)


def _ways(name, repository):
    """The outputs that say where the chapter runs: in full, and in short."""
    live = "<code>make live</code>"
    here = f"{live} opens this chapter in JupyterLab"
    if repository:
        colab = address.on_colab(repository, f"notebooks/{name}.ipynb")
        where = f'On <a href="{colab}">Colab</a> you can answer it at once; in a checkout, {here}.'
        short = f'Answer it on <a href="{colab}">Colab</a> or with {live}.'
    else:
        where = f"In a checkout of the project, {here}."
        short = f"Answer it with {live}."
    full = f"This page does not run. {where} There the cell says whether your answer is right, and if not, why."
    return [
        nbformat.v4.new_output(
            "display_data",
            data={"text/html": f'<div class="lecture-unanswered">{text}</div>', "text/plain": f"To answer: {here}."},
        )
        for text in (full, short)
    ]
