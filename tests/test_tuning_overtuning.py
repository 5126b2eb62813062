"""Winning by luck: searches drawn from trained networks, against probabilities that are known."""

import numpy as np
import pytest
from scipy import stats

from lecture.tuning import winners

rng = np.random.default_rng(3)
EQUAL = rng.random((30, 20_000)) < 0.8  # thirty networks, none of them better than another


def test_one_trial_is_not_chosen_and_many_flatter_as_the_highest_of_so_many_normal_numbers_does():
    found = winners(EQUAL, np.full(30, 0.8), 100, n_searches=3000)
    spread = np.sqrt(0.8 * 0.2 / 100)
    assert found.validation.shape == found.test.shape == (3000, 30)
    assert found.optimism[0] == pytest.approx(0, abs=0.004)
    for n in (2, 5, 30):
        expected = spread * np.mean(np.max(stats.norm.rvs(size=(100_000, n), random_state=0), axis=1))
        assert found.optimism[n - 1] == pytest.approx(expected, abs=0.006)


def test_the_report_only_rises_and_more_images_flatter_less():
    few, many = winners(EQUAL, np.full(30, 0.8), 50), winners(EQUAL, np.full(30, 0.8), 2000)
    assert (np.diff(few.validation, axis=1) >= 0).all()
    assert few.optimism[-1] > 4 * many.optimism[-1] > 0


def test_the_best_so_far_is_the_first_of_the_highest():
    right = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]], dtype=bool)
    worth = np.array([0.1, 0.2, 0.3])
    found = winners(right, worth, 4, n_searches=50)
    order = [np.random.default_rng(0).permutation(3)][0]
    assert found.validation[0].tolist() == np.maximum.accumulate(right.mean(axis=1)[order]).tolist()
    first_best = worth[order][np.argmax(right.mean(axis=1)[order])]
    assert found.test[0, -1] == first_best and (found.validation[:, -1] == 1).all()


def test_the_same_seed_draws_the_same_searches():
    one, two, other = (winners(EQUAL[:, :300], np.full(30, 0.8), 50, n_searches=20, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one.validation, two.validation) and not np.array_equal(one.validation, other.validation)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ((np.zeros(5), np.zeros(5), 2), "right must have shape"),
        ((np.zeros((5, 9)), np.zeros(4), 2), "right must have shape"),
        ((np.zeros((5, 9)), np.zeros(5), 10), "n_images must be a whole number"),
        ((np.zeros((5, 9)), np.zeros(5), 0), "n_images must be a whole number"),
    ],
)
def test_what_is_no_search_is_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        winners(*arguments)
