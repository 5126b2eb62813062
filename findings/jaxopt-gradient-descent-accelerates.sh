#!/usr/bin/env bash
# Guess: jaxopt.GradientDescent(f, stepsize=0.05) takes the steps x - 0.05 * gradient.
# Instead: it carries momentum: only the first two steps are those of gradient descent, then it is ahead and overshoots.
# acceleration=False gives gradient descent.
# Seen with JAXopt 0.8.5, JAX 0.10.2; the parameter is documented, and true from the start.
# Concerns: figures of "plain" gradient descent, of its zigzag and of its rate of convergence.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    jaxopt==0.8.5 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import warnings

import numpy as np

warnings.simplefilter("ignore")  # JAXopt says that it is no longer maintained
import jax.numpy as jnp
import jaxopt

CURVATURE = np.array([1.0, 10.0])


def f(x):
    return jnp.sum(CURVATURE * x**2) / 2


def path(**kwargs):
    """Points (7, 2) from (1, 1) on."""
    solver = jaxopt.GradientDescent(f, stepsize=0.05, maxiter=100, tol=0.0, **kwargs)
    x = jnp.ones(2)
    state, points = solver.init_state(x), [x]
    for _ in range(6):
        x, state = solver.update(x, state)
        points.append(x)
    return np.asarray(points)


by_hand = np.array([(1 - 0.05 * CURVATURE) ** t for t in range(7)])
by_default, plain = path(), path(acceleration=False)
for t in range(7):
    print(f"step {t}: by hand {by_hand[t]}, by default {by_default[t]}, acceleration=False {plain[t]}")
assert np.allclose(plain, by_hand, atol=1e-5)
assert np.allclose(by_default[:3], by_hand[:3], atol=1e-5)
assert (np.abs(by_default - by_hand)[3:].max(1) > 0.01).all() and by_default[5:, 1].min() < 0
print("as expected: gradient descent for two steps")
EOF
