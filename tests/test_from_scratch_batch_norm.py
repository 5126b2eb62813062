"""Batch norm as a layer of its own: its gradient by formula, its statistics, its place in the net."""

from dataclasses import replace

import numpy as np
import pytest
from from_scratch_nets import deep_task

from lecture.from_scratch import FAULTS, BatchNorm, Dense, Net, batch_norm_gradient, dense_net

RNG = np.random.default_rng(0)
Z, ABOVE, GAMMA = RNG.normal(2, 3, size=(6, 4)), RNG.normal(size=(6, 4)), RNG.normal(1, 0.5, size=4)


def by_hand(z, above, gamma, epsilon):
    """∂L/∂z by the Jacobian of each unit, written out."""
    n = len(z)
    out = np.empty_like(z)
    for j in range(z.shape[1]):
        centred = z[:, j] - z[:, j].sum() / n
        spread = np.sqrt((centred**2).sum() / n + epsilon)
        z_hat = centred / spread
        jacobian = (np.eye(n) - 1 / n - np.outer(z_hat, z_hat) / n) / spread  # ∂ẑ_i/∂z_k
        out[:, j] = jacobian.T @ (above[:, j] * gamma[j])
    return out


@pytest.mark.parametrize("epsilon", [0, 1e-5, 1.0])
def test_the_gradient_is_that_of_the_jacobian(epsilon):
    ours = batch_norm_gradient(Z, ABOVE, GAMMA, epsilon)
    np.testing.assert_allclose(ours, by_hand(Z, ABOVE, GAMMA, epsilon), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ours.sum(axis=0), 0, atol=1e-14)  # adding a constant to z changes nothing
    if epsilon == 0:
        np.testing.assert_allclose((ours * (Z - Z.mean(axis=0))).sum(axis=0), 0, atol=1e-13)  # nor does scaling it


def test_each_fault_is_what_its_name_says():
    n, mean, spread = len(Z), Z.mean(axis=0), np.sqrt(Z.var(axis=0) + 1e-5)
    d, z_hat = ABOVE * GAMMA, (Z - mean) / spread
    wanted = {
        "variance": (d - d.mean(axis=0)) / spread,
        "mean and variance": d / spread,
        "sums": (d - d.sum(axis=0) - z_hat * (d * z_hat).sum(axis=0)) / spread,
        "gamma": batch_norm_gradient(Z, ABOVE, np.ones(4), 1e-5),
        "n - 1": (d - d.sum(axis=0) / (n - 1) - z_hat * (d * z_hat).sum(axis=0) / (n - 1)) / spread,
    }
    assert wanted.keys() == FAULTS.keys()
    for fault, gradient in wanted.items():
        ours = batch_norm_gradient(Z, ABOVE, GAMMA, 1e-5, fault=fault)
        np.testing.assert_allclose(ours, gradient, rtol=1e-12, atol=1e-14)
        assert np.abs(ours - batch_norm_gradient(Z, ABOVE, GAMMA, 1e-5)).max() > 1e-3


def test_a_net_has_batch_norm_between_a_dense_layer_and_its_activation():
    net = dense_net([3, 5, 4, 2], activation="relu", batch_norm={"momentum": 0.9, "epsilon": 1e-5}, seed=1)
    kinds = [(type(layer).__name__, layer.shape, layer.activation) for layer in net.layers]
    assert kinds == [
        ("Dense", (3, 5), "linear"),
        ("BatchNorm", (5, 5), "relu"),
        ("Dense", (5, 4), "linear"),
        ("BatchNorm", (4, 4), "relu"),
        ("Dense", (4, 2), "sigmoid"),
    ]
    assert {(layer.momentum, layer.epsilon) for layer in net.layers if isinstance(layer, BatchNorm)} == {(0.9, 1e-5)}
    assert net.numbers == [1, 1, 2, 2, 3] and net.sizes == [3, 5, 4, 2] and net.has_batch_norm
    plain = dense_net([3, 5, 4, 2], activation="relu", seed=1)
    assert not plain.has_batch_norm and plain.numbers == [1, 2, 3]
    for ours, theirs in zip(net.matrices, plain.matrices, strict=True):
        np.testing.assert_array_equal(ours, theirs)  # batch norm changes no initial weight
    defaults = dense_net([3, 5, 2], batch_norm=True).layers[1]
    assert (defaults.momentum, defaults.epsilon) == (0.99, 1e-3)


def test_batch_norm_may_come_first_or_after_an_activation():
    norm = BatchNorm.fresh(2)
    net = Net((norm, Dense(np.eye(2), [0, 0], "tanh"), norm, Dense([[1.0], [2.0]], [0.0], "linear")))
    X = RNG.normal(3, 2, size=(50, 2))
    signals = net.forward(X, training=True)
    np.testing.assert_allclose(signals[1].x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(signals[3].x.std(axis=0), 1, atol=0.01)
    assert net.numbers == [0, 1, 1, 2] and net.sizes == [2, 2, 1]


def test_the_standard_deviation_of_the_weights_can_be_a_number():
    net = dense_net([200, 100, 10], initializer=1e-3, seed=3)
    assert net.dense[0].W.std() == pytest.approx(1e-3, rel=0.03)
    np.testing.assert_array_equal(net.dense[0].W, dense_net([200, 100, 10], initializer=1, seed=3).dense[0].W * 1e-3)


def test_refreshed_averages_are_those_of_the_data_layer_by_layer():
    net, X, _ = deep_task(3, n=40, batch_norm=True)
    fresh = BatchNorm.refreshed(net, X)
    x = X
    for layer in fresh.layers:  # now a prediction standardizes by the statistics of X itself
        if isinstance(layer, BatchNorm):
            np.testing.assert_allclose(layer.moving_mean, x.mean(axis=0), rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(layer.moving_variance, x.var(axis=0), rtol=1e-12)
        x = layer.forward(x).a
    np.testing.assert_allclose(fresh.predict(X), net.forward(X, training=True)[-1].a, rtol=1e-10)
    assert np.abs(fresh.predict(X) - net.predict(X)).max() > 0.01


def test_momentum_is_what_a_batch_leaves():
    layer = BatchNorm.fresh(4, momentum=0.9)
    moved = layer.moved(layer.forward(Z, training=True))
    np.testing.assert_allclose(moved.moving_mean, 0.1 * Z.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(moved.moving_variance, 0.9 + 0.1 * Z.var(axis=0), rtol=1e-12)


def test_a_net_changes_its_dtype_and_keeps_its_numbers():
    net, X, _ = deep_task(2, batch_norm=True)
    single = net.astype("float32")
    arrays = [w for layer in single.layers for w in layer.parameters.values()]
    assert {w.dtype for w in arrays} == {np.dtype("float32")}
    assert single.signals(X.astype("float32"), training=True)[-1].a.dtype == np.float32
    np.testing.assert_allclose(single.predict(X), net.predict(X), rtol=1e-3, atol=1e-5)
    again = net.astype("float64")
    assert again.layers[0].W is not net.layers[0].W
    np.testing.assert_array_equal(again.predict(X), net.predict(X))


CONSTANT = np.column_stack([Z[:, 0], np.full(6, 0.5)])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: BatchNorm.fresh(0), "n_units must be a whole number of at least 1, got 0"),
        (lambda: BatchNorm.fresh(3, momentum=1), "momentum must be a number of at least 0 and below 1, got 1"),
        (lambda: BatchNorm.fresh(3, epsilon=-1e-5), "epsilon must be a number of at least 0, got -1e-05"),
        (lambda: BatchNorm.fresh(3, fault="bias"), "fault must be one of variance, .*, got 'bias'"),
        (lambda: BatchNorm.fresh(3, activation="swoosh"), "activation must be one of .*, got 'swoosh'"),
        (
            lambda: replace(BatchNorm.fresh(3), gamma=np.ones(2)),
            r"must have the same shape \(n_units,\), got \(2,\), \(3,\), \(3,\), \(3,\)",
        ),
        (
            lambda: Net((Dense(np.ones((2, 3)), np.zeros(3), "linear"), BatchNorm.fresh(4))),
            "got 3 outputs before a layer with 4 inputs",
        ),
        (lambda: Net((BatchNorm.fresh(4),)), "layers must have one or more Dense layers, got 1 layers without one"),
        (
            lambda: BatchNorm.fresh(4).forward(Z[:2], training=True),
            "Batch norm needs 3 examples or more to say anything in training, got 2",
        ),
        (
            lambda: BatchNorm.fresh(2, epsilon=0).forward(CONSTANT, training=True),
            "epsilon 0 cannot standardize a unit that is the same for all examples, got 1 of 2 such units",
        ),
        (lambda: dense_net([2, 2, 1], batch_norm="yes"), "batch_norm must be True, False or .*, got 'yes'"),
        (
            lambda: dense_net([2, 2, 1], batch_norm={"eps": 1}),
            "A setting of batch norm must be one of momentum, epsilon, fault, got 'eps'",
        ),
        (lambda: dense_net([2, 1], initializer=0), "initial weights must be a number above 0, got 0"),
        (lambda: dense_net([2, 1], initializer=-0.1), "initial weights must be a number above 0, got -0.1"),
        (lambda: dense_net([2, 1], initializer=np.inf), "initial weights must be a number above 0, got inf"),
        (lambda: dense_net([2, 1], initializer=np.nan), "initial weights must be a number above 0, got nan"),
        (lambda: dense_net([2, 1], initializer="0.1"), "initializer must be one of zeros, .*, got '0.1'"),
        (lambda: dense_net([2, 1]).astype("int8"), "dtype must be one of float64, float32, complex128, got 'int8'"),
        (lambda: batch_norm_gradient(Z, ABOVE[:3], GAMMA, 0.1), r"shape \(n, n_units\), .* got \(6, 4\), \(3, 4\)"),
        (lambda: batch_norm_gradient(Z, ABOVE, GAMMA[:3], 0.1), r"gamma and beta \(n_units,\), got .* \(3,\)"),
        (lambda: batch_norm_gradient(Z, ABOVE, GAMMA, -1), "epsilon must be a number of at least 0, got -1"),
        (lambda: batch_norm_gradient(Z, ABOVE, GAMMA, 1, fault=""), "fault must be one of variance, .*, got ''"),
        (lambda: batch_norm_gradient(Z[:2], ABOVE[:2], GAMMA, 1), "Batch norm needs 3 examples or more .* got 2"),
        (lambda: batch_norm_gradient(Z * np.inf, ABOVE, GAMMA, 1), "must be finite numbers, got some that are not"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)
