#!/usr/bin/env bash
# Guess: BalancedBatchGenerator draws other rows of the large class for each epoch, so that a long training sees them
# all.
# Instead: it draws once, when it is made. Of 950 + 50 rows the same 100 come in each epoch, in the same batches, and
# 900 rows are never seen: the network is trained on a tenth of the data. A new generator with another random_state
# for each epoch does what one expects. (That the rest of a division by batch_size is dropped is known: pull request
# 1204 of imbalanced-learn.)
# Seen with imbalanced-learn 0.14.2, Keras 3.15.1.
# Concerns: imbalanced classes trained with Keras.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    imbalanced-learn==0.14.2 scikit-learn==1.9.1 keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import warnings

import keras
import numpy as np
from imblearn.keras import BalancedBatchGenerator

warnings.simplefilter("ignore")  # Keras misses super().__init__() in it
X = np.arange(1000, dtype="float32")[:, None]
y = np.r_[np.zeros(950), np.ones(50)]
seen = []


class Noting(BalancedBatchGenerator):
    def __getitem__(self, index):
        rows, labels = super().__getitem__(index)
        seen.append((index, tuple(rows[:, 0].astype(int))))
        return rows, labels


net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
net.compile(keras.optimizers.SGD(0.0), "binary_crossentropy")
net.fit(Noting(X, y, batch_size=10, random_state=0), epochs=20, verbose=0)
rows = {row for _, batch in seen for row in batch}
batches = {batch for _, batch in seen}
large = sum(row < 950 for row in rows)
print(f"20 epochs: {len(rows)} of 1000 rows were seen, {large} of the large class's 950, in {len(batches)} batches")
assert len(seen) >= 200 and len(rows) == 100 and large == 50 and len(batches) == 10
print("as expected")
EOF
