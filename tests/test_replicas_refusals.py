"""What replicas refuse, and what they say nothing about."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from conftest import ROOT
from replica_data import X, Y

from lecture.replicas import train
from lecture.replicas.machinery import program

rng = np.random.default_rng(7)


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"seeds": 0}, "seeds must be a whole number of at least 1, got 0"),
        ({"seeds": []}, "seeds must be one or more"),
        ({"steps": 0}, "steps must be a whole number"),
        ({"n_measured": 61}, "n_measured must be a whole number from 1 to 60, got 61"),
        ({"activation": "rellu"}, "activation must be a function or the name of one .* got 'rellu'"),
        ({"loss": "crossing"}, "loss must be a Keras loss .* got 'crossing'"),
        ({"optimizer": keras.optimizers.Lamb()}, "optimizer must update each weight by itself.* Lamb is not known to"),
        ({"optimizer": keras.optimizers.Muon()}, "Muon is not known to"),
        ({"optimizer": "adafactor"}, "Adafactor is not known to"),
        ({"optimizer": keras.optimizers.Adam(clipnorm=1.0)}, "must not clip gradients by their norm"),
        ({"optimizer": keras.optimizers.Adam(global_clipnorm=1.0)}, "must not clip gradients by their norm"),
        ({"optimizer": "adamm"}, "optimizer must be one of .* got 'adamm'"),
        ({"initializer": "glorrot"}, "initializer must be .* got 'glorrot'"),
        ({"initializer": ["zeros"]}, "one for each of 2 replicas, got 1"),
        (
            {"learning_rate": [0.1, 0.2, 0.3]},
            "learning_rate must be a number, or one for each of 2 replicas, got shape",
        ),
        ({"learning_rate": -1}, "learning_rate must be finite and at least 0, got -1"),
        ({"l2": float("nan")}, "l2 must be finite"),
        ({"l1": np.ones((2, 3)), "penalized": "all"}, "for each of their kernels, got shape \\(2, 3\\)"),
        ({"l1": np.ones((2, 2))}, "l1 for each kernel goes with penalized='all', got 'hidden'"),
        ({"l1": np.full((2, 2), -1.0), "penalized": "all"}, "l1 must be finite and at least 0, got -1"),
        ({"hidden": (0,)}, "the size of a hidden layer must be a whole number of at least 1"),
        ({"hidden": (4, 5), "tied": True}, "equally large where they share weights"),
        ({"X": np.where(X > 2, np.nan, X)}, "X must be finite, got nan"),
        ({"y": np.eye(2)[np.zeros(60, dtype=int)]}, "two classes or more for each replica, got one class only"),
        ({"y": np.stack([Y, np.eye(2)[np.ones(60, dtype=int)]])}, "two classes or more for each replica"),
        (
            {"y": np.ones(60), "n_outputs": 2, "loss": keras.losses.SparseCategoricalCrossentropy()},
            "two classes or more for each replica",
        ),
        ({"X": X[:5]}, "as many examples, got 5 and 60"),
        ({"X": np.zeros((3, 60, 3))}, "three \\(2 replicas"),
        ({"widths": np.array([[9], [1]])}, "widths must be whole numbers of shape \\(2, 1\\)"),
        ({"weights": [np.zeros((3, 6))]}, "weights must have the shapes"),
        ({"record": [99]}, "a recorded step must be a whole number from 0 to 5"),
        ({"keep": {0: [99]}}, "keep must name entries of layer 0"),
        ({"keep": "biases"}, "keep must be one of all, got 'biases'"),
        ({"loss": "sparse_categorical_crossentropy"}, "n_outputs must be given"),
        ({"max_bytes": 1000}, "one replica must fit into"),
        (
            {"hidden": (10**9,)},
            "one replica must fit into .* GB, half of the memory that is free, and takes about .* GB: take fewer units",
        ),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(change, sentence):
    given = {"hidden": (6,), "X": X, "y": Y, "steps": 5, "seeds": 2, "show": False} | change
    with pytest.raises(ValueError, match=sentence):
        train(given.pop("hidden"), given.pop("X"), given.pop("y"), **given)


def test_a_long_training_on_batches_comes_to_its_end():
    """Fast steps are handed out in larger and larger numbers, which must not outgrow all numbers."""
    nets = train([2], X[:4], Y[:4], steps=40_000, seeds=1, batch_size=1, record=[], show=False)
    assert nets.complete and list(nets.steps) == [40_000]


@pytest.mark.parametrize("batch_size", [None, 4])
def test_where_xla_is_not_to_be_had_a_plain_graph_gives_the_same(monkeypatch, batch_size):
    X, y = rng.normal(size=(10, 2)), rng.normal(size=(10, 1))
    how = dict(steps=20, seeds=3, batch_size=batch_size, loss="mse", output="linear", dtype="float64", show=False)
    compiled, function, refused = train([4], X, y, **how), tf.function, []

    def without_xla(of, *, jit_compile=None, **rest):
        def refuse(*_):
            refused.append(of)
            raise tf.errors.UnimplementedError(None, None, "no XLA on this device")

        return refuse if jit_compile else function(of, **rest)

    monkeypatch.setattr(tf, "function", without_xla)
    program.program_of.cache_clear()  # which would hand out what was compiled above
    plain = train([4], X, y, **how)
    program.program_of.cache_clear()
    assert len(refused) == 1
    assert all(
        np.allclose(ours, theirs, atol=1e-12) for ours, theirs in zip(plain.weights, compiled.weights, strict=True)
    )


def test_the_first_training_of_a_process_says_nothing():
    code = """
from lecture import device
with device.quietly():
    from lecture import replicas
    device.choose()
replicas.train([2], [[0.0], [1.0]], [0.0, 1.0], steps=2, seeds=2, loss="mse", output="linear", show=False)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_many_shapes_one_after_the_other_are_not_remarked_upon(caplog):
    for n_units in range(2, 9):
        train((n_units,), X, Y, steps=1, seeds=1, show=False)
    assert not [record for record in caplog.records if "retracing" in record.getMessage()]
