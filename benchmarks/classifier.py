"""mglearn's drawings of a network, a million points each: by ``as_classifier``, and as they take Keras otherwise."""

import contextlib
import io
import time
from statistics import median

import keras
import matplotlib.pyplot as plt
import numpy as np
from mglearn.plot_2d_separator import plot_2d_classification, plot_2d_separator
from scikeras.wrappers import KerasClassifier

from lecture.training import as_classifier

ROUNDS = 5
REACH = "20 times faster, in under 1 s"


def run():
    """Return a row for each of the two drawings; ours is the median of a few, the other was drawn once."""
    X = np.random.default_rng(0).normal(size=(75, 2))
    y = (X[:, 0] * X[:, 1] > 0).astype(int)
    model = _network()
    wrapped = KerasClassifier(_network(), loss="binary_crossentropy", verbose=0).fit(X, y)
    return [
        _row(plot_2d_classification, X, model, model, "the bare Keras model, by its probabilities"),
        _row(plot_2d_separator, X, model, wrapped, "SciKeras' KerasClassifier; the bare model fails"),
    ]


def _network():
    """A network as Keras' guides build one."""
    hidden = [keras.layers.Dense(10, "relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((2,)), *hidden, keras.layers.Dense(1, "sigmoid")])
    model.compile(loss="binary_crossentropy")
    return model


def _row(draw, X, model, other, what):
    ours = median(_seconds(draw, as_classifier(model), X) for _ in range(ROUNDS))
    theirs = _seconds(draw, other, X)
    return {
        "what": f"mglearn's {draw.__name__} of a network 2-10-10-1",
        "ours": f"{ours:.2f} s",
        "other": f"{theirs:.1f} s ({what})",
        "ratio": f"{theirs / ours:.0f}",
        "reach": REACH,
    }


def _seconds(draw, classifier, X):
    """How long a new figure and its drawing take."""
    start = time.perf_counter()
    figure, ax = plt.subplots()
    with contextlib.redirect_stdout(io.StringIO()):  # Keras' bar
        draw(classifier, X, ax=ax)
    seconds = time.perf_counter() - start
    plt.close(figure)
    return seconds
