#!/usr/bin/env bash
# Guess: average pooling with "SAME" padding is the same operation in Keras, Flax and ONNX' AveragePool.
# Instead: at the border Keras divides by the pixels that are there, Flax by the whole window: an image of ones keeps
# its ones in Keras and gets a dark frame in Flax, .44 in the corners (count_include_pad is True by default there,
# and 0 in ONNX).
# Seen with Keras 3.15.1 on JAX, Flax 0.12.8. Both documentations have the argument or the rule, neither the
# difference.
# Concerns: weights that are carried over from one to the other, border effects in pictures of feature maps.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import keras
import numpy as np
from flax import nnx

ones = np.ones((1, 4, 4, 1), "float32")


def corner(image):
    return np.round(np.asarray(image)[0, :2, :2, 0], 3).tolist()


by_keras = corner(keras.layers.AveragePooling2D(3, 1, "same")(ones))
by_flax = corner(nnx.avg_pool(ones, (3, 3), (1, 1), "SAME"))
told = corner(nnx.avg_pool(ones, (3, 3), (1, 1), "SAME", count_include_pad=False))
print("corner of an image of ones: Keras", by_keras, "Flax", by_flax, "count_include_pad=False", told)
assert by_keras == told == [[1, 1], [1, 1]]
assert np.allclose(by_flax, [[4 / 9, 6 / 9], [6 / 9, 1]], atol=1e-3)
print("as expected")
EOF
