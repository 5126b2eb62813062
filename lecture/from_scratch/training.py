"""Gradient descent on a net in NumPy, with a record of every step, and two toy tasks."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real, whole
from lecture.from_scratch.net import Net, batch, loss


@dataclass(frozen=True, eq=False)
class TrainingRecord:
    """A training: the net before the first step and after each step, and its loss over all data."""

    nets: tuple[Net, ...]  # steps + 1 of them
    losses: np.ndarray  # (steps + 1,)
    learning_rate: float

    @property
    def steps(self) -> int:
        """The number of update steps."""
        return len(self.nets) - 1

    def changes(self, iteration: int) -> list[np.ndarray]:
        """Return what the step before ``iteration`` added to each layer's ``Net.matrices``; zeros at the start."""
        whole(iteration, "iteration", most=self.steps)
        after, before = self.nets[iteration], self.nets[max(iteration - 1, 0)]
        return [new - old for new, old in zip(after.matrices, before.matrices)]

    def describe(self, iteration: int | None = None) -> str:
        """Return a sentence on the net after ``iteration`` steps (all steps if None)."""
        iteration = self.steps if iteration is None else whole(iteration, "iteration", most=self.steps)
        sizes = "-".join(map(str, self.nets[0].sizes))
        text = f"A {sizes} net after {iteration} of {self.steps} updates: loss {self.losses[iteration]:.3f}"
        text += f", at the start {self.losses[0]:.3f}"
        if iteration:
            largest = max(np.abs(change).max() for change in self.changes(iteration))
            text += f"; the last update changed a weight by at most {largest:.2g}"
        return text + ("." if np.isfinite(self.losses[-1]) else ". The training diverged and was cut there.")


def record_training(
    net: Net,
    X: ArrayLike,
    y: ArrayLike,
    *,
    learning_rate: float = 0.5,
    steps: int = 100,
    batch_size: int | None = None,
    seed: int = 0,
) -> TrainingRecord:
    """Train a net by gradient descent, and keep it after every step.

    Parameters
    ----------
    net : Net
        Net to start from; it is not changed.
    X : array (n, n_in)
        Inputs.
    y : array (n, n_out)
        Targets.
    learning_rate : float
        Learning rate, at least 0.
    steps : int
        Number of update steps. A training that diverges is cut after the first loss that is not finite.
    batch_size : int, optional
        Examples per step, shuffled anew in each epoch; all examples if None.
    seed : int
        Seed of the order of the examples.

    Returns
    -------
    TrainingRecord

    Raises
    ------
    ValueError
        If the shapes do not fit the net, or a number is out of range.
    """
    X, y = batch(net, X, y)
    real(learning_rate, "learning_rate", least=0)
    whole(steps, "steps")
    size = len(X) if batch_size is None else whole(batch_size, "batch_size", least=1, most=len(X))
    batches = _batches(len(X), size, seed)
    nets, losses = [net], [loss(net, X, y)]
    with np.errstate(over="ignore", invalid="ignore"):  # the record shows whether it diverges
        while len(nets) <= steps and np.isfinite(losses[-1]):
            rows = next(batches)
            signals = net.forward(X[rows], training=True)
            net = net.moved(signals).updated(net.backward(signals, y[rows]), learning_rate)
            nets.append(net)
            losses.append(net.loss_of(net.forward(X), y))
    return TrainingRecord(tuple(nets), np.array(losses), float(learning_rate))


def _batches(n, size, seed) -> Iterator[np.ndarray]:
    """Yield the rows of each batch, without end; the last of an epoch may be smaller."""
    rng = np.random.default_rng(seed)
    while True:
        order = rng.permutation(n) if size < n else np.arange(n)
        yield from (order[start : start + size] for start in range(0, n, size))


def xor() -> tuple[np.ndarray, np.ndarray]:
    """Return the four points of exclusive or, X (4, 2) in {-1, 1}, and y (4, 1): 1 if the two inputs differ."""
    X = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    return X, (X[:, :1] != X[:, 1:]).astype(float)


def moons(n: int = 100, *, noise: float = 0.1, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return points on two interleaved half circles, X (n, 2), and the circle of each point, y (n, 1)."""
    whole(n, "n", least=2)
    real(noise, "noise", least=0)
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2)[:, None]  # (n, 1)
    angle = rng.uniform(0, np.pi, size=n)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])  # (n, 2)
    return np.where(y, [1, 0.5] - upper, upper) + rng.normal(0, noise, size=(n, 2)), y.astype(float)
