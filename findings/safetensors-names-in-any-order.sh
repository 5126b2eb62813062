#!/usr/bin/env bash
# Guess: load_file of safetensors gives the weights in the order they were saved in, or sorted by name, in each run the
# same; np.load does the first, h5py the second (layer_10 before layer_2).
# Instead: load, of bytes, gives another order each time. load_file follows the file: by the width of the dtype, then by
# name; a saved "step" in int64 comes before the first layer. model.set_weights(list(loaded.values())) raises where
# shapes differ, and where they are equal, mixes the layers up without a word.
# Seen with safetensors 0.8.0 (issue 357, closed, is about load), NumPy 2.4.6, h5py 3.16.0.
# Concerns: weights of Keras models, which are a list; save under names like "007" and read by name.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    safetensors==0.8.0 h5py==3.16.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import h5py
import numpy as np
from safetensors import numpy as st

names = [f"layer_{i}" for i in range(12)] + ["step"]
weights = {name: np.full(2, i, "int64" if name == "step" else "float32") for i, name in enumerate(names)}
st.save_file(weights, "w.safetensors")
np.savez("w.npz", **weights)
with h5py.File("w.h5", "w") as file:
    for name, array in weights.items():
        file[name] = array
    by_h5py = list(file)
data = st.save(weights)
orders = [list(st.load(data)) for _ in range(20)]
by_file = list(st.load_file("w.safetensors"))
print("saved:", names)
print("NumPy:", np.load("w.npz").files)
print("h5py:", by_h5py)
print("safetensors, load_file:", by_file)
print("safetensors, load:", orders[0])
print("again:            ", orders[1])
assert np.load("w.npz").files == names and by_h5py == sorted(names)
assert by_file == ["step", *sorted(names[:-1])]
assert all(sorted(order) == sorted(names) for order in orders) and len({tuple(order) for order in orders}) > 1
print("as expected: all there, in another order each time")
EOF
