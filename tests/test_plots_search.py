"""The figures of a search: what they draw is what the trials say, by numbers that can be checked by hand."""

import time
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from lecture import plots
from lecture.plots.tuning.columns import columns
from lecture.plots.tuning.parallel import DARK_IS_HIGH, DARK_IS_LOW, NOT_USED
from lecture.plots.tuning.trials import BEST


@dataclass
class Trial:
    number: int
    values: dict = field(default_factory=dict)
    score: float = None
    curve: list = field(default_factory=list)
    status: str = "completed"
    bracket: int = None
    round: int = None

    @property
    def epochs(self):
        return len(self.curve)


def scored(*scores):
    return [
        Trial(number, {"x": float(number)}, score, [score], "failed" if score is None else "completed")
        for number, score in enumerate(scores)
    ]


TRIALS = [
    Trial(0, {"optimizer": "adam", "rate": 0.001, "batch_norm": True}, 0.8, [0.7, 0.8]),
    Trial(1, {"optimizer": "sgd", "momentum": 0.9, "rate": 0.1, "batch_norm": False}, 0.6, [0.5, 0.6]),
    Trial(2, {"optimizer": "adam", "rate": 1.0, "batch_norm": True}, status="failed"),
    Trial(3, {"optimizer": "sgd", "momentum": 0.0, "rate": 0.01, "batch_norm": True}, 0.9, [0.9, 0.85]),
]
# One bracket of two rounds (trial 0 goes on as trial 2), and one of a single round.
HALVED = [
    Trial(0, {"x": 1}, 0.7, [0.6, 0.7], bracket=1, round=0),
    Trial(1, {"x": 2}, 0.5, [0.4, 0.5], bracket=1, round=0),
    Trial(2, {"x": 1}, 0.9, [0.6, 0.7, 0.8, 0.9], bracket=1, round=1),
    Trial(3, {"x": 3}, 0.8, [0.5, 0.6, 0.7, 0.8], bracket=0, round=0),
]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def line(ax, label):
    return next(line for line in ax.lines if line.get_label().startswith(label))


def is_a_text(text, *parts):
    assert text.endswith(".") and "$" not in text and "<" not in text and "_child" not in text
    assert [part for part in parts if part not in text] == []


# plot_search


def test_a_search_shows_scores_the_best_so_far_and_what_failed():
    ax = plots.plot_search(scored(0.5, 0.7, None, 0.6, 0.8, 0.75), total=10)
    np.testing.assert_array_equal(line(ax, "trial").get_xydata(), [[0, 0.5], [1, 0.7], [3, 0.6], [4, 0.8], [5, 0.75]])
    steps = line(ax, "best so far")
    assert steps.get_drawstyle() == "steps-post"
    np.testing.assert_array_equal(steps.get_xydata(), [[0, 0.5], [1, 0.7], [3, 0.7], [4, 0.8], [5, 0.8], [5, 0.8]])
    np.testing.assert_array_equal(line(ax, "best: trial 4").get_xydata(), [[4, 0.8]])
    assert [text.get_text() for text in ax.texts] == ["0.8"]
    crosses = line(ax, "failed (1)")
    assert list(crosses.get_xdata()) == [2] and crosses.get_marker() == "x"
    assert crosses.get_transform().transform((2, 0))[1] == pytest.approx(ax.transAxes.transform((0, 0))[1])
    assert ax.get_xlim() == (-0.5, 9.5)
    is_a_text(ax.get_label(), "6 of 10 trials", "best 0.8 in trial 4", "1 failed")


def test_a_search_for_a_low_loss_steps_down():
    ax = plots.plot_search(scored(0.5, 0.7, 0.4), score="validation loss", higher_is_better=False)
    assert list(line(ax, "best so far").get_ydata()) == [0.5, 0.5, 0.4, 0.4]
    assert ax.get_ylabel() == "validation loss"
    assert ax.texts[0].get_va() == "top" and ax.texts[0].get_text() == "0.4"


def test_trials_may_come_in_any_order_and_the_first_of_equals_is_the_best():
    ax = plots.plot_search(scored(0.5, 0.7, 0.7)[::-1])
    assert list(line(ax, "trial").get_xdata()) == [0, 1, 2]
    assert line(ax, "best: trial").get_xdata() == [1]


def test_a_trial_that_still_runs_is_no_failure_and_one_that_is_not_finite_is():
    trials = [*scored(0.5, float("nan")), Trial(2, status="stopped")]
    ax = plots.plot_search(trials)
    assert list(line(ax, "trial").get_xdata()) == [0]
    assert list(line(ax, "failed (1)").get_xdata()) == [1]


def test_one_trial_is_enough():
    ax = plots.plot_search(scored(0.0))
    assert ax.get_ylim()[0] < 0 < ax.get_ylim()[1]


def test_a_search_is_drawn_quickly_on_a_figure_that_pyplot_does_not_know():
    trials, seconds = scored(*np.random.default_rng(0).random(100)), []
    for _ in range(5):
        ax = Figure().subplots()
        start = time.perf_counter()
        assert plots.plot_search(trials, total=200, ax=ax) is ax
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.05
    assert plt.get_fignums() == []


# plot_trial_curves


def test_each_trial_has_a_line_and_the_best_lies_on_top():
    ax = plots.plot_trial_curves(TRIALS)
    thin = [line.get_xydata().tolist() for line in ax.lines if line.get_zorder() == 2]
    assert thin == [[[1, 0.7], [2, 0.8]], [[1, 0.5], [2, 0.6]], [[1, 0.9], [2, 0.85]]]
    best, star = (line for line in ax.lines if line.get_color() == BEST)
    assert best.get_zorder() > 2 and list(best.get_ydata()) == [0.9, 0.85]
    assert star.get_xydata().tolist() == [[1, 0.9]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["best: trial 3,\n0.9", "the others"]
    is_a_text(ax.get_label(), "3 trials", "trial 3, has 0.9 at epoch 1")


def test_brackets_have_colours_and_a_later_round_goes_on_where_the_one_before_ended():
    ax = plots.plot_trial_curves(HALVED)
    thin = [line for line in ax.lines if line.get_zorder() == 2]
    assert [line.get_xdata().tolist() for line in thin] == [[1, 2], [1, 2], [2, 3, 4], [1, 2, 3, 4]]
    looks = [(line.get_color(), line.get_linestyle()) for line in thin]
    assert looks[0] == looks[1] == looks[2] and looks[3][0] != looks[0][0] and looks[3][1] != looks[0][1]
    marks = {mark.get_marker(): mark.get_xydata().tolist() for mark in ax.lines if mark.get_marker() in ("o", "x")}
    assert marks == {"o": [[2, 0.7]], "x": [[2, 0.5]]}
    assert sum(mark.get_marker() == "|" for mark in ax.lines) == 2
    assert [rule.get_xdata()[0] for rule in ax.lines if rule.get_zorder() == 1] == [2]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == [
        "best: trial 2,\n0.9 (bracket 1)",
        "bracket 1:\n2 → 1 trials",
        "bracket 0:\n1 trial",
        "goes on",
        "ended early",
    ]
    is_a_text(ax.get_label(), "Bracket 1 has 2, then 1.", "Bracket 0 has 1.", "1 ended before epoch 4.")


def test_the_same_values_in_another_bracket_or_another_beginning_are_no_earlier_round():
    other = [
        Trial(0, {"x": 1}, 0.7, [0.6, 0.7], bracket=2, round=0),
        Trial(1, {"x": 1}, 0.7, [0.5, 0.7], bracket=1, round=0),
        HALVED[2],
    ]
    ax = plots.plot_trial_curves(other)
    assert [line.get_xdata()[0] for line in ax.lines if line.get_zorder() == 2] == [1, 1, 1]
    assert not [mark for mark in ax.lines if mark.get_marker() == "o"]


def test_a_loss_has_its_star_where_it_is_lowest():
    ax = plots.plot_trial_curves(
        [Trial(0, score=0.2, curve=[0.9, 0.2, 0.4]), Trial(1, score=0.3, curve=[0.9, 0.3, 0.8])], higher_is_better=False
    )
    assert [line.get_xydata().tolist() for line in ax.lines if line.get_color() == BEST][1] == [[2, 0.2]]


# plot_hyperparameters


def test_each_hyperparameter_has_a_panel_with_its_trials():
    axes = plots.plot_hyperparameters(TRIALS, logarithmic=["rate", "strength"])
    assert [ax.get_xlabel() for ax in axes] == ["optimizer", "momentum", "rate", "batch_norm"]
    others, best = axes[2].lines
    assert axes[2].get_xscale() == "log" and axes[1].get_xscale() == "linear"
    np.testing.assert_array_equal(others.get_xydata(), [[0.001, 0.8], [0.1, 0.6]])
    assert best.get_xydata().tolist() == [[0.01, 0.9]] and best.get_color() == BEST
    momentum = axes[1].lines[0].get_xydata()
    assert momentum[~np.isnan(momentum[:, 0])].tolist() == [[0.9, 0.6]]
    assert axes[1].get_title() == "2 of 3 trials" and axes[0].get_title() == ""
    assert axes[0].figure.get_suptitle() == "★ best: trial 3, 0.9"
    is_a_text(
        plots.alt_text(axes[0].figure),
        "3 trials",
        "optimizer, best with each: adam 0.8, sgd 0.9.",
        "rate from 0.001 to 0.1, on a log scale: 0.01 in the best.",
    )


def test_categories_are_moved_a_little_and_always_alike():
    first, again = (plots.plot_hyperparameters(TRIALS)[0] for _ in range(2))
    assert [label.get_text() for label in first.get_xticklabels()] == ["adam", "sgd"]
    x = np.concatenate([line.get_xdata() for line in first.lines])  # adam, sgd, and the best: sgd
    assert np.round(x).tolist() == [0, 1, 1] and (np.abs(x - np.round(x)) < 0.2).all() and len(set(x)) == 3
    np.testing.assert_array_equal(x, np.concatenate([line.get_xdata() for line in again.lines]))


@pytest.mark.parametrize(("n", "rows"), [(1, 1), (5, 1), (6, 2), (11, 3)])
def test_at_most_five_panels_stand_in_a_row(n, rows):
    figure = plt.figure()
    axes = plots.plot_hyperparameters([Trial(0, {f"h{i}": i for i in range(n)}, 0.5)], figure=figure)
    assert len(axes) == len(figure.axes) == n and axes[0].get_gridspec().nrows == rows
    assert axes[0].get_gridspec().ncols <= 5


def test_a_conditional_hyperparameter_keeps_its_place_and_ticks_can_be_read():
    found = columns(TRIALS)
    assert [column.name for column in found] == ["optimizer", "momentum", "rate", "batch_norm"]
    assert found[3].categories == ("False", "True")
    decades = columns([Trial(i, {"x": 10.0**-i * 3}) for i in range(8)], "x")[0]
    assert decades.ticks() == (
        [pytest.approx(10.0**-i) for i in range(6, -1, -1)],
        ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "0.1", "1"],
    )
    crowded = columns([Trial(i, {"x": x}) for i, x in enumerate([32, 33, 64, 512])])[0]
    assert crowded.ticks(apart=0.09)[1] == ["32", "512"]
    assert columns([Trial(i, {"x": x}) for i, x in enumerate([32, 64, 128])], ["x"])[0].ticks()[1] == [
        "32",
        "64",
        "128",
    ]


# plot_parallel


def test_a_line_passes_through_the_values_of_its_trial():
    ax = plots.plot_parallel(TRIALS, logarithmic=("rate",))
    (lines,) = [it for it in ax.collections if isinstance(it, LineCollection)]
    worst, middle, best = lines.get_segments()  # scores 0.6, 0.8, 0.9: an axis from 0.6 to 0.9
    np.testing.assert_allclose(worst, [[0, 1], [1, 1], [2, 1], [3, 0], [4, 0]])
    np.testing.assert_allclose(middle, [[0, 0], [1, NOT_USED], [2, 0], [3, 1], [4, 2 / 3]])
    np.testing.assert_allclose(best, [[0, 1], [1, 0], [2, 0.5], [3, 1], [4, 1]])
    (thick,) = [line for line in ax.lines if line.get_color() == BEST]
    np.testing.assert_allclose(thick.get_xydata(), best)
    assert thick.get_zorder() > lines.get_zorder() and thick.get_linewidth() > 2 * lines.get_linewidth()[0]
    np.testing.assert_allclose(lines.get_colors()[[0, 2], :3], [DARK_IS_HIGH(0.0)[:3], DARK_IS_HIGH(1.0)[:3]])
    assert [text.get_text() for text in ax.texts].count("not used") == 1
    assert (
        ax.child_axes[0].get_ylabel() == "validation accuracy"
        and ax.child_axes[0].get_ylim() == (0.6, 0.9)
        and "worse" not in ax.get_label()
    )
    assert ax.get_title(loc="right") == "best: trial 3, 0.9"
    is_a_text(
        plots.alt_text(ax.figure),
        "3 trials",
        "4 hyperparameters",
        "0.6 to 0.9",
        "optimizer sgd, momentum 0, rate 0.01, batch_norm True",
    )


def test_the_better_the_darker():
    light, dark = ([sum(to_rgb(colors(value))) for value in (0.0, 1.0)] for colors in (DARK_IS_LOW, DARK_IS_HIGH))
    assert light[0] < light[1] and dark[0] > dark[1]
    ax = plots.plot_parallel(scored(0.2, 0.6, 0.8), higher_is_better=False)
    (lines,) = [it for it in ax.collections if isinstance(it, LineCollection)]
    np.testing.assert_allclose(lines.get_segments()[-1], [[0, 0], [1, 0]])
    np.testing.assert_allclose(lines.get_colors()[-1, :3], DARK_IS_LOW(0.0)[:3])


def test_a_few_bad_trials_do_not_make_the_others_look_alike():
    ax = plots.plot_parallel(
        scored(0.1, 0.86, 0.88, 0.9, 0.87)
    )  # median 0.87, best 0.9: the axis begins at 0.9 - 3 · 0.03
    assert ax.child_axes[0].get_ylim() == (pytest.approx(0.81), 0.9)
    (lines,) = [it for it in ax.collections if isinstance(it, LineCollection)]
    np.testing.assert_allclose([segment[-1, 1] for segment in lines.get_segments()], [0, 5 / 9, 6 / 9, 7 / 9, 1])
    is_a_text(ax.get_label(), "0.1 to 0.9", "at the end of its axis: 1.")


def test_equal_scores_and_a_single_value_have_a_picture():
    ax = plots.plot_parallel([Trial(0, {"x": 3}, 0.5), Trial(1, {"x": 3}, 0.5)])
    (lines,) = [it for it in ax.collections if isinstance(it, LineCollection)]
    np.testing.assert_allclose(lines.get_segments()[0], [[0, 0.5], [1, 0.5]])
    ax.figure.canvas.draw()


# plot_coverage

GRID = np.array([[x, y] for x in (0.2, 0.5, 0.8) for y in (0.2, 0.5, 0.8)])
RANDOM = np.array([[0.1, 0.9], [0.3, 0.4], [0.6, 0.4], [0.65, 0.7]])


def test_coverage_counts_the_different_values_of_each():
    axes = plots.plot_coverage(GRID, RANDOM)
    assert axes.shape == (2, 3)
    np.testing.assert_array_equal(axes[0, 0].lines[0].get_xydata(), GRID)
    np.testing.assert_array_equal(axes[1, 0].lines[0].get_xydata(), RANDOM)
    assert [ax.get_title() for ax in axes[:, 1]] == [
        "grid, 9 trials:\n3 different values",
        "random, 4 trials:\n4 different values",
    ]
    assert [ax.get_ylabel() for ax in axes[:, 2]] == ["3 different values", "3 different values"]
    ticks = [segment[0, 0] for segment in axes[1, 1].collections[0].get_segments()]
    assert ticks == RANDOM[:, 0].tolist()
    assert [segment[0, 1] for segment in axes[1, 2].collections[0].get_segments()] == RANDOM[:, 1].tolist()
    is_a_text(
        plots.alt_text(axes[0, 0].figure),
        "Grid: 9 trials try 3 different values",
        "Random: 4 trials try 4 different values",
        "and 3 of the unimportant hyperparameter",
    )


def test_the_effect_is_drawn_above_with_the_best_that_each_finds():
    axes = plots.plot_coverage(GRID, RANDOM, effect=lambda x: 1 - abs(x - 0.6), names=("learning rate", "momentum"))
    for ax, x, best in ((axes[0, 1], 0.5, 0.9), (axes[1, 1], 0.6, 1.0)):
        star = next(line for line in ax.lines if line.get_marker() == "*")
        np.testing.assert_allclose(star.get_xydata(), [[x, best]])
        assert [text.get_text() for text in ax.texts] == [f"best {best:.3g}"]
        np.testing.assert_allclose(ax.lines[0].get_ydata()[[0, 120, 200]], [0.4, 1, 0.6])
    assert axes[0, 0].get_xlabel() == "learning rate"
    is_a_text(axes[1, 0].get_label(), "The best that it finds is 1, at 0.6")


def test_rounding_makes_no_different_values():
    points = np.array([[0.1 + 0.2, 0.0], [0.3, 1.0]])
    assert plots.plot_coverage(points, points)[0, 1].get_title() == "grid, 2 trials:\n1 different value"


# plot_surrogate

X = np.array([1.0, 2.0, 3.0, 4.0])
MEAN, STD, GAIN = np.array([0.5, 0.7, 0.8, 0.6]), np.array([0.0, 0.1, 0.05, 0.0]), np.array([0.0, 0.3, 0.2, 0.1])


def test_a_surrogate_shows_its_band_what_was_tried_and_where_it_looks_next():
    axes = plots.plot_surrogate(X, MEAN, STD, [4.0, 1.0], [0.6, 0.5], truth=MEAN + 0.01, gain=GAIN)
    band = axes[0].collections[0].get_paths()[0].vertices
    assert {(2.0, 0.5), (2.0, 0.9), (3.0, 0.7), (3.0, 0.9)} <= {(x, round(y, 6)) for x, y in band.tolist()}
    np.testing.assert_array_equal(line(axes[0], "surrogate").get_ydata(), MEAN)
    assert line(axes[0], "truth").get_linestyle() == "--"
    assert line(axes[0], "tried").get_xydata().tolist() == [[4.0, 0.6], [1.0, 0.5]]
    assert line(axes[0], "next: 2").get_xdata() == [2.0, 2.0]
    mark = next(line for line in axes[1].lines if line.get_marker() == "v")
    assert mark.get_xydata().tolist() == [[2.0, 0.3]]
    assert axes[1].get_xlabel() == "learning rate" and axes[0].get_xscale() == "linear"
    is_a_text(
        plots.alt_text(axes[0].figure),
        "2 tried, the highest 0.6 at 4",
        "highest at 3",
        "0 to 0.1",
        "Next is 2.",
        "highest at 2.",
    )


def test_a_surrogate_without_a_gain_has_one_panel():
    figure = plt.figure()
    axes = plots.plot_surrogate(X, MEAN, STD, [1.0], [0.5], logarithmic=True, name="units", figure=figure)
    assert len(axes) == len(figure.axes) == 1 and axes[0].get_xscale() == "log"
    assert [text.get_text() for text in axes[0].get_legend().get_texts()] == [
        "± 2 standard deviations",
        "surrogate",
        "tried",
    ]
    assert axes[0].get_xlabel() == "units" and "Next" not in axes[0].get_label()


def test_a_given_next_point_is_the_one_that_is_marked():
    axes = plots.plot_surrogate(X, MEAN, STD, [1.0], [0.5], next_x=2.5, gain=GAIN)
    mark = next(line for line in axes[1].lines if line.get_marker() == "v")
    np.testing.assert_allclose(mark.get_xydata(), [[2.5, 0.25]])


def test_no_gain_anywhere_has_a_picture():
    plots.plot_surrogate(X, MEAN, STD, [1.0], [0.5], gain=np.zeros(4))[0].figure.canvas.draw()


# Bad input


@pytest.mark.parametrize(
    "draw", [plots.plot_search, plots.plot_trial_curves, plots.plot_hyperparameters, plots.plot_parallel]
)
def test_a_figure_of_trials_needs_trials_and_a_score(draw):
    with pytest.raises(ValueError, match="^trials must hold one trial or more, got none.$"):
        draw([])
    with pytest.raises(ValueError, match="^trials must hold one or more with a score, got none among 2 trials.$"):
        draw(scored(None, None))
    assert plt.get_fignums() == []


BAD = {
    "total must be a whole number of at least 1, got 0": lambda: plots.plot_search(scored(0.5), total=0),
    "one or more with a curve and a score, got none among 1 trial": lambda: plots.plot_trial_curves(
        [Trial(0, {}, 0.5)]
    ),
    "trials must have one hyperparameter or more, got none in 1 trial": lambda: plots.plot_parallel(
        [Trial(0, {}, 0.5)]
    ),
    "must be above 0, got 0 for x": lambda: plots.plot_hyperparameters(scored(0.5), logarithmic=["x"]),
    "must be numbers, got 'adam' for optimizer": lambda: plots.plot_parallel(TRIALS, logarithmic="optimizer"),
    "must be numbers, got True for batch_norm": lambda: plots.plot_parallel(TRIALS, logarithmic="batch_norm"),
    r"grid must have shape \(n_points, 2\), got \(4,\)": lambda: plots.plot_coverage(X, RANDOM),
    r"random must have shape \(n_points, 2\), got \(0, 2\)": lambda: plots.plot_coverage(GRID, np.empty((0, 2))),
    r"random must lie in \[0, 1\], got 0.2 to 1.8": lambda: plots.plot_coverage(GRID, RANDOM * 2),
    "effect must be finite on .*, got inf at 0": lambda: plots.plot_coverage(GRID, RANDOM, effect=lambda x: np.inf),
    "names must be those of two hyperparameters, got 'ab'": lambda: plots.plot_coverage(GRID, RANDOM, names="ab"),
    r"mean must have shape \(4,\), as x, got \(3,\)": lambda: plots.plot_surrogate(X, MEAN[:3], STD, [1], [1]),
    r"gain must have shape \(4,\), as x, got \(3,\)": lambda: plots.plot_surrogate(
        X, MEAN, STD, [1], [1], gain=GAIN[:3]
    ),
    r"tried_y must have shape \(1,\), as tried_x, got \(2,\)": lambda: plots.plot_surrogate(X, MEAN, STD, [1], [1, 2]),
    r"tried_x must have shape \(n,\), got \(0,\)": lambda: plots.plot_surrogate(X, MEAN, STD, [], []),
    "truth must be finite, got nan": lambda: plots.plot_surrogate(X, MEAN, STD, [1], [1], truth=X * np.nan),
    "x must rise": lambda: plots.plot_surrogate(X[::-1], MEAN, STD, [1], [1]),
    "std must be 0 or more, got -0.1": lambda: plots.plot_surrogate(X, MEAN, -STD, [1], [1]),
    "must be above 0 for a log scale, got 0": lambda: plots.plot_surrogate(
        X - 1, MEAN, STD, [1], [1], logarithmic=True
    ),
}


@pytest.mark.parametrize("sentence", BAD)
def test_bad_input_gets_one_sentence(sentence):
    with pytest.raises(ValueError, match=sentence):
        BAD[sentence]()
    assert plt.get_fignums() == []


@dataclass
class Winners:
    validation: np.ndarray
    test: np.ndarray
    n_images: int = 50


def test_a_winners_report_and_worth_are_drawn_as_means_over_the_searches():
    report = np.array([[0.5, 0.7, 0.8], [0.6, 0.6, 0.9]])
    ax = plots.plot_overtuning(Winners(report, report - 0.1), best=0.85)
    reported, worth, best = ax.get_lines()
    assert reported.get_ydata().tolist() == pytest.approx(
        [0.55, 0.65, 0.85]
    ) and worth.get_ydata().tolist() == pytest.approx([0.45, 0.55, 0.75])
    assert reported.get_xdata().tolist() == [1, 2, 3] and set(best.get_ydata()) == {0.85}
    assert "rises from 0.55 to 0.85" in plots.alt_text(ax.figure) and "0.45 to 0.75" in plots.alt_text(ax.figure)
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(0.51) and band[:, 1].max() == pytest.approx(0.89)


def test_a_winner_without_searches_is_refused():
    with pytest.raises(ValueError, match=r"one shape \(n_searches, n_networks\), got \(2, 3\) and \(2, 2\)"):
        plots.plot_overtuning(Winners(np.zeros((2, 3)), np.zeros((2, 2))))
