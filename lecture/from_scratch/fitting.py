"""Training a net on many examples: float32, updated in place, recorded by epoch or by step; no net is kept."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import one_of, whole
from lecture.from_scratch.batch_norm import FEWEST, BatchNorm
from lecture.from_scratch.layers import Dense
from lecture.from_scratch.losses import LOSSES
from lecture.from_scratch.net import Net, batch
from lecture.optimizers.schedules import rates as learning_rates
from lecture.shuffling import epoch_order
from lecture.words import counted, digits

BLOCK = 5000  # examples that are measured at once: 61 MB of 3072 pixels in float32
HIGH = 0.5  # a schedule that ends above this part of its highest rate has not come down


class Evaluation(NamedTuple):
    """How well a net does on examples: mean loss, cost (the loss with the penalty), and accuracy, from 0 to 1."""

    loss: float
    cost: float
    accuracy: float  # nan if the outputs are not those of a classifier


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained net, and how it came about, at T recorded points of the training.

    ``loss``, ``cost`` (with the L2 penalty) and ``accuracy`` are means over the examples since the point before, each
    batch measured in training before its update, as Keras records them; ``val_loss``, ``val_cost`` and ``val_accuracy``
    are those of the validation set at the point itself, in prediction, and empty without one. A training that diverges
    ends at the first loss that is not finite, which is its last record.
    """

    net: Net
    steps: np.ndarray  # (T,) update steps done
    learning_rate: np.ndarray  # (T,) of the last of them
    loss: np.ndarray
    cost: np.ndarray
    accuracy: np.ndarray
    val_loss: np.ndarray
    val_cost: np.ndarray
    val_accuracy: np.ndarray
    notes: tuple[str, ...] = field(default=())

    @property
    def diverged(self) -> bool:
        """Whether the loss was not finite in the end."""
        return bool(len(self.loss)) and not np.isfinite(self.loss[-1])

    def describe(self) -> str:
        """Return the training in a sentence, and what there is to note."""
        sizes = "-".join(map(str, self.net.sizes))
        text = f"A {sizes} net after {counted(int(self.steps[-1]), 'update step')}: cost {digits(self.cost[-1])}"
        text += f", loss {digits(self.loss[-1])}"
        if np.isfinite(self.accuracy[-1]):
            text += f", accuracy {self.accuracy[-1]:.1%} in training"
        if len(self.val_accuracy) and np.isfinite(self.val_accuracy[-1]):
            text += f" and {self.val_accuracy[-1]:.1%} on the validation set"
        return " ".join([f"{text}.", *self.notes])


def fit(
    net: Net,
    X: ArrayLike,
    y: ArrayLike,
    *,
    learning_rate: float | Callable[[Any], Any],
    epochs: int,
    batch_size: int = 100,
    seed: int = 0,
    X_val: ArrayLike | None = None,
    y_val: ArrayLike | None = None,
    dtype: str = "float32",
    record: str = "epoch",
) -> Fitted:
    """Train a net by stochastic gradient descent.

    Parameters
    ----------
    net : Net
        Net to start from; it is not changed.
    X : array (n, n_in)
        Inputs; nothing is copied if they have the dtype of the training.
    y : array (n, n_out)
        Targets, one-hot for a softmax.
    learning_rate : float or callable
        Learning rate, or a function of the step (from 0) such as ``lecture.optimizers.Triangular``.
    epochs : int
        Number of epochs.
    batch_size : int
        Examples per step, at most n; the last batch of an epoch may be smaller. With batch norm each needs three.
    seed : int
        Seed of the order of the examples, which in epoch e is ``lecture.shuffling.epoch_order(n, seed, e)``.
    X_val, y_val : array (n_val, n_in) and (n_val, n_out), optional
        Validation set, measured at each recorded point.
    dtype : {"float32", "float64"}
        Precision of the training.
    record : {"epoch", "step"}
        When to record: after each epoch, or after each step.

    Returns
    -------
    Fitted
        With the net in float64; if training is interrupted (Ctrl-C), the net and the record after the last whole epoch.

    Raises
    ------
    ValueError
        If the shapes do not fit the net, a number is out of range, or a batch is too small for batch norm.
    """
    one_of(dtype, ("float32", "float64"), "dtype")
    one_of(record, ("epoch", "step"), "record")
    X, y = batch(net, X, y, dtype)
    whole(epochs, "epochs", least=1)
    whole(batch_size, "batch_size", least=1, most=len(X))
    whole(seed, "seed")
    _check_batches(net, len(X), batch_size)
    validation = _validation(net, X_val, y_val, dtype)
    rates = learning_rates(learning_rate, epochs * -(-len(X) // batch_size), "learning_rate").tolist()
    training = _Training(net.astype(dtype), X, y, validation, rates)
    fitted = None
    try:
        for epoch in range(epochs):
            order = epoch_order(len(X), seed, epoch)
            with _one_thread():
                training.epoch([order[start : start + batch_size] for start in range(0, len(X), batch_size)], record)
            fitted = training.fitted()
            if fitted.diverged:
                break
    except KeyboardInterrupt:
        if fitted is None:
            raise
        done = f"{int(fitted.steps[-1]):,} of {len(rates):,} update steps"
        fitted = replace(fitted, notes=(f"Training was interrupted; this is the net after {done}.",))
    assert fitted is not None  # there is one epoch or more
    return fitted


def evaluate(net: Net, X: ArrayLike, y: ArrayLike) -> Evaluation:
    """Return loss, cost and accuracy of a net in prediction, computed in float32 in blocks of examples.

    Parameters
    ----------
    net : Net
        Trained net.
    X : array (n, n_in)
        Inputs.
    y : array (n, n_out)
        Targets, one-hot for a softmax.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If the shapes do not fit the net, or a value is not finite.
    """
    return _evaluate(net.astype("float32"), *batch(net, X, y, "float32"))


def _one_thread():
    """A context in which products take one thread, if threadpoolctl is installed, as it is with scikit-learn."""
    # Two threads share 100 × 3072 times 3072 × 50 with little gain, and wait for each other where other programs run:
    # 25 ms a step instead of 2.6, measured on 2 cores with a load of 8.
    try:
        from threadpoolctl import threadpool_limits
    except ModuleNotFoundError:
        return nullcontext()
    return threadpool_limits(1, user_api="blas")


def _evaluate(net, X, y):
    """The ``Evaluation`` on examples in the net's dtype."""
    totals = np.zeros(2)
    with np.errstate(all="ignore"):
        for start in range(0, len(X), BLOCK):
            last, wanted = net.signals(X[start : start + BLOCK])[-1], y[start : start + BLOCK]
            totals += _sums(net, last, wanted)
        loss, accuracy = totals / len(X)
        return Evaluation(float(loss), float(loss + net.penalty), float(accuracy))


def _sums(net, last, y):
    """The sums over a batch of the losses and of the right answers (nan if the net is no classifier)."""
    losses = LOSSES[net.loss].value(last.z, last.a, y).sum()
    if net.layers[-1].activation not in ("softmax", "sigmoid"):
        return losses, np.nan
    if y.shape[1] == 1:
        return losses, ((last.a > 0.5) == (y > 0.5)).sum()
    return losses, (last.a.argmax(axis=1) == y.argmax(axis=1)).sum()


class _Training:
    """A training under way: a net whose arrays are changed in place, and what has been recorded."""

    def __init__(self, net, X, y, validation, rates):
        self.net, self.X, self.y, self.validation, self.rates = net, X, y, validation, rates
        self.bare = replace(net, l2=0.0)  # the same arrays: the gradient of the loss alone
        self.done = 0  # update steps
        self.totals = np.zeros(4)  # since the last record: examples, losses, right answers, penalties
        self.records = []

    def epoch(self, batches, record):
        """Take a step with each of the batches, unless the training diverges."""
        with np.errstate(all="ignore"):  # the record shows whether it does
            for rows in batches:
                self.step(rows)
                diverged = not np.isfinite(self.totals[1])
                if record == "step" or rows is batches[-1] or diverged:
                    self.record()
                if diverged:
                    return

    def step(self, rows):
        """Update the net, in place, by the gradient of the examples in ``rows``."""
        net, y, rate = self.net, self.y[rows], self.rates[self.done]
        signals = net.signals(self.X[rows], training=True)
        self.totals += (len(rows), *_sums(net, signals[-1], y), len(rows) * net.penalty)
        for layer, signal, gradient in zip(net.layers, signals, self.bare.backward(signals, y)):
            if isinstance(layer, BatchNorm):
                _move(layer, signal.standardized)
            elif isinstance(layer, Dense) and net.l2:
                np.multiply(layer.W, 1 - 2 * rate * net.l2, out=layer.W)  # the penalty's part of the step
            for name, w in layer.parameters.items():
                change = gradient.parameters[name]
                change *= rate
                w -= change
        self.done += 1

    def record(self):
        """Record what came since the last record, and measure the validation set."""
        n, losses, right, penalties = self.totals
        val = () if self.validation is None else _evaluate(self.net, *self.validation)
        self.records.append(
            (self.done, self.rates[self.done - 1], losses / n, (losses + penalties) / n, right / n, *val)
        )
        self.totals[:] = 0

    def fitted(self):
        """The ``Fitted`` so far."""
        columns = np.array(self.records).T  # steps and rate, then what was measured, perhaps without a validation set
        names = ("learning_rate", "loss", "cost", "accuracy", "val_loss", "val_cost", "val_accuracy")
        measured: dict[str, Any] = dict.fromkeys(names, np.empty(0)) | dict(zip(names, columns[1:]))
        fitted = Fitted(self.net.astype("float64"), columns[0].astype(int), **measured)
        return replace(fitted, notes=tuple(_notes(fitted, self.rates)))


def _move(layer, found):
    """Move the averages of a batch norm towards the statistics of a batch, in place."""
    for moving, new in ((layer.moving_mean, found.mean[0]), (layer.moving_variance, found.variance[0])):
        moving *= layer.momentum
        moving += (1 - layer.momentum) * new


def _notes(fitted, rates):
    """What there is to note of a training."""
    if fitted.diverged:
        yield (
            f"The training diverged at step {int(fitted.steps[-1]):,} of {len(rates):,} and ended there: such a net "
            "gives all examples the same class."
        )
    elif fitted.steps[-1] == len(rates) and rates[-1] > HIGH * max(rates) and min(rates) < max(rates):
        yield f"The schedule ended at a high learning rate, {rates[-1]:.2g} of at most {max(rates):.2g}."


def _check_batches(net, n, batch_size):
    """Refuse batches that are too small for batch norm."""
    smallest = n % batch_size or batch_size
    if net.has_batch_norm and smallest < FEWEST:
        which = "The last batch of each epoch" if smallest < batch_size else "Each batch"
        raise ValueError(
            f"{which} would have {counted(smallest, 'example')}, but batch norm needs {FEWEST} or more: "
            f"choose another batch_size than {batch_size} for {n:,} examples."
        )


def _validation(net, X, y, dtype):
    """The validation set, checked; None if there is none."""
    if (X is None) != (y is None):
        raise ValueError(f"X_val and y_val must be given together, got {'y_val' if X is None else 'X_val'} only.")
    return None if X is None or y is None else batch(net, X, y, dtype)
