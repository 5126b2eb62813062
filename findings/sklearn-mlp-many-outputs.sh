#!/usr/bin/env bash
# Guess: MLPRegressor moves along the gradient of the loss it reports, half the squared error on average over rows and
# outputs.
# Instead: with k outputs it moves along k times that gradient: the reported loss is an average over the outputs, the
# gradient belongs to the sum. One output is as guessed. For solver="lbfgs", whose line search compares the two, they do
# not belong together.
# Seen with scikit-learn 1.9.1 (issue 8349, open since 2017, is on solver="lbfgs").
# Concerns: comparisons with Keras' "mse" at the same learning rate, multi-output targets, autoencoders above all (64
# outputs: 64 times the step).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    scikit-learn==1.9.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import warnings

import numpy as np
from sklearn.neural_network import MLPRegressor

warnings.simplefilter("ignore")  # one epoch does not converge
rng = np.random.default_rng(0)
X = rng.normal(size=(50, 3))
TINY, RATE = 1e-12, 0.01


def net(rate, y):
    """A net after one step of plain gradient descent on all rows."""
    return MLPRegressor(hidden_layer_sizes=(5,), activation="tanh", solver="sgd", momentum=0.0, alpha=0.0,
                        learning_rate_init=rate, batch_size=50, max_iter=1, random_state=0).fit(X, y)


seen = {}
for k in (1, 4):
    y = rng.normal(size=(50, k))
    before = net(TINY, y if k > 1 else y[:, 0])  # as good as its initial weights
    after = net(RATE, y if k > 1 else y[:, 0])
    H = np.tanh(X @ before.coefs_[0] + before.intercepts_[0])  # (50, 5)
    E = H @ before.coefs_[1] + before.intercepts_[1] - y  # (50, k)
    assert np.isclose(before.loss_, (E**2).mean() / 2)  # what is reported
    gradient = H.T @ E / E.size  # of what is reported, (5, k)
    step = (before.coefs_[1] - after.coefs_[1]) / RATE
    seen[k] = step / gradient
    print(f"{k} outputs: the step is {seen[k].mean():.6f} times the gradient of the reported loss")
    assert np.allclose(seen[k], k, rtol=1e-4)
print("as expected: as many times as there are outputs")
EOF
