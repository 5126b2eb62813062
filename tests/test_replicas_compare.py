"""Conditions trained side by side: each is what `train` gives alone; what cannot be compared is refused."""

import signal
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecture.replicas import compare, train
from lecture.replicas.machinery import cores, memory, run

rng = np.random.default_rng(3)
X, OTHER = rng.normal(size=(2, 40, 3))
Y = np.eye(2)[(X[:, 0] * X[:, 1] > 0).astype(int)]
OWN = rng.normal(size=(4, 40, 3))  # of each seed
HOW = dict(hidden=(6, 5), steps=30, seeds=4, batch_size=16, dtype="float64", show=False)


def _hinge(y, predicted):
    return keras.losses.hinge(2 * y - 1, predicted)


def _root(z):
    """Not a number for half of what comes in: it must not reach the replicas of other conditions."""
    return tf.sqrt(z - 1e9)


def _same(one, other):
    assert one.seeds == other.seeds and one.steps.tolist() == other.steps.tolist()
    names = ("loss", "accuracy", "test_loss", "test_accuracy")
    pairs = [(getattr(one, name), getattr(other, name)) for name in names if getattr(one, name) is not None]
    pairs += [*zip(one.weights, other.weights, strict=True), (one.predict(X), other.predict(X))]
    pairs += [(one.kept[layer], other.kept[layer]) for layer in other.kept]
    for ours, theirs in pairs:
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def _each_is_as_trained_alone(conditions, **common):
    nets = compare(conditions, X, Y, **HOW | common)
    assert list(nets) == list(conditions)
    for name, own in conditions.items():
        settings = HOW | common | {"X": X, "y": Y} | own
        _same(nets[name], train(**settings))


CONDITIONS = {
    "losses": {
        "cross-entropy": dict(loss=keras.losses.CategoricalCrossentropy(from_logits=True), output="linear"),
        "squared": dict(loss="mse", output="linear"),
        "hinge": dict(loss=_hinge, output="linear"),
        "probabilities": {},
    },
    "activations": {"relu": dict(activation="relu"), "sin": dict(activation=tf.sin), "tanh": dict(activation="tanh")},
    "initializers": {
        "he": dict(initializer="he_normal", bias_initializer="ones"),
        "each seed's": dict(initializer=["zeros", "ones", "he_normal", "glorot_normal"]),
        "given": dict(weights=[rng.normal(size=shape) for shape in ((3, 6), (6,), (6, 5), (5,), (5, 2), (2,))]),
    },
    "widths": {"narrow": dict(widths=np.full((4, 2), 3)), "full": {}},
    "penalties": {"none": {}, "L1": dict(l1=0.01), "L2": dict(l2=[0.0, 0.01, 0.1, 1.0])},
    "rates": {"slow": dict(learning_rate=0.001), "fast": dict(learning_rate=[0.1, 0.2, 0.1, 0.2])},
    "data": {"shared": {}, "other": dict(X=OTHER), "of each seed": dict(X=OWN, X_test=OTHER[::2], y_test=Y[::2])},
}


@pytest.mark.parametrize("what", CONDITIONS)
def test_each_condition_is_what_training_it_alone_gives(what):
    _each_is_as_trained_alone(CONDITIONS[what], X_test=X[::2], y_test=Y[::2], keep={0: [1, 4]})


def test_data_may_be_the_conditions_own_altogether():
    nets = compare({"a": dict(X=X, y=Y), "b": dict(X=OTHER, y=Y[::-1])}, **HOW | {"batch_size": None})
    _same(nets["b"], train(**HOW | {"batch_size": None}, X=OTHER, y=Y[::-1]))


def test_a_condition_that_is_not_a_number_leaves_the_others_alone():
    nets = compare({"sigmoid": {}, "broken": dict(activation=_root)}, X, Y, **HOW)
    assert np.isnan(nets["broken"].weights[0]).all()
    _same(nets["sigmoid"], train(X=X, y=Y, **HOW))


@pytest.mark.parametrize("way", ["slices", "parts", "both"])
def test_slices_and_parts_give_what_all_at_once_gives(monkeypatch, way):
    how = HOW | {"seeds": 7, "X_test": OTHER, "y_test": Y, "keep": {1: [0, 3]}}
    conditions = CONDITIONS["activations"] | {"squared": dict(loss="mse")}
    whole = compare(conditions, X, Y, **how)
    if way != "parts":
        monkeypatch.setattr(cores, "n_slices", lambda n_seeds, operations: 2)
    if way != "slices":
        each = memory.bytes_each(whole["sin"].net, 40, 8, own_data=True)
        how["max_bytes"] = 3 * len(conditions) * each
    cut = compare(conditions, X, Y, **how)
    for name in conditions:
        _same(cut[name], whole[name])


def test_ctrl_c_leaves_all_conditions_at_the_same_step(monkeypatch):
    conditions = CONDITIONS["activations"]
    how = HOW | {"record": []}
    press = threading.Timer(0.5, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    steps = run.Part.steps

    def until_pressed(self, n):
        if self.done == 16:  # compiled, and on its way
            press.start()
        steps(self, n)

    monkeypatch.setattr(cores, "n_slices", lambda n_seeds, operations: 2)
    monkeypatch.setattr(run.Part, "steps", until_pressed)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        nets = compare(conditions, X, Y, **how | {"steps": 10**6})
    finally:
        signal.signal(signal.SIGINT, before)
    assert not any(net.complete for net in nets.values())
    monkeypatch.setattr(run.Part, "steps", steps)
    stopped = {int(net.steps[-1]) for net in nets.values()}
    assert len(stopped) == 1 and 0 < min(stopped) < 10**6
    alone = train(X=X, y=Y, **how | {"steps": stopped.pop()}, activation="tanh")
    np.testing.assert_allclose(nets["tanh"].loss[-1], alone.loss[-1], atol=1e-6)


@pytest.mark.parametrize(
    "conditions, common, sentence",
    [
        ({}, {}, "conditions must map one name or more to settings, got {}"),
        ([dict(l2=1)], {}, "conditions must map one name or more to settings, got \\["),
        ({"a": 3}, {}, "condition 'a' must be a mapping of settings, got 3"),
        ({"a": dict(seeds=3)}, {}, "seeds must be the same for all conditions, got some of its own for condition 'a'"),
        ({"a": dict(rate=3)}, {}, "a condition may set loss, activation, .*, y_test, got 'rate' in condition 'a'"),
        ({"a": dict(steps=3)}, {}, "a condition may set loss, .* got 'steps' in condition 'a'"),
        ({"a": {}}, {"rate": 3}, "settings must be arguments of train, hidden, .* got 'rate'"),
        (
            {"a": {}, "b": dict(X=X[:9], y=Y[:9])},
            {},
            r"equal shapes, got X \(40, 3\) in condition 'a' and \(9, 3\) in condition 'b'",
        ),
        (
            {"a": {}, "b": dict(y=np.eye(3)[np.arange(40) % 3])},
            {},
            r"equal shapes, got units \(3, 6, 5, 2\) in condition 'a' and \(3, 6, 5, 3\) in condition 'b'",
        ),
        (
            {"a": {}, "b": dict(X_test=X, y_test=Y)},
            {},
            r"equal shapes, got X_test None in condition 'a' and \(40, 3\) in condition 'b'",
        ),
        ({"a": {}, "b": dict(loss="mee")}, {}, "condition 'b': loss must be a Keras loss .* got 'mee'"),
        ({"a": dict(initializer="glorrot")}, {}, "condition 'a': initializer must be .* got 'glorrot'"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(conditions, common, sentence):
    with pytest.raises(ValueError, match=sentence) as refused:
        compare(conditions, X, Y, **HOW | common)
    assert "\n" not in str(refused.value)


def test_data_hidden_and_steps_must_be_given():
    for name, given in (("X", {"y": Y}), ("hidden", {"X": X, "y": Y}), ("steps", {"X": X, "y": Y})):
        common = {setting: value for setting, value in HOW.items() if setting != name}
        with pytest.raises(ValueError, match=f"{name} must be"):
            compare({"a": {}}, **given, **common)
