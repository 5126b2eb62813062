#!/usr/bin/env bash
# Guess: the gradient of a product of 0, 2 and 3 is [6, 0, 0]; each library for gradients says so.
# Instead: autograd gives [nan, 0, 0]: it divides the product by each factor. NumPy warns of 0 / 0; with
# np.errstate(invalid="ignore") nothing does. A product written out, x[0] * x[1] * x[2], is right.
# Seen with autograd 1.9.1. JAX 0.10.2 is right.
# Concerns: likelihoods and gates written as np.prod: one ReLU at 0 among the factors, and the weights are NaN.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    autograd==1.9.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import autograd
import autograd.numpy as anp
import jax
import jax.numpy as jnp
import numpy as np

factors = np.array([0.0, 2.0, 3.0])
with np.errstate(invalid="ignore"):
    whole = autograd.grad(anp.prod)(factors)
written_out = autograd.grad(lambda x: x[0] * x[1] * x[2])(factors)
by_jax = np.asarray(jax.grad(jnp.prod)(jnp.array(factors)))
no_zero = autograd.grad(anp.prod)(factors + 1)
print("np.prod, autograd:", whole, "written out:", written_out, "JAX:", by_jax)
print("of 1, 3 and 4:", no_zero)
assert np.isnan(whole[0]) and (whole[1:] == 0).all()
assert (written_out == [6, 0, 0]).all() and (by_jax == [6, 0, 0]).all() and np.allclose(no_zero, [12, 4, 3])
print("as expected: no number at the zero")
EOF
