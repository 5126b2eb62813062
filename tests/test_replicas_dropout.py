"""Dropout in replicas: a step by hand and by Keras' own layer, what seeds and conditions share, what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from replica_data import X, Y

from lecture.replicas import compare, train
from lecture.replicas.dropout import Dropout, uniform
from lecture.replicas.machinery import cores
from lecture.shuffling import epoch_order

HOW = dict(steps=30, seeds=[4, 5], batch_size=16, activation="relu", optimizer="sgd", dtype="float64", show=False)


@tf.function(jit_compile=True)
def _draw(seed, number, shape):
    return uniform(seed[None], number, shape)[0]


def _kept(seed, step, layer, shape, rate):
    """Which units are kept, from the draws that are documented."""
    number = tf.constant(2 * step + layer, tf.int64)
    return _draw(tf.constant(seed, tf.int64), number, shape).numpy() >= rate


def _step(weights, rows, seed, step):
    """The weights after a step of gradient descent, by Keras' layers and products with masks.

    A smaller batch loses the units that the first examples of a full one lose.
    """
    masks = [_kept(seed, step, layer, (16, units), 0.4)[: len(rows)] / 0.6 for layer, units in enumerate((8, 5))]
    dense = []
    for at, (p, q) in enumerate([(3, 8), (8, 5), (5, 2)]):
        dense.append(keras.layers.Dense(q, activation="relu" if at < 2 else "softmax", dtype="float64"))
        dense[at].build((None, p))
        dense[at].set_weights(weights[2 * at : 2 * at + 2])
    a = X[rows]
    with tf.GradientTape() as tape:
        for layer, mask in zip(dense, [*masks, 1]):
            a = layer(a) * mask
        loss = tf.reduce_mean(keras.losses.categorical_crossentropy(Y[rows], a))
    variables = [variable for layer in dense for variable in layer.trainable_variables]
    return [w - 0.125 * g.numpy() for w, g in zip(weights, tape.gradient(loss, variables))]


@pytest.mark.parametrize("same_batches", [False, True])
def test_steps_are_those_of_keras_with_the_same_units_missing(same_batches):
    how = HOW | dict(learning_rate=0.125, dropout=0.4, same_batches=same_batches)
    start = train((8, 5), X, Y, **how | dict(steps=1, learning_rate=0.0))
    ours = train((8, 5), X, Y, **how | dict(steps=6))
    for at, seed in enumerate([4, 5]):
        weights = [array[at] for array in start.weights]
        orders = [epoch_order(60, 4 if same_batches else seed, epoch) for epoch in range(2)]
        batches = [order[begin : begin + 16] for order in orders for begin in (0, 16, 32, 48)]
        for step, rows in enumerate(batches[:6]):
            weights = _step(weights, rows, seed, step)
        for mine, theirs in zip(ours.weights, weights, strict=True):
            np.testing.assert_allclose(mine[at], theirs, rtol=1e-9, atol=1e-12)


def test_what_is_recorded_drops_nothing():
    nets = train((8, 5), X, Y, dropout=0.5, record=[0, 30], X_test=X[:9], y_test=Y[:9], **HOW)
    for at in range(2):
        outputs = nets.predict(X)[at]
        assert nets.loss[-1, at] == pytest.approx(-np.log((outputs * Y).sum(axis=1)).mean(), rel=1e-9)
    np.testing.assert_array_equal(nets.predict(X), nets.predict(X))


def test_no_dropout_is_no_dropout_and_a_rate_may_differ_between_seeds():
    plain, zero = (train((8, 5), X, Y, **HOW | own) for own in ({}, dict(dropout=[0.0, 0.0])))
    mixed = train((8, 5), X, Y, dropout=[0.0, 0.5], **HOW)
    one = train((8, 5), X, Y, dropout=0.5, **HOW | dict(seeds=[5]))
    for a, b, c, d in zip(plain.weights, zero.weights, mixed.weights, one.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(c[0], a[0], atol=1e-12)
        np.testing.assert_allclose(c[1], d[0], atol=1e-12)
        assert not np.allclose(c[1], a[1], atol=1e-3)


@pytest.mark.parametrize("n_slices", [1, 2])
def test_conditions_and_seeds_are_what_training_them_alone_gives(monkeypatch, n_slices):
    monkeypatch.setattr(cores, "n_slices", lambda n_seeds, operations: n_slices)
    conditions = {
        "plain": {},
        "a": dict(dropout=0.2),
        "b": dict(dropout=0.5, batch_norm=(0.9, 1e-3)),
        "c": dict(l2=0.1),
    }
    nets = compare(conditions, X, Y, hidden=(8, 5), **HOW | dict(seeds=[4, 9, 5]))
    for name, own in conditions.items():
        alone = train((8, 5), X, Y, **HOW | own | dict(seeds=[9]))
        for ours, theirs in zip(nets[name].get_weights(), alone.get_weights(), strict=True):
            np.testing.assert_allclose(ours[1], theirs[0], atol=1e-11)


def test_the_share_of_dropped_units_is_right_and_no_two_draws_are_alike():
    layers = Dropout(6, 3, 2, "float64")
    layers.start(np.repeat([0.0, 0.25], 3), [1, 2, 2**70])
    ones, found = np.ones((6, 400, 50)), []
    for _ in range(2):
        found += [layers.in_training(layer, tf.constant(ones)).numpy() for layer in range(2)]
        layers.next()
    for dropped in found:
        assert (dropped[:3] == 1).all() and set(np.unique(dropped[3:])) == {0, 1 / 0.75}
        # 20,000 draws: the share's standard deviation is √(.25 · .75 / 20,000) = .003
        np.testing.assert_allclose((dropped[3:] == 0).mean(axis=(1, 2)), 0.25, atol=5 * 0.0031)
    masks = [mask == 0 for dropped in found for mask in dropped[3:]]
    alike = [(a == b).mean() for i, a in enumerate(masks) for b in masks[:i]]
    np.testing.assert_allclose(alike, 0.25**2 + 0.75**2, atol=5 * 0.0035)  # as independent ones are


def test_on_average_a_step_is_that_of_kerass_own_dropout():
    """The gradient of the last layer's biases, over many masks: Keras' layer in training has the same mean."""
    start = train((8, 5), X, Y, **HOW | dict(steps=1, learning_rate=0.0, seeds=[0], batch_size=None))
    weights = [array[0] for array in start.weights]
    how = HOW | dict(steps=1, learning_rate=1.0, seeds=400, batch_size=None, dropout=0.5)
    ours = weights[5] - train((8, 5), X, Y, weights=weights, **how).weights[5]  # (400, 2)
    layers = [keras.Input((3,), dtype="float64")]
    for units in (8, 5):
        layers += [keras.layers.Dense(units, activation="relu", dtype="float64"), keras.layers.Dropout(0.5, seed=1)]
    model = keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax", dtype="float64")])
    model.set_weights(weights)
    theirs = np.array([(model(X, training=True).numpy() - Y).mean(axis=0) for _ in range(400)])
    error = np.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / 400)
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 4 * error).all()
    np.testing.assert_allclose(ours.std(axis=0), theirs.std(axis=0), rtol=0.2)


@pytest.mark.parametrize(
    ("hidden", "dropout", "sentence"),
    [
        ((8,), 1, "dropout must be below 1, got 1"),
        ((8,), -0.1, "dropout must be finite and at least 0, got -0.1"),
        ((8,), [0.1, 0.2, 0.3], "dropout must be a number, or one for each of 2 replicas"),
        ((8,), "half", "dropout must be a number, or one for each of 2 replicas, got 'half'"),
        ((), 0.5, "dropout needs a hidden layer, got none"),
    ],
)
def test_what_is_no_share_is_refused(hidden, dropout, sentence):
    with pytest.raises(ValueError, match=sentence):
        train(hidden, X, Y, dropout=dropout, **HOW)
