"""The 95% intervals by Student's t, held against scipy's and against many draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lecture.intervals import bounded, enough, expected_mean, interval


@given(st.lists(st.floats(-5, 5), min_size=5, max_size=20))
def test_an_interval_is_scipys(values):
    mean, low, high = interval(values)
    if np.std(values) > 1e-6:
        theirs = stats.ttest_1samp(values, 0).confidence_interval(0.95)
        assert (low, high) == pytest.approx((theirs.low, theirs.high)) and mean == pytest.approx(np.mean(values))


def test_an_interval_holds_the_true_mean_95_times_in_100():
    rng = np.random.default_rng(0)
    ends = np.array([interval(values) for values in rng.normal(0.3, 2, size=(4000, 6))])
    assert np.mean((ends[:, 1] < 0.3) & (0.3 < ends[:, 2])) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize("n_new", [1, 5])
def test_95_of_100_means_of_further_runs_lie_where_they_are_expected(n_new):
    rng = np.random.default_rng(1)
    ends = np.array([expected_mean(values, n_new) for values in rng.normal(0.3, 2, size=(4000, 6))])
    further = rng.normal(0.3, 2, size=(4000, n_new)).mean(axis=1)
    assert np.mean((ends[:, 1] < further) & (further < ends[:, 2])) == pytest.approx(0.95, abs=0.012)


def test_equal_numbers_have_no_spread_and_four_or_fewer_say_nothing_of_it():
    assert interval([0.25] * 5) == expected_mean([0.25] * 5, 2) == (0.25, 0.25, 0.25)
    for n in (1, 2, 3, 4):
        assert interval([0.25] * n) == expected_mean([0.25] * n, 2) == (0.25, -math.inf, math.inf)
        assert bounded("accuracy", *interval([0.25] * n)[1:]) == (-math.inf, math.inf)
        with pytest.raises(ValueError, match=f"^a band must rest on 5 runs or more, got {n}: fewer have no interval.$"):
            enough(n, "a band")
    assert enough(5, "a band") == 5


@pytest.mark.parametrize("values", [[], [0.1, np.nan], [np.inf], [[1.0, 2.0]], 3.0])
def test_an_interval_of_nothing_is_refused(values):
    for of_which in (interval, lambda values: expected_mean(values, 2)):
        with pytest.raises(ValueError, match="an interval must come from one or more finite numbers"):
            of_which(values)


def test_no_further_run_is_refused():
    with pytest.raises(ValueError, match="n_new must be a whole number of at least 1, got 0"):
        expected_mean([1.0, 2.0], 0)
