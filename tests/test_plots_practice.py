"""The drawings of the practice notebook: images, predictions, variants, weights, a two-unit layer."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture import plots

NAMES = ("shirt", "shoe", "bag")


def test_each_image_has_its_own_axes_and_class():
    images = np.arange(7 * 16).reshape(7, 16)
    axes = plots.plot_images(images, list("abcdefg"), columns=5)
    assert [ax.get_title() for ax in axes] == list("abcdefg")
    for ax, image in zip(axes, images):
        np.testing.assert_array_equal(ax.images[0].get_array(), image.reshape(4, 4))
    assert plots.alt_text(axes[0].figure) == "7 images with their classes: a, b, c, d, e, f, g."


@pytest.mark.parametrize(("images", "names"), [(np.zeros((2, 16)), ["a"]), (np.zeros((0, 16)), [])])
def test_images_and_names_must_be_equally_many(images, names):
    with pytest.raises(ValueError, match="equally many"):
        plots.plot_images(images, names)


def test_a_flat_image_must_be_square():
    with pytest.raises(ValueError, match="must be square, got 15 pixels"):
        plots.plot_images(np.zeros((1, 15)), ["a"])


@pytest.mark.parametrize(("truth", "said"), [
    (None, "The network says shoe with probability 0.70."),
    (1, "The network says shoe with probability 0.70, which is right."),
    (0, "The network says shoe with probability 0.70; it is shirt, to which it gives 0.20."),
])
def test_a_prediction_shows_every_probability_and_says_whether_it_is_right(truth, said):
    _, bars = plots.plot_prediction(np.zeros(16), [0.2, 0.7, 0.1], NAMES, truth=truth)
    np.testing.assert_allclose([bar.get_width() for bar in bars.patches], [0.2, 0.7, 0.1])
    assert plots.alt_text(bars.figure) == said


def test_a_prediction_needs_a_probability_for_each_class():
    with pytest.raises(ValueError, match=r"must have shape \(3,\), one for each class, got \(2,\)"):
        plots.plot_prediction(np.zeros(16), [0.2, 0.8], NAMES)


def test_variants_show_each_seed_and_the_mean():
    ax = plots.plot_variants({"plain": [0.8, 0.9], "better": [0.9]}, label="accuracy", baseline="plain")
    line, *points = ax.lines
    np.testing.assert_allclose(line.get_xdata(), 0.85)
    np.testing.assert_allclose(points[0].get_xdata(), [0.8, 0.9])
    np.testing.assert_allclose(points[1].get_xdata(), [0.85])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["plain", "better"]
    assert "highest first: better 0.9, plain 0.85." in plots.alt_text(ax.figure)


def test_an_unknown_baseline_is_refused():
    with pytest.raises(ValueError, match="baseline must be one of plain, got 'other'"):
        plots.plot_variants({"plain": [1]}, label="accuracy", baseline="other")


def test_histograms_hold_all_weights_and_the_share_of_small_ones():
    weights = np.array([[0.0, 0.0005], [0.5, -0.5]])
    (ax,) = plots.plot_weight_histograms({"L1": weights})
    assert "50% below 0.001" in ax.get_title()
    assert sum(bar.get_height() for bar in ax.patches) == pytest.approx(1)
    assert "50% of the weights are smaller than 0.001" in plots.alt_text(ax.figure)
    with pytest.raises(ValueError, match="at least one set"):
        plots.plot_weight_histograms({})


def test_a_representation_names_each_class_at_its_median_and_counts_dead_units():
    activations = np.array([[1, 0], [3, 0], [5, 0]])
    ax = plots.plot_representation(activations, [0, 0, 1], NAMES)
    assert {text.get_text(): text.get_position() for text in ax.texts} == {"shirt": (2, 0), "shoe": (5, 0)}
    assert "One unit is 0 for all of them." in plots.alt_text(ax.figure)
    with pytest.raises(ValueError, match=r"shape \(n, 2\)"):
        plots.plot_representation(np.zeros((3, 3)), [0, 0, 1], NAMES)


def test_alternative_text_joins_the_axes_and_leaves_out_colour_bars():
    figure, axes = plt.subplots(1, 2)
    for ax, sentence in zip(axes, ("Left.", "Right.")):
        plots.describe(ax, sentence)
    figure.colorbar(axes[0].imshow([[0, 1]]), ax=axes[0])
    assert plots.alt_text(figure) == "Left. Right."
