"""Bayesian optimization step by step: the surrogate against its definition, its promise against a simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lecture.tuning import expected_improvement, surrogate

TRIED = np.array([-4.0, -2.5, -1.0, -0.5])
SCORES = np.array([0.3, 0.7, 0.8, 0.2])


def test_it_is_sure_where_it_has_looked_and_unsure_elsewhere():
    mean, std = surrogate(TRIED, SCORES, np.array([*TRIED, -3.25, -8.0]))
    assert np.abs(mean[:4] - SCORES).max() < 0.1
    assert std[:4].max() < std[4] < std[5]
    assert mean[5] == pytest.approx(SCORES.mean(), abs=0.05), "far from all trials it knows their mean only"
    assert std[5] == pytest.approx(SCORES.std(), rel=0.05)


@given(st.floats(-5, 5), st.floats(0.1, 10))
def test_it_follows_a_shift_and_a_scale_of_the_scores(shift, scale):
    x = np.linspace(-5, 0, 7)
    mean, std = surrogate(TRIED, SCORES, x)
    moved, stretched = surrogate(TRIED, shift + scale * SCORES, x)
    assert np.allclose(moved, shift + scale * mean, atol=1e-4 * scale + 1e-6) and np.allclose(
        stretched, scale * std, atol=1e-4 * scale
    )


def test_equal_scores_and_equal_places_are_no_trouble():
    mean, std = surrogate([0.0, 1.0], [0.5, 0.5], np.array([0.2, 3.0]))
    assert np.allclose(mean, 0.5) and np.isfinite(std).all()
    mean, std = surrogate([1.0, 1.0], [0.4, 0.6], np.array([1.0]))
    assert mean[0] == pytest.approx(0.5, abs=0.01) and np.isfinite(std).all()


def test_expected_improvement_is_the_mean_of_what_is_gained():
    rng = np.random.default_rng(0)
    mean, std, best = np.array([0.5, 0.8, 0.9]), np.array([0.3, 0.1, 0.02]), 0.8
    gained = np.maximum(rng.normal(mean, std, (400_000, 3)) - best, 0)
    assert np.allclose(
        expected_improvement(mean, std, best), gained.mean(axis=0), atol=4 * gained.std(axis=0).max() / np.sqrt(400_000)
    )


def test_without_doubt_only_the_mean_counts():
    assert expected_improvement([0.5, 0.9], [0.0, 0.0], 0.8).tolist() == pytest.approx([0, 0.1])


@pytest.mark.parametrize(
    "x, y, at, sentence",
    [
        ([1.0], [0.5], [0.0], "two trials or more"),
        ([1.0, 2.0], [0.5], [0.0], "same shape"),
        ([1.0, 2.0], [0.5, np.nan], [0.0], "finite"),
        ([1.0, 2.0], [0.5, 0.6], [np.inf], "finite"),
    ],
)
def test_what_cannot_be_fitted_is_refused(x, y, at, sentence):
    with pytest.raises(ValueError, match=sentence):
        surrogate(x, y, at)
