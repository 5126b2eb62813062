#!/usr/bin/env bash
# Guess: Optax' losses check shapes: squared_error of (4, 1) and (4,) raises "Shape mismatch".
# Instead: only squared_error (and l2_loss) does. huber_loss, sigmoid_binary_cross_entropy and sigmoid_focal_loss give
# (4, 4), each prediction against each target, and their mean is a finite wrong loss.
# Seen with Optax 0.2.8, JAX 0.10.2.
# Concerns: a model whose output has one column, trained with another loss than the square.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import jax.numpy as jnp
import optax

column, flat = jnp.array([[0.0], [1.0], [2.0], [3.0]]), jnp.array([0.0, 1.0, 2.0, 3.0])
seen = {}
for loss in (optax.squared_error, optax.l2_loss, optax.huber_loss,
             optax.sigmoid_binary_cross_entropy, optax.sigmoid_focal_loss):
    try:
        seen[loss.__name__] = loss(column, flat).shape
    except (ValueError, AssertionError) as error:
        seen[loss.__name__] = type(error).__name__
    print(f"{loss.__name__} of (4, 1) and (4,): {seen[loss.__name__]}")
perfect = float(optax.huber_loss(column, flat).mean())
print(f"Huber loss of perfect predictions: {perfect:.3f}")
raised = {"squared_error", "l2_loss"}
assert all((seen[name] != (4, 4)) == (name in raised) for name in seen) and perfect > 0.5
print("as expected")
EOF
