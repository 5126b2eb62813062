"""Explorers without a browser: controls, what a page holds, live widgets, and what is refused."""

import base64
import functools
import io
import json
import re
import zlib
from itertools import accumulate

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from PIL import Image

from lecture.explore import Paths, explore, render
from lecture.explore.controls import controls_of
from lecture.explore.explorer import Explorer
from lecture.explore.paths import FAR, Backdrop, Styles
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


def data_of(page):
    """What the script of a page reads."""
    data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page.html, re.DOTALL)[1])
    return data | json.loads(zlib.decompress(base64.b64decode(data["packed"])))


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


def spiral(steps, turn=0.3):
    angle = turn * np.arange(steps + 1)
    return np.column_stack([np.cos(angle), np.sin(angle)]) * 0.98 ** np.arange(steps + 1)[:, None]


def decoded(data):
    """The traces of every choice as the page decodes them: name, points, ending."""
    paths, before, scenes = data["paths"], [], []
    for row in paths["scenes"]:
        before = [n + (before[i] if i < len(before) else 0) for i, n in enumerate(row)]
        scenes.append(before)
    runs = [np.cumsum(np.reshape(run, (-1, 2)), axis=0) for run in paths["runs"]]
    return [
        [
            (paths["styles"][style][0], runs[run][:length], ending)
            for style, run, length, ending in (paths["traces"][n] for n in scene)
        ]
        for scene in scenes
    ]


def test_paths_come_back_as_they_were_drawn(surface):
    turns = {"slow": 0.1, "quick": 0.4, "back": -0.3}

    def draw(steps, first, second):
        return Paths(surface, {name: spiral(steps, turns[name]) for name in (first, second)})

    data = data_of(explore(draw, steps=(0, 20), first=list(turns), second=list(turns)))
    scenes = iter(decoded(data))
    for steps in range(21):
        for first in turns:
            for second in turns:
                expected = {name: spiral(steps, turns[name]) for name in (first, second)}
                for (name, points, ending), (wanted, path) in zip(next(scenes), expected.items(), strict=True):
                    assert (name, ending) == (wanted, "")
                    np.testing.assert_allclose(points / 1e4, path, atol=0.51e-4)
    assert len(data["pictures"]) == 1
    assert len(data["paths"]["runs"]) == 3  # a path over fewer steps begins the one over more


def test_a_slider_over_iterations_costs_next_to_nothing(surface):
    paths = {f"rule {n}": spiral(100, 0.02 * n) for n in range(1, 9)}

    def draw(iterations, first, second):
        return Paths(surface, {name: paths[name][: iterations + 1] for name in (first, second)})

    page = explore(draw, iterations=(1, 100), first=list(paths), second=list(paths))
    assert page.n_choices == 6400
    assert len(page.html) < 60_000


def test_paths_are_drawn_where_matplotlib_draws_them(surface):
    page = explore(lambda n: Paths(surface, {"a": spiral(n)}), n=(0, 30))
    place = data_of(page)["paths"]["places"]["0"]
    render.svg(surface.figure)  # sets the figure to points, as the SVG is
    height = surface.figure.bbox.height
    _, points, _ = decoded(data_of(page))[-1][0]
    drawn = np.array(place["origin"]) + points * np.array(place["unit"])
    np.testing.assert_allclose(drawn, surface.transData.transform(spiral(30)) * [1, -1] + [0, height], atol=0.02)
    assert place["window"] == pytest.approx(
        [surface.bbox.x0, height - surface.bbox.y1, surface.bbox.width, surface.bbox.height]
    )


def test_a_path_is_cut_where_it_is_not_finite_and_where_it_does_not_come_back(surface):
    nan = np.nan
    drawing = Paths(
        surface,
        {
            "whole": [[0, 0], [1, 0.5]],
            "cut": [[0, 0], [1, 0.5], [nan, nan], [0, 0]],
            "half": [[0, 0], [1, nan]],
            "far": [[0, 0], [1, 0], [3, 0], [1e300, -1e299], [0, 0]],
            "lost": [[nan, nan], [0, 0]],
            "away": [[1e9, 0]],
        },
    )
    drawn = {path.name: path for path in drawing.drawn}
    assert {name: len(path.points) for name, path in drawn.items()} == {
        "whole": 2,
        "cut": 2,
        "half": 1,
        "far": 4,
        "lost": 0,
        "away": 0,
    }
    # the window is 4 wide: ten of them to the right of it is 42, on the way to (1e300, -1e299)
    np.testing.assert_allclose(drawn["far"].xy[-1], [2 + FAR * 4, -0.1 * (2 + FAR * 4 - 3)], atol=1e-3)
    assert drawing.describe() == (
        "whole: 1 step, to (1.0000, 0.5000). cut: ends after 1 step, at (1.0000, 0.5000). "
        "half: ends after 0 steps, at (0.0000, 0.0000). "
        "far: far outside after 3 steps. lost: not in the picture. away: not in the picture."
    )


def test_each_surface_keeps_its_own_background():
    surfaces = {}
    for width in (1, 100):
        _, surfaces[width] = plt.subplots(figsize=(3, 2))
        surfaces[width].set(xlim=(-width, width), ylim=(0, 1))
    data = data_of(explore(lambda width, n: Paths(surfaces[width], {"a": spiral(n)}), width=[1, 100], n=(0, 4)))
    assert data["shown"] == [0] * 5 + [1] * 5
    assert [place["decimals"] for place in data["paths"]["places"].values()] == [[4, 4], [2, 4]]


def test_the_text_of_a_page_with_paths_says_where_they_end(surface):
    page = explore(lambda n: Paths(surface, {"a": spiral(n)}), n=(0, 4))
    x, y = spiral(2)[-1]
    assert f'alt="A plane. a: 2 steps, to ({x:.4f}, {y:.4f})."' in page.html


def test_a_background_that_is_drawn_anew_each_time_is_refused():
    def draw(n):
        _, ax = plt.subplots(figsize=(1, 1))
        ax.axis("off")
        return Paths(ax, {"a": spiral(n)})

    with pytest.raises(
        ValueError,
        match="draw draws a new background each time: draw it once, and return the same Axes in every Paths.",
    ):
        explore(draw, n=(0, 300))
    assert plt.get_fignums() == []


def test_paths_look_as_the_caller_says_else_each_different(surface):
    looks = {"b": ("k", "--", "o")}
    data = data_of(explore(lambda n: Paths(surface, {name: spiral(n) for name in "abcd"}, looks), n=(0, 1)))
    styles = {name: (color, tuple(dash)) for name, color, dash in data["paths"]["styles"]}
    assert styles["b"] == ("#000000", (7, 3))
    assert len(set(styles.values())) == 4
    with pytest.raises(ValueError, match="the line style of b must be one of -, --, :, -., got 'dotted'."):
        explore(lambda n: Paths(surface, {"b": spiral(n)}, {"b": ("k", "dotted")}), n=(0, 1))


def test_too_many_choices_of_paths_are_refused(surface):
    with pytest.raises(
        ValueError,
        match=r"has 1000000 combinations \(1000 of n × 1000 of m\), more than the 20000 combinations that a page takes",
    ):
        explore(lambda n, m: Paths(surface, {"a": spiral(n)}), n=(1, 1000), m=(1, 1000))


def test_paths_that_are_none_are_refused(surface):
    _, log = plt.subplots()
    log.set_xscale("log")
    for background, paths, sentence in [
        (None, {"a": spiral(3)}, "background must be the Axes on which the surface is drawn, got None."),
        (log, {"a": spiral(3)}, "background must have linear axes, got log and linear."),
        (surface, {}, r"paths must be a dict of names to arrays of shape \(steps, 2\), got {}."),
        (surface, [spiral(3)], "paths must be a dict of names to arrays"),
        (surface, {"a": spiral(3).T}, r"paths must be arrays of shape \(steps, 2\), got \(2, 4\) for a."),
        (surface, {"a": [1, 2]}, r"paths must be arrays of shape \(steps, 2\), got \(2,\) for a."),
    ]:
        with pytest.raises(ValueError, match=sentence):
            Paths(background, paths)


def test_painting_paths_leaves_the_background_as_it_was(surface):
    backdrop, styles = Backdrop(surface), Styles()
    bare = render.svg(surface.figure)
    one = backdrop.paint(Paths(surface, {"a": spiral(5)}), styles).copy()
    backdrop.paint(Paths(surface, {"a": spiral(30)}), styles)
    assert (backdrop.paint(Paths(surface, {"a": spiral(5)}), styles) == one).all()
    assert render.svg(surface.figure) == bare
    assert surface.get_xlim() == (-2, 2)


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


def parts(box):
    """The inputs of a live explorer, its picture and its problem."""
    *rows, picture, problem = box.children
    return [getattr(row, "children", [row])[0] for row in rows], picture, problem


def shown_png(picture):
    return base64.b64decode(re.search(r'src="data:image/png;base64,([^"]+)"', picture.value)[1])


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


def test_live_paths_are_painted_over_their_background(surface):
    pytest.importorskip("ipywidgets")
    (n,), picture, problem = parts(explore(lambda n: Paths(surface, {"a": spiral(n)}), live=True, n=(0, 20)))
    pictures = set()
    for n.index in range(21):
        pictures.add(shown_png(picture))
        x, y = spiral(n.index)[-1]
        assert f"a: {n.index} step{'' if n.index == 1 else 's'}, to ({x:.4f}, {y:.4f})." in picture.value
    assert len(pictures) == 21
    assert problem.value == ""


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
