"""Double descent: what is fitted, against other ways to compute it; the peak, where it must be; the verdicts."""

import numpy as np
import pytest
from bottleneck_nets import WORDS, made_up
from sklearn.linear_model import Ridge

from lecture.experiments import double_descent
from lecture.experiments.images import Images

rng = np.random.default_rng(7)


def _images(n=80, n_test=200, d=12):
    """Images of noise around a pattern for each class."""
    patterns = rng.normal(size=(10, d))
    labels, test = rng.integers(0, 10, n), rng.integers(0, 10, n_test)
    X, X_test = (patterns[y] + rng.normal(size=(len(y), d)) for y in (labels, test))
    return Images(X, np.eye(10)[labels], X_test, np.eye(10)[test])


@pytest.mark.parametrize("n_features", [5, 20, 60])
def test_weights_are_those_of_the_pseudoinverse_and_of_scikit_learns_ridge(n_features):
    A, y = rng.normal(size=(20, n_features)), rng.normal(size=20)
    np.testing.assert_allclose(double_descent.least_norm(A, y), np.linalg.pinv(A) @ y, atol=1e-9)
    alpha = 0.3 * np.mean(np.sum(A**2, axis=1))
    ridge = Ridge(alpha=alpha, fit_intercept=False).fit(A, y)
    np.testing.assert_allclose(double_descent.penalized(A, y, 0.3), ridge.coef_, atol=1e-9)


def test_the_first_five_classes_are_one_side():
    assert double_descent.sides(np.eye(10)).tolist() == [-1] * 5 + [1] * 5


def test_features_are_relus_of_what_is_left_without_the_training_mean():
    X, X_test = rng.random((6, 4)), rng.random((3, 4))
    ours = double_descent.features(X, X_test, 5, np.random.default_rng(1))
    W = np.random.default_rng(1).normal(size=(4, 5)) * double_descent.SHARPNESS / 2
    for found, of in zip(ours, (X, X_test)):
        np.testing.assert_allclose(found, ((of - X.mean(axis=0)) @ W).clip(0), atol=1e-12)


def test_it_peaks_where_there_are_as_many_features_as_images_and_fits_all_from_there():
    images = _images()
    found = np.mean(
        [
            double_descent.measured(images, (10, 40, 400), seed, n_images=40, noise=0.2, penalty=0.1)
            for seed in range(8)
        ],
        axis=0,
    )
    for new, training, sizes in np.moveaxis(found[:2], 2, 1):
        assert new[1] > new[0] and new[1] > new[2] and sizes.argmax() == 1
        assert training[0] > 0 and training[1] == training[2] == 0
    assert found[2, 1, 0] < found[1, 1, 0] and found[2, 1, 2] < found[1, 1, 2]


def test_a_run_measures_each_width_and_flips_the_share_that_it_says(monkeypatch):
    monkeypatch.setattr(double_descent, "digits", lambda n, n_test: (_images(), "MNIST"))
    result = double_descent.run(n_images=40, ratios=(0.5, 1, 3), noise=0.25, n_seeds=2, show=False)
    new, training, sizes = result.sweeps
    assert new.x == training.x == sizes.x == (20, 40, 120)
    assert all(sweep.values[curve].shape == (3, 2) for sweep in result.sweeps for curve in double_descent.CURVES)
    assert "25% are flipped" in result.protocol and len(result.verdicts) == len(double_descent.HYPOTHESES)


@pytest.mark.parametrize("word", WORDS)
def test_verdicts_are_those_of_numbers_that_are_made_up(word):
    peaks, descends, better, noise, size, cured = (made_up(each, word) for each in double_descent.HYPOTHESES)
    zero = np.zeros(20)
    at_half, at_most = -peaks, -descends
    lowest = at_most + better
    true = np.array([lowest, at_half, zero, at_most])
    noisy = np.array([zero, at_half - noise, zero, zero])
    errors = {
        double_descent.TRUE: true,
        double_descent.NOISY: noisy,
        double_descent.PENALIZED: np.array([zero, zero, -cured, zero]),
    }
    sizes = {double_descent.NOISY: np.array([zero, zero, size, zero])}
    found = double_descent.judge(errors, sizes, (0.1, 0.5, 1, 20))
    wanted = [word] * 6
    if lowest.mean() > at_half.mean():  # then half as many features are the best of the narrow ones
        wanted[2] = double_descent.BETTER.judge(at_half - at_most).word
    assert [verdict.word for verdict in found] == wanted


@pytest.mark.parametrize("wrong", [dict(ratios=(1, 2)), dict(n_images=1), dict(noise=1.5), dict(penalty=-1)])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        double_descent.run(**wrong, show=False)
