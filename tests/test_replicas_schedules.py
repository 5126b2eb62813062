"""Replicas whose learning rates change from step to step, each its own; first weights of a standard deviation."""

import keras
import numpy as np
import pytest
from replica_data import X, Y

from lecture.from_scratch import dense_net, fit
from lecture.optimizers import Constant, CosineDecayRestarts, Triangular
from lecture.replicas import compare, train
from lecture.replicas.machinery import cores
from lecture.replicas.machinery.optimizers import N_RATES

STEPS = N_RATES + 44  # more than one call
HOW = dict(steps=STEPS, seeds=[4, 5, 6], batch_size=15, activation="tanh", optimizer="sgd", dtype="float64", show=False)
DECAY = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
SCHEDULES = [Triangular(1e-3, 0.2, 40), 0.05, CosineDecayRestarts(0.1, 50)]


@pytest.fixture
def doubles():
    """Keras with float64 throughout, learning rates too."""
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


def _same(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("n_slices", [1, 2])
def test_each_replica_is_the_net_in_numpy_with_its_schedule(monkeypatch, n_slices):
    monkeypatch.setattr(cores, "n_slices", lambda n_seeds, operations: n_slices)
    net = dense_net([3, 6, 2], activation="tanh", output="softmax", seed=2)
    first = [array for layer in net.layers for array in layer.parameters.values()]
    ours = train((6,), X, Y, weights=first, learning_rate=SCHEDULES, **HOW)
    for at, schedule in enumerate(SCHEDULES):
        how = dict(epochs=STEPS // 4, batch_size=15, seed=4 + at, dtype="float64")
        expected = fit(net, X, Y, learning_rate=schedule, **how).net
        arrays = [array for layer in expected.layers for array in layer.parameters.values()]
        _same([array[at] for array in ours.weights], arrays)


def test_one_schedule_is_that_of_all_and_a_constant_one_is_a_number():
    one = train((6,), X, Y, learning_rate=SCHEDULES[0], gradient_norm=True, **HOW)
    each = train((6,), X, Y, learning_rate=SCHEDULES[:1] * 3, **HOW)
    _same(one.weights, each.weights)
    assert one.gradient_norm.shape == (STEPS, 3)
    for optimizer in ("sgd", "adam"):
        how = HOW | dict(optimizer=optimizer)
        flat = train((6,), X, Y, learning_rate=Constant(0.01), **how)
        _same(flat.weights, train((6,), X, Y, learning_rate=0.01, **how).weights)


def test_a_schedule_of_the_optimizer_is_that_of_the_core():
    ours = train((6,), X, Y, learning_rate=lambda step: 0.1 * 0.9 ** (step / 10), **HOW)
    theirs = train((6,), X, Y, **HOW | dict(optimizer=keras.optimizers.SGD(DECAY)))
    np.testing.assert_allclose(ours.weights[0], theirs.weights[0], atol=1e-6)  # rates are in float32


def test_conditions_with_schedules_and_with_numbers_stand_side_by_side():
    conditions = {
        "numbers": dict(learning_rate=[0.1, 0.01, 0.02]),
        "schedules": dict(learning_rate=SCHEDULES),
        "usual": {},
        "normalized": dict(learning_rate=SCHEDULES[2], batch_norm=(0.9, 1e-5)),
    }
    nets = compare(conditions, X, Y, hidden=(6,), **HOW)
    for name, own in conditions.items():
        _same(nets[name].weights, train((6,), X, Y, **HOW | own).weights)


def test_a_number_is_the_standard_deviation_of_first_weights():
    how = HOW | dict(steps=1, learning_rate=0.0, record=[0], seeds=2)
    nets = train((400,), X, Y, initializer=[1e-3, 2], bias_initializer=0.0, **how)
    W, b = nets.weights[:2]
    assert W[0].std() == pytest.approx(1e-3, rel=0.1) and W[1].std() == pytest.approx(2, rel=0.1) and (b == 0).all()
    array = train((400,), X, Y, initializer=np.array([1e-3, 2]), **how)
    np.testing.assert_array_equal(array.weights[0], W)


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"learning_rate": SCHEDULES[:2]}, "learning_rate must be one, or one for each of 3 replicas, got 2"),
        (
            {"learning_rate": lambda step: 0.1 - 0.02 * step},
            "learning_rate must give .* at least 0, got -0.0.* at step 6",
        ),
        (
            {"learning_rate": SCHEDULES[0], "optimizer": keras.optimizers.SGD(DECAY)},
            "learning_rate must be None where the optimizer has a schedule",
        ),
        ({"learning_rate": [SCHEDULES[0], "slow", 0.1]}, "learning_rate must be a number .*got 'slow'"),
        ({"initializer": -0.1}, "initializer as a standard deviation must be a number of at least 0, got -0.1"),
        ({"initializer": float("nan")}, "initializer as a standard deviation must be a number"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        train((6,), X, Y, **HOW | change)
