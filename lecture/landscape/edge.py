"""The edge of stability: how curved the loss becomes while a network trains, beside what its learning rate can bear."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole
from lecture.landscape.arrays import numbers
from lecture.landscape.spectrum import spectrum
from lecture.replicas import compare
from lecture.words import listed

LAST = 4  # the last quarter of the records says where a training settles
NEAR = 0.1  # share within which the largest eigenvalue is at the limit
LOSS = "mse"


@dataclass(frozen=True, eq=False)
class Edge:
    """Eigenvalues of the Hessian while networks train by gradient descent on all examples, at K learning rates.

    Attributes
    ----------
    learning_rates : tuple of float
    steps : array (T,)
        Update steps made before each record.
    loss : array (K, T, R)
        Mean squared error of R networks, which differ in their seeds.
    values : array (K, T, R, P)
        Eigenvalues, ascending.
    """

    learning_rates: tuple[float, ...]
    steps: np.ndarray
    loss: np.ndarray
    values: np.ndarray

    @property
    def limits(self) -> np.ndarray:
        """2 / η of each learning rate, (K,): on a parabola with a larger curvature, the steps grow."""
        return 2 / np.array(self.learning_rates)

    @property
    def largest(self) -> np.ndarray:
        """Largest eigenvalue λ, (K, T, R)."""
        return self.values[..., -1]

    @property
    def settled(self) -> np.ndarray:
        """Mean of λ ÷ (2 / η) over the last quarter of the records, (K, R): 1 at the edge."""
        n = max(1, len(self.steps) // LAST)
        return self.largest[:, -n:].mean(axis=1) / self.limits[:, None]

    @property
    def rises(self) -> np.ndarray:
        """Share of the records at which the loss is higher than at the one before, (K, R)."""
        return (np.diff(self.loss, axis=1) > 0).mean(axis=1)

    def describe(self) -> str:
        """Return where the largest eigenvalues settle, in a sentence."""
        told = [
            f"{np.median(ratio):.2f} times the limit 2/η = {limit:.3g} at learning rate {rate:g} "
            f"({(np.abs(ratio - 1) < NEAR).sum()} of {len(ratio)} at the edge)"
            for rate, limit, ratio in zip(self.learning_rates, self.limits, self.settled)
        ]
        return f"after {self.steps[-1]:,} steps the largest eigenvalue is {listed(told)}"


def edge_of_stability(
    X: ArrayLike,
    y: ArrayLike,
    *,
    hidden: Sequence[int] = (16,),
    learning_rates: Sequence[float] = (0.05, 0.1, 0.2),
    steps: int = 6000,
    every: int = 100,
    seeds: int | Sequence[int] = 5,
    activation: str = "tanh",
) -> Edge:
    """Train a small network by gradient descent at several learning rates, and return the Hessian's eigenvalues.

    The largest eigenvalue grows until it is about 2 / η, and stays there while the loss goes on falling, no longer at
    every step (Cohen et al., 2021). On a parabola gradient descent would diverge there.

    Parameters
    ----------
    X, y : array (n, n_inputs) and (n, n_outputs)
        Examples; every step takes all of them.
    hidden : sequence of int
        Units of the hidden layers.
    learning_rates : sequence of float
        Learning rates of gradient descent, without momentum.
    steps : int
        Number of update steps.
    every : int
        Number of steps between two records.
    seeds : int or sequence of int
        Seeds of the initial weights, the same for each learning rate.
    activation : str
        Activation of the hidden layers; a smooth one, since ReLU has no second derivative at its kinks.

    Returns
    -------
    Edge

    Raises
    ------
    ValueError
        If an argument is out of range, or a training diverges.
    """
    whole(steps, "steps", least=1)
    whole(every, "every", least=1, most=steps)
    rates = tuple(numbers(learning_rates, "learning_rates").ravel().tolist())
    if not rates or min(rates) <= 0 or len(set(rates)) < len(rates):
        raise ValueError(f"learning_rates must be one or more different positive numbers, got {learning_rates!r}.")
    conditions = {repr(rate): {"learning_rate": rate} for rate in rates}
    nets = compare(
        conditions,
        X,
        y,
        seeds=seeds,
        hidden=hidden,
        steps=steps,
        activation=activation,
        output="linear",
        loss=LOSS,
        optimizer="sgd",
        record=range(0, steps + 1, every),
        keep="all",
        show=False,
    )
    for rate, net in zip(rates, nets.values()):
        if not np.isfinite(net.loss).all():
            raise ValueError(
                f"the trainings must stay finite, and at learning rate {rate:g} one diverges: take a lower one."
            )
    found = []
    for net in nets.values():
        kept = net.kept["all"]  # (T, R, P)
        rows = kept.reshape(-1, kept.shape[-1])
        found.append(spectrum(net, X, y, loss=LOSS, at=rows).values.reshape(kept.shape))
    first = next(iter(nets.values()))
    return Edge(rates, first.steps, np.stack([net.loss for net in nets.values()]), np.stack(found))
