"""Many small networks trained at once, beside a loop of Keras fits, one compiled loop for each, and JAX."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from lecture.replicas import train
from lecture.shuffling import epoch_order
from lecture.words import counted

N_LOOP = 2  # networks that are really trained one after the other; the others are taken to need as long
JAX = "JAX_PYTHON"  # environment variable with the Python of an environment that has JAX


@dataclass(frozen=True)
class Task:
    """What an experiment trains, as the original lecture does.

    Attributes
    ----------
    name : str
    sizes : tuple of int
    n, steps : int
        Examples, and update steps.
    timed : int
        Steps for which Keras is timed; the others are taken to need as long.
    batch_size : int or None
    loss, output : str
    l2 : float
        Strength of the penalty on all kernels.
    activation : str
        Activation of the hidden layers.
    n_seeds : int
        Number of networks.
    reach : int
        How many times faster than the loop of fits to be.
    """

    name: str
    sizes: tuple
    n: int
    steps: int
    timed: int
    batch_size: int
    loss: str
    output: str
    l2: float = 0.0
    activation: str = "sigmoid"
    n_seeds: int = 100
    reach: int = 1000

    def data(self):
        """Return the examples."""
        rng = np.random.default_rng(0)
        X = rng.normal(size=(self.n, self.sizes[0])).astype(np.float32)
        y = np.sin(3 * X[:, :1]) if self.sizes[-1] == 1 else np.eye(self.sizes[-1])[(X[:, 0] > 0).astype(int)]
        return X, y.astype(np.float32)

    def train(self, seeds):
        """Return the replicas of some seeds."""
        X, y = self.data()
        return train(
            self.sizes[1:-1],
            X,
            y,
            steps=self.steps,
            seeds=seeds,
            batch_size=self.batch_size,
            activation=self.activation,
            output=self.output,
            loss=self.loss,
            l2=self.l2,
            penalized="all",
            optimizer=keras.optimizers.Adam(0.003),
            record=[self.timed],
            show=False,
        )


TASKS = (
    Task("approximation", (1, 16, 1), 50, 10_000, 250, None, "mse", "linear"),
    Task("initialization", (12, 100, 100, 2), 400, 500, 500, 64, "mse", "softmax"),
    Task("regularization", (12, 50, 50, 2), 400, 750, 750, 64, "categorical_crossentropy", "softmax", 1e-4),
)
DEPTHS = {(335,): 400, (12, 18, 25, 10): 900, (5, 7, 9, 11, 13, 13, 11, 9, 9, 7): 170}  # about 1000 parameters each


def run():
    """Return the rows of the table."""
    rows = [row for task in TASKS for row in _beside(task)]
    deep = [row for hidden, reach in DEPTHS.items() for row in _beside(_deep(hidden, reach))]
    return rows + deep + _jax() + _growth()


def _deep(hidden, reach):
    """The experiment on depth at equally many parameters."""
    name = f"equal_parameters, {counted(len(hidden), 'hidden layer')}"
    sizes = (1, *hidden, 1)
    return Task(name, sizes, 200, 1000, 200, None, "mse", "linear", activation="relu", n_seeds=60, reach=reach)


def _beside(task):
    units, seeds = "-".join(map(str, task.sizes)), range(task.n_seeds)
    ours, result = _timed(task.train, seeds)
    again, _ = _timed(task.train, seeds)  # the program is there
    fits, apart = [], []
    for seed in range(N_LOOP):
        model = _keras(task, seed)
        seconds, _ = _timed(_fit, model, task, seed)
        fits.append(seconds * task.steps / task.timed)
        apart.append(abs(float(result.loss[0][seed]) - _loss(model, task)))
    one = [_timed(task.train, [seed])[0] for seed in range(4)][1:]
    loop, alone = task.n_seeds * statistics.mean(fits), task.n_seeds * statistics.median(one)
    return [
        _row(
            f"{task.name}, {units}, {task.steps} steps, {task.n_seeds} seeds",
            f"{again:.1f} s ({ours:.1f} s with compiling)",
            f"{loop:.0f} s (a loop of Keras fits, {N_LOOP} timed for {task.timed} steps, and scaled)",
            loop / again,
            f"{task.reach} times faster",
        ),
        _row(
            "the same, one after the other in one compiled loop each",
            f"{again:.1f} s",
            f"{alone:.1f} s (3 timed and scaled)",
            alone / again,
            "–",
        ),
        {
            "what": f"the same: largest difference of loss from Keras' fit after {task.timed} steps, {N_LOOP} networks",
            "ours": f"{max(apart):.1g}",
            "other": f"{_loss(model, task):.3g} (a loss)",
            "ratio": "–",
            "reach": "the same, but for float32's rounding",
        },
    ]


def _timed(job, *arguments):
    start = time.perf_counter()
    found = job(*arguments)
    return time.perf_counter() - start, found


def _keras(task, seed):
    """The network of a seed in Keras, with the initial weights that it has among the replicas."""
    X, y = task.data()
    initial = train(
        task.sizes[1:-1],
        X,
        y,
        steps=1,
        seeds=[seed],
        learning_rate=0.0,
        output=task.output,
        loss=task.loss,
        record=[0],
        show=False,
    ).weights
    penalty = keras.regularizers.L2(task.l2) if task.l2 else None
    model = keras.Sequential([keras.Input((task.sizes[0],))])
    for number, n_units in enumerate(task.sizes[1:], start=1):
        model.add(
            keras.layers.Dense(
                n_units,
                task.output if number == len(task.sizes) - 1 else task.activation,
                kernel_regularizer=penalty,
            )
        )
    model.compile(keras.optimizers.Adam(0.003), task.loss)
    model.set_weights([array[0] for array in initial])
    return model


def _fit(model, task, seed):
    """Train it by ``fit``, with the same batches."""
    X, y = task.data()
    if task.batch_size is None:
        model.fit(X, y, batch_size=task.n, epochs=task.timed, shuffle=False, verbose=0)
        return
    done, epoch = 0, 0
    while done < task.timed:
        rows = epoch_order(task.n, seed, epoch)[: (task.timed - done) * task.batch_size]
        model.fit(X[rows], y[rows], batch_size=task.batch_size, shuffle=False, verbose=0)
        done, epoch = done - (-len(rows) // task.batch_size), epoch + 1


def _loss(model, task):
    """Its loss on all examples, without penalty."""
    X, y = task.data()
    return float(np.mean(keras.losses.get(task.loss)(y, model.predict(X, batch_size=task.n, verbose=0))))


def _growth():
    task, times = Task("", (1, 16, 1), 50, 500, 500, None, "mse", "linear"), {}
    for n in (1, 10, 100, 1000):
        task.train(range(n))
        times[n] = min(_timed(task.train, range(n))[0] for _ in range(2))
    return [
        {
            "what": "1-16-1, 500 steps on 50 points, by number of networks",
            "ours": ", ".join(f"{n}: {seconds:.2f} s" for n, seconds in times.items()),
            "other": "–",
            "ratio": f"{times[1000] / times[1]:.0f} times the time for 1000 times the networks",
            "reach": "–",
        }
    ]


def _jax():
    """1000 networks beside JAX, if there is an environment that has it."""
    python = os.environ.get(JAX)
    if not python:
        return []
    task = Task("", (1, 16, 1), 50, 500, 500, None, "mse", "linear")
    task.train(range(1000))
    ours = min(_timed(task.train, range(1000))[0] for _ in range(3))
    theirs = float(
        subprocess.run(
            [python, str(Path(__file__).parent / "jax" / "many_nets.py")], capture_output=True, text=True, check=True
        ).stdout
    )
    return [
        _row(
            "1000 networks 1-16-1, 500 steps on 50 points, compiled before",
            f"{ours:.2f} s",
            f"{theirs:.2f} s (JAX, vmap and scan)",
            theirs / ours,
            "no slower",
        )
    ]


def _row(what, ours, other, ratio, reach):
    return {
        "what": what,
        "ours": ours,
        "other": other,
        "ratio": f"{ratio:.0f}" if ratio > 10 else f"{ratio:.2f}",
        "reach": reach,
    }
