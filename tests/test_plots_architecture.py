"""The drawing of an architecture, by its artists: each layer in its size and place, its numbers, what leads where."""

import itertools

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers
from matplotlib.patches import FancyArrowPatch, PathPatch, Rectangle

from lecture.architecture import of
from lecture.plots import alt_text, plot_architecture, plot_attention


def _sequential(*parts, shape):
    return of(keras.Sequential([keras.Input(shape), *parts]))


def _patches(ax, name, kind=Rectangle):
    return [patch for patch in ax.patches if patch.get_gid() == name and isinstance(patch, kind)]


def _texts(ax):
    return [text.get_text() for text in ax.texts]


def _of(architecture, type):
    return [layer.name for layer in architecture.layers if layer.type == type]


def _residual(*, far=False):
    x = keras.Input((6,))
    e = layers.Embedding(10, 8)(x)
    y = layers.Add()([e, layers.MultiHeadAttention(2, 4)(e, e)])
    for _ in range(30 if far else 1):
        y = layers.Dense(8, activation="relu")(y)
    return of(keras.Model(x, layers.Dense(10)(y)))


# -- Maps, vectors, sequences -----------------------------------------------------------------------------------------


def test_maps_are_sheets_as_many_and_as_large_as_they_are():
    architecture = _sequential(layers.Conv2D(5, 3), layers.MaxPooling2D(), shape=(28, 14, 1))
    ax = plot_architecture(architecture)
    sheets = [_patches(ax, layer.name) for layer in architecture.layers]
    assert [len(each) for each in sheets] == [1, 5, 5]
    sizes = np.array([[each[0].get_width(), each[0].get_height()] for each in sheets])
    np.testing.assert_allclose(sizes / sizes[0], [[1, 1], [12 / 14, 26 / 28], [6 / 14, 13 / 28]])
    assert {"28×14×1", "26×12×5", "13×6×5", "50", "50 parameters in all"} <= set(_texts(ax))


def test_channels_first_are_read_in_their_order():
    from dataclasses import replace

    architecture = _sequential(layers.Conv2D(5, 3), shape=(28, 14, 1))
    turned = tuple(
        replace(layer, shape=(layer.shape[-1], *layer.shape[:-1]), channels_first=True) for layer in architecture.layers
    )
    ax = plot_architecture(replace(architecture, layers=turned))
    assert len(_patches(ax, turned[1].name)) == 5


@settings(max_examples=10)
@given(st.lists(st.integers(1, 300), min_size=2, max_size=4, unique=True))
def test_more_channels_are_more_sheets_and_more_units_a_longer_bar(channels):
    architecture = _sequential(
        *[layers.Conv2D(n, 1) for n in channels],
        layers.Flatten(),
        *[layers.Dense(n) for n in channels],
        shape=(1, 1, 1),
    )
    ax = plot_architecture(architecture)
    convolutions, dense = _of(architecture, "Conv2D"), _of(architecture, "Dense")
    pairs = sorted(
        (n, len(_patches(ax, name)), _patches(ax, bar)[0].get_height())
        for n, name, bar in zip(channels, convolutions, dense)
    )
    counts, heights = [pair[1] for pair in pairs], [pair[2] for pair in pairs]
    assert counts == sorted(counts) and counts[-1] <= 20
    assert heights == sorted(heights) and len(set(heights)) == len(heights)
    plt.close(ax.figure)


def test_an_autoencoder_narrows_to_its_code_and_widens():
    ax = plot_architecture(
        architecture := _sequential(
            layers.Dense(64), layers.Dense(10), layers.Dense(64), layers.Dense(784), shape=(784,)
        )
    )
    heights = [_patches(ax, layer.name)[0].get_height() for layer in architecture.layers]
    assert heights[0] > heights[1] > heights[2] < heights[3] < heights[4] == heights[0] and heights[1] == heights[3]
    (code,) = [text for text in ax.texts if text.get_text() == "code"]
    bar = _patches(ax, architecture.layers[2].name)[0]
    assert bar.get_x() < code.get_position()[0] < bar.get_x() + bar.get_width()
    assert "Its code has 10 numbers." in alt_text(ax.figure)


def test_a_code_is_named_only_where_the_model_gives_back_what_it_gets():
    assert "code" not in _texts(plot_architecture(_sequential(layers.Dense(3), layers.Dense(5), shape=(4,))))


def test_a_window_is_drawn_on_the_map_that_it_reads():
    architecture = _sequential(layers.Conv2D(2, 7), shape=(28, 28, 1))
    ax = plot_architecture(architecture)
    (image,) = _patches(ax, architecture.layers[0].name)
    window = next(p for p in ax.patches if isinstance(p, Rectangle) and p.get_gid() is None)
    assert window.get_width() / image.get_width() == pytest.approx(7 / 28)
    assert image.get_x() < window.get_x() and window.get_x() + window.get_width() < image.get_x() + image.get_width()


# -- Recurrence and attention -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps, shown", [(4, 4), (28, 4), (None, 4)])
def test_a_recurrent_layer_is_a_cell_with_its_loop_and_one_cell_for_each_step_drawn(steps, shown):
    ax = plot_architecture(_sequential(layers.LSTM(3), shape=(steps, 2)))
    assert _texts(ax).count("LSTM") == shown + 1 + 1  # the cell with the loop, and the name below
    assert sum(isinstance(patch, PathPatch) for patch in ax.patches) == 1  # the loop
    assert ("⋮" in _texts(ax)) == (steps != 4)
    assert str(steps or "T") in _texts(ax)


def test_every_step_is_given_out_where_asked_for():
    for every in (False, True):
        architecture = _sequential(layers.GRU(3, return_sequences=every), shape=(4, 2))
        assert len(_patches(plot_architecture(architecture), architecture.layers[1].name)) == (4 if every else 1)


def test_attention_has_queries_keys_and_values_and_the_residual_passes_above():
    ax = plot_architecture(architecture := _residual())
    assert {"$Q$", "$K$", "$V$", "2 heads", "+"} <= set(_texts(ax))
    (way,) = [patch for patch in ax.patches if isinstance(patch, PathPatch)]
    embedding = _patches(ax, _of(architecture, "Embedding")[0])
    top = max(p.get_y() + p.get_height() for p in embedding)
    assert way.get_path().vertices[0][1] == pytest.approx(top) and way.get_path().vertices[:, 1].max() > top


def test_cross_attention_takes_its_queries_from_one_side_and_the_rest_from_the_other():
    a, b = keras.Input((4, 8), name="asks"), keras.Input((6, 8), name="answers")
    ax = plot_architecture(of(keras.Model([a, b], layers.MultiHeadAttention(1, 4)(a, b))))
    assert {"asks", "answers", "4×8", "6×8"} <= set(_texts(ax))


# -- Any model --------------------------------------------------------------------------------------------------------


class Mystery(layers.Layer):
    def call(self, x):
        return x


def _models():
    def unet():
        x = keras.Input((16, 16, 3))
        one = layers.Conv2D(4, 3, padding="same")(x)
        two = layers.Conv2D(8, 3, padding="same")(layers.MaxPooling2D()(one))
        up = layers.Concatenate()([layers.Conv2DTranspose(4, 2, strides=2)(two), one])
        return keras.Model(x, layers.Conv2D(1, 1)(up))

    def branches():
        a, b = keras.Input((16,), name="a"), keras.Input((20, 5), name="b")
        joined = Mystery()(layers.Concatenate()([layers.Dense(8)(a), layers.LSTM(8)(b)]))
        return keras.Model([a, b], [layers.Dense(3)(joined), layers.Dense(1)(joined)])

    yield unet()
    yield branches()
    yield keras.Sequential([keras.Input((8, 8, 8, 1)), layers.Conv3D(2, 3), layers.GlobalAveragePooling3D()])
    yield keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()])
    yield keras.Sequential(
        [
            keras.Input((30, 4)),
            layers.Conv1D(8, 3),
            layers.Bidirectional(layers.GRU(4, return_sequences=True)),
            layers.Flatten(),
        ]
    )
    yield keras.Sequential(
        [keras.Input((3, 8, 8, 1)), layers.ConvLSTM2D(2, 3), layers.BatchNormalization(), layers.ReLU()]
    )
    yield keras.Sequential([keras.Input(()), Mystery()])


@pytest.mark.parametrize("number", range(7))
def test_any_model_is_drawn_whole_with_letters_that_do_not_overlap(number):
    architecture = of(next(itertools.islice(_models(), number, None)))
    ax = plot_architecture(architecture)
    ax.figure.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in ax.texts if text.get_text() not in ("⋮", "=")]
    inside = ax.get_window_extent()
    for words, box in boxes:
        assert (
            inside.x0 - 2 <= box.x0 and box.x1 <= inside.x1 + 2 and inside.y0 - 2 <= box.y0 and box.y1 <= inside.y1 + 2
        ), words
    for (one, a), (two, b) in itertools.combinations(boxes, 2):
        assert not a.padded(-1).overlaps(b.padded(-1)), (one, two)
    assert alt_text(ax.figure) == architecture.describe()


def test_a_layer_that_is_not_known_is_a_box_with_its_name():
    assert "Mystery" in _texts(plot_architecture(_sequential(Mystery(), shape=(4,))))


def test_a_long_model_goes_on_in_the_next_line():
    architecture = _residual(far=True)
    ax = plot_architecture(architecture)
    low, high = ax.get_xlim()
    assert high - low < 72
    assert len({round(_patches(ax, name)[0].get_y()) for name in _of(architecture, "Dense")}) > 1
    wide = plot_architecture(architecture, wrap=1000)
    assert wide.get_xlim()[1] - wide.get_xlim()[0] > 100


def test_it_fills_the_axes_that_it_is_given():
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
    assert plot_architecture(_residual(), ax=left) is left
    figure.canvas.draw()
    box = left.get_window_extent()
    for text in left.texts:
        assert box.x0 - 2 <= text.get_window_extent().x0 and text.get_window_extent().x1 <= box.x1 + 2
    assert not right.patches


def test_no_setting_is_left_behind():
    before = plt.rcParams.copy()
    plot_architecture(_residual())
    assert plt.rcParams == before


def test_wrap_must_be_a_width():
    with pytest.raises(ValueError, match="wrap must be a number of at least 1, got 'no'"):
        plot_architecture(_residual(), wrap="no")


def test_a_keras_model_is_refused_with_the_call_that_draws_it():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    with pytest.raises(ValueError, match=r"got Sequential: use plot_architecture\(architecture.of\(model\)\)\."):
        plot_architecture(model)


def test_the_window_of_a_convolution_leads_to_the_number_that_comes_out():
    architecture = _sequential(layers.Conv2D(2, 7), shape=(28, 28, 1))
    ax = plot_architecture(architecture)
    window, number = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_gid() is None]
    right = window.get_x() + window.get_width()
    tip = number.get_x(), number.get_y() + number.get_height() / 2
    ways = [np.transpose(line.get_data()) for line in ax.lines]
    ways = [way for way in ways if np.allclose(way[1], tip)]
    assert sorted(way[0].tolist() for way in ways) == [
        [pytest.approx(right), pytest.approx(window.get_y())],
        [pytest.approx(right), pytest.approx(window.get_y() + window.get_height())],
    ]


def test_arrows_lead_from_left_to_right():
    ax = plot_architecture(_sequential(Mystery(), Mystery(), Mystery(), shape=(4,)))
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 3


# -- Attention weights ------------------------------------------------------------------------------------------------


def test_attention_weights_are_the_image_and_each_query_is_told():
    weights = np.array([[0.1, 0.9, 0.0], [1.0, 0.0, 0.0]])
    ax = plot_attention(weights, ["it", "sat"], ["the", "cat", "sat"])
    np.testing.assert_array_equal(ax.images[0].get_array(), weights)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["the", "cat", "sat"]
    assert _texts(ax) == ["0.1", "0.9", "1.0"]
    assert "it (place 1) most at cat (place 2), 0.90" in alt_text(ax.figure)


def test_real_attention_weights_can_be_drawn():
    x = keras.Input((3, 4))
    _, scores = layers.MultiHeadAttention(1, 2)(x, x, return_attention_scores=True)
    weights = np.asarray(keras.Model(x, scores)(np.random.default_rng(0).normal(size=(1, 3, 4))))
    plot_attention(weights[0, 0], "abc")


@pytest.mark.parametrize(
    "weights, said",
    [
        (np.ones((2, 2)), "each row must sum to 1, got sums from 2 to 2"),
        (np.ones((2, 3)) / 3, r"shape \(2, 2\)"),
        ([[2, -1], [0, 1]], "must be positive"),
    ],
)
def test_what_are_no_attention_weights_is_refused(weights, said):
    with pytest.raises(ValueError, match=said):
        plot_attention(weights, "ab")
