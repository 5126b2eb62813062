"""How close training comes to its matrix products: an epoch of ``fit`` beside the products alone, in one run.

The products of a batch of 512 images in 784-512-512-10 are X·W of every layer, Xᵀ·δ for the gradient of its weights,
and δ·Wᵀ for the layer below, which the first layer does not need: 160 GFLOP for 50,000 images. Made-up images do:
neither time depends on what they show.
"""

import itertools
import time

import numpy as np

N_IMAGES, BATCH_SIZE, SIZES = 50_000, 512, (784, 512, 512, 10)
EPOCHS, REPEATS, REACH = 8, 5, 1.4


def run(n_images=N_IMAGES, epochs=EPOCHS):
    """Return the row of `make bench`: the training part of an epoch, its matrix products, and their ratio.

    The epochs after the first count, by their median, and so do the products, timed before and after the training.
    """
    products = _products(n_images)
    _times(products, 1)  # the first run traces
    before = _times(products, REPEATS)
    epoch = float(np.median(_epochs(n_images, epochs)[1:]))
    alone = float(np.median(before + _times(products, REPEATS)))
    return [
        {
            "what": f"train 784-512-512-10, one epoch of {n_images:,} images at batch {BATCH_SIZE}",
            "ours": f"{epoch:.2f} s",
            "other": f"its matrix products alone {alone:.2f} s",
            "ratio": f"{epoch / alone:.2f}",
            "reach": f"at most {REACH}",
        }
    ]


def _epochs(n_images, epochs):
    """The seconds that the training part of each epoch takes in a fit as `fit_seeds` does it."""
    import keras

    from lecture.models import mlp
    from lecture.training import batches, in_blocks

    class Clock(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.seconds = []

        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            self.end = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            self.seconds.append(self.end - self.start)

    rng = np.random.default_rng(0)
    X = rng.random((n_images, SIZES[0]), dtype=np.float32)
    y = np.eye(SIZES[-1], dtype=np.float32)[rng.integers(SIZES[-1], size=n_images)]
    clock = Clock()
    network = mlp(512, 512, seed=0)
    with in_blocks(network):
        network.fit(batches(X, y, BATCH_SIZE), epochs=epochs, shuffle=False, verbose=0, callbacks=[clock])
    return clock.seconds


def _products(n_images):
    """A function that computes all matrix products of one epoch, and returns when they are done."""
    import tensorflow as tf

    rng = np.random.default_rng(0)

    def draw(*shape):
        return tf.constant(rng.standard_normal(shape, dtype=np.float32))

    def of(n):
        """The inputs X and the gradients δ of every layer, for a batch of n."""
        return [draw(n, size) for size in SIZES[:-1]], [draw(n, size) for size in SIZES[1:]]

    weights = [draw(n_in, n_out) for n_in, n_out in itertools.pairwise(SIZES)]

    @tf.function
    def batch(inputs, deltas):
        forward = [X @ W for X, W in zip(inputs, weights)]
        gradients = [tf.matmul(X, delta, transpose_a=True) for X, delta in zip(inputs, deltas)]
        below = [tf.matmul(delta, W, transpose_b=True) for delta, W in zip(deltas[1:], weights[1:])]
        return forward, gradients, below

    full, rest = of(BATCH_SIZE), of(n_images % BATCH_SIZE)

    def epoch():
        for _ in range(n_images // BATCH_SIZE):
            last = batch(*full)
        last = batch(*rest) if n_images % BATCH_SIZE else last
        last[0][0].numpy()

    return epoch


def _times(function, repeats):
    """The seconds of each of some calls."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return seconds
