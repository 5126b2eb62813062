"""Replicas with batch norm on made-up images, all in the same mini-batches, beside Keras and the products alone.

The product of the images with the first kernels is most of a step, and is the same for everybody, so there are no large
factors to be had. 9 penalties and 5 seeds are 45 networks; all sides take batches of 100, plain SGD and float32.
"""

import time

import keras
import numpy as np

from lecture import replicas
from lecture.models import mlp

N_IMAGES, BATCH_SIZE, STEPS, ROUNDS = 6400, 100, 64, 3
SEEDS, PENALTIES = 5, np.logspace(-5, -1, 9)
NETS = {(50, 50): 2.2, (50, 30, 20, 20, 10, 10, 10, 10): 3.0}  # hidden layers: how much faster than Keras to be
NEAR = 1.35  # of the products alone


def run(n_images=N_IMAGES, rounds=ROUNDS):
    """Return the rows of `make bench`, each time the fastest of some rounds."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_images, 3072), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=n_images)]
    return [row for hidden, reach in NETS.items() for row in _rows(hidden, reach, (X, y), rounds)]


def _rows(hidden, reach, data, rounds):
    """The rows of one network: a step beside Keras' fit, and beside the first layer's two products."""
    l2 = np.repeat(PENALTIES, SEEDS)
    model, products = _model(hidden), _products(hidden[0], data[0], len(l2))
    times = []
    for _ in range(rounds + 1):
        start, whole = (_timed(_ours, hidden, data, l2, steps) for steps in (1, 1 + STEPS))
        n = STEPS * BATCH_SIZE
        theirs = _timed(model.fit, data[0][:n], data[1][:n], batch_size=BATCH_SIZE, verbose=0) / STEPS
        alone = min(_timed(products) for _ in range(STEPS)) / len(l2)
        times.append((start, whole, theirs, alone))
    start, whole, theirs, alone = 1000 * np.min(times[1:], axis=0)  # the first round compiles
    ours = (whole - start) / STEPS / len(l2)  # without what is set up and measured
    sizes = "-".join(map(str, (3072, *hidden, 10)))
    what = f"{len(l2)} replicas of {sizes} with batch norm, same batches of {BATCH_SIZE}: a step and network"
    return [
        _row(
            what,
            ours,
            theirs,
            "Keras' fit, 16 steps a call",
            ratio=f"{theirs / ours:.1f}",
            reach=f"{reach} times faster",
        ),
        _row(
            f"the same, {sizes}",
            ours,
            alone,
            "the first layer's products alone",
            ratio=f"{ours / alone:.2f} of them",
            reach=f"at most {NEAR}",
        ),
    ]


def _row(what, ours, other, who, *, ratio, reach):
    return {
        "what": what,
        "ours": f"{ours:.2f} ms",
        "other": f"{other:.2f} ms ({who})",
        "ratio": ratio,
        "reach": reach,
    }


def _timed(job, *arguments, **settings):
    """The seconds that a job takes."""
    start = time.perf_counter()
    job(*arguments, **settings)
    return time.perf_counter() - start


def _ours(hidden, data, l2, steps):
    """Train the replicas; they are measured in the end."""
    replicas.train(
        hidden,
        *data,
        steps=steps,
        seeds=len(l2),
        batch_size=BATCH_SIZE,
        same_batches=True,
        activation="relu",
        optimizer="sgd",
        learning_rate=0.01,
        initializer="he_normal",
        batch_norm=(0.9, 1e-5),
        l2=l2,
        penalized="all",
        record=[],
        show=False,
    )


def _model(hidden):
    """The network in Keras."""
    sgd = keras.optimizers.SGD(0.01)
    model = mlp(*hidden, n_inputs=3072, batch_norm=True, l2=0.005, optimizer=sgd, seed=0)
    model.compile(sgd, model.loss, metrics=["accuracy"], steps_per_execution=16)
    return model


def _products(n_units, X, n_replicas):
    """A function that takes the two products of the first layer in a step of all replicas: a W, and ∂L/∂W."""
    a = X[:BATCH_SIZE]
    kernels = np.full((3072, n_replicas * n_units), 0.01, dtype=np.float32)
    return lambda: a.T @ (a @ kernels)
