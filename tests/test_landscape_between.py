"""Networks between two solutions: their classes against predictions of the models themselves, and the drawing."""

import itertools

import keras
import numpy as np
import pytest
from landscape_nets import nets, twin

from lecture.landscape import Between, Path, assign, between, interpolate, vector
from lecture.plots import COLORS, plot_between

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
CLASSES = np.arange(40) % 4
Y = np.eye(4)[CLASSES]
ALPHAS = np.linspace(-1, 2, 7)
LOSS = "categorical_crossentropy"


def _pair():
    return (nets(3, 5, 4, output="softmax", seed=seed) for seed in (1, 2))


def test_the_classes_are_those_that_each_network_on_the_line_predicts():
    a, b = _pair()
    found = between(a, b, X, Y, number=2, alphas=ALPHAS, loss=LOSS, shown=range(40))
    for alpha, classes in zip(ALPHAS, found.classes):
        net = assign(a, (1 - alpha) * vector(a) + alpha * vector(b))
        np.testing.assert_array_equal(classes, net.predict(X)[2].argmax(axis=1))
    np.testing.assert_array_equal(found.truth, CLASSES)
    whole = interpolate(a, b, X, Y, alphas=ALPHAS, loss=LOSS)
    np.testing.assert_allclose(found.path.loss, whole.loss[2])
    np.testing.assert_allclose(found.path.accuracy, (found.classes == CLASSES).mean(axis=1))
    changes = [sum(before != after for before, after in itertools.pairwise(own)) for own in found.classes.T]
    assert max(changes) > 0
    np.testing.assert_array_equal(found.changes, changes)


def test_keras_models_and_class_numbers():
    a, b = (twin(net, 0) for net in _pair())
    found = between(a, b, X, CLASSES, alphas=ALPHAS, loss="sparse_categorical_crossentropy")
    np.testing.assert_array_equal(found.truth, [0, 1, 2, 3])  # the first of each class
    np.testing.assert_array_equal(found.images, X[:4])
    np.testing.assert_array_equal(found.classes[2], a.predict(X[:4], verbose=0).argmax(axis=1))
    np.testing.assert_array_equal(found.classes[4], b.predict(X[:4], verbose=0).argmax(axis=1))


def test_batch_norm_takes_its_statistics_anew():
    keras.utils.set_random_seed(0)

    def model():
        norm = keras.layers.BatchNormalization()
        return keras.Sequential([keras.Input((3,)), keras.layers.Dense(5), norm, keras.layers.Dense(4, "softmax")])

    a, b = model(), model()
    found = between(a, b, X, Y, alphas=ALPHAS, loss=LOSS, shown=range(40))
    np.testing.assert_allclose(found.path.accuracy, (found.classes == CLASSES).mean(axis=1), atol=1e-6)


def test_what_does_not_fit_is_refused():
    a, b = _pair()
    with pytest.raises(ValueError, match="number must be a whole number from 0 to 3, got 4"):
        between(a, b, X, Y, number=4, loss=LOSS)
    with pytest.raises(ValueError, match="shown must be a whole number from 0 to 39, got 40"):
        between(a, b, X, Y, shown=[40], loss=LOSS)
    for shown in ([], 3):
        with pytest.raises(ValueError, match="shown must be one or more rows of X, got"):
            between(a, b, X, Y, shown=shown, loss=LOSS)
    with pytest.raises(ValueError, match="shown must be a whole number from 0 to 39, got 1.5"):
        between(a, b, X, Y, shown=[1.5], loss=LOSS)
    one = nets(3, 5, 1, output="sigmoid")
    with pytest.raises(ValueError, match="an output for each of two or more classes, got one output"):
        between(one, one, X, CLASSES % 2, loss="binary_crossentropy")


def _drawn():
    alphas = np.array([-1.0, 0, 0.5, 1, 2])
    path = Path(alphas, np.array([5.0, 1, 3, 1.5, 9]), np.array([0.2, 0.9, 0.5, 0.8, 0.3]), np.array([1, 1.5]))
    classes = np.array([[0, 0, 0], [0, 1, 2], [1, 1, 0], [0, 1, 2], [2, 2, 2]])
    return Between(path, rng.uniform(size=(3, 4, 4)), np.array([0, 1, 2]), classes)


def test_the_point_and_the_classes_at_alpha_are_drawn():
    drawn = _drawn()
    loss, accuracy, images = plot_between(drawn, 0.48, class_names=["cat", "dog", "ship"])
    np.testing.assert_array_equal(loss.lines[0].get_ydata(), [5, 1, 3, 1.5, 9])
    np.testing.assert_array_equal(loss.lines[-1].get_xydata(), [[0.5, 3]])
    np.testing.assert_array_equal(accuracy.lines[-1].get_xydata(), [[0.5, 0.5]])
    assert [text.get_text() for text in images.texts] == ["✗ dog", "dog", "✗ cat"]
    assert [text.get_color() for text in images.texts] == [COLORS[1], COLORS[2], COLORS[1]]
    for image, own in zip(images.images, drawn.images, strict=True):
        np.testing.assert_array_equal(image.get_array(), own)
    assert images.get_label() == "1 of 3 images get their class; taken are cat for dog and ship for cat."
    assert plot_between(_drawn(), 1)[2].get_label() == "3 of 3 images get their class."
    assert [text.get_text() for text in plot_between(_drawn(), 0)[2].texts] == ["0", "1", "2"]
    assert "where it is worst, 1 of 3 images" in _drawn().describe()


def test_alpha_outside_is_refused():
    with pytest.raises(ValueError, match="alpha must be a number from -1 to 2, got 2.1"):
        plot_between(_drawn(), 2.1)
