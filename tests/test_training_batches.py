"""Shuffled batches: each row once an epoch, in a new order each time, the same for the same seed."""

import functools
import operator

import keras
import numpy as np
import pytest

from lecture.training import batches, in_blocks


def epochs(n_epochs=2, n=10, batch_size=4):
    """The rows of each batch of some epochs, and whether X and y stayed together."""
    X, y = np.arange(n)[:, None].astype("float32"), 2.0 * np.arange(n)
    made = batches(X, y, batch_size)
    seen = [[(np.array(a)[:, 0], np.array(b)) for a, b in made] for _ in range(n_epochs)]
    assert all(np.array_equal(2 * a, b) for epoch in seen for a, b in epoch)
    return [[a.tolist() for a, _ in epoch] for epoch in seen]


def test_each_row_comes_once_an_epoch_in_batches_of_that_size():
    for epoch in epochs():
        assert [len(batch) for batch in epoch] == [4, 4, 2]
        assert sorted(functools.reduce(operator.iadd, epoch, [])) == list(range(10))


def test_the_order_is_new_each_epoch_and_the_same_for_the_same_seed():
    runs = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        runs.append(epochs(n=50))
    assert runs[0] == runs[1] != runs[2]
    assert runs[0][0] != runs[0][1]


def test_fit_takes_them_and_knows_how_many_there_are():
    X = np.random.default_rng(0).normal(size=(50, 3)).astype("float32")
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    network.compile(loss="mse", optimizer=keras.optimizers.SGD(0.1), steps_per_execution=4)
    losses = network.fit(
        batches(X, X[:, :1], 8), epochs=20, shuffle=False, verbose=0, validation_data=(X, X[:, :1])
    ).history["val_loss"]
    assert losses[-1] < 1e-3 < losses[0]


@pytest.mark.parametrize(
    ("X", "y", "size", "said"),
    [
        (np.ones((2, 1)), np.ones(3), 1, "equally long and not empty, got 2 and 3"),
        (np.ones((0, 1)), np.ones(0), 1, "equally long and not empty, got 0 and 0"),
        (np.ones((2, 1)), np.ones(2), 0, "batch_size must be a whole number of at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(X, y, size, said):
    with pytest.raises(ValueError, match=said):
        batches(X, y, size)


def _train(network, X, epochs):
    """Train in batches of 2, and return the batches that callbacks saw."""
    seen = []
    see = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    network.fit(X, X[:, :1], batch_size=2, epochs=epochs, shuffle=False, verbose=0, callbacks=[see])
    return seen


def test_blocks_leave_no_batch_out_and_end_as_they_began():
    X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    weights = []
    for n_batches in (None, 16):
        keras.utils.set_random_seed(0)
        network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        network.compile(loss="mse", optimizer=keras.optimizers.SGD(0.1))
        if n_batches:
            with in_blocks(network, n_batches):
                seen = _train(network, X, epochs=2)
            assert len(seen) == 2 * 2 and network.steps_per_execution == 1  # 20 batches: a block of 16 and one of 4
        else:
            _train(network, X, epochs=2)
        assert len(_train(network, X, epochs=1)) == 20 and int(network.optimizer.iterations) == 3 * 20
        weights.append(network.get_weights())
    for one, other in zip(*weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
