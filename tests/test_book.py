"""What the book makes of a small lecture of two chapters, in a real browser; and what it refuses."""

import re
import shutil
import subprocess
import sys

import nbformat.v4 as new
import pytest
from conftest import ROOT, watch

from lecture.explore import Paths, explore
from lecture.plots import plot_surface
from lecture.surfaces import BEALE
from publishing import address, book, docstrings, outline, pages
from publishing.errors import BookError

ADDRESS = "https://github.com/someone/lecture"
WIDE = " + ".join(f"w_{{{i}}} x_{{{i}}}" for i in range(1, 30))
ADDING = f"""## Adding

*About 20 minutes.*

The sum, see [its square](#eq-adding-2) and [how to multiply](#multiplying).

$$z = {WIDE}$$

*Predict first: is it
large?*

<details><summary>Answer</summary>

It is, as [the sum](#eq-adding) says, and so is its square:

$$
z^2 = z \\cdot z
$$

</details>

**Learnt:** to add."""
MULTIPLYING = """## Multiplying

*About 30 minutes.*

From [the sum](#eq-adding), and from $a$ as in `[code](#eq-nowhere)`:

$$a = b$$

```
[code](#eq-nowhere)

$$a$$
```"""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _notebook(*cells):
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return new.new_notebook(
        cells=cells,
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}},
    )


def _text(text, anchor=None, **metadata):
    return new.new_markdown_cell(text, metadata=metadata | ({"anchor": anchor} if anchor else {}))


def _code(source, *outputs, tags=()):
    said = [new.new_output("stream", name="stdout", text=it) if isinstance(it, str) else it for it in outputs]
    return new.new_code_cell(source, outputs=said, execution_count=1, metadata={"tags": list(tags)} if tags else {})


def _explorer():
    background = plot_surface(BEALE)

    def walk(step=5):
        return Paths(background, {"walk": [[0.1 * i, 0.1 * i] for i in range(step + 1)]})

    html = explore(walk, live=False, step=(1, 100))._repr_html_()
    return new.new_output("execute_result", {"text/html": html, "text/plain": "Page"}, execution_count=1)


def _notebooks():
    picture = new.new_output("display_data", {"image/png": PIXEL}, metadata={"alt": "A single pixel."})
    return {
        "01_sums": _notebook(
            _text("# Sums\n\nWhat adding does.", "sums"),
            _text(ADDING, "adding"),
            _code("explore(walk)", _explorer()),
            _code("draw()", picture, tags=["hide-input"]),
            _code("secret = 42", tags=["remove-cell"]),
        ),
        "02_products": _notebook(
            _text("# Products\n\nWhat multiplying does.", "products"),
            _text(MULTIPLYING, "multiplying"),
            _text("## Exercises: products\n\n*About 10 minutes.*", "exercises-products"),
            _text("### Exercise: Twice two\n\nHow much is it?", tags=["exercise"]),
            _code('n = ...\nexercises.check("twice", n)', "Not answered yet.", tags=["exercise"]),
            _code('# @title Solution\nexercises.check("twice", 2 * 2)', "Right: 4.", tags=["solution"]),
        ),
    }


INDEX = "# A small book\n\n<!-- made: explorer adding -->\n\n<!-- made: doors -->\n\n<!-- made: contents -->\n"
TEACHING = "# Teaching\n\n<!-- made: sessions -->\n\n<!-- made: exercises -->\n\n## Where\n\n<!-- made: sections -->\n"
TOC = """format: jb-book
root: index
parts:
  - caption: Chapters
    numbered: 1
    chapters:
      - file: notebooks/01_sums
      - file: notebooks/02_products
  - caption: More
    chapters:
      - file: teaching
"""


def _checkout(root, *, index=INDEX, repository=None):
    (root / "book").mkdir()
    shutil.copytree(ROOT / "book" / "_static", root / "book" / "_static")
    (root / "book" / "index.md").write_text(index)
    (root / "book" / "teaching.md").write_text(TEACHING)
    (root / "_toc.yml").write_text(TOC)
    shutil.copy(ROOT / "_config.yml", root)
    if repository:
        (root / "pyproject.toml").write_text(f'[project.urls]\nrepository = "{repository}"\n')
    return root


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of a small book's pages; its repository has an address."""
    root = _checkout(tmp_path_factory.mktemp("small"), repository=ADDRESS)
    return book.assemble(root, _notebooks(), root / "_build").parent


@pytest.fixture
def page(browser):
    """A page that is offline, and fails the test at its end if it asked for anything."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked, _ = watch(page)
    yield page
    context.close()
    assert asked == []


def _open(page, small, name, fragment=""):
    page.goto((small / f"{name}.html").as_uri() + fragment)
    page.wait_for_function(
        "document.querySelectorAll('mjx-container').length >= document.querySelectorAll('.math').length", timeout=20_000
    )


# ---- Formulas


def test_formulas_have_the_number_of_their_chapter_and_links_to_them_say_it(small):
    first = (small / "notebooks" / "01_sums.html").read_text()
    second = (small / "notebooks" / "02_products.html").read_text()
    assert re.findall(r'<div class="math[^>]* id="equation-(eq-[\w-]+)">\s*<span class="eqno">\((\d\.\d)\)', first) == [
        ("eq-adding", "1.1"),
        ("eq-adding-2", "1.2"),
    ]
    assert re.findall(
        r'<div class="math[^>]* id="equation-(eq-[\w-]+)">\s*<span class="eqno">\((\d\.\d)\)', second
    ) == [("eq-multiplying", "2.1")]
    assert re.search(r'its square\s<a class="reference internal" href="#equation-eq-adding-2">\(1\.2\)</a>', first)
    assert re.search(r'the sum\s<a class="reference internal" href="#equation-eq-adding">\(1\.1\)</a>', first), (
        "in a folded answer"
    )
    assert re.search(
        r'the sum\s<a class="reference internal" href="01_sums\.html#equation-eq-adding">\(1\.1\)</a>', second
    ), "from another chapter"
    assert 'href="02_products.html#multiplying"' in first, "a link to a section of another chapter"
    assert second.count("[code](#eq-nowhere)") == 2, "code stays as it is"


@pytest.mark.parametrize("width", [1280, 400])
def test_numbers_do_not_stand_on_wide_formulas(small, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    _open(page, small, "notebooks/01_sums")
    page.eval_on_selector_all("main details", "all => all.forEach(it => { it.open = true; })")
    boxes = page.eval_on_selector_all(
        "div.math:has(.eqno)",
        """all => all.map(it => {
        const box = (part) => it.querySelector(part).getBoundingClientRect();
        const [number, formula] = [box(".eqno"), box("mjx-container")];
        return [formula.left, formula.right, number.left, number.right, it.getBoundingClientRect().right];
    })""",
    )
    assert len(boxes) == 2
    for left, formula, number, right, edge in boxes:
        assert left >= 0 and formula <= number < right <= edge + 1 <= width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "the page itself does not scroll sideways"
    )


# ---- Cells


def test_solutions_are_folded_exercises_shown_and_plumbing_is_left_out(small, page):
    assert "secret" not in (small / "notebooks" / "01_sums.html").read_text()
    _open(page, small, "notebooks/02_products")
    assert page.get_by_text("Not answered yet.").is_visible() and page.get_by_text("n = ...").is_visible()
    assert not page.get_by_text("Right: 4.").is_visible()
    solution = page.locator("details", has_text="Show solution").locator("summary")
    solution.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Right: 4.").is_visible() and page.get_by_text("2 * 2").is_visible()
    assert page.get_by_text("Hide solution").is_visible() and "@title" not in page.content()


def test_pages_hold_no_pictures_but_load_them_late(small):
    for name, n_pictures in (("index", 1), ("notebooks/01_sums", 2)):
        text = (small / f"{name}.html").read_text()
        assert "data:image" not in text and text.count('<img loading="lazy"') == n_pictures


def test_hidden_code_opens(small, page):
    _open(page, small, "notebooks/01_sums")
    assert not page.get_by_text("draw()").is_visible()
    page.locator("details.hide summary").click()
    assert page.get_by_text("draw()").is_visible()


def _contrast(page, selector):
    """Of a text and what it stands on, as WCAG has it."""
    return page.eval_on_selector(
        selector,
        """it => {
        const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
        let below = it;
        while (below && (numbers(getComputedStyle(below).backgroundColor)[3] ?? 1) < 1) below = below.parentElement;
        const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
        const light = (color) => numbers(color).slice(0, 3).map((c) => linear(c / 255))
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const colors = [getComputedStyle(it).color, getComputedStyle(below).backgroundColor];
        const [a, b] = colors.map(light).sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    }""",
    )


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_answers_open_by_keyboard_and_are_readable(small, page, mode):
    page.add_init_script(f"localStorage.setItem('mode', '{mode}'); localStorage.setItem('theme', '{mode}')")
    _open(page, small, "notebooks/01_sums")
    assert page.evaluate("document.documentElement.dataset.theme") == mode
    answer = page.get_by_text("It is, as")
    assert not answer.is_visible()
    page.locator("main details:not([class]) > summary").focus()
    page.keyboard.press("Space")
    assert answer.is_visible()
    for part in ("summary", "p", ".eqno"):
        assert _contrast(page, f"main details:not([class]) {part}") > 4.5, part
    assert (
        page.eval_on_selector("img[alt='A single pixel.']", "it => getComputedStyle(it).filter") == "none"
        or mode == "light"
    )


# ---- The front page


def _step(page):
    return page.evaluate("document.querySelector('.lecture-moving .lecture-explorer').dataset.choice")


def test_the_front_page_moves_until_it_is_touched_and_keeps_its_address(small, page):
    _open(page, small, "index")
    seen = set()
    for _ in range(60):
        seen.add(_step(page))
        page.wait_for_timeout(100)
    assert len(seen) > 5
    page.wait_for_function(
        "document.querySelector('.lecture-explorer').shadowRoot"
        ".querySelector('.row button').ariaLabel.startsWith('Pause')"
    )
    page.locator(".lecture-explorer .sheet").click()
    page.wait_for_timeout(300)
    stopped = _step(page)
    page.wait_for_timeout(5000)
    assert _step(page) == stopped, "it does not start again"


def test_the_front_page_moves_again_and_again_without_a_word_in_its_address(small, page):
    _open(page, small, "index")
    page.wait_for_function("document.querySelector('.lecture-explorer').dataset.choice === '99'", timeout=20_000)
    page.wait_for_function("document.querySelector('.lecture-explorer').dataset.choice === '3'", timeout=20_000)
    assert "explorer=" not in page.url


def test_the_front_page_stands_still_for_readers_who_want_no_motion_and_where_a_state_is_asked_for(small, page):
    page.emulate_media(reduced_motion="reduce")
    _open(page, small, "index")
    page.wait_for_timeout(4000)
    assert _step(page) == "4"
    page.emulate_media(reduced_motion="no-preference")
    _open(page, small, "index", "?explorer=walk&step=7")
    page.wait_for_timeout(4000)
    assert _step(page) == "6"


def test_the_front_page_says_what_the_chapters_hold(small):
    front = (small / "index.html").read_text()
    assert "What adding does." in front and "About 20 min, 2 sections, 1 question." in front
    assert "About 40 min, 2 sections, 1 exercise." in front


def test_teaching_lists_sections_sessions_and_exercises(small):
    page = (small / "teaching.html").read_text()
    for anchor, at in (("adding", "01_sums"), ("multiplying", "02_products"), ("exercises-products", "02_products")):
        assert f'href="notebooks/{at}.html#{anchor}"' in page and f">{anchor}</span>" in page
    assert "Twice two" in page and "about 10 min" in page


# ---- Search, and the doors to other places


def test_search_answers_without_a_network(small, page):
    page.goto((small / "search.html").as_uri() + "?q=multiplying")
    page.locator("#search-results li a").first.wait_for()
    assert any(
        "02_products.html" in link
        for link in page.eval_on_selector_all("#search-results li a", "all => all.map(it => it.href)")
    )


def test_launch_buttons_stand_where_the_repository_has_an_address(small):
    chapter = (small / "notebooks" / "01_sums.html").read_text()
    assert "https://colab.research.google.com/github/someone/lecture/blob/main/notebooks/01_sums.ipynb" in chapter
    assert "https://mybinder.org/v2/gh/someone/lecture/main?urlpath=lab/tree/notebooks/01_sums.ipynb" in chapter
    front = (small / "index.html").read_text()
    assert "colab.research.google.com" in front and "mybinder.org" in front


def test_without_an_address_there_are_no_launch_buttons(tmp_path):
    root = _checkout(tmp_path)
    html = book.assemble(root, _notebooks(), root / "_build").parent
    for file in html.rglob("*.html"):
        text = file.read_text()
        assert "colab.research" not in text and "mybinder.org" not in text, file


def test_the_address_is_read_from_one_place_and_has_to_be_one(tmp_path):
    assert address.repository(tmp_path) is None
    for text, expected in (
        ('[project]\nname = "x"\n', None),
        (f'[project.urls]\nrepository = "{ADDRESS}.git/"\n', ADDRESS),
    ):
        (tmp_path / "pyproject.toml").write_text(text)
        assert address.repository(tmp_path) == expected
    (tmp_path / "pyproject.toml").write_text('[project.urls]\nrepository = "somewhere"\n')
    with pytest.raises(ValueError, match="must be like https://github.com/owner/name, got 'somewhere'"):
        address.repository(tmp_path)


# ---- The outline


def test_the_outline_reads_times_questions_and_exercises():
    first, second = outline.chapters(_notebooks())
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


def test_sessions_are_filled_in_order_and_not_beyond_their_length():
    sections = [outline.Section(str(i), str(i), minutes, 0, ()) for i, minutes in enumerate([20, 20, 10, 60, 5])]
    assert [[it.minutes for it in part] for part in pages._packed(sections, 45)] == [[20, 20], [10], [60], [5]]
    assert [[it.minutes for it in part] for part in pages._packed(sections, 90)] == [[20, 20, 10], [60, 5]]


# ---- The reference


def test_docstrings_are_read_as_they_are_meant():
    lines = ["Sum.", "", "Attributes", "----------", "a, b : float", "    Parts.", "", ">>> 1 + 1", "2"]
    docstrings.before_napoleon(None, "class", "f", None, None, lines)
    assert lines[4:7] == ["a : float", "b : float", "    Parts."] and lines[8:] == [
        "Examples",
        "--------",
        ">>> 1 + 1",
        "2",
    ]


# ---- What is refused; the earlier book stays


@pytest.fixture
def earlier(tmp_path):
    """A checkout with a book that was built before."""
    root = _checkout(tmp_path, index="# A small book\n")
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
    notebooks = _notebooks()
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
        book.assemble(earlier, _notebooks(), earlier / "_build")
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
    _refused(earlier, _notebooks(), sentence)


@pytest.mark.parametrize("cell", ["1 / 0", "[there](#nowhere)"])
def test_the_command_says_in_a_sentence_what_is_wrong_and_its_status_is_1(tmp_path, cell):
    for folder in ("lecture", "preamble.py"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    _checkout(tmp_path, index="# A small book\n")
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
