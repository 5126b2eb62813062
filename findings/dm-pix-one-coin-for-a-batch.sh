#!/usr/bin/env bash
# Guess: pix.random_flip_left_right(key, images) flips about half of a batch's images, as Keras' RandomFlip.
# Instead: it takes a batch of any shape and throws one coin: all are flipped or none, and random_brightness,
# random_contrast and random_crop draw one number for all. Nothing is wrong with any one batch, but the augmentation
# is as poor as if there were one image a batch. jax.vmap over the keys of jax.random.split(key, n) draws for each.
# Seen with dm-pix 0.4.5, JAX 0.10.2. The documentation says "...HWC", and nothing of what is drawn for the "...".
# Concerns: who moves a training loop from Keras to JAX.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    dm-pix==0.4.5 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import dm_pix as pix
import jax
import numpy as np

images = np.repeat(np.random.default_rng(0).random((1, 8, 8, 3)).astype("float32"), 64, axis=0)  # 64 times the same
key = jax.random.key(0)
functions = {
    "random_flip_left_right": pix.random_flip_left_right,
    "random_brightness": lambda key, image: pix.random_brightness(key, image, max_delta=0.3),
    "random_contrast": lambda key, image: pix.random_contrast(key, image, lower=0.5, upper=1.5),
}


def different(batch):
    return len({np.asarray(image).tobytes() for image in batch})


for name, function in functions.items():
    for_all = different(function(key, images))
    for_each = different(jax.vmap(function)(jax.random.split(key, 64), images))
    print(f"{name}: of 64 equal images {for_all} different one in a batch, {for_each} with a key for each")
    assert for_all == 1 and for_each == (2 if "flip" in name else 64)
print("as expected: one draw for the batch")
EOF
