"""Explorers in a real browser: in a page from a file without a network, in slides, and in JupyterLab."""

import random
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from conftest import offline_page, watch
from explorers import Seen, draw_wave

from lecture.explore import Paths, explore, render
from lecture.plots import alt_text, describe

EVIL = "</script><script>window.harmed = true</script><img src=x onerror='window.harmed = true'>"
RULES = {"slow": 0.1, "quick": 0.4, "back": -0.3}
RATES = [0.005, 0.01, 0.015, 0.02]


def draw_note(note):
    _, ax = plt.subplots(figsize=(4, 1))
    ax.set_title(f"{len(note)} characters", parse_math=False)
    return describe(ax, note)


def spiral(steps, rate, turn):
    angle = turn * np.arange(steps + 1)
    return np.column_stack([np.cos(angle), np.sin(angle)]) * (1 + 10 * (rate - 0.015)) ** np.arange(steps + 1)[:, None]


def drawn_paths(surface):
    def draw_spirals(steps=10, rate=0.02, first="slow", second="back"):
        return Paths(surface, {name: spiral(steps, rate, RULES[name]) for name in (first, second)})

    return draw_spirals


@pytest.fixture(scope="module")
def surface():
    figure, ax = plt.subplots(figsize=(4, 3))
    ax.set(xlim=(-2, 2), ylim=(-1.5, 1.5))
    ax.contourf(
        *np.meshgrid(np.linspace(-2, 2, 20), np.linspace(-1.5, 1.5, 20)), np.random.default_rng(0).random((20, 20))
    )
    yield describe(ax, "A plane.")
    plt.close(figure)


@pytest.fixture(scope="module")
def explorers(surface):
    """The HTML of four explorers, two of them of one function."""
    return [
        explore(draw_wave, live=False, n=(1, 4), kind=["sin", "cos"], grid=False).html,
        explore(
            drawn_paths(surface),
            live=False,
            steps=(0, 30),
            rate=(0.005, 0.02, 0.005),
            first=list(RULES),
            second=list(RULES),
        ).html,
        explore(draw_wave, live=False, n=(1, 3)).html,
        explore(draw_note, live=False, note=["tame", EVIL]).html,
    ]


@pytest.fixture(scope="module")
def document(explorers, tmp_path_factory):
    """A file with the explorers among some text; returns its address."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(
        whole("".join(f"<h2 id=section-{n}>Section {n}</h2>{it}" for n, it in enumerate(explorers))), encoding="utf-8"
    )
    return file.as_uri()


def whole(body):
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A page</title>'
    return f'<!doctype html><html lang="en">{head}<body>{body}</body></html>'


@pytest.fixture
def page(browser):
    """A page that is offline and fails the test at its end if it asked for anything or complained."""
    with offline_page(browser.new_context(offline=True, viewport={"width": 1000, "height": 900})) as page:
        yield page


# ------------------------------------------------------------------------------------------------- from a file


def test_every_control_moves_its_picture_by_mouse(page, document):
    page.goto(document)
    wave, paths = Seen(page, 0), Seen(page, 1)
    for seen, names in [(wave, ["n", "kind", "grid"]), (paths, ["steps", "rate", "first", "second"])]:
        for name in names:
            before, it = seen.alt, seen.input(name)
            if it.evaluate("it => it.type") == "range":
                box = it.bounding_box()
                end = "min" if it.input_value() == it.get_attribute("max") else "max"  # drag it to the farther end
                page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
                page.mouse.down()
                page.mouse.move(
                    box["x"] + (4 if end == "min" else box["width"] - 4), box["y"] + box["height"] / 2, steps=5
                )
                page.mouse.up()
                assert it.input_value() == it.get_attribute(end)
            elif it.evaluate("it => it.type") == "checkbox":
                it.click()
            else:
                it.click()
                it.select_option(
                    index=1
                )  # the list that opens is the system's: what is clicked in it arrives like this
            seen.settle()
            assert seen.alt != before, name


def test_every_control_moves_its_picture_by_keyboard(page, document):
    page.goto(document)
    wave, paths = Seen(page, 0), Seen(page, 1)
    keys = {
        "n": "ArrowRight",
        "kind": "ArrowDown",
        "grid": " ",
        "steps": "End",
        "rate": "ArrowLeft",
        "first": "ArrowDown",
        "second": "ArrowUp",
    }
    page.keyboard.press("Tab")  # to "Controls", which folds them away
    page.keyboard.press("Enter")
    assert not wave.input("n").is_visible()
    page.keyboard.press("Enter")
    for seen, names in [(wave, ["n", "kind", "grid"]), (paths, ["steps", "rate", "first", "second"])]:
        for name in names:
            for _ in range(3):  # past the button that plays, and the next "Controls"
                page.keyboard.press("Tab")
                if seen.input(name).evaluate("it => it.getRootNode().activeElement === it"):
                    break
            assert seen.input(name).evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
            before = seen.alt
            page.keyboard.press(keys[name])
            seen.settle()
            assert seen.alt != before, name


def test_twenty_random_settings_show_what_python_draws(page, document, surface):
    page.goto(document)
    wave, paths = Seen(page, 0), Seen(page, 1)
    rng = random.Random(0)
    for _ in range(10):
        n, kind, grid = rng.randrange(4), rng.randrange(2), rng.randrange(2)
        wave.choose({"n": {"index": n}, "kind": {"index": kind}, "grid": {"index": grid}})
        ax = draw_wave(n + 1, ["sin", "cos"][kind], bool(grid))
        assert wave.picture == render.svg(ax.figure)
        assert wave.alt == alt_text(ax.figure)
    background = render.svg(surface.figure)
    height = surface.figure.bbox.height
    for _ in range(10):
        steps, rate, first, second = rng.randrange(31), rng.randrange(4), rng.randrange(3), rng.randrange(3)
        paths.choose(
            {"steps": {"index": steps}, "rate": {"index": rate}, "first": {"index": first}, "second": {"index": second}}
        )
        drawing = drawn_paths(surface)(steps, RATES[rate], list(RULES)[first], list(RULES)[second])
        assert paths.picture == background
        assert paths.alt == f"A plane. {drawing.describe()}"
        for line, path in zip(paths.lines, drawing.paths.values(), strict=True):
            np.testing.assert_allclose(line, surface.transData.transform(path) * [1, -1] + [0, height], atol=0.03)


def test_the_paths_lie_where_matplotlib_puts_them_on_the_screen(page, document, surface):
    page.goto(document)
    paths = Seen(page, 1)
    image, box = paths.image.bounding_box(), paths.host.locator(".sheet > svg").bounding_box()
    assert {key: pytest.approx(value, abs=0.5) for key, value in image.items()} == box
    middle = "it => (({ x, y, width, height }) => [x + width / 2, y + height / 2])(it.getBoundingClientRect())"
    seen = [end.evaluate(middle) for end in paths.host.locator(".sheet circle").all()]
    ends = [path[-1] for path in drawn_paths(surface)().paths.values()]
    share = surface.figure.transFigure.inverted().transform(surface.transData.transform(ends))  # of the picture
    at = [[image["x"] + x * image["width"], image["y"] + (1 - y) * image["height"]] for x, y in share]
    np.testing.assert_allclose(seen, at, atol=1)


def test_the_address_keeps_the_state_and_the_section_stays_free(page, document):
    page.goto(f"{document}?theme=dark#section-1")
    paths = Seen(page, 1)
    paths.choose({"steps": {"index": 7}, "rate": {"index": 2}, "first": {"index": 1}, "second": {"index": 1}})
    address = f"{document}?theme=dark&explorer=draw_spirals&steps=7&rate=0.015&first=quick&second=quick#section-1"
    page.wait_for_function("address => location.href === address", arg=address)
    assert page.evaluate("history.length") == 2
    page.goto("about:blank")
    page.goto(address)
    assert (Seen(page, 1).input("steps").input_value(), Seen(page, 1).input("first").input_value()) == ("7", "quick")
    assert Seen(page, 1).alt.startswith("A plane. quick: 7 steps, to (")
    Seen(page, 2).choose({"n": {"index": 2}})  # the second explorer of draw_wave
    page.wait_for_function(
        "address => location.href === address", arg=f"{document}?theme=dark&explorer=draw_wave-2&n=3#section-1"
    )
    page.goto("about:blank")
    page.goto(f"{document}?explorer=draw_wave-2&n=3&layers=7")
    assert Seen(page, 2).alt == "sin of 3 x, grid False."
    assert Seen(page, 0).alt == "sin of 2 x, grid False."  # its own state is another one
    assert Seen(page, 2).host.evaluate(
        "it => it.getBoundingClientRect().top < innerHeight"
    )  # the link opens it in view
    page.goto(f"{document}?explorer=draw_wave&n=77&kind=tan")
    assert Seen(page, 0).alt == "sin of 2 x, grid False."  # what it does not know it leaves


def test_controls_can_be_hidden(page, document):
    page.goto(f"{document}?controls=hide&explorer=draw_wave&n=3")
    wave = Seen(page, 0)
    assert wave.alt == "sin of 3 x, grid False."
    assert not wave.input("n").is_visible()
    wave.host.locator("summary").click()
    assert wave.input("n").is_visible()


def test_playing_goes_through_all_values_once_and_can_be_stopped(page, document):
    page.goto(document)
    wave = Seen(page, 0)
    button = wave.host.get_by_role("button", name="Play n", exact=True)
    button.click()
    page.wait_for_function("host => host.shadowRoot.getElementById('n').value === '3'", arg=wave.host.element_handle())
    button.wait_for()  # it says Play again at the end
    wave.settle()
    assert wave.alt == "sin of 4 x, grid False."
    button.click()  # from the beginning
    wave.host.get_by_role("button", name="Pause n", exact=True).click()
    assert wave.input("n").input_value() == "0"
    paths = Seen(page, 1)
    paths.host.get_by_role("button", name="Play steps").click()
    page.wait_for_function(
        "host => Number(host.shadowRoot.getElementById('steps').value) > 13", arg=paths.host.element_handle()
    )
    paths.input("steps").press("Home")  # a hand on the slider ends it
    paths.settle()
    page.wait_for_timeout(400)
    assert paths.input("steps").input_value() == "0"


def test_a_screen_reader_finds_every_control_by_its_name(page, document):
    page.goto(document)
    wave, paths = Seen(page, 0), Seen(page, 1)
    assert wave.host.get_by_role("group", name="Controls of draw_wave").count() == 1
    assert paths.host.get_by_role("slider", name="rate", exact=True).get_attribute("aria-valuetext") == "0.02"
    assert paths.host.get_by_role("combobox", name="first").count() == 1
    assert wave.host.get_by_role("checkbox", name="grid").count() == 1
    said = wave.host.locator("[aria-live=polite]")
    assert said.text_content() == ""  # nothing is said until something moves
    wave.choose({"n": {"index": 0}})
    assert said.text_content() == wave.alt == "sin of 1 x, grid False."


def test_labels_and_texts_do_no_harm(page, document):
    page.goto(document)
    note = Seen(page, 3)
    note.input("note").select_option(index=1)
    note.settle()
    assert note.alt == EVIL
    assert note.input("note").input_value() == EVIL
    assert page.evaluate("window.harmed") is None


def test_nothing_below_an_explorer_jumps_when_its_picture_changes_size(page, document):
    page.goto(document)
    wave = Seen(page, 0)
    places = set()
    for n in range(4):
        wave.choose({"n": {"index": n}})
        places.add(page.locator("#section-1").bounding_box()["y"])
    assert len(places) == 1


def test_a_fast_drag_ends_at_the_last_picture_and_leaves_others_out(page, document):
    page.goto(document)
    wave = Seen(page, 0)
    shown = wave.host.evaluate(
        """async (host) => {
            const shown = [], input = host.shadowRoot.getElementById("n");
            const watched = { attributes: true, attributeFilter: ["data-choice"] };
            new MutationObserver(() => shown.push(host.dataset.choice)).observe(host, watched);
            for (let turn = 0; turn < 50; turn++) {
              for (const n of [0, 1, 2, 3]) { input.value = n; input.dispatchEvent(new Event("input")); }
            }
            await new Promise((resolve) => setTimeout(resolve, 500));
            return shown;
        }"""
    )
    wave.settle()
    assert wave.alt == "sin of 4 x, grid False."
    assert len(shown) < 10


def test_without_a_script_the_first_picture_is_seen(page, explorers, tmp_path):
    """What an untrusted notebook leaves of an explorer."""
    bare = [re.sub(r"<script.*?</script>", "", it, flags=re.DOTALL) for it in explorers]
    (tmp_path / "bare.html").write_text(whole("".join(bare)), encoding="utf-8")
    page.goto((tmp_path / "bare.html").as_uri())
    images = page.locator("img").evaluate_all("all => all.map(it => [it.naturalWidth > 100, it.alt])")
    assert [seen for seen, _ in images] == [True] * 4
    assert images[0][1] == "sin of 2 x, grid False."
    assert images[1][1].startswith("A plane. slow: 10 steps, to (")


def test_an_older_browser_keeps_the_first_picture(page, document):
    page.add_init_script("delete globalThis.DecompressionStream")
    page.goto(document)
    assert page.locator(".lecture-explorer > img").first.is_visible()
    assert page.locator("input").count() == 0


def test_a_script_that_runs_twice_starts_nothing_twice(page, explorers, tmp_path):
    """JupyterLab may run the scripts of an output again; and every explorer brings the same script."""
    script = re.search(r"<script>\n.*</script>", explorers[0], re.DOTALL)[0]
    (tmp_path / "twice.html").write_text(whole(explorers[0] + script + explorers[2] + script), encoding="utf-8")
    page.goto((tmp_path / "twice.html").as_uri())
    Seen(page, 1).choose({"n": {"index": 0}})
    assert (Seen(page, 0).alt, Seen(page, 1).alt) == ("sin of 2 x, grid False.", "sin of 1 x, grid False.")
    assert page.locator(".panel").count() == 2


@pytest.mark.parametrize(
    "style",
    [
        "html { background: #121212; color: #eee } img { filter: invert(1); max-height: 20px } "
        "button, input, select, label { display: none; color: #111 }",
        ".reveal { font-size: 42px; color: white; background: black; text-transform: uppercase }",
    ],
)
def test_the_pages_own_style_stays_outside(page, explorers, tmp_path, style):
    (tmp_path / "styled.html").write_text(
        whole(f'<style>{style}</style><div class="reveal">{explorers[0]}</div>'), encoding="utf-8"
    )
    page.goto((tmp_path / "styled.html").as_uri())
    wave = Seen(page, 0)
    assert wave.input("n").is_visible()
    assert wave.image.evaluate("it => getComputedStyle(it).filter") == "none"
    assert wave.image.bounding_box()["height"] > 100
    panel = wave.host.locator(".panel").evaluate(
        "it => [getComputedStyle(it).backgroundColor, getComputedStyle(it).color]"
    )
    assert panel == ["rgb(255, 255, 255)", "rgb(26, 26, 26)"]


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_it_is_as_wide_as_there_is_room(browser, document, width):
    context = browser.new_context(offline=True, viewport={"width": width, "height": 720}, has_touch=True)
    page = context.new_page()
    page.goto(document)
    for number in range(4):
        Seen(page, number)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Seen(page, 0).image.bounding_box()["width"] <= render.PAGE_DPI * 6
    context.close()


def test_slides_may_show_figures_larger(page, explorers, tmp_path):
    (tmp_path / "large.html").write_text(
        whole(f"<style>body {{ --lecture-explorer-scale: 1.5 }}</style>{explorers[2]}"), encoding="utf-8"
    )
    page.goto((tmp_path / "large.html").as_uri())
    assert Seen(page, 0).host.locator(".picture").bounding_box()["width"] == pytest.approx(
        1.5 * render.PAGE_DPI * 5, abs=1
    )


def test_a_finger_moves_the_slider(browser, document):
    context = browser.new_context(offline=True, viewport={"width": 375, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    asked, complaints = watch(page)
    page.goto(document)
    wave = Seen(page, 0)
    heights = wave.host.locator(".row:not(.tick) :is(input, select, button), .row.tick, summary").evaluate_all(
        "all => all.map(it => it.getBoundingClientRect().height)"
    )
    assert len(heights) == 5 and min(heights) >= 44, "room for a finger"
    box = wave.input("n").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 6, box["y"] + box["height"] / 2)
    wave.settle()
    assert wave.alt == "sin of 4 x, grid False."
    wave.input("grid").tap()
    wave.settle()
    assert wave.alt == "sin of 4 x, grid True."
    context.close()
    assert (asked, complaints) == ([], [])


# ------------------------------------------------------------------------------------------------- slides


def test_in_slides_keys_and_swipes_on_a_control_stay_with_it(page, explorers, tmp_path):
    """What reveal.js listens to: keys on the document, touches and pointers on its element, all while they bubble."""
    listen = """<script>
        const heard = [];
        document.addEventListener("keydown", (event) => heard.push(event.key));
        for (const type of ["touchstart", "touchmove", "pointerdown", "pointermove"])
            document.querySelector(".reveal").addEventListener(type, (event) => heard.push(type));
    </script>"""
    (tmp_path / "slides.html").write_text(
        whole(f'<div class="reveal"><section>{explorers[0]}</section></div>{listen}'), encoding="utf-8"
    )
    page.goto((tmp_path / "slides.html").as_uri())
    wave = Seen(page, 0)
    wave.input("n").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Home", "End", "PageDown"):
        page.keyboard.press(key)
    box = wave.input("n").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 5, steps=4)
    page.mouse.up()
    wave.input("n").dispatch_event("touchstart", {"bubbles": True, "composed": True})
    assert page.evaluate("heard") == []
    wave.image.click()  # beside the controls they go on to the slides
    wave.input("n").evaluate("it => it.blur()")
    page.keyboard.press("ArrowRight")
    assert {"pointerdown", "ArrowRight"} <= set(page.evaluate("heard"))
