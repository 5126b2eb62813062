"""How many slices of the replicas to train side by side, one on each core."""

import os

import tensorflow as tf

MOST = 4  # each slice has a program of its own, and compiling it takes a second
WORTH = 3e9  # operations, some tenths of a second: less is not worth a second program


def work(net, steps, n_replicas, n_examples):
    """Return about how many operations a training takes: three products per layer and example, and what the activations cost.

    Parameters
    ----------
    net : Net
    steps, n_replicas : int
    n_examples : int
        That a step takes.
    """
    return steps * n_replicas * n_examples * (6 * net.n_parameters + 30 * sum(net.sizes[1:]))


def slices(n_replicas, operations):
    """Return how many slices to make: one where a GPU takes all at once, or where the work is small."""
    if operations < WORTH or tf.config.list_logical_devices("GPU"):
        return 1
    return min(MOST, n_replicas, available())


def available():
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS, not on Windows
        return os.cpu_count() or 1
