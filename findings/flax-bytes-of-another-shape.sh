#!/usr/bin/env bash
# Guess: flax.serialization.from_bytes(target, data) refuses data whose arrays have other shapes than the target's: what
# else would the target be for?
# Instead: it compares names only. Weights of 3 units are loaded into a network of 4 without a word, as is float64 into
# float32. A bias (1,) loaded for one (4,) then broadcasts, and the network runs. Equinox refuses.
# Seen with Flax 0.12.8, Equinox 0.13.8 (issue 2436 of flax is about it, closed; a check was proposed and is not there).
# Concerns: a checkpoint of another run or fold; compare jax.tree.map(jnp.shape, ...) of both after loading.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    flax==0.12.8 equinox==0.13.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import io

import equinox
import jax
import jax.numpy as jnp
import numpy as np
from flax import serialization


def weights(n_units, n_biases, dtype="float32"):
    return {"dense": {"kernel": np.ones((2, n_units), dtype), "bias": np.ones(n_biases, dtype)}}


wanted = weights(4, 4)
for other in (weights(3, 3), weights(4, 1), weights(4, 4, "float64")):
    loaded = serialization.from_bytes(wanted, serialization.to_bytes(other))["dense"]
    print("wanted (2, 4) and (4,), loaded", {name: (a.shape, str(a.dtype)) for name, a in loaded.items()})
    for name, array in loaded.items():
        assert array.shape == other["dense"][name].shape and array.dtype == other["dense"][name].dtype
loaded = serialization.from_bytes(wanted, serialization.to_bytes(weights(4, 1)))["dense"]
assert (jnp.ones((5, 2)) @ loaded["kernel"] + loaded["bias"]).shape == (5, 4)  # runs
try:
    serialization.from_bytes({"dense": {"weights": np.ones(1)}}, serialization.to_bytes(other))
except ValueError as error:
    print("another name:", str(error)[:70])
else:
    raise SystemExit("names are not compared any more")

file = io.BytesIO()
equinox.tree_serialise_leaves(file, jax.tree.map(jnp.asarray, weights(3, 3)))
file.seek(0)
try:
    equinox.tree_deserialise_leaves(file, jax.tree.map(jnp.asarray, wanted))
except RuntimeError as error:
    print("Equinox:", str(error).splitlines()[0][:100])
else:
    raise SystemExit("Equinox loads other shapes now")
print("as expected: names count, shapes do not")
EOF
