#!/usr/bin/env bash
# Guess: Solarization(threshold_factor=(.5, .5)) inverts what is above the half of the range, 127.5, in each image.
# Instead: only the upper bound is scaled by 255. The threshold is drawn between .5 and 127.5, so that on average all
# above 64 is inverted, in some images nearly all. addition_factor=(.2, .2) adds anything between .2 and 51 in the
# same way, instead of 51.
# Seen with Keras 3.15.1 on JAX; TensorFlow's backend does the same. The documentation says that a value is "sampled
# from the provided range" and taken times 255.
# Concerns: augmentation whose strength is chosen, compared or tuned; RandAugment and AugMix contain this layer.
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

ramp = np.tile(np.arange(256, dtype="float32")[None, None, :, None], (300, 1, 1, 3))  # 300 images of all grey values
layer = keras.layers.Solarization(threshold_factor=(0.5, 0.5), seed=1)
inverted = np.asarray(layer(ramp, training=True))[:, 0, :, 0] != ramp[0, 0, :, 0]
thresholds = inverted.argmax(axis=1)  # the first value that is inverted
layer = keras.layers.Solarization(addition_factor=(0.2, 0.2), threshold_factor=(1, 1), seed=1)
black = np.asarray(layer(np.zeros((300, 1, 1, 3), "float32"), training=True))[:, 0, 0, 0]
added = np.minimum(black, 255 - black)
least, mean, largest = thresholds.min(), thresholds.mean(), thresholds.max()
print(f"threshold_factor=(.5, .5): thresholds {least} to {largest}, {mean:.0f} on average, expected 127.5")
print(f"addition_factor=(.2, .2): added {added.min():.1f} to {added.max():.1f}, expected 51")
assert thresholds.min() < 10 and 50 < thresholds.mean() < 80 and 120 < thresholds.max() <= 128
assert added.min() < 5 and 45 < added.max() <= 51.01
print("as expected: the lower bound is not scaled")
EOF
