"""What the build of the book refuses, and that the earlier book stays."""

import subprocess
import sys

import part_book
import pytest
from conftest import ROOT
from small_book import checkout, two_notebooks

from publishing import book, docstrings, outline, pages
from publishing.errors import BookError


def test_the_outline_reads_times_questions_and_exercises():
    first, second = outline.chapters(two_notebooks())
    assert (first.title, first.summary, first.minutes, first.n_questions, first.exercises) == (
        "Sums",
        "What adding does.",
        20,
        1,
        (),
    )
    assert [(it.anchor, it.title, it.minutes) for it in second.sections] == [
        ("products", "Products", 0),
        ("multiplying", "Multiplying", 30),
        ("exercises-products", "Exercises: products", 10),
    ]
    assert second.exercises == ("Twice two",)


def test_a_session_is_a_part_with_its_sections_minutes_page_and_deck(tmp_path):
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "01_powers_2.html").touch()
    made = pages.Made(part_book.notebooks(), None, tmp_path)
    powers, roots = made.sessions().split("\n\n**Roots**")
    rows = [row.strip("| ").split(" | ") for row in powers.splitlines()[4:]]
    assert rows == [
        ["[Squares](notebooks/01_powers.ipynb)", "[Squares](#squares)", "20", "–"],
        [
            "[Cubes](notebooks/01_powers_2.ipynb)",
            "[Cubes](#cubes)",
            "25",
            '<a href="../slides/01_powers_2.html">slides</a>',
        ],
        ["[More](notebooks/01_powers_3.ipynb)", "–", "–", "–"],
    ]
    assert "[Roots](notebooks/02_roots.ipynb)" in roots
    assert '<a href="../slides/01_powers_2.html">2</a>' in made.doors() and "01_powers.html" not in made.doors()
    assert "[Squares](notebooks/01_powers.ipynb) · [Cubes](notebooks/01_powers_2.ipynb)" in made.contents()


def test_docstrings_are_read_as_they_are_meant():
    lines = ["Sum.", "", "Attributes", "----------", "a, b : float", "    Parts.", "", ">>> 1 + 1", "2"]
    docstrings.before_napoleon(None, "class", "f", None, None, lines)
    assert lines[4:7] == ["a : float", "b : float", "    Parts."] and lines[8:] == [
        "Examples",
        "--------",
        ">>> 1 + 1",
        "2",
    ]


@pytest.fixture
def earlier(tmp_path):
    """A checkout with a book that was built before."""
    root = checkout(tmp_path, index="# A small book\n")
    (root / "_build" / "html").mkdir(parents=True)
    (root / "_build" / "html" / "index.html").write_text("the earlier book")
    return root


def _refused(root, notebooks, sentence):
    with pytest.raises(BookError, match=sentence):
        book.assemble(root, notebooks, root / "_build")
    assert (root / "_build" / "html" / "index.html").read_text() == "the earlier book"


@pytest.mark.parametrize(
    ("link", "thing"), [("#eq-ading", "a formula"), ("#eq-adding-3", "a formula"), ("#multiplyng", "a place")]
)
def test_a_link_that_leads_nowhere_is_named_by_its_cell(earlier, link, thing):
    notebooks = two_notebooks()
    notebooks["02_products"].cells[3].source += f"\n\nSee [there]({link})."
    _refused(
        earlier,
        notebooks,
        rf'02_products.py: the cell under "Exercise: Twice two" links to {link},'
        rf" {thing} that no notebook has \(near: \S",
    )


def test_a_missing_reference_is_named_by_its_page(earlier):
    (earlier / "book" / "teaching.md").write_text(
        "# Teaching\n\n{py:func}`lecture.plots.plot_nothing` and [a page](nowhere.md)\n"
    )
    with pytest.raises(BookError) as refused:
        book.assemble(earlier, two_notebooks(), earlier / "_build")
    assert "teaching.md:3: WARNING: py:func reference target not found: lecture.plots.plot_nothing" in str(
        refused.value
    )
    assert "nowhere.md" in str(refused.value) and str(earlier) not in str(refused.value)
    assert (earlier / "_build" / "html" / "index.html").read_text() == "the earlier book"


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ("explorer nowhere", "index.md: no notebook has an explorer in a section #nowhere"),
        ("treasure", "index.md: nothing that is made is called 'treasure'"),
    ],
)
def test_a_page_that_asks_for_what_is_not_made_is_named(earlier, mark, sentence):
    (earlier / "book" / "index.md").write_text(f"# A small book\n\n<!-- made: {mark} -->\n")
    _refused(earlier, two_notebooks(), sentence)


@pytest.mark.parametrize("cell", ["1 / 0", "[there](#nowhere)"])
def test_the_command_says_in_a_sentence_what_is_wrong_and_its_status_is_1(tmp_path, cell):
    for folder in ("lecture", "preamble.py"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    checkout(tmp_path, index="# A small book\n")
    (tmp_path / "notebooks").mkdir()
    kind = "" if cell == "1 / 0" else " [markdown]"
    (tmp_path / "notebooks" / "01_sums.py").write_text(
        f"# %% [markdown]\n# # Sums\n\n# %%{kind}\n{'# ' if kind else ''}{cell}\n"
    )
    code = "import sys, pathlib, lecture.__main__ as it; it.ROOT = pathlib.Path.cwd(); sys.exit(it.main(sys.argv[1:]))"
    subprocess.run([sys.executable, "-c", code, "notebooks"], cwd=tmp_path, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", code, "book", "--source", "sample"], cwd=tmp_path, capture_output=True, text=True
    )
    sentence = [line for line in done.stderr.splitlines() if line.startswith("lecture: ")][-1]
    assert done.returncode == 1 and "Traceback" not in done.stderr and not (tmp_path / "_build" / "html").exists()
    assert (
        "01_sums.py" in sentence
        and 'under "Sums"' in sentence
        and ("ZeroDivisionError" in sentence or "#nowhere" in sentence)
    )
