#!/usr/bin/env bash
# Guess: an optimizer of the same name and the same numbers takes the same steps in Keras and in Optax.
# Instead: true of SGD with Nesterov momentum, Adam, RMSprop, Adagrad, Adadelta, Adamax, Lamb and Adafactor, not of
# Nadam (Keras has a schedule for the momentum, .96 ** (t/250) / 2, and its first steps are about half as long) nor of
# AMSGrad (Optax takes the maximum after the bias correction, Keras before it, so that Keras' begins as plain Adam).
# Seen with Keras 3.15.1, Optax 0.2.8.
# Concerns: who ports a training, or checks optimizers of his own against "the" Nadam.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import jax.numpy as jnp
import keras
import numpy as np
import optax

GRADIENTS = np.array([[1.0, -2.0], [0.5, 0.1], [-1.0, 3.0], [0.2, 0.2]], "float32")


def of_keras(optimizer):
    weights = keras.Variable(np.ones(2, "float32"))
    optimizer.build([weights])
    for gradient in GRADIENTS:
        optimizer.apply([jnp.array(gradient)], [weights])
    return np.asarray(weights.value)


def of_optax(rule):
    weights = jnp.ones(2)
    state = rule.init(weights)
    for gradient in GRADIENTS:
        updates, state = rule.update(jnp.array(gradient), state, weights)
        weights = optax.apply_updates(weights, updates)
    return np.asarray(weights)


k = keras.optimizers
pairs = {
    "Nesterov": (k.SGD(0.1, momentum=0.9, nesterov=True), optax.sgd(0.1, 0.9, True)),
    "Adam": (k.Adam(0.1), optax.adam(0.1, eps=1e-7)),
    "RMSprop": (k.RMSprop(0.1), optax.rmsprop(0.1, decay=0.9, eps=1e-7)),
    "Adagrad": (k.Adagrad(0.1), optax.adagrad(0.1, eps=1e-7)),
    "Adadelta": (k.Adadelta(1.0), optax.adadelta(1.0, rho=0.95, eps=1e-7)),
    "Adamax": (k.Adamax(0.1), optax.adamax(0.1, eps=1e-7)),
    "Lamb": (k.Lamb(0.1), optax.lamb(0.1, eps=1e-7)),
    "Adafactor": (k.Adafactor(0.1), optax.adafactor(0.1)),
    "Nadam": (k.Nadam(0.1), optax.nadam(0.1, eps=1e-7)),
    "AMSGrad": (k.Adam(0.1, amsgrad=True), optax.amsgrad(0.1, eps=1e-7)),
}
for name, (theirs, other) in pairs.items():
    a, b = of_keras(theirs), of_optax(other)
    print(f"{name}: Keras {a}, Optax {b}")
    assert np.allclose(a, b, atol=1e-4) == (name not in ("Nadam", "AMSGrad"))
print("as expected: all but two are the same")
EOF
