"""Fifty networks on labels of which some are random: what is trained, what is told, and the drawing."""

import numpy as np
import pytest

from lecture.experiments import live
from lecture.plots import COLORS, plot_noisy_fits


def test_half_of_the_random_labels_are_wrong_and_more_noise_keeps_them():
    fits = [live.fit_noisy_labels(share, 3, n_nets=2, steps=1) for share in (0, 0.2, 0.6, 1)]
    assert [fit.n_wrong for fit in fits] == [0, 5, 15, 25]
    wrong = [set(np.flatnonzero(fit.given != fit.truth)) for fit in fits]
    assert wrong[1] < wrong[2] < wrong[3]
    assert all((fit.truth == fits[0].truth).all() and fit.probability.shape == (32, 32) for fit in fits)


def test_wide_networks_fit_wrong_labels_and_pay_for_it_on_unseen_points():
    clean, noisy = (live.fit_noisy_labels(share, 24, n_nets=10) for share in (0, 0.6))
    narrow = live.fit_noisy_labels(0.6, 2, n_nets=10)
    assert clean.fitted.mean() > 0.97 and clean.accuracy.mean() > 0.9
    assert noisy.fitted.mean() > 0.9 and noisy.accuracy.mean() < clean.accuracy.mean() - 0.1
    assert narrow.fitted.mean() < noisy.fitted.mean() - 0.1
    assert noisy.describe().startswith("15 of 50 labels are wrong; 10 networks with 24 units a layer fit 9")


def test_what_is_out_of_range_is_refused():
    with pytest.raises(ValueError, match="share must be a number from 0 to 1, got 1.2"):
        live.fit_noisy_labels(1.2)
    with pytest.raises(ValueError, match="units must be a whole number from 1 to 24, got 25"):
        live.fit_noisy_labels(0.2, 25)


def test_points_have_the_colour_of_their_label_and_rings_if_it_is_wrong():
    fits = live.fit_noisy_labels(0.6, 3, n_nets=4, steps=5)
    plane, strip = plot_noisy_fits(fits)
    for k, line in enumerate(plane.lines[:2]):
        np.testing.assert_array_equal(line.get_xydata(), fits.X[fits.given == k])
        assert line.get_color() == COLORS[k]
    np.testing.assert_array_equal(plane.lines[2].get_xydata(), fits.X[fits.given != fits.truth])
    assert plane.get_title() == "3 units a layer, 60% of the labels random" and fits.describe() in plane.get_label()
    for row, values in enumerate((fits.fitted, fits.accuracy)):
        np.testing.assert_array_equal(strip.lines[2 * row].get_xdata(), values)
        np.testing.assert_array_equal(strip.lines[2 * row + 1].get_xdata(), [values.mean()] * 2)
        assert strip.texts[row].get_text() == f"{values.mean():.1%}"
