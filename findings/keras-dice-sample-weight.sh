#!/usr/bin/env bash
# Guess: losses.Dice()(y, p, sample_weight=[1, 0]) looks at the first image only.
# Instead: Dice and Tversky sum over the whole batch first; the one number that results is then multiplied by the mean
# of the weights. Both images count alike, and the loss is halved. No warning.
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike). With axis=(1, 2, 3) there is one loss an image, and
# weights work.
# Concerns: segmentation with weighted images, or with images that are to be left out.
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

rng = np.random.default_rng(0)
y = (rng.random((2, 8, 8, 1)) < [[[[0.1]]], [[[0.6]]]]).astype("float32")
p = rng.random((2, 8, 8, 1)).astype("float32")
only_first = np.array([1.0, 0.0])
for loss in (keras.losses.Dice, keras.losses.Tversky):
    first, second = (float(loss()(y[[i]], p[[i]])) for i in (0, 1))
    whole, weighted = float(loss()(y, p)), float(loss()(y, p, sample_weight=only_first))
    print(f"{loss.__name__}: images {first:.4f} and {second:.4f}, both {whole:.4f}, weights 1 and 0 {weighted:.4f}")
    assert abs(weighted - whole / 2) < 1e-4
    assert abs(weighted - first) > 0.05 and abs(weighted - first / 2) > 0.05
an_image = float(keras.losses.Dice(axis=(1, 2, 3))(y, p, sample_weight=only_first))
first = float(keras.losses.Dice()(y[[0]], p[[0]]))
print(f"with axis=(1, 2, 3): {an_image:.4f}, half of the first image's loss")
assert abs(an_image - first / 2) < 1e-4
print("as expected: the weights reach no image")
EOF
