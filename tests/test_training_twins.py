"""The net in NumPy and its twin in Keras: equal in loss, gradients, averages and trainings, there and back."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from from_scratch_nets import deep_task, random_task

from lecture import replicas
from lecture.from_scratch import BatchNorm, Dense, Net, dense_net, fit, gradients, loss
from lecture.models import mlp
from lecture.optimizers import Triangular
from lecture.shuffling import epoch_order
from lecture.training import from_keras, twin
from lecture.training import schedules as keras_schedules

ROUNDED = {"leaky_relu", "gelu"}  # activations of which Keras takes a constant in float32
SETTINGS = {"momentum": 0.9, "epsilon": 1e-5}


@pytest.fixture
def doubles():
    """Keras with float64 throughout: its metrics and totals are in float32 otherwise."""
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


def arrays_of(net):
    """All arrays of a net in the order of Keras."""
    names = {Dense: ("W", "b"), BatchNorm: ("gamma", "beta", "moving_mean", "moving_variance")}
    return [getattr(layer, name) for layer in net.layers for name in names[type(layer)]]


def moved(net, rng):
    """The net with moving averages that are not at their start."""
    layers = []
    for layer in net.layers:
        if isinstance(layer, BatchNorm):
            n = len(layer.gamma)
            layer = replace(layer, moving_mean=rng.normal(size=n), moving_variance=rng.uniform(0.5, 2, size=n))
        layers.append(layer)
    return replace(net, layers=tuple(layers))


def value_and_gradients(model, X, y):
    """The loss of a Keras model with its penalty, and its gradients, in training."""
    with tf.GradientTape() as tape:
        y_hat = model(tf.constant(X), training=True)
        value = model.loss(tf.constant(y), y_hat) + sum(model.losses)
    found = tape.gradient(value, [variable.value for variable in model.trainable_variables])
    return float(value), [g.numpy() for g in found]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("norm", [False, SETTINGS], ids=["plain", "norm"])
def test_loss_gradients_averages_and_predictions_are_those_of_keras(seed, norm):
    net, X, y = random_task(seed, batch_norm=norm, l2=0.0123)
    net = moved(net, np.random.default_rng(seed))
    model = twin(net, dtype="float64")
    exact = not ROUNDED & {layer.activation for layer in net.layers}
    reach = {"rtol": 1e-8, "atol": 1e-10} if exact else {"rtol": 1e-5, "atol": 1e-6}
    np.testing.assert_allclose(model(X, training=False).numpy(), net.predict(X), **reach)
    value, theirs = value_and_gradients(model, X, y)
    np.testing.assert_allclose(loss(net, X, y, training=True), value, **reach)
    ours = [g for layer in gradients(net, X, y) for g in layer.values()]
    for g, g_hat in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(g, g_hat, **reach)
    after = net.moved(net.forward(X, training=True))  # the pass in training moved Keras' averages too
    for w, w_hat in zip(arrays_of(after), model.get_weights(), strict=True):
        np.testing.assert_allclose(w, w_hat, **reach)


@pytest.mark.parametrize("norm", [False, SETTINGS], ids=["plain", "norm"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_there_and_back_is_the_same_net(norm, dtype):
    net, X, _ = deep_task(4, batch_norm=norm)
    net = moved(net, np.random.default_rng(0))
    back = from_keras(twin(net, dtype=dtype))
    assert (back.loss, back.sizes) == (net.loss, net.sizes) and back.l2 == pytest.approx(net.l2, rel=1e-15)
    for ours, theirs in zip(arrays_of(back), arrays_of(net), strict=True):
        np.testing.assert_array_equal(ours, theirs.astype(dtype))
    for ours, theirs in zip(back.layers, net.layers):
        assert (type(ours), ours.activation) == (type(theirs), theirs.activation)
        if isinstance(ours, BatchNorm):
            assert (ours.momentum, ours.epsilon) == (theirs.momentum, theirs.epsilon)
    np.testing.assert_allclose(back.predict(X), net.predict(X), rtol=1e-4 if dtype == "float32" else 1e-14)


@pytest.mark.parametrize("seed", range(6))
def test_every_loss_goes_there_and_back(seed):
    net, X, y = random_task(seed)
    model = twin(net, dtype="float64")
    assert from_keras(model).loss == net.loss
    assert float(model.loss(y, model(X))) == pytest.approx(loss(net, X, y), rel=1e-6)


def test_a_model_of_mlp_becomes_a_net_that_computes_the_same():
    model = mlp(
        7, 5, n_inputs=4, n_classes=3, batch_norm=True, l2=0.01, penalized="all", momentum=0.8, epsilon=1e-5, seed=1
    )
    X, y = np.random.default_rng(1).normal(size=(20, 4)), np.eye(3)[np.arange(20) % 3]
    model.fit(X, y, batch_size=5, epochs=2, verbose=0)
    net = from_keras(model)
    assert [type(layer).__name__ for layer in net.layers] == ["Dense", "BatchNorm", "Dense", "BatchNorm", "Dense"]
    assert net.l2 == pytest.approx(0.01) and (net.layers[1].momentum, net.layers[1].epsilon) == (0.8, 1e-5)
    np.testing.assert_allclose(net.predict(X), model.predict(X, verbose=0), atol=1e-5)
    assert loss(net, X, y) == pytest.approx(model.evaluate(X, y, verbose=0)[0], rel=1e-5)
    names = [layer.name for layer in twin(net).layers]
    assert names == [layer.name for layer in model.layers]


@pytest.mark.usefixtures("doubles")
def test_a_twin_is_saved_and_loaded(tmp_path):
    net, X, y = random_task(0, l2=0.01)  # with the squared error, whose loss is ours
    assert net.loss == "squared_error"
    model = twin(net, dtype="float64")
    model.save(tmp_path / "twin.keras")
    again = keras.saving.load_model(tmp_path / "twin.keras")
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))
    assert from_keras(again).loss == net.loss
    assert again.evaluate(X, y, verbose=0)[0] == pytest.approx(loss(net, X, y), rel=1e-5)


def keras_training(net, X, y, *, epochs, batch_size, rate, seed=0):
    """The twin after ``fit`` on the batches that our `fit` takes, and its recorded epochs."""
    model = twin(net, optimizer=keras.optimizers.SGD(rate), dtype="float64")
    records = []
    for epoch in range(epochs):
        order = epoch_order(len(X), seed, epoch)
        history = model.fit(X[order], y[order], batch_size=batch_size, shuffle=False, verbose=0).history
        records.append((history["loss"][0], history["accuracy"][0]))
    return model, np.array(records).T


@pytest.mark.usefixtures("doubles")
def test_after_200_steps_with_batch_norm_it_is_keras_to_rounding():
    net, X, y = deep_task(3, n=45, batch_norm=SETTINGS, l2=0.005)
    options = {"epochs": 40, "batch_size": 10}
    ours = fit(net, X, y, learning_rate=Triangular(1e-5, 0.1, 50), dtype="float64", **options)
    model, (cost, accuracy) = keras_training(net, X, y, rate=keras_schedules.Triangular(1e-5, 0.1, 50), **options)
    assert ours.steps[-1] == 200
    for w, w_hat in zip(arrays_of(ours.net), model.get_weights(), strict=True):
        np.testing.assert_allclose(w, w_hat, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(ours.cost, cost, rtol=1e-8)  # Keras' loss has the penalty
    np.testing.assert_allclose(ours.accuracy, accuracy, atol=1e-12)


@pytest.mark.usefixtures("doubles")
def test_after_200_steps_fit_keras_and_replicas_are_the_same():
    net, X, y = deep_task(2, n=45, l2=0.0)
    options = {"epochs": 40, "batch_size": 10, "seed": 6}
    ours = fit(net, X, y, learning_rate=0.05, dtype="float64", **options)
    model, _ = keras_training(net, X, y, rate=0.05, **options)
    trained = replicas.train(
        net.sizes[1:-1],
        X,
        y,
        steps=200,
        seeds=[6],
        batch_size=10,
        activation="relu",
        optimizer=keras.optimizers.SGD(0.05),
        weights=[w[None] for w in arrays_of(net)],
        dtype="float64",
        show=False,
    )
    for w, w_hat, replica in zip(arrays_of(ours.net), model.get_weights(), trained.weights, strict=True):
        np.testing.assert_allclose(w, w_hat, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(w, replica[0], rtol=1e-8, atol=1e-10)


def test_the_penalty_of_mlp_reaches_the_output_if_asked():
    def strengths(**options):
        layers = mlp(3, n_inputs=2, l2=0.5, seed=0, **options).layers
        return [layer.kernel_regularizer and float(layer.kernel_regularizer.l2) for layer in layers]

    assert strengths() == [0.5, None] and strengths(penalized="all") == [0.5, 0.5]
    assert mlp(3, n_inputs=2, batch_norm=True).layers[1].momentum == 0.9
    with pytest.raises(ValueError, match="penalized must be one of hidden, all, got 'output'"):
        strengths(penalized="output")


def sequential(*layers, n_inputs=2):
    return keras.Sequential([keras.Input((n_inputs,)), *layers])


def dense(n=2, **options):
    return keras.layers.Dense(n, **options)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: mlp(3, n_inputs=2, dropout=0.5), "BatchNormalization and Activation layers, got Dropout 'dropout_1'"),
        (
            lambda: mlp(3, n_inputs=2, l2=0.5),
            "one L2 strength for all kernels, got 0.5 and 0.0: with mlp, use",
        ),
        (lambda: mlp(3, n_inputs=2, l1=0.5), "takes an L2 penalty only, got L1L2 in 'hidden_1'"),
        (lambda: mlp(3, n_inputs=2, activation="selu"), "The activation of 'hidden_1' must be one of .*, got 'selu'"),
        (lambda: mlp(3, n_inputs=2, label_smoothing=0.1), "on probabilities, without label smoothing, got <"),
        (lambda: sequential(dense(use_bias=False, name="d")), "needs Dense layers with biases, got 'd' without"),
        (lambda: sequential(keras.layers.Activation("relu", name="a")), "without an activation before 'a', got none"),
        (
            lambda: sequential(dense(activation="relu"), keras.layers.Activation("tanh", name="a")),
            "needs a layer without an activation before 'a'",
        ),
        (
            lambda: sequential(dense(), keras.layers.BatchNormalization(scale=False, name="n")),
            "needs batch normalization with γ and β and no penalty, got 'n'",
        ),
        (lambda: keras.Sequential([dense()]), "needs a keras.Sequential that knows its input size"),
        (lambda: Net, "needs a keras.Sequential"),
    ],
)
def test_what_a_net_has_not_is_refused(make, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        from_keras(make())
    assert "\n" not in str(error.value)


def test_another_loss_is_refused():
    model = sequential(dense())
    model.compile(loss="mean_squared_error")
    with pytest.raises(ValueError, match="takes the losses CategoricalCrossentropy, .* got 'mean_squared_error'"):
        from_keras(model)
    model.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    with pytest.raises(ValueError, match="on probabilities"):
        from_keras(model)
    assert from_keras(sequential(dense(activation="softmax"))).loss == "categorical_crossentropy"
    soft = sequential(dense(activation="softmax"))
    soft.compile(loss="sparse_categorical_crossentropy")
    assert from_keras(soft).loss == "categorical_crossentropy"
    with pytest.raises(ValueError, match="dtype must be one of float32, float64, got 'float16'"):
        twin(dense_net([2, 1]), dtype="float16")
