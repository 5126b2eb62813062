"""The lecture's network as a classifier of scikit-learn: arguments, labels, probabilities, and what it refuses."""

import copy
import doctest
import inspect
import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.pipeline import Pipeline
from small_classifier import ONE_HOT, X, Y, pipeline, small

import lecture.tuning.estimator
from lecture.models import mlp
from lecture.tuning.estimator import DenseClassifier


@pytest.fixture(scope="module")
def fitted():
    return small(dropout=0.2).fit(X, Y)


@pytest.fixture(scope="module")
def plain():
    return small().fit(X, Y)


# ---- Arguments.


def test_the_examples_of_the_docstrings_run():
    found = doctest.testmod(lecture.tuning.estimator)
    assert found.failed == 0 and found.attempted > 4


def test_the_arguments_are_the_parameters_that_scikit_learn_sees():
    arguments = inspect.signature(DenseClassifier).parameters
    assert {name: argument.default for name, argument in arguments.items()} == DenseClassifier().get_params()


ARGUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "n_layers": st.integers(0, 9),
        "n_units": st.integers(1, 999),
        "activation": st.sampled_from(["relu", "tanh", keras.activations.gelu]),
        "l1": st.floats(0, 1),
        "l2": st.floats(0, 1),
        "dropout": st.floats(0, 0.9),
        "batch_norm": st.booleans(),
        "initializer": st.sampled_from(["he_normal", "glorot_uniform"]),
        "label_smoothing": st.floats(0, 0.9),
        "optimizer": st.sampled_from(["rmsprop", "adam", "sgd"]),
        "learning_rate": st.floats(0, 1),
        "epochs": st.integers(1, 99),
        "batch_size": st.integers(1, 999),
        "random_state": st.none() | st.integers(0, 2**32 - 1),
        "verbose": st.integers(0, 2),
    },
)


@given(ARGUMENTS)
@settings(max_examples=50)
def test_every_argument_survives_clone_pickle_and_set_params(arguments):
    it = DenseClassifier(**arguments)
    before = it.get_params()
    assert before == DenseClassifier().get_params() | arguments
    assert clone(it).get_params() == before
    assert clone(clone(Pipeline([("mlp", it)]))).named_steps["mlp"].get_params() == before
    assert pickle.loads(pickle.dumps(it)).get_params() == before
    assert DenseClassifier().set_params(**before).get_params() == before
    assert it.get_params() == before


def test_a_fitted_one_is_cloned_unfitted(fitted):
    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "model_")


@pytest.mark.parametrize("name", ["seed", "model__n_units", "n_unit", "loss", "fit__epochs"])
def test_a_name_that_is_no_argument_is_refused(name):
    with pytest.raises(ValueError, match="Invalid parameter"):
        DenseClassifier().set_params(**{name: 1})
    with pytest.raises(TypeError, match=name):
        DenseClassifier(**{name: 1})


def test_it_shows_what_was_changed():
    assert repr(pipeline()).count("\t") == 0 and "DenseClassifier(batch_size=64" in repr(pipeline())
    assert "DenseClassifier" in pipeline()._repr_html_()


def test_the_arguments_reach_the_network():
    it = DenseClassifier(
        n_layers=2,
        n_units=np.int64(8),
        activation="tanh",
        l1=1e-4,
        l2=np.float32(1e-3),
        dropout=0.25,
        batch_norm=np.True_,
        initializer="zeros",
        label_smoothing=0.1,
        optimizer="adam",
        learning_rate=np.float64(0.003),
        epochs=3,
        batch_size=100,
        random_state=0,
    ).fit(X, Y)
    wanted = mlp(
        8,
        8,
        n_inputs=64,
        activation="tanh",
        l1=1e-4,
        l2=float(np.float32(1e-3)),
        dropout=0.25,
        batch_norm=True,
        initializer="zeros",
        label_smoothing=0.1,
        optimizer=keras.optimizers.Adam(0.003),
        seed=0,
    )
    optimizer = it.model_.optimizer
    assert it.model_.get_config()["layers"][1:] == _with_numbers_of(it.model_, wanted)
    assert type(optimizer) is keras.optimizers.Adam and np.isclose(float(optimizer.learning_rate), 0.003)
    assert it.model_.loss.label_smoothing == 0.1
    assert len(it.history_["loss"]) == 3 and int(optimizer.iterations.numpy()) == 3 * 4  # 400 samples, 100 a batch


def _with_numbers_of(found, wanted):
    """The layers of a network by `get_config`, with the object numbers of another one, since they are addresses."""

    def numbered(one, other):
        if isinstance(one, dict) and isinstance(other, dict):
            changed = {name: numbered(value, other.get(name)) for name, value in one.items()}
            return changed | ({"shared_object_id": other.get("shared_object_id")} if "shared_object_id" in one else {})
        if isinstance(one, list) and isinstance(other, list):
            return [numbered(*pair) for pair in zip(one, other, strict=True)]
        return one

    return numbered(wanted.get_config()["layers"], found.get_config()["layers"])[1:]


# ---- Labels and probabilities.


@pytest.mark.parametrize("names", [7 * np.arange(10) - 20, np.array(list("qwertyuiop"))], ids=["numbers", "names"])
def test_labels_come_back_as_they_were(names):
    it = small().fit(X, names[Y])
    found = it.predict(X)
    assert found.shape == (400,) and found.dtype == names.dtype
    np.testing.assert_array_equal(it.classes_, np.sort(names))
    np.testing.assert_array_equal(it.classes_[it.predict_proba(X).argmax(axis=1)], found)
    assert it.score(X, names[Y]) == np.mean(found == names[Y]) > 0.5


@pytest.mark.parametrize("dtype", [np.float32, bool])
def test_one_hot_rows_come_back_as_rows_and_train_the_same_network(dtype, plain):
    by_rows = small().fit(X, ONE_HOT.astype(dtype))
    np.testing.assert_array_equal(by_rows.predict_proba(X), plain.predict_proba(X))
    found = by_rows.predict(X)
    assert found.shape == (400, 10) and found.dtype == dtype
    np.testing.assert_array_equal(found.argmax(axis=1), plain.predict(X))
    assert by_rows.score(X, ONE_HOT.astype(dtype)) == plain.score(X, Y)


@pytest.mark.parametrize("names", [np.arange(10), np.array(list("qwertyuiop"))], ids=["numbers", "names"])
@pytest.mark.parametrize("kind", [np.asarray, pd.DataFrame, np.ndarray.tolist])
def test_labels_in_one_column_are_taken_for_a_row_with_a_warning(names, kind):
    column, epoch = kind(names[Y][:, None]), {"epochs": 1}
    with pytest.warns(DataConversionWarning, match="A column-vector y was passed when a 1d array was expected"):
        it = small(**epoch).fit(X, column)
    row = small(**epoch).fit(X, names[Y])
    assert it.n_classes_ == 10 and it.predict(X).shape == (400,)
    np.testing.assert_array_equal(it.predict_proba(X), row.predict_proba(X))
    assert it.score(X, column) == row.score(X, names[Y])


@pytest.mark.parametrize("rows", [False, True])
def test_two_classes_need_no_care(rows):
    few = Y < 2
    it = small(epochs=5, n_layers=0).fit(X[few], ONE_HOT[few, :2] if rows else Y[few])
    assert [layer.name for layer in it.model_.layers] == ["output"]  # logistic regression
    assert it.predict_proba(X[few]).shape == (few.sum(), 2)
    assert it.score(X[few], ONE_HOT[few, :2] if rows else Y[few]) > 0.9


def test_probabilities_are_those_of_keras_and_sum_to_one(fitted, monkeypatch):
    P = fitted.predict_proba(X)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(P, fitted.model_.predict(X, verbose=0), atol=1e-6)
    assert fitted.predict_proba(X[:1]).shape == (1, 10)
    np.testing.assert_allclose(fitted.predict_proba(X.astype(np.float64)), P, atol=1e-6)
    monkeypatch.setattr(lecture.tuning.estimator, "N_AT_ONCE", 37)
    np.testing.assert_allclose(fitted.predict_proba(X), P, atol=1e-6)


def test_samples_without_weight_count_for_nothing():
    weights = np.random.default_rng(0).integers(0, 2, 400)
    some, weighed = small().fit(X[weights == 1], Y[weights == 1]), small().fit(X, Y, sample_weight=weights)
    np.testing.assert_allclose(weighed.predict_proba(X), some.predict_proba(X), atol=1e-6)


# ---- What is refused.


@pytest.mark.parametrize(
    "argument, value, sentence",
    [
        ("n_layers", -1, "n_layers must be a whole number of at least 0, got -1."),
        ("n_layers", 1.5, "n_layers must be a whole number"),
        ("n_units", 0, "n_units must be a whole number of at least 1, got 0."),
        ("n_units", [16, 8], r"n_units must be a whole number of at least 1, got \[16, 8\]."),
        ("activation", "rely", "activation must be one of .*relu.*, got 'rely'."),
        ("l1", -1, "l1 must be a number of at least 0, got -1."),
        ("l2", "0.1", "l2 must be a number of at least 0, got '0.1'."),
        ("dropout", 1, "dropout must be a number of at least 0 and below 1, got 1."),
        ("batch_norm", "no", "batch_norm must be True or False, got 'no'."),
        ("initializer", "he", "initializer must be one of .*he_normal.*, got 'he'."),
        ("label_smoothing", 2, "label_smoothing must be a number"),
        ("optimizer", "sdg", "optimizer must be one of .*sgd.*, got 'sdg'."),
        ("optimizer", keras.optimizers.SGD, "optimizer must be the name of one, with its learning_rate beside it, got"),
        ("learning_rate", -0.1, "learning_rate must be a number of at least 0, got -0.1."),
        ("learning_rate", np.nan, "learning_rate must be a number of at least 0, got nan."),
        ("epochs", 0, "epochs must be a whole number of at least 1, got 0."),
        ("batch_size", -1, "batch_size must be a whole number of at least 1, got -1."),
        ("random_state", -1, "random_state must be a whole number from 0"),
        ("random_state", np.random.RandomState(0), "random_state must be a whole number"),
        ("verbose", 3, "verbose must be a whole number from 0 to 2, got 3."),
    ],
)
def test_bad_arguments_are_refused_when_it_is_fitted(argument, value, sentence):
    it = small(**{argument: value})
    with pytest.raises(ValueError, match=f"^{sentence}") as refused:
        it.fit(X, Y)
    assert "\n" not in str(refused.value)
    with pytest.raises(NotFittedError, match="must be fitted before it can predict"):
        it.predict(X)


@pytest.mark.parametrize(
    "bad_X, bad_y, sentence",
    [
        (X, Y / 2, "y must be labels, .* or one-hot rows, got continuous values such as 0.0 .Unknown label type.[.]$"),
        (X, Y.astype(object), "y must be labels, .* or one-hot rows, got unknown values such as 0 .Unknown label type"),
        (X, np.zeros(400, int), "y must be of two classes or more, got one class"),
        (X, None, "y must be labels or one-hot rows"),
        (X, 2 * ONE_HOT, "y must be one-hot rows for 10 classes, a 1 and zeros else"),
        (X, np.ones((400, 3)), "y must be one-hot rows for 3 classes"),
        (X, Y[:-1], "Found input variables with inconsistent numbers of samples"),
        (np.where(X == 0, np.nan, X), Y, "Input X contains NaN"),
        (
            X.reshape(-1, 8, 8),
            Y,
            r"X must be rows of numbers \(n_samples, n_features\), got shape \(400, 8, 8\): make images flat.",
        ),
    ],
)
def test_bad_data_are_refused(bad_X, bad_y, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        small().fit(bad_X, bad_y)


def test_what_does_not_fit_the_first_data_is_refused(fitted):
    with pytest.raises(ValueError, match="X has 63 features, but DenseClassifier is expecting 64"):
        fitted.predict(X[:, 1:])
    it = copy.deepcopy(fitted)
    with pytest.raises(ValueError, match="y must be one label a sample, of the classes 0, 1, .*9, got 10.$"):
        it.partial_fit(X, Y + 2)
    with pytest.raises(ValueError, match="y must be one label a sample"):
        it.partial_fit(X, ONE_HOT)
    with pytest.raises(TypeError, match="epochs"):
        it.fit(X, Y, epochs=3)


def test_a_training_that_leaves_the_finite_numbers_is_refused():  # a search then ranks it last, and says so
    it = small(optimizer="sgd", learning_rate=1e38)
    sentence = "^the training must end in finite weights, and with learning_rate=1e[+]38 it left them: try a smaller"
    with pytest.raises(ValueError, match=sentence):
        it.fit(X, Y)
    with pytest.raises(NotFittedError):
        it.predict(X)
