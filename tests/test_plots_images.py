"""Images of every scale that a loader gives, drawn as their originals; a prediction that is none."""

import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture import plots
from lecture.data import load_fashion_mnist
from lecture.data.catalog import CIFAR10
from lecture.data.dataset import build
from lecture.data.images import Images

NAMES = ("shirt", "shoe", "bag")


def _ink(ax):
    """What is drawn of a grey image, from 0 (white) to 1 (black)."""
    (image,) = ax.images
    assert image.get_cmap().name == "gray_r"
    return np.ma.filled(image.norm(image.get_array()), np.nan)


def _colored(scale, flatten):
    """Some random images as ``load_cifar10`` gives them, and their originals."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(40, dtype=np.uint8) % 10
    images = Images(X_train=pixels[:30], y_train=labels[:30], X_test=pixels[30:], y_test=labels[30:])
    made = build(images, CIFAR10, "x", validation=0, scale=scale, flatten=flatten, one_hot=True, seed=0)
    return made.X_test[:6], pixels[30:36]


@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize("scale", ["raw", "minmax"])
def test_coloured_images_are_drawn_as_their_originals_without_a_remark(scale, flatten):
    given, originals = _colored(scale, flatten)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = plots.plot_images(given, list("abcdef"))
        axes[0].figure.canvas.draw()
    for ax, original in zip(axes, originals, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), original)


def test_standardized_coloured_images_are_drawn_between_black_and_white():
    given, _ = _colored("standard", False)
    drawn = np.stack([ax.images[0].get_array() for ax in plots.plot_images(given, list("abcdef"))])
    low, high = np.quantile(given, (0.01, 0.99))
    expected = np.clip((given - low) / (high - low), 0, 1) * 255
    np.testing.assert_allclose(drawn, expected, atol=1)


@pytest.mark.parametrize("shape", [(784,), (28, 28), (28, 28, 1)])
@pytest.mark.parametrize("scale", ["raw", "minmax", "uint8"])
def test_grey_images_are_drawn_as_their_originals_dark_on_light(scale, shape):
    data = load_fashion_mnist("sample", validation=0, scale="raw" if scale == "uint8" else scale)
    original = load_fashion_mnist("sample", validation=0, scale="raw").images("test")[:3] / 255
    given = data.X_test[:3].reshape(3, *shape)
    for ax, ink in zip(plots.plot_images(given.astype("uint8") if scale == "uint8" else given, "abc"), original):
        np.testing.assert_allclose(_ink(ax), ink, atol=1e-6)
    for axes in (
        plots.plot_prediction(given[0], [1, 0, 0], NAMES),
        plots.plot_feature_maps(given[0], {"a": np.ones((2, 2, 1))}),
    ):
        np.testing.assert_allclose(_ink(axes[0]), original[0], atol=1e-6)


def test_images_from_minus_one_to_one_are_their_originals_too():
    original = np.array([[0.0, 0.25], [0.5, 1.0]])
    np.testing.assert_allclose(_ink(plots.plot_images([2 * original - 1], ["a"])[0]), original, atol=1e-9)


def test_standardized_images_share_a_scale_that_a_few_pixels_do_not_stretch():
    data = load_fashion_mnist("sample", scale="standard")
    given = data.images("test")[:20].copy()
    given[0, 0, 0] = 150  # a pixel that is almost always black can reach that
    axes = plots.plot_images(given, list("abcdefghijklmnopqrst"))
    assert len({ax.images[0].get_clim() for ax in axes}) == 1
    low, high = axes[0].images[0].get_clim()
    assert np.mean((given >= low) & (given <= high)) == pytest.approx(0.98, abs=0.005)
    assert high < 10


def test_a_dim_image_is_dim_and_a_uniform_one_its_grey():
    grey = [0, 60, 120, 255]
    axes = plots.plot_images([np.full((4, 4), float(level)) for level in grey], list("abcd"))
    np.testing.assert_allclose([_ink(ax).mean() for ax in axes], np.array(grey) / 255)
    assert _ink(plots.plot_images([np.full((4, 4), 0.25)], "a")[0]) == pytest.approx(0.25)
    assert _ink(plots.plot_images([np.full((4, 4), -3.0)], "a")[0]) == pytest.approx(0.5)  # nothing to compare it with
    colored = plots.plot_images([np.full((4, 4, 3), 60, np.uint8)], "a")[0]
    np.testing.assert_array_equal(colored.images[0].get_array(), 60)


def test_pieces_of_images_share_a_scale():
    pieces = np.random.default_rng(0).normal(size=(2, 3, 24, 24))
    first, second = plots.plot_patches({"layer 1": pieces, "layer 2": 0.1 * pieces})
    assert first.images[0].get_clim() == second.images[0].get_clim()
    colors = np.random.default_rng(0).integers(0, 256, (2, 3, 24, 24, 3), dtype=np.uint8)
    (ax,) = plots.plot_patches({"layer 1": colors})
    drawn = ax.images[0].get_array()
    np.testing.assert_array_equal(drawn[:24, :24], colors[0, 0])
    np.testing.assert_array_equal(drawn[-24:, -24:], colors[1, 2])


def test_what_is_not_finite_is_seen_and_said():
    image = np.full((4, 4), 0.5)
    image[0, 1:3] = np.nan, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (ax,) = plots.plot_images([image], ["a"])
        (colored,) = plots.plot_images([np.stack([image] * 3, axis=2)], ["a"])
        maps = np.zeros((4, 4, 3))
        maps[..., 0], maps[0, 0, 1], maps[:, :, 2] = np.nan, np.inf, 2
        axes = plots.plot_feature_maps(image, {"layer": maps}, most=1)
        ax.figure.canvas.draw()
    np.testing.assert_array_equal(np.isnan(_ink(ax)), ~np.isfinite(image))
    assert np.nanmax(np.abs(_ink(ax) - 0.5)) == 0  # the others have their grey
    assert "2 numbers that are not finite (pale blue)" in plots.alt_text(ax.figure)
    assert len({tuple(pixel) for pixel in colored.images[0].get_array().reshape(-1, 3)}) == 2
    assert "17 are not finite. 1 of them is 0 everywhere." in plots.alt_text(axes[0].figure)
    assert np.ma.filled(axes[1].images[0].get_array(), np.nan)[0, 0] == 1  # map 3, the strongest


@pytest.mark.parametrize("names", [["Ankle boot"] * 7, ["a name of a class that is quite long"] * 7, ["W" * 30] * 7])
@pytest.mark.parametrize("style", list(plots.STYLES))
def test_names_below_images_keep_clear_of_each_other(names, style):
    with plt.rc_context(plots.STYLES[style]):
        axes = plots.plot_images(np.zeros((7, 16)), names, columns=5)
        axes[0].figure.canvas.draw()
        boxes = [ax.title.get_window_extent() for ax in axes]
        assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
        page = axes[0].figure.bbox
        assert all(
            page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 - 2 <= box.y0 for box in boxes
        )  # a rounded pixel


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros(15), "a flat image must be square, got 15 pixels"),
        (np.zeros((3, 32, 32)), r"shape \(height, width\), .* or \(n_pixels,\), got \(3, 32, 32\)"),
        (np.zeros((0, 4)), r"an image must hold real numbers, got shape \(0, 4\) of float64"),
        (np.array(["a"]), "an image must hold real numbers"),
    ],
)
def test_what_is_no_image_is_refused_before_there_is_a_figure(image, said):
    with pytest.raises(ValueError, match=said):
        plots.plot_images([image], ["a"])
    with pytest.raises(ValueError, match=said):
        plots.plot_prediction(image, [1, 0, 0], NAMES)
    with pytest.raises(ValueError, match=said):
        plots.plot_feature_maps(image, {"a": np.ones((2, 2, 1))})
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("probabilities", "truth", "said"),
    [
        ([0.2, 0.7, 0.1], 3, "truth must be a whole number from 0 to 2, got 3"),
        ([0.2, 0.7, 0.1], -1, "truth must be a whole number from 0 to 2, got -1"),
        ([0.2, 0.7, 0.1], "shoe", "truth must be a whole number from 0 to 2, got 'shoe'"),
        (
            [0.2, 20.0, 0.1],
            None,
            "probabilities must be numbers from 0 to 1, got 20: logits need softmax or sigmoid first",
        ),
        ([0.2, -3.5, 0.1], None, "probabilities must be numbers from 0 to 1, got -3.5: logits need"),
        ([0.2, np.nan, 0.1], 1, r"probabilities must be numbers from 0 to 1, got nan\.$"),
    ],
)
def test_what_is_no_prediction_is_refused_in_a_sentence(probabilities, truth, said):
    with pytest.raises(ValueError, match=said):
        plots.plot_prediction(np.zeros(16), probabilities, NAMES, truth=truth)
    assert not plt.get_fignums()


def test_rounded_probabilities_and_classes_of_one_name_are_drawn():
    names, probabilities = ("other", "shoe", "other"), np.float32([1.0000001, 0, 0])
    _, bars = plots.plot_prediction(np.zeros(16), probabilities, names, truth=np.int64(0))
    assert len(bars.patches) == 3
    assert [label.get_text() for label in bars.get_yticklabels()] == ["other", "shoe", "other"]
