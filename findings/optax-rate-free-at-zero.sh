#!/usr/bin/env bash
# Guess: where the gradient is zero an optimizer stays where it is, and goes on as soon as there is one.
# Instead: two that need no learning rate do not. Prodigy divides 0 by 0 in the first step, D-Adaptation in the
# second, and the weights are NaN for good. If the zeros come later, Prodigy stays. So do SGD, Adam, Lamb and Muon.
# Seen with Optax 0.2.8, JAX 0.10.2.
# Concerns: a training whose first batch gives no gradient: hinge losses with all margins kept, dead ReLUs, an output
# layer that begins with zeros behind a frozen one, or a test of one's training loop on zeros.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import jax.numpy as jnp
import numpy as np
import optax

contrib = optax.contrib
RULES = {
    "SGD": optax.sgd(0.1),
    "Adam": optax.adam(0.1),
    "Lamb": optax.lamb(0.1),
    "Muon": contrib.muon(0.1),
    "D-Adaptation": contrib.dadapt_adamw(),
    "Prodigy": contrib.prodigy(),
}
for name, rule in RULES.items():
    weights = jnp.ones((2, 2))
    state, path = rule.init(weights), []
    for gradient in (0.0, 0.0, 1.0):
        updates, state = rule.update(jnp.full((2, 2), gradient), state, weights)
        weights = optax.apply_updates(weights, updates)
        path.append(float(weights[0, 0]))
    print(f"{name}: weight after gradients of 0, 0 and 1: {path}")
    if name in ("D-Adaptation", "Prodigy"):
        assert np.isnan(path[1:]).all() and np.isnan(path[0]) == (name == "Prodigy")
    else:
        assert path[:2] == [1, 1] and path[2] < 1
weights = jnp.ones((2, 2))
state = RULES["Prodigy"].init(weights)
for gradient in (1.0, 0.0, 0.0):
    updates, state = RULES["Prodigy"].update(jnp.full((2, 2), gradient), state, weights)
    weights = optax.apply_updates(weights, updates)
print("Prodigy after gradients of 1, 0 and 0:", weights[0])
assert np.isfinite(np.asarray(weights)).all()
print("as expected: NaN if the zero comes first")
EOF
