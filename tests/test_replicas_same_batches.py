"""Replicas that all take the same mini-batches: those of the first seed, each with the numbers that it has alone."""

import keras
import numpy as np
import pytest
from replica_data import X, Y

from lecture.replicas import compare, train
from lecture.replicas.machinery import cores, memory

HOW = dict(steps=60, seeds=[4, 5, 6], batch_size=16, activation="tanh", dtype="float64", show=False)
OWN = {
    "plain": dict(optimizer="sgd", learning_rate=[0.1, 0.02, 0.3], bias_initializer="ones"),
    "penalties": dict(l1=[0, 0.001, 0.01], l2=[0.01, 0, 0.1], optimizer=keras.optimizers.SGD(0.1, momentum=0.9)),
    "weight decay": dict(weight_decay=[0, 0.1, 1.0], optimizer="adam"),
    "batch norm": dict(batch_norm=(0.9, 1e-5), optimizer="adam", l2=np.full((3, 3), 0.01), penalized="all"),
    "widths": dict(widths=np.array([[8, 5], [3, 2], [8, 1]])),
    "all examples": dict(batch_size=None),
    "class numbers": dict(y=Y.argmax(axis=1), loss="sparse_categorical_crossentropy", n_outputs=2),
    "linear": dict(hidden=()),
}


def _same(ours, theirs):
    pairs = [(ours.loss, theirs.loss), (ours.accuracy, theirs.accuracy), (ours.gradient_norm, theirs.gradient_norm)]
    pairs += [(ours.kept["all"], theirs.kept["all"]), *zip(ours.get_weights(), theirs.get_weights(), strict=True)]
    for a, b in pairs:
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("what", OWN)
def test_each_replica_is_the_one_that_has_these_batches_as_its_own(what):
    """Seeds that are all the first's have its mini-batches; first weights are given, from seeds of their own."""
    common = dict(hidden=(8, 5), X=X, y=Y, gradient_norm=True, keep="all") | HOW | OWN[what]
    first = train(**common | dict(steps=1, learning_rate=0.0, optimizer="sgd", l1=0.0, l2=0.0)).weights
    given = common if what == "widths" else common | dict(weights=first)
    apart = train(**given | dict(seeds=[4] * 3))
    if what == "widths":  # widths and weights cannot both be given
        together = train(**given | dict(seeds=[4] * 3), same_batches=True)
    else:
        together = train(**given, same_batches=True)
    _same(together, apart)


def test_conditions_in_slices_and_parts_take_the_batches_of_the_first_seed(monkeypatch):
    conditions = {"a": dict(l2=0.01), "b": dict(activation="relu"), "c": dict(batch_norm=(0.9, 1e-3))}
    labels = dict(y=Y[:, 0], output="sigmoid", loss="binary_crossentropy")
    common = HOW | dict(hidden=(8, 5), same_batches=True, X=X) | labels
    whole = compare(conditions, **common)
    monkeypatch.setattr(cores, "n_slices", lambda n_seeds, operations: 2)
    monkeypatch.setattr(memory, "at_a_time", lambda n, each, limit: 2)
    cut = compare(conditions, **common)
    for name in conditions:
        for a, b in zip(whole[name].get_weights(), cut[name].get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-10)
    apart = compare(conditions, **common | dict(same_batches=False))
    np.testing.assert_allclose(whole["a"].weights[0][0], apart["a"].weights[0][0], atol=1e-10)  # the first seed
    assert np.abs(whole["a"].weights[0][1] - apart["a"].weights[0][1]).max() > 1e-6


@pytest.mark.parametrize("own", [dict(X=np.stack([X] * 3)), dict(y=np.stack([Y] * 3))])
def test_examples_of_their_own_are_refused(own):
    with pytest.raises(ValueError, match="X and y must be the same for all replicas with same_batches=True"):
        train((4,), same_batches=True, **dict(X=X, y=Y) | HOW | own)
