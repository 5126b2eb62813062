#!/usr/bin/env bash
# Guess: PyDataset.on_epoch_end is called once for each epoch, behind it, as its documentation says ("at the end of
# every epoch").
# Instead: each fit and each evaluate calls it once more *before* the first batch, so fit(epochs=2) ends three epochs,
# and validation ends its data set twice an epoch. A data set that makes its task harder, or shuffles, in on_epoch_end
# begins at the second stage: stage 0 is never trained. on_epoch_begin is called rightly from the second epoch on.
# Seen with Keras 3.15.1 (JAX and TensorFlow backends alike).
# Concerns: curricula, schedules of augmentation, counters of epochs in data sets.
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


class Curriculum(keras.utils.PyDataset):
    """Two batches an epoch, each with the number of the stage; a stage ends with an epoch."""

    def __init__(self):
        super().__init__()
        self.stage, self.calls = 0, []

    def __len__(self):
        return 2

    def __getitem__(self, index):
        self.calls.append(f"stage {self.stage}, batch {index}")
        return np.ones((4, 2), "float32"), np.ones((4, 1), "float32")

    def on_epoch_end(self):
        self.stage += 1


net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
net.compile("sgd", "mse")
net.fit(Curriculum(), epochs=1, shuffle=False, verbose=0)  # builds what has to be built once
data, held_out = Curriculum(), Curriculum()
net.fit(data, epochs=3, shuffle=False, verbose=0, validation_data=held_out)
print("trained:", data.calls, "stage at the end:", data.stage, "of the validation data:", held_out.stage)
evaluated = Curriculum()
net.evaluate(evaluated, verbose=0)
print("evaluated:", evaluated.calls, "stage at the end:", evaluated.stage)
assert data.calls[-6:] == [f"stage {stage}, batch {index}" for stage in (1, 2, 3) for index in (0, 1)]
assert data.stage == 4 and held_out.stage == 6 and evaluated.stage == 2
print("as expected: three epochs end four times, three validations six times")
EOF
