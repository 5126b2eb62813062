"""The net in NumPy against Keras, central differences and formulas by hand."""

from functools import partial

import numpy as np
import pytest
from from_scratch_nets import ENDS, HIDDEN, H, random_task

from lecture.from_scratch import (
    INITIALIZERS,
    LOSSES,
    BatchNorm,
    Dense,
    Net,
    dense_net,
    gradient_check,
    gradients,
    initial_weights,
    loss,
    measure_depth,
    moons,
    record_training,
    step_by_step,
    xor,
)
from lecture.from_scratch.formula import Formula, above, first_terms, indexed, into, joined, slope
from lecture.words import short


def relative_error(ours, theirs):
    """max |g - ĝ| / max(1, |g| + |ĝ|)."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    return float((np.abs(ours - theirs) / np.maximum(1, np.abs(ours) + np.abs(theirs))).max())


# -- Against Keras --------------------------------------------------------------------------------------------------


def keras_model(net):
    """The same net in Keras, in float64, and its layers."""
    import keras

    inputs = keras.Input((net.sizes[0],), dtype="float64")
    x, built = inputs, []
    for layer in net.layers:
        if isinstance(layer, BatchNorm):
            made = keras.layers.BatchNormalization(dtype="float64")
            weights = [layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance]
        else:
            penalty = keras.regularizers.L2(net.l2) if net.l2 else None
            made = keras.layers.Dense(len(layer.b), dtype="float64", kernel_regularizer=penalty)
            weights = [layer.W, layer.b]
        x = made(x)
        made.set_weights(weights)
        x = keras.layers.Activation(keras_activation(layer.activation), dtype="float64")(x)
        built.append(made)
    return keras.Model(inputs, x), built


def keras_activation(name):
    """Our function of this name in Keras, which approximates its gelu unless told otherwise."""
    import keras

    function = getattr(keras.activations, name)
    return partial(function, approximate=False) if name == "gelu" else function


def keras_loss(net, model, y, y_hat):
    """The loss as Keras has it, times what turns its means over the outputs into our sums."""
    import keras

    if net.loss == "squared_error":
        value = keras.losses.MeanSquaredError(dtype="float64")(y, y_hat) * y.shape[1] / 2
    elif net.loss == "binary_crossentropy":
        value = keras.losses.BinaryCrossentropy(dtype="float64")(y, y_hat) * y.shape[1]
    else:
        value = keras.losses.CategoricalCrossentropy(dtype="float64")(y, y_hat)
    return value + sum(model.losses)


def keras_loss_and_gradients(net, X, y):
    import tensorflow as tf

    model, built = keras_model(net)
    with tf.GradientTape() as tape:
        value = keras_loss(net, model, y, model(X, training=True))
    variables = [dict(zip(layer.parameters, made.trainable_variables)) for layer, made in zip(net.layers, built)]
    tensors = [{name: v.value for name, v in layer.items()} for layer in variables]
    return (
        float(value),
        [{name: g.numpy() for name, g in layer.items()} for layer in tape.gradient(value, tensors)],
        built,
    )


@pytest.mark.parametrize("seed", range(20))
def test_gradients_of_random_nets_agree_with_keras_and_with_central_differences(seed):
    net, X, y = random_task(seed)
    assert gradient_check(net, X, y, h=H) < 1e-6
    value, theirs, _ = keras_loss_and_gradients(net, X, y)
    assert loss(net, X, y) == pytest.approx(value, rel=1e-6)
    for ours, keras_ones in zip(gradients(net, X, y), theirs, strict=True):
        assert ours.keys() == keras_ones.keys()
        for name, g in ours.items():
            assert relative_error(g, keras_ones[name]) < 1e-6, name


def test_the_twenty_nets_cover_every_loss_output_and_activation():
    nets = [random_task(seed)[0] for seed in range(20)]
    assert {(net.layers[-1].activation, net.loss) for net in nets} == set(ENDS)
    assert {layer.activation for net in nets for layer in net.layers[:-1]} == set(HIDDEN)


@pytest.mark.parametrize("seed", range(3))
def test_batch_norm_and_l2_agree_with_keras(seed):
    import tensorflow as tf

    net, X, y = random_task(seed, batch_norm=True, l2=0.05)
    assert net.has_batch_norm
    value, theirs, built = keras_loss_and_gradients(net, X, y)
    assert loss(net, X, y, training=True) == pytest.approx(value, rel=1e-6)
    assert gradient_check(net, X, y, h=H) < 1e-6
    for ours, keras_ones in zip(gradients(net, X, y), theirs, strict=True):
        for name, g in ours.items():
            assert relative_error(g, keras_ones[name]) < 1e-6, name

    moved = net.moved(net.forward(X, training=True))  # the pass in training also moved Keras' averages
    for layer, made in zip(moved.layers, built):
        if isinstance(layer, BatchNorm):
            np.testing.assert_allclose(layer.moving_mean, made.moving_mean.numpy(), rtol=1e-6)
            np.testing.assert_allclose(layer.moving_variance, made.moving_variance.numpy(), rtol=1e-6)
    model, _ = keras_model(moved)
    np.testing.assert_allclose(moved.predict(X), model(tf.constant(X), training=False).numpy(), rtol=1e-6)


def test_a_training_agrees_with_keras():
    import keras

    X, y = moons(30, seed=1)
    net = dense_net([2, 4, 1], batch_norm=True, seed=2)
    model, built = keras_model(net)
    model.compile(keras.optimizers.SGD(0.3), loss=keras.losses.BinaryCrossentropy(dtype="float64"))
    for _ in range(5):
        model.train_on_batch(X, y)
    ours = record_training(net, X, y, learning_rate=0.3, steps=5).nets[-1]
    for layer, made in zip(ours.layers, built):
        if isinstance(layer, BatchNorm):
            np.testing.assert_allclose(layer.moving_variance, made.moving_variance.numpy(), rtol=1e-5)
        else:
            np.testing.assert_allclose(layer.W, made.kernel.numpy(), rtol=1e-5)
    import tensorflow as tf

    assert keras.config.floatx() == tf.keras.backend.floatx() == "float32"  # left as it was


# -- By hand --------------------------------------------------------------------------------------------------------


def small_net(loss_name="squared_error"):
    """One input, one hidden unit and one output, to be worked out on paper."""
    return Net((Dense([[0.5]], [0.1], "tanh"), Dense([[-1.0]], [0.2], "sigmoid")), loss_name)


def test_one_step_by_hand():
    x, y, rate = 2.0, 1.0, 0.1
    z1 = 0.5 * x + 0.1
    a1 = np.tanh(z1)
    y_hat = 1 / (1 + np.exp(a1 - 0.2))
    delta2 = (y_hat - y) * y_hat * (1 - y_hat)
    delta1 = delta2 * -1.0 * (1 - a1**2)
    steps = step_by_step(small_net(), [x], [y], learning_rate=rate)
    assert [(s.quantity, s.layer) for s in steps.steps] == [
        ("x", 0), ("z", 1), ("a", 1), ("z", 2), ("a", 2), ("loss", 2),
        ("delta", 2), ("W", 2), ("b", 2), ("delta", 1), ("W", 1), ("b", 1), ("update", 0),
    ]  # fmt: skip
    by_hand = [
        x,
        z1,
        a1,
        -a1 + 0.2,
        y_hat,
        (y_hat - y) ** 2 / 2,
        delta2,
        delta2 * a1,
        delta2,
        delta1,
        delta1 * x,
        delta1,
    ]
    np.testing.assert_allclose([np.ravel(s.values)[0] for s in steps.steps[:-1]], by_hand, rtol=1e-12)
    assert steps.updated.layers[0].W[0, 0] == pytest.approx(0.5 - rate * delta1 * x, rel=1e-12)
    assert steps.updated.layers[1].b[0] == pytest.approx(0.2 - rate * delta2, rel=1e-12)


def test_the_three_factors_of_a_weights_gradient_are_named_and_multiply_to_it():
    steps = step_by_step(small_net(), [2.0], [1.0])
    for layer in (1, 2):
        step = next(s for s in steps.steps if (s.quantity, s.layer) == ("W", layer))
        factors = [float(text.strip("()").replace("−", "-")) for text, factor in step.formula if factor]
        assert [factor for _, factor in step.formula if factor] == ["above", "activation", "input"]
        assert np.prod(factors) == pytest.approx(step.values[0, 0], rel=0.05)  # what is shown is rounded


@pytest.mark.parametrize(("y", "value"), [(1.0, "−ln 0.35"), (0.0, "−ln(1 − 0.35)")])
def test_a_cross_entropy_is_spelled_out(y, value):
    steps = step_by_step(small_net("binary_crossentropy"), [2.0], [y])
    assert value in steps.describe(5)
    delta = steps.steps[6]
    assert delta.values[0, 0] == pytest.approx(steps.signals[-1].a[0, 0] - y, rel=1e-12)
    assert "∂L/∂z = ŷ − y" in delta.sentence


def test_the_gradient_of_a_batch_is_the_mean_of_its_samples():
    net, X, y = random_task(3)
    single = [gradients(net, x, t) for x, t in zip(X, y)]
    for l, layer in enumerate(gradients(net, X, y)):
        for name, g in layer.items():
            np.testing.assert_allclose(g, np.mean([s[l][name] for s in single], axis=0), rtol=1e-12, atol=1e-15)
    twice = gradients(net, np.vstack([X, X]), np.vstack([y, y]))  # so the rate need not follow the batch size
    np.testing.assert_allclose(twice[0]["W"], gradients(net, X, y)[0]["W"], rtol=1e-12)


@pytest.mark.parametrize("n", [1, 4])
def test_every_step_says_what_it_shows(n):
    X, y = xor()
    for net in (
        dense_net([2, 3, 1], seed=1),
        dense_net([2, 3, 2], output="softmax"),
        dense_net([2, 12, 2], output="softmax", loss="squared_error"),
    ):
        steps = step_by_step(net, X[:n], np.hstack([y, 1 - y])[:n, : net.sizes[-1]])
        assert len(steps) == 1 + 2 * 2 + 1 + 3 * 2 + 1
        texts = [steps.describe(i) for i in range(len(steps))]
        assert len(set(texts)) == len(texts)
        assert not any(text != text.strip() or "nan" in text for text in texts)
        assert short(steps.signals[0].z[0, 0]) in texts[1]
    assert ("mean over 4 examples" in texts[7]) == (n == 4)


def test_cross_entropies_stay_finite_where_a_prediction_is_certain_and_wrong():
    net = Net((Dense([[1000.0]], [0.0], "sigmoid"),), "binary_crossentropy")
    assert loss(net, [1.0], [0.0]) == pytest.approx(1000)
    net = Net((Dense([[1000.0, 0.0]], [0.0, 0.0], "softmax"),), "categorical_crossentropy")
    assert loss(net, [1.0], [0.0, 1.0]) == pytest.approx(1000)


def test_a_wrong_gradient_is_found():
    class Wrong(Net):
        def backward(self, signals, y):
            found = super().backward(signals, y)
            found[0].parameters["W"] *= 1.01
            return found

    net, X, y = random_task(1)
    worst = gradient_check(Wrong(net.layers, net.loss), X * 10, y, h=H)
    assert worst > 1e-5 > gradient_check(net, X * 10, y, h=H)


def test_a_formula_keeps_the_factor_of_each_piece():
    product = above(-0.5) * slope("f(z)") * into(2.0)
    assert [factor for _, factor in product.pieces] == ["above", "", "activation", "", "input"]
    assert str("w = " + product + " = " + "1") == "w = (−0.50) · f(z) · 2 = 1"
    assert ("a" + (Formula() + "b") * "c").pieces == (("ab · c", ""),)  # plain text is one piece
    terms = first_terms([into(float(n)) for n in range(5)])
    assert str(joined(terms, by=" + ")) == "0 + 1 + 2 + …" and str(joined(terms[:1], by=" + ")) == "0"


def test_numbers_are_short():
    assert [short(v) for v in (0.0, -0.5, 1.0, 12.34, 0.0123, 0.00012, -1.7e-7, 0.9999, 9.999, 0.0996)] == [
        "0", "−0.50", "1", "12", "0.012", "0.0001", "−2e−07", "1.00", "10", "0.10",
    ]  # fmt: skip
    assert [indexed("w", 1, 2, 3), indexed("w", 12, 2, 10), indexed("x", 0, 1)] == ["w₂₃⁽¹⁾", "w₂,₁₀⁽¹²⁾", "x₁"]


# -- Initializers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers_have_the_spread_of_their_formula(name):
    W = initial_weights(name, 300, 100, np.random.default_rng(0))
    by_hand = {"zeros": 0, "small": 0.01, "large": 1, "glorot": (2 / 400) ** 0.5, "he": (2 / 300) ** 0.5}
    sigma = by_hand[name.split("_")[0]]
    assert W.shape == (300, 100)
    assert W.std() == pytest.approx(sigma, rel=0.02)
    if name.endswith("uniform"):
        assert np.abs(W).max() <= 3**0.5 * sigma


@pytest.mark.parametrize("name", ["glorot_uniform", "he_uniform", "glorot_normal", "he_normal"])
def test_initializers_have_the_spread_of_keras(name):
    import keras

    theirs = np.asarray(keras.initializers.get({"class_name": name, "config": {"seed": 1}})((300, 100)))
    assert initial_weights(name, 300, 100, np.random.default_rng(0)).std() == pytest.approx(theirs.std(), rel=0.03)


# -- Training -------------------------------------------------------------------------------------------------------


def test_a_training_learns_xor_and_keeps_every_step():
    X, y = xor()
    record = record_training(dense_net([2, 3, 1], seed=1), X, y, learning_rate=1.0, steps=100)
    assert len(record.nets) == len(record.losses) == 101 and record.steps == 100
    assert ((record.nets[-1].predict(X) > 0.5) == y).all()
    assert record.losses[-1] < 0.1 < record.losses[0]
    for k in (0, 50, 100):
        assert record.losses[k] == pytest.approx(loss(record.nets[k], X, y), rel=1e-12)
    change = record.changes(7)[0][1:]
    np.testing.assert_allclose(change, -1.0 * gradients(record.nets[6], X, y)[0]["W"], rtol=1e-9)
    assert not np.any(record.changes(0)[0])
    assert "after 7 of 100 updates" in record.describe(7) and f"loss {record.losses[7]:.3f}" in record.describe(7)


def test_mini_batches_see_every_sample_once_an_epoch():
    X, y = moons(10, seed=0)
    net = dense_net([2, 3, 1])
    record = record_training(net, X, y, batch_size=4, steps=3, seed=5)
    rows = np.random.default_rng(5).permutation(10)
    np.testing.assert_allclose(
        record.changes(3)[0][1:], -0.5 * gradients(record.nets[2], X[rows[8:]], y[rows[8:]])[0]["W"], rtol=1e-9
    )
    again = record_training(net, X, y, batch_size=4, steps=3, seed=5)
    np.testing.assert_array_equal(record.losses, again.losses)


def test_a_training_that_diverges_is_cut_and_says_so():
    X = np.full((2, 1), 10.0)
    record = record_training(dense_net([1, 1], output="linear", seed=1), X, [1.0, 2.0], learning_rate=10, steps=2000)
    assert np.isfinite(record.losses[:-1]).all() and not np.isfinite(record.losses[-1])
    assert record.steps < 2000 and "diverged" in record.describe()


def test_the_toy_tasks():
    X, y = xor()
    assert [int(t) for t in y[:, 0]] == [int(a != b) for a, b in X]
    X, y = moons(200, noise=0.0, seed=3)
    assert X.shape == (200, 2) and y.mean() == 0.5
    upper, lower = X[y[:, 0] == 0], X[y[:, 0] == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)


# -- Bad input ------------------------------------------------------------------------------------------------------

NET = dense_net([2, 3, 1])
X4, Y4 = xor()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: dense_net([4]), r"sizes must be two or more positive layer sizes, got \[4\]"),
        (lambda: dense_net([0, 3]), r"sizes must be .* got \[0, 3\]"),
        (lambda: dense_net([2.5, 1]), r"sizes must be .* got \[2.5, 1\]"),
        (lambda: dense_net([2, True]), r"sizes must be .* got \[2, True\]"),
        (lambda: dense_net(3), r"sizes must be .* got 3"),
        (lambda: dense_net([2, 1], output="swoosh"), "activation must be one of .*sigmoid.*, got 'swoosh'"),
        (lambda: dense_net([2, 3, 1], activation="swoosh"), "activation must be one of .*, got 'swoosh'"),
        (lambda: dense_net([2, 1], loss="hinge"), "loss must be one of squared_error, .*, got 'hinge'"),
        (
            lambda: dense_net([2, 1], initializer="glorot"),
            "initializer must be one of zeros, small_normal, .*, got 'glorot'",
        ),
        (lambda: dense_net([2, 1], l2=-1), "l2 must be a number of at least 0, got -1"),
        (lambda: dense_net([2, 1], output="softmax"), "softmax output needs two or more units, got 1"),
        (
            lambda: dense_net([2, 2], output="linear", loss="categorical_crossentropy"),
            "needs a softmax output, got 'linear'",
        ),
        (
            lambda: Dense([1.0, 2.0], [0.0], "tanh"),
            r"W must have shape \(n_in, n_out\) and b \(n_out,\), got \(2,\) and \(1,\)",
        ),
        (
            lambda: Net((Dense([[1.0]], [0.0], "tanh"), Dense([[1.0], [1.0]], [0.0], "tanh"))),
            "Each layer must take what the one before gives, got 1 outputs before a layer with 2 inputs",
        ),
        (lambda: Net(()), "layers must have one or more Dense layers, got 0 layers without one"),
        (lambda: NET.predict(np.ones((4, 3))), r"X must be finite numbers of shape \(n, 2\), got shape \(4, 3\)"),
        (lambda: NET.predict([[1.0, np.nan]]), "X must be finite numbers"),
        (lambda: loss(NET, X4, Y4[:3]), r"y must be finite numbers of shape \(4, 1\), got shape \(3, 1\)"),
        (lambda: step_by_step(NET, X4[0], [1.0, 0.0]), r"y must be finite numbers of shape \(1, 1\), got shape \(2,\)"),
        (lambda: step_by_step(NET, X4, Y4).describe(-1), "step must be a whole number from 0 to 12, got -1"),
        (lambda: step_by_step(NET, X4, Y4).describe(13), "step must be a whole number from 0 to 12, got 13"),
        (lambda: step_by_step(NET, X4, Y4, sample=4), "sample must be a whole number from 0 to 3, got 4"),
        (lambda: step_by_step(NET, X4, Y4, learning_rate=-1), "learning_rate must be a number of at least 0, got -1"),
        (
            lambda: step_by_step(dense_net([2, 2, 1], batch_norm=True), X4, Y4),
            "step_by_step needs plain dense layers, got a net with batch norm",
        ),
        (lambda: record_training(NET, X4, Y4, steps=-1), "steps must be a whole number of at least 0, got -1"),
        (lambda: record_training(NET, X4, Y4, batch_size=5), "batch_size must be a whole number from 1 to 4, got 5"),
        (
            lambda: record_training(NET, X4, Y4, steps=2).describe(3),
            "iteration must be a whole number from 0 to 2, got 3",
        ),
        (lambda: moons(1), "n must be a whole number of at least 2, got 1"),
        (lambda: measure_depth("swoosh"), "activation must be one of .*, got 'swoosh'"),
        (
            lambda: measure_depth(initializer="xavier"),
            "initializer must be one of zeros, small, large, glorot, he, got 'xavier'",
        ),
        (lambda: measure_depth(distribution="cauchy"), "distribution must be one of normal, uniform, got 'cauchy'"),
        (lambda: measure_depth(depth=1), "depth must be a whole number of at least 2, got 1"),
        (lambda: gradient_check(NET, X4, Y4, h=0), "h must be a number above 0 and at most 0.01, got 0"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        call()
    assert "\n" not in str(error.value)


def test_every_registered_loss_is_in_the_tests():
    assert {name for _, name in ENDS} == set(LOSSES)
    assert BatchNorm.fresh(3).gamma.shape == (3,)
