"""Gradient descent on a net in NumPy, with everything that it went through, and two toy tasks to train it on."""

from dataclasses import dataclass

import numpy as np

from lecture.checks import real, whole
from lecture.from_scratch.net import batch, loss


@dataclass(frozen=True, eq=False)
class TrainingRecord:
    """A training: the net after every step, and its loss over all data, from before the first step on."""

    nets: tuple  # steps + 1 of them
    losses: np.ndarray  # (steps + 1,)
    learning_rate: float

    @property
    def steps(self):
        """The number of updates."""
        return len(self.nets) - 1

    def changes(self, iteration):
        """Return what the update before ``iteration`` added to each layer's ``Net.matrices``; zeros at the start."""
        whole(iteration, "iteration", most=self.steps)
        after, before = self.nets[iteration], self.nets[max(iteration - 1, 0)]
        return [new - old for new, old in zip(after.matrices, before.matrices)]

    def describe(self, iteration=None):
        """Return a sentence on the net after ``iteration`` updates (by default the last)."""
        iteration = self.steps if iteration is None else whole(iteration, "iteration", most=self.steps)
        sizes = "-".join(map(str, self.nets[0].sizes))
        text = f"A {sizes} net after {iteration} of {self.steps} updates: loss {self.losses[iteration]:.3f}"
        text += f", at the start {self.losses[0]:.3f}"
        if iteration:
            largest = max(np.abs(change).max() for change in self.changes(iteration))
            text += f"; the last update changed a weight by at most {largest:.2g}"
        return text + ("." if np.isfinite(self.losses[-1]) else ". The training diverged and was cut there.")


def train(net, X, y, *, learning_rate=0.5, steps=100, batch_size=None, seed=0):
    """Train by gradient descent and return the ``TrainingRecord``.

    Parameters
    ----------
    net : Net
    X : array (n, n_in)
    y : array (n, n_out)
    learning_rate : float
        0 or more.
    steps : int
        Number of updates. A training that diverges is cut after the first loss that is not finite.
    batch_size : int, optional
        Samples per update, drawn anew in each epoch; all of them by default.
    seed : int
        Of the order of the samples.

    Raises
    ------
    ValueError
        If the shapes do not fit the net, or a number is out of its range.
    """
    X, y = batch(net, X, y)
    real(learning_rate, "learning_rate", least=0)
    whole(steps, "steps")
    batches = _batches(
        len(X), len(X) if batch_size is None else whole(batch_size, "batch_size", least=1, most=len(X)), seed
    )
    nets, losses = [net], [loss(net, X, y)]
    with np.errstate(over="ignore", invalid="ignore"):  # a training that diverges is told by its record
        while len(nets) <= steps and np.isfinite(losses[-1]):
            rows = next(batches)
            signals = net.forward(X[rows], training=True)
            net = net.moved(signals).updated(net.backward(signals, y[rows]), learning_rate)
            nets.append(net)
            losses.append(net.loss_of(net.forward(X), y))
    return TrainingRecord(tuple(nets), np.array(losses), float(learning_rate))


def _batches(n, size, seed):
    """Yield the rows of each batch, for ever; the last of an epoch may be smaller."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(n) if size < n else np.arange(n)
        yield from (order[start : start + size] for start in range(0, n, size))


def xor():
    """Return the four points of exclusive or, X (4, 2) in {-1, 1}, and y (4, 1): 1 where the two differ."""
    X = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    return X, (X[:, :1] != X[:, 1:]).astype(float)


def moons(n=100, *, noise=0.1, seed=0):
    """Return two interleaved half circles, X (n, 2), and which of them each point is on, y (n, 1)."""
    whole(n, "n", least=2)
    real(noise, "noise", least=0)
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2)[:, None]  # (n, 1)
    angle = rng.uniform(0, np.pi, size=n)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])  # (n, 2)
    return np.where(y, [1, 0.5] - upper, upper) + rng.normal(0, noise, size=(n, 2)), y.astype(float)
