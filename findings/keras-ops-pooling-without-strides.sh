#!/usr/bin/env bash
# Guess: keras.ops.max_pool(images, 2) pools windows of 2x2 with a stride of 2, as the layer MaxPooling2D(2) does and as
# the function says of a symbolic tensor.
# Instead: on JAX it is a TypeError on the window's strides, for max_pool and average_pool. On a symbolic tensor (in a
# functional model) shapes are computed for a stride of 2, so that the model is built, and fails on its first batch.
# Seen with Keras 3.15.1, JAX 0.10.2; strides=2 helps. (On TensorFlow nothing was tried.)
# Concerns: layers and models of one's own with keras.ops, that are to run on each backend.
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

images = np.random.default_rng(0).normal(size=(3, 4, 4, 2)).astype("float32")
by_hand = images.reshape(3, 2, 2, 2, 2, 2)  # image, row, row in window, column, column in window, channel
for pool, expected in ((keras.ops.max_pool, by_hand.max((2, 4))), (keras.ops.average_pool, by_hand.mean((2, 4)))):
    assert np.allclose(pool(images, 2, strides=2), expected, atol=1e-5)
    inputs = keras.Input((4, 4, 2))
    outputs = pool(inputs, 2)
    assert outputs.shape == (None, 2, 2, 2)
    model = keras.Model(inputs, outputs)
    for run in (lambda images: pool(images, 2), model):
        try:
            run(images)
        except TypeError as error:
            first_line = str(error).strip().splitlines()[0]
            print(f"{pool.__name__}: symbolic shape {outputs.shape}, TypeError: {first_line[:60]}")
        else:
            raise SystemExit("pools without strides now")
print("as expected: a model that is built and does not run")
EOF
