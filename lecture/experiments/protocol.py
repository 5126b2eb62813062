"""What the experiments have in common: settings, training as in the original lecture, and the words for it."""

import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from lecture import replicas
from lecture.checks import one_of, whole
from lecture.replicas import Replicas, initial
from lecture.replicas.loop import BatchedNet
from lecture.words import listed

RATE = 0.003
BATCH = 64
OBJECTIVES = {  # the original lecture's code has the squared error of linear outputs; its text does not say
    "squared error": dict(loss="mean_squared_error", output="linear"),
    "cross-entropy": dict(loss="categorical_crossentropy", output="softmax"),
}


# Settings


def settings_of(presets: Mapping[str, dict], preset: str, n_seeds: int | None, **changes) -> dict:
    """Return the settings of a run: those of a preset, replaced by what was given, with ``seeds`` for ``n_seeds``.

    Parameters
    ----------
    presets : dict of str to dict
        Settings by preset, ``n_seeds`` among them.
    preset : str
        Name of the preset.
    n_seeds : int or None
        Number of seeds; None for that of the preset.
    **changes
        Settings that replace those of the preset; None keeps the preset's.

    Raises
    ------
    ValueError
        If the preset is unknown, or ``n_seeds`` is not a whole number of at least 1.
    """
    settings = presets[one_of(preset, presets, "preset")] | {
        name: value for name, value in changes.items() if value is not None
    }
    usual = settings.pop("n_seeds")
    n_seeds = whole(usual if n_seeds is None else n_seeds, "n_seeds", least=1)
    return settings | {"seeds": tuple(range(n_seeds))}


def swept(values: Iterable, name: str, check: Callable, *, needed: Sequence = ()) -> tuple:
    """Return the values of a sweep, each checked, in increasing order and without repetition.

    Parameters
    ----------
    values : iterable of number
        What was given.
    name : str
        Name of the argument, for the error message.
    check : callable
        Check of one value: returns it, or raises a ValueError.
    needed : sequence of number
        Values that the hypotheses are about.

    Raises
    ------
    ValueError
        If a value is out of range, a needed one is missing, or there are fewer than two.
    """
    if not np.iterable(values):
        raise ValueError(f"{name} must be a sequence of numbers, got {values!r}.")
    found = tuple(sorted({check(value) for value in values}))
    if not set(needed) <= set(found):
        raise ValueError(f"{name} must have {listed(map('{:g}'.format, needed))} among them, got {tuple(values)}.")
    if len(found) < 2:
        raise ValueError(f"{name} must be two or more different numbers, got {tuple(values)}.")
    return found


def evenly(steps: int, n: int) -> tuple[int, ...]:
    """Return n + 1 evenly spaced steps from 0 to the last; fewer where some would be the same.

    >>> evenly(500, 4)
    (0, 125, 250, 375, 500)
    """
    return tuple(sorted(set(np.linspace(0, steps, n + 1).astype(int).tolist())))


# Training


def train_like_the_original(hidden: Sequence[int], X: ArrayLike, y: ArrayLike, **settings) -> Replicas:
    """Train a network for each seed as the original lecture does.

    That is with Adam at 0.003, sigmoid units, Glorot's initializer for weights and biases, mini-batches of 64, softmax
    outputs and the cross-entropy.

    Parameters
    ----------
    hidden : sequence of int
        Units of each hidden layer.
    X, y : arrays
        Training examples, as for `lecture.replicas.train`.
    **settings
        Other arguments of `lecture.replicas.train`, ``steps`` and ``seeds`` among them.

    Raises
    ------
    KeyboardInterrupt
        If training was interrupted.
    """
    return _complete(replicas.train(hidden, X, y, **_usual() | settings))


def compare_like_the_original(
    conditions: Mapping[Any, dict], X: ArrayLike | None = None, y: ArrayLike | None = None, **settings
) -> dict[Any, Replicas]:
    """Train a network for each condition and seed, in everything else as the original lecture does.

    Parameters
    ----------
    conditions : mapping of hashable to dict
        Settings of each condition by its name, as for `lecture.replicas.compare`.
    X, y : arrays, optional
        Training examples of conditions without their own.
    **settings
        Settings of all conditions, ``hidden``, ``steps`` and ``seeds`` among them.

    Returns
    -------
    dict of hashable to Replicas

    Raises
    ------
    KeyboardInterrupt
        If training was interrupted.
    """
    return compare_to_the_end(conditions, X, y, **_usual() | settings)


def compare_to_the_end(
    conditions: Mapping[Any, dict], X: ArrayLike | None = None, y: ArrayLike | None = None, **settings
) -> dict[Any, Replicas]:
    """Train a network for each condition and seed, as `lecture.replicas.compare` does, but all or nothing.

    Parameters
    ----------
    conditions, X, y, **settings
        Arguments of `lecture.replicas.compare`.

    Raises
    ------
    KeyboardInterrupt
        If training was interrupted.
    """
    return {name: _complete(nets) for name, nets in replicas.compare(conditions, X, y, **settings).items()}


def initial_weights(sizes: Sequence[int], seeds: Sequence[int]) -> list[np.ndarray]:
    """Return the initial weights with which `train_like_the_original` starts.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, units of each hidden layer, outputs.
    seeds : sequence of int
        Seeds of the networks.

    Returns
    -------
    list of arrays
        Kernel (n_seeds, p, q) and bias (n_seeds, q) of each layer in turn.
    """
    glorot = [keras.initializers.GlorotUniform()] * len(seeds)
    found = initial.weights(
        BatchedNet(tuple(sizes), keras.activations.sigmoid, keras.activations.softmax), seeds, glorot, glorot
    )
    return [values[:, 0] if at % 2 else values for at, values in enumerate(found)]


def stacked(values: Mapping[Any, np.ndarray], *axes: Collection) -> np.ndarray:
    """Return values under crossed conditions as an array with an axis for each part of their names.

    Parameters
    ----------
    values : dict of tuple to array
        Values by the name of their condition, such as ``("L1", 0.1)``.
    *axes : collection
        Values of each part of a name, such as ``("L1", "L2")`` and ``(0.1, 1.0)``.

    >>> stacked({("a", 1): [0], ("a", 2): [1], ("b", 1): [2], ("b", 2): [3]}, "ab", (1, 2)).tolist()
    [[[0], [1]], [[2], [3]]]
    """
    found = np.stack([values[name] for name in itertools.product(*axes)])
    return found.reshape(*map(len, axes), *found.shape[1:])


def final_test_accuracy(nets: Replicas) -> np.ndarray:
    """Return the test accuracy of each network after the last step: (n_nets,)."""
    return nets.test_accuracy[-1]


def _usual():
    return dict(optimizer=keras.optimizers.Adam(RATE), batch_size=BATCH, bias_initializer="glorot_uniform")


def _complete(nets):
    if not nets.complete:  # half a figure would mislead
        raise KeyboardInterrupt
    return nets


# Sentences


def describe_sizes(sizes: Sequence[int]) -> str:
    """Return the sizes of a dense network, and how many weights and biases it has.

    >>> describe_sizes((784, 8, 200, 10))
    '784-8-200-10 (10,090 parameters)'
    """
    n_parameters = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))
    return f"{'-'.join(map(str, sizes))} ({n_parameters:,} parameters)"


def describe_training(
    sizes: Sequence[int | str],
    steps: int,
    n_points: int,
    *,
    units: str = "sigmoid",
    rate: float = RATE,
    batch_size: int | str | None = BATCH,
    n_test: int = 0,
) -> str:
    """Return what was trained, in the words that a protocol begins with.

    Parameters
    ----------
    sizes : sequence of int or str
        Inputs, units of each hidden layer, outputs.
    steps : int
        Number of update steps.
    n_points : int
        Number of training points.
    units : str
        Activations, and outputs if they are not softmax.
    rate : float
        Learning rate of Adam.
    batch_size : int, str or None
        Examples in a mini-batch; None if each step takes all points.
    n_test : int
        Number of test points.

    >>> describe_training((12, 50, 2), 500, 400, n_test=1000)
    '12-50-2, sigmoid, 500 steps of Adam at 0.003 on mini-batches of 64 of 400 points, 1,000 others to test'
    """
    examples = f"mini-batches of {batch_size} of {n_points:,} points" if batch_size else f"all {n_points:,} points"
    test = f", {n_test:,} others to test" if n_test else ""
    return f"{'-'.join(map(str, sizes))}, {units}, {steps:,} steps of Adam at {rate:g} on {examples}{test}"


def describe_departures(settings: Mapping, published: Mapping) -> str:
    """Return in a sentence where the settings of a run are not those of the published preset; empty if nowhere."""
    ours = {**settings, "n_seeds": len(settings["seeds"])}
    changed = [f"{name}={ours[name]} instead of {value}" for name, value in published.items() if ours[name] != value]
    return f" Not as in the published preset: {', '.join(changed)}." if changed else ""
