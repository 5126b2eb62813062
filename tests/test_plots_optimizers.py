"""Drawings of surfaces and paths: their artists, and what they say."""

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet
from matplotlib.quiver import Quiver

from lecture import optimizers
from lecture.optimizers import (
    LECTURE_RATES,
    RULES,
    SCHEDULED,
    SGD,
    Momentum,
    OneCycle,
    Tuning,
    compare,
    descend,
    dissect,
    tune_rate,
)
from lecture.plots import alt_text
from lecture.plots.learning_rates import plot_rates
from lecture.plots.optimizers import (
    LOOKS,
    NAMES,
    plot_learning_rate,
    plot_momentum,
    plot_optimizers,
    plot_paths,
    plot_schedule,
    plot_surface,
)
from lecture.surfaces import BEALE, SURFACES, Surface


def paths_of(ax):
    """The labelled lines, by their labels."""
    return {line.get_label(): line for line in ax.lines if not line.get_label().startswith("_")}


def arrows_of(ax):
    """Origin and vector of each arrow, by the first word of its label."""
    return {
        q.get_label().split(",")[0]: (q.get_offsets()[0], np.array([q.U[0], q.V[0]]))
        for q in ax.collections
        if isinstance(q, Quiver)
    }


@pytest.mark.parametrize("surface", SURFACES)
def test_a_surface_has_levels_evenly_spaced_on_a_log_scale_and_stars(surface):
    ax = plot_surface(surface)
    filled = next(c for c in ax.collections if isinstance(c, ContourSet))
    ratios = np.diff(np.log(filled.levels))
    np.testing.assert_allclose(ratios, ratios[0])
    stars = next(line for line in ax.lines if line.get_marker() == "*")
    np.testing.assert_array_equal(stars.get_xydata(), SURFACES[surface].minima)
    assert (*ax.get_xlim(), *ax.get_ylim()) == SURFACES[surface].window
    assert SURFACES[surface].formula in alt_text(ax.figure)
    assert ax.child_axes[0].get_ylabel() == "loss"  # the colour bar


def test_paths_are_drawn_whole_and_named_with_their_rates():
    run = compare(["sgd", "adam"], rates="lecture", steps=30)
    lines = paths_of(plot_paths(run.paths, rates=run.rates))
    np.testing.assert_array_equal(lines["SGD, η = 0.01"].get_xydata(), run.paths["sgd"])
    np.testing.assert_array_equal(lines["Adam, η = 0.2"].get_xydata(), run.paths["adam"])


def test_each_name_has_a_look_of_its_own():
    assert set(LOOKS) == set(NAMES) == set(RULES)
    assert len({look[:2] for look in LOOKS.values()}) == len({look[2] for look in LOOKS.values()}) == len(RULES)
    looks = {
        name: (line.get_color(), line.get_linestyle(), line.get_marker())
        for names in (["adam", "sgd"], ["sgd", "adamax", "adam"], ["adam"])
        for name, line in paths_of(plot_optimizers(names, 3, rates=LECTURE_RATES)).items()
    }
    assert len(looks) == 3 == len(set(looks.values()))  # the same in each figure


def test_paths_of_other_names_are_told_apart():
    path = descend(SGD(0.01), steps=4)
    lines = paths_of(plot_paths(dict.fromkeys(("Lion", "Nadam", "mine"), path)))
    assert len({line.get_color() for line in lines.values()}) == 3


def test_a_path_that_diverges_is_cut_and_named():
    ax = plot_learning_rate(0.04, 50)
    ((label, line),) = paths_of(ax).items()
    assert label == "SGD, η = 0.04: diverges at step 6"
    assert np.isfinite(line.get_xydata()).all() and np.abs(line.get_xydata()).max() <= 1e6
    assert ax.get_title() == "diverges: no longer finite at step 6" and "SGD diverges at step 6" in alt_text(ax.figure)
    ax.figure.canvas.draw()


@pytest.mark.parametrize("rate, lost", [(0.036, False), (0.037, True), (0.038, True), (0.0, False)])
def test_the_slider_of_the_learning_rate(rate, lost):
    ax = plot_learning_rate(rate, 50)
    assert ("diverges" in ax.get_title()) == lost
    if not lost:
        assert ax.get_title() == f"step 50, loss {BEALE.value(*descend(SGD(rate), steps=50)[-1]):.3g}"


def test_a_diverging_path_is_whole_before_it_diverges():
    assert "diverges" not in plot_learning_rate(0.04, 3).get_title()


@pytest.mark.parametrize("rates", ["tuned", "lecture"])
def test_the_zoo(rates):
    ax = plot_optimizers(rates=rates, iterations=20)
    assert len(paths_of(ax)) == len(ax.get_legend().get_texts()) == len(RULES)
    text = alt_text(ax.figure)
    assert text == optimizers.describe_paths(
        {NAMES[n]: p for n, p in compare(steps=20, rates=rates).paths.items()}, BEALE
    )
    ax.figure.canvas.draw()
    legend, figure = ax.get_legend().get_window_extent(), ax.figure.bbox
    assert (
        legend.x0 > ax.get_window_extent().x1 and legend.x1 < figure.x1 and legend.y0 > figure.y0
    )  # beside the picture, whole


@pytest.mark.parametrize("font_size", [9, 17])
@pytest.mark.parametrize(
    "draw", [plot_optimizers, plot_schedule, plot_momentum, plot_surface], ids=lambda draw: draw.__name__
)
def test_nothing_is_cut_off(draw, font_size):
    with plt.rc_context({"font.size": font_size, "figure.constrained_layout.use": True}):
        figure = np.ravel([draw()])[0].figure
        figure.canvas.draw()
        whole, drawn = figure.bbox, figure.get_tightbbox().transformed(figure.dpi_scale_trans)
    assert drawn.x0 >= 0 and drawn.y0 >= 0 and drawn.x1 <= whole.x1 and drawn.y1 <= whole.y1


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_schedule_stands_beside_its_path(name):
    path_ax, rate_ax = plot_schedule(name, 60)
    rule = SCHEDULED[name]
    (line,) = paths_of(path_ax).values()
    np.testing.assert_array_equal(line.get_xydata(), descend(rule, steps=60))
    setting = rule.momentum if name == "growing_momentum" else rule.learning_rate
    whole, so_far, now = rate_ax.lines
    np.testing.assert_allclose(whole.get_ydata(), setting(np.arange(101)))
    np.testing.assert_allclose(so_far.get_ydata(), setting(np.arange(61)))
    assert now.get_ydata()[0] == pytest.approx(setting(60))
    assert f"{setting(60):.2g} at step 60" in alt_text(path_ax.figure)


def test_a_rule_of_ones_own_and_more_steps():
    _, ax = plot_schedule(SGD(OneCycle(0.03, 150)), 150)
    assert len(ax.lines[0].get_ydata()) == 151 and ax.get_ylabel() == "learning rate"
    _, ax = plot_schedule(Momentum(0.005, lambda step: 0.5 + 0 * step), 10)
    assert ax.get_ylabel() == "momentum"


@pytest.mark.parametrize("method, rule", [("momentum", optimizers.Momentum), ("nesterov", optimizers.Nesterov)])
@pytest.mark.parametrize("step", [0, 1, 3, 12])
def test_arrows_are_the_real_ones_and_add_up(method, rule, step):
    arrows = arrows_of(plot_momentum(step, method))
    parts = dissect(rule(0.01, 0.8), step=step)
    gradient = next(name for name in arrows if name.startswith("−η"))
    for name, origin, vector in [
        ("v", parts.origin - parts.previous, parts.previous),
        ("μ v", parts.origin, parts.momentum),
        (gradient, parts.looked_at, parts.gradient),
        ("both together", parts.origin, parts.update),
    ]:
        np.testing.assert_allclose(arrows[name][0], origin)
        np.testing.assert_allclose(arrows[name][1], vector)
    np.testing.assert_allclose(arrows["μ v"][1] + arrows[gradient][1], arrows["both together"][1], rtol=0, atol=1e-12)


def test_all_arrows_are_in_the_picture():
    ax = plot_momentum(3, "nesterov")
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    for origin, vector in arrows_of(ax).values():
        for x, y in (origin, origin + vector):
            assert left < x < right and bottom < y < top
    assert "Nesterov momentum, step 3 on the Beale surface. Step 3 from" in alt_text(ax.figure)


@pytest.mark.parametrize("iterations", range(3, 9))
def test_every_step_of_a_divergence_can_be_drawn(iterations):
    for rate in (0.037, 0.045):
        plot_learning_rate(rate, iterations).figure.canvas.draw()


@pytest.mark.parametrize("surface", SURFACES)
def test_arrows_can_be_drawn_when_they_are_tiny(surface):
    plot_momentum(90, surface=surface, learning_rate=1e-4).figure.canvas.draw()
    plot_momentum(2, surface=surface, learning_rate=0.0).figure.canvas.draw()
    plot_momentum(100, surface="saddle", learning_rate=0.5, momentum=0.5).figure.canvas.draw()


def test_draws_on_axes_that_it_gets():
    for draw in (plot_surface, plot_learning_rate, plot_momentum, plot_optimizers):
        _, ax = plt.subplots()
        assert draw(ax=ax) is ax
    _, axes = plt.subplots(1, 2)
    assert list(plot_schedule(axes=axes)) == list(axes)


def test_one_step_and_none():
    assert "After 1 step on" in alt_text(plot_learning_rate(0.01, 1).figure)
    assert "After 0 steps on" in alt_text(plot_learning_rate(0.01, 0).figure)
    plot_schedule("constant", 0)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: plot_surface("hill"), "surface must be one of beale, .*, got 'hill'"),
        (lambda: plot_optimizers(["sgd", "sgdd"]), "optimizer must be one of sgd, .*, got 'sgdd'"),
        (lambda: plot_optimizers("sgd", -1), "steps must be a whole number of at least 0, got -1"),
        (lambda: plot_learning_rate(-0.1), "learning_rate must be a number of at least 0, got -0.1"),
        (lambda: plot_schedule("steps"), "schedule must be one of constant, .*, got 'steps'"),
        (lambda: plot_schedule(SGD(0.1)), "schedule must be one of constant, .* or a rule with a schedule, got SGD"),
        (lambda: plot_schedule(3), "schedule must be one of constant, .* or a rule with a schedule, got 3"),
        (lambda: plot_momentum(-1), "step must be a whole number of at least 0, got -1"),
        (lambda: plot_momentum(1, "adam"), "method must be one of momentum, nesterov, got 'adam'"),
        (lambda: plot_momentum(90, "momentum", learning_rate=0.9), "step must be one before the path diverges, got 90"),
        (lambda: plot_momentum(4, "momentum", learning_rate=0.5), "step must be one before the path diverges, got 4"),
        (lambda: plot_paths({"sgd": np.zeros(3)}), r"paths must have shape \(steps \+ 1, 2\), got \(3,\) for sgd"),
        (
            lambda: plot_paths({"sgd": np.zeros((0, 2))}),
            r"paths must have shape \(steps \+ 1, 2\), got \(0, 2\) for sgd",
        ),
    ],
)
def test_refuses_in_a_sentence_and_opens_no_figure(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
    assert not plt.get_fignums()


# -- Surfaces of one's own --------------------------------------------------------------------------------------------


def _surface(value, minima=()):
    return Surface("own", "f(x, y)", value, lambda x, y: (0 * x, 0 * y), minima, (-2.0, 2.0, -2.0, 2.0), (1.0, 1.0))


@pytest.mark.parametrize(
    "value, lowest, highest",
    [
        (lambda x, y: np.sin(x) * np.cos(y), -1, 1),
        (lambda x, y: x * x - y * y, -4, 4),
        (lambda x, y: -5 - x * x, -9, -5),
        (lambda x, y: 1000 + 0.01 * x, 999.98, 1000.02),
        (lambda x, y: np.maximum(x, 0) + np.maximum(y, 0), 0, 4),  # 0 over a quarter
        (lambda x, y: np.where(x > 0, np.sqrt(np.abs(x)), np.nan) - 1, -0.761, 0.4142),  # a hole
    ],
)
def test_any_surface_of_ones_own_has_its_contours(value, lowest, highest):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plot_surface(_surface(value))
        ax.figure.canvas.draw()
        plot_paths({"sgd": np.array([[1.0, 1.0], [0.5, 0.5]])}, _surface(value)).figure.canvas.draw()
    contours = next(c for c in ax.collections if isinstance(c, ContourSet))
    levels = contours.levels
    assert (np.diff(levels) > 0).all() and levels[-1] == pytest.approx(highest, rel=1e-3)
    steps = np.diff(np.log(levels)) if lowest >= 0 else np.diff(levels)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)
    if lowest < 0:
        assert levels[0] == pytest.approx(lowest, abs=0.1)
    assert "no minimum of it is known" in alt_text(ax.figure)


@pytest.mark.parametrize("constant", [0.0, 3.0, -2.0, 1e-30, -1e12])
@pytest.mark.parametrize("value", [lambda c, x, y: 0 * x + c, lambda c, x, y: c])
def test_a_constant_surface_is_one_grey(constant, value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plot_surface(_surface(lambda x, y: value(constant, x, y)))
        ax.figure.canvas.draw()
    contours = next(c for c in ax.collections if isinstance(c, ContourSet))
    assert sum(len(path.vertices) > 0 for path in contours.get_paths()) == 1
    assert contours.levels[0] < constant < contours.levels[-1]


def test_what_the_alternative_text_says_of_a_surface_is_its_value():
    low = _surface(lambda x, y: x * x + y * y - 3, minima=((0.0, 0.0),))
    assert alt_text(plot_surface(low).figure).endswith("as contours; its loss is -3 at (0, 0).")
    half = _surface(lambda x, y: np.where(x > 0, 1 + x, np.nan))
    ax = plot_surface(half)
    assert "it is not finite in 51% of the picture, which are pale blue." in alt_text(ax.figure)  # 36 columns of 71
    assert to_hex(ax.get_facecolor()).upper() == "#CFE3F0"
    assert half.distance([1.0, 1.0]) == np.inf
    with pytest.raises(ValueError, match="surface must have finite values in its window, got none of own"):
        plot_surface(_surface(lambda x, y: x * np.nan))


def test_rates_are_drawn_with_a_ring_at_the_best_and_a_gap_where_a_path_leaves():
    tunings = {"sgd": tune_rate(RULES["sgd"], rates=[0.01, 0.02, 0.03, 0.5]), "mine": Tuning(np.ones(1), np.ones(1))}
    ax = plot_rates(tunings)
    line, ring, _, other = ax.get_lines()
    np.testing.assert_array_equal(line.get_xdata(), [0.01, 0.02, 0.03, 0.5])
    np.testing.assert_allclose(line.get_ydata()[:3], tunings["sgd"].losses[:3])
    assert np.isnan(line.get_ydata()[3]) and line.get_color() == LOOKS["sgd"][0]
    assert ring.get_xdata() == [tunings["sgd"].best] and ring.get_ydata() == [tunings["sgd"].losses.min()]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["SGD", "mine"]
    assert other.get_xdata() == [1] and "SGD: The best of 4 rates is 0.03" in alt_text(ax.figure)
    with pytest.raises(ValueError, match="tunings must hold at least one, got none"):
        plot_rates({})
