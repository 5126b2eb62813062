"""The built book in a real browser, from a file and offline: pages load whole, and every explorer moves."""

import pytest
from conftest import ROOT, offline_page, show_all

from publishing import api, notebooks, parts

CHAPTERS = [
    f"notebooks/{page}"
    for source in notebooks.sources(ROOT / "notebooks")
    for page in parts.names(source.stem, notebooks.from_source(source))
]
PAGES = ["index", "gallery", "teaching", *(f"api/{name}" for name in api.pages()), *CHAPTERS]


@pytest.fixture
def page(browser):
    """A page that is offline, and fails the test at its end if it asked for anything or complained."""
    with offline_page(show_all(browser.new_context(offline=True, viewport={"width": 1280, "height": 900}))) as page:
        yield page


_ALL_COME = "all => Promise.allSettled(all.map(img => { img.loading = 'eager'; return img.decode(); }))"


def _wait_for_formulas(page):
    page.wait_for_function(
        "document.querySelectorAll('mjx-container').length >= document.querySelectorAll('.math').length", timeout=60_000
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_whole_from_a_file(built_book, page, name):
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    page.wait_for_timeout(500)  # for what a script asks for after the page has loaded
    page.eval_on_selector_all("main img", _ALL_COME)
    pictures = page.eval_on_selector_all(
        "main img", "all => all.map(img => [img.src.slice(0, 60), img.complete && img.naturalWidth, img.alt])"
    )
    assert [picture for picture in pictures if not picture[1] or not picture[2]] == []
    _wait_for_formulas(page)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_no_wider_than_a_phone(built_book, page, name):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    _wait_for_formulas(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_every_page_stays_under_three_megabytes(built_book):
    sizes = {
        str(file.relative_to(built_book / "html")): file.stat().st_size
        for file in (built_book / "html").rglob("*.html")
    }
    assert {f"{name}.html" for name in PAGES} <= set(sizes)
    assert {name: size for name, size in sizes.items() if size >= 3_000_000} == {}


@pytest.mark.parametrize("name", ["gallery", *CHAPTERS])
def test_a_picture_far_below_is_loaded_when_it_comes_into_view_and_nothing_moves(built_book, page, name):
    asked = set()
    page.on("request", lambda request: asked.add(request.url))
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    _wait_for_formulas(page)
    pictures = page.eval_on_selector_all(
        "main img",
        """all => all.filter(it => it.getRootNode() === document && it.getClientRects().length)
        .map(it => [it.src, it.getBoundingClientRect().top])""",
    )
    last, top = pictures[-1] if pictures else ("", 0)
    if top < 4_000:  # a browser asks for what is within 2,500 pixels
        pytest.skip(f"{name} has no picture far below")
    assert last not in asked
    height = page.evaluate("document.documentElement.scrollHeight")
    page.evaluate("height => scrollTo({ top: height, behavior: 'instant' })", top)
    page.wait_for_function(
        "src => [...document.querySelectorAll('main img')].find(it => it.src === src).naturalWidth", arg=last
    )
    page.eval_on_selector_all("main img", _ALL_COME)
    assert last in asked and abs(page.evaluate("document.documentElement.scrollHeight") - height) <= 2


def _state(explorer):
    """What an explorer shows: its pictures with their alternative texts, and its paths."""
    return explorer.evaluate("host => [...host.shadowRoot.querySelectorAll('.sheet')].map(it => it.innerHTML).join()")


def _settled(page, explorer):
    """What an explorer shows once it has come to rest."""
    before, now = None, _state(explorer)
    while before != now:
        page.wait_for_timeout(150)
        before, now = now, _state(explorer)
    return now


def _by_keyboard(page, control, kind, position, last):
    """Move a control by one, towards where there is room."""
    control.focus()
    forward = "ArrowRight" if kind == "range" else "ArrowDown"
    back = "ArrowLeft" if kind == "range" else "ArrowUp"
    page.keyboard.press("Space" if kind == "checkbox" else forward if position < last else back)


def _by_mouse(page, control, kind, position, last):
    """Move a control to its far end, or to its other value."""
    if kind == "range":
        box = control.bounding_box()
        page.mouse.click(box["x"] + (0.97 if position < last else 0.03) * box["width"], box["y"] + box["height"] / 2)
    elif kind == "checkbox":
        control.click()
    else:
        control.select_option(index=0 if position else last)


# The kind of a control, where it stands and its last position.
_WHERE = """it => {
    const last = it.options ? it.options.length - 1 : Number(it.max);
    return [it.type, Number(it.selectedIndex ?? it.value), last];
}"""
_BACK = """(it, first) => {
    if (it.type === "checkbox") it.checked = first;
    else if (it.options) it.selectedIndex = first;
    else it.value = first;
    it.dispatchEvent(new Event(it.type === "range" ? "input" : "change", { bubbles: true }));
}"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_control_of_every_explorer_moves_its_picture_by_mouse_and_by_keyboard(built_book, page, name):
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    explorers = page.locator(".lecture-explorer")
    if not explorers.count():
        pytest.skip(f"{name} has no explorer")
    still = []
    for number in range(explorers.count()):
        explorer = explorers.nth(number)
        explorer.scroll_into_view_if_needed()
        explorer.locator(".sheet img").first.wait_for()
        for control in explorer.locator("input, select").all():
            first = control.evaluate("it => it.selectedIndex ?? (it.type === 'checkbox' ? it.checked : it.value)")
            for move in (_by_keyboard, _by_mouse):
                before = _settled(page, explorer)
                where = control.evaluate(_WHERE)
                move(page, control, *where)
                if not any(_state(explorer) != before or page.wait_for_timeout(50) for _ in range(100)):
                    still.append(
                        f"{explorer.get_attribute('data-explorer')}: {control.get_attribute('id')}, {move.__name__}"
                    )
            control.evaluate(_BACK, first)  # for at some values of one control another has nothing to say
    assert still == []


def _darkly(page):
    page.add_init_script("localStorage.setItem('mode', 'dark'); localStorage.setItem('theme', 'dark')")


def test_the_front_page_moves_until_it_is_touched(built_book, page):
    page.goto((built_book / "html" / "index.html").as_uri())
    choice = "document.querySelector('.lecture-moving .lecture-explorer').dataset.choice"
    page.wait_for_function(f"{choice} !== undefined")
    first = page.evaluate(choice)
    page.wait_for_function(f"{choice} !== '{first}'")
    page.locator(".lecture-moving .sheet").click()
    page.wait_for_timeout(200)
    stopped = page.evaluate(choice)
    page.wait_for_timeout(4000)
    assert page.evaluate(choice) == stopped


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_reference_leads_to_its_formula_and_no_number_stands_on_one(built_book, page, name):
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    _wait_for_formulas(page)
    lost = page.eval_on_selector_all(
        'main a.reference[href^="#equation-"]',
        """all => all.filter(it => {
        const number = document.getElementById(it.hash.slice(1))?.querySelector(".eqno").firstChild.textContent;
        return number !== it.textContent;
    }).map(it => it.outerHTML)""",
    )
    assert lost == []
    page.eval_on_selector_all("main details", "all => all.forEach(it => { it.open = true; })")
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        covered = page.eval_on_selector_all(
            "div.math:has(.eqno)",
            """all => all.filter(it => {
            const box = (part) => it.querySelector(part).getBoundingClientRect();
            const [number, formula] = [box(".eqno"), box("mjx-container")];
            return formula.right > number.left || formula.left < 0 || number.right > innerWidth;
        }).map(it => it.id)""",
        )
        assert covered == [], f"{width} pixels wide"


# Of each question: how many of its kind of control it offers, how many headings it folds, and whether it is folded.
_ASKED = """all => all.map(it => {
    const offers = { choice: ":scope > ul > li > .lecture-choice", number: "form input", show: ".lecture-button" };
    const folded = it.querySelector(":scope > .lecture-folded");
    const seen = [...folded.children].filter(part => part.checkVisibility()).length;
    return [it.dataset.kind, it.querySelectorAll(offers[it.dataset.kind]).length,
            folded.querySelectorAll("h1, h2, h3, .lecture-prediction").length, seen];
})"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_question_folds_what_answers_it(built_book, page, name):
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    n_asked = page.eval_on_selector_all(
        "main p > em:first-child", "all => all.filter(it => it.textContent.startsWith('Predict first:')).length"
    )
    if not n_asked:
        pytest.skip(f"{name} asks nothing")
    page.get_by_label("Show all results and answers").uncheck()
    asked = page.eval_on_selector_all(".lecture-prediction", _ASKED)
    assert len(asked) == n_asked
    wanted = {"choice": 3, "number": 1, "show": 1}
    assert [it for it in asked if it[1:] != [wanted[it[0]], 0, 0]] == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_answer_opens_by_keyboard(built_book, page, name):
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    shut = []
    for summary in page.locator("main details:not(.controls) > summary").all():
        summary.evaluate("it => { it.parentElement.open = false; }")
        summary.focus()
        page.keyboard.press("Enter")
        if not summary.evaluate("it => it.parentElement.open"):
            shut.append(summary.inner_text())
    assert shut == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_in_dark_mode_text_is_light_and_figures_stay_on_white(built_book, page, name):
    _darkly(page)
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    color, ground = page.eval_on_selector(
        "main p", "it => [getComputedStyle(it).color, getComputedStyle(document.body).backgroundColor]"
    )
    lightness = [sum(map(int, part[part.index("(") + 1 :].rstrip(")").split(",")[:3])) / 3 for part in (color, ground)]
    assert lightness[0] > 180 and lightness[1] < 60
    shown = page.eval_on_selector_all(
        "main div.cell_output img",
        """all => all.filter(it => it.getClientRects().length && it.getRootNode() === document)
        .map(it => getComputedStyle(it)).map(it => [it.backgroundColor, it.filter])""",
    )
    assert set(map(tuple, shown)) <= {("rgb(255, 255, 255)", "none")}
    panels = page.eval_on_selector_all(
        ".lecture-explorer",
        "all => all.map(it => getComputedStyle(it.shadowRoot.querySelector('.panel')).backgroundColor)",
    )
    assert set(panels) <= {"rgb(255, 255, 255)"}


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_keep_their_shape_on_wide_and_narrow_pages(built_book, page, name):
    page.goto((built_book / "html" / f"{name}.html").as_uri())
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.eval_on_selector_all("main img", _ALL_COME)
        sizes = page.eval_on_selector_all(
            "main div.cell_output img",
            """all => all.filter(it => it.clientWidth && it.getRootNode() === document)
            .map(it => [it.naturalWidth / it.naturalHeight, it.width / it.height])""",
        )
        assert [size for size in sizes if abs(size[1] / size[0] - 1) > 0.02] == []


def test_most_pages_have_figures_whose_shape_is_seen(built_book):
    pages = [(built_book / "html" / f"{name}.html").read_text(encoding="utf-8") for name in CHAPTERS]
    assert sum("_images/" in page for page in pages) > 0.7 * len(pages)


def test_search_finds_a_section_without_a_network(built_book, page):
    page.goto((built_book / "html" / "search.html").as_uri() + "?q=momentum")
    page.locator("#search-results li a").first.wait_for()
    assert any(
        "notebooks/01_neural_networks" in link
        for link in page.eval_on_selector_all("#search-results li a", "all => all.map(it => it.href)")
    )
