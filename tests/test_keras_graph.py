"""What is read off Keras models: one name for one function, and what a mask is not."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from lecture import architecture, network
from lecture.keras_graph import (
    activation_name,
    function_name,
    input_operations,
    optimizer_config,
    output_operations,
    read,
)

# -- One name for one function ----------------------------------------------------------------------------------------

SAME = {
    "softmax": (keras.activations.softmax, tf.nn.softmax, ops.softmax, layers.Softmax()),
    "log_softmax": (keras.activations.log_softmax, tf.nn.log_softmax, ops.log_softmax),
    "relu": (
        keras.activations.relu,
        tf.nn.relu,
        ops.relu,
        layers.ReLU(),
        layers.Activation("relu"),
        functools.partial(functools.partial(keras.activations.relu, max_value=6), threshold=1),
    ),
    "leaky_relu": (
        keras.activations.leaky_relu,
        tf.nn.leaky_relu,
        ops.leaky_relu,
        layers.LeakyReLU(),
        functools.partial(tf.nn.leaky_relu, alpha=0.1),
    ),
    "elu": (keras.activations.elu, tf.nn.elu, layers.ELU()),
    "silu": (keras.activations.silu, keras.activations.get("swish"), tf.nn.silu, tf.nn.swish),
    "exponential": (keras.activations.exponential, ops.exp, tf.exp),
    "linear": (keras.activations.linear, tf.identity),
    "tanh": (keras.activations.tanh, tf.tanh, np.tanh),
}


@pytest.mark.parametrize("name", SAME)
def test_a_function_has_one_name_however_it_comes(name):
    for function in SAME[name]:
        assert function_name(function) == name
        dense = keras.Sequential([keras.Input((3,)), layers.Dense(2, activation=function)])
        assert network.from_model(dense).activations == (name,)
        assert (
            f"1 output ({name})"
            in network.from_model(
                keras.Sequential([keras.Input((3,)), layers.Dense(1, activation=function)])
            ).describe()
        )
        assert architecture.of(dense).layers[-1].activation == name


def test_every_activation_of_keras_has_its_own_name():
    for name in (
        "celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu linear log_sigmoid "
        "log_softmax mish relu relu6 selu sigmoid silu soft_shrink softmax softplus softsign sparse_plus "
        "sparse_sigmoid sparsemax squareplus tanh tanh_shrink threshold"
    ).split():
        assert function_name(keras.activations.get(name)) == name


def test_functions_of_ones_own_keep_their_names():
    class Squash:
        def __call__(self, x):
            return x

    def my_relu(x):
        return x

    named = [function_name(function) for function in (Squash(), my_relu, functools.partial(my_relu))]
    assert named == ["Squash", "my_relu", "my_relu"]


def test_a_layer_of_ones_own_is_an_activation_only_without_weights():
    class Swish(layers.Layer):
        def build(self, shape):
            self.w = self.add_weight(shape=(shape[-1],))

        def call(self, x):
            return x * self.w

    class Mish(layers.Layer):
        def call(self, x):
            return x

    assert keras.Sequential([keras.Input((2,)), swish := Swish()]).built
    assert [activation_name(layer) for layer in (swish, Mish(), layers.Dense(1))] == [None, "mish", None]


# -- Calls in order ---------------------------------------------------------------------------------------------------


def test_each_call_comes_after_those_that_it_gets_its_inputs_from():
    a, b = keras.Input((3,), name="a"), keras.Input((4,), name="b")
    model = keras.Model([a, b], layers.Concatenate(name="both")([layers.Dense(2, name="d")(a), b]))
    graph = read(model)
    assert [call.operation.name for call in graph.calls] == ["a", "d", "b", "both"]
    assert [call.inputs for call in graph.calls] == [(), (0,), (), (1, 2)] and graph.outputs == (3,)
    assert graph.calls[3].input_shapes == ((None, 2), (None, 4)) and graph.calls[3].output_shapes == ((None, 6),)
    assert [layer.name for layer in input_operations(model)] == ["a", "b"]
    assert [layer.name for layer in output_operations(model)] == ["both"]


def test_a_model_inside_is_one_call_or_taken_apart():
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="one"), layers.ReLU(name="two")], name="inner")
    x = keras.Input((3,), name="x")
    model = keras.Model(x, layers.Dense(1, name="last")(inner(x)))
    assert [call.operation.name for call in read(model).calls] == ["x", "inner", "last"]
    unfolded = read(model, unfold=True)
    assert [call.operation.name for call in unfolded.calls] == ["x", "one", "two", "last"]
    assert [call.inputs for call in unfolded.calls] == [(), (0,), (1,), (2,)]


def test_an_optimizer_says_its_schedule_even_if_that_cannot_be_saved():
    class Warm(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.1

    schedule = Warm()
    assert optimizer_config(keras.optimizers.SGD(schedule, momentum=0.5))["learning_rate"] is schedule
    plain = keras.optimizers.Adam(0.25)
    assert optimizer_config(plain) == plain.get_config()


# -- One object many times --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "between, name",
    [
        (layers.ReLU(), "relu"),
        (layers.Activation("tanh"), "tanh"),
        (layers.LeakyReLU(), "leaky_relu"),
        (layers.Dropout(0.5), "linear"),
        (layers.Flatten(), "linear"),
        (ops.relu, "relu"),
        (ops.hard_sigmoid, "hard_sigmoid"),
        (keras.activations.relu, "relu"),
    ],
)
def test_what_has_no_weights_may_stand_in_a_chain_many_times(between, name):
    x = inputs = keras.Input((4,))
    for _ in range(5):
        x = between(layers.Dense(3)(x))
    model = keras.Model(inputs, layers.Dense(2)(x))
    net = network.from_model(model)
    assert net.sizes == (4, *[3] * 5, 2) and net.activations == (*[name] * 5, "linear")
    assert net.n_params == model.count_params()
    drawn = architecture.of(model)
    assert len(drawn.layers) == 12 and not drawn.skips
    if name != "linear":
        assert [layer.title for layer in drawn.layers if layer.kind == "activation"] == [name] * 5


def test_an_operation_that_changes_the_number_of_units_is_no_activation():
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(2)(ops.glu(layers.Dense(8)(x))))  # halves it
    with pytest.raises(ValueError, match=r"got layer 'glu' \(Glu\)"):
        network.from_model(model)
    assert [layer.kind for layer in architecture.of(model).layers] == ["input", "dense", "other", "dense"]


def test_weights_that_a_drawing_would_not_show_are_refused():
    x = keras.Input((4,))
    with pytest.raises(ValueError, match=r"got layer 'own' \(PReLU\)"):
        network.from_model(keras.Model(x, layers.PReLU(name="own")(layers.Dense(3)(x))))
    low_rank = layers.Dense(3, name="adapted")
    model = keras.Model(x, low_rank(x))
    low_rank.enable_lora(2)
    with pytest.raises(ValueError, match="'adapted' must have a kernel and biases only, got 4 arrays"):
        network.from_model(model)


# -- Masks ------------------------------------------------------------------------------------------------------------


def _masked():
    tokens = keras.Input((7,))
    x = layers.Embedding(20, 4, mask_zero=True)(tokens)
    x = layers.Add()([x, layers.LSTM(4, return_sequences=True)(x)])
    x = layers.GlobalAveragePooling1D()(layers.MultiHeadAttention(2, 2)(x, x))
    return keras.Model(tokens, layers.Dense(1)(x))


def test_masks_are_no_skip_connections(tmp_path):
    def reader(mask_zero):
        embedding = layers.Embedding(20, 4, mask_zero=mask_zero)
        return keras.Sequential([keras.Input((7,)), embedding, layers.Bidirectional(layers.GRU(5)), layers.Dense(2)])

    model, plain = reader(True), reader(False)
    assert architecture.of(model).describe() == architecture.of(plain).describe()
    model.save(tmp_path / "model.keras")
    for one in (model, keras.saving.load_model(tmp_path / "model.keras"), keras.models.clone_model(model)):
        drawn = architecture.of(one)
        assert [layer.title for layer in drawn.layers[1:]] == ["Embedding", "Bidirectional GRU", "Dense"]
        assert not drawn.skips
        assert drawn.n_params == one.count_params()


def test_a_skip_around_a_masked_layer_is_still_one(tmp_path):
    _masked().save(tmp_path / "model.keras")
    for model in (_masked(), keras.saving.load_model(tmp_path / "model.keras")):
        drawn = architecture.of(model)
        assert [(drawn.layers[a].type, drawn.layers[b].type) for a, b in drawn.skips] == [("Embedding", "Add")]
        assert [layer.type for layer in drawn.layers] == [
            *("InputLayer", "Embedding", "LSTM", "Add", "MultiHeadAttention", "GlobalAveragePooling1D", "Dense")
        ]


def test_masking_layers_and_masks_inside_models_inside_models():
    inner = keras.Sequential([keras.Input((7, 3)), layers.Masking(), layers.GRU(4)])
    x = keras.Input((7, 3))
    drawn = architecture.of(keras.Model(x, layers.Dense(1)(inner(layers.Masking()(x)))))
    assert [layer.type for layer in drawn.layers] == ["InputLayer", "Masking", "Masking", "GRU", "Dense"]
    assert not drawn.skips


def test_a_mask_that_is_an_input_of_its_own_is_drawn():
    x, mask = keras.Input((7, 3)), keras.Input((7,), dtype="bool", name="which")
    drawn = architecture.of(keras.Model([x, mask], layers.GRU(4)(x, mask=mask)))
    assert {layer.name for layer in drawn.layers if layer.kind == "input"} == {x._keras_history[0].name, "which"}
    own = keras.Model([x, mask], layers.GRU(4)(x, mask=ops.logical_not(mask)))
    assert "LogicalNot" in [layer.type for layer in architecture.of(own).layers]
