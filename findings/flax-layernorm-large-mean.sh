#!/usr/bin/env bash
# Guess: nnx.LayerNorm and nnx.BatchNorm on data of 2000 ± 1 give about N(0, 1), as every other library's.
# Instead: the variance is E[x²] - E[x]² in float32, cut off at 0: where it comes out as 0 the row is multiplied by a
# thousand (outputs beyond 1000), elsewhere it is wrong by some per cent; at 100 ± 1 by one per cent.
# use_fast_variance=False is right.
# Seen with Flax 0.12.8 (nnx and linen), JAX 0.10.2. The parameter is documented as "less numerically stable", not
# that the output can be a thousand times too large. Keras 3.15.1 and Equinox 0.13.8 are right.
# Concerns: networks that begin with a normalization instead of scaling their data (years, kelvin, hectopascal).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import jax.numpy as jnp
import numpy as np
from flax import nnx


def worst(mean, **kwargs):
    """Largest difference from the layer norm in float64, over 256 rows of 8."""
    x = (mean + np.random.default_rng(0).normal(size=(256, 8))).astype("float32")
    exact = x.astype(float)
    exact = (exact - exact.mean(1, keepdims=True)) / np.sqrt(exact.var(1, keepdims=True) + 1e-6)
    return float(np.abs(np.asarray(nnx.LayerNorm(8, rngs=nnx.Rngs(0), **kwargs)(jnp.array(x))) - exact).max())


seen = {mean: worst(mean) for mean in (0, 100, 2000)}
slow = worst(2000, use_fast_variance=False)
for mean, wrong in seen.items():
    print(f"rows of {mean} ± 1: largest error {wrong:.2g}")
print(f"rows of 2000 ± 1, use_fast_variance=False: {slow:.2g}")
assert seen[0] < 1e-4 and seen[100] > 1e-3 and seen[2000] > 100 and slow < 0.01
print("as expected")
EOF
