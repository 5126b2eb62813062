"""A chapter in parts, as pages of the book: what is on them, how they hang together, and that old addresses arrive."""

import json
import re

import pytest
from conftest import offline_page, show_all
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from part_book import checkout, notebooks
from small_book import ADDRESS

from publishing import book, parts

PAGES = ["01_powers", "01_powers_2", "01_powers_3"]


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The folder of the pages of the book; its repository has an address."""
    root = checkout(tmp_path_factory.mktemp("parts"), repository=ADDRESS)
    return book.assemble(root, notebooks(), root / "_build").parent


@pytest.fixture
def page(browser):
    """A page that is offline, and fails the test at its end if it asked for anything or complained."""
    with offline_page(show_all(browser.new_context(offline=True, viewport={"width": 1280, "height": 900}))) as page:
        yield page


def _read(html, name):
    return (html / "notebooks" / f"{name}.html").read_text(encoding="utf-8")


# ---- Cut


def test_pages_hold_each_cell_once_and_say_which_part_they_are():
    chapter = notebooks()["01_powers"]
    made = parts.split("01_powers", chapter)
    assert list(made) == PAGES == parts.names("01_powers", chapter)
    assert [cell for page in made.values() for cell in page.cells[1:]] == list(chapter.cells)
    assert [page.metadata["part"] for page in made.values()] == [1, 2, 3]
    tops = [page.cells[0].source for page in made.values()]
    assert [f"part {number} of 3" in top for number, top in enumerate(tops, start=1)] == [True] * 3
    assert ["# Cubes" in top for top in tops] == [False, True, False] and "# More" in tops[2]


def test_a_heading_that_repeats_the_title_of_its_part_is_the_title_of_the_page():
    second = new_markdown_cell("(more)=\n## Part 2: a & b\n\nOf two.", metadata={"part": "A & B", "anchor": "more"})
    cells = [new_markdown_cell("# Nets", metadata={"part": "One"}), second, new_markdown_cell("## Sums")]
    top, first, *others = parts.split("01_nets", new_notebook(cells=cells))["01_nets_2"].cells
    assert "part 2 of 2" in top.source and "# A & B" not in top.source
    assert first.source == "(more)=\n# A & B\n\nOf two." and first.metadata == second.metadata
    assert others == cells[2:] and second.source.startswith("(more)=\n## Part 2"), "the notebook stays as it is"


def test_a_chapter_without_marks_is_one_page_as_it_was():
    chapter = new_notebook(cells=[new_markdown_cell("# A"), new_code_cell("1")])
    assert parts.split("01_a", chapter) == {"01_a": chapter} and parts.names("01_a", chapter) == ["01_a"]


def test_titles_are_safe_in_the_line_of_parts():
    cells = [new_markdown_cell(f"# {title}", metadata={"part": title}) for title in ("a < b", "c & d")]
    top = parts.split("01_a", new_notebook(cells=cells))["01_a"].cells[0].source
    assert "<span>a &lt; b</span>" in top and '<a href="01_a_2.html">c &amp; d</a>' in top


def test_further_pages_stand_below_the_first_wherever_the_contents_have_it():
    contents = {
        "root": "index",
        "parts": [{"chapters": [{"file": "notebooks/01_powers"}, {"file": "notebooks/02_roots"}]}],
    }
    first, second = parts.in_contents(contents, notebooks())["parts"][0]["chapters"]
    assert first["sections"] == [{"file": "notebooks/01_powers_2"}, {"file": "notebooks/01_powers_3"}]
    assert second == {"file": "notebooks/02_roots"} and "sections" not in contents["parts"][0]["chapters"][0]


# ---- In the book


def test_formulas_are_counted_through_the_pages_of_a_chapter_and_links_say_their_numbers(html):
    found = [
        re.findall(r'id="equation-(eq-[\w-]+)">\s*<span class="eqno">\((\d\.\d)\)', _read(html, name)) for name in PAGES
    ]
    assert found == [
        [("eq-squares", "1.1")],
        [("eq-cubes", "1.2"), ("eq-wide", "1.3")],
        [("eq-again", "1.4")],
    ]
    assert re.findall(r'class="eqno">\((\d\.\d)\)', _read(html, "02_roots")) == ["2.1"]
    assert 'href="01_powers_2.html#equation-eq-cubes">(1.2)</a>' in _read(html, "01_powers")
    assert 'href="01_powers.html#equation-eq-squares">(1.1)</a>' in _read(html, "01_powers_2")
    assert 'href="01_powers_2.html#equation-eq-cubes">(1.2)</a>' in _read(html, "02_roots")


def test_the_sidebar_the_gallery_and_the_lists_lead_to_the_parts(html):
    assert re.search(
        r'toctree-l2[^>]*><a[^>]*href="notebooks/01_powers_2.html">Cubes</a>', (html / "index.html").read_text()
    )
    assert 'href="notebooks/01_powers_2.html?explorer=walk&amp;step=5#cubes"' in (html / "gallery.html").read_text()
    teaching = (html / "teaching.html").read_text()
    for page, anchor in (("01_powers", "squares"), ("01_powers_2", "wide"), ("01_powers_3", "exercises-powers")):
        assert f'href="notebooks/{page}.html#{anchor}"' in teaching


def test_every_part_has_a_title_a_line_of_parts_and_the_way_on(html, page):
    for number, name in enumerate(PAGES):
        page.goto((html / "notebooks" / f"{name}.html").as_uri())
        assert page.locator("main h1").all_inner_texts()[0].strip("#\n ") == ["Powers", "Cubes", "More"][number]
        line = page.locator("nav.lecture-parts")
        assert f"Powers, part {number + 1} of 3" in line.inner_text()
        assert line.locator("[aria-current=page]").inner_text() == ["Squares", "Cubes", "More"][number]
        assert line.locator("li a").count() == 2
        heights = line.locator("li").evaluate_all(
            "all => all.map(it => parseFloat(getComputedStyle(it).borderTopWidth))"
        )
        assert heights[number] == 2 * heights[number - 1], "the current part is not told by its colour alone"
    page.goto((html / "notebooks" / "01_powers.html").as_uri())
    page.locator("a.right-next", has_text="Cubes").click()
    page.wait_for_url("**/01_powers_2.html")


def test_buttons_open_and_download_the_whole_chapter(html):
    for name in PAGES:
        text = _read(html, name)
        assert "https://colab.research.google.com/github/someone/lecture/blob/main/notebooks/01_powers.ipynb" in text
        assert "urlpath=lab/tree/notebooks/01_powers.ipynb" in text
        assert set(re.findall(r"_sources/([^\"]+)\"", text)) == {"notebooks/01_powers.ipynb"}
    whole = json.loads((html / "_sources" / "notebooks" / "01_powers.ipynb").read_text(encoding="utf-8"))
    assert len(whole["cells"]) == len(notebooks()["01_powers"].cells)
    assert len(list((html / "_sources" / "notebooks").iterdir())) == 2


@pytest.mark.parametrize(
    ("asked", "arrived"),
    [
        ("01_powers.html#wide", "01_powers_2.html#wide"),
        ("01_powers.html#squares", "01_powers.html#squares"),
        ("01_powers_3.html#squares", "01_powers.html#squares"),
        ("02_roots.html#exercises-powers", "01_powers_3.html#exercises-powers"),
        ("01_powers.html#equation-eq-again", "01_powers_3.html#equation-eq-again"),
        ("01_powers.html?explorer=walk&step=7", "01_powers_2.html?explorer=walk&step=7"),
        ("01_powers.html?explorer=walk&step=7#cubes", "01_powers_2.html?explorer=walk&step=7#cubes"),
        ("01_powers.html#nowhere", "01_powers.html#nowhere"),
        ("02_roots.html?explorer=walk", "02_roots.html?explorer=walk"),
    ],
)
def test_an_address_from_before_arrives(html, page, asked, arrived):
    page.goto((html / "notebooks").as_uri() + f"/{asked}")
    page.wait_for_url(f"**/{arrived}")
    page.wait_for_timeout(300)
    assert page.url.endswith(f"/{arrived}")
    if "explorer=walk&step" in arrived:
        page.wait_for_function("document.querySelector('.lecture-explorer').dataset.choice === '6'")
