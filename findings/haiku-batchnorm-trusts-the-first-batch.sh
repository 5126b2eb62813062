#!/usr/bin/env bash
# Guess: after one training step hk.BatchNorm with decay_rate=0.99 evaluates with 1 % of the batch and 99 % of the start
# (mean 0, variance 1), as Keras and Flax do; a network has to be trained for hundreds of steps before it can be
# evaluated.
# Instead: Haiku divides the start out (as Adam does), and evaluates with this batch's mean and variance. The state that
# is saved has both: "average" (divided out, used) and "hidden" (1 % of the batch), of the same shape.
# Seen with Haiku 0.0.17, Flax 0.12.8, JAX 0.10.2. decay_rate is documented as "Decay rate for EMA".
# Concerns: comparisons of early validation curves; who ports the moving statistics must take "average".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    dm-haiku==0.0.17 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

x = jnp.array(5 + 2 * np.random.default_rng(0).normal(size=(256, 1)), jnp.float32)
net = hk.without_apply_rng(
    hk.transform_with_state(lambda x, training: hk.BatchNorm(False, False, decay_rate=0.99)(x, is_training=training))
)
weights, state = net.init(jax.random.key(0), x, True)
_, state = net.apply(weights, state, x, True)
by_haiku, _ = net.apply(weights, state, x, False)
for name, values in state.items():
    print(name, {key: float(value.squeeze()) for key, value in values.items()})
(mean,) = [values for name, values in state.items() if "mean" in name]
assert np.isclose(float(mean["average"].squeeze()), float(x.mean()), rtol=1e-4)
assert np.isclose(float(mean["hidden"].squeeze()), 0.01 * float(x.mean()), rtol=1e-3)

layer = nnx.BatchNorm(1, momentum=0.99, use_running_average=False, rngs=nnx.Rngs(0))
layer(x)
by_flax = layer(x, use_running_average=True)
print(f"evaluated after one step: Haiku {by_haiku.mean():.3f} ± {by_haiku.std():.3f}, ", end="")
print(f"Flax {by_flax.mean():.3f} ± {by_flax.std():.3f}")
assert abs(by_haiku.mean()) < 1e-3 and abs(by_haiku.std() - 1) < 1e-3 and by_flax.mean() > 4
print("as expected: Haiku knows its first batch")
EOF
