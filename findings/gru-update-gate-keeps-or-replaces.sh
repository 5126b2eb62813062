#!/usr/bin/env bash
# Guess: an update gate z of 1 means the same in each GRU, so that weights can be moved between libraries whose gates
# stand in the same order (z, r, candidate), as in Keras (reset_after=False) and Haiku.
# Instead: in Keras z = 1 keeps the old state, in Haiku it replaces it. With the signs of z's kernel, recurrent kernel
# and bias turned the outputs agree. A figure that says "the gate is open" is right for one of the two.
# Seen with Haiku 0.0.17, Keras 3.15.1, JAX 0.10.2. Both follow papers: Cho et al. (2014) keep, Chung et al. (2014)
# replace.
# Concerns: ported weights; biases that are set by hand so that the network remembers; figures of gates.
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
state = np.full((2, UNITS), 0.5, "float32")

layer = keras.layers.GRU(UNITS, reset_after=False)
layer.build(x.shape)
kernel, recurrent, bias = (rng.normal(size=w.shape).astype("float32") for w in layer.get_weights())
net = hk.without_apply_rng(
    hk.transform(lambda x: hk.dynamic_unroll(hk.GRU(UNITS), x, jnp.array(state), time_major=False)[0][:, -1])
)
(name,) = net.init(jax.random.key(0), x)


def of_keras(bias):
    layer.set_weights([kernel, recurrent, bias])
    return np.asarray(layer(x, initial_state=jnp.array(state)))


def of_haiku(bias, sign=1):
    turned = np.where(np.arange(3 * UNITS) < UNITS, sign, 1).astype("float32")  # z comes first
    weights = {"w_i": kernel * turned, "w_h": recurrent * turned, "b": bias * turned}
    return np.asarray(net.apply({name: weights}, x))


print("Keras", of_keras(bias)[0], "Haiku", of_haiku(bias)[0], "Haiku, z turned", of_haiku(bias, -1)[0], sep="\n")
assert np.abs(of_keras(bias) - of_haiku(bias)).max() > 0.1
assert np.allclose(of_keras(bias), of_haiku(bias, -1), atol=1e-4)
bias[:UNITS] = 100  # z is 1
print("state 0.5, z = 1: Keras", of_keras(bias)[0], "Haiku", of_haiku(bias)[0])
assert np.allclose(of_keras(bias), state, atol=1e-4) and np.abs(of_haiku(bias) - state).max() > 0.1
print("as expected: Keras keeps, Haiku replaces")
EOF
