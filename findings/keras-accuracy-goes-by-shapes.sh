#!/usr/bin/env bash
# Guess: metrics=["accuracy"] fits the loss: with BinaryCrossentropy(from_logits=True) a logit above 0 is class 1, and
# with binary_crossentropy on several labels a row it is the share of labels that are right.
# Instead: "accuracy" looks at shapes, never at the loss. Logits are compared with .5, so that logits of .3, all of them
# right, are wrong; and of several labels a row only the largest output is compared with the first label. A perfect
# classifier has an accuracy of .5 in both cases here.
# Seen with Keras 3.15.1 on JAX. BinaryAccuracy(threshold=0) for logits, "binary_accuracy" for several labels. The
# documentation says that shapes decide.
# Concerns: multi-label classifiers, and who moves the sigmoid from the last layer into the loss.
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


def accuracy(outputs, labels, loss, metric):
    model = keras.Sequential([keras.Input((outputs.shape[1],)), keras.layers.Activation("linear")])
    model.compile(loss=loss, metrics=[metric])
    return model.evaluate(outputs, labels, verbose=0, return_dict=True)


from_logits = keras.losses.BinaryCrossentropy(from_logits=True)
logits, classes = np.array([[0.3], [0.3], [-0.3], [-0.3]]), np.array([[1], [1], [0], [0]])
by_name = accuracy(logits, classes, from_logits, "accuracy")["accuracy"]
at_zero = accuracy(logits, classes, from_logits, keras.metrics.BinaryAccuracy(threshold=0))["binary_accuracy"]
print(f"logits, all on the right side of 0: 'accuracy' {by_name}, with the threshold 0 {at_zero}")
assert (by_name, at_zero) == (0.5, 1)

outputs, labels = np.array([[0.9, 0.8, 0.1], [0.8, 0.9, 0.1]]), np.array([[1, 1, 0], [1, 1, 0]])
by_name = accuracy(outputs, labels, "binary_crossentropy", "accuracy")["accuracy"]
of_labels = accuracy(outputs, labels, "binary_crossentropy", "binary_accuracy")["binary_accuracy"]
print(f"two labels a row, all of them right: 'accuracy' {by_name}, 'binary_accuracy' {of_labels}")
assert (by_name, of_labels) == (0.5, 1)
print("as expected")
EOF
