"""The net in NumPy beside Keras: a step of ``fit`` on 3072 pixels, in turn, on the same made-up images.

Both sides take the same sizes, batches of 100, an L2 penalty, and plain SGD. Most of a step is the product of the
images with the first layer's weights, which is the same for everybody; so there are no large factors to be had.
"""

import time

import numpy as np

N_IMAGES, BATCH_SIZE, ROUNDS = 10_000, 100, 5
NETS = {  # hidden layers: how much faster than Keras to be
    (50, 50): 1.3,
    (50, 30, 20, 20, 10, 10, 10, 10): 1.0,
}


def run(n_images=N_IMAGES, rounds=ROUNDS):
    """Return the rows of `make bench`: a step of both sides, the fastest of some epochs each."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_images, 3072), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=n_images)]
    return [_row(hidden, batch_norm, reach, (X, y, rounds)) for hidden, reach in NETS.items() for batch_norm in (0, 1)]


def _row(hidden, batch_norm, reach, data):
    """The row of one net."""
    X, y, rounds = data
    ours, theirs = _ours(hidden, batch_norm, X, y), _theirs(hidden, batch_norm, X, y)
    seconds = np.array([(_timed(ours), _timed(theirs)) for _ in range(rounds + 1)])[1:]  # the first round compiles
    step, keras_step = seconds.min(axis=0) / (len(X) / BATCH_SIZE)
    sizes = "-".join(map(str, (3072, *hidden, 10)))
    return {
        "what": f"NumPy fit, {sizes}{' with batch norm' * batch_norm}, batch {BATCH_SIZE}: a step",
        "ours": f"{1000 * step:.2f} ms",
        "other": f"{1000 * keras_step:.2f} ms (Keras' fit)",
        "ratio": f"{keras_step / step:.1f}",
        "reach": f"{reach} times faster" if reach > 1 else "no slower",
    }


def _timed(epoch):
    """The seconds that an epoch takes."""
    start = time.perf_counter()
    epoch()
    return time.perf_counter() - start


def _ours(hidden, batch_norm, X, y):
    """A function that trains our net for an epoch."""
    from lecture.from_scratch import dense_net, fit

    settings = {"activation": "relu", "output": "softmax", "initializer": "he_normal", "l2": 0.005}
    net = dense_net([X.shape[1], *hidden, 10], batch_norm=bool(batch_norm), **settings)
    return lambda: fit(net, X, y, learning_rate=0.01, epochs=1, batch_size=BATCH_SIZE)


def _theirs(hidden, batch_norm, X, y):
    """The same in Keras."""
    import keras

    from lecture.models import mlp

    sgd = keras.optimizers.SGD(0.01)
    model = mlp(*hidden, n_inputs=X.shape[1], batch_norm=bool(batch_norm), l2=0.005, optimizer=sgd, seed=0)
    return lambda: model.fit(X, y, batch_size=BATCH_SIZE, verbose=0)
