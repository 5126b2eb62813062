"""One round of the training loop, with everything that it computes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import whole
from lecture.from_scratch.net import batch
from lecture.from_scratch.training import TrainingRecord
from lecture.words import counted


@dataclass(frozen=True, eq=False)
class Round:
    """One round: a batch goes in, predictions and a loss come out, and the weights change."""

    number: int
    X: np.ndarray  # (n, n_in)
    y: np.ndarray  # (n, n_out)
    predictions: np.ndarray  # (n, n_out)
    loss: float
    loss_name: str
    matrices: tuple[np.ndarray, ...]  # the weights of each layer, (n_in + 1, n_out), biases in row 0
    changes: tuple[np.ndarray, ...]  # what the update adds to them
    activations: tuple[str, ...]  # the name for each layer
    learning_rate: float

    def describe(self) -> str:
        """Return the round in a sentence."""
        largest = max(np.abs(change).max() for change in self.changes)
        return (
            f"Round {self.number} of the training loop: a batch of {counted(len(self.X), 'example')} goes through "
            f"{counted(len(self.matrices), 'layer')}, the loss of the predictions is {self.loss:.3f}, "
            f"and the optimizer changes the weights by at most {largest:.2g}. Then the next batch."
        )


def one_round(record: TrainingRecord, X: ArrayLike, y: ArrayLike, number: int = 1) -> Round:
    """Return one round of a training that used all of X and y in each step.

    Parameters
    ----------
    record : TrainingRecord
        The training, from ``record_training``.
    X : array (n, n_in)
        Inputs of the training.
    y : array (n, n_out)
        Targets of the training.
    number : int
        Number of the round, from 1 to ``record.steps``.

    Returns
    -------
    Round

    Raises
    ------
    ValueError
        If there is no such round, or its update does not follow from X and y.
    """
    whole(number, "number", least=1, most=record.steps)
    net = record.nets[number - 1]
    X, y = batch(net, X, y)
    signals = net.forward(X, training=True)
    updated = net.updated(net.backward(signals, y), record.learning_rate)
    if not all(np.allclose(ours, theirs) for ours, theirs in zip(updated.matrices, record.nets[number].matrices)):
        raise ValueError(
            f"X and y must be all examples that the training used in round {number}, "
            "but they give another update than the record's."
        )
    return Round(
        number,
        X,
        y,
        signals[-1].a,
        float(net.loss_of(signals, y)),
        net.loss,
        tuple(net.matrices),
        tuple(record.changes(number)),
        tuple(layer.activation for layer in net.layers),
        record.learning_rate,
    )
