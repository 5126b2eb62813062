"""How many replicas fit into memory at a time."""

import os
from pathlib import Path

import numpy as np
import tensorflow as tf

SLOTS = 5  # copies of the weights: themselves, their gradients, an optimizer's two averages, the initial state
LAYERS = 3  # copies of what the layers put out: forward, backward, and what is worked on
MEASURED = 2**26  # numbers that the layers of all replicas put out when they are measured: 256 MB in float32
TAKEN = 2**23  # numbers that they take in meanwhile
ALIGNED = 64  # bytes, as TensorFlow's kernels and XLA want them


def tensor(array):
    """Return a tensor with a copy of an array's numbers; ``tf.constant`` holds two copies for a while."""
    room = np.empty(array.nbytes + ALIGNED, np.uint8)
    start = -room.ctypes.data % ALIGNED
    copy = room[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return tf.experimental.dlpack.from_dlpack(copy.__dlpack__())


def rows_at_once(net, n_replicas):
    """Return the number of examples on which to measure replicas at a time, so that it takes little memory."""
    return max(1, min(MEASURED // (n_replicas * sum(net.sizes[1:])), TAKEN // net.sizes[0]))


def bytes_each(net, n_examples, itemsize, own_data, n_taken=None):
    """Return about how many bytes a replica takes.

    Parameters
    ----------
    net : BatchedNet
    n_examples : int
        Examples that go through it at a time.
    itemsize : int
        Bytes of a number.
    own_data : bool
        Whether it has examples of its own.
    n_taken : int, optional
        Number of its own examples: a mini-batch if all replicas draw from the same examples, else all of them.
    """
    n_own = n_examples if n_taken is None else n_taken
    data = n_own * (net.sizes[0] + net.sizes[-1]) if own_data else 0
    return itemsize * (SLOTS * net.n_parameters + LAYERS * n_examples * sum(net.sizes[1:]) + data)


def available():
    """Return half of the memory that is free, in bytes; two gigabytes where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024 // 2
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    except (OSError, ValueError, AttributeError):
        return 2 * 2**30


def at_a_time(n_replicas, each, limit):
    """Return how many replicas (or seeds, each with all conditions) to train at a time: equal parts within the limit.

    Raises
    ------
    ValueError
        If one alone is too large.
    """
    fit = int(limit // each)
    if fit < 1:
        raise ValueError(
            f"one replica must fit into {limit / 2**30:.2g} GB, half of the memory that is free, and takes about "
            f"{each / 2**30:.2g} GB: take fewer units or examples."
        )
    return -(-n_replicas // -(-n_replicas // fit))
