"""A small classifier on the digits of scikit-learn: what `test_tuning_estimator*` share."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from lecture.tuning.estimator import DenseClassifier

X, Y = load_digits(return_X_y=True)
X, Y = (X[:400] / 16).astype(np.float32), Y[:400]
ONE_HOT = np.eye(10, dtype=np.float32)[Y]
SMALL = {"n_layers": 1, "n_units": 16, "learning_rate": 0.01, "epochs": 2, "batch_size": 64, "random_state": 3}


def small(**more):
    return DenseClassifier(**SMALL | more)


def pipeline(**more):
    return Pipeline([("scale", StandardScaler()), ("mlp", small(**more))])
