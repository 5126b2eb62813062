"""The lecture's ``mlp`` as a classifier of scikit-learn, through SciKeras: in a pipeline, cross-validated, tuned by its searches.

>>> from sklearn.pipeline import Pipeline
>>> from sklearn.preprocessing import StandardScaler
>>> Pipeline([("scale", StandardScaler()), ("mlp", classifier(n_units=32, epochs=5, seed=0))]).get_params()["mlp__n_units"]
32

Keras has a wrapper of its own, ``keras.wrappers.SKLearnClassifier``, with a trap: it loses its ``fit_kwargs`` when
scikit-learn clones it, so that a grid search or a cross-validation trains every network for one epoch, whatever
``epochs`` was asked for. It has no ``predict_proba`` either.
"""

import random

import keras
import numpy as np
from scikeras.wrappers import KerasClassifier
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils import ClassifierTags, Tags, TargetTags, check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import validate_data
from tensorflow.python.framework.config import is_op_determinism_enabled

from lecture.checks import real, whole
from lecture.device import quietly, ignore_retracing
from lecture.models import mlp

N_AT_ONCE = 1024  # samples that are predicted together


def classifier(
    *,
    n_layers=2,
    n_units=512,
    activation="relu",
    l1=0,
    l2=0,
    dropout=0,
    batch_norm=False,
    initializer="he_normal",
    label_smoothing=0,
    optimizer="rmsprop",
    learning_rate=0.001,
    epochs=10,
    batch_size=128,
    seed=None,
    verbose=0,
):
    """Return ``models.mlp`` as a classifier of scikit-learn, not fitted yet.

    In a search all arguments keep their plain names, such as ``mlp__n_units`` where the step of the pipeline is called
    "mlp".

    Parameters
    ----------
    n_layers, n_units : int
        Hidden layers, and units in each; no layer makes it logistic regression.
    activation, l1, l2, dropout, batch_norm, initializer, label_smoothing
        As in ``models.mlp``.
    optimizer : str
        A name that Keras knows.
    learning_rate : float
        Of the optimizer, from 0.
    epochs, batch_size : int
        Of each fit.
    seed : int, optional
        From 0 to 2³² - 1, of all that is drawn: the same seed gives the same network. scikit-learn's name for it is
        ``random_state``, and so it is called in ``get_params`` and in a grid. Afterwards the random numbers of Python
        and NumPy go on as if nothing had been fitted, and TensorFlow's begin anew from its general seed.
    verbose : int
        What Keras prints while it fits: 0 nothing, 1 a bar, 2 a line an epoch.

    Returns
    -------
    DenseClassifier
        Unchecked, as scikit-learn wants it: ``fit`` refuses what is wrong.

    Notes
    -----
    A fit takes a second for tracing, however short the training. About 10 MB a fit stay in TensorFlow's native memory
    until the process ends (measured with ``mlp(512, 512)``, TensorFlow 2.21; ``keras.backend.clear_session`` does not
    bring them back). Leave ``n_jobs`` of a search alone on a small machine: one fit uses all cores.

    >>> classifier(n_layers=1, n_units=64, seed=0)
    DenseClassifier(n_layers=1, n_units=64, random_state=0)

    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> bool(classifier(n_units=64, learning_rate=0.01, seed=0).fit(X[:1000], y[:1000]).score(X[1000:], y[1000:]) > 0.8)
    True
    """
    return DenseClassifier(
        n_layers=n_layers,
        n_units=n_units,
        activation=activation,
        l1=l1,
        l2=l2,
        dropout=dropout,
        batch_norm=batch_norm,
        initializer=initializer,
        label_smoothing=label_smoothing,
        optimizer=optimizer,
        learning_rate=learning_rate,
        epochs=epochs,
        batch_size=batch_size,
        random_state=seed,
        verbose=verbose,
    )


class BaseWrapper:
    """Takes the place of SciKeras' class of this name where scikit-learn 1.6 asks which bases know its tags: it asks by name, takes the last, and SciKeras' does not."""

    def __sklearn_tags__(self):
        return Tags(estimator_type=None, target_tags=TargetTags(required=False))


class DenseClassifier(KerasClassifier, BaseWrapper):
    """What ``classifier`` makes; its parameters are those, with ``random_state`` for ``seed``.

    It differs from ``scikeras.wrappers.KerasClassifier`` (0.13) in this: its parameters have plain names, and one that
    it does not have is refused; scikit-learn takes it for a classifier, so that the folds of a cross-validation have
    equal shares of the classes; float64 may be predicted after a fit on float32; ``predict_proba`` of one sample is a
    row; two classes and one-hot rows need no care; nothing is printed.

    Attributes
    ----------
    model_ : keras.Sequential
        The trained network.
    history_ : dict of str to list of float
        ``loss`` and ``accuracy`` on what it was trained on, a value an epoch.
    classes_ : ndarray (n_classes,)
        The labels in the order of the columns of ``predict_proba``; with one-hot rows the numbers of their columns.
    n_classes_, n_features_in_ : int

    Notes
    -----
    It passes the checks that scikit-learn has for anybody's classifier (``sklearn.utils.estimator_checks``, 1.9), but
    for these:

    ================================================= ================================================================
    check                                             why
    ================================================= ================================================================
    ``check_estimator_tags_renamed``                  SciKeras has the tags of scikit-learn before 1.6 beside ours
    ``check_mixin_order``                             SciKeras names its bases in another order; it makes no difference
    ``check_sample_weight_equivalence_on_dense_data`` a sample of weight 2 is one of its batch, two copies are two: the
                                                      steps differ, as in all training by batches
    ``check_array_api_input``                         left out by scikit-learn where SCIPY_ARRAY_API is not set
    ================================================= ================================================================

    A fitted one can be pickled, copied, kept by joblib and sent to the workers of a search. An ``activation`` or
    ``initializer`` of your own goes along as pickle takes any function or class: by its name in its module. Of a lambda
    pickle says at once that it cannot. What ``model_.save`` writes is Keras' own file: for that, decorate the function
    with ``@keras.saving.register_keras_serializable()``.
    """

    def __init__(
        self,
        *,
        n_layers=2,
        n_units=512,
        activation="relu",
        l1=0,
        l2=0,
        dropout=0,
        batch_norm=False,
        initializer="he_normal",
        label_smoothing=0,
        optimizer="rmsprop",
        learning_rate=0.001,
        epochs=10,
        batch_size=128,
        random_state=None,
        verbose=0,
    ):
        super().__init__(
            optimizer=optimizer, epochs=epochs, batch_size=batch_size, random_state=random_state, verbose=verbose
        )
        self.n_layers = n_layers
        self.n_units = n_units
        self.activation = activation
        self.l1 = l1
        self.l2 = l2
        self.dropout = dropout
        self.batch_norm = batch_norm
        self.initializer = initializer
        self.label_smoothing = label_smoothing
        self.learning_rate = learning_rate

    # SciKeras takes every attribute for a parameter, and sets whatever begins with `model__` without a look. These are
    # scikit-learn's own.
    _get_param_names = classmethod(BaseEstimator._get_param_names.__func__)
    set_params = BaseEstimator.set_params
    __repr__ = BaseEstimator.__repr__

    def __sklearn_tags__(self):
        """Return what scikit-learn asks an estimator: SciKeras does not say that it is a classifier."""
        tags = super().__sklearn_tags__()
        tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        tags.target_tags.required = True
        tags.non_deterministic = self.random_state is None
        return tags

    def fit(self, X, y, sample_weight=None):
        """Train a new network.

        Parameters
        ----------
        X : array (n_samples, n_features)
        y : array (n_samples,) or (n_samples, n_classes)
            Labels (whole numbers, whichever, or names), or one-hot rows; two classes or more. ``predict`` gives back
            the same kind. Labels in one column (n_samples, 1) are taken for a row, with scikit-learn's
            ``DataConversionWarning``.
        sample_weight : array (n_samples,), optional
            How much each sample counts in the loss.

        Raises
        ------
        ValueError
            If an argument of the classifier or the data are not as above, or the training leaves the finite numbers.
        """
        super().fit(X, y, sample_weight=sample_weight)
        self.model_.train_function = (
            None  # the compiled step, about 7 MB: an estimator that is kept is there to predict
        )
        return self

    def _initialize(self, X, y=None):
        """Check the arguments and build the network; the old one goes first, so that there are never two."""
        self._check_arguments()
        if y is None:
            raise ValueError(
                "y must be labels or one-hot rows: a classifier requires y to be passed, but the target y is None."
            )
        vars(self).pop("model_", None)
        # With a seed SciKeras sets TF_DETERMINISTIC_OPS, and then asks whether it was set before, to put it back.
        # TensorFlow looks at the variable when it is
        # first asked: asked only then, it would stay deterministic, and refuse every later training without a seed.
        is_op_determinism_enabled()
        return super()._initialize(X, y)

    def _check_arguments(self):
        """Refuse what ``mlp`` does not look at."""
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
        if self.random_state is not None:  # no RandomState: SciKeras makes the seed 0 of each
            whole(self.random_state, "seed (random_state)", least=0, most=2**32 - 1)

    def _validate_data(self, X=None, y=None, reset=False, y_numeric=False):
        """X as float32 (n_samples, n_features), y as an array; either may be missing."""
        if X is not None:
            if getattr(X, "ndim", 2) > 2:
                raise ValueError(
                    f"X must be rows of numbers (n_samples, n_features), got shape {X.shape}: make images flat."
                )
            X = validate_data(self, X, dtype=np.float32, reset=reset)
        if y is not None:
            y = check_array(y, ensure_2d=False, dtype=None, input_name="y")
            if y.ndim == 2 and y.shape[1] == 1:  # no one-hot rows: these have a column for each of two classes or more
                y = column_or_1d(y, warn=X is not None)  # a score, where X is missing, says nothing, as scikit-learn's
        check_consistent_length(X, y)
        return X, y

    @property
    def target_encoder(self):
        """What turns labels into the rows that the network is trained on, and its outputs into labels."""
        return OneHotRows(self.classes_)

    def _keras_build_fn(self):
        """The network, as SciKeras asks for it once the data are known."""
        self._hidden, self._settings = (
            [int(self.n_units)] * self.n_layers,
            {
                "n_inputs": self.n_features_in_,
                "n_classes": self.n_classes_,
                "activation": self.activation,
                "l1": self.l1,
                "l2": self.l2,
                "dropout": self.dropout,
                "batch_norm": bool(self.batch_norm),
                "initializer": self.initializer,
                "label_smoothing": self.label_smoothing,
                "optimizer": self.optimizer,
            },
        )
        model = mlp(*self._hidden, **self._settings, seed=self.random_state)
        model.optimizer.learning_rate = float(self.learning_rate)
        return model

    # Keras would keep a function of one's own by its bare name, and not find it again: the network goes as what it was
    # built from, and its numbers.

    def __getstate__(self):
        """Return what is pickled or copied."""
        state = dict(super().__getstate__())
        model = state.pop("model_", None)
        if model is not None:
            both = model.variables, model.optimizer.variables
            state["_numbers"] = [[keras.ops.convert_to_numpy(it) for it in variables] for variables in both]
        return state

    def __setstate__(self, state):
        """Take it back, and build the network anew."""
        numbers = state.get("_numbers")
        super().__setstate__({name: value for name, value in state.items() if name != "_numbers"})
        if numbers:
            drawn = random.getstate()  # Keras draws from Python's numbers whatever the seed
            self.model_ = mlp(*self._hidden, **self._settings, seed=0)
            random.setstate(drawn)
            self.model_.optimizer.build(self.model_.trainable_variables)
            both = self.model_.variables, self.model_.optimizer.variables
            for variables, values in zip(both, numbers, strict=True):
                for variable, value in zip(variables, values, strict=True):
                    variable.assign(value)

    def _fit_keras_model(self, *data, **settings):
        """Train, and refuse a network that can predict nothing any more."""
        with (
            quietly(),
            ignore_retracing(),
        ):  # a seed makes TensorFlow compute in a fixed order, which its native code remarks upon
            super()._fit_keras_model(*data, **settings)
        if not all(np.isfinite(weights).all() for weights in self.model_.get_weights()):
            del self.model_
            raise ValueError(
                f"the training must end in finite weights, and with learning_rate={self.learning_rate!r} it left them: try a smaller one."
            )

    def _predict_raw(self, X):
        """The probabilities (n_samples, n_classes), without the second that ``model.predict`` takes to trace itself."""
        if not self.initialized_:
            raise NotFittedError("this classifier must be fitted before it can predict: call fit(X, y) first.")
        X, _ = self._validate_data(X)
        return np.concatenate(
            [
                keras.ops.convert_to_numpy(self.model_(X[i : i + N_AT_ONCE], training=False))
                for i in range(0, len(X), N_AT_ONCE)
            ]
        )


class OneHotRows(TransformerMixin, BaseEstimator):
    """One-hot rows from labels of either kind, and labels of that kind from probabilities.

    Parameters
    ----------
    classes : array (n_classes,), optional
        All labels that there are; by default those that are seen.
    """

    def __init__(self, classes=None):
        self.classes = classes

    def fit(self, y):
        """Learn which classes there are from y, an array (n_samples,) of labels or (n_samples, n_classes) of one-hot rows.

        Raises
        ------
        ValueError
            If y is neither, or of fewer than two classes.
        """
        self.one_hot_, self.dtype_ = y.ndim == 2, y.dtype
        if self.one_hot_:
            self.classes_ = np.arange(y.shape[1])
        elif type_of_target(y) not in ("binary", "multiclass"):
            raise ValueError(
                f"y must be labels, whole numbers or names, or one-hot rows, got {type_of_target(y)} values such as "
                f"{y.tolist()[0]!r} (Unknown label type)."
            )
        else:
            self.classes_ = np.unique(y if self.classes is None else self.classes)
        if len(self.classes_) < 2:
            raise ValueError(f"y must be of two classes or more, got one class: an array of shape {y.shape}.")
        self.transform(y)
        return self

    def transform(self, y):
        """Return y as one-hot rows, float32 (n_samples, n_classes).

        Raises
        ------
        ValueError
            If y is of the other kind than that of ``fit``, of other classes, or rows that are not one-hot.
        """
        n_classes = len(self.classes_)
        if self.one_hot_:
            if y.shape[1:] != (n_classes,) or not np.isin(y, (0, 1)).all() or not (y.sum(axis=1) == 1).all():
                raise ValueError(
                    f"y must be one-hot rows for {n_classes} classes, a 1 and zeros else; got shape {y.shape}, or rows of another kind."
                )
            return y.astype(np.float32)
        unknown = np.setdiff1d(y, self.classes_)
        if y.ndim != 1 or len(unknown):
            found = repr(unknown.tolist()[0]) if len(unknown) else f"shape {y.shape}"
            raise ValueError(
                f"y must be one label a sample, of the classes {', '.join(map(str, self.classes_))}, got {found}."
            )
        return np.eye(n_classes, dtype=np.float32)[np.searchsorted(self.classes_, y)]

    def inverse_transform(self, P, return_proba=False):
        """Return the most probable label of each row of P, of the kind that ``fit`` saw; with ``return_proba`` P itself, as SciKeras asks for it."""
        if return_proba:
            return P
        best = P.argmax(axis=1)
        return np.eye(len(self.classes_), dtype=self.dtype_)[best] if self.one_hot_ else self.classes_[best]

    def get_metadata(self):
        """Return what the classifier shall know of the labels."""
        return {"classes_": self.classes_, "n_classes_": len(self.classes_)}
