"""Hessians, their eigenvalues, and what is estimated of them: beside known ones, finite differences and TensorFlow."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from landscape_nets import nets, twin

from lecture.landscape import assign, density, gradient, hessian, hessian_vector, spectrum, trace, vector
from lecture.models import mlp

rng = np.random.default_rng(1)
X = rng.normal(size=(30, 3))
Y = rng.normal(size=(30, 2))
CLASSES = np.eye(3)[rng.integers(0, 3, 30)]


def _nets(hidden, outputs=Y, n=4, **settings):
    return nets(3, *hidden, outputs.shape[-1], n=n, **settings)


def _by_jacobian(model, X, y, loss):
    """TensorFlow's own: the jacobian of the gradient."""
    variables = [variable.value for variable in model.trainable_variables]
    with tf.GradientTape(persistent=True) as second:
        with tf.GradientTape() as first:
            value = tf.reduce_mean(loss(y, model(X, training=False)))
        g = tf.concat([tf.reshape(part, [-1]) for part in first.gradient(value, variables)], 0)
    parts = second.jacobian(g, variables, unconnected_gradients="zero")
    return np.concatenate([part.numpy().reshape(len(g), -1) for part in parts], axis=1)


def test_a_linear_model_has_a_known_hessian():
    several = _nets(())
    inputs = np.hstack([X, np.ones((30, 1))])
    by_hand = 2 / (30 * 2) * np.kron(inputs.T @ inputs, np.eye(2))
    np.testing.assert_allclose(hessian(several, X, Y, loss="mse"), np.stack([by_hand] * 4), atol=1e-14)
    values = spectrum(several, X, Y, loss="mse")
    np.testing.assert_allclose(values.values[0], np.sort(np.linalg.eigvalsh(by_hand)), atol=1e-14)
    assert (values.n_positive == 8).all() and (values.index == 0).all()


@pytest.mark.parametrize(
    "hidden, activation, output, loss, y",
    [
        ((4,), "tanh", "linear", "mse", Y),
        ((4, 3), "sigmoid", "linear", "mse", Y),
        ((4, 3, 2), "softplus", "softmax", "categorical_crossentropy", CLASSES),
        ((3,), "tanh", "sigmoid", "binary_crossentropy", (Y[:, :1] > 0).astype(float)),
        # no activation that works number by number: by unit vectors
        pytest.param((4,), "softmax", "linear", "mse", Y, marks=pytest.mark.filterwarnings("ignore:.*softmax")),
    ],
)
def test_the_hessian_is_tensorflows(hidden, activation, output, loss, y):
    several = _nets(hidden, y, n=3, activation=activation, output=output)
    found = hessian(several, X, y, loss=loss)
    for at in (0, 2):
        by_hand = _by_jacobian(twin(several, at), X, y, keras.losses.get(loss))
        np.testing.assert_allclose(found[at], by_hand, atol=1e-12)


def test_tied_layers_share_their_curvature():
    tied = _nets((4, 4, 4), tied=True)
    found = hessian(tied, X, Y, loss="mse")
    for at in (0, 3):
        np.testing.assert_allclose(found[at], _by_differences(tied, X, Y, vector(tied)[at]), atol=1e-7)


@given(st.lists(st.integers(1, 4), min_size=0, max_size=3), st.integers(1, 3), st.integers(1, 7))
@settings(max_examples=5)
def test_the_hessian_agrees_with_finite_differences_of_the_gradient(hidden, n_outputs, n):
    y = rng.normal(size=(n, n_outputs))
    one = _nets(hidden, y, n=1)
    found = hessian(one, X[:n], y, loss="mse")[0]
    np.testing.assert_allclose(found, _by_differences(one, X[:n], y, vector(one)[0]), atol=1e-6)
    np.testing.assert_array_equal(found, found.T)


def _by_differences(model, X, y, here, step=1e-5):
    """The Hessian from the gradient's differences along each weight."""
    units = np.eye(len(here))
    loss = None if isinstance(model, keras.Model) else "mse"
    up, down = (gradient(model, X, y, loss=loss, at=here + sign * step * units) for sign in (1, -1))
    return (up - down) / (2 * step)


def test_many_examples_are_taken_in_parts():
    from lecture.landscape import problem

    several = _nets((4, 3))
    whole = hessian(several, X, Y, loss="mse")
    kept, problem.N_AT_ONCE = problem.N_AT_ONCE, 200
    try:
        np.testing.assert_allclose(hessian(several, X, Y, loss="mse"), whole, atol=1e-14)
        np.testing.assert_allclose(gradient(several, X, Y, loss="mse"), _gradients_alone(several), atol=1e-14)
    finally:
        problem.N_AT_ONCE = kept


def _gradients_alone(several):
    return np.stack([gradient(several, X, Y, loss="mse", at=row) for row in vector(several)])


def test_each_replica_has_the_hessian_of_its_own_examples():
    several, own, labels = _nets((4,)), rng.normal(size=(4, 12, 3)), rng.normal(size=(4, 12, 2))
    found = hessian(several, own, labels, loss="mse")
    for at in range(4):
        alone = hessian(several, own[at], labels[at], loss="mse")[at]
        np.testing.assert_allclose(found[at], alone, atol=1e-14)


class Beale(keras.layers.Layer):
    """Beale's three residuals as what a model puts out, whatever comes in."""

    def build(self, shape):
        self.point = self.add_weight(shape=(2,), initializer="zeros", name="point")

    def call(self, inputs):
        a, b = self.point[0], self.point[1]
        residuals = [c - a + a * b**power for power, c in enumerate((1.5, 2.25, 2.625), start=1)]
        return 0 * inputs + keras.ops.stack(residuals)


def test_beales_surface_has_its_known_hessian_at_the_minimum():
    model = keras.Sequential([keras.Input((3,), dtype="float64"), Beale(dtype="float64")])
    model.compile(loss="mse")
    model.set_weights([np.array([3.0, 0.5])])
    found = hessian(model, np.zeros((1, 3)), np.zeros((1, 3)))
    J = np.array([[b - 1, 3 * p * 0.5 ** (p - 1)] for p, b in ((1, 0.5), (2, 0.25), (3, 0.125))])
    np.testing.assert_allclose(found, 2 / 3 * J.T @ J, atol=1e-14)  # 2 J'J, over three outputs
    away = np.array([1.0, 1.2])
    here = hessian(model, np.zeros((1, 3)), np.zeros((1, 3)), at=away)
    np.testing.assert_allclose(here, _by_differences(model, np.zeros((1, 3)), np.zeros((1, 3)), away), atol=1e-7)


MODEL = mlp(6, 5, n_inputs=3, n_classes=3, activation="tanh", seed=0)


def test_a_keras_model_is_taken_in_float64():
    exact = keras.Sequential([keras.Input((3,), dtype="float64")])
    for layer in MODEL.layers:
        exact.add(keras.layers.Dense(layer.units, layer.activation, dtype="float64"))
    exact.set_weights(MODEL.get_weights())
    by_hand = _by_jacobian(exact, X, CLASSES, keras.losses.categorical_crossentropy)
    np.testing.assert_allclose(hessian(MODEL, X, CLASSES), by_hand, atol=1e-13)


def test_batch_norm_and_penalties_go_by_unit_vectors():
    model = mlp(4, n_inputs=3, n_classes=3, activation="tanh", batch_norm=True, l2=0.1, seed=0)
    found = hessian(model, X, CLASSES)
    v = rng.normal(size=len(found))
    np.testing.assert_allclose(hessian_vector(model, X, CLASSES, v), found @ v, atol=1e-5)
    plain = mlp(4, n_inputs=3, n_classes=3, activation="tanh", batch_norm=True, seed=0)
    added = found - hessian(plain, X, CLASSES)
    np.testing.assert_allclose(added, np.diag([0.2] * 12 + [0] * (len(v) - 12)), atol=1e-9)


def test_products_are_those_with_the_matrix():
    H, V = hessian(MODEL, X, CLASSES), rng.normal(size=(3, len(vector(MODEL))))
    np.testing.assert_allclose(hessian_vector(MODEL, X, CLASSES, V), V @ H, atol=1e-5)
    several = _nets((4,))
    H, V = hessian(several, X, Y, loss="mse"), rng.normal(size=vector(several).shape)
    np.testing.assert_allclose(hessian_vector(several, X, Y, V, loss="mse"), np.einsum("rij,rj->ri", H, V), atol=1e-13)


def test_the_largest_eigenvalues_are_those_of_the_whole():
    several = _nets((5, 4))
    whole = spectrum(several, X, Y, loss="mse")
    leading = spectrum(several, X, Y, loss="mse", k=3, tolerance=1e-8)
    np.testing.assert_allclose(leading.values, whole.values[:, -3:], atol=1e-8)
    assert (leading.errors <= 1e-8 * np.abs(whole.values).max(axis=1, keepdims=True)).all()
    H = hessian(several, X, Y, loss="mse")
    turned = np.einsum("rij,rkj->rki", H, leading.vectors)
    np.testing.assert_allclose(turned, leading.values[..., None] * leading.vectors, atol=1e-6)
    assert "largest eigenvalue" in leading.describe() and "eigenvalues from" in whole.describe()


def test_lanczos_stops_as_soon_as_its_bound_is_kept():
    found = spectrum(MODEL, X, CLASSES, k=1, tolerance=0.01)
    whole = spectrum(MODEL, X, CLASSES).values
    assert found.n_products < len(whole) / 2
    assert np.abs(whole - found.values[0]).min() <= found.errors[0] + 1e-5


def test_the_trace_lies_within_its_interval_about_as_often_as_it_says():
    several = _nets((4,), n=40)
    exact = spectrum(several, X, Y, loss="mse").trace
    found = trace(several, X, Y, loss="mse", n=40)
    assert found.value.shape == (40,)
    assert ((found.low <= exact) & (exact <= found.high)).mean() >= 0.8
    np.testing.assert_allclose(exact, np.einsum("rii->r", hessian(several, X, Y, loss="mse")))
    assert "trace" in found.describe()


def test_the_density_has_the_area_and_the_moments_of_the_spectrum():
    values = spectrum(MODEL, X, CLASSES).values
    found = density(MODEL, X, CLASSES, n=60, steps=30)
    assert np.trapezoid(found.density, found.grid) == pytest.approx(1, abs=0.01)
    assert found.weights.sum() == pytest.approx(1)
    assert (found.weights @ found.values) == pytest.approx(values.mean(), abs=0.03)
    assert (found.weights @ found.values**2) == pytest.approx(np.square(values).mean(), rel=0.3)


def test_what_counts_as_zero_is_a_choice():
    from lecture.landscape import Spectrum

    found = Spectrum(np.array([-1.0, -1e-6, 0, 1e-9, 1e-3, 2.0]), 1e-7)
    assert (found.n_negative, found.n_zero, found.n_positive) == (2, 2, 2)
    assert found.index == pytest.approx(1 / 3) and found.minimal_ratio == pytest.approx(1 / 3)
    coarse = found.at(0.01)
    assert (coarse.n_negative, coarse.n_zero, coarse.n_positive) == (1, 4, 1)
    assert found.trace == pytest.approx(1.000999, abs=1e-6)


def test_what_is_refused():
    several = _nets((4,))
    with pytest.raises(
        ValueError, match=r"the Hessians must fit into .* GB, and 4 of 26 × 26 numbers take .* take spectr"
    ):
        hessian(several, X, Y, loss="mse", max_bytes=1000)
    with pytest.raises(ValueError, match="tolerance must be at least 1e-06 in float32, got 1e-07: take float64"):
        spectrum(several, X, Y, loss="mse", dtype="float32")
    with pytest.raises(ValueError, match="k must be a whole number from 1 to 26, got 0"):
        spectrum(several, X, Y, loss="mse", k=0)
    with pytest.raises(ValueError, match=r"v must have shape \(4, 26\), got \(26,\)"):
        hessian_vector(several, X, Y, np.zeros(26), loss="mse")
    with pytest.raises(ValueError, match="dtype must be one of float32, float64, got 'half'"):
        hessian(several, X, Y, loss="mse", dtype="half")
    with pytest.raises(ValueError, match="n must be a whole number of at least 2, got 1"):
        trace(several, X, Y, loss="mse", n=1)
    with pytest.raises(ValueError, match="width must be a number above 0, got 0"):
        density(several, X, Y, loss="mse", width=0)
    for v, message in ((np.full((4, 26), np.nan), "v must be finite"), ("v", "v must be an array of real numbers")):
        with pytest.raises(ValueError, match=message):
            hessian_vector(several, X, Y, v, loss="mse")
    with pytest.raises(ValueError, match="the loss must be finite"):
        hessian_vector(assign(several, np.full((4, 26), np.nan)), X, Y, np.ones((4, 26)), loss="mse")
    half = keras.Sequential([keras.Input((X.shape[1],)), keras.layers.Dense(1, dtype="float16")])
    with pytest.raises(ValueError, match="model must keep its weights in float32 or float64, got float16"):
        gradient(half, X, Y[:, :1], loss="mse")


def test_kinks_are_said_and_steps_refused():
    with pytest.warns(UserWarning, match="relu has no second derivative at its kinks"):
        hessian(mlp(3, n_inputs=3, n_classes=3, seed=0), X, CLASSES)
    with pytest.warns(UserWarning, match="meanabsoluteerror has no second derivative"):
        hessian(_nets((3,)), X, Y, loss="mean_absolute_error")
    steps = mlp(3, n_inputs=3, n_classes=3, activation=keras.ops.sign, seed=0)
    with pytest.raises(ValueError, match="activations must have a slope, and 'sign' is flat everywhere"):
        hessian(steps, X, CLASSES)
