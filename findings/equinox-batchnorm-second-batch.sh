#!/usr/bin/env bash
# Guess: BatchNorm in training normalizes by its batch: outputs have the mean 0 and the spread 1, in each library.
# Instead: Equinox' BatchNorm, unless mode="batch", does so for the first batch only. From the second on it normalizes
# by the moving averages, training or not: batches of 5, 10 and 15 ± 1 come out with means of 0, 5 and 11.
# Seen with Equinox 0.13.8, JAX 0.10.2. Both modes are documented; a warning on the default speaks of performance.
# Keras' and Flax' layers normalize by the batch.
# Concerns: batch norm shown on the first batch, or ported from another library; write mode="batch".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    equinox==0.13.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import warnings

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

warnings.simplefilter("ignore")  # on the default mode
rng = np.random.default_rng(0)
batches = [jnp.array(mean + rng.normal(size=(64, 1)), jnp.float32) for mean in (5, 10, 15)]


def means(**kwargs):
    """Mean output of each batch, in training."""
    layer, state = eqx.nn.make_with_state(eqx.nn.BatchNorm)(1, axis_name="batch", **kwargs)
    result = []
    for batch in batches:
        run = jax.vmap(layer, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
        outputs, state = run(batch, state)
        result.append(float(outputs.mean()))
    return np.array(result)


by_default, by_batch = means(), means(mode="batch")
print("means of batches with the means 5, 10 and 15:", by_default.round(3))
print('with mode="batch":', by_batch.round(3))
assert np.abs(by_batch).max() < 1e-4
assert abs(by_default[0]) < 1e-4 and by_default[1] > 1 and by_default[2] > 1
print("as expected: the first batch only")
EOF
