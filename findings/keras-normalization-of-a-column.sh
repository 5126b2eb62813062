#!/usr/bin/env bash
# Guess: Normalization().adapt(table["year"]), a one-dimensional array, learns that column's mean and spread.
# Instead: the default axis=-1 takes the rows for features: each number is its own mean with variance 0, and the layer
# turns all data that it was adapted to into zeros. No warning. axis=None, or a second axis, gives the mean and
# spread.
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike).
# Concerns: tables whose columns have an input each, as Keras' own guides to structured data have them.
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

years = np.array([1990, 2000, 2010, 2020], "float32")
wanted = (years - years.mean()) / years.std()


def normalized(x, **kwargs):
    layer = keras.layers.Normalization(**kwargs)
    layer.adapt(x)
    return np.asarray(layer(x)).ravel()


flat, none, column = normalized(years), normalized(years, axis=None), normalized(years[:, None])
print("years, shape (4,):", flat)
print("the same, axis=None:", none, "shape (4, 1):", column)
assert (flat == 0).all() and np.allclose(none, wanted, atol=1e-3) and np.allclose(column, wanted, atol=1e-3)
print("as expected: all zeros")
EOF
