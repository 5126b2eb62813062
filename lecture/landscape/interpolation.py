"""The loss on the straight line between two models, and beyond."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of
from lecture.landscape.arrays import numbers
from lecture.landscape.examples import checked_inputs
from lecture.landscape.keras_network import all_layers, batch_norms
from lecture.landscape.losses import Loss
from lecture.landscape.parameters import Model, shapes, vector
from lecture.landscape.problem import problem
from lecture.replicas import Replicas

ALPHAS = tuple(np.linspace(-1, 2, 61).round(2).tolist())


@dataclass(frozen=True, eq=False)
class Path:
    """Loss and accuracy at (1 - α) a + α b; with an axis R before for replicas.

    Attributes
    ----------
    alphas : array (A,)
    loss, accuracy : array (A,) or (R, A)
    ends : array (2,) or (R, 2)
        Loss of a and b.
    barrier : float or array (R,)
        Largest height of the loss between the two models above the straight line from the loss of a to that of b.
    """

    alphas: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    ends: np.ndarray

    @property
    def barrier(self) -> float | np.ndarray:
        """Height of the wall between the two models."""
        within = (self.alphas >= 0) & (self.alphas <= 1)
        share = self.alphas[within]
        chord = self.ends[..., :1] * (1 - share) + self.ends[..., 1:] * share
        above = self.loss[..., within] - chord
        return np.maximum(above.max(axis=-1, initial=0.0), 0.0)

    @property
    def slopes(self) -> np.ndarray:
        """Slope of the loss along α, of the shape of ``loss``."""
        return np.gradient(self.loss, self.alphas, axis=-1)

    @property
    def steepness(self) -> float | np.ndarray:
        """log₁₀ of the loss at the last α over that at the first: above 0 if b's side is steeper."""
        return np.log10(self.loss[..., -1] / self.loss[..., 0])

    def describe(self) -> str:
        """Return the path in a sentence."""
        ends = " and ".join(f"{np.mean(end):.3g}" for end in np.moveaxis(self.ends, -1, 0))
        return f"loss {ends} at the ends, a wall of {np.mean(self.barrier):.3g} between them"


def interpolate(
    a: Model,
    b: Model,
    X: ArrayLike,
    y: ArrayLike,
    *,
    alphas: ArrayLike = ALPHAS,
    statistics: str = "recompute",
    examples: ArrayLike | None = None,
    loss: Loss | None = None,
) -> Path:
    """Return loss and accuracy on the line through two models of one structure (Goodfellow et al., 2015).

    Parameters
    ----------
    a, b : keras.Model, or Replicas
        Models at α = 0 and at α = 1; with replicas each of a and the one of the same number of b.
    X, y : arrays
        Examples.
    alphas : array (A,)
        Ascending, two or more.
    statistics : "recompute" or "interpolate"
        What batch norm does between the two models. The right mean and variance lie neither at nor between those of
        a and b, so they are computed anew from ``examples`` at each α (Jordan et al., 2023). Interpolating them shows
        what goes wrong otherwise.
    examples : array, optional
        Training examples for batch norm's statistics; X by default.
    loss : str, keras.losses.Loss or callable, optional
        The loss that ``a`` is compiled with by default; needed with replicas.

    Raises
    ------
    ValueError
        If the models differ in more than their weights, or something does not fit.
    """
    one_of(statistics, ("recompute", "interpolate"), "statistics")
    alphas = _ascending(alphas)
    _check_alike(a, b)
    normed = not isinstance(a, Replicas) and bool(batch_norms(a))
    examples = checked_inputs(a, X if examples is None else examples) if normed else None
    anew = examples if statistics == "recompute" else None
    task = problem(a, X, y, loss=loss, statistics=anew)
    for name, model in (("a", a), ("b", b)):
        if not np.isfinite(vector(model)).all():
            raise ValueError(f"a and b must have finite weights, and {name} has some that are not.")
    shares = np.concatenate([alphas, [0, 1]])[:, None]  # the ends beside, for they need not be among alphas
    ends = [np.atleast_2d(vector(model)).astype(task.dtype)[:, None] for model in (a, b)]
    rows = (ends[0] * (1 - shares) + ends[1] * shares).astype(task.dtype)  # (R, A + 2, P)
    if normed and anew is None:
        warnings.warn(
            "batch norm's statistics are interpolated: no network has them, and part of the wall is due to them.",
            stacklevel=2,
        )
        measured = _with_state_between(task, b, rows[0], shares[:, 0])
    else:
        measured = task.measure(rows.reshape(-1, rows.shape[-1]))
    values = measured.reshape(len(rows), len(shares), 2)
    _say_where(alphas, values[:, :-2, 0])
    found = [task.given_back(array) for array in (values[:, :-2, 0], values[:, :-2, 1], values[:, -2:, 0])]
    return Path(alphas, *found)


def _with_state_between(task, b, rows, shares):
    """Loss and accuracy with all that is not trained halfway, too."""
    own, other = task.state, task.functions.network.state(b)
    found = []
    for row, share in zip(rows, shares):
        state = [
            (1 - share) * mine + share * theirs if mine.dtype.is_floating else mine for mine, theirs in zip(own, other)
        ]
        found.append(replace(task, state=state).measure(row[None])[0])
    return np.array(found)


def _ascending(alphas):
    alphas = numbers(alphas, "alphas")
    fits = alphas.ndim == 1 and len(alphas) > 1 and np.isfinite(alphas).all() and (np.diff(alphas) > 0).all()
    if not fits:
        raise ValueError(f"alphas must be two or more numbers, ascending, got {alphas.tolist()}.")
    return alphas


def _check_alike(a, b):
    if isinstance(a, Replicas) != isinstance(b, Replicas):
        raise ValueError(
            f"a and b must both be Keras models, or both replicas, got {type(a).__name__} and {type(b).__name__}."
        )
    if isinstance(a, Replicas):
        if len(a) != len(b) or a.net != b.net:
            raise ValueError(
                f"a and b must be equally many replicas of one net, got {len(a)} of {a.net.sizes} and {len(b)} of "
                f"{b.net.sizes}."
            )
        return
    for what, found in (("weights", _weights_of), ("layers", _layers_of)):
        here, there = found(a), found(b)
        if here != there:
            at = next((pair for pair in zip(here, there) if pair[0] != pair[1]), (len(here), len(there)))
            raise ValueError(f"a and b must have the same {what} in the same order, got {at[0]} and {at[1]}.")


def _weights_of(model):
    return [*shapes(model).values()]


def _layers_of(model):
    kinds = [type(layer).__name__ for layer in all_layers(model)[1:]]
    functions = [getattr(layer, "activation", None) for layer in all_layers(model)[1:]]
    return [f"{kind} ({getattr(f, '__name__', f)})" if f else kind for kind, f in zip(kinds, functions)]


def _say_where(alphas, losses):
    bad = alphas[~np.isfinite(losses).all(axis=0)]
    if len(bad):
        told = f"α = {bad[0]:g}" if len(bad) == 1 else f"{len(bad)} α from {bad[0]:g} to {bad[-1]:g}"
        warnings.warn(f"the loss is not finite at {told}.", stacklevel=3)
