"""The search for a penalty: what it finds, how far it overstates that, and the drawing of it."""

import numpy as np
import pytest
from deep_images import made_up

from lecture.experiments import penalty
from lecture.experiments.penalty import DEFAULT, FOUND, Search, Stage
from lecture.plots import alt_text, plot_penalty

COARSE = Stage(np.array([1e-5, 1e-3, 1e-1]), np.array([[0.50, 0.52], [0.53, 0.51], [0.48, 0.47]]))
FINE = Stage(
    np.array([0.001, 0.002, 0.004, 0.008, 0.016]),
    np.array([[0.60, 0.61, 0.59], [0.50, 0.50, 0.50], [0.59, 0.62, 0.60], [0.61, 0.60, 0.62], [0.4, 0.4, 0.4]]),
)


def searched(again=None, coarse=COARSE, fine=FINE, **more):
    parts = {part: np.array([0.60, 0.62]) for part in ("training", "validation", "test")}
    return Search(coarse, fine, again or {fine.best: parts, DEFAULT: parts, FOUND: parts}, 2400, **more)


@pytest.fixture(scope="module")
def results():
    settings = dict(half_cycle=2, penalties=(0.1, 1e-3, 1e-5), n_new=2, n_seeds=2, show=False)
    return [penalty.run(images=made_up(name), **settings) for name in ("made up", "CIFAR-10")]


def test_the_best_is_that_of_the_highest_mean_and_a_single_search_may_find_another():
    assert FINE.best == 0.008 and FINE.found().tolist() == [0.008, 0.004, 0.008]
    mean, low, high = Stage(FINE.penalties, np.tile(FINE.validation, 2)).intervals()
    assert mean[3] == pytest.approx(0.61)
    half = 2.570582 * np.sqrt(4 * 0.01**2 / 5) / np.sqrt(6)
    assert high[3] - mean[3] == pytest.approx(half, rel=1e-5) == mean[3] - low[3]
    assert np.isinf(FINE.intervals()[1:]).all(), "three networks have no interval"


def test_a_winner_is_overstated_by_its_lead_over_other_networks_with_its_penalty():
    assert FINE.overstated() == pytest.approx([0.61 - 0.61, 0.62 - 0.595, 0.62 - 0.605])


def test_a_search_among_equals_overstates_its_winner_by_the_largest_of_the_noise():
    """Of eight standard normal numbers the largest is 1.4236 on average."""
    noise = np.random.default_rng(1).normal(size=(8, 4000))
    assert Stage(np.arange(8) + 1.0, noise).overstated().mean() == pytest.approx(1.4236, abs=0.03)


def test_the_plateau_is_the_neighbourhood_within_one_standard_error():
    search = searched()
    assert search.standard_error == pytest.approx(np.sqrt(0.61 * 0.39 / 2400)) and search.standard_error < 0.01
    assert search.plateau == (0.004, 0.008), "0.001 is near in accuracy, but a valley lies between"
    assert "from 0.004 to 0.008" in search.describe() and "61.0%" in search.describe()


def test_the_fine_search_goes_around_the_coarse_ones_best(results):
    for result in results:
        search = result.details
        assert search.coarse.penalties.tolist() == [1e-5, 1e-3, 1e-1] and search.coarse.validation.shape == (3, 2)
        low, high = search.fine.penalties[[0, -1]]
        assert (low, high) == pytest.approx((search.coarse.best / 6, search.coarse.best * 6))
        assert np.ptp(np.diff(np.log(search.fine.penalties))) < 1e-9 and search.fine.validation.shape == (8, 2)
        assert set(search.again) == {search.fine.best, DEFAULT, FOUND}
        assert {values.shape for parts in search.again.values() for values in parts.values()} == {(2,)}
        assert search.n_validation == 150 and "1 network" not in result.protocol
        assert [sweep.values[""].shape for sweep in result.sweeps] == [(3, 2), (8, 2)]


def test_published_numbers_stand_beside_ours_on_the_reports_images_only(results):
    other, own = results
    assert other.compared == () and other.details.reported == {}
    told = {number.what: number for number in own.compared}
    assert told["best λ, fine search"].published == 0.0072 and told["best λ, coarse search"].published == 0.0143
    assert told["its validation accuracy, fine search"].published == 0.5428
    test = told["test accuracy, 3 layers, λ = 0.005"]
    assert test.published == 0.5259 and test.runs == 5 and (test.values == own.details.again[DEFAULT]["test"]).all()
    assert told["validation accuracy, 3 layers, λ = 0.0072"].published == 0.5387


@pytest.mark.parametrize(
    "gain, lead, strong, words",
    [
        (0.01, 0.01, 0.05, ["supported"] * 3),
        (0.0, 0.0, 0.0, ["contradicted"] * 3),
        (-0.01, 0.01, 0.0, ["contradicted", "supported", "contradicted"]),
    ],
)
def test_verdicts_follow_from_the_numbers(gain, lead, strong, words):
    seeds = 1e-4 * np.arange(5)
    fine = np.full((6, 5), 0.5) + lead * np.eye(6)[:, :5] + seeds  # each seed has a winner of its own
    fine[5] = 0.4
    coarse = Stage(np.array([1e-5, 1e-1]), np.array([0.5 + strong + seeds, 0.5 - seeds]))
    stage = Stage(np.arange(6) + 1.0, fine)
    again = {stage.best: {"test": 0.5 + gain + seeds}, DEFAULT: {"test": 0.5 - seeds}}
    verdicts = penalty.judge(searched(again, coarse, stage))
    assert [verdict.word for verdict in verdicts] == words
    assert verdicts[0].mean == pytest.approx(gain + 4e-4) and verdicts[2].mean == pytest.approx(strong + 4e-4)


@pytest.mark.parametrize(
    "settings, sentence",
    [
        (dict(penalties=(0, 1e-5, 0.1)), "penalties must be a number above 0, got 0"),
        (dict(penalties=(-1e-3, 1e-5, 0.1)), "penalties must be a number above 0, got -0.001"),
        (dict(penalties=(0.1, 0.1)), r"penalties must have 1e-05 and 0.1 among them, got \(0.1, 0.1\)"),
        (dict(penalties=0.1), "penalties must be a sequence of numbers, got 0.1"),
        (dict(penalties=(1e-5, 1e-3)), r"penalties must have 1e-05 and 0.1 among them, got \(1e-05, 0.001\)"),
        (dict(n_seeds=1), "n_seeds must be a whole number of at least 2, got 1"),
        (dict(n_new=0), "n_new must be a whole number of at least 1, got 0"),
        (dict(half_cycle=0), "half_cycle must be a whole number of at least 1, got 0"),
    ],
)
def test_what_cannot_be_is_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        penalty.run(images=made_up(), show=False, **settings)


def test_the_drawing_has_both_searches_and_the_plateau():
    search = searched(reported={0.0064: 0.5388, 0.0072: 0.5428})
    ax = plot_penalty(search)
    coarse, fine = (container for container in ax.containers)
    np.testing.assert_allclose(coarse.lines[0].get_xydata(), np.c_[COARSE.penalties, [0.51, 0.52, 0.475]])
    np.testing.assert_allclose(fine.lines[0].get_ydata(), FINE.validation.mean(axis=1))
    (band,) = [patch for patch in ax.patches if patch.get_label().startswith("within")]
    assert (band.get_x(), band.get_x() + band.get_width()) == pytest.approx((0.004, 0.008))
    stars = [line for line in ax.lines if line.get_marker() == "*"]
    assert [star.get_xydata().tolist() for star in stars] == [[[at, 0.61]] for at in (0.008, DEFAULT, FOUND)]
    ticks = [line for line in ax.lines if list(line.get_xdata()) in ([0.0064] * 2, [0.0072] * 2)]
    assert len(ticks) == 2 and ax.get_xscale() == "log"
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(labels) == len(set(labels)) == 5
    assert "New networks reach 61.0% at 0.008" in alt_text(ax.figure)
    assert len(plot_penalty(searched()).get_legend().get_texts()) == 4, "no ticks of the report on other images"
