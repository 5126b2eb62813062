"""The drawing of a net, read from its artists: what is there, where, in which colour, and that it can be read."""

import itertools
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.transforms import Bbox

from lecture.network import drop_units, layout
from lecture.plots import alt_text, plot_network


def _lines(ax):
    (lines,) = (c for c in ax.collections if isinstance(c, LineCollection))
    return lines


def _circles(ax):
    (circles,) = (c for c in ax.collections if isinstance(c, PatchCollection))
    return circles


def _discs(ax):
    """The bounding boxes of the nodes on the page."""
    circles = _circles(ax)
    reach = circles.get_transform().transform_path(circles.get_paths()[0]).get_extents().get_points()  # around 0
    return [Bbox(ax.transData.transform(xy) + reach) for xy in circles.get_offsets()]


def _texts(ax):
    return [text.get_text() for text in ax.texts]


def _weights(sizes, biases=True):
    rng = np.random.default_rng(0)
    return [rng.normal(size=(n_in + biases, n_out)) for n_in, n_out in itertools.pairwise(sizes)]


# -- What is drawn ----------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.booleans())
def test_segments_are_the_weights_and_with_bias_nodes_the_biases(sizes, bias):
    net = layout(sizes, bias=bias)
    ax = plot_network(net)
    expected = sum(a * b for a, b in itertools.pairwise(sizes)) + bias * sum(sizes[1:])
    assert len(_lines(ax).get_segments()) == expected == net.n_weights + bias * net.n_biases
    assert len(_circles(ax).get_offsets()) == sum(sizes) + bias * (len(sizes) - 1)
    plt.close(ax.figure)


def test_each_segment_leads_from_its_node_to_its_node():
    net = layout([2, 3, 3, 2], bias=True)
    ax = plot_network(net)
    centres = _circles(ax).get_offsets()
    segments = np.array(_lines(ax).get_segments())
    np.testing.assert_allclose(segments[:, 0], centres[net.edges.start], atol=1e-9)
    np.testing.assert_allclose(segments[:, 1], centres[net.edges.end], atol=1e-9)


def test_nodes_do_not_touch_and_lie_above_the_edges():
    for labels in (None, "names", "functions"):
        ax = plot_network(layout([3, 4, 2], bias=True), labels=labels)
        assert not any(a.overlaps(b) for a, b in itertools.combinations(_discs(ax), 2))
        assert _circles(ax).get_zorder() > _lines(ax).get_zorder()


def test_a_wide_net_is_drawn_in_part_and_counted_whole():
    ax = plot_network(layout([784, 512, 512, 10]), counts=True)
    assert len(_lines(ax).get_segments()) == 12 * 12 + 12 * 12 + 12 * 10
    assert _texts(ax).count("⋮") == 3
    assert {"784", "512", "10", "668,672 weights and 1,034 biases"} <= set(_texts(ax))


def test_all_units_are_drawn_when_asked_for():
    ax = plot_network(layout([64, 64, 64, 10]), max_units=None)
    assert len(_lines(ax).get_segments()) == 8832
    assert "⋮" not in _texts(ax)


def test_counts_are_the_same_with_and_without_bias_nodes():
    for bias in (False, True):
        assert "9 weights and 4 biases" in _texts(plot_network(layout([2, 3, 1], bias=bias), counts=True))
    assert "9 weights and 4 biases" not in _texts(plot_network(layout([2, 3, 1])))


def test_captions_say_what_the_layers_are():
    assert _texts(plot_network(layout([2, 3, 1]))) == []
    assert set(_texts(plot_network(layout([2, 3, 1]), labels="names"))) > {"input", "hidden", "output"}
    assert _texts(plot_network(layout([2, 3, 3, 1], hidden="relu", output="sigmoid"))) == [
        *("input", "hidden 1", "hidden 2", "output", "relu", "relu", "sigmoid")
    ]


# -- Labels -----------------------------------------------------------------------------------------------------------


def test_logistic_regression_reads_as_its_formula():
    texts = _texts(plot_network(layout([4, 1], bias=True, output="sigmoid"), labels="functions", weight_labels=True))
    assert set(texts) == {
        *("input", "output", "sigmoid", "1", "$z$", r"$\sigma$", r"$\hat{y}$"),
        *(f"$x_{{{i}}}$" for i in range(1, 5)),
        *(f"$w_{{{i}}}$" for i in range(5)),
    }


def test_names_and_functions():
    net = layout([2, 3, 1], bias=True)
    names = set(_texts(plot_network(net, labels="names")))
    assert {"$x_{1}$", "$x_{2}$", "$h_{1}$", "$h_{2}$", "$h_{3}$", "$o$", "1"} <= names and "$f$" not in names
    functions = set(_texts(plot_network(net, labels="functions")))
    assert {
        "$x_{2}$",
        "$z^{(1)}_{3}$",
        "$f$",
        "$a^{(1)}_{3}$",
        "$z^{(2)}_{1}$",
        "$g$",
        r"$\hat{y}$",
    } <= functions and "$o$" not in functions


def test_weights_are_named_by_layer_and_from_to():
    texts = set(_texts(plot_network(layout([2, 3, 2], bias=True), weight_labels=True)))
    expected = {f"$w^{{(1)}}_{{{i},{j}}}$" for i in range(3) for j in range(1, 4)} | {
        f"$w^{{(2)}}_{{{i},{j}}}$" for i in range(4) for j in (1, 2)
    }
    assert expected <= texts
    assert "$h^{(2)}_{1}$" in _texts(plot_network(layout([2, 3, 4, 2]), labels="names"))


def test_indices_past_nine_stand_whole():
    assert {"$x_{10}$", "$x_{12}$", "$o_{11}$"} <= set(_texts(plot_network(layout([12, 11]), labels="names")))
    assert {"$x_{784}$", "$x_{779}$"} <= set(_texts(plot_network(layout([784, 10]), labels="names")))


def test_a_name_on_an_edge_lies_on_it():
    net = layout([2, 3, 1], bias=True)
    ax = plot_network(net, weight_labels=True)
    places = {text.get_text(): np.array(text.get_position()) for text in ax.texts}
    for (start, end), layer, i, j in zip(_lines(ax).get_segments(), net.edges.layer, net.edges.i, net.edges.j):
        along, off = end - start, places[f"$w^{{({layer})}}_{{{i},{j}}}$"] - start
        assert along[0] * off[1] - along[1] * off[0] == pytest.approx(0, abs=1e-9)
        assert 0 < off @ along < along @ along


@pytest.mark.parametrize("sizes", [[4, 1], [2, 3, 1], [2, 3, 3, 2]])
@pytest.mark.parametrize("labels", ["names", "functions"])
def test_labels_do_not_cover_each_other_and_are_not_cut_off(sizes, labels):
    ax = plot_network(layout(sizes, bias=True), labels=labels, weight_labels=True, counts=True)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    page = ax.figure.bbox
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1 for box in boxes)
    for a, b in itertools.combinations(boxes, 2):
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(width, height) < 0.2 * min(
            a.height, b.height
        )  # corners of the boxes may touch: letters do not fill them


@pytest.mark.parametrize(
    "sizes, labels",
    [([2, 1], None), ([3] + [4] * 18 + [2], None), ([784, 512, 512, 10], "names"), ([5, *[12] * 6, 5], None)],
)
def test_from_two_to_twenty_layers_all_is_on_the_page(sizes, labels):
    ax = plot_network(layout(sizes, hidden="relu", output="softmax"), labels=labels, counts=True)
    ax.figure.canvas.draw()
    page = ax.figure.bbox
    boxes = [text.get_window_extent() for text in ax.texts] + _discs(ax)
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1 for box in boxes)


def test_letters_have_the_size_that_the_layout_leaves_for_them():
    own = plot_network(layout([2, 3, 1]), labels="names")
    _, ax = plt.subplots(figsize=own.figure.get_size_inches(), layout="constrained")
    plot_network(layout([2, 3, 1]), labels="names", ax=ax)
    assert [text.get_fontsize() for text in ax.texts] == pytest.approx(
        [text.get_fontsize() for text in own.texts], rel=0.1
    )


def test_the_figure_grows_with_the_net():
    small, deep = (plot_network(layout(sizes)).figure.get_size_inches() for sizes in ([2, 3, 1], [3] + [4] * 18 + [2]))
    assert deep[0] > 2 * small[0]


def test_it_draws_where_it_is_told_to():
    _, axes = plt.subplots(1, 2, figsize=(8, 4))
    assert plot_network(layout([2, 3, 1]), ax=axes[1]) is axes[1]
    assert not axes[0].collections
    points = np.array(_lines(axes[1]).get_segments())
    x, y = axes[1].get_xlim(), axes[1].get_ylim()
    assert (
        x[0] < points[..., 0].min()
        and points[..., 0].max() < x[1]
        and y[0] < points[..., 1].min()
        and points[..., 1].max() < y[1]
    )


# -- Real numbers -----------------------------------------------------------------------------------------------------


def test_the_edge_from_i_to_j_has_the_colour_and_width_of_its_weight():
    sizes = [3, 4, 2]
    net, weights = layout(sizes), _weights(sizes, biases=False)
    lines = _lines(plot_network(net, weights=weights))
    lines.update_scalarmappable()
    largest = max(np.abs(W).max() for W in weights)
    assert (lines.norm.vmin, lines.norm.vmax) == (-largest, largest)
    for k, (layer, i, j) in enumerate(zip(net.edges.layer, net.edges.i, net.edges.j)):
        w = weights[layer - 1][i - 1, j - 1]
        assert lines.get_array()[k] == w
        np.testing.assert_allclose(lines.get_edgecolor()[k], lines.cmap(0.5 + 0.5 * w / largest), atol=0.02)
    size = np.abs(lines.get_array())
    assert (np.diff(np.asarray(lines.get_linewidths())[np.argsort(size)]) >= 0).all()


def test_biases_are_coloured_where_they_are_given():
    net, weights = layout([2, 3, 1], bias=True), _weights([2, 3, 1])
    value = _lines(plot_network(net, weights=weights)).get_array()
    np.testing.assert_array_equal(value[:3], weights[0][0])
    without = _lines(plot_network(net, weights=[W[1:] for W in weights])).get_array()
    np.testing.assert_array_equal(np.ma.getmaskarray(without), net.edges.i == 0)


def test_wide_layers_keep_the_right_weights():
    net = layout([20, 3])
    W = np.arange(60.0).reshape(20, 3)
    lines = _lines(plot_network(net, weights=[W], max_units=4))
    np.testing.assert_array_equal(lines.get_array(), W[[0, 1, 18, 19]].ravel())


def test_drawings_with_one_limit_can_be_compared():
    net = layout([1, 2])
    strong, weak = (_lines(plot_network(net, weights=[np.array([[w, -w]])], limit=2.0)) for w in (4.0, 0.1))
    assert strong.norm.vmax == weak.norm.vmax == 2
    assert min(strong.get_linewidths()) > 2 * max(weak.get_linewidths())
    assert _lines(plot_network(net, weights=[np.zeros((1, 2))])).norm.vmax > 0  # all weights 0


def test_the_sign_of_a_weight_can_be_seen_in_grey_print():
    cmap = _lines(plot_network(layout([1, 2]), weights=[np.array([[1.0, -1.0]])])).cmap
    positive, negative = (np.array(cmap(end)[:3]) @ (0.299, 0.587, 0.114) for end in (1.0, 0.0))
    assert negative - positive > 0.2


def test_numbers_stand_on_the_edges_where_weights_are_given():
    texts = _texts(plot_network(layout([2, 1]), weights=[np.array([[1.234], [-0.5]])], weight_labels=True))
    assert {"1.23", "−0.50"} <= set(texts)


def test_nodes_have_the_colours_of_their_activations():
    net, values = layout([2, 3, 1], bias=True), [[0.0, 1.0], [0.2, 0.4, 2.0], [0.5]]
    circles = _circles(plot_network(net, activations=values))
    np.testing.assert_array_equal(circles.get_array().compressed(), np.concatenate(values))
    np.testing.assert_array_equal(np.ma.getmaskarray(circles.get_array()), net.nodes.kind == "bias")
    assert (circles.norm.vmin, circles.norm.vmax) == (0, 2)


def test_each_colour_has_its_bar():
    sizes = [2, 3, 1]
    values = [np.ones(n) for n in sizes]
    ax = plot_network(layout(sizes), weights=_weights(sizes), activations=values)
    assert [bar.get_xlabel() for bar in ax.child_axes] == ["weight", "activation"]
    assert ax.child_axes[0].get_xlim() == pytest.approx(_lines(ax).get_clim())
    assert not plot_network(layout(sizes)).child_axes


def test_dropped_units_are_grey_and_so_are_their_edges():
    net = layout([2, 4, 2], bias=True)
    dropped = drop_units(net, 0.5, 1)
    gone = set(np.flatnonzero(dropped[1]) + 1)
    assert 0 < len(gone) < 4
    plain, ax = plot_network(net), plot_network(net, dropped=dropped, labels="functions", weight_labels=True)
    cut = np.where(net.edges.layer == 1, np.isin(net.edges.j, list(gone)), np.isin(net.edges.i, list(gone)))
    before, after = _lines(plain).get_edgecolor(), _lines(ax).get_edgecolor()
    assert len(after) == net.n_weights + net.n_biases  # none is left out

    def darkness(colors):
        return (1 - colors[:, :3].mean(axis=1)) * colors[:, 3]  # on white

    assert darkness(after[cut]).max() < 0.2
    assert darkness(after[~cut]).min() > 0.5 and darkness(before).min() > 0.5
    for j in range(1, 5):
        assert (f"$z^{{(1)}}_{{{j}}}$" in _texts(ax)) == (j not in gone)
        assert (f"$w^{{(1)}}_{{1,{j}}}$" in _texts(ax)) == (j not in gone)
    assert _texts(ax).count("0") == len(gone)  # what a dropped unit passes on


def test_dropped_units_lose_the_numbers_too():
    net = layout([1, 2, 1])
    dropped = [[False], [True, False], [False]]
    ax = plot_network(
        net, weights=_weights([1, 2, 1], biases=False), activations=[[1.0], [2.0, 3.0], [4.0]], dropped=dropped
    )
    np.testing.assert_array_equal(np.ma.getmaskarray(_lines(ax).get_array()), [True, False, True, False])
    np.testing.assert_array_equal(np.ma.getmaskarray(_circles(ax).get_array()), [False, True, False, False])


def test_a_keras_model_is_refused_with_the_call_that_draws_it():
    keras = pytest.importorskip("keras")
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match=r"got Sequential: use plot_network\(network.from_model\(model\)\)\."):
        plot_network(model)
    with pytest.raises(ValueError, match=r"network must be a Network, got list\."):
        plot_network([2, 3])


def test_a_keras_model_with_its_weights():
    keras = pytest.importorskip("keras", reason="needs Keras")
    from lecture.network import from_model

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(2, "softmax")])
    W1, b1, W2, b2 = model.get_weights()
    value = _lines(plot_network(from_model(model, bias=True), weights="model")).get_array()
    np.testing.assert_array_equal(value, np.concatenate([b1, W1.ravel(), b2, W2.ravel()]))


def test_weights_that_are_not_finite_are_seen_and_said():
    first, second = np.array([[1.0, np.nan, -2.0], [np.inf, 0.5, -np.inf]]), np.ones((4, 1))
    second[0, 0] = np.nan  # a bias that is given
    net = layout([2, 3, 1], bias=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plot_network(net, weights=[first, second], weight_labels=True)
        ax.figure.canvas.draw()
    (dashed,) = ax.lines
    assert dashed.get_color() == "black" and dashed.get_linestyle() == "--"
    ends = dashed.get_xydata().reshape(-1, 3, 2)
    value = net.edge_values(net.edges, [first, second])
    lost = ~np.isfinite(value) & ~((net.edges.layer == 1) & (net.edges.i == 0))  # these three biases are not given
    np.testing.assert_array_equal(ends[:, :2], np.array(_lines(ax).get_segments())[lost])
    assert dashed.get_linewidth() > 0.9 * max(_lines(ax).get_linewidths())
    assert _lines(ax).norm.vmax == 2  # the scale is that of the others
    assert ax.child_axes[0].get_xlabel() == "weight (dashed: not finite)"
    assert "from -2 to 1. 4 of 10 weights drawn are not finite: black and dashed." in alt_text(ax.figure)
    assert {"inf", "−inf", "0.50"} <= set(_texts(ax)) and _texts(ax).count("nan") == 2
    assert {"$w^{(1)}_{0,1}$", "$w^{(1)}_{0,2}$", "$w^{(1)}_{0,3}$"} <= set(_texts(ax))  # of these no number is given


def test_activations_that_are_not_finite_are_seen_and_said():
    net, values = layout([2, 3, 1], bias=True), [[np.inf, 1.0], [np.nan, 0.5, 2.0], [np.nan]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plot_network(net, activations=values, labels="names")
        nothing = plot_network(layout([1, 1]), activations=[[np.nan], [np.nan]], weights=[[[np.inf]]])
        ax.figure.canvas.draw()
        nothing.figure.canvas.draw()
    crosses = [line for line in ax.lines if line.get_color() == "black"]
    middles = np.nanmean(crosses[0].get_xydata().reshape(-1, 6, 2), axis=1)
    at = np.asarray(_circles(ax).get_offsets())[net.nodes.index > 0][[0, 2, 5]]
    np.testing.assert_allclose(middles, at, atol=1e-9)
    assert len(crosses) == 1 and (_circles(ax).norm.vmin, _circles(ax).norm.vmax) == (0, 2)
    assert "from 0.5 to 2. 3 of 6 activations drawn are not finite: crossed out in black." in alt_text(ax.figure)
    said = alt_text(nothing.figure)
    assert "coloured" not in said and "1 of 1 weights drawn are" in said and "2 of 2 activations drawn are" in said


def test_a_large_weight_is_written_short():
    ax = plot_network(layout([2, 1]), weights=[[[3e38], [-0.5]]], weight_labels=True)
    assert {"3e+38", "−0.50"} <= set(_texts(ax))


# -- For readers who cannot see it ------------------------------------------------------------------------------------


def test_the_alternative_text_says_what_is_drawn():
    sizes = [2, 3, 1]
    ax = plot_network(
        layout(sizes), weights=[np.full((2, 3), -0.5), np.full((3, 1), 1.5)], dropped=[[0, 0], [1, 0, 1], [0]]
    )
    assert alt_text(ax.figure) == (
        "A dense network with 2 inputs, a hidden layer of 3 units and 1 output: 9 weights and 4 biases. "
        "Edges are coloured by their weights, from -0.5 to 1.5. Dropped, and greyed, are 2 of 6 units."
    )


def test_the_alternative_text_says_that_units_are_left_out():
    sentence = "Of its wide layers the first and last units are drawn."
    assert sentence in alt_text(plot_network(layout([784, 10])).figure)
    assert sentence not in alt_text(plot_network(layout([10, 12])).figure)


# -- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, words",
    [
        ({"labels": "letters"}, "labels must be one of names, functions, got 'letters'"),
        ({"max_units": 1}, "max_units must be a whole number of at least 2, got 1"),
        ({"weights": "glorot"}, "weights must be one of model, got 'glorot'"),
        ({"weights": "model"}, "weights must be given for a network made by layout"),
        ({"weights": [np.zeros((3, 2)), np.zeros((3, 1))]}, r"weights\[0\] must have shape \(2, 3\)"),
        ({"activations": [np.zeros(2)]}, "activations must be 3 arrays"),
        (
            {"dropped": [[0, 0], [0, 1], [0]]},
            r"dropped\[1\] must have shape \(3,\), one number for each unit, got \(2,\)",
        ),
        ({"weights": [np.ones((2, 3)), np.ones((3, 1))], "limit": -1}, "limit must be a number of at least 0, got -1"),
    ],
)
def test_what_does_not_fit_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        plot_network(layout([2, 3, 1]), **options)
    assert not plt.get_fignums()  # and leaves no half figure


def test_too_many_names_on_edges_are_refused():
    with pytest.raises(ValueError, match="weight_labels can be read on up to 100 edges, got 840"):
        plot_network(layout([5, *[12] * 6, 5]), weight_labels=True)
