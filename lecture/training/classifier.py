"""A trained Keras network as a classifier of scikit-learn, so that its displays and mglearn's drawings accept it.

>>> from lecture.models import mlp
>>> classifier = as_classifier(mlp(8, n_inputs=2, loss="binary"))
>>> classifier.predict_proba([[0.0, 0.0], [1.0, 2.0]]).shape
(2, 2)
"""

import math
from collections.abc import Sequence

import keras
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from lecture.checks import whole
from lecture.keras_graph import output_operations

N_NUMBERS = 2**24  # outputs of a layer that are held in memory at a time
MOST = 2**16  # samples that are predicted together
ROUNDING = 0.01  # error of a sum of probabilities in half precision
SQUASHING = keras.activations.sigmoid, keras.activations.softmax


def as_classifier(model: keras.Model, classes: Sequence | None = None) -> "TrainedClassifier":
    """Return a trained network as a classifier of scikit-learn, for functions that draw or evaluate one.

    For example ``plot_2d_separator`` and ``plot_2d_classification`` of mglearn, and scikit-learn's displays
    (``DecisionBoundaryDisplay``, ``RocCurveDisplay``, ``ConfusionMatrixDisplay``, ``CalibrationDisplay``).

    Parameters
    ----------
    model : keras.Model
        Trained network with one input, and one output that holds probabilities: a softmax, or a single sigmoid for two
        classes. It may return logits if it was compiled with a loss ``from_logits=True``.
    classes : sequence, optional
        The label of each class, in order; their numbers 0, 1, 2, … if None.

    Returns
    -------
    TrainedClassifier
        With ``classes_``, ``predict`` and ``predict_proba``. It uses the model's weights at the time of the call.

    Raises
    ------
    ValueError
        If the model has another kind of input or output, or another number of classes.
    """
    return TrainedClassifier(model, classes)


class TrainedClassifier(ClassifierMixin, BaseEstimator):
    """The classifier that ``as_classifier`` returns. It predicts, but cannot be fitted.

    Attributes
    ----------
    model : keras.Model
        The trained network.
    classes_ : ndarray (n_classes,)
        The labels in the order of the columns of ``predict_proba``. If the network was trained on one-hot labels,
        compare with ``y.argmax(axis=1)``.
    """

    def __init__(self, model: keras.Model, classes: Sequence | None = None):
        self.model, self.classes = model, classes
        shape = getattr(model, "output_shape", None) if getattr(model, "built", False) else None
        if not isinstance(model, keras.Model) or not isinstance(shape, tuple) or len(shape) != 2 or not shape[1]:
            raise ValueError(
                "model must be a built Keras network whose output is probabilities (n_samples, n_classes), "
                f"got {(shape and f'outputs of shape {shape}') or repr(model)}."
            )
        if not isinstance(model.input_shape, tuple):
            raise ValueError(f"model must have one input, got {len(model.input_shape)}.")
        self.n_outputs_ = whole(shape[1], "the number of outputs", least=1)
        self._logits = getattr(getattr(model, "loss", None), "from_logits", False) and not _is_squashed(model)
        n_classes = max(2, self.n_outputs_)
        self.classes_ = np.arange(n_classes) if classes is None else np.asarray(classes)
        if self.classes_.shape != (n_classes,) or len(set(self.classes_.tolist())) < n_classes:
            raise ValueError(f"classes must be {n_classes} labels that differ, one for each class, got {classes!r}.")

    def __sklearn_is_fitted__(self):
        """Return True, since the network is trained already."""
        return True

    def fit(self, X, y):
        """Refuse: a cross-validation, for example, would score the network on data that it was trained on."""
        raise ValueError("a trained network must not be fitted again here: take lecture.tuning.DenseClassifier.")

    def predict(self, X):
        """Return the most probable label of each sample, shape (n_samples,)."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def predict_proba(self, X):
        """Return probabilities (n_samples, n_classes), computed in large batches.

        Raises
        ------
        ValueError
            If X does not have the shape of the model's input, or the outputs are not probabilities.
        """
        X = np.asarray(X)
        wanted = self.model.input_shape[1:]
        if X.ndim != len(wanted) + 1 or any(size not in (None, came) for size, came in zip(wanted, X.shape[1:])):
            raise ValueError(f"X must have shape {('n_samples', *wanted)}, got {X.shape}.".replace("'", ""))
        n = self._at_once()
        parts = [self._outputs(X[start : start + n]) for start in range(0, len(X), n)]
        P = np.concatenate(parts) if parts else np.zeros((0, self.n_outputs_))
        return np.concatenate([1 - P, P], axis=1) if self.n_outputs_ == 1 else P

    def _outputs(self, X):
        """The network's outputs as probabilities, (n_samples, n_outputs)."""
        outputs = self.model(keras.ops.convert_to_tensor(X), training=False)
        if self._logits:
            outputs = keras.ops.sigmoid(outputs) if self.n_outputs_ == 1 else keras.ops.softmax(outputs)
        P = keras.ops.convert_to_numpy(outputs).astype(np.float64)
        total = P.sum(axis=1) if self.n_outputs_ > 1 else 1
        if not (P.min() >= 0 and P.max() <= 1 + ROUNDING and np.allclose(total, 1, atol=ROUNDING)):
            raise ValueError(
                "the model must end in probabilities, a softmax or one sigmoid, or be compiled with a loss "
                f"from_logits=True, got outputs such as {np.round(P[0], 3).tolist()}."
            )
        return np.minimum(P, 1)

    def _at_once(self):
        """The number of samples per call: as many as memory allows for the widest layer."""
        shapes = [getattr(getattr(layer, "output", None), "shape", ()) for layer in _layers(self.model)]
        widest = max((math.prod(size or 1 for size in shape[1:]) for shape in shapes), default=1)
        return max(1, min(N_NUMBERS // widest, MOST))


def _is_squashed(model):
    """Whether a network ends in a sigmoid or softmax, as a layer, an activation or an operation."""
    if getattr(model, "outputs", None):
        last = output_operations(model)[0]
    else:
        last = next(reversed(getattr(model, "layers", [])), None)
    return type(last).__name__ in ("Sigmoid", "Softmax") or getattr(last, "activation", None) in SQUASHING


def _layers(model):
    """All layers, including those of nested models."""
    for layer in getattr(model, "layers", []):
        yield layer
        yield from _layers(layer)
