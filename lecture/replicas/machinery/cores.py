"""How many slices of the replicas to train side by side, one on each core."""

import tensorflow as tf

from lecture.device import available_cores

MOST = 4  # each slice has a program of its own, and compiling it takes a second
WORTH = 3e9  # operations, some tenths of a second: less is not worth a second program


def operations(net, steps, n_replicas, n_examples):
    """Return about how many operations a training takes: three products per layer and example, and the activations.

    Parameters
    ----------
    net : BatchedNet
    steps, n_replicas : int
    n_examples : int
        Examples of a step.
    """
    return steps * n_replicas * n_examples * (6 * net.n_parameters + 30 * sum(net.sizes[1:]))


def n_slices(n_seeds, n_operations):
    """Return how many slices to make: one where a GPU takes all at once, or where there is little to do."""
    if n_operations < WORTH or tf.config.list_logical_devices("GPU"):
        return 1
    return min(MOST, n_seeds, available_cores())
