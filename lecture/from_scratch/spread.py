"""How far activations and gradients spread in each hidden layer of an untrained net, with and without batch norm."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import seeds_of
from lecture.from_scratch.layers import Dense
from lecture.from_scratch.net import Net, batch, check_sizes, dense_net
from lecture.words import counted, digits


@dataclass(frozen=True, eq=False)
class Spread:
    """What became of inputs and gradients in untrained nets: arrays (n_seeds, depth), a row for each seed.

    ``u_std`` is the standard deviation over the examples of u, what the activation of a hidden layer takes (root mean
    square over the units), ``activation_std`` that of what it gives; ``gradient_norm`` is the norm of ∂L/∂u (root mean
    square over the examples), ``weight_gradient_norm`` the Frobenius norm of ∂L/∂W.
    """

    sizes: tuple[int, ...]
    sigma: float | str
    epsilon: float | None  # None without batch norm
    activation: str
    seeds: tuple[int, ...]
    u_std: np.ndarray
    activation_std: np.ndarray
    gradient_norm: np.ndarray
    weight_gradient_norm: np.ndarray

    @property
    def depth(self) -> int:
        """The number of hidden layers."""
        return len(self.sizes) - 2

    def describe(self) -> str:
        """Return what was measured, in a sentence."""
        norm = f"batch norm with ε = {self.epsilon:g}" if self.epsilon is not None else "no batch norm"
        start = self.sigma if isinstance(self.sigma, str) else f"σ = {self.sigma:g}"
        first, last = (digits(np.median(self.u_std[:, layer]), 2) for layer in (0, -1))
        seeds = f" (median of {counted(len(self.seeds), 'seed')})" if len(self.seeds) > 1 else ""
        return (
            f"{counted(self.depth, f'hidden {self.activation} layer')}, weights {start}, {norm}: the inputs of the "
            f"activations spread by {first} in the first and by {last} in the last{seeds}; the weights of the first "
            f"layer get a gradient of norm {np.median(self.weight_gradient_norm[:, 0]):.1e}."
        )


def spread(
    sizes: Sequence[int],
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    sigma: float | str,
    batch_norm: bool = False,
    epsilon: float = 1e-3,
    seeds: int | Sequence[int] = 1,
    activation: str = "relu",
) -> Spread:
    """Measure the spread of activations and gradients through the hidden layers of untrained nets.

    With batch norm the nets are in training, on ``X`` as one batch. Batch norm makes up for small weights only as long
    as the variance of its inputs is large against ε: u depends on σ²/ε alone.

    Parameters
    ----------
    sizes : sequence of int
        Units per layer, inputs first, with one or more hidden layers; the output is a softmax.
    X : array (n, n_in)
        Inputs, three or more.
    y : array (n, n_out), optional
        Targets; random classes, drawn from each seed, if None.
    sigma : float or str
        Standard deviation of the normal initial weights, or one of ``INITIALIZERS``.
    batch_norm : bool
        Whether the hidden layers have batch norm.
    epsilon : float
        Number that batch norm adds to the variance, at least 0.
    seeds : int or sequence of int
        Seeds of the weights, or their number.
    activation : str
        Activation of the hidden layers, a key of ``ACTIVATIONS``.

    Returns
    -------
    Spread

    Raises
    ------
    ValueError
        If there is no hidden layer, the shapes do not fit, or a number is out of range.
    """
    check_sizes(sizes)
    if len(sizes) < 3:
        raise ValueError(f"sizes must have one or more hidden layers, got {list(sizes)}.")
    seeds = seeds_of(seeds)
    norm = {"epsilon": epsilon} if batch_norm else False
    rows = []
    for seed in seeds:
        net = dense_net(sizes, activation=activation, output="softmax", initializer=sigma, batch_norm=norm, seed=seed)
        targets = _classes(len(np.atleast_2d(X)), sizes[-1], seed) if y is None else y
        rows.append(_measured(net, *batch(net, X, targets)))
    sigma = sigma if isinstance(sigma, str) else float(sigma)
    settings = (tuple(map(int, sizes)), sigma, float(epsilon) if batch_norm else None, activation, seeds)
    return Spread(*settings, *np.array(rows).transpose(1, 0, 2))


def _measured(net: Net, X, y):
    """The four measures, each for all hidden layers."""
    signals = net.forward(X, training=True)
    gradients = net.backward(signals, y)
    starts = [l for l, layer in enumerate(net.layers) if isinstance(layer, Dense)]
    ends = [l - 1 for l in starts[1:]]  # what has the activation of each hidden layer: batch norm, or the dense layer
    return (
        [np.sqrt(signals[l].z.var(axis=0).mean()) for l in ends],
        [np.sqrt(signals[l].a.var(axis=0).mean()) for l in ends],
        [np.sqrt((gradients[l].delta ** 2).sum(axis=1).mean()) for l in ends],
        [np.linalg.norm(gradients[l].parameters["W"]) for l in starts[:-1]],
    )


def _classes(n, n_classes, seed):
    """Random one-hot classes (n, n_classes)."""
    return np.eye(n_classes)[np.random.default_rng([seed, 1]).integers(n_classes, size=n)]
