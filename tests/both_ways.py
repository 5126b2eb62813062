"""Trains a network by a search's `Trainer` and by plain `fit`, and compares: what `test_tuning_kinds*` need."""

import inspect
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from lecture.tuning.compiled import Trainer
from lecture.tuning.kinds import kind_of

N, BATCH, EPOCHS, SEED = 44, 8, 2, 3  # batches: five of 8 and one of 4
QUIET = pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")  # to a generator, as we want it


def make_data(labels="rows"):
    rng = np.random.default_rng(0)
    X = rng.random((N + 12, 6), dtype=np.float32)
    numbers = (X[:, :3] + 0.2 * rng.standard_normal((N + 12, 3))).argmax(axis=1)
    y = {
        "rows": np.eye(3, dtype=np.float32)[numbers],
        "numbers": numbers,
        "column": numbers[:, None],
        "two": np.minimum(numbers, 1),
        "two, column": np.minimum(numbers, 1)[:, None],
    }[labels]
    return SimpleNamespace(X_train=X[:N], y_train=y[:N], X_val=X[N:], y_val=y[N:])


def make_net(
    *hidden,
    optimizer=None,
    loss=None,
    inputs=None,
    model=keras.Sequential,
    outputs=3,
    change=lambda net: None,
    **compiled,
):
    """A new network; what is given makes it differ from the plain one."""
    keras.utils.set_random_seed(5)
    output = keras.layers.Dense(outputs, "softmax" if outputs > 1 else "sigmoid")
    net = model([keras.Input(**{"shape": (6,)} | (inputs or {})), *([make() for make in hidden] or [dense()]), output])
    change(net)
    compiled = {"loss": keras.losses.CategoricalCrossentropy(), "metrics": ["accuracy"]} | compiled
    if loss:
        compiled["loss"] = loss if isinstance(loss, str) else loss()
    net.compile(optimizer=optimizer() if optimizer else keras.optimizers.SGD(0.1), **compiled)
    return net


def dense(**settings):
    return keras.layers.Dense(**{"units": 5, "activation": "tanh"} | settings)


def by_fit(make, data):
    """One `fit` over all epochs, with a generator of batches: the curves, and the network's variables afterwards."""
    net = make()
    net.run_eagerly = True  # which compiles nothing, and so is faster here
    net.optimizer.build(net.trainable_variables)

    def batches():
        for epoch in range(EPOCHS):
            order = np.random.default_rng([SEED, epoch]).permutation(N)
            for rows in np.split(order, range(BATCH, N, BATCH)):
                yield data.X_train[rows], data.y_train[rows]

    history = net.fit(
        batches(), steps_per_epoch=-(-N // BATCH), epochs=EPOCHS, verbose=0, validation_data=(data.X_val, data.y_val)
    ).history
    return history, [variable.numpy() for variable in net.variables]


def by_trainer(trainer, make):
    net = make()
    return trainer.fit(net, EPOCHS, seed=SEED), [variable.numpy() for variable in net.variables]


def agree(found, wanted):
    """Whether two trainings have the same curves and end in the same variables, to rounding."""
    (curves, variables), (wanted_curves, wanted_variables) = found, wanted
    if set(curves) != set(wanted_curves) or len(variables) != len(wanted_variables):
        return False
    if not all(np.allclose(curves[name], wanted_curves[name], rtol=1e-4, atol=1e-5) for name in curves):
        return False
    pairs = list(zip(variables, wanted_variables))
    return all(one.shape == other.shape and np.allclose(one, other, rtol=1e-3, atol=1e-4) for one, other in pairs)


def train_plain():
    """The plain network's training by `fit`, and a trainer that has trained it."""
    data = make_data()
    wanted, trainer = by_fit(make_net, data), Trainer(data, BATCH)
    assert agree(by_trainer(trainer, make_net), wanted) and trainer.n_compiled == 1
    return SimpleNamespace(data=data, kind=kind_of(make_net()), wanted=wanted, trainer=trainer)


def both_ways(plain, make, *, shared, differs=True):
    """Train a network after the plain one and before it: each is what `fit` makes of it."""
    wanted, kind = by_fit(make, plain.data), kind_of(make())
    assert agree(wanted, plain.wanted) != differs, "a setting that changes nothing would test nothing"
    assert (kind is not None) == shared
    assert agree(by_trainer(plain.trainer, make), wanted)
    assert agree(by_trainer(plain.trainer, make_net), plain.wanted)
    if kind == plain.kind:  # one step for both: this time compiled for the other one
        trainer = Trainer(plain.data, BATCH)
        assert agree(by_trainer(trainer, make), wanted)
        assert agree(by_trainer(trainer, make_net), plain.wanted) and trainer.n_compiled == 1


def settings_of(kind):
    """The settings that a class adds, with their defaults."""
    found = inspect.signature(kind.__init__).parameters.values()
    added = [one for one in found if one.name not in ("self", "name") and one.kind is one.POSITIONAL_OR_KEYWORD]
    return {setting.name: setting.default for setting in added}
