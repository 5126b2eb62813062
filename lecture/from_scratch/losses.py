"""The losses of a net: the value for each example, from z or a of the last layer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture.activations import softplus


def _squared_error(z, a, y):
    return ((a - y) ** 2).sum(axis=-1) / 2  # (n,)


def _binary_crossentropy(z, a, y):
    return (softplus(z) - y * z).sum(axis=-1)  # (n,) -y ln a - (1 - y) ln(1 - a), without the logarithm of 0


def _categorical_crossentropy(z, a, y):
    top = z.real.max(axis=-1, keepdims=True)
    log_a = z - top - np.log(np.exp(z - top).sum(axis=-1, keepdims=True))  # (n, n_out)
    return -(y * log_a).sum(axis=-1)  # (n,)


@dataclass(frozen=True)
class Loss:
    """A loss of one example, summed over the outputs.

    Its gradient is ŷ - y: with respect to a for the squared error, and with respect to z for the two cross-entropies,
    where the slope of the output activation that belongs to them (``output``) cancels.
    """

    value: Callable  # (z, a, y) -> (n,)
    formula: str
    output: str | None = None


LOSSES = {
    "squared_error": Loss(_squared_error, "½ Σ (ŷ − y)²"),
    "binary_crossentropy": Loss(_binary_crossentropy, "−Σ [y ln ŷ + (1 − y) ln(1 − ŷ)]", output="sigmoid"),
    "categorical_crossentropy": Loss(_categorical_crossentropy, "−Σ y ln ŷ", output="softmax"),
}
