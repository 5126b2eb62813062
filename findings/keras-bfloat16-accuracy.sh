#!/usr/bin/env bash
# Guess: with keras.config.set_floatx("bfloat16") numbers have three digits, so an accuracy of .75 is shown as .75 or
# .752.
# Instead: metrics add up in bfloat16, whose whole numbers end at 256: both the sum and the count stand still once a
# batch is smaller than half their last digit, and an accuracy of .75 is reported as 1.0 over some hundred batches. No
# warning. With set_dtype_policy("mixed_bfloat16") or ("bfloat16") the metrics stay in float32 and are right.
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike).
# Concerns: whoever saves memory by the floatx: every metric of long epochs, so early stopping and "best" models.
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


def accuracy(batches):
    """What BinaryAccuracy says when 24 of 32 answers are right in each batch."""
    metric = keras.metrics.BinaryAccuracy()
    for _ in range(batches):
        metric.update_state(np.zeros((32, 1)), np.r_[np.ones((8, 1)), np.zeros((24, 1))])
    return float(metric.result())


keras.config.set_dtype_policy("mixed_bfloat16")
policy = accuracy(400)
keras.config.set_dtype_policy("float32")
keras.config.set_floatx("bfloat16")
seen = {n: accuracy(n) for n in (10, 100, 400)}
print(f"policy mixed_bfloat16, 400 batches: {policy:.3f}")
for n, value in seen.items():
    print(f"floatx bfloat16, {n} batches: {value:.3f}")
assert abs(policy - 0.75) < 1e-3 and abs(seen[10] - 0.75) < 0.01 and seen[400] > 0.95
print("as expected: three quarters become all")
EOF
