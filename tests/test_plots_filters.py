"""Feature maps and the pieces that a map answers to: what is chosen, and what is drawn."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lecture.architecture import Field, strongest_patches
from lecture.plots import STYLES, alt_text, plot_feature_maps, plot_patches


def test_the_strongest_pieces_are_those_around_the_largest_answers():
    images = np.random.default_rng(0).random((5, 9, 9))
    maps = images[:, ::2, ::2, None][:, 1:4, 1:4]  # what stands in the middle of each field
    patches, answers = strongest_patches(images, maps, Field((3, 3), (2, 2), (1, 1)), n_patches=5)
    assert patches.shape == (1, 5, 3, 3) and (np.diff(answers[0]) <= 0).all()
    np.testing.assert_array_equal(patches[0, :, 1, 1], answers[0])
    assert set(answers[0]) == set(maps.max(axis=(1, 2))[:, 0])


def test_a_field_that_reaches_past_the_image_sees_zeros():
    images = np.ones((1, 4, 4))
    maps = np.zeros((1, 4, 4, 1))
    maps[0, 0, 3] = 1
    patches, _ = strongest_patches(images, maps, Field((3, 3), (1, 1), (-1, -1)), n_patches=1)
    np.testing.assert_array_equal(patches[0, 0], [[0, 0, 0], [1, 1, 0], [1, 1, 0]])


def test_pieces_need_images_and_maps_that_fit():
    field = Field((3, 3), (1, 1), (0, 0))
    with pytest.raises(ValueError, match=r"got \(2, 9, 9\) and \(3, 7, 7, 1\)"):
        strongest_patches(np.zeros((2, 9, 9)), np.zeros((3, 7, 7, 1)), field)
    with pytest.raises(ValueError, match="n_patches must be a whole number from 1 to 2, got 6"):
        strongest_patches(np.zeros((2, 9, 9)), np.zeros((2, 7, 7, 1)), field)


def test_the_strongest_maps_are_drawn_each_on_its_own_scale():
    maps = np.zeros((12, 12, 4))
    maps[0, 0] = [1, 4, 0, 2]
    axes = plot_feature_maps(np.zeros((28, 28)), {"layer 1": maps, "layer 2": maps[:6, :6, :1]}, most=2)
    assert len(axes) == 3
    strip = np.ma.filled(axes[1].images[0].get_array(), np.nan)  # maps 2 and 4, each pixel 2 × 2
    np.testing.assert_array_equal(strip[:2, :2], 1)
    assert strip.shape == (24, 24 + 2 + 24) and np.nansum(strip) == 8
    assert axes[1].get_title(loc="left") == "layer 1: 2 of 4 maps, 12×12"
    assert axes[2].get_title(loc="left") == "layer 2: 1 map, 6×6"
    assert "1 of them is 0 everywhere." in alt_text(axes[0].figure)


def title_and_bars_overlap(axes):
    """Whether what is written above a layer's maps reaches into the names of the classes."""
    figure = axes[0].figure
    figure.canvas.draw()
    ends = [ax.get_tightbbox().x1 for ax in axes[1:-1]]
    return max(ends) > axes[-1].get_tightbbox().x0


def test_what_stands_above_the_maps_does_not_reach_the_answer():
    maps = {f"layer {number}": np.ones((size, size, 16)) for number, size in enumerate((28, 14, 7), start=1)}
    answer = dict.fromkeys(["T-shirt/top", "Ankle boot"], 0.5)
    for style in STYLES.values():
        with plt.rc_context(style):
            axes = plot_feature_maps(np.zeros((28, 28)), maps, most=4, probabilities=answer)
            assert not title_and_bars_overlap(axes)


def test_the_answer_stands_beside_the_maps():
    maps, answer = {"layer 1": np.ones((6, 6, 2))}, {"Shirt": 0.25, "Bag": 0.75}
    axes = plot_feature_maps(np.zeros((28, 28)), maps, probabilities=answer)
    assert [bar.get_width() for bar in axes[-1].patches] == [0.25, 0.75]
    assert [label.get_text() for label in axes[-1].get_yticklabels()] == ["Shirt", "Bag"]
    assert "The network says Bag with probability 0.75." in alt_text(axes[0].figure)
    with pytest.raises(ValueError, match="from 0 to 1, got 2"):
        plot_feature_maps(np.zeros((28, 28)), maps, probabilities={"Shirt": 2.0})


def test_pieces_are_drawn_in_their_rows():
    pieces = np.random.default_rng(0).random((2, 3, 24, 24))
    (ax,) = plot_patches({"layer 1": pieces})
    drawn = np.ma.filled(ax.images[0].get_array(), np.nan)
    np.testing.assert_array_equal(drawn[:24, :24], pieces[0, 0])
    np.testing.assert_array_equal(drawn[-24:, -24:], pieces[1, 2])
    assert ax.get_title() == "layer 1\nsees 24×24 pixels"


@pytest.mark.parametrize(
    "draw, bad, said",
    [
        (lambda bad: plot_feature_maps(np.zeros((4, 4)), bad), {}, "at least one layer, got none"),
        (
            lambda bad: plot_feature_maps(np.zeros((4, 4)), bad),
            {"a": np.zeros((4, 4))},
            r"maps\['a'\] must have shape \(height, width, n_maps\), got \(4, 4\)",
        ),
        (plot_patches, {}, "at least one layer, got none"),
        (plot_patches, {"a": np.zeros((4, 4))}, r"patches\['a'\] must have shape"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, bad, said):
    with pytest.raises(ValueError, match=said):
        draw(bad)
