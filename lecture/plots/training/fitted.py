"""Everything with the curves of a training, read as a `History`: the result of ``fit``, a mapping, CSVLogger's file."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lecture.plots.training.direction import VALIDATION
from lecture.plots.training.record import History, scalar

EPOCH = "epoch"  # the column of CSVLogger's file; Keras counts from 0


def holds_record(thing: Any) -> bool:
    """Return whether this is a record, and not the values of one metric."""
    return _is_table(thing) or isinstance(getattr(thing, "history", thing), Mapping)


def as_history(thing: Any) -> History:
    """Return a record of any kind as a `History`.

    Parameters
    ----------
    thing : History, mapping, data frame, or an object with one of them as its ``history``
        A mapping or frame may have a column ``"epoch"``, counted from 0, as CSVLogger writes it. If its numbers go
        back, as after a second fit with ``append=True``, the later rows count. In a frame, a ``val_…`` that is NaN is
        missing. A ``val_…`` with fewer values than epochs has one in each k-th epoch, if there is just one such k.

    Raises
    ------
    ValueError
        If this is no record, or a metric does not have one value for each epoch.
    """
    held = thing if _is_table(thing) else getattr(thing, "history", thing)
    if isinstance(held, History):
        return held
    if not _is_table(held) and not isinstance(held, Mapping):
        raise ValueError(f"a record must map each metric to its values, one an epoch, got {thing!r}.")
    metrics = _columns(held) if _is_table(held) else dict(held)
    if np.iterable(metrics.get(EPOCH)):
        return _from_column(metrics)
    epochs = _numbers(thing, metrics)
    if epochs:
        metrics = {name: _spread(name, values, epochs) for name, values in metrics.items()}
    return History(metrics, epochs)


def _is_table(thing):
    """Whether this is a data frame, of pandas or another library."""
    return hasattr(thing, "columns") and hasattr(thing, "__getitem__")


def _columns(frame):
    """The columns of a data frame by name, with None for missing values, and without columns that have no other."""
    columns = {str(name): [scalar(value) for value in frame[name]] for name in frame.columns}
    if EPOCH == getattr(getattr(frame, "index", None), "name", None):
        columns[EPOCH] = list(frame.index)
    for name, values in columns.items():
        if name.startswith(VALIDATION) or None in values:  # a loss that is NaN is not missing
            columns[name] = [None if value is None or np.isnan(value) else value for value in values]
    return {name: values for name, values in columns.items() if any(value is not None for value in values)}


def _from_column(metrics):
    """A record with a column of epochs: the last row of each, and no row before a restart from an earlier epoch."""
    numbers = [scalar(value) for value in metrics.pop(EPOCH)]
    wrong = [number for number in numbers if number is None or not number.is_integer() or number < 0]
    if wrong:
        raise ValueError(f"epoch must be a column of whole numbers counted from 0, got {wrong[0]} in it.")
    lowest = np.minimum.accumulate([*numbers, np.inf][::-1])[::-1]
    rows = [row for row, number in enumerate(numbers) if number < lowest[row + 1]]
    if all(len(values) == len(numbers) for values in metrics.values() if np.iterable(values)):
        metrics = {name: [list(values)[row] for row in rows] for name, values in metrics.items() if np.iterable(values)}
    return History(metrics, [int(numbers[row]) + 1 for row in rows])


def _numbers(thing, metrics):
    """The numbers of the epochs, from 1: those of Keras' History, or 1, 2, 3, …; None if they are not known."""
    if not all(np.iterable(values) and hasattr(values, "__len__") for values in metrics.values()):
        return None
    n_epochs = max(map(len, metrics.values()), default=0)
    numbers = getattr(thing, "epoch", None)
    if not isinstance(numbers, list) or len(numbers) != n_epochs:
        numbers = range(n_epochs)
    return [number + 1 for number in numbers]


def _spread(name, values, epochs):
    """The values of a metric, with None in the epochs that were not validated."""
    if not name.startswith(VALIDATION) or not 0 < len(values) < len(epochs):
        return values
    numbers = np.array(epochs)
    validated = {tuple(numbers % k == 0) for k in range(1, epochs[-1] + 1) if np.sum(numbers % k == 0) == len(values)}
    if len(validated) != 1:
        raise ValueError(
            f"{name} must have a value for each of {len(epochs)} epochs, None where it has none, got {len(values)}: "
            "what fit returns does not say which epochs validation_freq left out; a TrainingPlot records it."
        )
    rest = iter(values)
    return [next(rest) if has else None for has in validated.pop()]
