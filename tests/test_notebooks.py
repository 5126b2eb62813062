"""The notebooks: source and .ipynb agree, every cell runs, every row of the checklist has its place in the book."""

import re

import nbformat
import pytest
from conftest import ROOT

from lecture.publish import notebooks

SOURCES = notebooks.sources(ROOT / "notebooks")
ANCHORS = {
    "02_neural_networks_in_practice": """in-practice data building-the-network model-summary loss-optimizer-metrics preprocessing
        training-hyperparameters predictions-and-evaluation model-selection early-stopping memorization-capacity
        information-bottleneck weight-regularization dropout dropout-layers batch-normalization all-variants summary""".split(),
}


def test_sources_and_notebooks_say_the_same():
    assert SOURCES
    assert notebooks.outdated(ROOT / "notebooks") == [], "run: make notebooks"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_cells_hold_only_what_jupyterlab_and_colab_show(source):
    for cell in notebooks.from_source(source).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\{[a-z:]+\}`|^:::|^\([a-z-]+\)=", cell.source, re.MULTILINE), cell.source
            tags = set(re.findall(r"</?([a-z]+)", cell.source))
            assert tags <= {"details", "summary"}, cell.source


def test_the_anchors_are_those_of_the_checklist(shared):
    text = (shared / "reference" / "checklist.md").read_text(encoding="utf-8")
    for name, anchors in ANCHORS.items():
        section = text.split(f"## Notebook {name[:2]}")[1].split("\n## ")[0]
        assert set(re.findall(r"^\| ([a-z][a-z-]*) \|", section, re.MULTILINE)) - {"anchor"} == set(anchors)


@pytest.fixture(scope="module", params=[source.stem for source in SOURCES])
def executed(request, built_book):
    (stored,) = (built_book / "executed").glob(f"{request.param}-*.ipynb")
    return request.param, nbformat.read(stored, as_version=4)


def _outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_every_cell_ran_without_a_warning_or_start_up_noise(executed):
    _, notebook = executed
    complaints = [output.text for output in _outputs(notebook) if output.output_type == "stream" and output.name == "stderr"]
    assert complaints == []
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())


def test_every_figure_has_an_alternative_text(executed):
    _, notebook = executed
    pictures = [output for output in _outputs(notebook) if "image/png" in output.get("data", {})]
    assert pictures
    for picture in pictures:
        text = picture.metadata.get("alt") or picture.metadata["image/png"]["alt"]
        assert text.endswith(".") and "<" not in text and "$" not in text, text


def test_each_training_plot_leaves_exactly_one_figure(executed):
    _, notebook = executed
    for cell in notebook.cells:
        if cell.cell_type == "code" and "training.TrainingPlot()" in cell.source:
            assert sum("image/png" in output.get("data", {}) for output in cell.outputs) == 1


def test_every_anchor_stands_in_the_page(executed, built_book):
    name, _ = executed
    page = (built_book / "html" / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
    assert not [anchor for anchor in ANCHORS.get(name, []) if f'id="{anchor}"' not in page]


def test_a_page_weighs_less_than_5_mb_and_the_book_less_than_40(executed, built_book):
    name, _ = executed
    page = built_book / "html" / "notebooks" / f"{name}.html"
    pictures = re.findall(r'src="\.\./(_images/[^"]+)"', page.read_text(encoding="utf-8"))
    assert page.stat().st_size + sum((built_book / "html" / picture).stat().st_size for picture in set(pictures)) < 5e6
    assert sum(file.stat().st_size for file in (built_book / "html").rglob("*") if file.is_file()) < 40e6
