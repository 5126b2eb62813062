#!/usr/bin/env bash
# Guess: Keras' LSTM with unit_forget_bias begins with the bias 1 at the forget gate, and so does Haiku's. Trained
# weights can be moved from one to the other, once the gates are in the other's order (i, g, f, o instead of i, f, g,
# o).
# Instead: Haiku's biases begin with 0, and hk.LSTM adds 1 to the forget gate in each step, after training, too. Weights
# that are moved give other outputs, until 1 is taken from that bias.
# Seen with Haiku 0.0.17, Keras 3.15.1, JAX 0.10.2. The docstring says that 1.0 is added to the bias "after
# initialization"; its formulas have no 1.
# Concerns: who ports weights, looks at the biases, or regularizes them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    dm-haiku==0.0.17 keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import haiku as hk
import jax
import jax.numpy as jnp
import keras
import numpy as np

UNITS = 4
rng = np.random.default_rng(0)
x = rng.normal(size=(2, 5, 3)).astype("float32")  # 2 sequences of 5 steps

layer = keras.layers.LSTM(UNITS)
layer.build(x.shape)
print("bias of the forget gate at first, Keras:", np.asarray(layer.get_weights()[2])[UNITS : 2 * UNITS])
kernel, recurrent, bias = (rng.normal(size=w.shape).astype("float32") for w in layer.get_weights())  # as if trained
layer.set_weights([kernel, recurrent, bias])
by_keras = np.asarray(layer(x))


def reordered(array):
    i, f, g, o = np.split(array, 4, axis=-1)
    return np.concatenate([i, g, f, o], axis=-1)


def last_output(x):
    zeros = hk.LSTMState(hidden=jnp.zeros((2, UNITS)), cell=jnp.zeros((2, UNITS)))
    return hk.dynamic_unroll(hk.LSTM(UNITS), x, zeros, time_major=False)[0][:, -1]


net = hk.without_apply_rng(hk.transform(last_output))
first = net.init(jax.random.key(0), x)
(name,) = first
print("in Haiku:", first[name]["b"][2 * UNITS : 3 * UNITS])
assert (np.asarray(first[name]["b"]) == 0).all()


def of_haiku(bias):
    return np.asarray(net.apply({name: {"w": reordered(np.concatenate([kernel, recurrent])), "b": reordered(bias)}}, x))


less = bias.copy()
less[UNITS : 2 * UNITS] -= 1
print("Keras", by_keras[0], "Haiku", of_haiku(bias)[0], "Haiku, less 1", of_haiku(less)[0], sep="\n")
assert np.abs(of_haiku(bias) - by_keras).max() > 0.03 and np.allclose(of_haiku(less), by_keras, atol=1e-4)
print("as expected: 1 is added in each step")
EOF
