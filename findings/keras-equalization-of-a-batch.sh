#!/usr/bin/env bash
# Guess: the Equalization layer spreads the grey values of each image over the whole range.
# Instead: it takes one histogram over the whole batch: a dark and a bright image are spread together, the dark one
# over the lower half, the bright one over the upper. What an image becomes depends on its neighbours. One at a time
# they come out right; AutoContrast looks at each image. RandAugment and AugMix contain Equalization.
# Seen with Keras 3.15.1 on JAX; TensorFlow's backend does the same. The documentation says "on a channel-wise
# basis", nothing of batches.
# Concerns: augmentation and preprocessing of photographs in batches; a figure that compares "before" and "after".
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

ramp = np.linspace(0, 60, 64).reshape(1, 8, 8, 1).repeat(3, axis=-1)
images = np.concatenate([ramp, ramp + 190]).astype("float32")  # a dark one and a bright one


def ranges(layer, batch):
    out = np.asarray(layer(batch, training=True))
    return [(float(image.min()), float(image.max())) for image in out]


equalize = keras.layers.Equalization()
together = ranges(equalize, images)
alone = [ranges(equalize, image[None])[0] for image in images]
contrast = ranges(keras.layers.AutoContrast(), images)
print("put in:                ", [(float(image.min()), float(image.max())) for image in images])
print("Equalization, together:", together)
print("Equalization, alone:   ", alone)
print("AutoContrast, together:", contrast)
assert alone == contrast == [(0, 255), (0, 255)]
assert together[0][1] < 128 < together[1][0]
print("as expected: one histogram for the batch")
EOF
