"""Reliability: bins by scikit-learn, the error by its formula, intervals by classifiers that are calibrated."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from lecture.experiments.calibration import calibration_error, reliability

rng = np.random.default_rng(5)
K, N = 4, 600
P = rng.dirichlet(np.full(K, 0.4), size=N)
Y = np.eye(K)[[rng.choice(K, p=row) for row in P]]  # right as often as it is sure
SURE, RIGHT = P.max(axis=1), P.argmax(axis=1) == Y.argmax(axis=1)


def _surer(P, power=3.0):
    """The same answers, surer."""
    powers = P**power
    return powers / powers.sum(axis=-1, keepdims=True)


def test_the_bins_are_those_of_scikit_learn():
    accuracy, confidence = calibration_curve(RIGHT, SURE, n_bins=10)
    found = reliability(P, Y)
    np.testing.assert_allclose(found.accuracy, accuracy)
    np.testing.assert_allclose(found.confidence, confidence)
    assert found.counts.sum() == N and len(found.counts) == len(accuracy)


def test_the_error_is_that_of_the_formula():
    assert reliability(P, Y, n_bins=15).error == pytest.approx(calibration_error(np.log(P), Y))
    found = reliability(P, Y)
    by_hand = (found.counts / N * np.abs(found.accuracy - found.confidence)).sum()
    assert found.error == pytest.approx(by_hand)
    assert found.over == pytest.approx(SURE.mean() - RIGHT.mean())


def test_who_is_too_sure_is_found_out_and_who_is_calibrated_is_not():
    honest, boaster = reliability(P, Y), reliability(_surer(P), Y)
    assert boaster.interval[0] > honest.interval[1]
    assert boaster.over > 0.05 > abs(honest.over)
    inside = (honest.low <= honest.confidence) & (honest.confidence <= honest.high)
    assert inside.mean() >= 0.6
    assert "surer than right" in boaster.describe() and "less sure" in reliability(_surer(P, 0.3), Y).describe()


def test_intervals_stay_within_their_bounds_and_follow_the_seed():
    found = reliability(_surer(P, 9), Y)
    assert (found.low >= 0).all() and (found.high <= 1).all() and 0 <= found.interval[0] <= found.interval[1] <= 1
    assert found.interval == reliability(_surer(P, 9), Y).interval != reliability(_surer(P, 9), Y, seed=1).interval


def test_networks_are_taken_together_and_an_image_stays_whole():
    """Ten copies of a network know no more than one: the intervals are those of one."""
    one, ten = reliability(P, Y), reliability(np.stack([P] * 10), Y)
    assert ten.error == pytest.approx(one.error) and ten.interval == pytest.approx(one.interval)
    assert ten.counts.sum() == 10 * N
    two = reliability(np.stack([P, _surer(P)]), Y)
    assert two.over == pytest.approx((one.over + reliability(_surer(P), Y).over) / 2)


@pytest.mark.parametrize(
    "wrong, message",
    [
        (dict(probabilities=P[:5]), r"\(5, 4\) and \(600, 4\)"),
        (dict(probabilities=np.zeros((0, 4)), y=np.zeros((0, 4))), "must have shape"),
        (dict(probabilities=P - 1), "between 0 and 1, got -1"),
        (dict(probabilities=np.full_like(P, np.nan)), "between 0 and 1, got nan"),
        (dict(n_bins=0), "n_bins"),
    ],
)
def test_what_cannot_be_measured_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        reliability(**dict(probabilities=P, y=Y) | wrong)
