#!/usr/bin/env bash
# Guess: he_normal keeps the size of the signal in each convolution; behind a ReLU, inputs of spread 1 give outputs
# of about 1.
# Instead: fans are read off the kernel's shape as if it were Conv2D's. A depthwise kernel (3, 3, 64, 1) counts 576
# inputs where each output has 9: weights are 8 times too small, and four layers shrink the signal by thousands. In
# Conv2DTranspose inputs and outputs are swapped: from 64 channels to 8 its weights are nearly 3 times too large.
# Seen with Keras 3.15.1 on JAX; TensorFlow's backend does the same. Issue 11773 of Keras (2018, closed) asked for
# the depthwise ones; the documentation does not say so. Flax' grouped convolution is right.
# Concerns: MobileNet-like networks and autoencoders that train badly without BatchNormalization.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import jax
import keras
import numpy as np
from flax import nnx

layers = keras.layers


def spread(layer, channels=64):
    layer.build((None, 8, 8, channels))
    return float(np.std(layer.kernel))


wanted = {"Conv2D": (2 / (9 * 64)) ** 0.5, "DepthwiseConv2D": (2 / 9) ** 0.5, "Conv2DTranspose": (2 / (9 * 64)) ** 0.5}
seen = {
    "Conv2D": spread(layers.Conv2D(8, 3, kernel_initializer="he_normal")),
    "DepthwiseConv2D": spread(layers.DepthwiseConv2D(3, depthwise_initializer="he_normal")),
    "Conv2DTranspose": spread(layers.Conv2DTranspose(8, 3, kernel_initializer="he_normal")),
}
for name, value in seen.items():
    print(f"{name}: spread of the weights {value:.3f}, by the number of inputs {wanted[name]:.3f}")
ratios = [seen[name] / wanted[name] for name in seen]
assert np.allclose(ratios, [1, 1 / 8, 8**0.5], rtol=0.1), ratios

he_normal = jax.nn.initializers.he_normal()
grouped = nnx.Conv(64, 64, (3, 3), feature_group_count=64, kernel_init=he_normal, rngs=nnx.Rngs(0))
assert np.isclose(np.std(grouped.kernel[...]), wanted["DepthwiseConv2D"], rtol=0.15)

x = np.random.default_rng(0).normal(size=(8, 16, 16, 64)).astype("float32")
for _ in range(4):
    x = layers.DepthwiseConv2D(3, depthwise_initializer="he_normal", activation="relu")(x)
behind = float(np.sqrt(np.mean(np.square(x))))
print(f"inputs of spread 1 behind four depthwise layers: {behind:.5f}")
assert behind < 2e-3
print("as expected")
EOF
