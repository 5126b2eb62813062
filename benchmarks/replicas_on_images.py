"""Replicas with batch norm on made-up images, all in the same mini-batches, beside Keras and the products alone.

The product of the images with the first kernels is most of a step, and is the same for everybody, so there are no large
factors to be had. 9 penalties and 5 seeds are 45 networks; all sides take batches of 100, plain SGD and float32.
"""

import subprocess
import sys
import time

import keras
import numpy as np

from lecture import replicas
from lecture.experiments.deep_nets import DeepNet, accuracy, trained
from lecture.experiments.standard_images import N_COMPONENTS, standard_images
from lecture.models import mlp

N_IMAGES, BATCH_SIZE, STEPS, ROUNDS = 6400, 100, 64, 3
SEEDS, PENALTIES = 5, np.logspace(-5, -1, 9)
NETS = {(50, 50): 2.2, (50, 30, 20, 20, 10, 10, 10, 10): 3.0}  # hidden layers: how much faster than Keras to be
NEAR = 1.35  # of the products alone
MOST = 2.5  # GB
PEAK = """
import resource, sys
import numpy as np
from benchmarks import replicas_on_images
replicas_on_images.train_all(*map(int, sys.argv[1:]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9)
"""


def run(n_images=N_IMAGES, rounds=ROUNDS):
    """Return the rows of `make bench`, each time the fastest of some rounds."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_images, 3072), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=n_images)]
    rows = [row for hidden, reach in NETS.items() for row in _rows(hidden, reach, (X, y), rounds)]
    return [*rows, *_on_components(X, y, rounds), _memory()]


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
            reach=f"at most {NEAR}" if hidden == next(iter(NETS)) else "–",
        ),
    ]


def _on_components(X, y, rounds):
    """The rows of the same networks on fewer inputs: a dense network does not see how its inputs are turned."""
    (hidden, *_), l2, n = NETS, np.repeat(PENALTIES, SEEDS), STEPS * BATCH_SIZE
    model, turned, times = _model(hidden), np.ascontiguousarray(X[:, :N_COMPONENTS]), []
    for _ in range(rounds + 1):
        start, whole = (_timed(_ours, hidden, (turned, y), l2, steps) for steps in (1, 1 + STEPS))
        times.append((start, whole, _timed(model.fit, X[:n], y[:n], batch_size=BATCH_SIZE, verbose=0) / STEPS))
    start, whole, theirs = 1000 * np.min(times[1:], axis=0)
    ours = (whole - start) / STEPS / len(l2)
    what = f"the same on {N_COMPONENTS} principal components"
    who, ratio, reach = "Keras' fit on the pixels, 16 steps a call", f"{theirs / ours:.1f}", "5 times faster"
    return [_row(what, ours, theirs, who, ratio=ratio, reach=reach), _accuracies()]


def _accuracies():
    """The row of what is learnt from components and from pixels: real images, 900 steps up to the rate .1 and down."""
    found = []
    for n_components in (N_COMPONENTS, None):
        images = standard_images(n_components)
        nets = trained({"": DeepNet()}, images, half_cycle=450, n_cycles=1, seeds=range(SEEDS), show=False)
        found.append(accuracy(nets[""], images.X_test, images.y_test))
    on_components, on_pixels = found
    spread = max(each.std(ddof=1) for each in found)
    return {
        "what": f"accuracy on {N_COMPONENTS} components of {images.name}, 3 layers, 900 steps, {SEEDS} seeds",
        "ours": f"{on_components.mean():.3f}",
        "other": f"{on_pixels.mean():.3f} (on the pixels)",
        "ratio": f"{on_components.mean() - on_pixels.mean():+.3f}",
        "reach": f"within the seeds' spread, {spread:.3f}",
    }


def train_all(n_images, steps):
    """Train the 45 networks on many images."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_images, 3072), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=n_images)]
    _ours(next(iter(NETS)), (X, y), np.repeat(PENALTIES, SEEDS), steps)


def _memory(n_images=45_000):
    """The row of the memory that a process takes, the images and TensorFlow included."""
    command = [sys.executable, "-c", PEAK, str(n_images), "16"]
    peak = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {
        "what": f"memory: {SEEDS * len(PENALTIES)} such networks on {n_images:,} images",
        "ours": f"{peak:.2f} GB",
        "other": f"{n_images * 3072 * 4 / 1e9:.2f} GB (the images alone)",
        "ratio": "–",
        "reach": f"at most {MOST} GB",
    }


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
