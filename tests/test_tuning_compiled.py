"""One compiled step for many networks: compared with Keras' own training of each."""

from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest

from lecture.data import load_fashion_mnist
from lecture.models import mlp
from lecture.shuffling import epoch_order
from lecture.tuning.compiled import Trainer, fit_plain
from lecture.tuning.kinds import kind_of


@pytest.fixture(scope="module")
def data():
    whole = load_fashion_mnist("sample")
    return replace(
        whole,
        X_train=whole.X_train[:500],
        y_train=whole.y_train[:500],
        X_val=whole.X_val[:200],
        y_val=whole.y_val[:200],
    )


def _pair(make, data, batch_size=64, epochs=3, trainer=None):
    """What Keras and what the compiled step make of two copies of one network."""
    theirs, ours = make(), make()
    keras.utils.set_random_seed(1)
    wanted = fit_plain(theirs, data, epochs, batch_size, seed=7)
    found = (trainer or Trainer(data, batch_size)).fit(ours, epochs, seed=7)
    return wanted, found, theirs, ours


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"activation": "tanh"},
        {"l1": 1e-4},
        {"l2": 1e-3},
        {"l1": 1e-5, "l2": 1e-4},
        {"dropout": 0.3},
        {"batch_norm": True},
        {"batch_norm": True, "dropout": 0.2, "l2": 1e-4},
        {"label_smoothing": 0.1},
        {"optimizer": keras.optimizers.Adam(0.002)},
        {"optimizer": keras.optimizers.SGD(0.05, momentum=0.9)},
    ],
    ids=lambda settings: "-".join(settings) or "plain",
)
def test_training_is_that_of_keras(data, settings):
    wanted, found, theirs, ours = _pair(lambda: mlp(24, 12, seed=3, **settings), data)
    assert set(found) == set(wanted) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    for name in wanted:
        np.testing.assert_allclose(found[name], wanted[name], rtol=2e-3, atol=2e-3, err_msg=name)
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=5e-3, rtol=0.02)
    np.testing.assert_allclose(ours.optimizer.iterations.numpy(), theirs.optimizer.iterations.numpy())


def test_a_first_epoch_agrees_to_rounding(data):
    _wanted, _found, theirs, ours = _pair(
        lambda: mlp(24, 12, seed=3, optimizer=keras.optimizers.SGD(0.05)), data, epochs=1
    )
    for one, other in zip(ours.weights, theirs.weights, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=2e-6)


def _penalized(units, rate, l2):
    return mlp(units, units, seed=units, l2=l2, optimizer=keras.optimizers.RMSprop(rate))


def test_numbers_share_what_was_compiled_and_kinds_do_not(data):
    trainer = Trainer(data, 64)
    for units, rate, l2 in ((8, 0.001, 1e-4), (40, 0.01, 1e-2), (17, 0.1, 1e-3)):
        make = partial(_penalized, units, rate, l2)
        wanted, found, _, _ = _pair(make, data, epochs=2, trainer=trainer)
        np.testing.assert_allclose(found["loss"], wanted["loss"], rtol=5e-3)
    assert trainer.n_compiled == 1
    trainer.fit(mlp(8, 8, l1=1e-4, optimizer=keras.optimizers.RMSprop(0.3)), 1)
    assert trainer.n_compiled == 1, "L1 and L2 are one penalty"
    trainer.fit(mlp(8, 8), 1)
    trainer.fit(mlp(8, activation="tanh"), 1)
    assert trainer.n_compiled == 3


def test_stopping_and_going_on_is_training_through(data):
    trainer = Trainer(data, 64)
    through, parted = (mlp(16, dropout=0.3, batch_norm=True, optimizer="adam", seed=5) for _ in range(2))
    whole = trainer.fit(through, 4, seed=2)
    parts = [trainer.fit(parted, 1, seed=2), trainer.fit(parted, 3, first=1, seed=2)]
    assert [value for part in parts for value in part["loss"]] == whole["loss"]
    for one, other in zip(parted.variables, through.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_network_of_another_kind_is_trained_by_keras(data):
    def make():
        keras.utils.set_random_seed(3)
        net = keras.Sequential(
            [
                keras.Input((784,)),
                keras.layers.Reshape((28, 28, 1)),
                keras.layers.Conv2D(2, 5, strides=5),
                keras.layers.Flatten(),
                keras.layers.Dense(10, "softmax"),
            ]
        )
        net.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
        return net

    assert kind_of(make()) is None
    trainer = Trainer(data, 64)
    wanted, found, _, _ = _pair(make, data, epochs=2, trainer=trainer)
    np.testing.assert_allclose(found["val_loss"], wanted["val_loss"], rtol=1e-4)
    assert trainer.n_compiled == 0


def test_what_is_not_plain_is_left_to_keras():
    schedule = keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
    weighted = keras.regularizers.OrthogonalRegularizer()
    odd = keras.Sequential(
        [keras.Input((784,)), keras.layers.Dense(4, kernel_regularizer=weighted), keras.layers.Dense(10, "softmax")]
    )
    odd.compile(loss=keras.losses.CategoricalCrossentropy())
    two_metrics = mlp(8)
    two_metrics.compile(
        optimizer="adam",
        loss=keras.losses.CategoricalCrossentropy(),
        metrics=["accuracy", keras.metrics.TopKCategoricalAccuracy(3)],
    )
    assert (
        kind_of(mlp(8, optimizer=schedule)) is None
        and kind_of(odd) is None
        and kind_of(keras.Sequential([keras.layers.Dense(2)])) is None
    )
    assert kind_of(two_metrics) is None
    assert kind_of(mlp(8)) is not None


def test_every_epoch_has_an_order_of_its_own():
    orders = [tuple(epoch_order(20, seed, epoch)) for seed in range(3) for epoch in range(4)]
    assert all(sorted(order) == list(range(20)) for order in orders) and len(set(orders)) == 12
    assert tuple(epoch_order(20, 1, 2)) == orders[6]
