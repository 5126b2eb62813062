"""Replicas: each is the net that Keras trains, whoever stands beside it; and what is refused."""

import dataclasses
import inspect
import itertools

import keras
import numpy as np
import pytest
from replica_data import X, Y

from lecture.replicas import settings as groups
from lecture.replicas import train
from lecture.replicas.machinery import memory
from lecture.shuffling import epoch_order

rng = np.random.default_rng(8)
SIZES = (3, 8, 5, 2)


def _weights(seed, sizes=SIZES):
    rng = np.random.default_rng(seed)
    return [
        array for p, q in itertools.pairwise(sizes) for array in (rng.normal(0, 0.6, (p, q)), rng.normal(0, 0.1, q))
    ]


def _keras(
    first,
    optimizer,
    steps,
    *,
    dtype,
    X=X,
    y=Y,
    batch_size=None,
    seed=0,
    activation="tanh",
    output="softmax",
    loss="categorical_crossentropy",
    l2=0.0,
    l1=0.0,
    by_fit=False,
):
    """The weights that Keras comes to: by ``fit``, which takes a while for each epoch, or batch by batch."""
    n_layers = len(first) // 2
    penalty = keras.regularizers.L1L2(l1, l2) if l1 or l2 else None
    model = keras.Sequential([keras.Input((X.shape[1],), dtype=dtype)])
    for layer in range(n_layers):
        last = layer == n_layers - 1
        model.add(
            keras.layers.Dense(
                first[2 * layer].shape[1],
                output if last else activation,
                dtype=dtype,
                kernel_regularizer=None if last else penalty,
            )
        )
    kind = keras.losses.get(
        {"class_name": "".join(part.capitalize() for part in loss.split("_")), "config": {"dtype": dtype}}
    )
    model.compile(optimizer=optimizer, loss=kind)
    model.set_weights(first)
    n, done, epoch = len(X), 0, 0
    size = batch_size or n
    while done < steps:
        order = epoch_order(n, seed, epoch) if batch_size else np.arange(n)
        rows = order[: min(n, (steps - done) * size)]
        if by_fit:
            model.fit(X[rows], y[rows], batch_size=size, shuffle=False, verbose=0)
        else:
            for at in range(0, len(rows), size):
                model.train_on_batch(X[rows[at : at + size]], y[rows[at : at + size]])
        done, epoch = done + -(-len(rows) // size), epoch + 1
    return model.get_weights()


def _farthest(result, replica, expected):
    return max(np.abs(array[replica] - theirs).max() for array, theirs in zip(result.weights, expected, strict=True))


@pytest.fixture
def doubles():
    """Keras with float64 throughout: it cannot add its penalties to a loss of another type."""
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


OPTIMIZERS = {
    "SGD": lambda rate: keras.optimizers.SGD(rate),
    "momentum": lambda rate: keras.optimizers.SGD(rate, momentum=0.9),
    "nesterov": lambda rate: keras.optimizers.SGD(rate, momentum=0.9, nesterov=True),
    "Adam": lambda rate: keras.optimizers.Adam(rate),
    "RMSprop": lambda rate: keras.optimizers.RMSprop(rate),
}
RATES = np.array([0.003, 0.02, 0.01])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_replica_is_the_net_of_fit_after_200_steps(name):
    """In float64, with rates and first weights of their own, in batches of which the last is smaller."""
    make = OPTIMIZERS[name]
    first = [_weights(seed) for seed in range(3)]
    result = train(
        SIZES[1:-1],
        X,
        Y,
        steps=200,
        seeds=[4, 5, 6],
        batch_size=25,
        activation="tanh",
        optimizer=make(0.5),
        learning_rate=RATES,
        weights=[np.stack(arrays) for arrays in zip(*first)],
        dtype="float64",
        show=False,
    )
    for replica in (0, 2):
        expected = _keras(
            first[replica],
            make(RATES[replica]),
            200,
            dtype="float64",
            batch_size=25,
            seed=4 + replica,
            by_fit=name == "Adam",
        )
        assert _farthest(result, replica, expected) < 1e-8


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_in_float32_the_first_20_steps_agree(name):
    first = _weights(1)
    result = train(
        SIZES[1:-1],
        X,
        Y,
        steps=20,
        seeds=2,
        batch_size=25,
        activation="tanh",
        optimizer=OPTIMIZERS[name](0.01),
        weights=first,
        show=False,
    )
    assert (
        _farthest(result, 1, _keras(first, OPTIMIZERS[name](0.01), 20, dtype="float32", batch_size=25, seed=1)) < 1e-4
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_penalties_are_those_of_keras(name, doubles):
    first, strengths = _weights(2), np.array([0.0, 0.01, 0.1])
    result = train(
        SIZES[1:-1],
        X,
        Y,
        steps=200,
        seeds=3,
        activation="tanh",
        optimizer=OPTIMIZERS[name](0.01),
        weights=first,
        l2=strengths,
        l1=strengths / 10,
        dtype="float64",
        show=False,
    )
    expected = _keras(first, OPTIMIZERS[name](0.01), 200, dtype="float64", l2=0.01, l1=0.001)
    assert _farthest(result, 1, expected) < 1e-6
    assert np.abs(result.weights[0][2]).sum() < np.abs(result.weights[0][0]).sum()


def test_adam_with_weight_decay_is_adamw_of_keras():
    first, decays = _weights(3), np.array([0.0, 0.3, 2.0])
    result = train(
        SIZES[1:-1],
        X,
        Y,
        steps=200,
        seeds=[4, 5, 6],
        batch_size=25,
        activation="tanh",
        optimizer="adam",
        learning_rate=RATES,
        weights=first,
        weight_decay=decays,
        dtype="float64",
        show=False,
    )
    for replica in range(3):
        theirs = keras.optimizers.AdamW(RATES[replica], weight_decay=decays[replica])
        expected = _keras(first, theirs, 200, dtype="float64", batch_size=25, seed=4 + replica)
        assert _farthest(result, replica, expected) < 1e-8


def test_weight_decay_takes_the_rate_of_each_step_from_a_schedule():
    """A network that gives 0 where 0 is wanted has no gradient: only the decay is left."""
    first = [np.zeros_like(array) if at in (4, 5) else array for at, array in enumerate(_weights(4))]
    rates = 0.1 * np.arange(1, 6)
    result = train(
        SIZES[1:-1],
        X,
        np.zeros_like(Y),
        steps=5,
        seeds=2,
        output="linear",
        loss="mean_squared_error",
        optimizer="sgd",
        learning_rate=lambda step: 0.1 * (step + 1),
        weights=first,
        weight_decay=[0.0, 0.5],
        dtype="float64",
        show=False,
    )
    kept = np.prod(1 - 0.5 * rates)
    np.testing.assert_allclose(result.weights[0][0], first[0], rtol=1e-6)
    np.testing.assert_allclose(result.weights[0][1], kept * first[0], rtol=1e-6)


@pytest.mark.parametrize(
    "loss, output",
    [
        ("mean_squared_error", "linear"),
        ("binary_crossentropy", "sigmoid"),
        ("categorical_hinge", "softmax"),
        ("mean_absolute_error", "softmax"),
    ],
)
def test_other_losses_are_those_of_keras(loss, output):
    one = loss == "binary_crossentropy"
    sizes = (3, 8, 1 if one else 2)
    first, y = _weights(3, sizes), Y[:, :1] if one else Y
    result = train(
        (8,),
        X,
        y,
        steps=50,
        seeds=2,
        activation="relu",
        output=output,
        loss=loss,
        optimizer="adam",
        weights=first,
        dtype="float64",
        show=False,
    )
    expected = _keras(
        first, keras.optimizers.Adam(), 50, dtype="float64", y=y, activation="relu", output=output, loss=loss
    )
    assert _farthest(result, 0, expected) < 1e-8


def test_class_numbers_serve_as_well_as_one_hot_rows():
    settings = dict(steps=30, seeds=2, dtype="float64", show=False)
    hot = train((6,), X, Y, **settings)
    numbers = train((6,), X, Y.argmax(axis=1), loss="sparse_categorical_crossentropy", n_outputs=2, **settings)
    assert np.allclose(hot.weights[0], numbers.weights[0], atol=1e-10) and np.allclose(hot.accuracy, numbers.accuracy)


def test_a_replica_is_the_same_alone_and_among_others_that_differ():
    both = train(
        (7,),
        X,
        Y,
        steps=40,
        seeds=[3, 9],
        learning_rate=[0.001, 0.1],
        initializer=["he_normal", "ones"],
        batch_size=16,
        dtype="float64",
        show=False,
    )
    alone = train(
        (7,),
        X,
        Y,
        steps=40,
        seeds=[3],
        learning_rate=0.001,
        initializer="he_normal",
        batch_size=16,
        dtype="float64",
        show=False,
    )
    assert all(np.allclose(a[0], b[0], atol=1e-12) for a, b in zip(both.weights, alone.weights))
    assert np.allclose(both.loss[:, 0], alone.loss[:, 0], atol=1e-12)


def test_replicas_may_have_their_own_data_and_labels():
    many, labels = rng.normal(size=(2, 60, 3)), np.stack([Y, Y[::-1]])
    both = train((7,), many, labels, steps=30, seeds=[0, 1], batch_size=20, dtype="float64", show=False)
    alone = train((7,), many[1], labels[1], steps=30, seeds=[1], batch_size=20, dtype="float64", show=False)
    assert np.allclose(both.weights[0][1], alone.weights[0][0], atol=1e-12)
    assert np.allclose(both.predict(many)[1], alone.predict(many[1])[0], atol=1e-12)


def test_a_narrower_replica_is_the_net_that_has_no_more_units():
    widths = np.array([[8, 5], [3, 2]])
    masked = train((8, 5), X, Y, steps=60, seeds=[0, 1], widths=widths, l2=0.001, dtype="float64", show=False)
    narrow = train((3, 2), X, Y, steps=60, seeds=[1], l2=0.001, dtype="float64", show=False)
    assert (
        np.allclose(masked.weights[0][1][:, :3], narrow.weights[0][0], atol=1e-10)
        and (masked.weights[0][1][:, 3:] == 0).all()
    )
    assert np.allclose(masked.predict(X)[1], narrow.predict(X)[0], atol=1e-10)


def test_tied_layers_are_keras_layers_that_are_used_several_times():
    inputs, shared, last = (
        keras.layers.Dense(4, "relu", dtype="float64"),
        keras.layers.Dense(4, "relu", dtype="float64"),
        keras.layers.Dense(2, "softmax", dtype="float64"),
    )
    entry = keras.Input((3,), dtype="float64")
    model = keras.Model(entry, last(shared(shared(shared(inputs(entry))))))
    model.compile(keras.optimizers.Adam(0.01), keras.losses.CategoricalCrossentropy(dtype="float64"))
    first = model.get_weights()
    result = train(
        (4, 4, 4, 4),
        X,
        Y,
        steps=30,
        seeds=2,
        tied=True,
        activation="relu",
        weights=first,
        optimizer=keras.optimizers.Adam(0.01),
        dtype="float64",
        show=False,
    )
    for _ in range(30):
        model.fit(X, Y, batch_size=60, shuffle=False, verbose=0)
    assert _farthest(result, 0, model.get_weights()) < 1e-8
    assert result.net.n_parameters == model.count_params()


def test_an_activation_may_take_all_units_of_a_layer_together():
    first = _weights(4)
    how = dict(dtype="float64", activation="softmax")
    result = train(SIZES[1:-1], X, Y, steps=30, seeds=2, weights=first, show=False, **how)
    assert _farthest(result, 0, _keras(first, keras.optimizers.Adam(), 30, **how)) < 1e-8


def test_what_is_recorded_is_what_the_weights_say():
    result = train(
        (6,),
        X[:40],
        Y[:40],
        steps=25,
        seeds=3,
        record=[0, 10, 25],
        keep={0: [1, 4], 1: [0]},
        X_test=X[40:],
        y_test=Y[40:],
        show=False,
    )
    assert result.steps.tolist() == [0, 10, 25] and result.loss.shape == result.test_accuracy.shape == (3, 3)
    predicted = result.predict(X[40:])
    assert np.allclose(result.test_accuracy[-1], (predicted.argmax(-1) == Y[40:].argmax(-1)).mean(-1))
    assert np.allclose(result.test_loss[-1], -np.log((predicted * Y[40:]).sum(-1)).mean(-1), atol=1e-5)
    assert result.kept[0].shape == (3, 3, 2) and np.allclose(
        result.kept[0][-1], result.weights[0].reshape(3, -1)[:, [1, 4]]
    )
    again = train((6,), X[:40], Y[:40], steps=10, seeds=3, show=False)
    assert np.allclose(again.loss[-1], result.loss[1], atol=1e-6)


@pytest.mark.parametrize("rows", [100, 10])  # that are measured at a time: all, or few
def test_loss_and_accuracy_of_some_examples_are_those_of_the_first(monkeypatch, rows):
    monkeypatch.setattr(memory, "rows_at_once", lambda net, n_replicas: rows)
    how = dict(steps=25, seeds=3, record=[10], dtype="float64", show=False)
    result = train((6,), X, Y, n_measured=25, X_test=X[:25], y_test=Y[:25], **how)
    np.testing.assert_array_equal(result.loss, result.test_loss)
    np.testing.assert_array_equal(result.accuracy, result.test_accuracy)
    everything = train((6,), X, Y, **how)
    np.testing.assert_array_equal(result.weights[0], everything.weights[0])
    assert (result.loss != everything.loss).all()


@pytest.mark.parametrize("tied", [False, True])
def test_all_weights_are_kept_in_a_row(tied):
    how = dict(seeds=3, batch_size=20, tied=tied, show=False)
    result = train((5, 5, 5), X, Y, steps=12, record=[0, 7, 12], keep="all", **how)
    earlier = train((5, 5, 5), X, Y, steps=7, record=[], **how)
    for at, nets in ((1, earlier), (2, result)):
        rows = np.concatenate([array.reshape(3, -1) for array in nets.weights], axis=1)
        np.testing.assert_allclose(result.kept["all"][at], rows, atol=1e-6)
    assert list(result.kept) == ["all"] and len(result.kept["all"]) == 3


def test_a_strength_for_each_kernel_pulls_at_that_kernel_alone():
    """One step of SGD: what the penalty adds to it is -η (l1 sign(w) + 2 l2 w)."""
    first, l1, l2 = (
        _weights(3),
        np.array([[0.0, 0.1, 0.0], [0.3, 0.0, 0.2]]),
        np.array([[0.5, 0.0, 0.0], [0.0, 0.0, 0.4]]),
    )

    def go(**penalty):
        how = dict(optimizer="sgd", learning_rate=0.1, dtype="float64", show=False)
        return train(SIZES[1:-1], X, Y, steps=1, seeds=2, weights=first, **how, **penalty).weights[::2]

    for at, (plain, pulled, w) in enumerate(zip(go(), go(l1=l1, l2=l2, penalized="all"), first[::2])):
        expected = -0.1 * (l1[:, at, None, None] * np.sign(w) + 2 * l2[:, at, None, None] * w)
        assert np.allclose(pulled - plain, expected, atol=1e-12)


def test_defaults_of_the_groups_are_those_of_train():
    parameters = inspect.signature(train).parameters
    for group in (groups.Network, groups.Data, groups.Fit, groups.Record):
        for field in dataclasses.fields(group):
            required = parameters[field.name].default is inspect.Parameter.empty
            assert required or parameters[field.name].default == field.default
    assert set(groups.KNOWN) == set(parameters) - {"seeds"}
    assert set(groups.OWN) < set(groups.KNOWN)
