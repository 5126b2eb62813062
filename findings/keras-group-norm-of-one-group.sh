#!/usr/bin/env bash
# Guess: GroupNormalization(groups=1) is layer normalization, and GroupNormalization(groups=-1) can stand behind Dense.
# Instead: one group spans all axes but the first: in (batch, time, features) it mixes the time steps, also those still
# to come, and differs from LayerNormalization(), which takes each step on its own. Behind Dense, groups=-1 has one
# number in each group, and the output is 0 for every input.
# Seen with Keras 3.15.1, JAX 0.10.2. The documentation says "nearly" of the first.
# Concerns: causal models, in which the past must not see the future; networks in which one norm is put for another.
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

layers = keras.layers
x = np.random.default_rng(0).normal(size=(2, 5, 6)).astype("float32")  # 2 sequences, 5 steps, 6 features
changed = x.copy()
changed[:, 4] += 10  # the last step alone

norms = {
    "one group": layers.GroupNormalization(groups=1),
    "layer norm": layers.LayerNormalization(),
    "layer norm of axes 1 and 2": layers.LayerNormalization(axis=(1, 2)),
}
outputs = {name: np.asarray(norm(x)) for name, norm in norms.items()}
for name, norm in norms.items():
    future = np.abs(np.asarray(norm(changed))[:, 0] - outputs[name][:, 0]).max()
    print(f"{name}: step 0 changes by {future:.3g} when step 4 does")
    assert (future > 0.1) == (name != "layer norm")
assert np.abs(outputs["one group"] - outputs["layer norm"]).max() > 0.1
assert np.allclose(outputs["one group"], outputs["layer norm of axes 1 and 2"], atol=1e-4)
behind_dense = np.asarray(layers.GroupNormalization(groups=-1)(x[:, 0]))
print("groups=-1 behind Dense:", behind_dense[0])
assert np.abs(behind_dense).max() < 1e-5
print("as expected")
EOF
