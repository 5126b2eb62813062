"""How much depends on the initial weights?"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from lecture.experiments.experiment import Findings, experiment
from lecture.experiments.judgement import Hypothesis, Verdict, beside_published
from lecture.experiments.mixtures import describe_separation, train_test_points
from lecture.experiments.protocol import (
    OBJECTIVES,
    compare_like_the_original,
    describe_training,
    evenly,
    train_like_the_original,
)
from lecture.experiments.result import Sweep

TITLE = "How much depends on the initial weights?"
BEST = Hypothesis("Glorot's initial weights do best.", "test accuracy from Glorot's, minus that from N(0, 0.01²)", 0.02)
STUCK = Hypothesis("From zeros nothing is learnt.", "test accuracy from zeros, minus 0.5", 0.1, absent=True)
ROUNDING = Hypothesis(
    "Zeros learn because rounding makes units differ.",
    "test accuracy from zeros, minus that of the same network with all units of a layer replaced by one",
    0.02,
)
ALIKE = Hypothesis(
    "Units that start alike stay alike.",
    "largest distance between two units of a layer, from zeros, divided by the largest weight",
    0.01,
    absent=True,
)
HYPOTHESES = (BEST, STUCK, ROUNDING, ALIKE)
PRESETS = {
    "short": dict(n_seeds=30, hidden=(50, 50), steps=800, separation="falling"),
    "published": dict(n_seeds=100, hidden=(100, 100), steps=1000, separation="falling"),
}
PUBLISHED_STEPS = 500  # we train for longer: after 500 steps, what starts from zeros has hardly begun
N_TRAIN, N_TEST, D = 400, 1000, 12
N_RECORDED = 10
LEAST = -8.0  # the logarithm that stands for that of a distance of 0
N_ROWS = 12  # units of the layer before whose weights are compared
INITIALIZERS = {
    "Glorot": keras.initializers.GlorotUniform(),
    "He": keras.initializers.HeNormal(),
    "N(0, 0.01²)": keras.initializers.RandomNormal(stddev=0.01),
    "N(0, 1²)": keras.initializers.RandomNormal(stddev=1.0),
    "zeros": keras.initializers.Zeros(),
    "ones": keras.initializers.Ones(),
}
NAMES = tuple(INITIALIZERS)
ONE = "zeros, one unit"  # the network with one unit in each layer
DRAWN_APART = ("Glorot", "zeros", "ones")
PUBLISHED = {"Glorot": 0.964, "N(0, 0.01²)": 0.95, "zeros": 0.87, "N(0, 1²)": 0.63, "ones": 0.486}


@experiment(TITLE, PRESETS)
def run(*, hidden: Sequence[int], steps: int, separation: str, seeds: Sequence[int], show: bool) -> Findings:
    """Train networks on the same data from six kinds of initial weights and biases.

    From zeros, a network with one unit in each layer is trained as well. Its unit stands for all units of a layer: its
    output counts as often as there are units. Its gradients are those of the large network up to a factor, which Adam
    cancels. If the units of the large network stay alike, both networks have the same outputs.

    Parameters
    ----------
    hidden : sequence of int, optional
        Units of each hidden layer, equally many in all layers.
    """
    if len(set(hidden)) != 1:
        raise ValueError(f"hidden must be equally many units in each layer, got {tuple(hidden)}.")
    width, published_at = hidden[0], min(PUBLISHED_STEPS, steps)
    points = train_test_points(N_TRAIN, N_TEST, D, seeds, separation=separation)
    record = {*evenly(steps, N_RECORDED), published_at}
    nets = _trained(points, width, len(hidden), steps=steps, seeds=seeds, record=record, show=show)
    recorded = tuple(sorted(record))
    curves = {name: each.test_accuracy for name, each in nets.items()}
    accuracy = {name: curve[-1] for name, curve in curves.items()}
    early = {name: curve[recorded.index(published_at)] for name, curve in curves.items()}
    apart = {name: units_apart(nets[name].kept.values(), width) for name in DRAWN_APART}
    distances = {name: logarithm(values) for name, values in apart.items()}
    drawn = {name: curve for name, curve in curves.items() if name != "He"}
    units = "sigmoid, squared error of linear outputs"
    return Findings(
        protocol=f"{describe_training((D, *hidden, 2), steps, N_TRAIN, units=units, n_test=N_TEST)} (published: 500 "
        "steps, last measured after 451, and 100 to test); biases are initialized like weights. "
        f"{describe_separation(separation)}",
        sweeps=(
            Sweep(
                "In the end", tuple(nets), "initial weights", "test accuracy", {"": np.stack(list(accuracy.values()))}
            ),
            Sweep("On the way", recorded, "step", "test accuracy", drawn),
            Sweep("How different units are", recorded, "step", "log₁₀ of the distance", distances),
        ),
        verdicts=judge(accuracy, apart["zeros"][-1]),
        compared=beside_published(
            PUBLISHED, early, f"accuracy after {published_at} steps, {{}}", runs=5, reading=0.006, within=(0, 1)
        ),
    )


def _trained(points, width, n_layers, **settings):
    """Networks from each initializer, and from zeros a network with one unit in each layer."""
    settings |= points.encoded() | OBJECTIVES["squared error"]
    nets = compare_like_the_original(
        {name: dict(initializer=each, bias_initializer=each) for name, each in INITIALIZERS.items()},
        hidden=(width,) * n_layers,
        keep={layer: np.arange((min(N_ROWS, width) if layer else D) * width) for layer in range(n_layers)},
        **settings,
    )
    zeros: dict[str, Any] = dict(initializer="zeros", bias_initializer="zeros", activation=summed_sigmoid(width))
    return nets | {ONE: train_like_the_original((1,) * n_layers, **zeros, **settings)}


def judge(accuracy: dict[str, np.ndarray], apart: np.ndarray) -> tuple[Verdict, ...]:
    """Return the verdicts on the hypotheses.

    Parameters
    ----------
    accuracy : dict of str to array (n_seeds,)
        Test accuracy from each initializer, and of the network with one unit in each layer.
    apart : array (n_seeds,)
        How different the units of a layer are in the end, from zeros.
    """
    return (
        BEST.judge(accuracy["Glorot"] - accuracy["N(0, 0.01²)"]),
        STUCK.judge(accuracy["zeros"] - 0.5),
        ROUNDING.judge(accuracy["zeros"] - accuracy[ONE]),
        ALIKE.judge(apart),
    )


def units_apart(kept: Iterable[np.ndarray], width: int) -> np.ndarray:
    """Return how different the units of a layer are, the largest `difference` of all layers: array (T, n_seeds).

    Parameters
    ----------
    kept : iterable of array (T, n_seeds, n_rows * width)
        The first rows of each layer's kernel.
    width : int
        Number of units in each layer.
    """
    return np.max([difference(rows.reshape(*rows.shape[:2], -1, width)) for rows in kept], axis=0)


def difference(kernels: np.ndarray) -> np.ndarray:
    """Return how different the units of a layer are: array (…).

    It is the largest distance between two units in one of their weights, divided by the largest weight; 0 where all
    weights are 0.

    Parameters
    ----------
    kernels : array (…, p, q)
        Weights with a column for each unit.
    """
    widest = np.max(kernels.max(axis=-1) - kernels.min(axis=-1), axis=-1)
    largest = np.abs(kernels).max(axis=(-2, -1))
    return np.divide(widest, largest, out=np.zeros_like(widest), where=largest > 0)


def logarithm(apart: ArrayLike) -> np.ndarray:
    """Return log₁₀ of distances in double precision; exactly `LEAST` where it is less, as that of 0 is: array (…).

    The logarithm is clipped, not the distance: on some processors a float32 logarithm of 1e-8 is not -8.

    Parameters
    ----------
    apart : array (…)
        Distances from 0 upwards.
    """
    with np.errstate(divide="ignore"):
        return np.maximum(np.log10(apart, dtype="float64"), LEAST)


@lru_cache
def summed_sigmoid(n: int) -> Callable:
    """Return the sigmoid times n: one unit with it has the output of n equal units together."""

    def activation(z):
        return n * keras.activations.sigmoid(z)

    return activation
