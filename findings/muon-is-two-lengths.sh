#!/usr/bin/env bash
# Guess: Muon of Keras and of Optax, each without weight decay, take steps of the same length from the same rate.
# Instead: Keras multiplies the orthogonal step by 0.2 * sqrt(larger side) unless rms_rate=None; Optax, unless told, by
# sqrt(max(1, outputs / inputs)) only. For a (784, 256) kernel Keras' step is 5.6 times as long, for one of (4, 2) 0.4
# times as long: no one factor translates a learning rate.
# Seen with Keras 3.15.1, Optax 0.2.8, JAX 0.10.2. Both document their factor. (nadam-is-two-rules has ten others.)
# Concerns: learning rates from a paper or another library; a comparison of optimizers that includes Muon.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import jax.numpy as jnp
import keras
import numpy as np
import optax


def length_of_keras(gradient, **kwargs):
    """Largest singular value of the first step, in learning rates."""
    kernel = keras.Variable(np.zeros(gradient.shape, "float32"), name="kernel")
    optimizer = keras.optimizers.Muon(1.0, weight_decay=0.0, **kwargs)
    optimizer.build([kernel])
    optimizer.apply([jnp.array(gradient)], [kernel])
    return np.linalg.norm(np.asarray(kernel.value), 2)


def length_of_optax(gradient):
    rule = optax.contrib.muon(1.0, weight_decay=0.0)
    kernel = jnp.zeros(gradient.shape)
    return np.linalg.norm(np.asarray(rule.update(jnp.array(gradient), rule.init(kernel), kernel)[0]), 2)


ratios = {}
for shape in ((4, 2), (784, 256)):
    gradient = np.random.default_rng(0).normal(size=shape).astype("float32")
    by_default, bare = length_of_keras(gradient), length_of_keras(gradient, rms_rate=None)
    optax_ = length_of_optax(gradient)
    ratios[shape] = by_default / optax_
    print(f"{shape}: Keras {by_default:.2f}, rms_rate=None {bare:.2f}, Optax {optax_:.2f}")
    assert np.isclose(by_default / bare, 0.2 * max(shape) ** 0.5, rtol=1e-3)
    assert 0.6 < bare < 1.4 and 0.6 < optax_ < 1.4
print("Keras' steps by Optax':", ratios)
assert ratios[4, 2] < 0.6 and ratios[784, 256] > 4
print("as expected: shorter for a small kernel, longer for a large one")
EOF
