#!/usr/bin/env bash
# Guess: weights in bfloat16 that np.savez, h5py or safetensors.numpy save without complaint can be loaded again.
# Instead: NumPy and h5py give back two raw bytes a number (dtype |V2), with which nothing computes.
# safetensors.numpy.load cannot read the bytes that its save has written: KeyError 'BF16' (load_file can). A view
# restores the first two: weights.view(ml_dtypes.bfloat16).
# Seen with NumPy 2.4.6, h5py 3.14.0, safetensors 0.8.0, ml_dtypes 0.6.0 (the bfloat16 of JAX, TensorFlow and Keras).
# Concerns: checkpoints of half-precision networks that one writes oneself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    safetensors==0.8.0 ml_dtypes==0.6.0 h5py==3.14.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import h5py
import ml_dtypes
import numpy as np
import safetensors.numpy

weights = np.arange(4).astype(ml_dtypes.bfloat16)
np.savez("w.npz", w=weights)
by_numpy = np.load("w.npz")["w"]
with h5py.File("w.h5", "w") as file:
    file["w"] = weights
    by_h5py = file["w"][:]
try:
    by_safetensors = safetensors.numpy.load(safetensors.numpy.save({"w": weights}))["w"]
except KeyError as error:
    by_safetensors = error
print("saved", weights, weights.dtype)
print("NumPy:", by_numpy, by_numpy.dtype, "h5py:", by_h5py.dtype, "safetensors:", repr(by_safetensors))
try:
    by_numpy * 2
except TypeError as error:  # NumPy's UFuncNoLoopError
    print("times 2:", type(error).__name__)
else:
    raise SystemExit("raw bytes can be multiplied now")
assert by_numpy.dtype == by_h5py.dtype == "V2" and isinstance(by_safetensors, KeyError)
assert (by_numpy.view(ml_dtypes.bfloat16) == weights).all()
print("as expected")
EOF
