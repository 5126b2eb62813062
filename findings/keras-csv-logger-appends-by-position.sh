#!/usr/bin/env bash
# Guess: CSVLogger(file, append=True) puts each number under the head of its own column, or refuses a training that has
# other metrics than the file.
# Instead: it writes the new numbers in the alphabetical order of their names under the old head. Where "mae" is
# exchanged for "auc", the auc stands under "loss" and the loss under "mae"; there are as many numbers as heads, and
# pandas reads it without a word. (With one metric more pandas refuses the file.)
# Seen with Keras 3.15.1 on JAX, pandas 3.1.1.
# Concerns: a training that goes on with other metrics; curves drawn from the file.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 \
    pandas==3.1.1
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import keras
import numpy as np
import pandas as pd

X = np.linspace(0, 1, 20)[:, None]
y = 1.0 * (X > 0.5)
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
history = {}
for metrics in (["mae"], ["auc"]):
    model.compile(loss="mse", metrics=metrics)
    log = keras.callbacks.CSVLogger("log.csv", append=True)
    history = model.fit(X, y, verbose=0, callbacks=[log]).history
text = open("log.csv").read()
print(text)
print("numbers of the second training:", {name: round(values[0], 3) for name, values in history.items()})
table = pd.read_csv("log.csv")
print(table)
last = table.iloc[-1]
assert len(table) == 2 and history["auc"] != history["loss"]
assert last["loss"] == history["auc"][0] and last["mae"] == history["loss"][0]
print("as expected: the auc is called loss, and the loss mae")
EOF
