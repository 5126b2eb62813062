"""The lecture's ``mlp`` as a classifier of scikit-learn: in a pipeline, cross-validated, tuned by its searches.

>>> from sklearn.pipeline import Pipeline
>>> from sklearn.preprocessing import StandardScaler
>>> network = DenseClassifier(n_units=32, epochs=5, random_state=0)
>>> Pipeline([("scale", StandardScaler()), ("mlp", network)]).get_params()["mlp__n_units"]
32

`SciKeras <https://adriangb.com/scikeras/>`_ does the same for any Keras model, which it takes as a function.

Keras has a wrapper of its own, ``keras.wrappers.SKLearnClassifier``, with a trap: it loses its ``fit_kwargs`` when
scikit-learn clones it, so that a grid search or a cross-validation trains every network for one epoch, whatever
``epochs`` was asked for. It has no ``predict_proba`` either.
"""

import random
from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_array, check_consistent_length, column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from lecture.checks import real, whole
from lecture.device import ignore_retracing, quietly
from lecture.models import mlp, restore, state_of
from lecture.tuning.labels import Labels
from lecture.tuning.seeding import seeded

N_AT_ONCE = 1024  # samples that are predicted together


class DenseClassifier(ClassifierMixin, BaseEstimator):
    """``models.mlp`` as a classifier of scikit-learn, not fitted yet.

    In a search all arguments have their plain names, such as ``mlp__n_units`` if the step of the pipeline is called
    "mlp". As is usual in scikit-learn, arguments are checked by ``fit``.

    Parameters
    ----------
    n_layers, n_units : int
        Number of hidden layers, and of units in each; without a hidden layer it is logistic regression.
    activation, l1, l2, dropout, batch_norm, initializer, label_smoothing
        As in ``models.mlp``.
    optimizer : str
        A name that Keras knows.
    learning_rate : float
        Learning rate of the optimizer, from 0.
    epochs, batch_size : int
        Number of epochs of a fit, and of samples in a mini-batch.
    random_state : int, optional
        Seed of all that is drawn, from 0 to 2³² - 1: the same seed gives the same network. After a fit the random
        numbers of Python and NumPy continue as if nothing had been fitted, and TensorFlow's start again from its
        global seed.
    verbose : int
        What Keras prints during a fit: 0 nothing, 1 a bar, 2 a line per epoch.

    Attributes
    ----------
    model_ : keras.Sequential
        The trained network.
    history_ : dict of str to list of float
        ``loss`` and ``accuracy`` on the training set, one value per epoch.
    classes_ : ndarray (n_classes,)
        The labels in the order of the columns of ``predict_proba``; for one-hot rows the numbers of their columns.
    n_classes_, n_features_in_ : int
        Number of classes, and of features.

    Notes
    -----
    A fit takes at least a second, in which TensorFlow traces the training step. About 10 MB per fit stay in native
    memory until the process ends (measured with ``mlp(512, 512)``, TensorFlow 2.21; ``keras.backend.clear_session``
    does not free them). On a small machine, do not set ``n_jobs`` of a search: one fit uses all cores.

    It passes the checks that scikit-learn has for any classifier (``sklearn.utils.estimator_checks``, 1.9), except
    these:

    ================================================= ================================================================
    check                                             why
    ================================================= ================================================================
    ``check_sample_weight_equivalence_on_dense_data`` a sample of weight 2 is one of its mini-batch, two copies are
                                                      two: the steps differ, as in all training by mini-batches
    ``check_array_api_input``                         scikit-learn skips it where SCIPY_ARRAY_API is not set
    ================================================= ================================================================

    A fitted one can be pickled, copied, stored by joblib and sent to the workers of a search. Your own ``activation``
    or ``initializer`` is stored as pickle stores any function or class: by its name in its module. A lambda cannot be
    pickled, and pickle says so at once. ``model_.save`` writes Keras' own file: for that, decorate the function with
    ``@keras.saving.register_keras_serializable()``.

    Examples
    --------
    >>> DenseClassifier(n_layers=1, n_units=64, random_state=0)
    DenseClassifier(n_layers=1, n_units=64, random_state=0)

    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> network = DenseClassifier(n_units=64, learning_rate=0.01, random_state=0)
    >>> bool(network.fit(X[:1000], y[:1000]).score(X[1000:], y[1000:]) > 0.8)
    True
    """

    def __init__(
        self,
        *,
        n_layers: int = 2,
        n_units: int = 512,
        activation: str | Callable = "relu",
        l1: float = 0,
        l2: float = 0,
        dropout: float = 0,
        batch_norm: bool = False,
        initializer: str | keras.initializers.Initializer = "he_normal",
        label_smoothing: float = 0,
        optimizer: str = "rmsprop",
        learning_rate: float = 0.001,
        epochs: int = 10,
        batch_size: int = 128,
        random_state: int | None = None,
        verbose: int = 0,
    ):
        self.n_layers = n_layers
        self.n_units = n_units
        self.activation = activation
        self.l1 = l1
        self.l2 = l2
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.initializer = initializer
        self.label_smoothing = label_smoothing
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = self.random_state is None
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    # ---- Training.

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> "DenseClassifier":
        """Train a new network.

        Parameters
        ----------
        X : array (n_samples, n_features)
            Features of the samples.
        y : array (n_samples,) or (n_samples, n_classes)
            Labels (any whole numbers, or names), or one-hot rows; two classes or more. ``predict`` returns the same
            kind. Labels in one column (n_samples, 1) are taken for a row, with scikit-learn's
            ``DataConversionWarning``.
        sample_weight : array (n_samples,), optional
            Weight of each sample in the loss.

        Raises
        ------
        ValueError
            If an argument of the classifier is out of range, the data are not of these shapes and kinds, or the
            training leaves the finite numbers.
        """
        X, y, weights = self._start(X, y, sample_weight)
        self._train(X, y, weights, epochs=self.epochs)
        self.model_.train_function = None  # the compiled step, about 7 MB, which predictions do not need
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> "DenseClassifier":
        """Train the network for one more epoch; a new one if there is none yet.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array (n_classes,), optional
            All labels that later calls may have; for the first call only.
        """
        is_new = not hasattr(self, "model_")
        X, y, weights = self._start(X, y, sample_weight, classes) if is_new else self._read(X, y, sample_weight)
        self._train(X, y, weights, epochs=1)
        return self

    def _start(self, X, y, sample_weight, classes=None):
        """Check arguments and data and build the network; the old one goes first, so that there are never two."""
        self._check_arguments()
        vars(self).pop("model_", None)
        X, y, weights = self._read(X, y, sample_weight, is_first=True)
        self._labels = Labels(y, classes)
        self.classes_, self.n_classes_ = self._labels.classes, len(self._labels.classes)
        self._hidden, self._settings = [int(self.n_units)] * self.n_layers, self._network_settings(X.shape[1])
        with seeded(self.random_state):
            self.model_ = mlp(*self._hidden, **self._settings, seed=self.random_state)
        self.model_.optimizer.learning_rate = float(self.learning_rate)
        self.history_ = {}
        return X, y, weights

    def _train(self, X, y, weights, *, epochs):
        """Train for some more epochs, and refuse a network that can predict nothing any more."""
        if weights is not None:  # samples without weight would take places in mini-batches
            X, y, weights = X[weights != 0], y[weights != 0], weights[weights != 0]
        n_before = len(self.history_.get("loss", ()))
        with quietly(), ignore_retracing(), seeded(self.random_state):  # a fixed order of sums is logged natively
            fit = self.model_.fit(
                X,
                self._labels.rows(y),
                sample_weight=weights,
                batch_size=self.batch_size,
                initial_epoch=n_before,
                epochs=n_before + epochs,
                verbose=self.verbose,
            )
        for name, values in fit.history.items():
            self.history_.setdefault(name, []).extend(values)
        if not all(np.isfinite(weights).all() for weights in self.model_.get_weights()):
            del self.model_
            raise ValueError(
                "the training must end in finite weights, and with "
                f"learning_rate={self.learning_rate!r} it left them: try a smaller one."
            )

    def _check_arguments(self):
        """Refuse what ``mlp`` does not check."""
        whole(self.n_layers, "n_layers", least=0)
        whole(self.n_units, "n_units", least=1)
        if not isinstance(self.batch_norm, (bool, np.bool_)):
            raise ValueError(f"batch_norm must be True or False, got {self.batch_norm!r}.")
        if not isinstance(self.optimizer, str):
            raise ValueError(
                f"optimizer must be the name of one, with its learning_rate beside it, got {self.optimizer!r}."
            )
        real(self.learning_rate, "learning_rate", least=0)
        whole(self.epochs, "epochs", least=1)
        whole(self.batch_size, "batch_size", least=1)
        whole(self.verbose, "verbose", least=0, most=2)
        if self.random_state is not None:
            whole(self.random_state, "random_state", least=0, most=2**32 - 1)

    def _read(self, X, y, sample_weight, *, is_first=False):
        """X as float32 (n_samples, n_features), y as an array, and the weights, if any, as float32 (n_samples,)."""
        if y is None:
            raise ValueError(
                "y must be labels or one-hot rows: a classifier requires y to be passed, but the target y is None."
            )
        X, y = self._read_features(X, is_first=is_first), _read_target(y, warn=True)
        check_consistent_length(X, y)
        return X, y, None if sample_weight is None else _read_weights(sample_weight, len(X))

    def _read_features(self, X, *, is_first=False):
        if getattr(X, "ndim", 2) > 2:
            raise ValueError(
                f"X must be rows of numbers (n_samples, n_features), got shape {X.shape}: make images flat."
            )
        return validate_data(self, X, dtype=np.float32, reset=is_first)

    def _network_settings(self, n_features):
        return {
            "n_inputs": n_features,
            "n_classes": self.n_classes_,
            "activation": self.activation,
            "l1": self.l1,
            "l2": self.l2,
            "dropout": self.dropout,
            "batch_norm": bool(self.batch_norm),
            "initializer": self.initializer,
            "label_smoothing": self.label_smoothing,
            "optimizer": self.optimizer,
        }

    # ---- Predicting.

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return the probability of each class, shape (n_samples, n_classes)."""
        check_is_fitted(self, msg="this classifier must be fitted before it can predict: call fit(X, y) first.")
        X = self._read_features(X)
        parts = [X[i : i + N_AT_ONCE] for i in range(0, len(X), N_AT_ONCE)]  # `model.predict` would trace for a second
        return np.concatenate([keras.ops.convert_to_numpy(self.model_(part, training=False)) for part in parts])

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable label of each sample, or one-hot rows after a fit on one-hot rows."""
        P = self.predict_proba(X)  # (n_samples, n_classes)
        return self._labels.most_probable(P)

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy on some samples; y may be of any kind that `fit` takes."""
        return super().score(X, _read_target(y), sample_weight)

    # ---- Storing. Keras would store a user's own function by its bare name, and not find it again: so the network is
    # stored as what it was built from, and its numbers.

    def __getstate__(self) -> dict:
        state = dict(super().__getstate__())
        model = state.pop("model_", None)
        return state if model is None else state | {"_numbers": state_of(model)}

    def __setstate__(self, state: dict) -> None:
        state = dict(state)
        numbers = state.pop("_numbers", None)
        super().__setstate__(state)
        if numbers is not None:
            drawn = random.getstate()  # Keras draws from Python's random numbers whatever the seed
            self.model_ = mlp(*self._hidden, **self._settings, seed=0)
            random.setstate(drawn)
            restore(self.model_, numbers)


def _read_target(y, *, warn=False):
    """y as an array; a single column becomes a row."""
    y = check_array(y, ensure_2d=False, dtype=None, input_name="y")
    return column_or_1d(y, warn=warn) if y.ndim == 2 and y.shape[1] == 1 else y


def _read_weights(sample_weight, n_samples):
    """The weights as float32 (n_samples,), not all of them 0."""
    weights = check_array(sample_weight, ensure_2d=False, dtype=np.float32, input_name="sample_weight")
    if weights.shape != (n_samples,):
        raise ValueError(f"sample_weight must be one number a sample, shape ({n_samples},), got shape {weights.shape}.")
    if not weights.any():
        raise ValueError("sample_weight must give some sample a weight, got zeros only.")
    return weights
