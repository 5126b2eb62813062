"""A source and its .ipynb say the same, or the book is not built: neither loses what somebody wrote into it."""

import nbformat
import pytest

from publishing.notebooks import NotebookDiffers, make, refuse_differing

SOURCE = "# %% [markdown]\n# # One\n\n# %%\nx = 1\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "01_one.py").write_text(SOURCE, encoding="utf-8")
    make(tmp_path)
    return tmp_path


def _rewrite(folder, change):
    notebook = nbformat.read(folder / "01_one.ipynb", as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, folder / "01_one.ipynb")


def test_outputs_may_differ(folder):
    refuse_differing(folder)
    _rewrite(
        folder,
        lambda cells: cells[-1].update(execution_count=3, outputs=[nbformat.v4.new_output("stream", text="1\n")]),
    )
    refuse_differing(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda cells: cells[-1].update(source="x = 2"),
        lambda cells: cells.append(nbformat.v4.new_code_cell("y = 3")),
        lambda cells: cells.pop(),
    ],
    ids=["changed", "added", "removed"],
)
def test_other_words_are_named_with_their_place(folder, change):
    _rewrite(folder, change)
    kept = (folder / "01_one.ipynb").read_bytes()
    with pytest.raises(
        NotebookDiffers, match=r"01_one.ipynb and 01_one.py say different things, first in cell \d+: edit 01_one.py"
    ):
        refuse_differing(folder)
    assert (folder / "01_one.ipynb").read_bytes() == kept


def test_a_notebook_that_is_missing_or_broken_is_named(folder):
    (folder / "01_one.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotebookDiffers, match="01_one.ipynb is not a notebook"):
        refuse_differing(folder)
    (folder / "01_one.ipynb").unlink()
    with pytest.raises(NotebookDiffers, match="01_one.ipynb is missing: make notebooks"):
        refuse_differing(folder)
