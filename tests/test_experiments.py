"""What all experiments share: verdicts, data, settings, tables, drawings."""

import inspect
import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from lecture import experiments, plots
from lecture.experiments import protocol
from lecture.experiments.judgement import Compared, Hypothesis, beside_published
from lecture.experiments.mixtures import balanced_counts, mixture, one_hot, train_test_points
from lecture.experiments.result import Result, Sweep
from lecture.intervals import enough
from lecture.words import counted

rng = np.random.default_rng(3)
# how many seeds where a training is dear; 30 elsewhere
FEW_SEEDS = {
    "batch_norm": 6,
    "cycles": 6,
    "inference": 6,
    "carried_over": 5,
    "double_descent": 10,
    "equal_parameters": 10,
    "equal_parameters_mnist": 5,
    "first_weights": 5,
    "gradient_faults": 5,
    "gradient_norm": 8,
    "interpolation": 5,
    "penalty": 5,
    "random_labels": 5,
    "stationary_points": 15,
    "trajectories": 8,
    "sensitivity": 5,
    "widths": 5,
}
EFFECT = Hypothesis("It falls.", "before minus after", 0.1)
NONE = Hypothesis("It stays.", "before minus after", 0.1, absent=True)


@pytest.mark.parametrize(
    "hypothesis, values, word",
    [
        (EFFECT, [0.30, 0.31, 0.29, 0.3, 0.3], "supported"),
        (EFFECT, [0.01, 0.02, 0.03, 0.02, 0.02], "contradicted"),
        (EFFECT, [-0.30, -0.31, -0.29, -0.3, -0.3], "contradicted"),
        (EFFECT, [0.0, 0.1, 0.3, 0.1, 0.2], "undecided"),
        (EFFECT, [0.9], "undecided"),
        (EFFECT, [0.9] * 4, "undecided"),
        (EFFECT, [0.2] * 5, "supported"),
        (NONE, [0.01, -0.02, 0.03, 0.0, 0.0], "supported"),
        (NONE, [0.30, 0.31, 0.29, 0.3, 0.3], "contradicted"),
        (NONE, [-0.30, -0.31, -0.29, -0.3, -0.3], "contradicted"),
        (NONE, [0.0, 0.1, 0.3, 0.1, 0.2], "undecided"),
    ],
)
def test_a_verdict_says_what_the_interval_says(hypothesis, values, word):
    verdict = hypothesis.judge(np.array(values))
    assert (
        verdict.word == word
        and str(verdict).startswith(word.capitalize())
        and counted(len(values), "seed") + ")" in str(verdict)
    )


@pytest.mark.parametrize(
    ("quantity", "values", "bounded"),
    [
        ("share of dead networks", [0.0, 0.0, 0.0, 0.0, 0.3], (True, False)),
        ("share of living networks", [1.0, 1.0, 1.0, 1.0, 0.7], (False, True)),
        ("share of dead networks, deep minus shallow", [0.0, 0.0, 0.0, 0.0, 0.3], (False, False)),
        ("loss", [0.0, 0.0, 0.0, 0.0, 0.3], (False, False)),
    ],
)
def test_the_interval_of_a_share_stays_between_0_and_1(quantity, values, bounded):
    found = Hypothesis("It happens.", quantity, 0.1).judge(values)
    mean, low, high = experiments.interval(values)
    assert found.mean == mean and (low < 0 or high > 1)
    assert (found.low, found.high) == (0 if bounded[0] else low, 1 if bounded[1] else high)


def test_of_a_hundred_verdicts_at_the_smallest_effect_few_are_wrong():
    """With a true effect just at the border, 'supported' and 'contradicted' each come in about 2.5 of 100 cases."""
    words = [EFFECT.judge(rng.normal(0.1, 0.05, size=30)).word for _ in range(4000)]
    for word in ("supported", "contradicted"):
        assert words.count(word) / 4000 == pytest.approx(0.025, abs=0.009)


def test_a_published_mean_of_our_own_runs_agrees_95_times_in_100():
    agrees = [
        Compared(
            "accuracy", rng.normal(0.8, 0.03, size=4).mean(), 4, rng.normal(0.8, 0.03, size=30), reading=0.0
        ).agrees
        for _ in range(2000)
    ]
    assert np.mean(agrees) == pytest.approx(0.95, abs=0.02)
    assert not Compared("accuracy", 0.99, 4, rng.normal(0.8, 0.03, size=30)).agrees
    assert Compared("accuracy", 0.9, 1, np.full(30, 0.904)).agrees, "read off a figure"
    assert Compared("accuracy", 0.1, 1, np.array([0.9])).agrees, "one run says nothing"


@pytest.mark.parametrize(
    "job, sentence",
    [
        (lambda: EFFECT.judge([]), "one or more finite numbers"),
        (lambda: Hypothesis("a", "b", 0), "smallest must be above 0"),
        (lambda: Hypothesis("a", "b", -1), "smallest must be a number of at least 0"),
        (
            lambda: Sweep("a", (1, 2), "x", "y", {"curve": np.zeros((3, 5))}),
            r"curve must have shape \(2, n_seeds\), got \(3, 5\)",
        ),
        (
            lambda: protocol.swept((3, 3), "sizes", int),
            r"sizes must be two or more different numbers, got \(3, 3\)",
        ),
        (
            lambda: protocol.swept((3, 4), "sizes", int, needed=(1, 3, 0.5)),
            r"sizes must have 1, 3 and 0.5 among them, got \(3, 4\)",
        ),
        (lambda: mixture(0, 1), "d must be a whole number of at least 1"),
        (lambda: mixture(2, 1, scale=0), "scale must be above 0"),
        (lambda: mixture(2, 1, separation="far"), "separation must be one of falling, equal, got 'far'"),
        (lambda: mixture(2, 1).draw((3, 0)), "the number of points of a class must be a whole number of at least 1"),
        (lambda: one_hot(np.zeros(4, dtype=int)), r"labels must be of two classes, got \[0\] only"),
        (lambda: experiments.get("gravity"), "experiment must be one of approximation, depth.* got 'gravity'"),
    ],
)
def test_bad_input_hears_one_sentence(job, sentence):
    with pytest.raises(ValueError, match=sentence):
        job()


@given(st.integers(1, 200))
def test_balanced_counts_make_the_whole(n):
    assert sum(balanced_counts(n)) == n and balanced_counts(n)[0] - balanced_counts(n)[1] in (0, 1)


@pytest.mark.parametrize("separation, gap", [("falling", [1, 1 / 2, 1 / 3]), ("equal", [1, 1, 1])])
def test_a_mixture_has_the_means_and_the_covariance_it_says(separation, gap):
    classes = mixture(3, 5, scale=0.7, separation=separation)
    X, y = classes.draw((40_000, 20_000))
    assert (classes.factor >= 0).all() and (classes.factor <= 0.7).all()
    assert np.allclose(X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0), gap, atol=0.03) and (y == 1).sum() == 20_000
    for k in (0, 1):
        assert np.allclose(np.cov(X[y == k].T), classes.factor.T @ classes.factor, atol=0.05)


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_no_linear_classifier_beats_the_best_accuracy_and_the_best_one_reaches_it(seed):
    classes = mixture(3, seed)
    X, y = classes.draw((20_000, 20_000))
    X_test, y_test = classes.draw((20_000, 20_000), part=1)
    assert LinearDiscriminantAnalysis().fit(X, y).score(X_test, y_test) == pytest.approx(
        classes.best_accuracy, abs=0.012
    )


def test_points_follow_from_the_seed_and_parts_differ():
    X, y, X_test, _y_test = train_test_points(20, 10, 4, (3, 8))
    assert X.shape == (2, 20, 4) and y.shape == (2, 20) and X_test.shape == (2, 10, 4) and (y.mean(axis=1) == 0.5).all()
    alone = train_test_points(20, 10, 4, (8,))
    assert (alone[0][0] == X[1]).all() and (alone[2][0] == X_test[1]).all() and not np.allclose(X[0, :10], X_test[0])


def test_the_protocol_is_the_originals_unless_said(monkeypatch):
    seen = {}
    monkeypatch.setattr(
        protocol.replicas,
        "train",
        lambda hidden, X, y, **settings: seen.update(settings) or SimpleNamespace(complete=True),
    )
    protocol.train_like_the_original((5,), None, None, steps=3, seeds=(0,), batch_size=7)
    assert float(seen["optimizer"].learning_rate) == pytest.approx(0.003) and type(seen["optimizer"]).__name__ == "Adam"
    assert seen["batch_size"] == 7 and seen["bias_initializer"] == "glorot_uniform"
    monkeypatch.setattr(protocol.replicas, "train", lambda *args, **settings: SimpleNamespace(complete=False))
    with pytest.raises(KeyboardInterrupt):
        protocol.train_like_the_original((5,), None, None, steps=3, seeds=(0,))


def test_conditions_are_trained_as_the_original_does_and_not_when_interrupted(monkeypatch):
    seen = {}

    def compare(conditions, X, y, **settings):
        seen.update(settings)
        return {name: SimpleNamespace(complete=name != "broken") for name in conditions}

    monkeypatch.setattr(protocol.replicas, "compare", compare)
    found = protocol.compare_like_the_original({"a": {}, "b": {}}, None, None, steps=3, batch_size=None)
    assert list(found) == ["a", "b"] and seen["batch_size"] is None and seen["steps"] == 3
    assert float(seen["optimizer"].learning_rate) == pytest.approx(0.003)
    with pytest.raises(KeyboardInterrupt):
        protocol.compare_like_the_original({"a": {}, "broken": {}})


def test_initial_weights_are_those_that_a_training_starts_from():
    X, y, *_ = train_test_points(8, 2, 3, [4, 7])
    rate = dict(learning_rate=0.0, steps=1, seeds=[4, 7], show=False)
    trained = protocol.train_like_the_original([5], X, one_hot(y), **rate).weights
    for ours, theirs in zip(protocol.initial_weights((3, 5, 2), [4, 7]), trained, strict=True):
        assert np.allclose(ours, theirs, atol=1e-7)


def test_what_is_given_replaces_the_preset_and_the_protocol_says_so():
    presets = {"short": dict(n_seeds=30, steps=5, hidden=(3,)), "published": dict(n_seeds=100, steps=50, hidden=(3,))}
    settings = protocol.settings_of(presets, "short", 2, steps=7, hidden=None)
    assert settings == dict(steps=7, hidden=(3,), seeds=(0, 1)) and presets["short"]["n_seeds"] == 30
    told = protocol.describe_departures(settings, presets["published"])
    assert told == " Not as in the published preset: n_seeds=2 instead of 100, steps=7 instead of 50."
    assert protocol.describe_departures(protocol.settings_of(presets, "published", None), presets["published"]) == ""


def test_only_what_was_measured_stands_beside_what_was_published():
    ours = {("a", 1): np.array([0.4, 0.5]), ("b", 2): np.array([0.1])}
    (number,) = beside_published({("a", 1): 0.5, ("c", 3): 0.2}, ours, "{} at {}", runs=3)
    assert (number.what, number.published, number.runs) == ("a at 1", 0.5, 3) and number.values is ours["a", 1]


@pytest.mark.parametrize("name", experiments.NAMES)
def test_each_question_has_its_hypotheses_and_presets(name):
    question = getattr(experiments, name)
    assert question is experiments.get(name) and question.TITLE.endswith("?") and question.__doc__
    assert all(isinstance(each, Hypothesis) for each in question.HYPOTHESES) and len(question.HYPOTHESES) >= 2
    assert question.TITLE == question.__doc__ and len(question.HYPOTHESES) <= 8
    assert all(hypothesis.text.endswith(".") for hypothesis in question.HYPOTHESES)
    assert set(question.PRESETS) == {"short", "published"}
    assert all(preset["n_seeds"] >= FEW_SEEDS.get(name, 30) for preset in question.PRESETS.values())
    parameters = inspect.signature(question.run).parameters
    assert parameters["preset"].default == "short" and parameters["n_seeds"].default is None
    assert set(parameters) == {*question.PRESETS["short"], "preset", "show"} | parameters.keys() & {"images"}
    documented = inspect.getdoc(question.run).split("Parameters\n----------\n")[1].split("\n\nReturns\n-------\n")[0]
    kinds = dict(line.split(" : ", 1) for line in documented.splitlines() if " : " in line)
    assert set(kinds) == set(parameters)
    hidden = [kind for kind in kinds.values() if re.search(r"lecture\.experiments\.[a-z]", kind)]
    assert not hidden, "the reference shows what stands in the front, and run"
    for bad, sentence in (
        ({"n_seeds": 0}, "n_seeds must be a whole number of at least 1, got 0"),
        ({"preset": "long"}, "preset must be one of .* got 'long'"),
    ):
        with pytest.raises(ValueError, match=sentence):
            question.run(**bad)


# Tables and drawings, of a result that is made up.

SEEDS = tuple(range(6))
VALUES = {"a": np.array([[0.5], [0.6], [0.7]]) + rng.normal(0, 0.01, (3, 6)), "b": np.full((3, 6), 0.4)}


@pytest.fixture
def made_up():
    sweeps = (
        Sweep("Held-out points", (1, 10, 100), "ratio", "accuracy", VALUES, log_x=True),
        Sweep("Kinds", ("x", "y", "z"), "kind", "accuracy", {"a": VALUES["a"]}),
    )
    verdicts = (
        EFFECT.judge(VALUES["a"][2] - VALUES["a"][0]),
        EFFECT.judge(VALUES["b"][0] - 0.4),
        NONE.judge(rng.normal(0.1, 0.2, 6)),
    )
    return Result(
        question="made_up",
        title="Does it hold?",
        preset="short",
        protocol="None.",
        seeds=SEEDS,
        sweeps=sweeps,
        verdicts=verdicts,
        compared=(Compared("a at 100", 0.7, 3, VALUES["a"][2]), Compared("b at 1", 0.9, 1, VALUES["b"][0])),
        seconds=1.5,
    )


def test_a_table_has_a_row_for_each_number(made_up, tmp_path):
    table = made_up.table()
    assert len(table) == 2 * 3 * 6 + 3 * 6
    picked = table[(table.panel == "Held-out points") & (table.curve == "a") & (table["at"] == 10) & (table.seed == 4)]
    assert picked.value.item() == VALUES["a"][1, 4]
    table.to_csv(tmp_path / "it.csv", index=False)
    assert len(pd.read_csv(tmp_path / "it.csv")) == len(table)
    means = made_up.means()
    assert len(means) == 9 and np.allclose(means["mean"][:3], VALUES["a"].mean(axis=1))


def test_tables_say_verdicts_and_what_was_published(made_up):
    assert made_up.conclusions()["verdict"].tolist() == ["supported", "contradicted", "undecided"]
    then = made_up.published_beside_measured()
    assert then["published"].tolist() == ["0.7", "0.9"] and then["agrees"].tolist() == ["yes", "no"]
    assert "Does it hold? (short, 6 seeds, 1.5 s)" in str(made_up) and "Supported" in str(made_up)


def test_one_run_of_ours_does_not_agree_with_whatever_was_published(made_up):
    alone = replace(made_up, compared=(Compared("a", 0.9, 1, np.array([0.2])), *made_up.compared))
    told = alone.published_beside_measured()
    assert told.iloc[0].tolist() == ["a", "0.9", "1", "0.200 (1 run)", "open"]
    assert told["agrees"].tolist()[1:] == ["yes", "no"]


def test_the_interval_that_is_shown_is_the_one_that_decides(made_up):
    values = np.array([0.80, 0.84, 0.88, 0.92, 0.96])
    half = 2.776 * values.std(ddof=1) * math.sqrt(1 / 5 + 1 / 2) + 0.005  # Student's t with 4 degrees of freedom
    low = 0.88 - half
    numbers = [Compared("in", low + 0.002, 2, values), Compared("out", low - 0.002, 2, values)]
    told = replace(made_up, compared=(*numbers, replace(numbers[0], within=(0, 1)))).published_beside_measured()
    assert told["agrees"].tolist() == ["yes", "no", "yes"]
    shown = told.iloc[:, 3].tolist()
    assert shown[0] == shown[1] == f"0.880 ({low:.3f} to {0.88 + half:.3f})" and 0.88 + half > 1
    assert shown[2] == f"0.880 ({low:.3f} to 1.000)"


@pytest.mark.parametrize("n, word", [(1, "open"), (4, "open"), (5, "yes")])
def test_four_runs_or_fewer_have_no_interval(made_up, n, word):
    values = np.linspace(0.4, 0.6, n)
    number = Compared("accuracy", 0.5, 1, values)
    told = replace(made_up, compared=(number,)).published_beside_measured()
    assert number.word == word and ("to" in told.iloc[0, 3]) == (n > 4)
    mean, low, high = Sweep("a", [1], "x", "loss", {"": values[None]}).intervals()[""][:, 0]
    assert mean == pytest.approx(values.mean()) and np.isfinite([low, high]).all() == (n > 4)


def test_where_a_run_did_not_arrive_there_is_no_mean():
    values = {"time": np.array([[1.0, 2, 3, 4, 5], [np.nan, 2, 2, 2, 2]]), "never": np.full((2, 5), np.nan)}
    sweep = Sweep("a", [1, 2], "x", "seconds", values)
    assert np.isfinite(sweep.intervals()["time"]).tolist() == [[True, False]] * 3
    told = plots.alt_text(plots.plot_sweep(sweep).figure)
    assert "time from 3 at 1" not in told and "time 3 at 1" in told and "never without a mean" in told


@pytest.mark.parametrize(
    "y_name, bounded",
    [
        ("test accuracy", True),
        ("share of the runs", True),
        ("loss", False),
        ("training minus validation accuracy", False),
    ],
)
def test_an_interval_of_accuracies_or_shares_stays_between_0_and_1(y_name, bounded):
    sweep = Sweep("a", [1, 2], "x", y_name, {"": np.array([[1, 1, 1, 1, 0.5], [0, 0, 0, 0, 0.5]])})
    _, low, high = sweep.intervals()[""]
    assert (high[0] == 1, low[1] == 0) == (bounded, bounded) and 0 < high[1] < low[0] < 1


def test_a_sweep_shows_means_intervals_and_every_seed(made_up):
    sweep = made_up.sweeps[0]
    ax = plots.plot_sweep(sweep)
    low, high = (sweep.intervals()["a"][row] for row in (1, 2))
    bars = next(container for container in ax.containers if container.get_label() == "a")
    assert np.allclose(bars.lines[0].get_ydata(), VALUES["a"].mean(axis=1))
    assert np.allclose([segment[:, 1] for segment in bars.lines[2][0].get_segments()], np.stack([low, high], axis=1))
    seen = sorted(
        y for line in ax.lines if line.get_linestyle() == "None" and line.get_alpha() == 0.22 for y in line.get_ydata()
    )
    assert np.allclose(seen, sorted(np.concatenate([values.ravel() for values in VALUES.values()])))
    assert ax.get_xscale() == "log" and [text.get_text() for text in ax.get_xticklabels()] == ["1", "10", "100"]
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"a", "b"}
    assert f"means of 6 seeds: a from {VALUES['a'][0].mean():.3g} at 1" in plots.alt_text(ax.figure)


@pytest.mark.parametrize("low, high", [(0.06, 0.8), (0.0023, 0.03), (1.5, 9.0), (1e-6, 10.0)])
def test_a_logarithmic_axis_has_two_numbers_or_more(low, high):
    ax = plots.plot_sweep(Sweep("Few", (1, 2), "x", "y", {"": np.array([[low] * 3, [high] * 3])}, log_y=True))
    ax.figure.draw_without_rendering()
    bottom, top = ax.get_ylim()
    inside = [tick for tick in ax.yaxis.get_major_ticks() if bottom <= tick.get_loc() <= top]
    assert len(inside) >= 2 and all(tick.label1.get_text() for tick in inside)


@pytest.mark.parametrize("log_y", [False, True], ids=["linear", "logarithmic"])
def test_a_legend_covers_no_point_even_where_points_are_everywhere(log_y):
    values = {f"a rather long name, {number}": np.geomspace(0.8, 1, 100).reshape(20, 5) for number in range(5)}
    values = {name: rng.permutation(each.ravel()).reshape(20, 5) for name, each in values.items()}
    ax = plots.plot_sweep(Sweep("All over", tuple(range(20)), "x", "y", values, log_y=log_y))
    ax.figure.canvas.draw()
    box = ax.get_legend().get_window_extent()
    points = np.concatenate([ax.transData.transform(line.get_xydata()) for line in ax.lines])
    assert len(points) > 300 and not any(box.contains(*point) for point in points)
    assert ax.bbox.height / 2 < points[:, 1].max() - points[:, 1].min() < ax.bbox.height


def test_named_values_stand_side_by_side_and_have_no_line(made_up):
    ax = plots.plot_sweep(made_up.sweeps[1])
    assert [text.get_text() for text in ax.get_xticklabels()] == ["x", "y", "z"] and ax.get_legend() is None
    assert ax.containers[0].lines[0].get_linestyle() == "None"


def test_one_seed_is_drawn_without_an_interval():
    ax = plots.plot_sweep(Sweep("One", (1, 2), "x", "y", {"a": np.array([[0.1], [0.2]])}))
    ax.figure.canvas.draw()
    assert np.allclose(ax.containers[0].lines[0].get_ydata(), [0.1, 0.2])


def test_verdicts_are_told_apart_by_mark_colour_and_word(made_up):
    ax = plots.plot_verdicts(made_up.verdicts)
    texts = [text.get_text() for text in ax.texts]
    assert texts == ["It falls. SUPPORTED", "It falls. CONTRADICTED", "It stays. UNDECIDED"]
    marks = [line for line in ax.lines if line.get_marker() not in ("None", None)]
    assert len({line.get_marker() for line in marks}) == 3 and len({line.get_color() for line in marks}) == 3
    first = marks[0].get_xdata()[0]
    assert first > 1, "in units of the smallest effect, 1 stays 1 on the squeezed axis"
    assert plots.alt_text(ax.figure).count("95%") == 3


def test_a_verdict_from_one_seed_has_no_end_and_is_drawn_all_the_same():
    ax = plots.plot_verdicts([EFFECT.judge([0.3])])
    ax.figure.canvas.draw()


def test_all_of_a_result_is_drawn_side_by_side(made_up):
    axes = plots.plot_result(made_up)
    assert len(axes) == 3 and [ax.get_title() for ax in axes[:2]] == ["Held-out points", "Kinds"]
    assert len(plots.plot_result(replace(made_up, sweeps=made_up.sweeps[:1]))) == 2
    three = plots.plot_sweeps((made_up.sweeps[0],) * 3)
    left, right, below = (ax.get_subplotspec() for ax in three)
    assert left.rowspan == right.rowspan != below.rowspan and list(below.colspan) == [0, 1]


# The command.


def test_verdicts_that_are_printed_can_be_told_apart():
    for name in experiments.NAMES:
        quantities = [hypothesis.quantity for hypothesis in experiments.get(name).HYPOTHESES]
        assert len(set(quantities)) == len(quantities), name


@pytest.mark.parametrize("name", experiments.NAMES)
def test_each_preset_has_runs_enough_for_an_interval(name):
    for preset in experiments.get(name).PRESETS.values():
        for count in preset.keys() & {"n_seeds", "n_timed", "n_new"}:
            assert enough(preset[count], name) == preset[count]
