"""Replicas on several cores and in parts: the same numbers, and what Ctrl-C keeps."""

import signal
import threading

import numpy as np
import pytest
from replica_data import X, Y

from lecture.replicas import train
from lecture.replicas.loop import BatchedNet
from lecture.replicas.machinery import cores, memory, program, run


def test_parts_that_fit_into_memory_give_what_all_at_once_gives():
    settings = dict(steps=20, seeds=7, batch_size=13, dtype="float64", show=False)
    whole = train((6,), X, Y, **settings)
    each = memory.bytes_each(whole.net, 60, 8, own_data=True)
    parts = train((6,), X, Y, max_bytes=3 * each, **settings)
    assert len(parts) == 7 and all(np.allclose(a, b, atol=1e-12) for a, b in zip(whole.weights, parts.weights))
    assert np.allclose(whole.loss, parts.loss, atol=1e-12)


def test_slices_side_by_side_give_what_one_gives(monkeypatch):
    settings = dict(
        steps=20,
        seeds=7,
        batch_size=13,
        dtype="float64",
        l2=np.linspace(0, 0.1, 7),
        keep={0: [0, 3]},
        X_test=X[:9],
        y_test=Y[:9],
        show=False,
    )
    whole = train((6,), X, Y, **settings)
    monkeypatch.setattr(cores, "n_slices", lambda n_seeds, operations: 3)
    sliced = train((6,), X, Y, **settings)
    assert len(sliced) == 7 and all(np.allclose(a, b, atol=1e-12) for a, b in zip(whole.weights, sliced.weights))
    assert all(
        np.allclose(getattr(whole, name), getattr(sliced, name), atol=1e-12)
        for name in ("loss", "accuracy", "test_loss", "test_accuracy")
    )
    assert np.allclose(whole.kept[0], sliced.kept[0], atol=1e-12)


def test_a_small_training_is_not_sliced_and_a_large_one_is_on_all_cores(monkeypatch):
    monkeypatch.setattr(cores, "available_cores", lambda: 2)
    net = BatchedNet((12, 50, 50, 2), None, None)
    assert cores.n_slices(100, cores.operations(net, 10, 100, 64)) == 1
    assert cores.n_slices(100, cores.operations(net, 1000, 100, 64)) == 2
    assert cores.n_slices(1, cores.operations(net, 100_000, 1, 64)) == 1


def test_a_pressed_ctrl_c_stops_all_slices_at_the_same_step(monkeypatch):
    monkeypatch.setattr(cores, "n_slices", lambda n_seeds, operations: 2)
    train((6,), X, Y, steps=1, seeds=4, show=False)  # compiled before
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a process that was started in the background ignores it
    press = threading.Timer(0.5, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    press.start()
    try:
        result = train((6,), X, Y, steps=10**6, seeds=4, record=[0, 10**6], show=False)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not result.complete and 0 < result.steps[-1] < 10**6
    alone = train((6,), X, Y, steps=int(result.steps[-1]), seeds=4, record=[0], show=False)
    assert np.allclose(result.loss[-1], alone.loss[-1], atol=1e-6)


@pytest.mark.parametrize("max_bytes, n", [(None, 5), (1, 2)])
def test_ctrl_c_keeps_what_is_done(monkeypatch, max_bytes, n):
    calls, steps = [], program.Program.steps

    def until_ctrl_c(self, *arguments):
        calls.append(arguments)
        if len(calls) == (3 if max_bytes is None else 8):
            raise KeyboardInterrupt
        return steps(self, *arguments)

    net = BatchedNet((3, 6, 2), None, None)
    limit = None if max_bytes is None else 2 * memory.bytes_each(net, 60, 4, own_data=False)
    monkeypatch.setattr(program.Program, "steps", until_ctrl_c)
    result = train((6,), X, Y, steps=30, seeds=5, record=[0, 5, 10, 15, 20], max_bytes=limit, show=False)
    assert not result.complete and len(result) == n and "interrupted" in str(result)
    assert np.isfinite(result.loss).all() and result.loss.shape == (len(result.steps), n)


def test_ctrl_c_while_measuring_stops_once_all_is_measured(monkeypatch):
    measure, measured = run.Slice.measure, []

    def pressed(self):
        measured.append(self)
        if len(measured) == 2:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return measure(self)

    monkeypatch.setattr(run.Slice, "measure", pressed)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        result = train((6,), X, Y, steps=30, seeds=3, record=[0, 10, 20], show=False)
    finally:
        signal.signal(signal.SIGINT, before)
    assert not result.complete and result.steps.tolist() == [0, 10] and result.loss.shape == (2, 3)


def test_measuring_in_blocks_gives_what_all_examples_at_once_give(monkeypatch):
    settings = dict(steps=20, seeds=3, batch_size=13, X_test=X[:25], y_test=Y[:25], dtype="float64", show=False)
    whole = train((6,), X, Y, **settings)
    monkeypatch.setattr(memory, "MEASURED", 3 * 8 * 17)  # blocks of 17 examples
    assert memory.rows_at_once(whole.net, 3) == 17
    blocks = train((6,), X, Y, **settings)
    for name in ("loss", "accuracy", "test_loss", "test_accuracy"):
        np.testing.assert_allclose(getattr(blocks, name), getattr(whole, name), atol=1e-12)


def test_images_of_many_pixels_are_measured_in_smaller_blocks(monkeypatch):
    net = train((6,), X, Y, steps=1, seeds=1, show=False).net
    monkeypatch.setattr(memory, "TAKEN", net.sizes[0] * 11)
    assert memory.rows_at_once(net, 3) == 11


@pytest.mark.parametrize("array", [X, np.zeros((0, 3)), np.arange(7), X[::2].astype("float32")])
def test_a_tensor_has_the_numbers_of_an_array_and_does_not_follow_its_changes(array):
    array = array.copy()
    wanted = array.tolist()
    found = memory.tensor(array)
    array[:] = 5
    assert found.dtype == array.dtype and found.numpy().tolist() == wanted


def test_examples_that_all_share_are_not_counted_for_each_replica(monkeypatch):
    """A replica holds the 10 images of its mini-batch; 2000 of 3072 pixels are there once, or each replica's own."""
    sizes, limits = [], []
    monkeypatch.setattr(memory, "at_a_time", lambda n, each, limit: sizes.append(each) or limits.append(limit) or 1)
    monkeypatch.setattr(memory, "available", lambda: 2**30)
    images = np.zeros((2000, 3072), dtype=np.float32)
    labels = np.eye(2)[np.arange(2000) % 2]
    how = dict(steps=1, seeds=2, record=[], show=False)
    train((4,), images, labels, batch_size=10, **how)
    assert 10 * 3074 * 4 < sizes[0] < 12 * 3074 * 4 + 5 * 4 * 12_302 + 3 * 4 * 2000 * 6
    assert limits[0] == 2**30 - images.nbytes
    train((4,), np.stack([images, images]), labels, batch_size=10, **how)
    assert sizes[1] > 2000 * 3074 * 4 and limits[1] == 2**30
