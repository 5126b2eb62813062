"""The architecture of a Keras model: what is read from it, counted against Keras and by hand."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from lecture.architecture import KINDS, Layer, of, shape_text


def _sequential(*parts, shape):
    return keras.Sequential([keras.Input(shape), *parts])


def _block(x, heads=2, size=4):
    """One block of a transformer: attention and a residual connection around it."""
    return layers.LayerNormalization()(layers.Add()([x, layers.MultiHeadAttention(heads, size)(x, x)]))


# -- Counts -----------------------------------------------------------------------------------------------------------


def _only(layer, shape):
    """The one layer with parameters of a model with one layer."""
    architecture = of(model := _sequential(layer, shape=shape))
    assert architecture.n_params == model.count_params()
    return architecture.layers[-1]


@settings(max_examples=15)
@given(k=st.integers(1, 5), c=st.integers(1, 4), n=st.integers(1, 8), bias=st.booleans())
def test_a_convolution_has_one_small_window_for_each_pair_of_maps(k, c, n, bias):
    layer = _only(layers.Conv2D(n, k, use_bias=bias), (9, 9, c))
    assert layer.n_params == k * k * c * n + bias * n == eval(layer.counting().replace("·", "*"))
    assert layer.n_dense == (81 * c + 1) * (10 - k) ** 2 * n
    assert layer.maps == (10 - k, 10 - k, n)


@settings(max_examples=10)
@given(h=st.integers(1, 9), i=st.integers(1, 9))
def test_recurrent_cells_by_hand(h, i):
    for kind, expected in (
        (layers.SimpleRNN, h * (h + i) + h),
        (layers.LSTM, 4 * (h * (h + i) + h)),
        (layers.GRU, 3 * (h * (h + i) + 2 * h)),  # Keras keeps two biases for each gate
    ):
        layer = _only(kind(h), (7, i))
        assert layer.n_params == expected == eval(layer.counting().replace("·", "*"))
        assert layer.kind == "recurrent" and layer.shape == (h,) and not layer.every_step


@settings(max_examples=10)
@given(d=st.integers(1, 9), heads=st.integers(1, 4), size=st.integers(1, 6))
def test_attention_by_hand(d, heads, size):
    x = keras.Input((5, d))
    architecture = of(model := keras.Model(x, layers.MultiHeadAttention(heads, size)(x, x)))
    layer = architecture.layers[-1]
    assert architecture.n_params == model.count_params() == 3 * (d * heads * size + heads * size) + heads * size * d + d
    assert eval(layer.counting().replace("·", "*")) == layer.n_params
    assert layer.heads == heads and layer.roles == ("query", "key and value") and layer.inputs == (0, 0)


@pytest.mark.parametrize(
    "layer, shape",
    [
        (layers.Dense(7), (5,)),
        (layers.Embedding(11, 3), (6,)),
        (layers.BatchNormalization(), (4, 4, 3)),
        (layers.DepthwiseConv2D(3), (8, 8, 4)),
        (layers.SeparableConv2D(5, 3), (8, 8, 4)),
        (layers.Conv2D(4, 3, groups=2), (8, 8, 4)),
        (layers.Conv1D(4, 3), (8, 2)),
        (layers.Conv2DTranspose(4, 3, strides=2), (8, 8, 2)),
        (layers.Bidirectional(layers.LSTM(3)), (8, 2)),
        (layers.TimeDistributed(layers.Dense(3)), (8, 2)),
        (layers.ConvLSTM2D(3, 3), (4, 8, 8, 2)),
        (layers.RNN(layers.GRUCell(3)), (4, 2)),
    ],
)
def test_the_counting_gives_the_count_of_keras(layer, shape):
    read = _only(layer, shape)
    assert eval(read.counting().replace("·", "*")) == read.n_params == layer.count_params()
    assert read.kind in KINDS and read.kind != "other"


def test_frozen_layers_and_moving_averages_are_not_trained():
    model = _sequential(layers.Dense(4), layers.BatchNormalization(), layers.Dense(2), shape=(3,))
    model.layers[0].trainable = False
    architecture = of(model)
    assert architecture.n_trainable == sum(int(np.prod(w.shape)) for w in model.trainable_weights) == 8 + 10
    assert architecture.n_params == model.count_params() == 16 + 16 + 10


# -- What leads where -------------------------------------------------------------------------------------------------


def test_a_chain_in_its_order():
    architecture = of(
        _sequential(
            layers.Conv2D(4, 3),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10),
            shape=(8, 8, 1),
        )
    )
    assert [layer.kind for layer in architecture.layers] == [
        "input",
        "convolution",
        "pooling",
        "reshape",
        "dropout",
        "dense",
    ]
    assert [layer.shape for layer in architecture.layers] == [(8, 8, 1), (6, 6, 4), (3, 3, 4), (36,), (36,), (10,)]
    assert (
        architecture.connections == ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5))
        and architecture.skips == ()
        and architecture.outputs == (5,)
    )
    assert [layer.title for layer in architecture.layers[1:]] == [
        "Conv2D 3×3",
        "MaxPooling2D 2×2",
        "Flatten",
        "Dropout 0.3",
        "Dense",
    ]


def test_a_residual_connection_is_a_skip():
    x = keras.Input((6,))
    e = layers.Embedding(10, 8)(x)
    architecture = of(keras.Model(x, layers.Dense(10)(_block(e))))
    types = [layer.type for layer in architecture.layers]
    assert types == ["InputLayer", "Embedding", "MultiHeadAttention", "Add", "LayerNormalization", "Dense"]
    assert architecture.skips == ((1, 3),)
    assert "1 skip connection: from Embedding to Add." in architecture.describe()


def test_a_plus_is_an_add_and_branches_are_no_skips():
    a, b = keras.Input((4,), name="a"), keras.Input((3,), name="b")
    deep = layers.Dense(5)(layers.Dense(5)(a))
    architecture = of(keras.Model([a, b], deep + layers.Dense(5)(b)))
    assert architecture.layers[-1].kind == "merge" and architecture.skips == ()
    assert architecture.describe().startswith("A network of 4 layers from 4 and 3 to 5: ")


def test_a_model_inside_a_model_is_taken_apart():
    encoder = _sequential(layers.Dense(8), layers.Dense(2), shape=(16,))
    z = keras.Input((2,))
    decoder = keras.Model(z, layers.Dense(16)(layers.Dense(8)(z)))
    x = keras.Input((16,))
    architecture = of(model := keras.Model(x, decoder(encoder(x))))
    assert [layer.shape for layer in architecture.layers] == [(16,), (8,), (2,), (8,), (16,)]
    assert (
        architecture.connections == ((0, 1), (1, 2), (2, 3), (3, 4)) and architecture.n_params == model.count_params()
    )
    assert architecture.code == 2 and architecture.describe().endswith(" Its code has 2 numbers.")
    assert of(keras.Sequential([keras.Input((16,)), encoder, decoder])).n_params == model.count_params()


def test_a_layer_used_twice_is_counted_once():
    twin = _sequential(layers.Dense(8), layers.Dense(2), shape=(16,))
    a, b = keras.Input((16,)), keras.Input((16,))
    architecture = of(model := keras.Model([a, b], layers.Subtract()([twin(a), twin(b)])))
    assert len(architecture.layers) == 7 and architecture.n_params == model.count_params()
    assert [layer.shares for layer in architecture.layers].count(None) == 5


def test_a_layer_of_ones_own_is_other_and_one_that_inherits_is_not():
    class Doubling(layers.Layer):
        def call(self, x):
            return 2 * x

    class MyConvolution(layers.Conv2D):
        pass

    architecture = of(_sequential(MyConvolution(2, 3), Doubling(), shape=(5, 5, 1)))
    assert [(layer.type, layer.kind) for layer in architecture.layers[1:]] == [
        ("MyConvolution", "convolution"),
        ("Doubling", "other"),
    ]


def test_lengths_that_are_not_fixed():
    architecture = of(_sequential(layers.LSTM(3, return_sequences=True), shape=(None, 2)))
    assert (
        architecture.layers[1].shape == (None, 3)
        and architecture.layers[1].every_step
        and architecture.layers[1].n_dense is None
    )
    assert shape_text((None, 3)) == "any×3" and shape_text(()) == "1"


def test_several_outputs_and_states():
    x = keras.Input((5, 3))
    every, h, c = layers.LSTM(4, return_sequences=True, return_state=True)(x)
    architecture = of(model := keras.Model(x, {"steps": every, "state": layers.Concatenate()([h, c])}))
    assert len(architecture.outputs) == 2 and architecture.n_params == model.count_params()


def test_a_deep_model_is_read_whole():
    x = out = keras.Input((2,))
    for _ in range(300):
        out = layers.ReLU()(out)
    assert len(of(keras.Model(x, out)).layers) == 301


# -- Receptive fields -------------------------------------------------------------------------------------------------


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["conv", "pool"]), st.integers(1, 3), st.integers(1, 2), st.sampled_from(["valid", "same"])
        ),
        min_size=1,
        max_size=3,
    ),
    st.integers(0, 10**6),
)
def test_a_receptive_field_is_all_that_a_number_depends_on(parts, draw):
    size = 35
    made = [
        layers.Conv2D(1, k, strides=s, padding=p, kernel_initializer="ones")
        if kind == "conv"
        else layers.AveragePooling2D(k, s, padding=p)
        for kind, k, s, p in parts
    ]
    model = _sequential(*made, shape=(size, size, 1))
    field = of(model).receptive_field(len(parts))
    n = model.output_shape[1]
    row, column = n // 2, draw % n
    pixels = np.eye(size * size, dtype=np.float32).reshape(-1, size, size, 1)  # one at a time
    moved = np.abs(np.asarray(model.predict_on_batch(pixels))[:, row, column, 0]) > 1e-9
    expected = np.zeros((size, size), bool)
    rows, columns = field.window(row, column)
    expected[max(rows.start, 0) : rows.stop, max(columns.start, 0) : columns.stop] = True
    seen = moved.reshape(size, size)
    assert not (seen & ~expected).any()
    if all(k >= s for _, k, s, _ in parts):  # else the windows leave pixels out
        np.testing.assert_array_equal(
            seen.any(axis=1), expected.any(axis=1)
        )  # rows, far from the edge; zeros inside the network may hide columns at it


def test_a_receptive_field_needs_a_chain_of_windows():
    architecture = of(_sequential(layers.Conv2D(1, 3), layers.Flatten(), layers.Dense(2), shape=(5, 5, 1)))
    assert architecture.receptive_field(1).size == (3, 3)
    with pytest.raises(ValueError, match="chain of convolutions and poolings from the input, got Dense"):
        architecture.receptive_field(3)
    with pytest.raises(ValueError, match="place must be a whole number from 0 to 3, got 9"):
        architecture.receptive_field(9)


# -- In words ---------------------------------------------------------------------------------------------------------


def test_the_table_counts_and_compares():
    model = _sequential(layers.Conv2D(8, 3), layers.Flatten(), layers.Dense(10), shape=(28, 28, 1))
    table = str(of(model).table()).splitlines()
    assert len(table) == 4
    assert table[1].split() == ["Conv2D", "3×3", "26×26×8", "80", "3·3·1·8", "+", "8", "4,245,280"]
    assert table[-1].split() == ["all", "54,170"]


def test_a_long_model_is_described_by_its_kinds():
    parts = [layers.Dense(3) for _ in range(13)]
    assert "13 of kind dense" in of(_sequential(*parts, shape=(3,))).describe()


def test_a_place_by_name():
    architecture = of(_sequential(layers.Dense(3, name="first"), shape=(3,)))
    assert architecture.place("first") == 1
    with pytest.raises(ValueError, match="name must be one of .*first, got 'x'"):
        architecture.place("x")


def test_every_kind_of_the_table_is_known():
    assert len(set(KINDS)) == len(KINDS) and Layer("a", "A", "other", ()).n_dense is None


# -- Refused ----------------------------------------------------------------------------------------------------------


class _Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)


def test_what_is_no_model_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"model must be a Keras model, got \[784, 10\]\."):
        of([784, 10])
    with pytest.raises(ValueError, match="model must be built, got 'empty' without input"):
        of(keras.Sequential([layers.Dense(2)], name="empty"))
    own = _Own()
    own(np.ones((1, 3)))
    with pytest.raises(ValueError, match=r"Sequential or functional, got .* \(_Own\), which has its own call\."):
        of(own)
