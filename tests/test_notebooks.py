"""The notebooks: source and .ipynb agree, every cell runs, every row of the checklist has its place in the book."""

import ast
import re
import symtable
from base64 import b64decode

import nbformat
import pytest
from conftest import ROOT

from publishing import notebooks, parts, predictions
from publishing.outline import MINUTES, QUESTION, by_section
from publishing.predictions import ANSWER

SOURCES = notebooks.sources(ROOT / "notebooks")
ANCHORS = {
    "01_neural_networks": """
        overview architecture basic-architecture more-layers why-layers other-architectures training-loop
        mini-batch-sgd forward-pass tensor-operations element-wise-operations backward-pass
        backpropagation-example backpropagation-hidden-layers backpropagation-several-outputs
        backpropagation-summary activation-functions activation-gradients relu-vs-tanh output-activations
        weight-initialization transfer-learning learning-rate learning-rate-schedules momentum nesterov
        momentum-in-practice adaptive-gradients adam optimizer-zoo
    """.split(),
    "02_neural_networks_in_practice": """
        in-practice data building-the-network model-summary loss-optimizer-metrics preprocessing
        training-hyperparameters predictions-and-evaluation model-selection early-stopping
        memorization-capacity information-bottleneck weight-regularization dropout dropout-layers
        batch-normalization all-variants summary
    """.split(),
    "03_tuning": "tuning grid-and-random hyperband bayesian-optimization scikit-learn".split(),
    "04_atoms_of_deep_learning": """
        atom-approximation atom-depth atom-data-size atom-imbalance atom-memorization atom-pca
        atom-activations atom-batch-size atom-losses atom-initialization atom-convergence
        atom-regularization decision-boundaries fitted-curves
    """.split(),
    "05_landscape": """
        landscape-functions equal-parameters equal-parameters-mnist weight-trajectories gradient-norm
        gradient-near-zero stationary-points random-labels width-and-generalization interpolation sensitivity
        loss-surface landscape-then-and-now
    """.split(),
    "06_from_scratch": """
        from-scratch-network batch-norm-forward-backward gradient-checking wrong-gradients cifar cyclical-rates
        three-layers nine-layers penalty-search first-weights spread-explorer training-and-inference
        from-scratch-then-and-now
    """.split(),
}

# Sections that the checklist does not know. Each stands here from the commit that writes it.
ADDED: dict[str, list[str]] = {
    "01_neural_networks": ["convolution", "automatic-differentiation", "loop-by-hand", "adamw", "gradient-clipping"],
    "02_neural_networks_in_practice": """
        warm-up adamw-in-training layer-normalization augmentation confusion-matrix calibration
        convolution-against-dense saving-and-loading
    """.split(),
    "03_tuning": ["final-network", "over-tuning", "test-once"],
    "04_atoms_of_deep_learning": ["atoms-then-and-now"],
    "05_landscape": ["double-descent"],
}


def _lessons():
    """Every section that teaches: one that runs code and is not a list of exercises."""
    for source in SOURCES:
        sections = {}
        for anchor, _, cell in by_section(notebooks.from_source(source)):
            sections.setdefault(anchor, []).append(cell)
        for anchor, cells in sections.items():
            is_exercise = any("exercise" in cell.metadata.get("tags", []) for cell in cells)
            runs_code = any(cell.cell_type == "code" for cell in cells)
            if cells[0].source.startswith("## ") and runs_code and not is_exercise:
                yield pytest.param(cells, id=f"{source.stem[:2]}-{anchor}")


LESSONS = list(_lessons())


def _prose(cells):
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_notebook_has_lessons(source):
    assert any(lesson.id.startswith(source.stem[:2]) for lesson in LESSONS), "no section under ## that runs code"


@pytest.mark.parametrize("cells", LESSONS)
def test_a_section_says_first_how_long_it_takes(cells):
    assert [len(MINUTES.findall(text)) for text in _prose(cells)] == [1] + [0] * (len(_prose(cells)) - 1)
    assert MINUTES.fullmatch(cells[0].source.split("\n\n")[1])


@pytest.mark.parametrize("cells", LESSONS)
def test_each_question_is_answered_after_what_shows_it(cells):
    """Question, then code, then the folded answer and a sentence about what is seen; then the next question."""
    steps = []
    for cell in cells:
        if cell.cell_type == "code":
            steps.append("code")
        else:
            steps += ["answer"] * cell.source.startswith(ANSWER) + ["question"] * len(QUESTION.findall(cell.source))
            assert cell.source.count("<details>") == cell.source.startswith(ANSWER), (
                "an answer begins its cell, in the agreed words"
            )
            assert cell.source.count("*Predict first:") == len(QUESTION.findall(cell.source)), (
                "a question stands in a line of its own and ends in ?*"
            )
    asked = [step for step, before in zip(steps, ["", *steps]) if step != before]  # several cells of code count as one
    asked = " ".join(asked).removeprefix("code ")
    assert re.fullmatch(r"(question code answer( code)? ?)+", asked), asked


def _predictions():
    """All questions of the chapters; reading them refuses other than three choices, and an answer that is none."""
    return [it for source in SOURCES for it in predictions.read(notebooks.from_source(source), source.name)]


def test_each_question_offers_three_choices_or_asks_for_a_number():
    assert [f"{it.anchor}: {it.question}" for it in _predictions() if it.kind == "show"] == []


def test_no_question_is_asked_twice_in_a_section():
    """The book remembers an answer by section and question."""
    asked = [(it.anchor, it.question) for it in _predictions()]
    assert sorted(set(asked)) == sorted(asked)


def test_the_right_choice_has_no_favourite_place():
    right = [it.answer for it in _predictions() if it.kind == "choice" and it.answer]
    assert len(right) > 30
    for letter in predictions.LETTERS:
        assert 0.2 < right.count(letter) / len(right) < 0.5, letter


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_what_a_question_folds_ends_before_the_next_heading_and_on_its_page(source):
    notebook = notebooks.from_source(source)
    predictions.fold(notebook, source.name)
    for page, part in parts.split(source.stem, notebook).items():
        depth = 0
        for cell in part.cells[1:]:
            for mark in re.findall(r"<div|</div>|^#+ .*", cell.source if cell.cell_type == "markdown" else "", re.M):
                depth += {"<div": 1, "</div>": -1}.get(mark, 0)
                assert depth == 0 or (0 < depth <= 2 and not mark.startswith("#")), (page, mark)
        assert depth == 0, page


@pytest.mark.parametrize("cells", LESSONS)
def test_an_answer_is_whole_and_followed_by_a_reading(cells):
    for text in _prose(cells):
        if text.startswith(ANSWER):
            answer, reading = text.removeprefix(ANSWER).split("\n\n</details>\n\n")
            assert answer.strip() and reading.strip() and not reading.startswith("**Learnt")


@pytest.mark.parametrize("cells", LESSONS)
def test_a_section_ends_with_what_was_learnt(cells):
    assert sum(text.count("**Learnt:**") for text in _prose(cells)) == 1
    assert cells[-1].source.split("\n\n")[-1].startswith("**Learnt:** ") and cells[-1].source.endswith(".")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_what_is_typed_in_class_begins_with_its_prompt(source):
    live = [cell for cell in notebooks.from_source(source).cells if "live" in cell.metadata.get("tags", [])]
    for cell in live:
        first, rest = cell.source.split("\n", 1)
        assert cell.cell_type == "code" and re.fullmatch(r"# .+[.?]", first) and rest.strip(), cell.source


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_what_is_typed_in_class_is_short_and_no_call_that_draws_or_answers(source):
    """At most six lines below the prompt, of what a student should be able to write without the package."""
    for cell in notebooks.from_source(source).cells:
        if "live" in cell.metadata.get("tags", []):
            assert len(cell.source.rstrip().splitlines()) <= 7, cell.source
            assert not re.search(r"\bplots\.|\bexperiments\.\w+\.run\b|\bcompare\(\"", cell.source), cell.source


@pytest.mark.parametrize(
    "source",
    [source for source in SOURCES if "\n# ## References\n" in source.read_text(encoding="utf-8")],
    ids=lambda source: source.stem,
)
def test_every_work_that_is_cited_stands_in_the_references(source):
    """A link whose text names a year cites a work."""
    text, references = source.read_text(encoding="utf-8").split("\n# ## References\n")
    cited = re.findall(r"\[[^\]\[]*\b(?:19|20)\d\d\]\((https?://[^)]+(?:\([^)]*\)[^)]*)?)\)", text)
    listed = re.findall(r"\]\((https?://[^)]+(?:\([^)]*\)[^)]*)?)\)", references)
    assert sorted(set(cited) - set(listed)) == [], "cited, not listed"
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_no_long_dash_and_no_link_without_a_place(source):
    text = source.read_text(encoding="utf-8")
    assert "\N{EM DASH}" not in text and "](#)" not in text


WHOLE = re.compile(r"^ *[#|]|\$|\]\(")  # heading, table, formula, link


def _too_wide(cells):
    """The lines of cells that the page would cut: above 79 columns, but for what cannot be wrapped in prose."""
    in_formula = False
    for cell in cells:
        is_prose = cell.cell_type == "markdown"
        for line in cell.source.splitlines():
            is_whole = is_prose and (in_formula or WHOLE.search(line))
            in_formula ^= is_prose and line.count("$$") % 2 == 1
            if len(line) > 79 and not is_whole:
                yield line


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_no_line_is_wider_than_the_page_shows(source):
    cells = notebooks.from_source(source).cells
    assert list(_too_wide(cell for cell in cells if "colab" not in cell.metadata.get("tags", []))) == []


def test_what_is_too_wide_is_found():
    long, code, prose = "x " * 40, nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    assert list(_too_wide([code(f"# {long}"), prose(long)])) == [f"# {long}", long]
    assert list(_too_wide([prose(f"# {long}\n| {long} |\n$$\n{long}\n$$\n[{long}](#there)"), code("x = 1")])) == []


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
        asked = set(re.findall(r"^\| ([a-z][a-z-]*) \|", section, re.MULTILINE)) - {"anchor"} or set(
            re.findall(r"\b(?:atom|decision|fitted)-[a-z-]+", section)
        )
        assert asked == set(anchors)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_anchor_stands_once_in_its_notebook(source):
    stated = [cell.metadata["anchor"] for cell in notebooks.from_source(source).cells if "anchor" in cell.metadata]
    assert len(set(stated)) == len(stated)
    asked = ANCHORS.get(source.stem, []) + ADDED.get(source.stem, [])
    assert sorted(set(asked) - set(stated)) == []
    assert len(set(asked)) == len(asked), "an anchor of the checklist is not an added one"


def _assigned(source):
    """The names that a cell assigns for all cells; those inside functions and comprehensions stay there."""
    inside = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    names, nodes = set(), [ast.parse(source)]
    while nodes:
        for node in ast.iter_child_nodes(nodes.pop()):
            if isinstance(node, ast.FunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            if not isinstance(node, inside):
                nodes.append(node)
    return names


def _read_by_functions(source):
    """The names of the notebook that functions of a cell look up when they are called."""
    tables, names = list(symtable.symtable(source, "cell", "exec").get_children()), set()
    for table in tables:
        tables += table.get_children()
        names |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
    return names


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_what_an_explorer_draws_from_stays_what_it_was(source):
    """A live explorer calls its function whenever a slider moves: also after the rest of the notebook has run."""
    cells = [
        cell.source
        for cell in notebooks.from_source(source).cells
        if cell.cell_type == "code" and "colab" not in cell.metadata.get("tags", [])
    ]
    spoilt = {
        (cell.splitlines()[0], name): later.splitlines()[0]
        for number, cell in enumerate(cells)
        if "explore(" in cell
        for later in cells[number + 1 :]
        for name in _read_by_functions(cell) & _assigned(later)
    }
    assert spoilt == {}


@pytest.fixture(scope="module", params=[source.stem for source in SOURCES])
def executed(request, built_book):
    (stored,) = (built_book / "executed").glob(f"{request.param}-*.ipynb")
    return request.param, nbformat.read(stored, as_version=4)


def _outputs(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_every_cell_ran_without_a_warning_or_start_up_noise(executed):
    _, notebook = executed
    complaints = [
        output.text for output in _outputs(notebook) if output.output_type == "stream" and output.name == "stderr"
    ]
    assert complaints == []
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip())


def test_no_cell_prints_the_axes_that_a_drawing_returns(executed):
    _, notebook = executed
    shown = [output.get("data", {}).get("text/plain", "") for output in _outputs(notebook)]
    assert not [text for text in shown if "<Axes" in text]


NEGATIVE_ZERO = re.compile(
    r"(?<![\w.])[-−]0(\.0+%?(?!\.?\w)|%?(?![\w.]))"
)  # "-0." of NumPy, in an array, is none of these


def test_no_number_that_is_shown_is_a_negative_zero(executed):
    _, notebook = executed
    shown = [output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in _outputs(notebook)]
    shown += [output.get("data", {}).get("text/markdown", "") for output in _outputs(notebook)]
    assert not [text for text in shown if NEGATIVE_ZERO.search(text)]


@pytest.mark.parametrize(
    "text, shows_it",
    [
        ("mean -0.00, of", True),
        ("+0.1 (−0.0% to", True),
        ("-0", True),
        ("is -0.00.", True),
        ("-0.004", False),
        ("[-0. 1.]", False),
    ],
)
def test_a_negative_zero_is_found(text, shows_it):
    assert bool(NEGATIVE_ZERO.search(text)) == shows_it


def test_every_figure_has_an_alternative_text(executed):
    _, notebook = executed
    pictures = [output for output in _outputs(notebook) if "image/png" in output.get("data", {})]
    assert pictures
    for picture in pictures:
        text = picture.metadata.get("alt") or picture.metadata["image/png"]["alt"]
        assert text.endswith(".") and "<" not in text and "$" not in text, text


def test_pictures_are_sharper_than_they_are_wide(executed):
    """Slides show them larger than the page does; a TrainingPlot, which draws often, has just the pixels it needs."""
    _, notebook = executed
    sizes = [
        (output.metadata["image/png"]["width"], int.from_bytes(b64decode(output.data["image/png"])[16:20], "big"))
        for output in _outputs(notebook)
        if "image/png" in output.get("data", {})
    ]
    sharp = [(width, pixels) for width, pixels in sizes if pixels != width]
    assert len(sharp) > len(sizes) / 2
    assert all(abs(pixels - 1.5 * width) <= 1 for width, pixels in sharp)


def test_each_training_plot_leaves_exactly_one_figure(executed):
    _, notebook = executed
    for cell in notebook.cells:
        if cell.cell_type == "code" and "training.TrainingPlot(" in cell.source:
            assert sum("image/png" in output.get("data", {}) for output in cell.outputs) == 1


def _pages(executed, built_book):
    return [built_book / "html" / "notebooks" / f"{page}.html" for page in parts.names(*executed)]


def test_every_anchor_stands_on_one_page_of_its_chapter(executed, built_book):
    name, _ = executed
    text = "".join(page.read_text(encoding="utf-8") for page in _pages(executed, built_book))
    anchors = ANCHORS.get(name, []) + ADDED.get(name, [])
    assert not [anchor for anchor in anchors if text.count(f'id="{anchor}"') != 1]


def test_a_page_weighs_less_than_5_mb_and_the_book_less_than_40(executed, built_book):
    for page in _pages(executed, built_book):
        pictures = set(re.findall(r'src="\.\./(_images/[^"]+)"', page.read_text(encoding="utf-8")))
        assert sum(file.stat().st_size for file in (page, *(built_book / "html" / name for name in pictures))) < 5e6
    assert sum(file.stat().st_size for file in (built_book / "html").rglob("*") if file.is_file()) < 40e6
    assert not list((built_book / "html").rglob("*.map"))
