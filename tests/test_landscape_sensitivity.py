"""How much answers change with inputs, and the loss with weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from landscape_nets import nets, twin

from lecture.landscape import gradient, hessian, sensitivity, sharpness, spectrum, vector
from lecture.models import mlp

rng = np.random.default_rng(5)
X = rng.normal(size=(12, 5)).astype(np.float32)
Y = np.eye(3, dtype=np.float32)[rng.integers(0, 3, 12)]
MODEL = mlp(6, n_inputs=5, n_classes=3, activation="tanh", seed=0)


def _jacobian(model, of):
    """TensorFlow's own, (n, k, 5)."""
    inputs = tf.constant(X, model.layers[0].dtype)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = model(inputs)
        outputs = outputs if of == "probabilities" else tf.math.log(outputs)
    return tape.batch_jacobian(outputs, inputs).numpy()


def test_of_probabilities_it_is_the_norm_of_the_jacobian():
    by_hand = np.linalg.norm(_jacobian(MODEL, "probabilities"), axis=(1, 2))
    np.testing.assert_allclose(sensitivity(MODEL, X), by_hand, rtol=1e-4)


def test_of_logits_it_is_that_of_what_goes_into_the_softmax():
    W, b, V, _ = MODEL.get_weights()
    slopes = 1 - np.tanh(X @ W + b) ** 2
    by_hand = np.linalg.norm(np.einsum("ph,nh,hk->npk", W, slopes, V), axis=(1, 2))
    np.testing.assert_allclose(sensitivity(MODEL, X, of="logits"), by_hand, rtol=1e-4)


def test_of_the_loss_it_is_the_norm_of_each_examples_gradient():
    inputs = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_sum(keras.losses.categorical_crossentropy(Y, MODEL(inputs)))
    by_hand = np.linalg.norm(tape.gradient(loss, inputs), axis=1)
    np.testing.assert_allclose(sensitivity(MODEL, X, Y, of="loss"), by_hand, rtol=1e-4)


def test_replicas_all_at_once():
    several = nets(5, 4, 3, output="softmax")
    found = sensitivity(several, X)
    assert found.shape == (4, 12)
    for at in (0, 3):
        by_hand = np.linalg.norm(_jacobian(twin(several, at), "probabilities"), axis=(1, 2))
        np.testing.assert_allclose(found[at], by_hand, rtol=1e-6)
    own = np.stack([X, X + 1, X + 2, X + 3])
    np.testing.assert_allclose(sensitivity(several, own)[0], found[0])
    labels = sensitivity(several, X, Y, of="loss", loss="categorical_crossentropy")
    assert labels.shape == (4, 12)


def test_a_model_that_ends_in_logits():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    model.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    soft = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, "softmax")])
    soft.set_weights(model.get_weights())
    np.testing.assert_allclose(sensitivity(model, X), sensitivity(soft, X), rtol=1e-4)
    np.testing.assert_allclose(sensitivity(model, X, of="logits"), np.linalg.norm(model.get_weights()[0]), rtol=1e-5)
    model.compile(loss="mse")
    with pytest.raises(ValueError, match="the model must end in a softmax or sigmoid, .* take of='logits'"):
        sensitivity(model, X)


def test_images_and_many_of_them():
    from lecture.landscape import sensitivity as front

    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Conv2D(2, 3, activation="tanh"),
            keras.layers.Flatten(),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    images = rng.normal(size=(7, 4, 4, 1)).astype(np.float32)
    step = 1e-2
    moved = images[:, None] + step * np.eye(16, dtype=np.float32).reshape(16, 4, 4, 1)
    back = images[:, None] - step * np.eye(16, dtype=np.float32).reshape(16, 4, 4, 1)
    up, down = (model.predict(values.reshape(-1, 4, 4, 1), verbose=0).reshape(7, 16) for values in (moved, back))
    by_hand = np.linalg.norm((up - down) / (2 * step), axis=1)
    np.testing.assert_allclose(front(model, images), by_hand, rtol=2e-2)


def test_what_is_refused():
    with pytest.raises(ValueError, match="y must be given for of='loss'"):
        sensitivity(MODEL, X, of="loss")
    with pytest.raises(ValueError, match="of must be one of probabilities, logits, loss, got 'outputs'"):
        sensitivity(MODEL, X, of="outputs")
    with pytest.raises(ValueError, match="loss must be given with replicas"):
        sensitivity(nets(5, 4, 3), X, Y, of="loss")
    with pytest.raises(ValueError, match="kind must be one of largest_eigenvalue, keskar, relative, got 'flat'"):
        sharpness(MODEL, X, Y, kind="flat")
    with pytest.raises(ValueError, match="radius must be a number above 0, got -1"):
        sharpness(MODEL, X, Y, radius=-1)


def test_the_largest_eigenvalue():
    assert sharpness(MODEL, X, Y) == pytest.approx(spectrum(MODEL, X, Y).values[-1], rel=1e-3)


def test_in_a_small_box_the_rise_is_that_of_the_slope():
    several = nets(5, 3, output="linear", n=3)
    g, theta = gradient(several, X, Y, loss="mse"), np.abs(vector(several))
    relative = sharpness(several, X, Y, loss="mse", kind="relative", radius=1e-6)
    np.testing.assert_allclose(relative, 1e-6 * (np.abs(g) * theta).sum(axis=1), rtol=1e-3)
    here = np.mean((several.predict(X) - Y) ** 2, axis=(1, 2))
    keskar = sharpness(several, X, Y, loss="mse", kind="keskar", radius=1e-6)
    np.testing.assert_allclose(keskar, 100 * 1e-6 * (np.abs(g) * (theta + 1)).sum(axis=1) / (1 + here), rtol=1e-3)


def test_of_a_parabola_the_highest_point_is_a_corner():
    several = nets(1, 1, n=2)  # y = w x + b on one point x = 1: the loss is (w + b - t)²
    x, t = np.ones((1, 1)), np.zeros((1, 1))
    w, b = vector(several).T
    box = 0.5 * (np.abs(w) + np.abs(b))
    highest = (np.abs(w + b) + box) ** 2 - (w + b) ** 2
    np.testing.assert_allclose(sharpness(several, x, t, loss="mse", kind="relative", radius=0.5), highest, rtol=1e-6)


def test_relative_sharpness_does_not_change_when_layers_are_scaled_against_each_other():
    import dataclasses

    one = nets(5, 4, 3, activation="relu", n=2)
    W, b, V, c = one.weights
    scaled = dataclasses.replace(one, weights=(10 * W, 10 * b, V / 10, c))
    both = [sharpness(several, X, Y, loss="mse", kind="relative", radius=0.01) for several in (one, scaled)]
    np.testing.assert_allclose(*both, rtol=1e-6)
    eigenvalues = []
    for several in (one, scaled):
        with pytest.warns(UserWarning, match="relu has no second derivative"):
            eigenvalues.append(np.linalg.eigvalsh(hessian(several, X, Y, loss="mse"))[:, -1])
    assert (eigenvalues[1] > 5 * eigenvalues[0]).all()


def test_weights_that_are_not_finite_are_refused():
    model = mlp(3, n_inputs=3, n_classes=2)
    model.set_weights([np.full_like(array, np.nan) for array in model.get_weights()])
    with pytest.raises(ValueError, match="model must have finite weights"):
        sensitivity(model, np.ones((4, 3)))
