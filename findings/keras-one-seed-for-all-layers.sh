#!/usr/bin/env bash
# Guess: seed=1 in each layer makes a network reproducible; what one layer draws has nothing to do with what the next
# one draws.
# Instead: layers of the same seed draw the same numbers. Two Dropout layers drop the same units; RandomBrightness and
# RandomContrast have a correlation of 1 (the brighter an image, the more contrast), so that an augmentation in two
# directions is one on a line; and one GlorotUniform(seed=1), handed to MultiHeadAttention or Bidirectional, makes equal
# matrices of queries, keys and values, and of both directions. keras.utils.set_random_seed(1) and no seed in the layers
# is reproducible and has none of this.
# Seen with Keras 3.15.1 on JAX. That an initializer gives the same numbers each time is documented.
# Concerns: notebooks that write seed=42 wherever there is a seed; dropout before and behind a layer, augmentation.
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
from keras import layers


def correlation(*seeds):
    """That of how much brighter images become and of how much contrast they get, where one is followed by the other."""
    brighter = layers.RandomBrightness(0.3, value_range=(0, 1), seed=seeds[0])
    contrast = layers.RandomContrast(0.3, value_range=(0, 1), seed=seeds[1])
    images = np.full((500, 2, 2, 1), 0.5, "float32")
    images[:, 0] = 0.6  # a bright and a dark half
    shift = np.asarray(brighter(np.full_like(images, 0.5), training=True))[:, 0, 0, 0] - 0.5
    halves = np.asarray(contrast(images, training=True))
    return np.corrcoef(shift, halves[:, 0, 0, 0] - halves[:, 1, 0, 0])[0, 1]


def equal_masks(*seeds):
    """The share of units that two dropout layers treat alike."""
    first, second = (np.asarray(layers.Dropout(0.5, seed=s)(np.ones((100, 100)), training=True)) for s in seeds)
    return np.mean(first == second)


print(f"brightness and contrast: correlation {correlation(1, 1):.2f}, with other seeds {correlation(1, 2):.2f}")
print(f"two dropout layers: {equal_masks(1, 1):.0%} of the units alike, with other seeds {equal_masks(1, 2):.0%}")
assert correlation(1, 1) > 0.999 and abs(correlation(1, 2)) < 0.3
assert equal_masks(1, 1) == 1 and equal_masks(1, 2) < 0.6

for seed in (1, None):
    start = keras.initializers.GlorotUniform(seed=seed)
    attention = layers.MultiHeadAttention(2, 4, kernel_initializer=start)
    attention.build((1, 5, 8), (1, 5, 8))
    query, key, value = (np.asarray(attention.weights[i]) for i in (0, 2, 4))  # between them the biases
    alike = np.array_equal(query, key) and np.array_equal(key, value)
    recurrent = layers.Bidirectional(layers.LSTM(3, kernel_initializer=start))
    recurrent.build((1, 5, 8))
    forward, backward = (np.asarray(way.cell.kernel) for way in (recurrent.forward_layer, recurrent.backward_layer))
    print(f"initializer's seed {seed}: queries, keys, values alike: {alike};", end=" ")
    print("both directions alike:", np.array_equal(forward, backward))
    assert alike or seed is None
    assert np.array_equal(forward, backward) == alike
print("as expected: one seed, one set of numbers")
EOF
