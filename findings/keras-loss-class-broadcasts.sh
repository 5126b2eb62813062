#!/usr/bin/env bash
# Guess: with targets of shape (n,) and an output of (n, 1), Keras brings both to one shape before any loss or metric.
# Instead: it does so for a loss function, but neither for the same function as a metric nor as the `call` of a Loss
# subclass. There (n,) - (n, 1) becomes (n, n): each target is compared with each prediction. The number is finite,
# and the subclass trains on it, here to a constant prediction. No warning.
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike).
# Concerns: regression with a loss or a metric of one's own and `y` as it comes out of a table.
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
from keras import ops


def mse(y, p):
    return ops.mean((y - p) ** 2, axis=-1)


class MSE(keras.losses.Loss):
    def call(self, y, p):
        return mse(y, p)


x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = 3 * x[:, 0]


def trained(loss):
    """(n,)-targets: the loss and the metric that Keras reports, and the true mean square."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), loss, metrics=[mse])
    model.fit(x, y, epochs=100, batch_size=64, verbose=0)
    reported = model.evaluate(x, y, batch_size=64, verbose=0)
    return *reported, float(np.mean((model.predict(x, verbose=0)[:, 0] - y) ** 2))


seen = {"function": trained(mse), "Loss subclass": trained(MSE())}
for kind, (loss, metric, right) in seen.items():
    print(f"{kind}: loss {loss:.3f}, the same function as metric {metric:.3f}, true mean square {right:.3f}")
loss, metric, right = seen["function"]
assert right < 0.01 and loss < 0.01 and metric > 5
loss, metric, right = seen["Loss subclass"]
assert right > 5 and abs(loss - metric) < 1e-3 and abs(loss - right) < 0.2 * right
print("as expected: the subclass learns nothing, and the metric of the good model is the variance of pairs")
EOF
