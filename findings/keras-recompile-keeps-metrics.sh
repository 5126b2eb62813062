#!/usr/bin/env bash
# Guess: compile() replaces what an earlier compile() said; without metrics, fit and evaluate report the loss alone.
# Instead: a second compile(loss=...) without metrics keeps those of the first: they are still in the history and in
# evaluate's list, whose order scripts rely on. get_compile_config() says metrics=None meanwhile. An empty list
# clears them, another metric replaces them; what is left out stays.
# Seen with Keras 3.15.1 on JAX; TensorFlow's backend does the same.
# Concerns: who recompiles a network (after unfreezing its layers, say) and asks by the names or the number of the
# metrics whether it was compiled with any.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'PYTHON'
import keras
import numpy as np

X, y = np.linspace(0, 1, 24).reshape(8, 3), np.eye(2)[[0, 1] * 4]
for second, wanted in (
    ({}, {"loss", "accuracy"}),
    ({"metrics": []}, {"loss"}),
    ({"metrics": ["auc"]}, {"loss", "auc"}),
):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    model.compile(loss="categorical_crossentropy", **second)
    reported = set(model.fit(X, y, verbose=0).history)
    config = model.get_compile_config()["metrics"]
    print(f"compiled again with {second or 'no metrics'}: the config says {config}, fit reports {sorted(reported)}")
    assert reported == wanted, reported
    assert np.size(model.evaluate(X, y, verbose=0)) == len(wanted)
fresh = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
fresh.compile(loss="categorical_crossentropy")
assert set(fresh.fit(X, y, verbose=0).history) == {"loss"}
print("as expected: metrics of the first compile stay")
PYTHON
