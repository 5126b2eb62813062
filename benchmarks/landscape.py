"""Curvature, slices and recording: beside TensorFlow's own jacobian, Keras' evaluate, and JAX with vmap and hessian."""

import os
import subprocess
import time
import warnings
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from lecture import landscape
from lecture.data import load_fashion_mnist
from lecture.models import mlp
from lecture.replicas import train

N_NETS = 100
N_LOOP = 3  # nets that the loop really takes; the time of the rest is that of these
HIDDEN = ((4, 3), (8, 8), (10, 10))  # 27, 97 and 141 parameters
REACH = (600, 90, 40)
JAX = "JAX_PYTHON"  # an environment variable: the Python of an environment that has JAX
N_IMAGES = 2000
SIDE = 51  # points of a slice along each direction
N_EVALUATED = 30  # of them that Keras evaluates; the time of the rest is that of these
N_ROUNDS = 10  # of trainings with and without a record, in turns


def run() -> list[dict]:
    """Return the rows of the table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about ReLU's kinks
        return [*_hessians(), _largest(), *_slice(), *_recording()]


def points() -> tuple[np.ndarray, np.ndarray]:
    """Half a sine, at 200 points."""
    x = np.linspace(0, 2, 200)[:, None]
    return x, np.sin(np.pi * x / 2)


def _hessians():
    """All Hessians and their eigenvalues, beside a loop over TensorFlow's jacobian, and beside JAX."""
    X, y = points()
    jax, rows = _jax(), []
    for at, (hidden, reach) in enumerate(zip(HIDDEN, REACH)):
        nets = train(hidden, X, y, steps=100, seeds=N_NETS, activation="tanh", output="linear", loss="mse", show=False)
        landscape.spectrum(nets, X, y, loss="mse")
        ours, found = _best(lambda nets=nets: landscape.spectrum(nets, X, y, loss="mse").values)
        theirs, values = _best(lambda nets=nets: _by_jacobian(nets, X, y), times=1)
        apart = np.abs(values - found[:N_LOOP]).max() / np.abs(values).max()
        what = f"{N_NETS} exact Hessians and their eigenvalues, {found.shape[1]} parameters"
        loop = theirs * N_NETS / N_LOOP
        beside = f"{loop:.0f} s (jacobian of gradient, {N_LOOP} timed and scaled; eigenvalues {apart:.0e} apart)"
        rows.append(_row(what, f"{ours:.3f} s", beside, loop / ours, f"{reach} times"))
        if jax:
            rows.append(
                _row(
                    "the same", f"{ours:.3f} s", f"{jax[at]:.3f} s (JAX, vmap of hessian)", jax[at] / ours, "1.3 times"
                )
            )
    return rows


def _by_jacobian(nets, X, y):
    """Eigenvalues of the first nets, one after the other, as one would write it in Keras."""
    found = []
    for at in range(N_LOOP):
        model = keras.Sequential([keras.Input((1,), dtype="float64")])
        for units, activation in zip(nets.net.sizes[1:], (*["tanh"] * (nets.net.n_layers - 1), "linear")):
            model.add(keras.layers.Dense(units, activation, dtype="float64"))
        model.set_weights([array[at] for array in nets.weights])
        variables = [variable.value for variable in model.trainable_variables]
        with tf.GradientTape(persistent=True) as second:
            with tf.GradientTape() as first:
                loss = tf.reduce_mean(tf.square(model(X) - y))
            gradient = tf.concat([tf.reshape(part, [-1]) for part in first.gradient(loss, variables)], 0)
        parts = second.jacobian(gradient, variables)
        found.append(np.linalg.eigvalsh(np.concatenate([part.numpy().reshape(len(gradient), -1) for part in parts], 1)))
    return np.array(found)


def _jax():
    """Seconds of JAX for each size, where there is an environment that has it."""
    python = os.environ.get(JAX)
    if not python:
        return []
    script = str(Path(__file__).parent / "jax" / "landscape.py")
    sizes = ["-".join(map(str, hidden)) for hidden in HIDDEN]
    done = subprocess.run([python, script, str(N_NETS), *sizes], capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def _largest():
    """The largest eigenvalue of the lecture's net, in gradients over the same images."""
    X, y = _images()
    model = mlp(512, 512, optimizer="adam", seed=0)
    model.fit(X, y, epochs=3, batch_size=128, verbose=0)
    inputs, truth = tf.constant(X), tf.constant(y)

    @tf.function(autograph=False)
    def gradient():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(keras.losses.categorical_crossentropy(truth, model(inputs, training=False)))
        return tape.gradient(loss, [variable.value for variable in model.trainable_variables])

    def thirty():
        for _ in range(30):
            gradient()

    landscape.spectrum(model, X, y, k=1)
    thirty()
    ours, found = _best(lambda: landscape.spectrum(model, X, y, k=1))
    theirs, _ = _best(thirty)
    what = f"largest eigenvalue of 784-512-512-10 ({model.count_params()} parameters), {len(X)} images"
    said = f"{ours:.2f} s ({found.n_products} products: {found.values[-1]:.4g} ± {found.errors[-1]:.1g})"
    return _row(what, said, f"{theirs:.2f} s (30 gradients)", theirs / ours, "no slower")


def _slice():
    """A slice of the loss, beside setting weights and evaluating."""
    X, y = (values[:N_IMAGES] for values in _images())
    model = mlp(8, 200, optimizer="adam", seed=0)
    model.fit(X, y, epochs=3, batch_size=100, verbose=0)
    here = landscape.vector(model)
    landscape.slice_2d(model, X, y, n=SIDE)
    ours, found = _best(lambda: landscape.slice_2d(model, X, y, n=SIDE))
    chosen = np.random.default_rng(0).integers(SIDE, size=(N_EVALUATED, 2))

    def evaluated():
        losses = []
        for row, column in chosen:
            steps = np.array([found.a[column], found.b[row]], here.dtype)
            landscape.assign(model, here + steps @ found.directions.astype(here.dtype))
            losses.append(model.evaluate(X, y, batch_size=len(X), verbose=0)[0])
        return np.array(losses)

    model.evaluate(X, y, batch_size=len(X), verbose=0)
    theirs, losses = _best(evaluated)
    landscape.assign(model, here)
    loop = theirs * SIDE**2 / N_EVALUATED
    apart = np.abs(losses / found.loss[tuple(chosen.T)] - 1).max()
    what = f"a slice of {SIDE} × {SIDE} points, 784-8-200-10, {N_IMAGES} images"
    beside = f"{loop:.0f} s (set weights and evaluate, {N_EVALUATED} timed and scaled)"
    same = {"what": "the same: how far apart, relatively", "ours": f"{apart:.0e}", "other": "0", "ratio": "–"}
    return [_row(what, f"{ours:.2f} s", beside, loop / ours, "60 times"), same | {"reach": "float32's rounding"}]


def _recording():
    """What it costs to record in every step: of the MNIST experiment's net with convolutions, and of a large net."""
    X, y = _images()
    norm, weights = landscape.GradientNorm, lambda: landscape.Trajectory(every=1)
    large, small = mlp(512, 512, optimizer="adam", seed=0), _with_convolutions()
    images = X.reshape(-1, 28, 28, 1)
    cases = (
        ("gradient norm, 784-512-512-10", (large, X, y, 512), [norm], "at most 2%"),
        (
            "gradient norm and weights, two convolutions",
            (small, images, y, 100),
            [norm, weights],
            "at most 2%",
        ),
        ("gradient norm and weights, 784-512-512-10", (large, X, y, 512), [norm, weights], "–"),
    )
    return [_recorded(*case) for case in cases]


def _recorded(what, training, recorders, reach):
    """CPU seconds of an epoch with and without, in turns."""
    model, X, y, batch_size = training
    times = {False: [], True: []}
    for _ in range(N_ROUNDS):
        for is_recorded in times:
            clock = _Clock()
            callbacks = [*(make() for make in recorders if is_recorded), clock]
            model.fit(X, y, epochs=3, batch_size=batch_size, verbose=0, callbacks=callbacks)
            times[is_recorded] += clock.seconds[1:]  # the first compiles
    with_it, without = min(times[True]), min(times[False])
    return {
        "what": f"{what} ({model.count_params()} parameters), recorded in every step: an epoch, CPU",
        "ours": f"{with_it:.3f} s",
        "other": f"{without:.3f} s (nothing recorded)",
        "ratio": f"{with_it / without - 1:+.1%}",
        "reach": reach,
    }


def _with_convolutions():
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(6, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(16, "relu"),
            layers.Dense(10, "softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


class _Clock(keras.callbacks.Callback):
    """CPU seconds of each epoch."""

    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.process_time() - self.began)


def _images():
    images = load_fashion_mnist(source="sample")
    return images.X_train[:5000].astype(np.float32), images.y_train[:5000].astype(np.float32)


def _best(job, times=3):
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        found = job()
        seconds.append(time.perf_counter() - start)
    return min(seconds), found


def _row(what, ours, other, ratio, reach):
    said = f"{ratio:.0f}" if ratio > 10 else f"{ratio:.2f}"
    return {"what": what, "ours": ours, "other": other, "ratio": said, "reach": reach}
