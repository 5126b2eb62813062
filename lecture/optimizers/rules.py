"""Update rules, in the order of the lecture. They have the arguments, the defaults and the steps of Keras' optimizers.

A rule holds no state: ``begin`` makes it, and ``step`` takes the old one and returns the new one, so that one rule
serves any number of descents. A learning rate is a number or a schedule, which is any function of the step 0, 1, 2, …
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lecture.optimizers.settings import check_settings, value_at


class Rule:
    """What all update rules have in common: checked settings, and a state that starts at zero.

    A rule defines ``step``: from the weights ``w`` at step ``s`` and the gradient ``g`` there, both of shape (2,), it
    returns the next weights and the next state, which is an array like ``w``, or ``n_slots`` of them.
    """

    n_slots = 1

    def __post_init__(self):
        check_settings(self, schedules=("learning_rate", "momentum"))

    def begin(self, w: np.ndarray) -> Any:
        """Return the state before the first step."""
        slots = tuple(np.zeros_like(w) for _ in range(self.n_slots))
        return slots if self.n_slots > 1 else slots[0]

    def step(self, s: int, w: np.ndarray, g: np.ndarray, state: Any, /) -> tuple[np.ndarray, Any]:
        """Return the next weights and the next state."""
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Rule):
    """w ← w - η g"""

    learning_rate: float | Callable = 0.01

    def step(self, s, w, g, state):
        return w - value_at(self.learning_rate, s) * g, state


@dataclass(frozen=True)
class Momentum(Rule):
    """v ← μ v - η g;  w ← w + v  (Polyak, 1964). ``keras.optimizers.SGD(momentum=…)``."""

    learning_rate: float | Callable = 0.01
    momentum: float | Callable = 0.9

    def step(self, s, w, g, v):
        v = value_at(self.momentum, s) * v - value_at(self.learning_rate, s) * g
        return w + v, v


@dataclass(frozen=True)
class Nesterov(Rule):
    """v ← μ v - η g(θ);  θ ← θ + μ v - η g(θ)  (Nesterov, 1983). ``keras.optimizers.SGD(momentum=…, nesterov=True)``.

    As in Keras, the path is that of θ = w + μ v, the point that momentum alone would reach, where the gradient is
    taken. The textbook's weights are w = θ - μ v, and they move by v (Sutskever et al., 2013, appendix A).
    """

    learning_rate: float | Callable = 0.01
    momentum: float | Callable = 0.9

    def step(self, s, theta, g, v):
        downhill = -value_at(self.learning_rate, s) * g
        v = value_at(self.momentum, s) * v + downhill
        return theta + downhill + value_at(self.momentum, s + 1) * v, v


@dataclass(frozen=True)
class Adagrad(Rule):
    """G ← G + g²;  w ← w - η g / √(G + ε)  (Duchi et al., 2011). As in Keras, G starts at 0.1."""

    learning_rate: float | Callable = 0.001
    initial_accumulator_value: float = 0.1
    epsilon: float = 1e-7

    def begin(self, w):
        return np.full_like(w, self.initial_accumulator_value)

    def step(self, s, w, g, G):
        G = G + g**2
        return w - value_at(self.learning_rate, s) * g / np.sqrt(G + self.epsilon), G


@dataclass(frozen=True)
class RMSprop(Rule):
    """G ← ρ G + (1 - ρ) g²;  v ← μ v + η g / √(G + ε);  w ← w - v  (Hinton, 2012)."""

    n_slots = 2
    learning_rate: float | Callable = 0.001
    rho: float = 0.9
    momentum: float | Callable = 0.0
    epsilon: float = 1e-7

    def step(self, s, w, g, state):
        G, v = state
        G = self.rho * G + (1 - self.rho) * g**2
        v = value_at(self.momentum, s) * v + value_at(self.learning_rate, s) * g / np.sqrt(G + self.epsilon)
        return w - v, (G, v)


@dataclass(frozen=True)
class Adadelta(Rule):
    """G ← ρ G + (1 - ρ) g²;  Δ = g √(D + ε) / √(G + ε);  D ← ρ D + (1 - ρ) Δ²;  w ← w - η Δ  (Zeiler, 2012)."""

    n_slots = 2
    learning_rate: float | Callable = 0.001
    rho: float = 0.95
    epsilon: float = 1e-7

    def step(self, s, w, g, state):
        G, D = state
        G = self.rho * G + (1 - self.rho) * g**2
        delta = g * np.sqrt(D + self.epsilon) / np.sqrt(G + self.epsilon)
        D = self.rho * D + (1 - self.rho) * delta**2
        return w - value_at(self.learning_rate, s) * delta, (G, D)


@dataclass(frozen=True)
class Adam(Rule):
    """m ← β₁ m + (1 - β₁) g;  G ← β₂ G + (1 - β₂) g²;  w ← w - η m̂ / (√Ĝ + ε̂)  (Kingma & Ba, 2015).

    m̂ = m / (1 - β₁ᵗ) and Ĝ = G / (1 - β₂ᵗ), with the step t = 1, 2, … as the exponent, correct for the start at zero. ε
    stands outside the root; as in Keras it is added to √G before the correction: ε̂ = ε / √(1 - β₂ᵗ).
    """

    n_slots = 2
    learning_rate: float | Callable = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def step(self, s, w, g, state):
        m, G = state
        t = s + 1
        m = self.beta_1 * m + (1 - self.beta_1) * g
        G = self.beta_2 * G + (1 - self.beta_2) * g**2
        corrected = value_at(self.learning_rate, s) * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        return w - corrected * m / (np.sqrt(G) + self.epsilon), (m, G)


@dataclass(frozen=True)
class AdamW(Adam):
    """w ← w - η m̂ / (√Ĝ + ε̂) - η λ w, with the averages of Adam  (Loshchilov & Hutter, 2019).

    The decay is *decoupled*: with a penalty in the loss, λ w would be part of g and divided by √Ĝ with it. As in Keras,
    the decay is multiplied by the learning rate, and follows its schedule.
    """

    weight_decay: float = 0.004

    def step(self, s, w, g, state):
        moved, state = super().step(s, w, g, state)
        return moved - value_at(self.learning_rate, s) * self.weight_decay * w, state


@dataclass(frozen=True)
class Adamax(Rule):
    """m ← β₁ m + (1 - β₁) g;  u ← max(β₂ u, |g|);  w ← w - η m̂ / (u + ε), m̂ as in Adam  (Kingma & Ba, 2015, §7)."""

    n_slots = 2
    learning_rate: float | Callable = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7

    def step(self, s, w, g, state):
        m, u = state
        m = self.beta_1 * m + (1 - self.beta_1) * g
        u = np.maximum(self.beta_2 * u, np.abs(g))
        m_hat = m / (1 - self.beta_1 ** (s + 1))
        return w - value_at(self.learning_rate, s) * m_hat / (u + self.epsilon), (m, u)
