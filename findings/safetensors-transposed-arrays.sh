#!/usr/bin/env bash
# Guess: safetensors.numpy.save_file stores a transposed array (a kernel turned from (out, in) to (in, out)) as
# np.save does.
# Instead: since 0.8 it stores the numbers in the order of the memory with the shape of the array: what is loaded has
# the right shape and the numbers in wrong places, no word. So with np.asfortranarray and with scikit-learn's
# PCA().components_. np.ascontiguousarray before saving helps; 0.7 made a copy of its own.
# Seen with safetensors 0.8.0 (issue 825 of safetensors, open).
# Concerns: weights that go from one framework to another; a classifier that was good before it was saved.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    safetensors==0.8.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import numpy as np
from safetensors.numpy import load_file, save_file

weights = np.arange(6, dtype="float32").reshape(2, 3)
arrays = {
    "as it is": weights,
    "transposed": weights.T,
    "Fortran order": np.asfortranarray(weights),
    "transposed, contiguous": np.ascontiguousarray(weights.T),
}
save_file(arrays, "weights.safetensors")
loaded = load_file("weights.safetensors")
same = {name: np.array_equal(loaded[name], array) for name, array in arrays.items()}
for name, array in arrays.items():
    print(f"{name}: saved {array.tolist()}, loaded {loaded[name].tolist()}")
    assert loaded[name].shape == array.shape
np.save("weights.npy", weights.T)
assert np.array_equal(np.load("weights.npy"), weights.T)
assert list(same.values()) == [True, False, False, True], same
print("as expected: right shapes, wrong places")
EOF
