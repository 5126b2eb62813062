"""The lecture's network as a classifier: what its seed decides, and what is stored, copied and let go."""

import copy
import functools
import gc
import io
import pickle
import random
import subprocess
import sys
import weakref

import cloudpickle
import joblib
import keras
import numpy as np
import pytest
from conftest import ROOT
from sklearn.base import clone
from small_classifier import X, Y, small

import lecture.tuning.estimator
from lecture.models import mlp


@pytest.fixture(scope="module")
def fitted():
    return small(dropout=0.2).fit(X, Y)


# ---- Seeds.


def test_the_same_seed_gives_the_same_network_and_leaves_the_random_numbers_of_others_alone(fitted):
    random.seed(5), np.random.seed(5)
    wanted = random.random(), np.random.random()
    random.seed(5), np.random.seed(5)
    P = clone(fitted).fit(X, Y).predict_proba(X)
    assert (random.random(), np.random.random()) == wanted
    np.testing.assert_array_equal(P, fitted.predict_proba(X))
    assert np.abs(clone(fitted).set_params(random_state=4).fit(X, Y).predict_proba(X) - P).max() > 0.01


def test_without_a_seed_each_fit_is_another_that_the_general_seed_decides():
    free = small(random_state=None, epochs=1, dropout=0.2)
    runs = []
    for seed in (1, 1, None):
        if seed:
            keras.utils.set_random_seed(seed)
        runs.append(clone(free).fit(X, Y).predict_proba(X))
    np.testing.assert_array_equal(runs[0], runs[1])
    assert np.abs(runs[1] - runs[2]).max() > 0.01


# ---- Kept, and let go.

IN_ANOTHER_PROCESS = """
import pickle, sys
import numpy as np
from sklearn.base import clone

folder = sys.argv[1]
X, Y = np.load(f"{folder}/X.npy"), np.load(f"{folder}/Y.npy")
with open(f"{folder}/it.pickle", "rb") as file:
    it = pickle.load(file)
np.save(f"{folder}/found.npy", it.predict_proba(X))
np.save(f"{folder}/again.npy", clone(it).fit(X, Y).predict_proba(X))
clone(it).set_params(random_state=None).fit(X, Y)  # TensorFlow no longer insists on a seed
"""


def test_another_process_predicts_and_trains_the_same(fitted, tmp_path):
    (tmp_path / "it.pickle").write_bytes(pickle.dumps(fitted))
    np.save(tmp_path / "X.npy", X), np.save(tmp_path / "Y.npy", Y)
    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, tmp_path], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "found.npy"), fitted.predict_proba(X))
    np.testing.assert_array_equal(np.load(tmp_path / "again.npy"), fitted.predict_proba(X))


def squared_relu(z):
    return keras.ops.square(keras.ops.relu(z))


class Half(keras.initializers.Initializer):
    """All weights alike, but for their sign."""

    def __call__(self, shape, dtype=None):
        return keras.ops.reshape(keras.ops.cos(3.0 * keras.ops.arange(shape[0] * shape[1], dtype=dtype)), shape) / 4


PARAMETERS = {
    "Keras' own": {"dropout": 0.2, "batch_norm": True},
    "a function": {"activation": squared_relu},
    "a function with an argument": {"activation": functools.partial(keras.activations.leaky_relu, negative_slope=0.3)},
    "a layer": {"activation": keras.layers.LeakyReLU(0.3)},
    "an initializer": {"initializer": Half()},
    "a lambda": {"activation": lambda z: squared_relu(z)},
}


@pytest.fixture(scope="module", params=PARAMETERS)
def of_ones_own(request):
    return request.param, small(epochs=1, batch_size=400, **PARAMETERS[request.param]).fit(X, Y)


def _by_joblib(it):
    file = io.BytesIO()
    joblib.dump(it, file)
    return joblib.load(io.BytesIO(file.getvalue()))


@pytest.mark.parametrize(
    "keep",
    [
        lambda it: pickle.loads(pickle.dumps(it)),
        _by_joblib,
        copy.deepcopy,
        lambda it: pickle.loads(cloudpickle.dumps(it)),
    ],
    ids=["pickle", "joblib", "deepcopy", "cloudpickle"],
)  # a search with n_jobs=2 sends by cloudpickle
def test_what_is_kept_predicts_and_goes_on_as_the_first_would(of_ones_own, keep, request):
    what, it = of_ones_own
    if what == "a lambda" and request.node.callspec.id.split("-")[-1] in ("pickle", "joblib"):
        with pytest.raises(pickle.PicklingError, match="lambda"):  # at once, not when it is read
            keep(it)
        return
    random.seed(5)
    found = keep(it)
    assert random.random() == random.Random(5).random()
    np.testing.assert_array_equal(found.predict_proba(X), it.predict_proba(X))
    for one, other in ((found.model_, it.model_), (found.model_.optimizer, it.model_.optimizer)):
        assert [variable.shape for variable in one.variables] == [variable.shape for variable in other.variables]
        assert all(np.array_equal(a, b) for a, b in zip(one.variables, other.variables))
    assert "_numbers" not in vars(found)


def test_arguments_set_after_the_fit_leave_what_is_kept_alone():
    it = small(epochs=1).fit(X, Y).set_params(n_units=3, activation="tanh")
    found = pickle.loads(pickle.dumps(it))
    np.testing.assert_array_equal(found.predict_proba(X), it.predict_proba(X))
    assert found.n_units == 3


def test_a_copy_predicts_the_same(fitted):
    np.testing.assert_array_equal(copy.deepcopy(fitted).predict_proba(X), fitted.predict_proba(X))


def test_the_old_network_goes_before_the_new_one_is_built(monkeypatch):
    it = small(epochs=1).fit(X, Y)
    old, alive = weakref.ref(it.model_), []

    def build(*arguments, **settings):
        gc.collect()
        alive.append(old() is not None)
        return mlp(*arguments, **settings)

    monkeypatch.setattr(lecture.tuning.estimator, "mlp", build)
    it.fit(X, Y)
    assert alive == [False]
    assert it.model_.train_function is None  # nor is the compiled step kept


def test_partial_fits_go_on_where_the_last_one_ended():
    it = small()
    it.partial_fit(X[:50][Y[:50] < 5], Y[:50][Y[:50] < 5], classes=np.arange(10))
    first = it.model_
    it.partial_fit(X, Y)
    assert it.model_ is first and len(it.history_["loss"]) == 2 and it.predict_proba(X).shape == (400, 10)
