#!/usr/bin/env bash
# Guess: class_weight with several labels a row (multi-label, sigmoid outputs) weights each label's loss, or is
# refused.
# Instead: a row's labels are put through argmax. Its whole loss gets the weight of its *first* label, and a row
# without labels gets the weight of class 0. No warning.
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike).
# Concerns: imbalanced multi-label problems.
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

rng = np.random.default_rng(2)
x = rng.normal(size=(64, 4)).astype("float32")
y = (rng.random((64, 3)) < 0.4).astype("float32")
weight = np.array([10.0, 1.0, 5.0])
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="sigmoid")])
model.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
p = model.predict(x, verbose=0).astype(float)
each = -(y * np.log(p) + (1 - y) * np.log(1 - p))
seen = model.fit(x, y, batch_size=64, verbose=0, class_weight=dict(enumerate(weight))).history["loss"][0]
by_label = float((each * weight).mean())
by_first = float((each.mean(1) * weight[y.argmax(1)]).mean())
empty = int((y.sum(1) == 0).sum())
print(f"loss of fit: {seen:.4f}; by weights of labels: {by_label:.4f}; by each row's first label: {by_first:.4f}")
print(f"{empty} rows without any label are among them, with the weight {weight[0]:g}")
assert empty > 3 and abs(seen - by_first) < 1e-3 < 0.1 < abs(seen - by_label)
print("as expected")
EOF
