"""The first code cell of every notebook: on Colab it fetches the lecture and installs what Colab lacks."""

import json

import nbformat

from publishing import address

TAG = "colab"

# requirements_colab.txt names what Colab lacks. While pip adds it, everything that is there is held at its version: the
# rest of Colab relies on it.
CELL = """\
# @title Set up Colab (elsewhere this cell does nothing)
import sys

if "google.colab" in sys.modules:
    import pathlib
    import subprocess
    import tempfile

    def run(*command):
        command = [str(part) for part in command]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise RuntimeError(f"{' '.join(command)} failed: {said}")
        return done.stdout

    repository = REPOSITORY
    if not repository:
        raise RuntimeError(
            "This notebook does not know where the lecture is: the address of its"
            " repository belongs in pyproject.toml, [project.urls] repository."
        )
    root = pathlib.Path(repository.rsplit("/", 1)[-1]).absolute()
    if not (root / "preamble.py").exists():
        run("git", "clone", "--quiet", "--depth", "1", repository, root)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        here = pathlib.Path(folder, "here.txt")
        here.write_text(run(*pip, "list", "--format=freeze"))
        wanted = root / "requirements_colab.txt"
        run(*pip, "install", "--quiet", "-r", wanted, "-c", here)
        before = set(here.read_text().split())
        after = set(run(*pip, "list", "--format=freeze").split())
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    new = ", ".join(sorted(after - before)) or "nothing new"
    changed = ", ".join(sorted(before - after)) or "nothing"
    print(f"The lecture is in {root}. Installed: {new}. Changed: {changed}.")
"""


def add_cell(notebook, root):
    """Put the cell before a notebook's first code cell, in place.

    Parameters
    ----------
    notebook : notebook
    root : pathlib.Path
        The checkout, whose pyproject.toml has the repository's address. Without one the cell says so, on Colab only.
    """
    first = next((number for number, cell in enumerate(notebook.cells) if cell.cell_type == "code"), None)
    if first is not None:  # a notebook of text needs nothing
        notebook.cells.insert(first, _cell(source(address.repository(root))))


def source(repository):
    """Return the code of the cell, for a repository's address or None."""
    return CELL.replace("REPOSITORY", json.dumps(repository) if repository else "None").rstrip()


def _cell(text):
    """The cell, folded wherever it is seen and left out of the book."""
    metadata = {"tags": [TAG, "remove-cell"], "jupyter": {"source_hidden": True}, "cellView": "form"}
    return nbformat.from_dict(
        {"cell_type": "code", "id": TAG, "metadata": metadata, "source": text, "outputs": [], "execution_count": None}
    )
