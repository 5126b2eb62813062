"""Norms of the gradient noted by the step that trains: those of the landscape, of the mini-batch, of each replica."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecture import landscape
from lecture.replicas import compare, loop, train
from lecture.replicas.loop import BatchedNet
from lecture.replicas.machinery import memory, program
from lecture.shuffling import epoch_order

rng = np.random.default_rng(5)
X = rng.normal(size=(40, 3))
Y = np.eye(2)[(X[:, 0] * X[:, 1] > 0).astype(int)]
LOSS = "categorical_crossentropy"
HOW = dict(hidden=(6, 5), seeds=3, activation="tanh", dtype="float64", show=False, gradient_norm=True)


def _at(nets, step, X, y):
    """The norm of the gradient on some examples at a step whose weights were kept."""
    return landscape.gradient_norm(nets, X, y, loss=LOSS, at=nets.kept["all"][step]).total


def test_norms_are_those_of_the_landscape_at_each_step():
    nets = train(X=X, y=Y, steps=30, record=range(31), keep="all", **HOW)
    assert nets.gradient_norm.shape == (30, 3) and nets.gradient_norm.dtype == np.float64
    expected = [_at(nets, step, X, Y) for step in range(30)]
    np.testing.assert_allclose(nets.gradient_norm, expected, rtol=1e-9)


def test_a_mini_batch_has_the_norm_of_its_own_examples():
    nets = train(X=X, y=Y, steps=10, batch_size=16, record=range(11), keep="all", **HOW)
    for step in range(10):  # three mini-batches an epoch, the last of 8
        epoch, at = divmod(step, 3)
        for seed in range(3):
            rows = epoch_order(40, seed, epoch)[16 * at : 16 * at + 16]
            norm = _at(nets, step, X[rows], Y[rows])[seed]
            assert nets.gradient_norm[step, seed] == pytest.approx(norm, rel=1e-9)


def test_penalties_are_part_of_it():
    """One step of plain descent: the weights move by learning rate times gradient."""
    nets = train(
        X=X, y=Y, steps=1, record=[0], keep="all", optimizer=keras.optimizers.SGD(0.1), l2=0.5, penalized="all", **HOW
    )
    before, after = nets.kept["all"]
    np.testing.assert_allclose(nets.gradient_norm[0], np.linalg.norm(after - before, axis=1) / 0.1)
    plain = train(X=X, y=Y, steps=1, **HOW)
    assert (nets.gradient_norm[0] > plain.gradient_norm[0]).all()


@pytest.mark.parametrize("batch_size", [None, 7])
def test_noting_changes_nothing_else_and_needs_no_records(batch_size):
    steps = loop.N_NOTED + 70  # more than one call
    common = HOW | dict(X=X, y=Y, steps=steps, batch_size=batch_size)
    noted = train(**common, record=[])
    plain = train(**common | dict(gradient_norm=False))
    assert plain.gradient_norm is None and noted.gradient_norm.shape == (steps, 3)
    for ours, theirs in zip(noted.weights, plain.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)
    often = train(**common, record=range(0, steps, 9))
    np.testing.assert_allclose(often.gradient_norm, noted.gradient_norm, rtol=1e-9)
    assert (noted.gradient_norm > 0).all()


def test_each_replica_keeps_its_norms_in_parts_in_conditions_and_alone():
    common = HOW | dict(X=X, y=Y, steps=20, seeds=5)
    together = train(**common)
    each = memory.bytes_each(BatchedNet((3, 6, 5, 2), None, None), 40, 8, own_data=False)
    parts = train(**common, max_bytes=2 * each)
    alone = train(**common | dict(seeds=[3]))
    np.testing.assert_allclose(parts.gradient_norm, together.gradient_norm, rtol=1e-9)
    np.testing.assert_allclose(alone.gradient_norm[:, 0], together.gradient_norm[:, 3], rtol=1e-9)
    both = compare(
        {"fast": dict(learning_rate=0.1), "usual": {}}, X, Y, **{k: v for k, v in common.items() if k not in "Xy"}
    )
    np.testing.assert_allclose(both["usual"].gradient_norm, together.gradient_norm, rtol=1e-9)
    assert (both["fast"].gradient_norm[1:] != together.gradient_norm[1:]).all()


@pytest.mark.parametrize("n_calls", [0, 2])
def test_ctrl_c_keeps_the_norms_of_the_steps_that_were_made(monkeypatch, n_calls):
    calls, steps = [], program.Program.steps

    def until_ctrl_c(self, *arguments):
        calls.append(arguments)
        if len(calls) > n_calls:
            raise KeyboardInterrupt
        return steps(self, *arguments)

    monkeypatch.setattr(program.Program, "steps", until_ctrl_c)
    nets = train(X=X, y=Y, steps=30, record=[5, 10], **HOW)
    assert not nets.complete and nets.gradient_norm.shape == (nets.steps[-1], 3) and nets.steps[-1] == 5 * n_calls


def test_norms_are_the_same_without_xla(monkeypatch):
    function = tf.function
    compiled = train(X=X, y=Y, steps=12, batch_size=16, **HOW)

    def without_xla(of, *, jit_compile=None, **rest):
        def refuse(*_):
            raise tf.errors.UnimplementedError(None, None, "no XLA on this device")

        return refuse if jit_compile else function(of, **rest)

    monkeypatch.setattr(tf, "function", without_xla)
    program.program_of.cache_clear()  # which would hand out what was compiled above
    plain = train(X=X, y=Y, steps=12, batch_size=16, **HOW)
    program.program_of.cache_clear()
    np.testing.assert_allclose(plain.gradient_norm, compiled.gradient_norm, rtol=1e-9)
