"""Replicas with weights at random, without a training of their own."""

import dataclasses
import itertools
from functools import cache

import keras
import numpy as np

from lecture.replicas import Replicas, train


@cache
def _trained():
    return train((2,), np.zeros((2, 1)), np.ones((2, 1)), steps=1, seeds=1, loss="mse", output="linear", show=False)


def nets(*sizes, n=4, activation="tanh", output="linear", tied=False, seed=0, scale=0.7) -> Replicas:
    """Return n replicas of a dense net, float64."""
    rng = np.random.default_rng(seed)
    functions = {"activation": keras.activations.get(activation), "output": keras.activations.get(output)}
    net = dataclasses.replace(_trained().net, sizes=sizes, tied=tied, **functions)
    weights = tuple(rng.normal(scale=scale, size=shape) for p, q in net.shapes for shape in ((n, p, q), (n, q)))
    return dataclasses.replace(_trained(), seeds=tuple(range(n)), net=net, weights=weights)


def twin(replicas: Replicas, at: int) -> keras.Model:
    """Return one of them as a Keras model in float64, not compiled."""
    net = replicas.net
    model = keras.Sequential([keras.Input((net.sizes[0],), dtype="float64")])
    for layer, (_, units) in enumerate(itertools.pairwise(net.sizes)):
        activation = net.output if layer == net.n_layers - 1 else net.activation
        model.add(keras.layers.Dense(units, activation, dtype="float64"))
    model.set_weights([array[at] for array in replicas.weights])
    return model
