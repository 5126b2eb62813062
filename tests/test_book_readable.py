"""The whole book on a phone and on a screen: no page too long, none too wide, no text too faint."""

import pytest
from conftest import ROOT
from readable import OPEN_ALL, faint_texts, in_mode, opened

from publishing import notebooks, parts

CHAPTERS = [
    f"notebooks/{page}"
    for source in notebooks.sources(ROOT / "notebooks")
    for page in parts.names(source.stem, notebooks.from_source(source))
]
PAGES = ["index", "gallery", "teaching", "api/plots", *CHAPTERS]
LONGEST = 15_000  # pixels of a page of one part, at 1366
SHOWN = 22_500  # with all answers shown, which a reader asks for
# Parts of one story that are longer then.
LONGER = {
    "notebooks/02_neural_networks_in_practice_2": 25_000,
    "notebooks/04_atoms_of_deep_learning_3": 29_000,  # with the table of all published numbers
    "notebooks/05_landscape_2": 26_000,
    "notebooks/05_landscape_3": 26_000,
}


@pytest.fixture
def page(browser):
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.set_default_navigation_timeout(120_000)  # the machine may be busy
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_the_screen_and_no_text_is_faint(built_book, page, name):
    opened(page, built_book / "html" / f"{name}.html")
    for mode in ("light", "dark"):
        in_mode(page, mode)
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 800})
            page.wait_for_timeout(200)
            assert faint_texts(page) == {}, f"{mode}, {width} pixels wide"
            assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_part_is_read_without_scrolling_for_ever(built_book, browser, name):
    """Once as it comes, with the answers to its questions folded, and once with all of them shown."""
    heights = []
    for shows_all in (False, True):
        context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
        page = context.new_page()
        if shows_all:
            page.add_init_script("localStorage.setItem('lecture:show-all', '')")
        opened(page, built_book / "html" / f"{name}.html")
        if shows_all:
            page.eval_on_selector_all("main details:not([class])", OPEN_ALL)
        heights.append(page.evaluate("Math.round(document.querySelector('article').getBoundingClientRect().height)"))
        context.close()
    print(f"{name}: {heights[0]} pixels, with all shown {heights[1]}")
    assert heights[0] <= LONGEST and heights[1] <= LONGER.get(name, SHOWN)
