"""One round of the training loop, with all that goes round in it."""

from dataclasses import dataclass

import numpy as np

from lecture.checks import whole
from lecture.from_scratch.net import batch


@dataclass(frozen=True, eq=False)
class Round:
    """A batch goes in, predictions and a loss come out, and the weights are changed."""

    number: int
    X: np.ndarray  # (n, n_in)
    y: np.ndarray  # (n, n_out)
    predictions: np.ndarray  # (n, n_out)
    loss: float
    loss_name: str
    matrices: tuple  # of each layer, (n_in + 1, n_out), biases in row 0
    changes: tuple  # what the update adds to them
    activations: tuple  # names, a layer each
    learning_rate: float

    def describe(self):
        """Return the round in a sentence."""
        largest = max(np.abs(change).max() for change in self.changes)
        layers = f"{len(self.matrices)} layer{'s' if len(self.matrices) > 1 else ''}"
        return (
            f"Round {self.number} of the training loop: a batch of {len(self.X)} examples goes through {layers}, the loss of the predictions is {self.loss:.3f}, "
            f"and the optimizer changes the weights by at most {largest:.2g}. Then the next batch."
        )


def one_round(record, X, y, number=1):
    """Return one round of a training that was made on all of X and y at once.

    Parameters
    ----------
    record : TrainingRecord
    X : array (n, n_in)
    y : array (n, n_out)
    number : int
        From 1 to ``record.steps``.

    Raises
    ------
    ValueError
        If there is no such round, or it was made on other examples: its update is not the one that X and y give.
    """
    whole(number, "number", least=1, most=record.steps)
    net = record.nets[number - 1]
    X, y = batch(net, X, y)
    signals = net.forward(X, training=True)
    updated = net.updated(net.backward(signals, y), record.learning_rate)
    if not all(np.allclose(ours, theirs) for ours, theirs in zip(updated.matrices, record.nets[number].matrices)):
        raise ValueError(
            f"X and y must be all that the training saw in round {number}, but they give another update than the record's."
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
