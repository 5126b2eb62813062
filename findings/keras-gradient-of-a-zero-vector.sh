#!/usr/bin/env bash
# Guess: Keras' CosineSimilarity, UnitNormalization and ops.normalize guard against division by 0: a zero vector gives
# 0, and gradients are finite.
# Instead: on JAX the values are 0 and the gradients NaN. The loss curve is fine in the epoch in which all weights
# become NaN. Optax gives NaN at once, and with epsilon=1e-6 a gradient of 1000.
# Seen with Keras 3.15.1, Optax 0.2.8, JAX 0.10.2.
# Concerns: embeddings and cosine losses behind a ReLU: a blank input, or a dead layer, is a zero vector.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax

goal = jnp.array([[1.0, 0.0]])
functions = {
    "CosineSimilarity": lambda x: keras.losses.CosineSimilarity()(goal, x),
    "UnitNormalization": lambda x: keras.layers.UnitNormalization()(x).sum(),
    "ops.normalize": lambda x: keras.ops.normalize(x).sum(),
    "Optax": lambda x: optax.cosine_similarity(x, goal).sum(),
    "Optax, epsilon=1e-6": lambda x: optax.cosine_similarity(x, goal, epsilon=1e-6).sum(),
}
for name, function in functions.items():
    value, gradient = jax.value_and_grad(function)(jnp.zeros((1, 2)))
    print(f"{name}: of a zero vector {value}, gradient {gradient}")
    assert np.isfinite(value) == (name != "Optax")
    assert np.isfinite(gradient).all() == ("epsilon" in name)
    value, gradient = jax.value_and_grad(function)(jnp.array([[0.6, 0.8]]))
    assert np.isfinite(value) and np.isfinite(gradient).all()
print("as expected: 0 and NaN")
EOF
