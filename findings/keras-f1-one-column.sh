#!/usr/bin/env bash
# Guess: F1Score() on a sigmoid output of shape (n, 1) rounds at .5, as "accuracy", Precision and Recall do.
# Instead: without a threshold it takes the largest of each row, which in a row of one is the one: all are counted as
# positive, so that the score depends on the labels alone. And a largest value of exactly 0 (a log-probability, a
# logit behind relu) counts as no answer: perfect log-probabilities of 0 give F1 = 0.
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike). The documentation only says that "the argmax is
# converted to 1".
# Concerns: whoever adds F1Score to a binary classifier; a search with objective "val_f1_score" then compares
# constants.
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


def score(y, p, **kwargs):
    metric = keras.metrics.F1Score(**kwargs)
    metric.update_state(np.array(y, "float32"), np.array(p, "float32"))
    return float(np.mean(metric.result()))


y = [[1], [0], [0], [0]]
good, bad = [[0.9], [0.1], [0.2], [0.1]], [[0.1], [0.9], [0.8], [0.9]]
seen = {"right answers": score(y, good), "wrong answers": score(y, bad)}
seen["right answers, threshold=.5"] = score(y, good, threshold=0.5)
seen["wrong answers, threshold=.5"] = score(y, bad, threshold=0.5)
eye = np.eye(3)
seen["certain and right, as log-probabilities"] = score(eye, np.where(eye, 0, -30))
seen["certain and right, as probabilities"] = score(eye, eye)
for what, value in seen.items():
    print(f"{what}: F1 = {value:.3f}")
wanted = [0.4, 0.4, 1, 0, 0, 1]  # all positive: precision 1/4, recall 1
assert np.allclose(list(seen.values()), wanted, atol=1e-3)
print("as expected: right and wrong answers have the same score")
EOF
