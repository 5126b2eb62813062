"""Weights in a row, and the gradient by them."""

import logging

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from landscape_nets import nets, twin

from lecture.landscape import assign, gradient, gradient_norm, names, spectrum, vector
from lecture.models import mlp

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
Y = np.eye(2)[(X[:, 0] > 0).astype(int)]
MODEL = mlp(5, 4, n_inputs=3, n_classes=2, activation="tanh", seed=1)
NETS = nets(3, 4, 2, n=6, activation="sigmoid", output="softmax")


def test_the_row_holds_all_weights_in_the_order_of_keras():
    by_hand = np.concatenate([array.ravel() for array in MODEL.get_weights()])
    np.testing.assert_array_equal(vector(MODEL), by_hand)
    assert vector(NETS).shape == (6, 3 * 4 + 4 + 4 * 2 + 2)
    np.testing.assert_array_equal(vector(NETS)[2, 12:16], NETS.weights[1][2])


def test_names_say_where_each_variable_lies():
    places = names(MODEL)
    assert list(places) == [variable.path for variable in MODEL.trainable_variables]
    for variable, place in zip(MODEL.trainable_variables, places.values()):
        np.testing.assert_array_equal(vector(MODEL)[place].reshape(variable.shape), variable.numpy())
    assert list(names(NETS)) == ["kernel_1", "bias_1", "kernel_2", "bias_2"]
    assert [place.stop for place in names(NETS).values()] == [12, 16, 24, 26]


def test_assign_is_the_inverse():
    before = vector(MODEL)
    drawn = rng.normal(size=before.shape).astype(np.float32)
    assert assign(MODEL, drawn) is MODEL
    np.testing.assert_array_equal(vector(MODEL), drawn)
    assign(MODEL, before)


def test_replicas_come_back_as_a_copy():
    before = vector(NETS)
    moved = assign(NETS, before + 1)
    np.testing.assert_array_equal(vector(moved), before + 1)
    np.testing.assert_array_equal(vector(NETS), before)
    np.testing.assert_allclose(moved.predict(X)[3], twin(moved, 3)(X), atol=1e-6)


@given(st.lists(st.integers(1, 6), min_size=0, max_size=3), st.booleans())
@settings(max_examples=10)
def test_the_row_is_as_long_as_keras_counts(hidden, batch_norm):
    model = mlp(*hidden, n_inputs=3, n_classes=2, batch_norm=batch_norm, seed=0)
    counted = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    places = names(model)
    assert vector(model).shape == (counted,)
    assert [place.start for place in places.values()] == [0, *(place.stop for place in places.values())][:-1]


def test_the_gradient_is_that_of_a_tape():
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.categorical_crossentropy(Y, MODEL(X)))
    parts = tape.gradient(loss, [variable.value for variable in MODEL.trainable_variables])
    by_hand = np.concatenate([part.numpy().ravel() for part in parts])
    np.testing.assert_allclose(gradient(MODEL, X, Y), by_hand, atol=1e-6)


def test_each_replica_has_its_own_gradient():
    found = gradient(NETS, X, Y, loss="categorical_crossentropy")
    assert found.shape == vector(NETS).shape
    for at in range(len(NETS)):
        np.testing.assert_allclose(found[at], gradient(_compiled(NETS, at), X, Y), atol=1e-6)


def _compiled(nets, at):
    model = twin(nets, at)
    model.compile(loss="categorical_crossentropy")
    return model


def test_the_gradient_agrees_with_finite_differences():
    here, step = vector(NETS)[0], 1e-6
    losses = [_loss(here + sign * step * unit) for unit in np.eye(len(here)) for sign in (1, -1)]
    by_hand = -np.diff(np.reshape(losses, (-1, 2)))[:, 0] / (2 * step)
    found = gradient(NETS, X, Y, loss="categorical_crossentropy", at=here)
    np.testing.assert_allclose(found, by_hand, atol=1e-8)


def _loss(theta):
    W, b, V, c = np.split(theta, [12, 16, 24])
    a = 1 / (1 + np.exp(-(X @ W.reshape(3, 4) + b)))
    z = a @ V.reshape(4, 2) + c
    return np.mean(np.log(np.exp(z).sum(axis=1)) - (z * Y).sum(axis=1))


def test_replicas_may_have_examples_of_their_own():
    own = rng.normal(size=(6, 10, 3))
    labels = np.eye(2)[(own[..., 0] > 0).astype(int)]
    found = gradient(NETS, own, labels, loss="categorical_crossentropy")
    for at in range(6):
        alone = gradient(NETS, own[at], labels[at], loss="categorical_crossentropy")[at]
        np.testing.assert_allclose(found[at], alone, atol=1e-12)


def test_penalties_count_as_in_evaluate():
    penalized, plain = (mlp(5, n_inputs=3, n_classes=2, activation="tanh", l2=l2, seed=1) for l2 in (0.1, 0))
    added = gradient(penalized, X, Y) - gradient(plain, X, Y)
    np.testing.assert_allclose(added[:15], 0.2 * vector(plain)[:15], atol=1e-6)
    np.testing.assert_allclose(added[15:], 0, atol=1e-6)


def test_class_numbers_serve_as_well_as_one_hot_rows():
    sparse = mlp(5, 4, n_inputs=3, n_classes=2, activation="tanh", loss="sparse", seed=1)
    np.testing.assert_allclose(gradient(sparse, X, Y.argmax(axis=1)), gradient(MODEL, X, Y), atol=1e-6)


def test_convolutions_and_batch_norm_have_a_gradient():
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(3, 3, activation="tanh"),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dense(2, "softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy")
    images = rng.normal(size=(40, 6, 6, 1)).astype(np.float32)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.categorical_crossentropy(Y, model(images, training=False)))
    parts = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    by_hand = np.concatenate([part.numpy().ravel() for part in parts])
    np.testing.assert_allclose(gradient(model, images, Y), by_hand, atol=1e-5)
    several = gradient(model, images, Y, at=np.stack([vector(model)] * 3))
    np.testing.assert_allclose(several, np.stack([by_hand] * 3), atol=1e-5)


def test_norms_of_the_parts_and_of_the_whole():
    g, norms = gradient(MODEL, X, Y), gradient_norm(MODEL, X, Y)
    parts = [np.linalg.norm(g[place]) for place in names(MODEL).values()]
    np.testing.assert_allclose(norms.total, np.sqrt(np.sum(np.square(parts))), rtol=1e-5)
    np.testing.assert_allclose([*norms.by_variable.values()], parts, rtol=1e-5)
    np.testing.assert_allclose(norms.sum_of_norms, np.sum(parts), rtol=1e-5)
    assert norms.sum_of_norms > norms.total
    assert "gradient of norm" in norms.describe()
    assert gradient_norm(NETS, X, Y, loss="categorical_crossentropy").total.shape == (6,)


def test_what_is_refused():
    unbuilt = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="must be built"):
        vector(unbuilt)
    with pytest.raises(ValueError, match="must be a built Keras model, or Replicas, got str"):
        vector("model")
    frozen = mlp(3, n_inputs=3, n_classes=2)
    frozen.trainable = False
    with pytest.raises(ValueError, match="must have trainable weights, and 'mlp' has none"):
        vector(frozen)
    with pytest.raises(ValueError, match=r"theta must have shape \(54,\), .* got \(3,\)"):
        assign(MODEL, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="loss must be given with replicas"):
        gradient(NETS, X, Y)
    with pytest.raises(ValueError, match="loss must be given, or the model compiled"):
        gradient(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), X, Y)
    with pytest.raises(ValueError, match="loss must be a Keras loss or the name of one, .* got 'no such'"):
        gradient(MODEL, X, Y, loss="no such")
    with pytest.raises(ValueError, match="loss must average over the examples"):
        gradient(MODEL, X, Y, loss=keras.losses.MeanSquaredError(reduction="sum"))
    with pytest.raises(ValueError, match=r"X and y must be equally long, got \(40,\) and \(39,\)"):
        gradient(MODEL, X, Y[1:])
    with pytest.raises(ValueError, match="X must be numbers, .* got shape"):
        gradient(MODEL, X[:0], Y[:0])
    with pytest.raises(ValueError, match="X must be finite, got 1 values that are not"):
        gradient(MODEL, np.where(np.arange(120).reshape(40, 3) == 7, np.nan, X), Y)
    with pytest.raises(ValueError, match="y must be finite"):
        gradient(MODEL, X, np.full_like(Y, np.inf))
    with pytest.raises(ValueError, match=r"X must have shape \(None, 3\)"):
        gradient(MODEL, X[:, :2], Y)
    with pytest.raises(ValueError, match=r"X must have shape \(n, 3\) or \(6, n, 3\)"):
        gradient(NETS, X[:, :2], Y, loss="mse")
    with pytest.raises(ValueError, match=r"at must hold weights in a row, \(54,\)"):
        gradient(MODEL, X, Y, at=np.zeros(3))
    with pytest.raises(ValueError, match="at must be finite"):
        gradient(MODEL, X, Y, at=np.full(54, np.nan))


def test_a_loss_that_is_not_finite_is_refused_with_its_place():
    broken = vector(NETS)
    broken[4] = np.nan
    with pytest.raises(ValueError, match="the loss must be finite .* is not at row 4 of 6"):
        gradient(assign(NETS, broken), X, Y, loss="categorical_crossentropy")
    model = mlp(3, n_inputs=3, n_classes=2)
    assign(model, np.full_like(vector(model), np.inf))
    with pytest.raises(ValueError, match="the loss must be finite .* is not at the model's weights"):
        gradient(model, X, Y)


def test_many_models_raise_no_warning_of_tensorflow():
    """It takes the graphs of many models for one that is made again and again."""
    messages = []
    handler = logging.Handler()
    handler.emit = lambda record: messages.append(record.getMessage())
    logger = logging.getLogger("tensorflow")
    logger.addHandler(handler)
    try:
        for n in range(2, 14):
            several = nets(n, 3, 2, n=2)
            gradient_norm(several, np.ones((n, n)), np.ones((n, 2)), loss="mse")
            spectrum(several, np.ones((n, n)), np.ones((n, 2)), loss="mse")
    finally:
        logger.removeHandler(handler)
    assert messages == []


def test_labels_that_do_not_fit_the_loss_are_refused():
    classes = Y.argmax(axis=1)
    with pytest.raises(ValueError, match=r"y must have shape \(None, 2\) with this loss, .* got \(40, 1\)"):
        gradient(MODEL, X, classes, loss="categorical_crossentropy")
    with pytest.raises(ValueError, match=r"y must have shape \(None, 2\) .* got \(40, 3\)"):
        gradient(NETS, X, np.ones((40, 3)), loss="mse")
    with pytest.raises(ValueError, match=r"one class number for each example .* got \(40, 2\): of one-hot rows"):
        gradient(MODEL, X, Y, loss="sparse_categorical_crossentropy")
    for wrong, told in ((classes + 1, "1 to 2"), (classes - 1, "-1 to 0"), (classes + 0.5, "0.5 to 1.5")):
        with pytest.raises(ValueError, match=f"class numbers from 0 to 1 with this loss, got {told}"):
            gradient(MODEL, X, wrong, loss="sparse_categorical_crossentropy")
    for values in ((X, classes.astype(str)), (X.astype(str), classes)):
        with pytest.raises(ValueError, match="must be numbers, got text"):
            gradient(MODEL, *values)


def test_a_model_with_several_inputs_or_outputs_is_refused():
    one, other = keras.Input((3,)), keras.Input((3,))
    joined = keras.Model([one, other], keras.layers.Dense(2)(keras.layers.Concatenate()([one, other])), name="joined")
    with pytest.raises(ValueError, match="model must have one input, and 'joined' has 2"):
        gradient(joined, X, Y, loss="mse")
    forked = keras.Model(one, [keras.layers.Dense(2)(one), keras.layers.Dense(1)(one)], name="forked")
    with pytest.raises(ValueError, match="model must have one output, and 'forked' has 2"):
        gradient(forked, X, Y, loss="mse")


def test_a_model_of_ones_own_class_without_a_mode_of_training():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.inner = keras.layers.Dense(2)

        def call(self, x):
            return self.inner(x)

    model = Own()
    model(X)
    twin_of_layers = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    assign(twin_of_layers, vector(model))
    np.testing.assert_allclose(gradient(model, X, Y, loss="mse"), gradient(twin_of_layers, X, Y, loss="mse"), rtol=1e-5)


@pytest.mark.parametrize("axes", [None, 1, (0, 1)])
def test_a_loss_that_mixes_the_examples_is_refused(axes):
    """On rows of three axes, (replicas, examples, outputs), its mean is that of other replicas, or of no example."""

    def mixed(y, outputs):
        return keras.ops.mean(keras.ops.square(y - outputs), axis=axes)

    with pytest.raises(ValueError, match="loss must give a value for each example, .* and 'mixed' gives shape"):
        gradient(NETS, X, Y, loss=mixed)


def test_a_function_as_loss():
    def last(y, outputs):
        return keras.ops.mean(keras.ops.square(y - outputs), axis=-1)

    np.testing.assert_allclose(gradient(NETS, X, Y, loss=last), gradient(NETS, X, Y, loss="mse"), rtol=1e-6)
