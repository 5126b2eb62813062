#!/usr/bin/env bash
# Guess: metrics=[PearsonCorrelation(), ConcordanceCorrelation()] of a regression with one output say how predictions
# and targets go together.
# Instead: they correlate along the last axis, which has one number: NaN for every model, and 0.0 for every model, a
# perfect one too. With axis=0 each batch has a correlation of its own, and their mean depends on the batch size
# (here, with rows in the order of time and a trend, .65 for all rows at once and .04 for batches of 20).
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike).
# Concerns: whoever monitors a regression by its correlation.
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

rng = np.random.default_rng(0)
y = np.linspace(-1.5, 1.5, 200, dtype="float32")[:, None]
p = (y + rng.normal(size=(200, 1))).astype("float32")


def value(kind, p, rows=200, **kwargs):
    metric = kind(**kwargs)
    for i in range(0, len(y), rows):
        metric.update_state(y[i:i + rows], p[i:i + rows])
    return float(metric.result())


pearson, concordance = keras.metrics.PearsonCorrelation, keras.metrics.ConcordanceCorrelation
right = float(np.corrcoef(y[:, 0], p[:, 0])[0, 1])
defaults = [value(kind, guess) for kind in (pearson, concordance) for guess in (p, y)]
print(f"NumPy: {right:.3f}, and 1 for perfect predictions")
print("Pearson, and of perfect predictions:", defaults[:2], "concordance:", defaults[2:])
by_rows = {rows: value(pearson, p, rows, axis=0) for rows in (200, 50, 20)}
print("Pearson with axis=0 in batches of so many rows:", by_rows)
assert np.isnan(defaults[:2]).all() and defaults[2:] == [0, 0]
assert abs(by_rows[200] - right) < 1e-3 and by_rows[20] < 0.4 < 0.55 < right
print("as expected")
EOF
