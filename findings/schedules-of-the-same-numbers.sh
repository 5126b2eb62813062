#!/usr/bin/env bash
# Guess: a peak of 0.1, a warm-up of 10 steps, a cosine of 100: the same curve in Keras and in Optax. A constant with a
# drop at step 10: likewise.
# Instead: both peak at step 10, but Optax counts the warm-up among the 100 and ends at step 100, Keras puts it before
# and ends at 110: at step 99 the rates are 0.00003 and 0.003. Optax' constant drops at step 10, Keras' at step 11.
# Seen with Keras 3.15.1, Optax 0.2.8, JAX 0.10.2. Optax documents its way of counting.
# Concerns: a schedule from a paper: where the number of steps is the length of the training, Keras never gets to the
# end.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import keras
import numpy as np
import optax

s = keras.optimizers.schedules
curves = {
    "Keras": s.CosineDecay(0.0, 100, warmup_target=0.1, warmup_steps=10),
    "Optax": optax.warmup_cosine_decay_schedule(0.0, 0.1, warmup_steps=10, decay_steps=100),
    "Keras, constant": s.PiecewiseConstantDecay([10], [0.1, 0.01]),
    "Optax, constant": optax.piecewise_constant_schedule(0.1, {10: 0.1}),
}
rates = {name: np.array([float(curve(step)) for step in range(121)]) for name, curve in curves.items()}
for step in (5, 9, 10, 11, 50, 99, 100, 110):
    print(f"step {step}:", ", ".join(f"{name} {curve[step]:.5f}" for name, curve in rates.items()))
assert np.allclose(rates["Keras"][:11], rates["Optax"][:11], atol=1e-6) and np.isclose(rates["Keras"][10], 0.1)
assert rates["Optax"][100] < 1e-6 < 0.002 < rates["Keras"][100] and rates["Keras"][110] < 1e-6
assert rates["Keras"][99] > 50 * rates["Optax"][99]
assert np.isclose(rates["Optax, constant"][9:12], [0.1, 0.01, 0.01]).all()
assert np.isclose(rates["Keras, constant"][9:12], [0.1, 0.1, 0.01]).all()
print("as expected: other ends, other boundaries")
EOF
