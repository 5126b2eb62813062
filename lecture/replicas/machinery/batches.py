"""Mini-batches of all replicas, as the compiled loop takes them."""

from functools import lru_cache

import numpy as np

from lecture.shuffling import epoch_order

N_BATCHES = 64  # handed to the loop at a time: a fixed number, so that it is compiled once

SHORT = 1024  # orders of at most so many examples are cached: 2**14 of them take 32 MB


@lru_cache(maxsize=2**14)
def short_order(n, seed, epoch):
    """Return `epoch_order`, cached: drawing it takes as long as a step, and seeds and n are often the same."""
    return epoch_order(n, seed, epoch).astype(np.uint16)


class Batches:
    """Mini-batches of the replicas of some seeds, in the order of `epoch_order`.

    Parameters
    ----------
    n, batch_size : int
        Examples, and how many of them a mini-batch takes.
    seeds : sequence of int
    n_conditions : int
        How often the seeds stand side by side.
    """

    def __init__(self, n, batch_size, seeds, n_conditions):
        self.n, self.size, self.seeds, self.n_conditions = n, min(batch_size, n), seeds, n_conditions
        self.per_epoch = -(-n // self.size)
        self.epoch, self.orders, self.at = -1, np.empty((0, 0), dtype=int), self.per_epoch

    def next(self, n_steps):
        """Return the examples of the next mini-batches, and which of them count.

        Returns
        -------
        rows : int32 array (N_BATCHES, n_replicas, batch_size)
        shares : array (N_BATCHES, batch_size)
            0 beyond the end of a smaller mini-batch, else 1.
        """
        rows = np.zeros((N_BATCHES, len(self.seeds), self.size), dtype=np.int32)
        shares = np.ones((N_BATCHES, self.size))
        for step in range(n_steps):
            if self.at == self.per_epoch:
                self.epoch, self.at = self.epoch + 1, 0
                order = short_order if self.n <= SHORT else epoch_order
                self.orders = np.stack([order(self.n, seed, self.epoch) for seed in self.seeds])
            batch = self.orders[:, self.at * self.size : (self.at + 1) * self.size]
            rows[step, :, : batch.shape[1]] = batch
            shares[step, batch.shape[1] :] = 0
            self.at += 1
        return np.tile(rows, (1, self.n_conditions, 1)), shares
