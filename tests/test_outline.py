"""Chapters, cut into the parts that their sources mark."""

import pytest
from conftest import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from publishing.notebooks import from_source, sources
from publishing.outline import parts


def _text(source, **metadata):
    return new_markdown_cell(source, metadata=metadata)


def test_a_part_begins_at_its_mark_and_ends_before_the_next():
    setup, start, code = new_code_cell("# Colab"), _text("# A chapter", part="Forward"), new_code_cell("1")
    back, end = _text("## Back", part="Backward"), new_code_cell("2")
    found = parts(new_notebook(cells=[setup, start, code, back, end]))
    assert [part.title for part in found] == ["Forward", "Backward"]
    assert [[cell.source for cell in part.cells] for part in found] == [
        ["# Colab", "# A chapter", "1"],
        ["## Back", "2"],
    ]


def test_without_marks_a_notebook_is_one_part():
    notebook = new_notebook(cells=[new_code_cell("1"), _text("# A chapter\n\nText.")])
    (part,) = parts(notebook)
    assert part.title == "A chapter" and list(part.cells) == notebook.cells


@pytest.mark.parametrize("source", sources(ROOT / "notebooks"), ids=lambda source: source.stem)
def test_no_cell_of_a_chapter_is_lost_and_a_part_begins_with_a_heading(source):
    notebook = from_source(source)
    found = parts(notebook)
    assert [cell for part in found for cell in part.cells] == notebook.cells
    assert len({part.title for part in found}) == len(found) >= 2
    for part in found:
        first = next(cell for cell in part.cells if cell.cell_type == "markdown")
        assert first.source.startswith("#")
