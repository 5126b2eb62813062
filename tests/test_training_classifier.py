"""A trained network as a classifier: what scikit-learn and mglearn draw of it is what Keras predicts."""

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.calibration import CalibrationDisplay
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay, confusion_matrix, roc_auc_score
from sklearn.model_selection import cross_val_score

from lecture.models import mlp
from lecture.training import as_classifier

X = np.random.default_rng(0).normal(size=(200, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
KINDS = {"sigmoid": 2, "softmax": 2, "three": 3}


def _network(kind="sigmoid", output=None, loss=None):
    """A network with initial weights so large that its decision boundary is curved even before training."""
    n = {"sigmoid": 1, "softmax": 2, "three": 3}[kind]
    first, second = (keras.initializers.RandomNormal(stddev=1.5, seed=seed) for seed in (1, 2))
    hidden = keras.layers.Dense(16, "tanh", kernel_initializer=first)
    last = keras.layers.Dense(n, output or ("sigmoid" if n == 1 else "softmax"), kernel_initializer=second)
    model = keras.Sequential([keras.Input((2,)), hidden, last])
    if loss:
        model.compile(loss=loss)
    return model


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("kind, n", KINDS.items())
def test_it_predicts_what_keras_predicts(kind, n):
    model = _network(kind)
    it, outputs = as_classifier(model), model.predict(X, verbose=0)
    expected = np.c_[1 - outputs, outputs] if n == 2 and kind == "sigmoid" else outputs
    np.testing.assert_allclose(it.predict_proba(X), expected, atol=1e-6)
    np.testing.assert_array_equal(it.predict(X), expected.argmax(axis=1))
    np.testing.assert_array_equal(it.classes_, np.arange(n))
    named = as_classifier(model, classes=list("abc")[:n])
    np.testing.assert_array_equal(named.predict(X), np.array(list("abc"))[expected.argmax(axis=1)])
    assert is_classifier(it) and it.score(X, it.predict(X)) == 1


def test_many_samples_go_through_in_few_large_batches(monkeypatch):
    model, sizes = _network(), []
    it = as_classifier(model)
    whole = it.predict_proba(X)
    call = keras.Sequential.__call__

    def counted(self, X, **settings):
        sizes.append(len(X))
        return call(self, X, **settings)

    monkeypatch.setattr(keras.Sequential, "__call__", counted)
    assert it.predict(np.zeros((10**6, 2))).shape == (10**6,) and len(sizes) == 16
    sizes.clear()
    monkeypatch.setattr("lecture.training.classifier.N_NUMBERS", 16 * 64)  # the widest layer has 16 units
    np.testing.assert_allclose(it.predict_proba(X), whole, atol=1e-6)
    assert sizes == [64, 64, 64, 8]


@pytest.mark.parametrize(
    "kind, loss",
    [
        ("sigmoid", keras.losses.BinaryCrossentropy),
        ("three", keras.losses.CategoricalCrossentropy),
    ],
)
@pytest.mark.parametrize("squashed", [False, True])
def test_logits_are_taken_where_the_loss_says_so(kind, loss, squashed):
    plain = _network(kind)
    logits = _network(kind, plain.layers[-1].activation if squashed else "linear", loss(from_logits=True))
    np.testing.assert_allclose(as_classifier(logits).predict_proba(X), as_classifier(plain).predict_proba(X), atol=1e-6)
    if not squashed:
        with pytest.raises(ValueError, match="^the model must end in probabilities, .*, got outputs such as"):
            as_classifier(_network(kind, "linear")).predict(X)


def test_images_may_have_their_shape():
    layers = [keras.layers.Conv2D(2, 3), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential([keras.Input((4, 4, 1)), *layers])
    images = np.random.default_rng(1).integers(0, 255, (5, 4, 4, 1), dtype=np.uint8)
    np.testing.assert_allclose(as_classifier(model).predict_proba(images), model.predict(images, verbose=0), atol=1e-6)


# ---- What draws it.


@pytest.mark.parametrize("kind, n", KINDS.items())
def test_mglearn_draws_what_it_decides(kind, n):
    from mglearn import discrete_scatter
    from mglearn.plot_2d_separator import plot_2d_classification, plot_2d_separator

    model = _network(kind)
    it, before = as_classifier(model), dict(plt.rcParams)
    _, (left, right) = plt.subplots(1, 2)
    plot_2d_classification(it, X, ax=left)
    (image,) = left.images
    x_low, x_high, y_low, y_high = image.get_extent()
    rows, columns = np.array([(0, 0), (500, 300), (999, 999), (100, 777)]).T
    points = np.c_[np.linspace(x_low, x_high, 1000)[columns], np.linspace(y_low, y_high, 1000)[rows]]
    np.testing.assert_array_equal(image.get_array()[rows, columns], it.predict(points))
    discrete_scatter(*X.T, it.predict(X), ax=right)
    assert sum(len(line.get_xdata()) for line in right.lines) == len(X)
    if n == 2:
        plot_2d_separator(it, X, ax=right)
        boundary = np.concatenate([path.vertices for path in right.collections[-1].get_paths()])
        outputs = model.predict(boundary, verbose=0)
        np.testing.assert_allclose(outputs[:, -1], 0.5, atol=0.05)
        assert len(boundary) > 100
    assert dict(plt.rcParams) == before


@pytest.mark.parametrize("kind", ["sigmoid", "softmax"])
def test_displays_of_scikit_learn_take_it(kind):
    it = as_classifier(_network(kind))
    P = it.predict_proba(X)[:, 1]
    assert RocCurveDisplay.from_estimator(it, X, Y).roc_auc == pytest.approx(roc_auc_score(Y, P))
    found = ConfusionMatrixDisplay.from_estimator(it, X, Y).confusion_matrix
    np.testing.assert_array_equal(found, confusion_matrix(Y, P > 0.5))
    np.testing.assert_allclose(CalibrationDisplay.from_estimator(it, X, Y).y_prob, P)
    grid = DecisionBoundaryDisplay.from_estimator(it, X, response_method="predict_proba", grid_resolution=20)
    points = np.c_[grid.xx0.ravel(), grid.xx1.ravel()]
    np.testing.assert_allclose(grid.response.ravel(), it.predict_proba(points)[:, 1], atol=1e-6)


def test_displays_of_scikit_learn_take_three_classes():
    it = as_classifier(_network("three"))
    grid = DecisionBoundaryDisplay.from_estimator(it, X, response_method="predict", grid_resolution=20)
    np.testing.assert_array_equal(grid.response.ravel(), it.predict(np.c_[grid.xx0.ravel(), grid.xx1.ravel()]))
    assert ConfusionMatrixDisplay.from_estimator(it, X, it.predict(X)).confusion_matrix.trace() == len(X)


# ---- What is refused.


@pytest.mark.parametrize(
    "model, sentence",
    [
        (lambda: "net", "model must be a built Keras network .* got 'net'"),
        (
            lambda: keras.Sequential([keras.layers.Dense(2, "softmax")]),
            "model must be a built Keras network whose output",
        ),
        (
            lambda: keras.Sequential([keras.Input((4, 4)), keras.layers.Dense(2)]),
            r"got outputs of shape \(None, 4, 2\)",
        ),
    ],
)
def test_what_is_no_classifier_is_refused(model, sentence):
    with pytest.raises(ValueError, match=sentence):
        as_classifier(model())


def test_several_inputs_are_refused():
    inputs = [keras.Input((2,)), keras.Input((3,))]
    model = keras.Model(inputs, keras.layers.Dense(2, "softmax")(keras.layers.Concatenate()(inputs)))
    with pytest.raises(ValueError, match="^model must have one input, got 2.$"):
        as_classifier(model)


@pytest.mark.parametrize("classes", [[0], [0, 0], [0, 1, 2], [[0, 1]]])
def test_as_many_classes_as_the_network_has(classes):
    with pytest.raises(ValueError, match="^classes must be 2 labels that differ, one for each class, got"):
        as_classifier(_network(), classes)


def test_other_columns_and_chances_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match=r"^X must have shape \(n_samples, 2\), got \(200, 1\).$"):
        as_classifier(_network()).predict(X[:, :1])
    with pytest.raises(ValueError, match="^the model must end in probabilities"):
        as_classifier(_network("three", "sigmoid")).predict(X)


def test_a_cross_validation_would_score_what_it_was_trained_on():
    with pytest.raises(ValueError, match="a trained network must not be fitted again here: take lecture.tuning"):
        cross_val_score(as_classifier(mlp(2, n_inputs=2, loss="binary")), X, Y, cv=2, error_score="raise")


@pytest.mark.parametrize("end", [keras.layers.Softmax(), keras.ops.softmax, keras.layers.Activation("softmax")])
def test_a_softmax_of_any_form_is_not_taken_for_logits(end):
    given = keras.Input((2,))
    dense = keras.layers.Dense(3)
    model = keras.Model(given, end(dense(given)))
    model.compile(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    dense.set_weights([np.array([[1.0, 2, 3], [0, 0, 0]]), np.zeros(3)])
    wanted = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    assert as_classifier(model).predict_proba([[1.0, 0.0]])[0] == pytest.approx(wanted, rel=1e-5)
