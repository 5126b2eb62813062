"""Trials of a search: one choice of hyperparameters each, and its outcome."""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lecture.files import write_whole


class SearchError(RuntimeError):
    """Why a search cannot start or be resumed, or has no such result."""


@dataclass(frozen=True)
class Trial:
    """One choice of hyperparameters, and its outcome.

    Attributes
    ----------
    number : int
        Number of the trial, from 0, in the order in which trials were begun.
    values : dict
        The hyperparameters that count, by name.
    seed : int
        Seed of the initial weights and mini-batches; with Hyperband that of the trial that it continues.
    status : str
        ``"completed"``, ``"failed"`` or ``"stopped"`` (begun, but not ended).
    score : float or None
        The best validation accuracy of its epochs.
    curve : tuple of float
        The validation accuracy after each epoch, from the first; with Hyperband also those of the trial that it
        continues.
    epochs : int
        The length of ``curve``.
    seconds : float
        How long the trial took, from making the network to its score.
    bracket, round : int or None
        Hyperband's bracket and round.
    origin : int or None
        With Hyperband, the number of the trial whose network this one continues to train.
    reason : str
        Why the trial failed, in a line.
    """

    number: int
    values: dict
    seed: int
    status: str
    score: float | None = None
    curve: tuple = ()
    seconds: float = 0.0
    bracket: int | None = None
    round: int | None = None
    origin: int | None = None
    reason: str = ""

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Trial":
        """Return the trial whose fields are in a dict, as JSON gives them back."""
        return replace(cls(**plain), curve=tuple(plain["curve"]))

    @property
    def epochs(self) -> int:
        return len(self.curve)

    @property
    def best_epoch(self) -> int:
        """The epoch with the best validation accuracy, from 1; the first of several."""
        return int(np.argmax(self.curve)) + 1 if self.curve else 0


def trial_seed(seed: int, number: int) -> int:
    """Return the seed of a trial: it depends on the search's seed and the trial's number only."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0] % 2**31)


def begun(seed: int, number: int, values: dict | None) -> Trial | None:
    """Return the trial of a search that is to be begun with these values; None if there are none."""
    return None if values is None else Trial(number, values, trial_seed(seed, number), "stopped")


def write_json(path: str | Path, content: dict) -> None:
    """Write plain data and NumPy numbers as JSON, to a file that appears whole."""
    write_whole(path, json.dumps(content, indent=1, default=_plain) + "\n")


def _plain(value):
    """A NumPy number as Python's."""
    return value.item()


def first_line(error: Exception) -> str:
    """Return the message of an error in a line; of Keras' errors in a layer, the line that says what is wrong."""
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line).strip() for line in str(error).splitlines()]
    said = [line for line in lines if line]
    telling = [line for line in said if not line.startswith("Exception encountered when calling")]
    return next(iter(telling or said), type(error).__name__)
