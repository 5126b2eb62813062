#!/usr/bin/env bash
# Guess: the gradient of max pooling goes to one pixel of each window, if several are the largest to the first.
# Instead: in tinygrad it is shared: in a dark corner of an image, where all four pixels of a window are 0, each gets a
# quarter. Likewise maximum(x, 0) has the slope 0.5 at 0, and relu the slope 0. Keras, on JAX, picks the first pixel.
# Seen with tinygrad 0.14.0, Keras 3.15.1, JAX 0.10.2.
# Concerns: comparisons of gradients between libraries; images with flat areas, and all maps behind a ReLU, have ties.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    tinygrad==0.14.0 keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
DEV=PYTHON KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import jax
import jax.numpy as jnp
import keras
import numpy as np
from tinygrad import Tensor

image = np.zeros((4, 4), "float32")
image[3, 3] = 1.0
x = Tensor(image.reshape(1, 1, 4, 4))
by_tinygrad = x.max_pool2d((2, 2)).sum().gradient(x)[0].numpy()[0, 0]
pool = lambda x: keras.ops.max_pool(x, 2, strides=2).sum()
by_keras = np.asarray(jax.grad(pool)(jnp.array(image.reshape(1, 4, 4, 1))))[0, ..., 0]
print("image", image, "gradient, tinygrad", by_tinygrad, "Keras", by_keras, sep="\n")
flat, peak = np.full((2, 2), 0.25), np.array([[0, 0], [0, 1]])
assert np.allclose(by_tinygrad, np.block([[flat, flat], [flat, peak]]))
first = np.array([[1, 0], [0, 0]])
assert np.array_equal(by_keras, np.block([[first, first], [first, peak]]))
z = Tensor([-1.0, 0.0, 1.0])
slopes = [f(z).sum().gradient(z)[0].numpy().tolist() for f in (Tensor.relu, lambda z: z.maximum(0))]
print("slopes at -1, 0 and 1 of relu:", slopes[0], "of maximum:", slopes[1])
assert slopes == [[0, 0, 1], [0, 0.5, 1]]
print("as expected: a quarter each")
EOF
