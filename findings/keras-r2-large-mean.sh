#!/usr/bin/env bash
# Guess: keras.metrics.R2Score gives r² to three digits, whatever the targets' unit.
# Instead: it sums y and y² in float32 and subtracts, so that with years, temperatures in kelvin or prices (a mean
# much larger than the spread) r² is off by .05, is 0.0, or is above 1 for a poor model. No warning.
# Seen with Keras 3.15.1 on JAX 0.10.2; the TensorFlow backend has the same sums and other wrong digits.
# Concerns: whoever reads r² of a regression with targets that are not standardized.
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


def both(mean):
    """r² of Keras in batches of 100, and by its definition in float64."""
    rng = np.random.default_rng(0)
    y = (mean + rng.normal(size=(10_000, 1))).astype("float32")
    guess = (y + 0.5 * rng.normal(size=y.shape)).astype("float32")
    metric = keras.metrics.R2Score()
    for i in range(0, len(y), 100):
        metric.update_state(y[i:i + 100], guess[i:i + 100])
    y, guess = y.astype(float), guess.astype(float)
    return float(metric.result()), 1 - ((y - guess) ** 2).sum() / ((y - y.mean()) ** 2).sum()


seen = {mean: both(mean) for mean in (0, 2000, 1e5)}
for mean, (got, right) in seen.items():
    print(f"targets {mean:g} ± 1: R2Score {got:.4f}, by the formula {right:.4f}")
assert abs(seen[0][0] - seen[0][1]) < 1e-3
assert abs(seen[2000][0] - seen[2000][1]) > 0.02
assert abs(seen[1e5][0] - seen[1e5][1]) > 0.1
assert all(0.7 < right < 0.8 for _, right in seen.values())
print("as expected: right at mean 0 only")
EOF
