"""The walk over a loss in a real browser: what the page computes is what Python computes; mouse, finger and keys."""

import re

import numpy as np
import pytest
from conftest import watch
from walks import walked

from lecture.explore import explore_walk
from lecture.optimizers import SGD, Adam, Momentum
from lecture.plots import plot_function

RATES = (0.01, 0.1, 0.5)
RULES = {"gradient descent": SGD, "momentum": Momentum, "Adam": Adam}


@pytest.fixture(scope="module")
def explorer():
    return explore_walk(walked(), learning_rates=RATES, steps=60).html


@pytest.fixture(scope="module")
def document(explorer, tmp_path_factory):
    """A file with the explorer among some text; returns its address."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(whole(f"<h2>Before</h2>{explorer}<h2 id=after>After</h2>"), encoding="utf-8")
    return file.as_uri()


def whole(body):
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A page</title>'
    return f'<!doctype html><html lang="en">{head}<body>{body}</body></html>'


def opened(browser, **options):
    """A page that is offline, in which nothing moves by itself, and what it asked for and complained of."""
    context = browser.new_context(offline=True, reduced_motion="reduce", **options)
    page = context.new_page()
    return context, page, watch(page)


@pytest.fixture
def page(browser):
    """A page that fails the test at its end if it asked for anything or complained."""
    context, page, (asked, complaints) = opened(browser, viewport={"width": 1366, "height": 900})
    yield page
    context.close()
    assert asked == []
    assert complaints == []


class Seen:
    """The explorer as a reader sees it."""

    def __init__(self, page):
        self.host = page.locator(".lecture-explorer")
        self.surface = self.host.locator(".surface")
        self.surface.wait_for()

    def computes(self, name, *arguments):
        return self.host.evaluate("(host, [name, given]) => host.computes[name](...given)", [name, list(arguments)])

    def input(self, name):
        return self.host.locator(f"[id={name}]")

    @property
    def point(self):
        return [float(number) for number in self.host.get_attribute("data-point").split(",")]

    @property
    def n_steps(self):
        return self.host.get_attribute("data-run")

    @property
    def legend(self):
        return self.host.locator(".legend").inner_text()

    def where(self, point):
        """Where a point of the first plane lies on the screen."""
        plane, box = walked().planes["training"], self.surface.bounding_box()
        window = self.surface.locator("svg svg")
        x, y, width, height = (float(window.get_attribute(name)) for name in ("x", "y", "width", "height"))
        scale = box["width"] / float(self.surface.locator("> svg").get_attribute("viewBox").split()[2])
        share = [(point[0] - plane.a[0]) / np.ptp(plane.a), (plane.b[-1] - point[1]) / np.ptp(plane.b)]
        return box["x"] + scale * (x + share[0] * width), box["y"] + scale * (y + share[1] * height)


def _points(plane, n, seed=0):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(line[0], line[-1], n) for line in (plane.a, plane.b)])


def test_the_page_has_the_losses_and_slopes_of_python_at_random_points(page, document):
    page.goto(document)
    seen = Seen(page)
    for number, plane in enumerate(walked().planes.values()):
        points = _points(plane, 20, seed=number)
        losses = [seen.computes("loss", number, point.tolist()) for point in points]
        np.testing.assert_allclose(losses, plane.at(points), rtol=1e-6)
        slopes = [seen.computes("slope", number, point.tolist()) for point in points]
        np.testing.assert_allclose(slopes, plane.slope(points), rtol=1e-5, atol=1e-5 * plane.loss.max())


def test_the_page_computes_the_network_as_python_does(page, document):
    page.goto(document)
    seen, grid = Seen(page), np.linspace(*plot_function(walked()).get_xlim(), 101)
    for number, plane in enumerate(walked().planes.values()):
        for point in _points(plane, 7, seed=number):
            curve = walked().predict(plane.weights(point), grid)
            np.testing.assert_allclose(seen.computes("curve", number, point.tolist()), curve, rtol=1e-9, atol=1e-9)


def test_the_pages_optimizers_make_pythons_steps(page, document):
    page.goto(document)
    seen = Seen(page)
    for number, plane in enumerate(walked().planes.values()):
        for start in _points(plane, 3, seed=number):
            for name, rule in RULES.items():
                path = plane.descend(rule(0.03), start, 60)
                theirs = seen.computes("descend", number, name, 0.03, start.tolist(), 60)
                assert len(theirs) == len(path)
                np.testing.assert_allclose(theirs, path, atol=1e-5)


def test_a_click_starts_the_optimizer_there(page, document):
    page.goto(document)
    seen, start = Seen(page), walked().planes["training"].path[0] + [0.3, 0.4]
    page.mouse.click(*seen.where(start))
    path = walked().planes["training"].descend(SGD(0.1), start, 60)
    assert seen.n_steps == str(len(path) - 1) == "60"
    assert seen.point == pytest.approx(path[-1].tolist(), abs=0.05)  # a pixel is that wide
    assert re.search(r"gradient descent, learning rate 0.1: 60 steps, loss [\d.]+ to [\d.]+\.", seen.legend)
    seen.input("optimizer").select_option("Adam")  # the same start, another way
    assert "Adam, learning rate 0.1: 60 steps" in seen.legend


def test_dragging_walks_and_the_curve_follows(page, document):
    page.goto(document)
    seen, curve = Seen(page), page.locator(".sheet").nth(1).locator("polyline").last
    seen.input("optimizer").select_option("none, walk only")
    points = _points(walked().planes["training"], 3)
    page.mouse.move(*seen.where(points[0]))
    page.mouse.down()
    drawn = []
    for point in points:
        page.mouse.move(*seen.where(point))
        assert seen.point == pytest.approx(point.tolist(), abs=0.05)
        drawn.append(curve.get_attribute("points"))
    page.mouse.up()
    assert len(set(drawn)) == 3
    assert seen.n_steps == ""  # it only walks


def test_the_drawn_curve_lies_where_matplotlib_puts_it(page, document):
    page.goto(document)
    seen, ax = Seen(page), plot_function(walked())
    text = page.locator(".sheet").nth(1).locator("polyline").last.get_attribute("points")
    drawn = np.array([pair.split(",") for pair in text.split()], dtype=float)
    grid = np.linspace(*ax.get_xlim(), 101)
    ax.figure.canvas.draw()
    ax.figure.set_dpi(72)
    ax.figure.canvas.draw()
    curve = walked().predict(walked().planes["training"].weights(seen.point), grid)
    expected = ax.transData.transform(np.column_stack([grid, curve]))
    expected[:, 1] = ax.figure.bbox.height - expected[:, 1]
    np.testing.assert_allclose(drawn, expected, atol=0.6)


def test_arrows_walk_and_enter_starts(page, document):
    page.goto(document)
    seen = Seen(page)
    seen.surface.focus()
    assert seen.surface.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    before, plane = seen.point, walked().planes["training"]
    stride = 0.02 * np.ptp(plane.a)
    for key, move in [("ArrowRight", [1, 0]), ("ArrowUp", [0, 1]), ("Shift+ArrowRight", [5, 0])]:
        page.keyboard.press(key)
        before = np.add(before, stride * np.array(move))
        assert seen.point == pytest.approx(before.tolist())
    page.keyboard.press("Enter")
    path = plane.descend(SGD(0.1), before, 60)
    assert seen.n_steps == str(len(path) - 1)
    assert seen.point == pytest.approx(path[-1].tolist(), abs=1e-5)
    for _ in range(100):
        page.keyboard.press("Shift+ArrowLeft")
    assert seen.point[0] == pytest.approx(plane.a[0])  # it stays in the picture


def test_the_training_is_replayed_and_its_distance_from_the_plane_told(page, document):
    page.goto(document)
    seen, plane = Seen(page), walked().planes["random directions"]
    seen.input("plane").select_option("in random directions")
    seen.input("training_step").press("ArrowRight")
    assert seen.point == pytest.approx(plane.path[1].tolist())
    far, loss = plane.left_out["training"][1], walked().loss["training"][1]
    assert f"after 50 steps: {far:.3f} away from the plane, loss {loss:.3f}" in seen.legend
    assert seen.surface.locator("img").get_attribute("alt").startswith("The loss over a plane through 13 dimensions")
    seen.host.get_by_role("button", name="Play training step").click()
    page.wait_for_function(
        "it => it.shadowRoot.getElementById('training_step').value === '6'", arg=seen.host.element_handle()
    )
    assert seen.point == pytest.approx(plane.path[-1].tolist(), abs=1e-5)


def test_every_control_changes_what_is_seen_or_said_of_the_surface(page, document):
    page.goto(document)
    seen = Seen(page)

    def shown():
        return seen.surface.evaluate("it => it.innerHTML + it.querySelector('img').alt")

    before, choice = shown(), seen.host.get_attribute("data-choice")
    for control in seen.host.locator("input, select").all():
        kind = control.evaluate("it => it.type")
        control.focus()
        page.keyboard.press({"range": "ArrowRight", "checkbox": "Space"}.get(kind, "ArrowDown"))
        page.wait_for_function("([it, was]) => it.dataset.choice !== was", arg=[seen.host.element_handle(), choice])
        page.wait_for_timeout(100)
        assert shown() != before, control.get_attribute("id")
        before, choice = shown(), seen.host.get_attribute("data-choice")


def test_field_and_random_walk_can_be_switched(page, document):
    page.goto(document)
    seen, drawn = Seen(page), page.locator(".sheet").first.locator("svg svg")
    assert drawn.locator("line").count() == 0 and drawn.locator("polyline").count() == 2
    seen.input("gradient_field").click()
    assert drawn.locator("line").count() == 13 * 13
    seen.input("random_walk").click()
    assert drawn.locator("polyline").count() == 0
    first = drawn.locator("line").first
    x1, y1, x2, y2 = (float(first.get_attribute(name)) for name in ("x1", "y1", "x2", "y2"))
    plane = walked().planes["training"]
    slope = plane.slope([plane.a[0] + np.ptp(plane.a) / 26, plane.b[0] + np.ptp(plane.b) / 26])
    down = -slope / np.linalg.norm(slope)
    arrow = np.array([x2 - x1, y1 - y2]) / np.hypot(x2 - x1, y2 - y1)  # the page's y goes down
    np.testing.assert_allclose(arrow, down, atol=0.01)


def test_the_address_keeps_the_controls_and_the_start(page, document):
    page.goto(document)
    seen, start = Seen(page), walked().planes["training"].path[0]
    seen.input("optimizer").select_option("Adam")
    seen.input("gradient_field").click()
    page.mouse.click(*seen.where(start))
    page.wait_for_function("location.search.includes('at=')")
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    seen = Seen(page)
    assert seen.input("optimizer").input_value() == "Adam" and seen.input("gradient_field").is_checked()
    assert seen.point == pytest.approx(start.tolist(), abs=0.05) and seen.n_steps == ""
    page.goto("about:blank")
    page.goto(f"{document}?explorer=walk&at=7,nowhere&plane=none")
    assert Seen(page).point == pytest.approx(walked().planes["training"].path[0].tolist())  # what it does not know


def test_in_slides_keys_and_swipes_stay_with_the_surface(page, explorer, tmp_path):
    listen = """<script>
        const heard = [];
        document.addEventListener("keydown", (event) => heard.push(event.key));
        for (const type of ["touchstart", "touchmove", "pointerdown", "pointermove"])
            document.querySelector(".reveal").addEventListener(type, (event) => heard.push(type));
    </script>"""
    body = f'<div class="reveal"><section>{explorer}</section></div>{listen}'
    (tmp_path / "slides.html").write_text(whole(body), encoding="utf-8")
    page.goto((tmp_path / "slides.html").as_uri())
    seen = Seen(page)
    seen.surface.click()
    for key in ("ArrowRight", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    assert page.evaluate("heard") == []


def test_on_a_slide_it_fits_and_a_click_starts_where_it_points(page, explorer, tmp_path):
    slides = pytest.importorskip("publishing.slides")
    deck = [[slides.Slide("output", "A walk", blocks=[f'<div class="explorer">{explorer}</div>'])]]
    (tmp_path / "deck.html").write_text(slides.page("A walk", deck), encoding="utf-8")
    page.goto((tmp_path / "deck.html").as_uri())
    page.wait_for_selector("body[data-ready]")
    seen, start = Seen(page), walked().planes["training"].path[0]
    page.mouse.click(*seen.where(start))  # reveal.js scales its slides
    assert seen.n_steps == "60"
    assert seen.point == pytest.approx(walked().planes["training"].descend(SGD(0.1), start, 60)[-1].tolist(), abs=0.05)
    panel = seen.host.locator(".panel").bounding_box()
    assert panel["y"] + panel["height"] <= 900 and panel["x"] + panel["width"] <= 1366
    assert seen.surface.bounding_box()["width"] > 400


@pytest.mark.parametrize("width", [320, 390, 1366])
def test_a_finger_walks_and_everything_fits(browser, document, width):
    context, page, found = opened(browser, viewport={"width": width, "height": 900}, has_touch=True)
    page.goto(document)
    seen, start = Seen(page), walked().planes["training"].path[0]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    seen.surface.scroll_into_view_if_needed()
    page.touchscreen.tap(*seen.where(start))
    assert seen.n_steps == "60"
    tops = [sheet.bounding_box()["y"] for sheet in page.locator(".sheet").all()]
    assert (tops[1] > tops[0] + 100) == (width < 560)  # the function stands below the surface where there is no room
    context.close()
    assert found == ([], [])


def test_a_run_is_shown_step_by_step_where_motion_is_welcome(browser, document):
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 900})
    page = context.new_page()
    page.goto(document)
    seen, start = Seen(page), walked().planes["training"].path[0]
    page.mouse.click(*seen.where(start))
    assert seen.n_steps == "60"
    page.wait_for_timeout(100)
    early = seen.point
    path = walked().planes["training"].descend(SGD(0.1), start, 60)
    page.wait_for_timeout(4000)
    assert np.linalg.norm(np.subtract(early, path[-1])) > np.linalg.norm(np.subtract(seen.point, path[-1]))
    context.close()


def test_without_a_script_the_first_picture_is_seen(page, explorer, tmp_path):
    (tmp_path / "bare.html").write_text(whole(re.sub(r"<script.*?</script>", "", explorer, flags=re.DOTALL)))
    page.goto((tmp_path / "bare.html").as_uri())
    image = page.locator("img")
    assert image.evaluate("it => it.naturalWidth") > 500
    assert image.get_attribute("alt").startswith(
        "The loss over a plane through 13 dimensions, with a training of 7 points"
    )


def test_its_first_picture_is_as_wide_as_a_page_so_that_its_letters_do_not_shrink(explorer):
    letters, width = (float(re.search(rf'{name}="([0-9.]+)"', explorer)[1]) for name in ("data-letters", "width"))
    assert letters * min(1, 756 / width) >= 14


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match=r"learning_rates must be one or more positive numbers, got \[0\]"):
        explore_walk(walked(), learning_rates=[0])
    with pytest.raises(ValueError, match="steps must be a whole number of at least 1, got 0"):
        explore_walk(walked(), steps=0)
