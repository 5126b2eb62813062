"""Explorers without a browser: controls, what a page holds, live widgets, and what is refused."""

import base64
import functools
import io
import re
import zlib
from itertools import accumulate

import matplotlib.pyplot as plt
import numpy as np
import pytest
from explorers import data_of, parts, shown_png
from matplotlib.collections import LineCollection
from PIL import Image

from lecture.explore import explore, render
from lecture.explore.controls import controls_of
from lecture.explore.explorer import Explorer
from lecture.explore.static import MAX_BYTES, Page
from lecture.plots import alt_text, describe


def draw_wave(n=2, amplitude=0.5, kind="sin", grid=False, note=""):
    _, ax = plt.subplots(figsize=(3, 2))
    x = np.linspace(0, 6, 30)
    ax.plot(x, amplitude * getattr(np, kind)(n * x))
    ax.grid(grid)
    ax.set_title(note)
    return describe(ax, f"{kind} of {n} x, {amplitude:g} high, grid {grid}.")


@pytest.fixture
def surface():
    """An Axes with a drawn surface, from (-2, -1) to (2, 1)."""
    _, ax = plt.subplots(figsize=(3, 2))
    ax.set(xlim=(-2, 2), ylim=(-1, 1))
    return describe(ax, "A plane.")


def picture_of(data, number):
    """A picture as its text, put together from the lines that the pictures share."""
    return "\n".join(data["lines"][line] for line in accumulate(data["pictures"][number]))


# ------------------------------------------------------------------------------------------------- what is drawn, and
# with what


def test_a_parameter_may_have_any_name():
    def waves(draw=1):
        return draw_wave(draw)

    assert data_of(explore(waves, live=False, draw=(1, 2)))["controls"][0]["name"] == "draw"


def test_something_that_cannot_draw_is_refused():
    with pytest.raises(ValueError, match="draw must be a function that draws, got 3."):
        explore(3)


# ------------------------------------------------------------------------------------------------- static: pictures


def test_a_page_holds_what_python_draws_for_every_choice():
    page = explore(draw_wave, live=False, n=(1, 3), kind=["sin", "cos"], grid=False, amplitude=2)
    data = data_of(page)
    assert (page.n_choices, page.n_pictures) == (12, 12)
    choice = 0
    for n in (1, 2, 3):
        for kind in ("sin", "cos"):
            for grid in (False, True):
                ax = draw_wave(n=n, kind=kind, grid=grid, amplitude=2)
                assert picture_of(data, data["shown"][choice]) == render.svg(ax.figure)
                assert data["captions"][data["said"][choice]] == alt_text(ax.figure)
                choice += 1


def test_the_same_call_gives_the_same_bytes():
    assert explore(draw_wave, n=(1, 2)).html == explore(draw_wave, n=(1, 2)).html
    assert "<dc:date>" not in picture_of(data_of(explore(draw_wave, n=(1, 2))), 0)


def test_lines_that_pictures_share_are_stored_once():
    data = data_of(explore(draw_wave, live=False, n=(1, 9)))
    assert len(data["lines"]) == len(set(data["lines"]))
    assert len(data["lines"]) < sum(map(len, data["pictures"])) / 3


def test_equal_pictures_are_stored_once():
    def draw(n, unused):
        return draw_wave(n)

    data = data_of(explore(draw, n=(1, 2), unused=["a", "b", "c"]))
    assert len(data["pictures"]) == 2
    assert data["shown"] == [0, 0, 0, 1, 1, 1]


def test_the_first_picture_and_its_text_are_there_without_a_script():
    page = explore(draw_wave, n=(1, 3), kind=["cos", "sin"])
    bare = re.sub(r"<script.*?</script>", "", page.html, flags=re.DOTALL)
    image, alt = re.search(r'src="data:image/webp;base64,([^"]+)" alt="([^"]+)"', bare).groups()
    assert base64.b64decode(image)[8:12] == b"WEBP"
    assert alt == "sin of 2 x, 0.5 high, grid False."  # the defaults of draw_wave


def test_a_page_asks_no_host_and_leaves_no_name_behind():
    html = explore(draw_wave, n=(1, 2)).html
    assert not re.search(r"""(src|href)=["']?(https?:)?//|@import|url\(|fetch\(|import\(""", html)
    script = re.search(r"<script>\n(.*)</script>", html, re.DOTALL)[1]
    code = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL).strip()
    assert code.startswith("(() => {")
    assert code.endswith("})();")


def test_whatever_is_shown_is_escaped():
    evil = "</script><script>alert('1')</script>\"'<b>"

    def draw(note):
        return describe(draw_wave(), note)

    html = explore(draw, note=[evil, "tame"]).html
    assert "<script>alert" not in html
    assert "<b>" not in html
    draw.__name__ = evil
    assert "<script>alert" not in explore(draw, note=["tame"]).html


def test_the_drawing_may_be_a_figure_or_several_axes_and_need_not_be_described():
    def draw(n):
        figure, axes = plt.subplots(1, 2)
        axes[0].plot([0, n])
        return figure if n == 1 else axes

    data = data_of(explore(draw, n=(1, 2)))
    assert len(data["pictures"]) == 2
    assert data["captions"] == ["draw: n 1.", "draw: n 2."]


def test_partial_functions_keep_their_names():
    assert explore(functools.partial(draw_wave, kind="cos"), n=(1, 2)).name == "draw_wave"
    assert explore(lambda n: draw_wave(n), n=(1, 2)).name == "explorer"


@pytest.mark.parametrize("live", [False, True])
def test_no_figure_stays_open(live):
    mine = plt.figure()
    explore(draw_wave, live=live, n=(1, 3))
    assert plt.get_fignums() == [mine.number]


def test_matplotlibs_settings_stay_as_they_are():
    before = dict(plt.rcParams)
    explore(draw_wave, n=(1, 2))
    assert dict(plt.rcParams) == before


def test_too_many_pictures_are_refused_before_they_are_drawn():
    calls = []

    def draw(n, m):
        calls.append((n, m))
        return draw_wave(n)

    sentence = (
        r"draw has 2500 combinations \(50 of n × 50 of m\), more than the 200 pictures that a page takes: "
        "use fewer values or larger steps, or a single value in place of a control, or return Paths."
    )
    with pytest.raises(ValueError, match=sentence):
        explore(draw, n=(1, 50), m=(1, 50))
    assert len(calls) == 1


def test_too_many_bytes_are_refused_as_soon_as_they_are_in_sight():
    calls = []

    def draw(n):
        calls.append(n)
        ax = draw_wave()
        ax.imshow(np.random.default_rng(n).random((400, 400, 3)), interpolation="none")
        return ax

    with pytest.raises(
        ValueError, match=r"draw would take about \d+\.\d MB, more than the 2 MB of an explorer in a page: use fewer"
    ):
        explore(draw, n=(1, 100))
    assert len(calls) < 20


def test_a_draw_function_that_raises_is_refused_with_the_values():
    def draw(n, kind):
        return draw_wave(1 / (n - 2), kind=kind)

    with pytest.raises(ValueError, match="draw raised ZeroDivisionError for n 2, kind sin: division by zero") as caught:
        explore(draw, n=(1, 3), kind=["sin", "cos"])
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert plt.get_fignums() == []


@pytest.mark.parametrize("returned", [None, "a figure", [], 3])
def test_a_draw_function_that_returns_nothing_drawn_is_refused(returned):
    def draw(n):
        draw_wave(n)
        return returned

    with pytest.raises(
        TypeError, match=r"draw must return the Axes or Figure that it drew, or Paths, got .*End it with `return ax`\."
    ):
        explore(draw, n=(1, 3))
    assert plt.get_fignums() == []


# ------------------------------------------------------------------------------------------------- static: paths


# ------------------------------------------------------------------------------------------------- live or static


def test_one_variable_says_whether_it_is_live(monkeypatch):
    ipywidgets = pytest.importorskip("ipywidgets")
    monkeypatch.delenv("LECTURE_LIVE", raising=False)
    assert isinstance(explore(draw_wave, n=(1, 2)), Page)
    monkeypatch.setenv("LECTURE_LIVE", "0")
    assert isinstance(explore(draw_wave, n=(1, 2)), Page)
    assert isinstance(explore(draw_wave, live=True, n=(1, 2)), ipywidgets.VBox)
    monkeypatch.setenv("LECTURE_LIVE", "1")
    assert isinstance(explore(draw_wave, n=(1, 2)), ipywidgets.VBox)
    assert isinstance(explore(draw_wave, live=False, n=(1, 2)), Page)


def test_every_control_moves_the_live_picture():
    pytest.importorskip("ipywidgets")
    (n, kind, grid), picture, problem = parts(explore(draw_wave, live=True, n=(1, 3), kind=["sin", "cos"], grid=False))
    assert (n.value, kind.value, grid.value) == ("2", "sin", False)
    settings = {"n": 2, "kind": "sin", "grid": False}
    for name, widget, value in [("n", n, 3), ("kind", kind, "cos"), ("grid", grid, True), ("n", n, 1)]:
        settings[name] = value
        widget.value = value if widget is grid else str(value)
        figure = draw_wave(**settings).figure
        assert shown_png(picture) == render.png(render.pixels(figure))
        assert f'alt="{alt_text(figure)}"' in picture.value
        assert problem.value == ""


def test_a_live_move_draws_once():
    pytest.importorskip("ipywidgets")
    calls = []

    def draw(n, kind):
        calls.append((n, kind))
        return draw_wave(n, kind=kind)

    (n, kind), _, _ = parts(explore(draw, live=True, n=(1, 3), kind=["sin", "cos"]))
    n.value, kind.value = "3", "cos"
    assert calls == [(2, "sin"), (3, "sin"), (3, "cos")]


def test_a_live_explorer_shows_an_error_and_goes_on():
    pytest.importorskip("ipywidgets")

    def draw(n):
        if n == 3:
            raise RuntimeError("no <b>three</b> & more")
        return draw_wave(n) if n < 4 else None

    (n,), picture, problem = parts(explore(draw, live=True, n=(1, 4)))
    before = picture.value
    n.value = "3"
    assert "RuntimeError: no &lt;b&gt;three&lt;/b&gt; &amp; more" in problem.value
    assert "line" in problem.value  # the traceback, with the line of the draw function
    assert picture.value == before
    n.value = "4"
    assert (
        "draw must return the Axes or Figure that it drew, or Paths, got None. End it with `return ax`."
        in problem.value
    )
    n.value = "1"
    assert problem.value == ""
    assert picture.value != before
    assert plt.get_fignums() == []


def test_a_live_explorer_is_alive_even_when_its_first_picture_fails():
    pytest.importorskip("ipywidgets")
    (n,), picture, problem = parts(explore(lambda n: draw_wave(1 / (n - 2)), live=True, n=(1, 3)))
    assert "ZeroDivisionError" in problem.value
    n.value = "3"
    assert problem.value == ""
    assert "<img" in picture.value


def test_live_values_may_be_anything():
    pytest.importorskip("ipywidgets")
    weights = {"zeros": np.zeros(3), "ones": np.ones(3)}

    def draw(w):
        _, ax = plt.subplots(figsize=(1, 1))
        return describe(ax, f"{w.sum():g}")

    (w,), picture, _ = parts(explore(draw, live=True, w=weights))
    w.index = 1
    assert 'alt="3"' in picture.value


# ------------------------------------------------------------------------------------------------- what the lecture
# needs


def test_the_84_nets_fit():
    def draw_net(n_layers=2, n_nodes=4):
        _, ax = plt.subplots(figsize=(2 + n_layers / 2, 3.4))
        ax.axis("off")
        edges = [
            [(layer, i), (layer + 1, j)] for layer in range(n_layers) for i in range(n_nodes) for j in range(n_nodes)
        ]
        ax.add_collection(LineCollection(edges, linewidths=0.5))
        return describe(ax, f"{n_layers} layers of {n_nodes} nodes")

    explorer = Explorer(draw_net, *controls_of(draw_net, {"n_layers": (0, 6), "n_nodes": (1, 12)}))
    assert explorer.n_choices == 84
    biggest = len(base64.b64encode(zlib.compress(render.svg(explorer.drawing((6, 11))).encode(), 9)))
    assert 84 * biggest < MAX_BYTES  # even if all were as big as the biggest: so fewer need not be drawn here


def _png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "png")
    return buffer.getvalue()


def test_a_drawing_is_packed_into_256_colours_and_looks_the_same():
    figure, ax = plt.subplots()
    for k in range(8):
        ax.plot(np.sin(np.linspace(0, 9, 200) + k), color=f"C{k}", alpha=0.4)
    data = _png(render.pixels(figure)[..., :3].copy())
    packed = render.packed(data)
    before, after = (np.asarray(Image.open(io.BytesIO(it)).convert("RGB"), dtype=float) for it in (data, packed))
    assert before.shape == after.shape and len(packed) < 0.6 * len(data) and np.sqrt(np.mean((before - after) ** 2)) < 2


def test_what_has_too_many_colours_stays_as_it_came():
    data = _png(np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8))
    assert render.packed(data) == data
