"""Where a penalty pulls weights: in the gradient, which Adam divides by its size, or decoupled from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lecture.checks import real, whole
from lecture.optimizers.rules import Adam, AdamW

_WAYS = ("no penalty", "L2 in the gradient", "decoupled decay")


@dataclass(frozen=True)
class Pull:
    """The paths of weights that all want to be 1, with and without a penalty that wants them to be 0.

    Attributes
    ----------
    scales : tuple of float
        Size of each weight's gradients.
    strength : float
        Strength λ of the penalty.
    paths : dict of str to ndarray of shape (steps + 1, n_scales, n_runs)
        The weights after each step: with ``"no penalty"``, with ``"L2 in the gradient"`` of Adam, and with the
        ``"decoupled decay"`` of AdamW.
    """

    scales: tuple[float, ...]
    strength: float
    paths: dict[str, np.ndarray]

    def ends(self, way: str) -> np.ndarray:
        """Return where the weights end, the mean over the last quarter of the steps: (n_scales, n_runs)."""
        path = self.paths[way]
        return path[-max(1, len(path) // 4) :].mean(axis=0)

    def describe(self) -> str:
        """Return where each weight ends with each kind of penalty."""
        told = []
        for way in self.paths:
            ends = self.ends(way).mean(axis=1)
            told.append(f"{way}, " + " and ".join(f"{end:z.2f}" for end in ends))
        sizes = " and ".join(f"{scale:g}" for scale in self.scales)
        return f"Weights whose gradients have the sizes {sizes} end, on average, at: {'; '.join(told)}."


def pull(
    scales: Sequence[float] = (0.1, 10.0),
    strength: float = 0.25,
    *,
    learning_rate: float = 0.01,
    steps: int = 1000,
    n_runs: int = 20,
    seed: int = 0,
) -> Pull:
    """Follow weights with losses c/2 (w - 1)² from 0, each with gradients of its own size c.

    A gradient is c (w - 1 + noise), with noise of standard deviation 1 as mini-batches have it. Adam does not see the
    factor c, since it divides by the size of past gradients; a penalty in the gradient is divided along with it.

    Parameters
    ----------
    scales : sequence of float
        The factor c of each weight, above 0.
    strength : float
        Strength λ of the penalty, at least 0: λ w in the gradient, or η λ w taken off the weight.
    learning_rate : float
        Learning rate η of Adam and AdamW.
    steps : int
        Number of steps, at least 1.
    n_runs : int
        Runs with a noise of their own, at least 1; the three ways share it.
    seed : int
        Seed of the noise.

    Returns
    -------
    Pull

    Raises
    ------
    ValueError
        If a number is out of its range, or there is no scale.

    References
    ----------
    Loshchilov & Hutter, Decoupled weight decay regularization (2019).
    """
    if not len(scales) or min(real(scale, "scales", least=0) for scale in scales) == 0:
        raise ValueError(f"scales must be numbers above 0, one or more, got {list(scales)}.")
    strength = real(strength, "strength", least=0)
    shape = (whole(steps, "steps", least=1), len(scales), whole(n_runs, "n_runs", least=1))
    noise, sizes = np.random.default_rng(seed).normal(size=shape), np.array(scales, dtype=float)[:, None]
    rules = Adam(learning_rate), Adam(learning_rate), AdamW(learning_rate, weight_decay=strength)
    in_gradient = 0, strength, 0
    paths = {way: _path(rule, sizes, noise, penalty) for way, rule, penalty in zip(_WAYS, rules, in_gradient)}
    return Pull(tuple(map(float, scales)), strength, paths)


def _path(rule, sizes, noise, penalty):
    """The weights (steps + 1, n_scales, n_runs) of one way."""
    w = np.zeros(noise.shape[1:])
    state, path = rule.begin(w), [w]
    for s, off in enumerate(noise):
        w, state = rule.step(s, w, sizes * (w - 1 + off) + penalty * w, state)
        path.append(w)
    return np.array(path)
