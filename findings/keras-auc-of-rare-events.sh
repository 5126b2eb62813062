#!/usr/bin/env bash
# Guess: AUC() of predictions that put all positives above all negatives is 1, whatever the size of the
# probabilities.
# Instead: it compares with 200 thresholds a step of .005 apart. Where events are rare and all probabilities small,
# no threshold lies among them: a perfect ranking has AUC .5 and PR-AUC .01, a coin's, in training too.
# from_logits=True changes nothing, thresholds=np.geomspace(...) or scikit-learn's roc_auc_score does.
# Seen with Keras 3.15.1, scikit-learn 1.9.1. The documentation says that the approximation may be poor.
# Concerns: imbalanced data; a search with objective "val_auc".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 scikit-learn==1.9.1
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import keras
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

rng = np.random.default_rng(0)
y = np.r_[np.zeros(990), np.ones(10)]
p = np.where(y, 0.004, 0.001) + rng.uniform(0, 0.0005, 1000)


def auc(values, **kwargs):
    metric = keras.metrics.AUC(**kwargs)
    metric.update_state(y, values)
    return float(metric.result())


fine = [0.0, *np.geomspace(1e-5, 1, 500)]
seen = {
    "AUC()": auc(p),
    'AUC(curve="PR")': auc(p, curve="PR"),
    "AUC(from_logits=True)": auc(np.log(p / (1 - p)), from_logits=True),
    "AUC(thresholds=...)": auc(p, thresholds=fine),
    "roc_auc_score": roc_auc_score(y, p),
    "average_precision_score": average_precision_score(y, p),
}
for what, value in seen.items():
    print(f"{what}: {value:.3f}")
assert np.allclose(list(seen.values()), [0.5, 0.01, 0.5, 1, 1, 1], atol=1e-3)
print("as expected: a perfect ranking counts as a coin's")
EOF
