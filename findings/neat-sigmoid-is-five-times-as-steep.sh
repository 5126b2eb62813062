#!/usr/bin/env bash
# Guess: the activation functions of neat-python called "sigmoid", "tanh" and "softplus" are those of every textbook.
# Instead: sigmoid is that of 5 z, tanh that of 2.5 z, softplus that of 5 z divided by 5, "gauss" is exp(-5 z²), and
# "sin" the sine of 5 z. relu, elu and selu are as elsewhere; the leaky "lelu" has the slope 0.005.
# Seen with neat-python 2.0.0.
# Concerns: evolved networks that are drawn, explained or run in another library: multiply weights and biases by 5.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    neat-python==2.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import neat.activations as activations
import numpy as np

z = np.linspace(-1, 1, 9)
TEXTBOOK = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "softplus": lambda z: np.log1p(np.exp(z)),
    "gauss": lambda z: np.exp(-(z**2)),
    "sin": np.sin,
    "relu": lambda z: np.maximum(z, 0),
    "elu": lambda z: np.where(z > 0, z, np.expm1(z)),
    "selu": lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(z)),
}
STEEPER = {
    "sigmoid": lambda z: TEXTBOOK["sigmoid"](5 * z),
    "tanh": lambda z: np.tanh(2.5 * z),
    "softplus": lambda z: TEXTBOOK["softplus"](5 * z) / 5,
    "gauss": lambda z: np.exp(-5 * z**2),
    "sin": lambda z: np.sin(5 * z),
}
for name, expected in TEXTBOOK.items():
    values = np.array([getattr(activations, f"{name}_activation")(float(x)) for x in z])
    print(f"{name}(1): neat-python {values[-1]:.4f}, textbook {expected(1.0):.4f}")
    assert np.allclose(values, STEEPER.get(name, expected)(z), atol=1e-6)
    assert np.allclose(values, expected(z), atol=1e-6) == (name not in STEEPER)
print("as expected: five are steeper")
EOF
