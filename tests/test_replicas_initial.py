"""Replicas: initial weights as Keras spreads them, and as many parameters."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replica_data import X, Y

from lecture.replicas import initial, train
from lecture.replicas.loop import BatchedNet
from lecture.replicas.machinery.functions import function


@pytest.mark.parametrize(
    "name",
    [
        "glorot_uniform",
        "glorot_normal",
        "he_normal",
        "he_uniform",
        "lecun_normal",
        "random_normal",
        "random_uniform",
        "truncated_normal",
        "zeros",
        "ones",
        "orthogonal",
    ],
)
def test_first_weights_are_spread_as_keras_spreads_them(name):
    keras.utils.set_random_seed(0)
    initializer = keras.initializers.get(name)
    ours = initial.draw(initializer, (300, 200), np.random.default_rng(0))
    theirs = keras.ops.convert_to_numpy(initializer((300, 200)))
    assert (
        ours.shape == theirs.shape
        and ours.std() == pytest.approx(theirs.std(), rel=0.02, abs=1e-9)
        and ours.mean() == pytest.approx(theirs.mean(), abs=0.002)
    )
    if "uniform" in name or (name != "random_normal" and "normal" in name):  # those that end somewhere
        assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.02)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_a_net_has_as_many_parameters_as_kerass(sizes):
    net = BatchedNet(tuple(sizes), function("relu", "activation"), function("linear", "output"))
    model = keras.Sequential([keras.Input((sizes[0],)), *[keras.layers.Dense(n) for n in sizes[1:]]])
    assert net.n_parameters == model.count_params()


def test_an_activation_or_initializer_may_be_an_object():
    result = train(
        (6,),
        X,
        Y,
        steps=5,
        seeds=2,
        activation=lambda z: z**2,
        initializer=keras.initializers.RandomNormal(stddev=0.01),
        show=False,
    )
    assert np.isfinite(result.loss).all() and np.abs(result.loss[0] - np.log(2)).max() < 0.01
