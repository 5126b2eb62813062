#!/usr/bin/env bash
# Guess: sigmoid + binary_crossentropy and softmax + categorical_crossentropy train the same on every backend, and a
# confident mistake gives the largest gradient of all.
# Instead: on JAX probabilities are clipped to 1e-7, so that from a logit of about 17 on the loss stays at 16 and the
# gradient is exactly 0: what is badly wrong is never learnt. On TensorFlow, fit goes back to the logits and has a
# gradient of -1 (seen with TensorFlow 2.21). from_logits=True helps on JAX.
# Seen with Keras 3.15.1, JAX 0.10.2.
# Concerns: notebooks that are moved from TensorFlow to JAX; inputs that are not scaled (pixels of 0 to 255).
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


def step(activation, loss, logit, n=1):
    """Loss, and the change of the first weight, of one step of SGD(1) on a wrong answer with this logit."""
    net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(n, activation=activation, use_bias=False)])
    net.set_weights([np.array([[logit] + [0] * (n - 1)], "float32")])
    net.compile(keras.optimizers.SGD(1.0), loss)
    target = [[0.0]] if n == 1 else [[0.0, 1.0]]
    value = net.fit(np.ones((1, 1)), np.array(target), verbose=0).history["loss"][0]
    return value, float(net.get_weights()[0][0, 0]) - logit


for logit in (5, 10, 20, 40):
    binary = step("sigmoid", "binary_crossentropy", logit)
    several = step("softmax", "categorical_crossentropy", logit, n=2)
    logits = step(None, keras.losses.BinaryCrossentropy(from_logits=True), logit)
    print(f"logit {logit}: (loss, step) sigmoid {binary}, softmax {several}, from_logits {logits}")
    assert abs(logits[0] - logit) < 0.01 and abs(logits[1] + 1) < 0.01
    if logit < 15:
        assert abs(binary[1] + 1) < 0.01 and abs(several[1] + 1) < 0.01
    else:
        assert binary[1] == 0 and several[1] == 0 and 15 < binary[0] < 17 and 15 < several[0] < 17
print("as expected: no step at all from logits of 20 and 40")
EOF
