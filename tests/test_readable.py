"""A small book on a phone and on a screen: code folded, figures enlarged, nothing too wide, no text too faint."""

import pytest
from conftest import offline_page
from explorers import Seen
from part_book import SENTENCE, checkout, notebooks
from readable import faint_texts, in_mode, opened

from publishing import book

PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1366, "height": 768}
PAGES = ["notebooks/01_powers", "notebooks/01_powers_2", "notebooks/01_powers_3", "index", "teaching", "gallery"]


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The folder of the pages of the book."""
    root = checkout(tmp_path_factory.mktemp("readable"))
    return book.assemble(root, notebooks(), root / "_build").parent


@pytest.fixture
def page(browser):
    """A page on a phone that is offline, and fails the test at its end if it asked for anything or complained."""
    with offline_page(browser.new_context(offline=True, viewport=PHONE, has_touch=True)) as page:
        yield page


@pytest.mark.parametrize("size", [PHONE, SCREEN], ids=["phone", "screen"])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_page_is_wider_than_the_screen_and_no_text_is_faint(html, page, mode, size):
    page.set_viewport_size(size)
    for name in PAGES:
        opened(page, html / f"{name}.html")
        in_mode(page, mode)
        assert faint_texts(page) == {}, name
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"], name


def test_faint_text_is_found(html, page):
    opened(page, html / "notebooks" / "01_powers.html")
    page.eval_on_selector("main p", "it => { it.style.color = '#888'; }")
    (found,) = faint_texts(page).values()
    assert found.startswith("3.54: ")


# ---- Code


def test_code_is_folded_on_a_phone_but_for_exercises(html, page):
    opened(page, html / "notebooks" / "01_powers.html")
    code = page.get_by_text("a remark")
    assert not code.is_visible()
    page.get_by_text("Show code").tap()
    page.get_by_text("Hide code").wait_for(timeout=5_000)  # the words follow a moment later
    assert code.is_visible() and page.get_by_text("Hide code").is_visible()
    page.set_viewport_size(SCREEN)
    page.wait_for_function("!document.querySelector('.lecture-code > summary').getClientRects().length")
    assert code.is_visible(), "a turned phone, or a wider window, shows it"
    page.set_viewport_size(PHONE)
    page.wait_for_function("!document.querySelector('.lecture-code').open")
    opened(page, html / "notebooks" / "01_powers_3.html")
    assert page.get_by_text("n = ...").is_visible()
    assert page.get_by_text("Show code").count() == 0 and page.get_by_text("Show solution").is_visible()


def test_code_is_open_on_a_screen(html, page):
    page.set_viewport_size(SCREEN)
    opened(page, html / "notebooks" / "01_powers.html")
    assert page.get_by_text("a remark").is_visible() and page.get_by_text("Show code").count() == 0


# ---- What is wide


def test_what_is_too_wide_scrolls_and_fades_where_there_is_more(html, page):
    opened(page, html / "notebooks" / "01_powers_2.html")
    page.wait_for_function("document.querySelectorAll('main [data-more]').length === 4")
    for scroller in page.locator("main [data-more]").all():
        more = lambda it=scroller: it.get_attribute("data-more")  # noqa: E731
        mask = lambda it=scroller: it.evaluate("it => getComputedStyle(it).maskImage")  # noqa: E731
        assert more() == "right" and "to left" in mask()
        scroller.evaluate("it => it.scrollTo(40, 0)")
        page.wait_for_timeout(100)
        assert more() == "left right" and mask().count("rgba(0, 0, 0, 0)") == 2
        scroller.evaluate("it => it.scrollTo(it.scrollWidth, 0)")
        page.wait_for_timeout(100)
        assert more() == "left" and "to right" in mask()
        assert scroller.evaluate("it => it.tabIndex") == 0, "arrow keys scroll it"
    assert page.locator("#equation-eq-cubes mjx-container").get_attribute("data-more") is None


def test_a_printed_array_keeps_its_rows_and_a_printed_sentence_breaks(html, page):
    opened(page, html / "notebooks" / "01_powers_2.html")
    array, sentence = page.locator("pre", has_text="[["), page.locator("pre", has_text=SENTENCE)
    n_lines = "it => { const range = document.createRange(); range.selectNodeContents(it);" + (
        "return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size; }"
    )
    page.wait_for_function("document.querySelector('pre.lecture-columns')?.dataset.more === 'right'")
    assert array.evaluate(n_lines) == 2 and array.evaluate("it => it.scrollWidth > it.clientWidth + 100")
    assert sentence.evaluate(n_lines) > 1 and sentence.evaluate("it => it.scrollWidth === it.clientWidth")
    page.set_viewport_size(SCREEN)
    assert array.evaluate("it => it.scrollWidth === it.clientWidth"), "a screen has room for it"


def test_a_long_name_in_a_sentence_breaks(html, page):
    opened(page, html / "notebooks" / "01_powers_2.html")
    box = page.locator("main p code", has_text="experiments.convergence").bounding_box()
    assert box["x"] + box["width"] <= PHONE["width"] and box["height"] > 60


# ---- Figures


def _dialog(page):
    return page.evaluate("""() => {
        const dialog = document.querySelector("dialog.lecture-zoom"), img = dialog.querySelector("img");
        const { width, height } = img.getBoundingClientRect();
        return { open: dialog.open, width, height, inside: dialog.contains(document.activeElement) };
    }""")


def _enlarged(page, html):
    opened(page, html / "notebooks" / "01_powers.html")
    figure = page.locator(".lecture-figure")
    assert figure.count() == 1 and page.get_by_role("button", name="A net of nine units.").count() == 1
    figure.tap()
    page.wait_for_function("document.querySelector('.lecture-zoom img').getBoundingClientRect().width > 300")
    return figure


def test_a_figure_is_enlarged_by_touch_and_closed_again(html, page):
    figure = _enlarged(page, html)
    small = figure.locator("img").bounding_box()["width"]
    before = _dialog(page)["width"]
    assert before > 1.2 * small, "it opens larger than it stands on the page"
    page.get_by_label("Larger").tap()
    assert _dialog(page)["width"] == pytest.approx(1.5 * before, rel=0.01)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_label("Smaller").tap()
    assert _dialog(page)["width"] == pytest.approx(before, rel=0.01)
    page.get_by_label("Close").tap()
    assert not _dialog(page)["open"]


def test_two_fingers_enlarge_a_figure_and_one_moves_it(html, page):
    _enlarged(page, html)
    before = _dialog(page)["width"]
    touch = page.context.new_cdp_session(page)

    def fingers(kind, *points):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]},
        )

    fingers("touchStart", (150, 420), (240, 420))
    for step in range(1, 7):
        fingers("touchMove", (150 - 10 * step, 420), (240 + 10 * step, 420))
    fingers("touchEnd")
    larger = _dialog(page)["width"]
    assert larger > 1.5 * before
    where = "document.querySelector('.lecture-zoom .sight').scrollLeft"
    start = page.evaluate(where)
    fingers("touchStart", (300, 420))
    for step in range(1, 9):
        fingers("touchMove", (300 - 15 * step, 420))
    fingers("touchEnd")
    page.wait_for_timeout(300)
    assert page.evaluate(where) > start + 50 and _dialog(page)["width"] == larger


def test_a_figure_is_enlarged_by_keyboard_which_stays_in_it_and_returns(html, page):
    page.set_viewport_size(SCREEN)
    opened(page, html / "notebooks" / "01_powers.html")
    figure = page.locator(".lecture-figure")
    figure.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.lecture-zoom img').getBoundingClientRect().width > 300")
    before = _dialog(page)
    assert before["open"] and (before["width"] >= SCREEN["width"] - 2 or before["height"] >= SCREEN["height"] - 100)
    for key in ("Tab", "Tab", "Tab", "Tab", "Tab", "Shift+Tab"):
        page.keyboard.press(key)
        assert _dialog(page)["inside"]
    page.keyboard.press("+")
    assert _dialog(page)["width"] == pytest.approx(1.5 * before["width"], rel=0.01)
    page.keyboard.press("Escape")
    assert not _dialog(page)["open"] and figure.evaluate("it => it === document.activeElement")


def _explorer(page, html):
    opened(page, html / "notebooks" / "01_powers_2.html")
    return Seen(page, 0)


def test_the_picture_of_an_explorer_is_enlarged_as_its_slider_has_set_it(html, page):
    walk = _explorer(page, html)
    for step in (30, 60):  # the slider serves before and after
        box = walk.input("step").bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] * step / 100, box["y"] + box["height"] / 2)
        walk.settle()
        (line,), alt, small = walk.lines, walk.alt, walk.image.bounding_box()["width"]
        assert step - 8 < len(line) < step + 12
        walk.image.tap()
        page.wait_for_function("document.querySelector('.lecture-zoom img').naturalWidth > 0")
        page.wait_for_function(f"document.querySelector('.lecture-zoom img').getBoundingClientRect().width > {small}")
        shown = page.locator(".lecture-zoom img")
        assert shown.get_attribute("alt") == alt
        drawn = shown.evaluate("""async (it) => {
            const picture = new DOMParser().parseFromString(await (await fetch(it.src)).text(), "image/svg+xml");
            return picture.querySelector("polyline:not([stroke=white])").getAttribute("points");
        }""")
        assert len(drawn.split()) == len(line), "with the path over it"
        page.get_by_label("Close").tap()
        assert not _dialog(page)["open"]


def test_the_picture_of_an_explorer_is_enlarged_by_keyboard(html, page):
    walk = _explorer(page, html)
    walk.host.get_by_role("button", name="walk").focus()
    for key in ("Enter", " "):
        page.keyboard.press(key)
        page.wait_for_function("document.querySelector('.lecture-zoom').open")
        assert _dialog(page)["inside"]
        page.keyboard.press("Escape")
        assert not _dialog(page)["open"]


def test_the_gallery_keeps_its_clicks(html, page):
    opened(page, html / "gallery.html")
    assert page.locator(".lecture-figure").count() == 0


# ---- Small things


def test_no_word_of_a_part_is_broken(html, page):
    page.set_viewport_size(SCREEN)
    opened(page, html / "notebooks" / "01_powers_2.html")
    heights = page.evaluate("""() => {
        const list = document.querySelector(".lecture-parts ol"), first = list.children[0];
        list.replaceChildren(...Array.from({ length: 8 }, () => first.cloneNode(true)));
        const names = [...list.querySelectorAll("li > *")];
        names.forEach((it, n) => { it.textContent = n ? "Forward" : "Incomprehensibilities"; });
        return names.map((it) => it.getBoundingClientRect().height);
    }""")
    assert len(heights) == 8 and len(set(heights)) == 1, "one line each"
    assert page.evaluate("document.documentElement.scrollWidth") == SCREEN["width"]


@pytest.mark.parametrize("kind", ["table", "output stream", "lecture-figure"])
def test_what_follows_a_table_printed_lines_or_a_figure_keeps_clear_of_them(html, page, kind):
    opened(page, html / "notebooks" / "01_powers_2.html")
    gap = page.evaluate(
        """(kind) => {
        const table = document.querySelector(".cell_output > .text_html:has(table)");
        if (kind !== "table") table.className = kind;
        const next = document.createElement("div");
        next.append("said of it");
        table.after(next);
        return next.getBoundingClientRect().top - table.getBoundingClientRect().bottom;
    }""",
        kind,
    )
    assert gap >= 12


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_way_back_to_the_top_is_not_faint(html, page, mode):
    opened(page, html / "notebooks" / "01_powers_2.html")
    in_mode(page, mode)
    page.evaluate("document.querySelector('main').append(document.querySelector('#pst-back-to-top'))")
    page.evaluate("document.querySelector('#pst-back-to-top').style.display = 'block'")
    assert faint_texts(page) == {}
