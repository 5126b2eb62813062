"""What a network is made of: counts against the formula and against Keras, and every bad input by its words."""

import doctest
import itertools
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

import lecture.network
from lecture.network import drop_units, from_model, layout

SIZES = st.lists(st.integers(1, 9), min_size=2, max_size=6)


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(lecture.network).failed == 0


def test_it_needs_neither_keras_nor_matplotlib():
    code = "import sys, lecture.network; print(sorted({'keras', 'tensorflow', 'matplotlib'} & set(sys.modules)))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


# -- From sizes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(
    "sizes, n_weights, n_biases",
    [
        ([4, 1], 4, 1),
        ([2, 3, 5], 21, 8),
        ([2, 1, 1, 1, 1], 5, 4),
        ([2, 3, 3, 2], 21, 8),
        ([784, 512, 512, 10], 668_672, 1_034),
    ],
)
def test_counts_are_those_of_the_net(sizes, n_weights, n_biases, bias):
    net = layout(sizes, bias=bias)
    assert (net.n_weights, net.n_biases, net.n_params) == (n_weights, n_biases, n_weights + n_biases)


@given(SIZES, st.booleans())
def test_nodes_and_edges_equal_the_formula(sizes, bias):
    net = layout(sizes, bias=bias)
    weights = sum(a * b for a, b in itertools.pairwise(sizes))
    biases = sum(sizes[1:])
    assert (net.n_weights, net.n_biases) == (weights, biases)
    assert len(net.nodes.index) == sum(sizes) + bias * (len(sizes) - 1)
    assert len(net.edges.i) == weights + bias * biases
    assert np.sum(net.edges.i == 0) == bias * biases


@given(SIZES, st.booleans())
def test_every_edge_leads_to_a_unit_of_the_next_layer_and_stands_once(sizes, bias):
    net = layout(sizes, bias=bias)
    nodes, edges = net.nodes, net.edges
    assert (nodes.layer[edges.end] == nodes.layer[edges.start] + 1).all()
    assert (nodes.layer[edges.end] == edges.layer).all()
    assert (nodes.index[edges.start] == edges.i).all() and (nodes.index[edges.end] == edges.j).all()
    assert (edges.j > 0).all()  # none leads to a bias node
    assert len(set(zip(edges.layer, edges.i, edges.j))) == len(edges.i)


@given(SIZES, st.booleans(), st.one_of(st.none(), st.integers(2, 6)))
def test_nodes_stand_apart_and_each_layer_in_the_middle(sizes, bias, max_units):
    nodes = layout(sizes, bias=bias).shown(max_units).nodes
    assert len(set(zip(nodes.x, nodes.y))) == len(nodes.x)
    for layer in range(len(sizes)):
        y = nodes.y[nodes.layer == layer]
        assert y[0] + y[-1] == pytest.approx(0)
        assert (np.diff(y) <= -1).all()  # from the top


def test_kinds_of_nodes():
    nodes = layout([2, 3, 1], bias=True).nodes
    assert list(nodes.kind) == ["bias", "input", "input", "bias", "hidden", "hidden", "hidden", "output"]
    assert list(nodes.index) == [0, 1, 2, 0, 1, 2, 3, 1]


@given(SIZES, st.booleans(), st.integers(2, 6))
def test_a_wide_layer_shows_its_first_and_last_units(sizes, bias, max_units):
    net = layout(sizes, bias=bias)
    shown = net.shown(max_units)
    units = shown.nodes.index > 0
    for layer, size in enumerate(sizes):
        index = shown.nodes.index[units & (shown.nodes.layer == layer)]
        assert len(index) == min(size, max_units)
        assert (index[0], index[-1]) == (1, size)
    assert len(shown.dots) == sum(size > max_units for size in sizes)
    assert net.n_weights == layout(sizes).n_weights  # the counts are of the net, not of the drawing


def test_the_dots_stand_where_units_are_left_out():
    shown = layout([784, 10]).shown(8)
    assert list(shown.nodes.index[:8]) == [1, 2, 3, 4, 781, 782, 783, 784]
    (x, y), (_, below) = shown.dots  # of 784 inputs, and of 10 outputs
    assert (x, y) == (0, 0) and below == 0
    assert np.diff(shown.nodes.y[:8]).tolist() == [-1, -1, -1, -2, -1, -1, -1]


@given(SIZES, st.booleans(), st.one_of(st.none(), st.integers(2, 6)))
def test_the_weight_from_i_to_j_is_found_at_i_j(sizes, bias, max_units):
    net = layout(sizes, bias=bias)
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(n_in + 1, n_out)) for n_in, n_out in itertools.pairwise(sizes)]
    edges = net.shown(max_units).edges
    values = net.edge_values(edges, weights)
    expected = [weights[layer - 1][i, j - 1] for layer, i, j in zip(edges.layer, edges.i, edges.j)]  # row 0: the biases
    np.testing.assert_array_equal(values, expected)
    without = net.edge_values(edges, [W[1:] for W in weights])
    np.testing.assert_array_equal(without, np.where(edges.i == 0, np.nan, values))


def test_it_says_what_it_is():
    assert (
        layout([4, 1], output="sigmoid").describe()
        == "A dense network with 4 inputs and 1 output (sigmoid): 4 weights and 1 bias."
    )
    assert layout([784, 512, 512, 10], hidden="relu", output="softmax").describe() == (
        "A dense network with 784 inputs, 2 hidden layers of 512 (relu) and 512 (relu) units and 10 outputs (softmax): "
        "668,672 weights and 1,034 biases."
    )
    assert (
        layout([2, 1, 3])
        .describe()
        .startswith("A dense network with 2 inputs, a hidden layer of 1 unit and 3 outputs:")
    )


@pytest.mark.parametrize("sizes", [[4], [0, 3], [2.5, 1], "512", [3, -1], [], 5, [2, "3"], [True, 2], None])
def test_sizes_that_make_no_net_are_refused(sizes):
    with pytest.raises(ValueError, match="sizes must be two or more positive layer sizes, got") as error:
        layout(sizes)
    assert repr(sizes) in str(error.value)


def test_numbers_from_numpy_are_sizes():
    assert layout(np.array([2, 3])).sizes == (2, 3)


def test_an_activation_that_is_no_name_is_refused():
    with pytest.raises(ValueError, match="hidden must be the name of an activation or None, got 3"):
        layout([2, 3, 1], hidden=3)


@pytest.mark.parametrize("max_units", [1, 0, 2.5, "8"])
def test_max_units_that_show_nothing_are_refused(max_units):
    with pytest.raises(ValueError, match="max_units must be a whole number of at least 2, got"):
        layout([2, 3]).shown(max_units)


@pytest.mark.parametrize(
    "weights, words",
    [
        ([np.zeros((2, 3))], "weights must be 2 arrays, one for each layer after the inputs, got 1"),
        (
            [np.zeros((2, 3)), np.zeros((1, 3))],
            r"weights\[1\] must have shape \(3, 1\), or \(4, 1\) with the biases in row 0, got \(1, 3\)",
        ),
        ("glorot", "weights must be a list of arrays, got 'glorot'"),
        (None, "weights must be given for a network made by layout"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, words):
    net = layout([2, 3, 1])
    with pytest.raises(ValueError, match=words):
        net.edge_values(net.edges, weights)


@pytest.mark.parametrize(
    "values, words",
    [
        ([np.zeros(2), np.zeros(3)], "activations must be 3 arrays, one for each layer with the inputs first, got 2"),
        (
            [np.zeros(2), np.zeros(4), np.zeros(1)],
            r"activations\[1\] must have shape \(3,\), one number for each unit, got \(4,\)",
        ),
        (7, "activations must be a list of arrays, got 7"),
    ],
)
def test_activations_that_do_not_fit_are_refused(values, words):
    net = layout([2, 3, 1])
    with pytest.raises(ValueError, match=words):
        net.node_values(net.nodes, values)


def test_node_values_leave_bias_nodes_out():
    net = layout([2, 1], bias=True)
    np.testing.assert_array_equal(net.node_values(net.nodes, [[[5, 6]], [7]]), [np.nan, 5, 6, 7])


# -- Dropout ----------------------------------------------------------------------------------------------------------


def test_dropout_leaves_inputs_and_outputs():
    masks = drop_units(layout([3, 2000, 5]), 0.4, np.random.default_rng(1))
    assert [len(mask) for mask in masks] == [3, 2000, 5]
    assert not masks[0].any() and not masks[2].any()
    assert masks[1].mean() == pytest.approx(0.4, abs=0.05)  # four standard deviations are 0.044


def test_the_same_seed_drops_the_same_units():
    net = layout([3, 20, 20, 5])
    first, again, other = (drop_units(net, 0.5, seed) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(first, again))
    assert not all((a == b).all() for a, b in zip(first, other))
    assert not any(mask.any() for mask in drop_units(net, 0, 1))


@pytest.mark.parametrize("rate", [1, -0.1, "half", float("nan")])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="rate must be a number of at least 0 and below 1, got"):
        drop_units(layout([2, 3, 1]), rate, 0)


# -- From a Keras model -----------------------------------------------------------------------------------------------

BETWEEN = ("dropout", "batch_norm", "batch_norm_without_scale", "relu", "activation")


def _random_model(keras, sizes, use_bias, between):
    layers = keras.layers
    made = {
        "dropout": lambda: layers.Dropout(0.5),
        "batch_norm": lambda: layers.BatchNormalization(),
        "batch_norm_without_scale": lambda: layers.BatchNormalization(scale=False),
        "relu": lambda: layers.ReLU(),
        "activation": lambda: layers.Activation("tanh"),
    }
    model = keras.Sequential([keras.Input((sizes[0],))])
    for size, biased, names in zip(sizes[1:], use_bias, between):
        model.add(layers.Dense(size, use_bias=biased))
        for name in names:
            model.add(made[name]())
    return model


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras", reason="needs Keras to compare with")


@settings(max_examples=15)
@given(data=st.data())
def test_counts_are_those_of_keras(keras, data):
    sizes = data.draw(st.lists(st.integers(1, 7), min_size=2, max_size=5))
    use_bias = data.draw(st.lists(st.booleans(), min_size=len(sizes) - 1, max_size=len(sizes) - 1))
    between = data.draw(
        st.lists(st.lists(st.sampled_from(BETWEEN), max_size=2), min_size=len(sizes) - 1, max_size=len(sizes) - 1)
    )
    model = _random_model(keras, sizes, use_bias, between)
    for bias in (False, True):
        net = from_model(model, bias=bias)
        assert net.sizes == tuple(sizes)
        assert net.n_params == model.count_params()
        assert net.n_trainable == sum(int(np.prod(w.shape)) for w in model.trainable_weights)
        assert len(net.edges.i) == net.n_weights + bias * net.n_biases


def test_its_weights_compute_what_the_model_does(keras):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((2, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(4, "relu"),
            keras.layers.Dense(2, use_bias=False),
        ]
    )
    net = from_model(model, bias=True)
    x = np.random.default_rng(0).normal(size=(5, 2, 3)).astype("float32")
    a = np.maximum(x.reshape(5, 6) @ net.weights[0] + net.biases[0], 0) @ net.weights[1]
    np.testing.assert_allclose(a, model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    assert net.biases[1] is None and net.n_biases == 4
    assert (net.nodes.kind == "bias").sum() == 1  # the layer without biases has no bias node before it
    values = net.edge_values(net.edges)
    np.testing.assert_array_equal(values[:28].reshape(7, 4), np.vstack([net.biases[0], net.weights[0]]))


def test_activations_are_found_where_they_stand(keras):
    layers = keras.layers
    inputs = keras.Input((3,))
    x = layers.Dense(4)(inputs)
    x = layers.Activation("tanh")(layers.BatchNormalization()(x))
    x = layers.LeakyReLU()(layers.Dense(5)(x))
    x = layers.Dense(5)(layers.Dropout(0.2)(x))
    model = keras.Model(inputs, layers.Softmax()(layers.Dense(2, "relu")(x)))
    net = from_model(model)
    assert net.activations == ("tanh", "leaky_relu", "linear", "relu then softmax")
    assert (net.n_gammas, net.n_betas, net.n_moving) == (4, 4, 8)
    assert "4 γ and 4 β of batch normalization" in net.describe()


def test_the_lectures_network(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(512, "relu"),
            layers.Dense(512, "relu"),
            layers.Dense(10, "softmax"),
        ]
    )
    net = from_model(model)
    assert net.sizes == (784, 512, 512, 10)
    assert net.n_params == 401_920 + 262_656 + 5_130 == model.count_params()


def _refused(keras):
    layers = keras.layers
    inputs, other = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    twice = layers.Dense(4, name="again")

    class OwnCall(keras.Model):
        def call(self, x):
            return x

    own = OwnCall(name="own")
    own(np.ones((1, 4)))
    branch = layers.Dense(4)(inputs)
    return {
        "convolution": (
            keras.Sequential(
                [keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="filters"), layers.Flatten(), layers.Dense(2)]
            ),
            r"got layer 'filters' \(Conv2D\)",
        ),
        "two inputs": (
            keras.Model([inputs, other], layers.Dense(2)(layers.Concatenate()([inputs, other]))),
            "one input and one output, got 2 inputs: left, right",
        ),
        "two outputs": (
            keras.Model(inputs, [layers.Dense(2, name="one")(inputs), layers.Dense(3, name="two")(inputs)]),
            "one input and one output, got 2 outputs: one, two",
        ),
        "branches": (
            keras.Model(inputs, layers.Add(name="sum")([branch, inputs])),
            r"got branches that meet in layer 'sum' \(Add\)",
        ),
        "used twice": (keras.Model(inputs, twice(twice(inputs))), "got layer 'again' used twice"),
        "unbuilt": (
            keras.Sequential([layers.Dense(2)], name="later"),
            "model must be built, got 'later' without input",
        ),
        "own call": (own, r"must be Sequential or functional, got 'own' \(OwnCall\)"),
        "not flat": (
            keras.Sequential([keras.Input((8, 8)), layers.Dense(2, name="rows")]),
            "layer 'rows' must get flat inputs, got shape .None, 8, 8.",
        ),
        "no dense": (
            keras.Sequential([keras.Input((8,)), layers.Dropout(0.1)], name="idle"),
            "must have a Dense layer, got 'idle'",
        ),
        "activation first": (
            keras.Sequential([keras.Input((8,)), layers.ReLU(name="cut"), layers.Dense(2)]),
            "must begin with a Dense layer, got the activation 'cut'",
        ),
        "no model": ([2, 3, 1], r"model must be a Keras model, got \[2, 3, 1\]"),
    }


CASES = (
    "convolution",
    "two inputs",
    "two outputs",
    "branches",
    "used twice",
    "unbuilt",
    "own call",
    "not flat",
    "no dense",
    "activation first",
    "no model",
)


@pytest.mark.parametrize("case", CASES)
def test_a_model_that_is_no_dense_chain_is_refused(keras, case):
    model, words = _refused(keras)[case]
    with pytest.raises(ValueError, match=words):
        from_model(model)
