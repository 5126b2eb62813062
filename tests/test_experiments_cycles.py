"""Cycles of the learning rate against one cosine, and the range test."""

import numpy as np
import pytest
from deep_images import made_up, small_nets  # noqa: F401  (a fixture)

from lecture.experiments import cycles
from lecture.experiments.cycled import Cycled
from lecture.experiments.cycles import COSINE, TRIANGLES, Courses, RangeTest
from lecture.experiments.deep_nets import HIGHEST, LOWEST

pytestmark = pytest.mark.usefixtures("small_nets")


@pytest.fixture(scope="module")
def result():
    return cycles.run(images=made_up(), half_cycle=20, n_cycles=2, n_seeds=2, show=False)


def test_verdicts_compare_the_ends_of_cycles_with_what_comes_later():
    steps = np.arange(0, 49, 2)
    accuracy = np.repeat(np.interp(steps, [0, 8, 16, 24, 32, 40, 48], [0.1, 0.3, 0.5, 0.4, 0.6, 0.44, 0.61]), 2)
    curves = {(TRIANGLES, "accuracy", "validation"): accuracy.reshape(-1, 2)}
    rates = np.array([0.01, 0.1, 1.0])
    accuracies = np.array([[0.2, 0.2], [0.5, 0.4], [0.1, 0.6]])  # the best at 0.1, and at 1
    found = Courses(
        Cycled(steps, 8, curves, {TRIANGLES: (steps, steps)}),
        RangeTest(rates, accuracies, accuracies, accuracies, accuracies),
    )
    tested = {TRIANGLES: np.array([0.5, 0.6]), COSINE: np.array([0.52, 0.5])}
    verdicts = cycles.judge(found, tested)
    assert [verdict.hypothesis for verdict in verdicts] == list(cycles.HYPOTHESES)
    peaks = ((0.5 - 0.4) + (0.6 - 0.44)) / 2
    assert [verdict.mean for verdict in verdicts] == pytest.approx([peaks, 0.61 - 0.5, 0.04, 0.5])
    assert "reaches 0.450 at 0.1 and ends at 0.350" in found.range_test.describe()


def test_the_cosine_falls_once_while_the_triangles_rise_and_fall_twice(result):
    rates = result.details.cycled.rates
    at, cosine = rates[COSINE]
    np.testing.assert_allclose(cosine, LOWEST + (HIGHEST - LOWEST) * (1 + np.cos(np.pi * at / 80)) / 2)
    np.testing.assert_allclose(rates[TRIANGLES][1][[0, 20, 40, 60, 80]], [LOWEST, HIGHEST, LOWEST, HIGHEST, LOWEST])
    assert list(rates) == [TRIANGLES, COSINE]


def test_the_learning_rate_of_the_range_test_rises_by_equal_factors(result):
    found = result.details.range_test
    np.testing.assert_allclose(found.rates, np.geomspace(1e-4, 10, 21)[1:])
    assert found.accuracy.shape == found.validation_loss.shape == (20, 2)
    rows = result.sweeps[1].values["validation"]
    np.testing.assert_array_equal(rows, found.validation_accuracy)
    assert found.validation_accuracy[:8].max() < 0.3 < found.validation_accuracy.max()  # small steps learn nothing yet


def test_what_is_claimed_of_a_training_is_what_was_measured(result):
    course = result.details.cycled
    assert result.verdicts[0].mean == pytest.approx((course.at(TRIANGLES, 40) - course.at(TRIANGLES, 60)).mean())
    assert result.verdicts[1].mean == pytest.approx((course.at(TRIANGLES, 80) - course.at(TRIANGLES, 40)).mean())
    assert result.sweeps[0].x == tuple(range(0, 81, 5)) and "not CIFAR-10's" in result.protocol


@pytest.mark.parametrize("bad, sentence", [(dict(half_cycle=3), "at least 10, got 3"), (dict(n_cycles=1), "2, got 1")])
def test_cycles_that_cannot_be_are_refused(bad, sentence):
    with pytest.raises(ValueError, match=sentence):
        cycles.run(images=made_up(), **bad)
