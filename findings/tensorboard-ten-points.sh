#!/usr/bin/env bash
# Guess: EventAccumulator(logdir).Reload() reads all points of a curve that Keras' TensorBoard callback has written;
# its scalars have a limit of 10,000.
# Instead: Keras (like all of TensorFlow 2) writes scalars as tensors, and of tensors the reader keeps 10 by default,
# drawn at random. A curve of 40 epochs comes back with 10, no word, and plots as a plausible curve.
# EventAccumulator(logdir, size_guidance={"tensors": 0}) reads all.
# Seen with TensorBoard 2.21.0; a log of Keras 3.15.1's callback behaves the same. The default stands in the source
# only.
# Concerns: who reads logs back into a table: best epoch, mean of the last ones.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    tensorboard==2.21.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import logging

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.summary import Writer

logging.disable(logging.WARNING)  # "TensorFlow installation not found"
with_loss = Writer("log")
for step in range(40):
    with_loss.add_scalar("epoch_loss", np.float32(1 / (1 + step)), step)
with_loss.close()


def steps(**kwargs):
    log = EventAccumulator("log", **kwargs)
    log.Reload()
    assert log.Tags()["scalars"] == []
    return [event.step for event in log.Tensors("epoch_loss")]


kept, all_of_them = steps(), steps(size_guidance={"tensors": 0})
print("written: 40 epochs; read:", kept)
print("read with size_guidance={'tensors': 0}:", len(all_of_them))
assert len(kept) == 10 and kept[-1] == 39 and kept != list(range(30, 40)) and all_of_them == list(range(40))
print("as expected")
EOF
