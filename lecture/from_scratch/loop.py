"""One round of the training loop, with all that goes round in it."""

from dataclasses import dataclass

import numpy as np

from lecture.checks import whole


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
        return (
            f"Round {self.number} of the training loop: a batch of {len(self.X)} examples goes through {len(self.matrices)} layers, the loss of the predictions is {self.loss:.3f}, "
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
        If there is no such round, or the training stands still.
    """
    whole(number, "number", least=1, most=record.steps)
    net = record.nets[number - 1]
    signals = net.forward(X)
    changes = tuple(record.changes(number))
    return Round(
        number, np.asarray(X), np.asarray(y), signals[-1].a, float(net.loss_of(signals, y)), net.loss, tuple(net.matrices), changes,
        tuple(layer.activation for layer in net.layers), record.learning_rate,
    )
