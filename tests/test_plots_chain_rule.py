"""The chain rule, drawn: the places have the colours of the factors in the formula, and the numbers of the net."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle

from lecture.from_scratch import chain_rule, dense_net, gradient_costs, layer_gradient, xor
from lecture.network import layout
from lecture.plots import (
    STYLES,
    alt_text,
    plot_batch_gradient,
    plot_chain_rule,
    plot_gradient_costs,
    plot_layer_gradient,
)
from lecture.plots.legible import cut_off, on_each_other, smallest_letters
from lecture.plots.networks.factors import FACTORS
from lecture.words import short

X, DIFFER = xor()
Y = np.hstack([DIFFER, X.min(axis=1, keepdims=True) > 0]).astype(float)
ONE = dense_net([2, 3, 1], loss="squared_error", seed=11)
TWO = dense_net([2, 3, 2], loss="squared_error", seed=5)
DEEP = dense_net([2, 3, 3, 2], loss="squared_error", seed=29)


def hexes(colors):
    return [to_hex(color).upper() for color in colors]


def colours(ax, net):
    """The colours of edges and nodes, and the coloured halves.

    Edges are {(layer, i, j) or output: colour}, nodes {(layer, index) or "loss": colour}.
    """
    network = layout(net.sizes, bias=True)
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    circles, halves = [c for c in ax.collections if isinstance(c, PatchCollection)]
    edges = [
        *zip(network.edges.layer.tolist(), network.edges.i.tolist(), network.edges.j.tolist()),
        *range(1, net.sizes[-1] + 1),
    ]
    nodes = [*zip(network.nodes.layer.tolist(), network.nodes.index.tolist()), "loss"]
    return (
        dict(zip(edges, hexes(lines.get_edgecolor()), strict=True)),
        dict(zip(nodes, hexes(circles.get_edgecolor()), strict=True)),
        halves,
    )


def formulas(ax):
    """The rows of coloured pieces, from top to bottom: [[(text, colour), …], …]."""
    return [
        [(area.get_text(), to_hex(area._text.get_color()).upper()) for area in row.get_child().get_children()]
        for row in ax.artists
    ]


def written(ax):
    """{text: colour} of everything in the drawing."""
    return {text.get_text(): to_hex(text.get_color()).upper() for text in ax.texts}


def test_each_factor_has_the_colour_of_its_place_in_the_last_layer():
    chain = chain_rule(ONE, X[1], DIFFER[1], (2, 3, 1))
    ax = plot_chain_rule(chain)
    symbols, numbers = formulas(ax)[:2]
    in_formula = dict(symbols)
    edges, nodes, halves = colours(ax, ONE)
    above, slope, into = (
        next(colour for piece, colour in symbols if piece.startswith(start))
        for start in (
            r"$\dfrac{\partial \mathcal{L}}{\partial \hat{y}}",
            r"$\dfrac{\partial \hat{y}}{\partial z",
            r"$\dfrac{\partial z^{(2)}_{1}}{\partial w",
        )
    )
    assert (above, slope, into) == (FACTORS["above"], FACTORS["activation"], FACTORS["input"]) and len(in_formula) == 6
    assert edges[2, 3, 1] == into and edges[1] == nodes["loss"] == above and nodes[2, 1] == slope
    assert hexes(halves.get_edgecolor()) == [into]
    assert sum(colour in (above, slope, into) for colour in edges.values()) == 2  # no other edge is coloured
    assert sum(colour in (above, slope, into) for colour in nodes.values()) == 2
    assert [colour for _, colour in numbers if colour != "#000000"] == [above, slope, into]
    texts = written(ax)
    assert texts[f"∂L/∂ŷ\n{short(chain.above)}"] == above
    assert texts[f"∂ŷ/∂z = {short(chain.slope)}"] == slope
    assert texts[f"∂z/∂w = {short(chain.into)}"] == into


def test_one_layer_back_all_ways_to_the_loss_are_from_above():
    above, slope, into = FACTORS["above"], FACTORS["activation"], FACTORS["input"]
    for net, l in ((TWO, 1), (DEEP, 1), (DEEP, 2)):
        for i, j in itertools.product(range(net.sizes[l - 1] + 1), range(1, net.sizes[l] + 1)):
            chain = chain_rule(net, X[1], Y[1], (l, i, j))
            ax = plot_chain_rule(chain)
            edges, nodes, _ = colours(ax, net)
            assert edges[l, i, j] == into and nodes[l, j] == slope
            beyond = (
                int(np.prod([1]) * net.sizes[l + 1])
                + sum(a * b for a, b in itertools.pairwise(net.sizes[l + 1 :]))
                + net.sizes[-1]
            )
            assert list(edges.values()).count(above) == beyond
            assert all(edges[l + 1, j, link.unit] == above for link in chain.links)
            assert not any(
                colour == above for key, colour in edges.items() if isinstance(key, tuple) and key[1] == 0
            )  # biases are on no path
            texts = written(ax)
            for link in chain.links:
                assert texts[f"w = {short(link.weight)}"] == texts[f"∂L/∂z = {short(link.delta)}"] == above
            assert texts[f"∂L/∂a = {short(chain.above)}"] == above
            plt.close()


def test_the_picture_says_what_the_chain_says():
    chain = chain_rule(TWO, X[1], Y[1], (1, 1, 2))
    ax = plot_chain_rule(chain)
    assert alt_text(ax.figure) == chain.describe()
    assert [piece for piece, _ in formulas(ax)[0]] == [f"${text}$" for text, _ in chain.symbols]
    assert "".join(piece for piece, _ in formulas(ax)[1]).endswith(f"= {short(chain.gradient)}")
    assert formulas(ax)[-1][-1][0].endswith(f"by nudging: {short(chain.nudged)}")
    for l, signal in enumerate(chain.signals):
        assert {short(v) for v in np.ravel([signal.z, signal.a])} <= set(written(ax)), l


def test_an_output_that_is_taken_together_with_its_loss():
    net = dense_net([2, 3, 2], output="softmax", seed=1)
    ax = plot_chain_rule(chain_rule(net, X[0], [1.0, 0.0], (2, 1, 1)))
    assert colours(ax, net)[1][2, 1] == FACTORS["above"]
    assert [piece for piece, _ in formulas(ax)[2]][:3] == ["from above", "   ·   ", "input"]
    plot_layer_gradient(layer_gradient(net, X, np.hstack([DIFFER, 1 - DIFFER]), 2))


@pytest.mark.parametrize("style", ["book", "slides"])
def test_nothing_written_lies_on_something_else_written(style):
    with plt.rc_context(STYLES[style]):
        drawings = [plot_chain_rule(chain_rule(ONE, X[1], DIFFER[1], (2, i, 1))) for i in range(4)]
        drawings += [plot_chain_rule(chain_rule(TWO, X[1], Y[1], (1, i, j))) for i in (1, 2) for j in (1, 2, 3)]
        drawings += [plot_chain_rule(chain_rule(DEEP, X[1], Y[1], (1, 2, j))) for j in (1, 2, 3)]
        drawings += [plot_layer_gradient(layer_gradient(DEEP, X[1:], Y[1:], l)) for l in (1, 2, 3)]
        drawings += [plot_batch_gradient(layer_gradient(TWO, X[1:], Y[1:], l)) for l in (1, 2)]
        for ax in drawings:
            figure = ax.figure
            figure.draw_without_rendering()
            renderer = figure.canvas.get_renderer()
            boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in (ax.title, *ax.texts) if t.get_text()]
            boxes += [("row", artist.get_window_extent(renderer)) for artist in ax.artists]
            for (one, a), (other, b) in itertools.combinations(boxes, 2):
                width, height = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
                assert width <= 1 or height <= 0.35 * min(a.height, b.height), (one, other)  # ascenders' room may touch
            for text, box in boxes:
                assert (
                    figure.bbox.x0 <= box.x0
                    and box.x1 <= figure.bbox.x1
                    and figure.bbox.y0 <= box.y0
                    and box.y1 <= figure.bbox.y1
                ), text


def test_the_truth_stands_clear_of_what_is_below_the_output_above_it():
    ax = plot_chain_rule(chain_rule(TWO, X[1], Y[1], (1, 1, 2)))
    ax.figure.canvas.draw()
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    above, *_ = (box for text, box in boxes.items() if text.startswith("∂L/∂z"))
    below = min((box for text, box in boxes.items() if text.startswith("y = ")), key=lambda box: box.y0)
    assert above.y0 > below.y1 + 0.2 * below.height


def test_the_net_stands_still_from_one_weight_to_the_next():
    places = set()
    for i, j in itertools.product(range(3), range(1, 4)):
        ax = plot_chain_rule(chain_rule(TWO, X[1], Y[1], (1, i, j)))
        places.add((*ax.figure.get_size_inches(), *ax.get_xlim(), *ax.get_ylim(), *ax.get_position().bounds))
        plt.close()
    assert len(places) == 1


# -- Layers and batches ---------------------------------------------------------------------------------------------


def frames(ax):
    """The outlined matrices: {colour of the outline: shape in cells}, from left to right as (colour, cells)."""
    outlines = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_facecolor()[3] == 0]
    cells = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_facecolor()[3] > 0]
    return [(to_hex(p.get_edgecolor()).upper(), *_shape(p, cells)) for p in outlines]


def _shape(outline, cells):
    """How many columns and rows of cells an outline holds."""
    box = outline.get_bbox().padded(1e-6)
    held = [
        cell.get_bbox()
        for cell in cells
        if box.contains(cell.get_x(), cell.get_y()) and box.contains(*cell.get_bbox().max)
    ]
    return len({round(cell.x0, 6) for cell in held}), len({round(cell.y0, 6) for cell in held})


@pytest.mark.parametrize("l", [1, 2, 3])
def test_a_layers_factors_are_matrices_in_the_colours_of_their_places(l):
    gradient = layer_gradient(DEEP, X[1:], Y[1:], l)
    ax = plot_layer_gradient(gradient)
    n_in, n_out = gradient.weights.shape
    assert frames(ax) == [
        (FACTORS["input"], 3, n_in),
        (FACTORS["above"], n_out, 3),
        (FACTORS["activation"], n_out, 3),
        ("#000000", n_out, n_in),
    ]
    edges, nodes, halves = colours(ax, DEEP)
    assert list(edges.values()).count(FACTORS["input"]) == n_in * n_out
    assert {key for key, colour in nodes.items() if colour == FACTORS["activation"]} == {
        (l, j) for j in range(1, n_out + 1)
    }
    assert len(halves.get_paths()) == n_in
    last = [text.get_text() for text in ax.texts][-1 - n_in * n_out : -1]
    found = [float(text.replace("−", "-")) for text in last]
    np.testing.assert_allclose(found, gradient.mean.ravel(), atol=6e-4)
    assert alt_text(ax.figure).startswith(gradient.describe())


@pytest.mark.parametrize("n", [1, 3])
def test_each_examples_matrix_and_their_mean_stand_side_by_side(n):
    gradient = layer_gradient(TWO, X[:n], Y[:n], 1)
    ax = plot_batch_gradient(gradient)
    assert [shape for _, *shape in frames(ax)] == [[3, 2]] * (n + 2)
    numbers = [
        float(text.get_text().replace("−", "-"))
        for text in ax.texts
        if text.get_text().strip("−0123456789.") == "" and text.get_text()
    ]
    shown = [gradient.weights, *gradient.examples, gradient.mean]
    np.testing.assert_allclose(numbers, np.ravel(shown), atol=6e-3)
    assert alt_text(ax.figure) == gradient.describe()


def test_costs_are_lines_over_the_number_of_weights():
    costs = [gradient_costs(sizes) for sizes in ([784, 512, 512, 10], [2, 3, 1], [8, 16, 2])]
    ax = plot_gradient_costs(costs)
    ordered = sorted(costs, key=lambda cost: cost.n_parameters)
    for line, field in zip(ax.lines, ("nudging", "forward_mode", "backward", "forward"), strict=True):
        assert list(line.get_xdata()) == [cost.n_parameters for cost in ordered]
        assert list(line.get_ydata()) == [getattr(cost, field) for cost in ordered]
    assert ax.get_xscale() == ax.get_yscale() == "log" and "669,706" in alt_text(ax.figure)


def test_axes_of_ones_own():
    for draw in (
        lambda ax: plot_chain_rule(chain_rule(TWO, X[1], Y[1], (1, 1, 1)), ax=ax),
        lambda ax: plot_layer_gradient(layer_gradient(TWO, X, Y), ax=ax),
        lambda ax: plot_batch_gradient(layer_gradient(TWO, X, Y), ax=ax),
        lambda ax: plot_gradient_costs([gradient_costs([2, 1]), gradient_costs([3, 1])], ax=ax),
    ):
        _, ax = plt.subplots(figsize=(8, 5))
        assert draw(ax) is ax and alt_text(ax.figure).endswith(".")


def test_the_factors_can_be_read_on_white_and_on_dark():
    """3 : 1, WCAG 2.2's limit for large letters and graphics, on white and on the book's dark background."""

    def luminance(color):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
        return np.dot(linear, (0.2126, 0.7152, 0.0722))

    for factor in ("above", "activation", "input"):
        light = luminance(FACTORS[factor]) + 0.05
        assert (luminance("white") + 0.05) / light >= 3 and light / (luminance("#14181e") + 0.05) >= 3


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: plot_chain_rule(chain_rule(dense_net([2, 6, 1]), X[0], [1.0], (1, 1, 1))),
            r"plot_chain_rule shows nets with at most 5 units in a layer, got \[2, 6, 1\]",
        ),
        (
            lambda: plot_layer_gradient(layer_gradient(TWO, np.tile(X, (2, 1)), np.tile(Y, (2, 1)))),
            "plot_layer_gradient shows batches of up to 4 examples, got 8",
        ),
        (
            lambda: plot_batch_gradient(layer_gradient(TWO, np.tile(X, (2, 1)), np.tile(Y, (2, 1)))),
            "plot_batch_gradient shows batches of up to 4 examples, got 8",
        ),
        (
            lambda: plot_batch_gradient(layer_gradient(dense_net([2, 6, 1]), X, DIFFER)),
            "plot_batch_gradient shows up to 5 units in a layer, got 2 and 6",
        ),
        (lambda: plot_gradient_costs([gradient_costs([2, 1])]), "plot_gradient_costs needs two or more nets, got 1"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
    assert not plt.get_fignums()


@pytest.mark.parametrize("l", [1, 2, 3])
def test_the_numbers_of_a_layers_gradient_are_as_large_as_other_words(l):
    """An explorer has 738 pixels for 52 em: smaller letters than 1 em would have less than 14 of them there."""
    figure = plot_layer_gradient(layer_gradient(DEEP, X[1:], Y[1:], l)).figure
    figure.canvas.draw()
    least, words = smallest_letters(figure)
    assert least / 72 * 738 / figure.get_figwidth() >= 14, words
    assert cut_off(figure) == on_each_other(figure) == []
