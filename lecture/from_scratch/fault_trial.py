"""What a fault in batch norm's backward pass does: the gradient check beside a short training, for the same net."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, whole
from lecture.from_scratch.batch_norm import FAULTS, BatchNorm
from lecture.from_scratch.check import GradientCheck, check_gradients
from lecture.from_scratch.fitting import Fitted, fit
from lecture.from_scratch.net import Net, dense_net
from lecture.words import digits

CHECKED = 20  # examples of the gradient check, and entries of each array that it nudges
BATCH, LEARNING_RATE = 50, 0.1
NORM = {"momentum": 0.9, "epsilon": 1e-5}


@dataclass(frozen=True, eq=False)
class FaultTrial:
    """A net with batch norm whose backward pass may have a fault: its gradient check, and its training."""

    fault: str | None  # a key of FAULTS
    check: GradientCheck
    fitted: Fitted

    @property
    def title(self) -> str:
        """What the backward pass gets wrong, in a sentence."""
        return FAULTS[self.fault] if self.fault else "The gradient is right."

    def describe(self) -> str:
        """Return what check and training found, in sentences."""
        wrong, n = self.check.count("wrong"), len(self.check.rows)
        worst = f", with errors up to {digits(self.check.worst.error, 2)}" if wrong else ""
        end = "diverges" if self.fitted.diverged else f"ends at a loss of {self.fitted.loss[-1]:.2f}"
        return f"{self.title} The check finds {wrong} of {n} arrays wrong{worst}; the training {end}."


def fault_trial(
    X: ArrayLike,
    y: ArrayLike,
    *,
    fault: str | None = None,
    hidden: tuple[int, ...] = (30, 30),
    epochs: int = 20,
    seed: int = 0,
) -> FaultTrial:
    """Check the gradient of a ReLU net with batch norm, and train it, with a fault in its backward pass or without.

    All faults get the same initial weights and the same mini-batches of 50, at a learning rate of 0.1. The check is
    made with other γ and β than the initial ones, since a forgotten γ of 1 would not show, in float64 by central
    differences, on at most 20 examples and 20 entries of each array.

    Parameters
    ----------
    X : array (n, n_in)
        Inputs, 50 or more; a few hundred are enough.
    y : array (n, n_classes)
        One-hot labels.
    fault : str, optional
        Key of ``FAULTS``; the right gradient if None.
    hidden : tuple of int
        Units of each hidden layer.
    epochs : int
        Length of the training.
    seed : int
        Seed of the weights and mini-batches.

    Returns
    -------
    FaultTrial

    Raises
    ------
    ValueError
        If the fault is unknown, there are fewer than 50 examples, a number is out of range, or the shapes do not fit.

    >>> from lecture.from_scratch import fault_trial
    >>> rng = np.random.default_rng(0)
    >>> bool(fault_trial(rng.normal(size=(50, 4)), np.eye(2)[rng.integers(2, size=50)], fault="sums", epochs=1).check)
    False
    """
    if fault is not None:
        one_of(fault, FAULTS, "fault")
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim != 2 or y.ndim != 2 or len(X) != len(y):
        raise ValueError(
            f"X must have shape (n, n_in), and y one-hot labels (n, n_classes), got {X.shape} and {y.shape}."
        )
    whole(len(X), "The number of examples", least=BATCH)
    if not np.iterable(hidden):
        raise ValueError(f"hidden must be the units of each hidden layer, got {hidden!r}.")
    whole(epochs, "epochs", least=1)
    whole(seed, "seed")
    net = dense_net(
        [X.shape[-1], *hidden, y.shape[-1]],
        activation="relu",
        output="softmax",
        initializer="he_normal",
        batch_norm=NORM | {"fault": fault},
        seed=seed,
    )
    check = check_gradients(_stirred(net, seed), X[:CHECKED], y[:CHECKED], entries=CHECKED, seed=seed)
    rows = len(X) // BATCH * BATCH  # so that no mini-batch is smaller than the others
    fitted = fit(net, X[:rows], y[:rows], learning_rate=LEARNING_RATE, epochs=epochs, batch_size=BATCH, seed=seed)
    return FaultTrial(fault, check, fitted)


def _stirred(net: Net, seed) -> Net:
    """The net with γ between 0.5 and 1.5, and β that are not 0."""
    rng = np.random.default_rng([seed, 1])
    layers = []
    for layer in net.layers:
        if isinstance(layer, BatchNorm):
            n = len(layer.gamma)
            layer = replace(layer, gamma=rng.uniform(0.5, 1.5, n), beta=rng.normal(0, 0.3, n))
        layers.append(layer)
    return replace(net, layers=tuple(layers))
