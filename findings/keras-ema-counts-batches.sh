#!/usr/bin/env bash
# Guess: with gradient_accumulation_steps=4 the average of the weights (use_ema=True) goes on once for each move of
# the weights, so that ema_momentum means what it meant without.
# Instead: it goes on with each batch, also with the three between two moves: a momentum of .9 acts as .9 ** 4 = .66,
# and the average is 2.6 moves behind the weights instead of 9 (here .5: .5 instead of 1). ema_momentum ** (1 / 4)
# forgets as slowly as meant.
# Seen with Keras 3.15.1 on JAX; TensorFlow's backend does the same. The documentation says "after each training
# batch".
# Concerns: who accumulates gradients to have a larger batch, and compares averaged weights.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import keras
import numpy as np
from keras import ops


def lag(accumulated, momentum):
    optimizer = keras.optimizers.SGD(
        1.0, use_ema=True, ema_momentum=momentum, gradient_accumulation_steps=accumulated
    )
    weight = keras.Variable(np.zeros(1, "float32"))
    optimizer.build([weight])
    for _ in range(12 * (accumulated or 1)):
        optimizer.apply([ops.ones(1)], [weight])
    assert float(weight[0]) == -12  # twelve moves by -1
    optimizer.finalize_variable_values([weight])  # puts the average in the weights' place, as fit does at its end
    return float(weight[0]) + 12


seen = {"no accumulation": lag(None, 0.5), "4 batches": lag(4, 0.5), "4, and .5 ** .25": lag(4, 0.5**0.25)}
for what, moves in seen.items():
    print(f"{what}: the average is {moves:.2f} moves behind the weights")
assert np.allclose(list(seen.values()), [1, 0.53, 1.68], atol=0.01)
print("as expected")
EOF
