"""The decks in a real browser, offline: every slide fits, explorers work, the speaker sees the notes."""

import re

import nbformat.v4 as new
import pytest
from conftest import ROOT, watch
from small_book import explorer

from publishing import notebooks, outline, parts, slides

CHAPTERS = {source.stem: notebooks.from_source(source) for source in notebooks.sources(ROOT / "notebooks")}
PARTS = {
    deck: part
    for name, chapter in CHAPTERS.items()
    for deck, part in zip(parts.names(name, chapter), outline.parts(chapter), strict=True)
}
DECKS = list(PARTS)
MOST = 40 / 45  # slides a minute of what is taught
# Five questions in 19 minutes; three architectures in 14, each with its code and a table.
MORE = {"01_neural_networks_4": 18, "01_neural_networks_8": 15, "04_atoms_of_deep_learning_3": 36}
SIZE = {"width": 1280, "height": 720}


@pytest.fixture
def page(browser):
    """A page that is offline, and fails the test at its end if it asked for anything or complained."""
    context = browser.new_context(offline=True, viewport=SIZE)
    page = context.new_page()
    asked, complaints = watch(page)
    yield page
    context.close()
    assert asked == [] and complaints == []


def _deck(folder, anchor):
    """The deck with a slide of this address."""
    return folder / next(
        f"{deck}.html" for deck, part in PARTS.items() if anchor in [section.anchor for section in part.sections]
    )


def _open(page, deck, hash=""):
    page.goto(deck.as_uri() + hash)
    page.wait_for_function("document.body.dataset.ready !== undefined", timeout=60_000)


# What is wrong on the slide that is shown: parts beyond its edges, text that is too small, pictures that are not there,
# a number or a statement in two pieces, a sentence or a row that stands alone.
_FAULTS = r"""() => {
    const slide = Reveal.getCurrentSlide(), faults = [];
    const visible = (it) => it.getClientRects().length && !it.closest("aside.notes, mjx-assistive-mml, .spoken");
    const parts = [...slide.querySelectorAll("*")];
    const hosts = slide.querySelectorAll(".lecture-explorer");
    for (const host of hosts) parts.push(...host.shadowRoot.querySelectorAll("*"));
    const fault = (is, what) => is && faults.push(what);
    const name = (it) => `${it.tagName} ${it.getAttribute("class") ?? ""} ${it.textContent.trim().slice(0, 30)}`;
    for (const it of parts.filter(visible)) {
        const box = it.getBoundingClientRect();
        const isDrawn = it.closest("svg svg, .sheet svg"); // a path may leave its axes: it is cut off there
        const isOff = box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
        fault(!isDrawn && isOff, `off the slide: ${name(it)}`);
        const isText = [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        const size = parseFloat(getComputedStyle(it).fontSize);
        const isSmall = it.closest("pre, mjx-container") || it.getRootNode() !== document;
        const least = isSmall ? 16 : it.closest("code") ? 20 : 22;
        fault(isText && size < least - 0.01, `${size} pixels: ${name(it)}`);
    }
    const body = slide.querySelector(".body");
    const isFull = body.scrollHeight > body.clientHeight + 1 || body.scrollWidth > body.clientWidth + 1;
    fault(isFull, "its body is too full");
    const [head, top] = [slide.querySelector(".heading").getBoundingClientRect(), body.getBoundingClientRect()];
    fault(head.bottom > top.top + 1, "the heading covers what is below it");
    const blocks = [...body.children].filter(visible).map((it) => it.getBoundingClientRect());
    const covers = (box, i) => box.top < blocks[i].bottom - 1;
    blocks.slice(1).forEach((box, i) => fault(covers(box, i), `block ${i + 2} covers the one before`));
    for (const img of slide.querySelectorAll(".body img"))
        fault(!img.naturalWidth || !img.alt, "a picture without content or text");
    for (const math of slide.querySelectorAll(".math"))
        fault(!math.querySelector("mjx-container svg"), `not typeset: ${math.textContent}`);
    fault(slide.querySelector("mjx-merror, [data-mjx-error]"), "a formula that MathJax refuses");
    const words = document.createTreeWalker(body, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (words.nextNode()) {
        const node = words.currentNode;
        if (!visible(node.parentElement) || node.parentElement.closest("mjx-container")) continue;
        for (const number of node.data.matchAll(/\d[\d.,]*\d(e[-+]?\d+)?/g)) {
            range.setStart(node, number.index);
            range.setEnd(node, number.index + number[0].length);
            const tops = [...range.getClientRects()].map((box) => box.top);
            fault(Math.max(...tops) > Math.min(...tops) + 4, `a number in two pieces: ${number[0]}`);
        }
    }
    for (const pre of slide.querySelectorAll("pre.code"))
        fault(/^[\s)\]}]/.test(pre.textContent), `a statement in two pieces: ${pre.textContent.slice(0, 30)}`);
    const [only, ...others] = [...body.children];
    const before = slide.previousElementSibling?.querySelector(".body").lastElementChild;
    fault(only?.matches(".answer") && before?.matches("p"), "an answer without the sentences above it");
    fault(only?.matches("p:not(.where)") && !others.length && slide.matches(".output"), "a sentence alone");
    fault(!body.children.length && !slide.matches(".title, .section, .part"), "nothing is on it");
    return faults;
}"""


# How many slides stand in the columns of these sections.
_TAUGHT = """(all, sections) => all.filter((it) =>
    [...it.parentElement.children].some((slide) => sections.includes(slide.id))).length"""


@pytest.mark.parametrize("name", DECKS)
def test_every_slide_fits_and_can_be_read(built_decks, page, name):
    _open(page, built_decks / f"{name}.html")
    faults, seen = {}, 0
    while True:
        while page.evaluate("Reveal.availableFragments().next"):
            if found := page.evaluate(_FAULTS):
                faults[page.evaluate("JSON.stringify(Reveal.getIndices())")] = found
            page.evaluate("Reveal.nextFragment()")
        found = page.evaluate(_FAULTS)
        if found:
            faults[
                page.evaluate("JSON.stringify(Reveal.getIndices())")
                + page.locator(
                    "section.present section.present .heading, section.present > .heading"
                ).first.inner_text()
            ] = found
        seen += 1
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableRoutes().down"):
            break
        page.evaluate("Reveal.next()")
    assert faults == {}
    assert seen == page.evaluate("Reveal.getTotalSlides()")
    timed = [section.anchor for section in PARTS[name].sections if section.minutes and not section.exercises]
    taught = page.eval_on_selector_all(".slides > section > section", _TAUGHT, timed)
    print(f"{name}: {taught} of {seen} slides are taught, in {PARTS[name].minutes} minutes")
    assert 5 < taught <= MORE.get(name, round(MOST * PARTS[name].minutes))


@pytest.mark.parametrize("name", DECKS)
def test_parting_slides_loses_nothing_and_doubles_nothing(built_decks, browser, page, name):
    counts = """() => {
        const all = (part) => [...document.querySelectorAll(`.slides ${part}`)];
        const blocks = [".body > p", ".body > .figure", ".body > .explorer"];
        const parts = [".body li", ".body tbody tr", ...blocks, ".body .asked", "section[id]"];
        const lines = all(".body > pre").map((pre) => pre.textContent).join("\\n");
        return Object.fromEntries([...parts.map((part) => [part, all(part).length]), ["lines", lines]]);
    }"""
    context = browser.new_context(offline=True, java_script_enabled=False)
    unparted = context.new_page()
    unparted.goto((built_decks / f"{name}.html").as_uri())
    wanted = unparted.evaluate(counts)
    context.close()
    _open(page, built_decks / f"{name}.html")
    assert page.evaluate(counts) == wanted


@pytest.mark.parametrize("name", DECKS)
def test_an_explorer_takes_keys_mouse_and_swipes_for_itself(built_decks, page, name):
    _open(page, built_decks / f"{name}.html")
    places = page.evaluate("""() => [...document.querySelectorAll(".slides .body > .explorer")].map((it) => {
        const { h, v } = Reveal.getIndices(it.closest("section"));
        return [h, v];
    })""")
    if not places:
        pytest.skip(f"{name} has no explorer")
    still = []
    for h, v in places:
        page.evaluate(f"Reveal.slide({h}, {v})")
        explorer = page.locator("section.present section.present .lecture-explorer")
        for control in explorer.locator("input, select").all():
            before = _shown(explorer)
            kind = control.evaluate("it => it.type")
            where, last = control.evaluate(
                "it => [Number(it.selectedIndex ?? it.value), it.options ? it.options.length - 1 : Number(it.max)]"
            )
            control.focus()
            keys = {"range": ("ArrowLeft", "ArrowRight"), "checkbox": ("Space", "Space")}.get(
                kind, ("ArrowUp", "ArrowDown")
            )
            page.keyboard.press(keys[where < last])
            if not any(_shown(explorer) != before or page.wait_for_timeout(50) for _ in range(60)):
                still.append(f"{explorer.get_attribute('data-explorer')}: {control.get_attribute('id')}")
            if kind == "range":
                box = control.bounding_box()
                page.mouse.move(box["x"] + 8, box["y"] + box["height"] / 2)
                page.mouse.down()
                page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2, steps=4)
                page.mouse.up()
                assert control.evaluate("it => it.value === it.max")
        page.wait_for_timeout(250)
        assert page.evaluate("Reveal.getIndices()")["h"] == h and page.evaluate("Reveal.getIndices()")["v"] == v, (
            "the deck has moved"
        )
        assert page.evaluate(_FAULTS) == []
    assert set(still) <= QUIET


# At their first values these controls change what comes later, and not this picture.
QUIET = set()


def _shown(explorer):
    return explorer.evaluate("host => host.dataset.choice")


def _swipe(page, x, y, by):
    touch = page.context.new_cdp_session(page)
    at = lambda n: [{"x": x + n * by / 5, "y": y}]  # noqa: E731
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at(0)})
    for n in range(1, 6):
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at(n)})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_swipe_on_a_slider_moves_the_slider_and_one_beside_it_the_slides(built_decks, browser):
    context = browser.new_context(offline=True, viewport=SIZE, has_touch=True)
    page = context.new_page()
    _open(page, _deck(built_decks, "more-layers"), "#/more-layers")
    page.evaluate("Reveal.down()")
    slider = page.locator("section.present section.present .lecture-explorer input[type=range]").first
    box, before, here = slider.bounding_box(), slider.input_value(), page.evaluate("Reveal.getIndices()")
    _swipe(page, box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, -0.8 * box["width"])
    page.wait_for_timeout(300)
    assert page.evaluate("Reveal.getIndices()") == here and slider.input_value() != before
    page.evaluate("while (Reveal.availableFragments().next) Reveal.nextFragment()")
    _swipe(page, 900, 700, -500)
    page.wait_for_timeout(300)
    assert page.evaluate("Reveal.getIndices().h") == here["h"] + 1
    context.close()


def test_a_slide_has_an_address_and_links_lead_to_slides(built_decks, page):
    _open(page, _deck(built_decks, "adam"), "#/adam")
    assert page.evaluate("Reveal.getCurrentSlide().id") == "adam"
    page.evaluate("Reveal.slide(0)")
    section = page.locator("section.present li a[href^='#/']").nth(1)
    anchor = section.get_attribute("href").removeprefix("#/")
    section.click()
    page.wait_for_function("anchor => Reveal.getCurrentSlide().id === anchor", arg=anchor)


def test_a_deck_leads_to_the_one_before_and_the_one_after(built_decks, page):
    first, second = list(PARTS)[:2]
    _open(page, built_decks / f"{first}.html")
    page.locator("section.present .where a", has_text=PARTS[second].title).click()
    page.wait_for_url(f"**/{second}.html*")
    page.wait_for_function("document.body.dataset.ready !== undefined", timeout=60_000)
    page.locator("section.present .where a", has_text=PARTS[first].title).click()
    page.wait_for_url(f"**/{first}.html*")


def test_the_speaker_sees_the_notes_with_their_formulas(built_decks, browser):
    context = browser.new_context(offline=True, viewport=SIZE)
    page = context.new_page()
    asked, complaints = watch(page)
    _open(page, _deck(built_decks, "architecture"), "#/architecture")
    with context.expect_page() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    notes = speaker.locator(".speaker-controls-notes")
    notes.get_by_text(re.compile(r"About \d+ minutes\.")).wait_for()
    page.bring_to_front()
    page.keyboard.press("Space")
    notes.get_by_text("Five: one weight for each of the four inputs, and the bias.").wait_for()
    assert notes.locator("svg").count() >= 1 and "$" not in notes.inner_text()
    assert asked == [] and complaints == []
    context.close()


def _small(tmp_path, *cells):
    deck = tmp_path / "small.html"
    deck.write_text(
        slides.decks(
            {"small": new.new_notebook(cells=[new.new_markdown_cell("# Small", metadata={"tags": []}), *cells])}
        )["small"],
        encoding="utf-8",
    )
    return deck


def test_what_is_too_long_goes_on_below(tmp_path, page):
    rows = "\n".join(f"| {n} | row {n} |" for n in range(60))
    items = "\n".join(
        f"1. item {n}, which goes on and on until the line is full and a second one begins" for n in range(40)
    )
    lines = "\n".join(f"line {n}" for n in range(39))
    long = new.new_output("stream", name="stdout", text="x" * 400 + "\n" + lines)
    deck = _small(
        tmp_path,
        new.new_markdown_cell(f"## Table\n\n| n | what |\n| - | - |\n{rows}"),
        new.new_markdown_cell(f"## List\n\n{items}"),
        new.new_markdown_cell(
            "## Words\n\n" + "\n\n".join("All words of this paragraph stay. " * 12 for _ in range(9))
        ),
        new.new_code_cell("print()", outputs=[long]),
    )
    _open(page, deck)
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        assert page.evaluate(_FAULTS) == []
        page.evaluate("Reveal.next()")
    assert (
        page.locator(".slides tbody tr").count() == 60
        and page.locator(".slides table").count() == page.locator(".slides thead").count() > 1
    )
    assert page.eval_on_selector_all(
        ".slides ol", "all => all.flatMap(it => [...it.children].map((_, i) => it.start + i))"
    ) == list(range(1, 41))
    assert "\n".join(page.locator(".slides pre").all_text_contents()) == "x" * 400 + "\n" + lines
    assert page.locator(".slides .body > p").count() == 9


def test_what_is_folded_opens_by_mouse_and_keyboard_and_the_slide_stays(tmp_path, page):
    folded = new.new_markdown_cell("## Fold\n\n<details><summary>Answer</summary>\n\nInside.\n\n</details>")
    _open(page, _small(tmp_path, folded, new.new_markdown_cell("## Next")))
    page.evaluate("Reveal.slide(1)")
    summary, inside = (
        page.locator("section.present summary"),
        page.locator("section.present").get_by_text("Inside.").last,
    )
    for press in (
        summary.click,
        lambda: summary.press("Enter"),
        lambda: summary.press("Space"),
        lambda: summary.press("Enter"),
    ):
        before = inside.is_visible()
        press()
        assert inside.is_visible() is not before and page.evaluate("Reveal.getIndices().h") == 1


@pytest.mark.parametrize("width, height", [(1920, 1080), (1024, 768), (400, 800)])
def test_a_deck_is_scaled_to_any_screen(built_decks, browser, width, height):
    context = browser.new_context(offline=True, viewport={"width": width, "height": height})
    page = context.new_page()
    _open(page, _deck(built_decks, "optimizer-zoo"), "#/optimizer-zoo")
    page.evaluate("Reveal.down()")
    box = page.locator("section.present section.present").bounding_box()
    assert box["width"] <= width + 1 and box["height"] <= height + 1
    assert min(width / box["width"], height / box["height"]) == pytest.approx(1, abs=0.01)
    context.close()


def test_an_answer_takes_its_room_from_the_picture_when_it_comes(tmp_path, page):
    answer = new.new_markdown_cell(
        "<details><summary>Answer</summary>\n\n" + "Two. " * 12 + "\n\n</details>\n\n**Learnt:** it adds."
    )
    drawn = new.new_code_cell("explore()", outputs=[explorer()])
    _open(page, _small(tmp_path, new.new_markdown_cell("## Sums\n\n*Predict first: how many?*"), drawn, answer))
    page.evaluate("Reveal.slide(1, 1)")
    height = lambda: page.locator("section.present section.present .explorer").bounding_box()["height"]  # noqa: E731
    learnt = page.get_by_text("it adds.").last
    before = height()
    assert not learnt.is_visible() and page.evaluate(_FAULTS) == []
    page.keyboard.press("Space")
    assert height() < before and not learnt.is_visible() and page.evaluate(_FAULTS) == []
    page.keyboard.press("Space")
    assert learnt.is_visible() and page.evaluate("Reveal.getIndices().v") == 1 and page.evaluate(_FAULTS) == []
    page.keyboard.press("ArrowLeft")
    page.evaluate("Reveal.slide(1, 1, -1)")
    assert height() == pytest.approx(before, abs=2)
