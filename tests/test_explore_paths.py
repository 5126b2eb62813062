"""Paths over a surface, in a page and live: what is stored, drawn and refused."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from explorers import data_of, parts, shown_png

from lecture.explore import Paths, explore, render
from lecture.explore.paths import FAR, Backdrop, Styles
from lecture.plots import describe


@pytest.fixture
def surface():
    """An Axes with a drawn surface, from (-2, -1) to (2, 1)."""
    _, ax = plt.subplots(figsize=(3, 2))
    ax.set(xlim=(-2, 2), ylim=(-1, 1))
    return describe(ax, "A plane.")


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
