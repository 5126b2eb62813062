"""The record of a training: what its curves are drawn from, and what can be said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lecture.checks import one_of
from lecture.plots.training.direction import lower_is_better

RATE = "learning_rate"  # Keras' own callbacks log it under this name
MODES = ("auto", "min", "max")


@dataclass(frozen=True, eq=False, repr=False)
class History(Mapping):
    """The record of one training: an immutable mapping from each metric to its values, one per epoch.

    Parameters
    ----------
    metrics : mapping of str to sequence of float or None
        Values by Keras' names: ``val_…`` on the validation set, ``learning_rate`` if it is known. An epoch without a
        value (with ``validation_freq``, say) has None. Of several values in an epoch the mean is kept. What is not a
        number counts as None, and a metric without any number, such as a text in the logs, is left out.
    epochs : sequence of int, optional
        Number of each epoch, counted from 1; 1, 2, 3, … if None.
    planned : int, optional
        Number of the last epoch that was planned.
    monitor : str, optional
        Metric that decides which epoch is best; ``val_loss``, else ``loss``, else the first metric if None.
    mode : {"auto", "min", "max"}
        Whether the lowest or the highest value is best; "auto" decides by the name: low for losses, errors and the
        like, high for all others.
    restored : int, optional
        Number of the epoch whose weights early stopping restored.

    Raises
    ------
    ValueError
        If a metric does not have one value for each epoch, or ``monitor`` is unknown.

    >>> History({"loss": [0.9, 0.5, 0.6]}).best
    2
    """

    metrics: Mapping
    epochs: Sequence[int] | None = None
    planned: int | None = None
    monitor: str | None = None
    mode: str = "auto"
    restored: int | None = None

    def __post_init__(self):
        for name, values in self.metrics.items():
            if isinstance(values, str | Mapping) or not np.iterable(values):
                raise ValueError(f"{name} must be a sequence of numbers, one an epoch, got {values!r}.")
        metrics = {name: tuple(map(scalar, values)) for name, values in self.metrics.items()}
        metrics = {name: values for name, values in metrics.items() if _has_numbers(values, self.metrics[name])}
        lengths = {name: len(values) for name, values in metrics.items()}
        numbers = range(1, max(lengths.values(), default=0) + 1) if self.epochs is None else self.epochs
        epochs = tuple(map(int, numbers))
        if set(lengths.values()) - {len(epochs)}:
            came = ", ".join(f"{name} with {n}" for name, n in lengths.items())
            wanted = f"one value for each of {len(epochs)} epochs, None where it has none"
            raise ValueError(f"each metric must have {wanted}, got {came}.")
        if self.monitor is not None:
            one_of(self.monitor, metrics, "monitor")
        one_of(self.mode, MODES, "mode")
        object.__setattr__(self, "metrics", metrics)
        object.__setattr__(self, "epochs", epochs)

    def __getitem__(self, name):
        return self.metrics[name]

    def __iter__(self):
        return iter(self.metrics)

    def __len__(self):
        return len(self.metrics)

    def __repr__(self):
        return f"<History: {self.describe()}>"

    def points(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the epochs in which a metric has a finite value, and those values: two arrays of shape (n_points,)."""
        return self._points[name]

    @cached_property
    def _points(self):
        values = {name: np.array(column, dtype=float) for name, column in self.items()}  # None becomes NaN
        finite = {name: np.isfinite(column) for name, column in values.items()}
        epochs = np.array(self.epochs)
        return {name: (epochs[finite[name]], column[finite[name]]) for name, column in values.items()}

    @property
    def end(self) -> int:
        """Number of the last planned epoch; of the last one there is, if fewer or none were planned."""
        return max(self.planned or 1, 1, *(self.epochs or ())[-1:])

    @property
    def monitored(self) -> str | None:
        """The metric that decides which epoch is best; None if there is no metric."""
        usual = (name for name in ("val_loss", "loss", *self) if name in self and name != RATE)
        return self.monitor or next(usual, None)

    @cached_property
    def best(self) -> int | None:
        """Number of the (first) epoch with the best value of the monitored metric, or None."""
        epochs, values = self.points(self.monitored) if self.monitored else ((), ())
        if not len(epochs):
            return None
        low = lower_is_better(self.monitored) if self.mode == "auto" else self.mode == "min"
        return int(epochs[values.argmin() if low else values.argmax()])

    @cached_property
    def rate_changes(self) -> bool:
        """Whether the learning rate is known and changes."""
        rates = self.points(RATE)[1] if RATE in self else np.zeros(0)
        return bool(len(rates) and np.ptp(rates) > 1e-6 * abs(rates[0]))

    def value(self, name: str, epoch: int) -> float | None:
        """Return a metric's value in an epoch, None if it has none."""
        return self.metrics[name][self.epochs.index(epoch)]

    def status(self) -> str:
        """Return the state of the training in one line, with the marks of the drawing."""
        parts = [f"{self.epochs[-1]} of {self.end} epochs" if self.epochs else "no epoch yet"]
        if self.best:
            parts.append(f"○ best: {self.best}, {self.monitored} {number(self.value(self.monitored, self.best))}")
        if self.restored:
            parts.append(f"▲ restored: {self.restored}")
        return "   ".join(parts + self._diverged()[:1])

    def describe(self) -> str:
        """Return what the curves show, in a few sentences."""
        if not self.epochs:
            return "No epoch has ended yet."
        curves = ", ".join(f"{name} {self._course(name)}" for name in self if name != RATE)
        sentences = [f"{self.epochs[-1]} of {self.end} epochs: {curves or 'no metric'}"]
        if self.best:
            value = number(self.value(self.monitored, self.best))
            sentences.append(f"Best epoch {self.best}, by {self.monitored} ({value})")
        if self.restored:
            sentences.append(f"Weights restored from epoch {self.restored}")
        if self.rate_changes:
            sentences.append(f"Learning rate {self._course(RATE)}")
        return ". ".join(sentences + self._diverged()) + "."

    def _course(self, name):
        """The first and the last value of a metric, in words."""
        values = self.points(name)[1]
        if len(values) < 2:
            return number(values[0]) if len(values) else "without a finite value"
        return f"from {number(values[0])} to {number(values[-1])}"

    def _diverged(self):
        """A phrase for each metric that became infinite or not a number."""
        phrases = []
        for name, values in self.items():
            first = next((epoch for epoch, v in zip(self.epochs, values) if v is not None and not np.isfinite(v)), None)
            if first is not None:
                phrases.append(f"{name} is not finite in epoch {first}")
        return phrases


def scalar(value: Any) -> float | None:
    """Return a metric's value in one epoch as a float, the mean of several; None if it is not a number.

    >>> scalar([0.5, 1.0]), scalar("0.25"), scalar("warm up")
    (0.75, 0.25, None)
    """
    if value is None or isinstance(value, float):
        return value if value is None else float(value)
    if isinstance(value, str):
        value = value.strip('"[] ').split(",")  # several values as CSVLogger writes them
    try:
        values = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return None
    return float(values.mean()) if values.size else None


def _has_numbers(values, given):
    """Whether a metric has a number, or nothing yet; a text has neither."""
    return any(value is not None for value in values) or all(value is None for value in given)


def number(value: float) -> str:
    """Return a metric's value with three decimals, or with three digits if it is small or large.

    >>> number(0.41234), number(0.0005), number(12345.678)
    ('0.412', '0.0005', '1.23e+04')
    """
    return f"{value:.3f}" if 0.01 <= abs(value) < 1000 else f"{value:.3g}"
