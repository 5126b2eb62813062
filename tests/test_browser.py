"""The built book in a real browser, opened from a file, with the network off: pages load whole, and every explorer moves."""

import pytest
from conftest import ROOT, watch

from lecture.publish import notebooks

THEME_ERRORS = ("THEBE_JS_URL", "Got invalid theme mode")  # the two that the book's theme throws by itself
PAGES = ["index", "gallery", *(f"notebooks/{source.stem}" for source in notebooks.sources(ROOT / "notebooks"))]


@pytest.fixture
def page(browser):
    """A page that is offline, and fails the test at its end if it asked for anything or complained."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked, complaints = watch(page)
    yield page
    context.close()
    assert asked == []
    assert [text for text in complaints if not any(known in text for known in THEME_ERRORS)] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_whole_from_a_file(built_book, page, name):
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    page.wait_for_load_state("networkidle")
    pictures = page.eval_on_selector_all("main img", "all => all.map(img => [img.src.slice(0, 60), img.complete && img.naturalWidth, img.alt])")
    assert [picture for picture in pictures if not picture[1] or not picture[2]] == []
    if page.locator(".math").count():
        page.wait_for_function("document.querySelectorAll('mjx-container').length >= document.querySelectorAll('.math').length", timeout=20_000)


def _state(explorer):
    """What an explorer shows: its picture's alternative text, and its paths."""
    return explorer.evaluate("host => host.shadowRoot.querySelector('.sheet').innerHTML + host.shadowRoot.querySelector('.sheet img').alt")


def _moved(page, explorer, before):
    """Wait until an explorer shows something else than before; say whether it did."""
    for _ in range(60):
        if _state(explorer) != before:
            return True
        page.wait_for_timeout(50)
    return False


@pytest.mark.parametrize("name", [name for name in PAGES if name.startswith("notebooks")])
def test_every_control_of_every_explorer_moves_its_picture_by_mouse_and_by_keyboard(built_book, page, name):
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    explorers = page.locator(".lecture-explorer")
    if not explorers.count():
        pytest.skip(f"{name} has no explorer")
    still = []
    for number in range(explorers.count()):
        explorer = explorers.nth(number)
        explorer.scroll_into_view_if_needed()
        explorer.locator(".sheet img").wait_for()
        for control in explorer.locator("input, select").all():
            who = f"{explorer.get_attribute('data-explorer')}: {control.get_attribute('id')}"
            tag, kind = control.evaluate("it => [it.tagName, it.type]")
            before = _state(explorer)
            control.focus()
            page.keyboard.press("Space" if kind == "checkbox" else "ArrowRight" if tag == "INPUT" else "ArrowDown")
            if not _moved(page, explorer, before):
                still.append(f"{who}, by keyboard")
            before = _state(explorer)
            if tag == "SELECT":
                control.select_option(index=0)
            elif kind == "checkbox":
                control.click()
            else:
                box = control.bounding_box()
                page.mouse.click(box["x"] + 0.03 * box["width"], box["y"] + box["height"] / 2)
            if not _moved(page, explorer, before):
                still.append(f"{who}, by mouse")
    assert still == []
