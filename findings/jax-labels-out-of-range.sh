#!/usr/bin/env bash
# Guess: a label 10 where there are classes 0 to 9, or a label -1, stops the training with an error, as on TensorFlow.
# Instead: on JAX, Keras' sparse_categorical_crossentropy gives each such row the loss 0 and no gradient: labels of 1
# to 10 train nine classes, and the mean loss is too *small*. In Optax the label 10 gives NaN, and -1 counts as the
# last class.
# Seen with Keras 3.15.1, JAX 0.10.2, Optax 0.2.8. (Keras has an open issue about PyTorch on Apple's graphics
# processors, not about JAX.)
# Concerns: labels that start at 1, "unlabelled" as -1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 optax==0.2.8
cd "$work"
KERAS_HOME="$work" KERAS_BACKEND=jax "$work/venv/bin/python" - <<'EOF'
import jax.numpy as jnp
import keras
import numpy as np
import optax

p = np.full((3, 4), 0.25, "float32")
labels = np.array([0, 4, -1])
probabilities = np.asarray(keras.losses.sparse_categorical_crossentropy(labels, p))
logits = np.asarray(keras.losses.sparse_categorical_crossentropy(labels, p, from_logits=True))
steps = np.array([[1.0, 2.0, 3.0, 4.0]] * 3)
by_optax = np.asarray(optax.softmax_cross_entropy_with_integer_labels(jnp.array(steps), jnp.array(labels)))
last = np.log(np.exp(steps[0]).sum()) - 4.0
print("labels", labels, "of four classes")
print("Keras, probabilities:", probabilities, "logits:", logits)
print("Optax:", by_optax, f"where the loss of the last class is {last:.3f}")
assert np.allclose(probabilities, [np.log(4), 0, 0], atol=1e-4) and np.allclose(logits, [np.log(4), 0, 0], atol=1e-4)
assert np.isnan(by_optax[1]) and abs(by_optax[2] - last) < 1e-4
print("as expected")
EOF
