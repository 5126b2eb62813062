"""The drawings of the practice notebook: images, predictions, variants, weights, a two-unit layer."""

import warnings
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

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


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        (None, "The network says shoe with probability 0.70."),
        (1, "The network says shoe with probability 0.70, which is right."),
        (0, "The network says shoe with probability 0.70; it is shirt, to which it gives 0.20."),
    ],
)
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
    assert ax.patches[0].get_data().values.sum() == pytest.approx(1)
    assert "50% of the weights are smaller than 0.001" in plots.alt_text(ax.figure)
    with pytest.raises(ValueError, match="at least one set"):
        plots.plot_weight_histograms({})


@pytest.mark.parametrize(("n", "rows"), [(1, 1), (3, 1), (5, 2), (9, 3), (23, 8)])
def test_every_set_of_weights_has_its_panel(n, rows):
    rng = np.random.default_rng(0)
    sets = {f"dense_{i}": rng.normal(size=(40, 5)) for i in range(n)}
    axes = plots.plot_weight_histograms(sets)
    assert axes.shape == (n,) and len(axes[0].figure.axes) == n  # no empty ones
    assert axes[0].get_gridspec().nrows == rows
    reach = max(np.quantile(np.abs(values), 0.999) for values in sets.values())
    for i, (ax, (name, values)) in enumerate(zip(axes, sets.items())):
        assert ax.get_title().startswith(f"{name}\n")
        shares, edges, _ = ax.patches[0].get_data()
        np.testing.assert_allclose(shares, np.histogram(values, np.linspace(-reach, reach, 81))[0] / 200)
        np.testing.assert_allclose(edges[[0, -1]], [-reach, reach])
        assert to_hex(ax.patches[0].get_facecolor()).upper() == plots.COLORS[i % 7].upper()
        assert ax.get_xlim() == axes[0].get_xlim() and ax.get_ylim() == axes[0].get_ylim() and ax.get_yscale() == "log"
        assert bool(ax.get_xlabel()) == (i + 3 >= n or n <= 3)  # the lowest of each column
    assert plots.alt_text(axes[0].figure).count("of the weights are smaller") == n


@pytest.mark.parametrize("style", list(plots.STYLES))
def test_titles_of_many_panels_keep_clear_of_each_other(style):
    sets = {f"{'batch_normalization_' * (i % 3)}{i}/gamma": np.r_[np.nan, np.arange(9.0)] for i in range(12)}
    with plt.rc_context(plots.STYLES[style]):
        axes = plots.plot_weight_histograms(sets)
        axes[0].figure.canvas.draw()
        titles = [ax.title.get_window_extent() for ax in axes]
        assert not any(a.overlaps(b) for i, a in enumerate(titles) for b in titles[:i])
        panels = [ax.get_window_extent() for ax in axes]
        assert not any(a.overlaps(b) for i, a in enumerate(titles) for j, b in enumerate(panels) if i != j)
        labels = [ax.xaxis.label.get_window_extent() for ax in axes if ax.get_xlabel()]
        assert len(labels) == 3 and not any(title.overlaps(label) for title in titles for label in labels)
        page = axes[0].figure.bbox
        assert all(page.x0 <= box.x0 and box.x1 <= page.x1 and box.y1 <= page.y1 for box in titles)


def test_weights_that_are_not_finite_are_counted_and_leave_the_others_as_they_are():
    rng = np.random.default_rng(0)
    healthy = rng.normal(size=1000).astype(np.float32)
    ill = healthy.copy()
    ill[:3] = np.nan, np.inf, -np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = plots.plot_weight_histograms({"healthy": healthy, "ill": ill, "lost": np.full(4, np.nan)})
        axes[0].figure.canvas.draw()
        plots.plot_weight_histograms({"lost": [np.nan], "zero": [0.0]})[0].figure.canvas.draw()
    reach = axes[0].get_xlim()[1]
    assert reach == pytest.approx(max(np.quantile(np.abs(some), 0.999) for some in (healthy, ill[3:])))
    for ax, some in zip(axes, (healthy, ill[3:])):
        expected = np.histogram(some, np.linspace(-reach, reach, 81))[0] / 1000  # shares of all
        np.testing.assert_allclose(ax.patches[0].get_data().values, expected)
    assert axes[1].get_title().endswith("\n3 of 1,000 not finite") and "finite" not in axes[0].get_title()
    assert axes[2].get_title() == "lost\n0% below 0.001\n4 of 4 not finite"
    said = plots.alt_text(axes[0].figure)
    assert "; 3 of 1,000 are not finite." in said and "nan" not in said
    with pytest.raises(ValueError, match=r"weights\['none'\] must hold at least one weight, got none"):
        plots.plot_weight_histograms({"none": []})


def test_weight_paths_that_leave_the_finite_numbers_keep_the_range_of_the_others():
    steps, paths = np.arange(3), np.array([[1.0, -2.0], [np.inf, 0.5], [np.nan, 1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = plots.plot_weight_paths(steps, {"a": paths, "b": np.zeros((3, 2))})
        first.figure.canvas.draw()
        plots.plot_weight_paths(steps, {"b": np.zeros((3, 2))})
    assert first.get_ylim() == second.get_ylim() == pytest.approx((-2.1, 2.1))
    assert "of mean size 1.5 at first and not finite in the end." in plots.alt_text(first.figure)
    with pytest.raises(ValueError, match="axes must be 2, one for each set of weights, got 1"):
        plots.plot_weight_paths(steps, {"a": paths, "b": paths}, axes=[first])


def test_a_variant_that_diverged_is_said_and_leaves_the_order_of_the_others():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        variants = {"wild": [np.nan, np.inf], "a": [0.1, np.nan], "b": [0.5]}
        ax = plots.plot_variants(variants, label="loss", baseline="wild")
        ax.figure.canvas.draw()
    np.testing.assert_allclose(ax.lines[-3].get_xdata(), [0.1])  # the mean of the finite ones
    assert [label.get_text() for label in ax.get_yticklabels()] == ["wild (2 not finite)", "a (1 not finite)", "b"]
    assert "highest first: b 0.5, a 0.1 (1 not finite), wild (2 not finite)." in plots.alt_text(ax.figure)


def test_a_representation_names_each_class_near_its_median_and_counts_dead_units():
    activations = np.array([[1, 0], [3, 0], [5, 0]])
    ax = plots.plot_representation(activations, [0, 0, 1], NAMES)
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["shirt"] == pytest.approx((2, 0), abs=0.01)  # between its points
    assert places["shoe"][0] == pytest.approx(5, abs=0.5) and places["shoe"] != pytest.approx((5, 0), abs=0.01)
    assert sorted(tuple(line.get_xydata()[0]) for line in ax.lines) == [pytest.approx((2, 0)), pytest.approx((5, 0))]
    assert "One unit is 0 for all of them." in plots.alt_text(ax.figure)
    with pytest.raises(ValueError, match=r"shape \(n, 2\)"):
        plots.plot_representation(np.zeros((3, 3)), [0, 0, 1], NAMES)


def test_names_of_classes_that_share_a_place_stand_apart_inside_the_axes():
    names = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Bag"]
    classes = np.repeat(np.arange(6), 4)
    activations = np.zeros((24, 2))
    activations[classes == 5] = [20, 30]
    ax = plots.plot_representation(activations, classes, names)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not [
        (one, other) for one in range(6) for other in range(one) if boxes[one].shrunk(1, 0.8).overlaps(boxes[other])
    ]
    assert all(box.x0 >= ax.bbox.x0 - 1 and box.x1 <= ax.bbox.x1 + 1 for box in boxes)
    medians = [line.get_xydata()[0].round(6).tolist() for line in ax.lines]  # lines lead from there to the names
    assert medians.count([0, 0]) == 5
    assert {text.get_text() for text in ax.texts} == set(names)


def test_a_name_lies_on_no_point_where_there_is_room():
    rng = np.random.default_rng(0)
    line, cloud = np.stack([np.zeros(200), rng.random(200)], axis=1), 0.2 * rng.random((200, 2)) + 0.7
    ax = plots.plot_representation(np.concatenate([line, cloud]), np.repeat([0, 1], 200), NAMES)
    ax.figure.canvas.draw()
    dots = ax.transData.transform(ax.collections[0].get_offsets())
    for text in ax.texts:
        box = text.get_window_extent()
        assert not ((dots > box.min) & (dots < box.max)).all(axis=1).any()


def test_histograms_side_by_side_do_not_write_into_each_other():
    rng = np.random.default_rng(0)
    axes = plots.plot_weight_histograms({name: rng.normal(size=5000) * 0.15 for name in "abc"})
    axes[0].figure.canvas.draw()
    boxes = [label.get_window_extent() for ax in axes for label in ax.get_xticklabels() if label.get_text()]
    assert len(boxes) >= 6 and all(one.x1 < other.x0 for one, other in pairwise(boxes))


def test_a_representation_counts_the_images_whose_activations_are_not_finite():
    activations = np.array([[1, 0], [3, 0], [np.nan, np.inf], [5, np.nan]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plots.plot_representation(activations, [0, 0, 0, 1], NAMES)
        ax.figure.canvas.draw()
    assert {text.get_text(): text.get_position() for text in ax.texts} == {"shirt": pytest.approx((2, 0))}
    assert plots.alt_text(ax.figure).endswith("One unit is 0 for all of them. 2 of 4 images are left out: not finite.")


def test_alternative_text_joins_the_axes_and_leaves_out_colour_bars():
    figure, axes = plt.subplots(1, 2)
    for ax, sentence in zip(axes, ("Left.", "Right.")):
        plots.describe(ax, sentence)
    figure.colorbar(axes[0].imshow([[0, 1]]), ax=axes[0])
    assert plots.alt_text(figure) == "Left. Right."
