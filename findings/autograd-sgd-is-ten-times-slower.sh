#!/usr/bin/env bash
# Guess: sgd of autograd.misc.optimizers with step_size=0.1, mass=0.9 takes the steps of SGD(0.1, momentum=0.9)
# elsewhere: v ← 0.9 v - 0.1 g, w ← w + v.
# Instead: the gradient enters with the weight 1 - mass, so that each step is a tenth as long; a rate from Keras or a
# paper has to be multiplied by 10 (and by 100 for mass=0.99). Its rmsprop begins with a mean square of 1, where others
# begin with 0: for gradients of 0.01 its first step is a 300th of theirs.
# Seen with autograd 1.9.1, Optax 0.2.8; neither is in the docstrings.
# Concerns: notebooks on networks in plain NumPy that take autograd (HIPS) for the gradients.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    autograd==1.9.1 optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import jax.numpy as jnp
import numpy as np
import optax
from autograd.misc import optimizers

GRADIENTS = np.array([0.01, 0.02, -0.01, 0.03, 0.01])


def of_autograd(rule, **kwargs):
    """Weight after 1 to 5 steps from 0."""
    return np.array([
        rule(lambda w, i: GRADIENTS[i : i + 1], np.zeros(1), num_iters=n, step_size=0.1, **kwargs)[0]
        for n in range(1, 6)
    ])


def of_optax(rule):
    w, path = jnp.zeros(1), []
    state = rule.init(w)
    for gradient in GRADIENTS:
        updates, state = rule.update(jnp.array([gradient], w.dtype), state, w)
        w = optax.apply_updates(w, updates)
        path.append(float(w[0]))
    return np.array(path)


for name, ours, theirs in (
    ("sgd", of_autograd(optimizers.sgd, mass=0.9), of_optax(optax.sgd(0.1, 0.9))),
    ("rmsprop", of_autograd(optimizers.rmsprop, gamma=0.9), of_optax(optax.rmsprop(0.1, decay=0.9))),
    ("adam", of_autograd(optimizers.adam), of_optax(optax.adam(0.1))),
):
    print(f"{name}: autograd {ours}, Optax {theirs}, ratio {theirs / ours}")
    if name == "sgd":
        assert np.allclose(theirs / ours, 10, rtol=1e-4)
    elif name == "rmsprop":
        assert 250 < theirs[0] / ours[0] < 350
    else:
        assert np.allclose(theirs, ours, rtol=1e-3)
print("as expected: Adam is the same, SGD a tenth, RMSprop begins with tiny steps")
EOF
