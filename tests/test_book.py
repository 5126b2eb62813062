"""What the book makes of a small lecture of two chapters, in a real browser; and what it refuses."""

import re

import pytest
from conftest import offline_page, show_all
from small_book import ADDRESS, checkout, two_notebooks

from publishing import address, book


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of a small book's pages; its repository has an address."""
    root = checkout(tmp_path_factory.mktemp("small"), repository=ADDRESS)
    return book.assemble(root, two_notebooks(), root / "_build").parent


@pytest.fixture
def page(browser):
    """A page that is offline, and fails the test at its end if it asked for anything or complained."""
    with offline_page(show_all(browser.new_context(offline=True, viewport={"width": 1280, "height": 900}))) as page:
        yield page


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


def contrast(page, selector):
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
    page.locator("main details:not([class]) > summary").focus()
    page.keyboard.press("Space")
    assert not answer.is_visible()
    page.keyboard.press("Space")
    assert answer.is_visible()
    for part in ("summary", "p", ".eqno"):
        assert contrast(page, f"main details:not([class]) {part}") > 4.5, part
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
    root = checkout(tmp_path)
    html = book.assemble(root, two_notebooks(), root / "_build").parent
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


# ---- The reference


# ---- What is refused; the earlier book stays
