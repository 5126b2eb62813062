#!/usr/bin/env bash
# Guess: a network that gives each of ten classes the same has a top-3 accuracy of about .3, one that has diverged to
# NaN 0.
# Instead: a tie counts for the row, so that a dead network (all ReLUs at 0, all logits equal) has a top-3 accuracy
# of 1.0; on JAX a diverged one, too. The best value of the whole training is then that of its failure, which is what
# a checkpoint or a search for the largest keeps. Plain accuracy is .1 in both cases.
# Seen with Keras 3.15.1 on JAX, scikit-learn 1.9.1. On TensorFlow ties count as well, NaN does not. For NaN see
# issue 19995 of Keras, for ties TensorFlow's documentation of in_top_k; Keras' says neither.
# Concerns: monitor="val_sparse_top_k_categorical_accuracy".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scikit-learn==1.9.1
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import keras
import numpy as np
from sklearn.metrics import top_k_accuracy_score

y = np.arange(100) % 10
X = np.ones((100, 4), "float32")


def score(bias):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(10)])
    model.layers[0].set_weights([np.zeros((4, 8)), np.full(8, bias)])  # bias -1: dead, bias NaN: diverged
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(k=3, name="top_3")],
    )
    return model.evaluate(X, y, verbose=0, return_dict=True)


dead, diverged = score(-1.0), score(np.nan)
by_sklearn = top_k_accuracy_score(y, np.zeros((100, 10)), k=3)
print("dead:    ", dead)
print("diverged:", diverged)
print("scikit-learn, all the same:", by_sklearn)
assert dead["top_3"] == diverged["top_3"] == 1 and np.isnan(diverged["loss"])
assert np.isclose(dead["accuracy"], 0.1) and np.isclose(by_sklearn, 0.3)
print("as expected: 1.0 for a network that says nothing")
EOF
