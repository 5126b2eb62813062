"""The core's schedules as Keras': the same numbers, saved and loaded, used in a training."""

import keras
import numpy as np
import pytest

from lecture import optimizers
from lecture.training import schedules
from lecture.training.schedules import OneCycle, Triangular, WarmUp

CASES = [Triangular(1e-3, 0.1, 8), OneCycle(0.1, 50), OneCycle(0.1, 50, warmup=0.0), WarmUp(0.1, 9)]


@pytest.fixture(params=CASES, ids=lambda schedule: type(schedule).__name__)
def schedule(request):
    return request.param


def test_numbers_are_those_of_the_core(schedule):
    core = getattr(optimizers, type(schedule).__name__)(**schedule.get_config())
    steps = np.arange(70)
    np.testing.assert_allclose([float(schedule(step)) for step in steps], core(steps), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(float(schedule(keras.Variable(3, dtype="int64"))), core(3), rtol=1e-6)


def test_round_trip(schedule):
    again = keras.optimizers.schedules.deserialize(keras.optimizers.schedules.serialize(schedule))
    assert type(again) is type(schedule) and again.get_config() == schedule.get_config()


def test_takes_positions_and_names():
    assert Triangular(1e-3, 0.1, step_size=8).get_config() == {
        "initial_learning_rate": 1e-3,
        "maximal_learning_rate": 0.1,
        "step_size": 8,
    }


def test_a_saved_model_keeps_its_schedule_and_goes_on_with_it(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(Triangular(1e-3, 0.1, 8)), "mse")
    model.fit(np.ones((6, 2)), np.ones(6), batch_size=2, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert int(again.optimizer.iterations) == 3
    assert float(again.optimizer.learning_rate) == pytest.approx(float(optimizers.Triangular(1e-3, 0.1, 8)(3)))
    again.fit(np.ones((6, 2)), np.ones(6), batch_size=2, verbose=0)


def test_a_training_takes_the_rates_of_the_schedule():
    """One weight, gradient 1: each step is minus the rate."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(keras.optimizers.SGD(OneCycle(0.1, 10)), loss=lambda y, out: keras.ops.mean(out))
    moved = []
    for _ in range(10):
        model.train_on_batch(np.ones((1, 1)), np.ones((1, 1)))
        moved.append(float(model.layers[-1].kernel.numpy()[0, 0]))
    np.testing.assert_allclose(-np.diff([0, *moved]), optimizers.OneCycle(0.1, 10)(np.arange(10)), rtol=1e-3)


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda: Triangular(-1, 0.1, 8), "initial_learning_rate must be a number of at least 0, got -1"),
        (lambda: Triangular(0.1, 0.2, 0), "step_size must be a whole number of at least 1, got 0"),
        (lambda: OneCycle(0.1, 0), "total_steps must be a whole number of at least 1, got 0"),
    ],
)
def test_refuses_in_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def test_every_class_is_registered():
    for name in ("Triangular", "OneCycle", "WarmUp"):
        assert keras.saving.get_registered_object(f"lecture>{name}") is getattr(schedules, name)
