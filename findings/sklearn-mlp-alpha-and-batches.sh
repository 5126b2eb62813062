#!/usr/bin/env bash
# Guess: MLPRegressor(alpha=a) with SGD is Keras' L2(a / 2), divided by the number of rows: how fast weights shrink is
# the same for every batch_size.
# Instead: in each step alpha is divided by the size of the *batch*. With a tenth of the batch size there are ten
# times as many steps of ten times the shrinking, so weights shrink a hundred times as fast in an epoch, and a good
# alpha for one batch size is none for another.
# Seen with scikit-learn 1.9.1, whose documentation says "divided by the sample size when added to the loss".
# Concerns: comparisons of scikit-learn's networks with others, and searches over batch_size and alpha together.
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
nothing = np.zeros((200, 5))  # no input and no target: only the regularization moves the first weights


def shrinking(batch_size, epochs):
    net = MLPRegressor(hidden_layer_sizes=(1,), activation="identity", solver="sgd", alpha=1.0, momentum=0.0,
                       learning_rate_init=0.001, batch_size=batch_size, max_iter=epochs, random_state=0, tol=0.0)
    return net.fit(nothing, np.zeros(200)).coefs_[0]


seen = {}
for size in (200, 20):
    ratio = shrinking(size, 2) / shrinking(size, 1)  # the second epoch alone
    seen[size] = float(1 - ratio.mean())
    print(f"batch_size={size}: weights shrink by {seen[size]:.3g} an epoch")
print(f"ratio: {seen[20] / seen[200]:.1f}")
assert abs(seen[200] / (0.001 * 1.0 / 200) - 1) < 0.01 and abs(seen[20] / seen[200] - 100) < 2
print("as expected: a hundred times for a tenth of the batch")
EOF
