"""Replicas with batch norm: the nets of Keras and of the net in NumPy, moving averages too; what is refused."""

import keras
import numpy as np
import pytest
from replica_data import X, Y

from lecture import landscape
from lecture.from_scratch import BatchNorm, Dense, dense_net, fit
from lecture.replicas import compare, train
from lecture.replicas.machinery import cores, program
from lecture.shuffling import epoch_order
from lecture.training import twin

SETTINGS = (0.9, 1e-5)
HOW = dict(steps=200, seeds=[4, 5], batch_size=16, activation="relu", optimizer="sgd", dtype="float64", show=False)


@pytest.fixture
def doubles():
    """Keras with float64 throughout: it cannot add its penalties to a loss of another type."""
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


def _net(seed, momentum=0.9, epsilon=1e-5, l2=0.0):
    settings = {"momentum": momentum, "epsilon": epsilon}
    how = dict(activation="relu", output="softmax", initializer="he_normal", l2=l2, seed=seed)
    return dense_net([3, 8, 5, 2], batch_norm=settings, **how)


def _arrays(net):
    """All arrays of a net in NumPy in the order of Keras' ``get_weights``."""
    names = {Dense: ("W", "b"), BatchNorm: ("gamma", "beta", "moving_mean", "moving_variance")}
    return [getattr(layer, name) for layer in net.layers for name in names[type(layer)]]


def _together(nets):
    return [np.stack(arrays) for arrays in zip(*map(_arrays, nets))]


def _same(nets, replica, expected):
    for ours, theirs in zip(nets.get_weights(), expected, strict=True):
        np.testing.assert_allclose(ours[replica], theirs, rtol=1e-8, atol=1e-8)


@pytest.mark.usefixtures("doubles")
def test_after_200_steps_keras_the_net_in_numpy_and_replicas_are_the_same():
    """With first weights, rates and penalties of their own, in batches of which the last is smaller."""
    rates, strengths = [0.03, 0.1], [0.002, 0.01]
    nets = [_net(seed, l2=l2) for seed, l2 in enumerate(strengths)]
    how = HOW | dict(learning_rate=rates, l2=strengths, penalized="all")
    ours = train((8, 5), X, Y, weights=_together(nets), batch_norm=SETTINGS, **how)
    assert [array.shape for array in ours.moving] == [(2, 8), (2, 8), (2, 5), (2, 5)]
    for at, seed in enumerate([4, 5]):
        numpys = fit(nets[at], X, Y, learning_rate=rates[at], epochs=50, batch_size=16, seed=seed, dtype="float64").net
        _same(ours, at, _arrays(numpys))
        np.testing.assert_allclose(ours.predict(X)[at], numpys.predict(X), rtol=1e-7)
        assert ours.accuracy[-1, at] == (numpys.predict(X).argmax(1) == Y.argmax(1)).mean()
    model = twin(nets[1], optimizer=keras.optimizers.SGD(rates[1]), dtype="float64")
    for epoch in range(50):
        order = epoch_order(60, 5, epoch)
        model.fit(X[order], Y[order], batch_size=16, shuffle=False, verbose=0)
    _same(ours, 1, model.get_weights())


def test_all_examples_in_a_step_are_one_batch_and_nets_go_on_from_all_their_arrays():
    net = _net(3)
    how = HOW | dict(batch_size=None, learning_rate=0.05, batch_norm=SETTINGS)
    ours = train((8, 5), X, Y, weights=_arrays(net), **how | dict(steps=40))
    expected = fit(net, X, Y, learning_rate=0.05, epochs=40, batch_size=60, dtype="float64").net
    _same(ours, 0, _arrays(expected))
    first = train((8, 5), X, Y, weights=_arrays(net), **how | dict(steps=15))
    on = train((8, 5), X, Y, weights=first.get_weights(), **how | dict(steps=25))
    _same(on, 1, _arrays(expected))
    np.testing.assert_allclose(on.loss[0], first.loss[-1], rtol=1e-12)


def test_gamma_and_beta_start_at_1_and_0_and_averages_at_0_and_1_unless_given():
    how = HOW | dict(steps=1, learning_rate=0.0, record=[0], batch_norm=(0.5, 1e-3))
    nets = train((8, 5), X, Y, initializer="he_normal", **how)
    W, b, gamma, beta = nets.weights[:4]
    assert W.shape == (2, 3, 8) and (b == 0).all() and (gamma == 1).all() and (beta == 0).all()
    plain = train((8, 5), X, Y, initializer="he_normal", **how | dict(batch_norm=None))
    np.testing.assert_array_equal(W, plain.weights[0])  # batch norm draws nothing
    for at, seed in enumerate([4, 5]):
        z = (X[epoch_order(60, seed, 0)[:16]] @ W[at]).astype(float)
        np.testing.assert_allclose(nets.moving[0][at], z.mean(axis=0) / 2, atol=1e-12)
        np.testing.assert_allclose(nets.moving[1][at], (1 + z.var(axis=0)) / 2, atol=1e-12)
    assert nets.net.n_parameters == sum(w[0].size for w in nets.weights)
    again = train((8, 5), X, Y, weights=nets.weights, **how)
    for ours, theirs in zip(again.moving, nets.moving, strict=True):
        np.testing.assert_array_equal(ours, theirs)


CONDITIONS = {
    "small epsilon": dict(batch_norm=(0.9, 1e-5)),
    "none": dict(initializer="zeros"),
    "large epsilon": dict(batch_norm=(0.5, 0.1), l2=[0.0, 0.01]),
    "none either": {},
}


@pytest.mark.parametrize("n_slices", [1, 2])
def test_each_condition_is_what_training_it_alone_gives(monkeypatch, n_slices):
    monkeypatch.setattr(cores, "n_slices", lambda n_seeds, operations: n_slices)
    common = HOW | dict(hidden=(8, 5), steps=30, keep={1: [0, 3]}, X_test=X[:9], y_test=Y[:9])
    nets = compare(CONDITIONS, X, Y, **common)
    assert list(nets) == list(CONDITIONS)
    for name, own in CONDITIONS.items():
        alone = train(X=X, y=Y, **common | own)
        assert nets[name].batch_norm == alone.batch_norm == own.get("batch_norm")
        for ours, theirs in zip(nets[name].get_weights(), alone.get_weights(), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-11)
        np.testing.assert_allclose(nets[name].test_loss, alone.test_loss, atol=1e-11)
        np.testing.assert_array_equal(
            alone.kept[1][-1], alone.weights[4 if alone.moving else 2].reshape(2, -1)[:, [0, 3]]
        )


def test_a_narrower_replica_is_the_net_that_has_no_more_units():
    common = HOW | dict(steps=40, batch_norm=SETTINGS, seeds=[0, 1])
    masked = train((8, 5), X, Y, widths=np.array([[8, 5], [3, 2]]), **common)
    narrow = train((3, 2), X, Y, **common | dict(seeds=[1]))
    np.testing.assert_allclose(masked.predict(X)[1], narrow.predict(X)[0], atol=1e-10)
    np.testing.assert_allclose(masked.moving[3][1, :2], narrow.moving[3][0], atol=1e-10)


def test_norms_of_gradients_are_those_of_the_steps():
    """One step of plain descent: the weights move by learning rate times gradient."""
    common = HOW | dict(steps=1, batch_norm=SETTINGS, learning_rate=0.1, gradient_norm=True)
    nets = train((8, 5), X, Y, record=[0], keep="all", **common)
    before, after = nets.kept["all"]
    np.testing.assert_allclose(nets.gradient_norm[0], np.linalg.norm(after - before, axis=1) / 0.1)


def test_ctrl_c_before_the_conditions_with_batch_norm_leaves_them_at_their_start(monkeypatch):
    calls, steps = [], program.Program.steps

    def until_ctrl_c(self, *arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return steps(self, *arguments)

    monkeypatch.setattr(program.Program, "steps", until_ctrl_c)
    nets = compare(CONDITIONS, X, Y, **HOW | dict(hidden=(8, 5), record=[0, 10]))
    assert len(calls) == 2 and not any(each.complete for each in nets.values())
    assert [each.steps.tolist() for each in nets.values()] == [[0], [0, 10], [0], [0, 10]]


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"batch_norm": (0.9, -1e-5)}, "epsilon must be a number of at least 0, got -1e-05"),
        ({"batch_norm": (1.0, 1e-5)}, "momentum must be a number .*below 1, got 1.0"),
        ({"batch_norm": (-0.1, 1e-5)}, "momentum must be a number .*got -0.1"),
        ({"batch_norm": True}, r"batch_norm must be None or a pair \(momentum, epsilon\), got True"),
        ({"batch_norm": 0.9}, r"batch_norm must be None or a pair \(momentum, epsilon\), got 0.9"),
        ({"batch_norm": (0.9, 1e-5, 1)}, r"batch_norm must be None or a pair"),
        ({"batch_norm": ("0.9", 1e-5)}, "momentum must be a number .*got '0.9'"),
        ({"batch_size": 2}, "needs 3 examples or more in a batch, and each batch would have 2 examples"),
        ({"batch_size": 29}, "the last batch of each epoch would have 2 examples"),
        ({"X": X[:2], "y": np.eye(2), "batch_size": None}, "each batch would have 2 examples"),
        ({"hidden": ()}, "batch_norm needs a hidden layer, got none"),
        ({"hidden": (4, 4), "tied": True}, "batch_norm must be None where hidden layers share weights"),
        ({"widths": np.array([[3], [6]]), "batch_norm": (0.9, 0)}, "epsilon must be above 0 where widths"),
        (
            {"weights": [np.zeros((3, 6)), np.zeros(6)]},
            r"weights must have the shapes \[\(3, 6\), \(6,\), \(6,\), \(6,\), ",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(change, sentence):
    given = {"hidden": (6,), "X": X, "y": Y, "steps": 5, "seeds": 2, "batch_norm": SETTINGS, "show": False} | change
    with pytest.raises(ValueError, match=sentence):
        train(given.pop("hidden"), given.pop("X"), given.pop("y"), **given)


def test_a_condition_is_named_and_the_landscape_says_that_it_takes_none():
    common = HOW | dict(hidden=(6,), steps=1)
    with pytest.raises(ValueError, match="condition 'b': batch norm needs 3 examples"):
        compare({"a": {}, "b": dict(batch_norm=SETTINGS)}, X, Y, **common | dict(batch_size=2))
    nets = train(X=X, y=Y, batch_norm=SETTINGS, **common)
    for measured in (
        lambda: landscape.vector(nets),
        lambda: landscape.gradient(nets, X, Y, loss="categorical_crossentropy"),
        lambda: landscape.hessian(nets, X, Y, loss="categorical_crossentropy"),
        lambda: landscape.names(nets),
    ):
        with pytest.raises(ValueError, match="replicas without batch norm"):
            measured()
