"""Gradients that are cut before a step: by their norm, or entry by entry."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture.checks import real
from lecture.optimizers.rules import Rule


def clip_by_norm(gradient: np.ndarray, norm: float) -> np.ndarray:
    """Return a gradient of at most this norm, in the same direction: g · min(1, c / ‖g‖).

    Pascanu et al., On the difficulty of training recurrent neural networks (2013), algorithm 1.

    Parameters
    ----------
    gradient : array (m,) or (m, n)
        Gradient of m weights; with a second axis that of n descents, each of which is cut by itself.
    norm : float
        Largest norm, above 0.

    >>> clip_by_norm(np.array([3.0, 4.0]), 1.0)
    array([0.6, 0.8])
    """
    length = np.sqrt((gradient**2).sum(axis=0))
    return gradient * (norm / np.maximum(length, norm))


def clip_by_value(gradient: np.ndarray, value: float) -> np.ndarray:
    """Return a gradient with no entry beyond ±value; its direction may change.

    >>> clip_by_value(np.array([3.0, 0.5]), 1.0)
    array([1. , 0.5])
    """
    return np.clip(gradient, -value, value)


@dataclass(frozen=True)
class Clipped(Rule):
    """Another rule, with gradients clipped by ``norm`` or by ``value``: ``clipnorm`` and ``clipvalue`` of Keras.

    Keras' ``global_clipnorm`` takes the norm over all arrays of weights at once, ``clipnorm`` that of each array. The
    weights of a surface are one array, so that here both are the same.

    Raises
    ------
    ValueError
        If ``rule`` is not a rule, not exactly one of ``norm`` and ``value`` is given, or that is not above 0.
    """

    rule: Rule
    norm: float | None = None
    value: float | None = None

    def __post_init__(self):
        if not isinstance(self.rule, Rule):
            raise ValueError(f"rule must be one of lecture.optimizers, such as SGD(0.1), got {self.rule!r}.")
        given = {name: getattr(self, name) for name in ("norm", "value") if getattr(self, name) is not None}
        if len(given) != 1:
            raise ValueError(f"Clipped needs either norm or value, got {'both' if given else 'neither'}.")
        ((name, most),) = given.items()
        if real(most, name, least=0) == 0:
            raise ValueError(f"{name} must be above 0, got 0: no step would be taken.")

    def begin(self, w: np.ndarray) -> Any:
        return self.rule.begin(w)

    def step(self, s, w, g, state):
        if self.norm is not None:
            g = clip_by_norm(g, self.norm)
        if self.value is not None:
            g = clip_by_value(g, self.value)
        return self.rule.step(s, w, g, state)
