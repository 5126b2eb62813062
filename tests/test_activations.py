"""Activations against Keras, central differences, and what can be said of them by hand."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lecture import activations
from lecture.activations import ACTIVATIONS, smooth_labels

ELEMENTWISE = [name for name in ACTIVATIONS if name != "softmax"]
FAR = [-1000.0, -745.2, -88.8, -30.0, 30.0, 88.8, 709.9, 1000.0]


@pytest.fixture
def z():
    """A batch of inputs, shape (7, 3, 5), none within 1e-3 of a kink."""
    z = np.random.default_rng(0).normal(scale=3, size=(7, 3, 5))
    return np.where(np.abs(z) < 1e-3, 0.5, z)


@pytest.fixture(params=ACTIVATIONS)
def activation(request):
    return ACTIVATIONS[request.param]


def in_keras(name, z):
    """What Keras computes, in the precision of z."""
    options = {"approximate": False} if name == "gelu" else {}
    return np.asarray(getattr(keras.activations, name)(keras.ops.convert_to_tensor(z), **options))


def test_has_what_the_lecture_names():
    named = {"sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "linear", "softmax"}
    assert named <= set(ACTIVATIONS)
    assert all(name == activation.name for name, activation in ACTIVATIONS.items())


def test_values_are_those_of_keras(activation, z):
    theirs = in_keras(activation.name, z)  # with the slope .2 and √2 in float32
    np.testing.assert_allclose(activation(z), theirs, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_values_far_out_are_those_of_keras_and_finite(name):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        values, slopes = ACTIVATIONS[name](FAR), ACTIVATIONS[name].derivative(FAR)
    np.testing.assert_allclose(values, in_keras(name, np.array(FAR)), rtol=1e-7, atol=1e-15)
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize("name", [name for name in ELEMENTWISE if ACTIVATIONS[name].analytic])
def test_a_complex_step_gives_the_slope_to_rounding(name, z):
    f, points = ACTIVATIONS[name], np.concatenate([z.ravel(), FAR])
    np.testing.assert_allclose(f.function(points + 1e-30j).imag / 1e-30, f.derivative(points), rtol=1e-13, atol=1e-15)


def test_softmax_takes_a_complex_step(z):
    step = np.zeros(5, complex)
    step[2] = 1e-30j
    slopes = ACTIVATIONS["softmax"].function(z + step).imag / 1e-30
    np.testing.assert_allclose(slopes, ACTIVATIONS["softmax"].derivative(z)[..., 2], rtol=1e-12, atol=1e-16)


def test_what_is_not_a_number_stays_so(activation):
    assert np.isnan(activation(np.array([np.nan, 1.0]))).any()


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_is_the_slope(name, z):
    f, h = ACTIVATIONS[name], 1e-5
    np.testing.assert_allclose(f.derivative(z), (f(z + h) - f(z - h)) / (2 * h), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_derivative_far_out_is_the_slope(name):
    f, ends = ACTIVATIONS[name], np.array([-1000.0, 1000.0])
    np.testing.assert_allclose(f.derivative(ends), f(ends + 0.5) - f(ends - 0.5), atol=1e-12)


@pytest.mark.parametrize(
    "name, left, right",
    [
        ("relu", 0, 1),
        ("leaky_relu", 0.2, 1),
        ("sigmoid", 0, 0),
        ("tanh", 0, 0),
        ("elu", 0, 1),
        ("gelu", 0, 1),
        ("silu", 0, 1),
        ("softplus", 0, 1),
        ("linear", 1, 1),
    ],
)
def test_derivative_far_out_by_hand(name, left, right):
    np.testing.assert_allclose(ACTIVATIONS[name].derivative([-1000.0, 1000.0]), [left, right], atol=1e-12)


@pytest.mark.parametrize(
    "name, at_0", [("relu", 0), ("leaky_relu", 0.2), ("linear", 1), ("elu", 1), ("gelu", 0.5), ("sigmoid", 0.25)]
)
def test_derivative_at_0(name, at_0):
    assert ACTIVATIONS[name].derivative(0.0) == at_0


@pytest.mark.parametrize("name", [name for name, activation in ACTIVATIONS.items() if activation.kink])
def test_derivative_at_a_kink_is_that_of_keras(name):
    tensorflow = pytest.importorskip("tensorflow")
    z = tensorflow.Variable(0.0)
    with tensorflow.GradientTape() as tape:
        a = getattr(keras.activations, name)(z)
    assert ACTIVATIONS[name].derivative(0.0) == pytest.approx(float(tape.gradient(a, z)))


def test_softmax_sums_to_1_along_the_last_axis(z):
    np.testing.assert_allclose(ACTIVATIONS["softmax"](z).sum(axis=-1), np.ones((7, 3)))


def test_softmax_is_certain_far_out():
    np.testing.assert_array_equal(
        ACTIVATIONS["softmax"]([[1000.0, 0.0, -1000.0], [1000.0, 1000.0, -1000.0]]), [[1, 0, 0], [0.5, 0.5, 0]]
    )


@given(
    arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 6)), elements=st.floats(-50, 50)), st.floats(-900, 900)
)
def test_softmax_ignores_a_shift(z, shift):
    np.testing.assert_allclose(ACTIVATIONS["softmax"](z + shift), ACTIVATIONS["softmax"](z), rtol=1e-9)


def test_softmax_derivative_is_the_jacobian(z):
    softmax, h = ACTIVATIONS["softmax"], 1e-5
    jacobian = softmax.derivative(z)
    assert jacobian.shape == (7, 3, 5, 5)
    for j in range(5):
        step = h * np.eye(5)[j]
        np.testing.assert_allclose(
            jacobian[..., j], (softmax(z + step) - softmax(z - step)) / (2 * h), rtol=1e-7, atol=1e-10
        )


def test_gelu_is_exact_where_a_polynomial_would_not_be():
    from scipy.special import ndtr  # comes with scikit-learn

    z = np.linspace(-30, 30, 601)
    np.testing.assert_allclose(ACTIVATIONS["gelu"](z), z * ndtr(z), rtol=1e-12)


def test_keeps_shape_and_precision(activation):
    for shape in [(3,), (2, 3), (0, 3)]:
        for dtype in (np.float32, np.float64):
            z = np.ones(shape, dtype)
            assert activation(z).shape == shape and activation(z).dtype == dtype
            slope = activation.derivative(z)
            assert (
                slope.dtype == dtype and slope.shape == (*shape, 3)
                if activation.name == "softmax"
                else slope.shape == shape
            )


def test_takes_lists_of_integers_and_leaves_its_input_alone(activation):
    z = np.array([-2, 0, 3])
    np.testing.assert_array_equal(activation([-2, 0, 3]), activation(z.astype(float)))
    kept = z.astype(float)
    activation(kept)[:] = 7
    np.testing.assert_array_equal(kept, z)


@pytest.mark.parametrize("bad", [["a"], [True], [1j], None])
def test_refuses_what_is_no_number(activation, bad):
    with pytest.raises(ValueError, match=f"{activation.name} must be given real numbers, got"):
        activation(bad)
    with pytest.raises(ValueError, match="real numbers"):
        activation.derivative(bad)


def test_softmax_refuses_a_single_number():
    with pytest.raises(
        ValueError, match="softmax must be given an array with one or more axes, got the single number 1.0"
    ):
        ACTIVATIONS["softmax"](1.0)


def test_get_lists_what_there_is():
    assert activations.get("tanh") is ACTIVATIONS["tanh"]
    with pytest.raises(ValueError, match="activation must be one of sigmoid, tanh, .*softmax, got 'rellu'"):
        activations.get("rellu")


@pytest.mark.parametrize("alpha", [0, 0.1, 1])
def test_smoothed_labels_are_those_of_keras_loss(alpha):
    y, p = np.eye(4)[[2, 0]], np.array([[0.1, 0.2, 0.6, 0.1], [0.7, 0.1, 0.1, 0.1]])
    smoothed = smooth_labels(y, alpha)
    np.testing.assert_allclose(smoothed.sum(axis=-1), 1)
    by_hand = -(smoothed * np.log(p)).sum(axis=-1).mean()
    assert by_hand == pytest.approx(float(keras.losses.CategoricalCrossentropy(label_smoothing=alpha)(y, p)), rel=1e-6)


def test_smoothing_refuses():
    with pytest.raises(ValueError, match="alpha must be a number from 0 to 1, got 1.5"):
        smooth_labels([0, 1], 1.5)
    with pytest.raises(ValueError, match="y must have an axis of classes, got the single number 1"):
        smooth_labels(1, 0.1)
