#!/usr/bin/env bash
# Guess: evaluate(X, y) gives the mean loss of the labels that count, whatever batch_size says.
# Instead: with ignore_class (or a mask) a batch's loss is the mean over its own labels, and these means are averaged
# by the number of rows, ignored ones included. The loss of one model on one data set here is 1.5, .75 or .38, as
# batch_size is 64, 32 or 16; a batch without labels counts as loss 0.
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike).
# Concerns: segmentation with a void class, padded sequences, perplexities, and early stopping on such a val_loss.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import keras
import numpy as np

x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = np.r_[np.full(48, 255), np.arange(16) % 3]  # the first 48 are to be ignored
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile(loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=255))
counted = model.predict(x, verbose=0)[np.arange(48, 64), y[48:]]
right = float(-np.log(counted).mean())
seen = {size: float(model.evaluate(x, y, batch_size=size, verbose=0)) for size in (64, 32, 16)}
print(f"mean over the 16 labels that count: {right:.4f}")
for size, loss in seen.items():
    print(f"evaluate(batch_size={size}): {loss:.4f}, {loss / right:.2f} of it")
for size, share in {64: 1, 32: 0.5, 16: 0.25}.items():
    assert abs(seen[size] / right - share) < 1e-3
print("as expected")
EOF
