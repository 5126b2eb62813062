#!/usr/bin/env bash
# Guess: RandomPosterization(factor=4) keeps four bits a channel, as its documentation says ("the number of bits to
# keep") and as PIL's ImageOps.posterize(image, 4).
# Instead: 4 stands for the range (1, 4), and its end is left out: each image keeps one, two or three bits at random,
# never four. factor=8, which should change nothing, changes every image; (4, 5) is always 4. Only (4, 4) gives four
# bits.
# Seen with Keras 3.15.1 on JAX; TensorFlow's backend does the same.
# Concerns: augmentation whose strength is chosen or compared with another library's; RandAugment and AugMix contain
# this layer.
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

images = np.full((500, 1, 1, 1), 255, "float32")


def kept(factor):
    values = np.asarray(keras.layers.RandomPosterization(factor, seed=1)(images, training=True)).ravel()
    return sorted({int(value).bit_count() for value in values})  # 255 with n bits kept has n ones


seen = {factor: kept(factor) for factor in (4, 8, (4, 5), (4, 4))}
for factor, bits in seen.items():
    print(f"factor={factor}: bits kept, of 500 images: {bits}")
assert seen == {4: [1, 2, 3], 8: [1, 2, 3, 4, 5, 6, 7], (4, 5): [4], (4, 4): [4]}
print("as expected")
EOF
