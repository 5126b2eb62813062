#!/usr/bin/env bash
# Guess: keras.ops.argpartition(x, k) puts the k + 1 smallest first, and keras.ops.clip(image, -1, 100) leaves 10 and
# makes 100 of 200, as NumPy's do and as they do on JAX.
# Instead: on TensorFlow argpartition makes x int32 first. Probabilities, losses and all else between -1 and 1 become
# 0, and the indices are wrong (and may repeat); only whole numbers are right. clip makes its bounds uint8 like the
# image: -1 becomes 255, and so does every pixel. No warning in either.
# Seen with Keras 3.15.1, TensorFlow 2.21.0.
# Concerns: hard-example mining, nearest neighbours, k-winners layers written with keras.ops; preprocessing that clips
# before it casts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 tensorflow==2.21.0 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" TF_CPP_MIN_LOG_LEVEL=3 KERAS_BACKEND=tensorflow "$work/venv/bin/python" - <<'EOF'
import keras
import numpy as np

x = np.array([0.9, 0.1, 0.5, 0.3, 0.7], "float32")
image = np.array([[10, 200], [0, 255]], "uint8")


def two_smallest(x):
    return sorted(np.asarray(keras.ops.argpartition(x, 1)).tolist()[:2])


right = sorted(np.argpartition(x, 1).tolist()[:2])
floats, whole = two_smallest(x), two_smallest((10 * x).astype("int32"))
print("backend:", keras.backend.backend())
print(f"where the two smallest of {x} are: NumPy {right}, keras.ops {floats}; times ten, as whole numbers: {whole}")
clipped = np.asarray(keras.ops.clip(image, -1, 100))
as_floats = np.asarray(keras.ops.clip(image.astype("float32"), -1, 100))
print(f"{image.tolist()} clipped to [-1, 100]: {clipped.tolist()}; as floats: {as_floats.tolist()}")
assert right == [1, 3] == whole != floats
assert (clipped == 255).all() and (as_floats == [[10, 100], [0, 100]]).all()
print("as expected")
EOF
