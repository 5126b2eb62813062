"""What a search stores in its folder: a file for each trial, and the networks that Hyperband continues to train."""

import json
import os
import time
from dataclasses import asdict
from pathlib import Path

import keras
import numpy as np

from lecture.files import new_file
from lecture.models import restore, state_of
from lecture.tuning.trials import Trial, write_json

PATIENCE = 10.0  # seconds for a file that another machine has written to be seen here


class Kept:
    """The trials of a search, ``trials/NUMBER.json``: written when a trial begins, and again when it has ended.

    Parameters
    ----------
    folder : str or pathlib.Path
        The folder of the search; several processes may share it.
    """

    def __init__(self, folder: str | Path):
        self.folder, self._ended = Path(folder), {}

    def write(self, trial: Trial) -> None:
        """Store a trial that was begun or has ended."""
        write_json(self._file(trial.number, "json"), asdict(trial))

    def read(self, number: int) -> Trial:
        """Return a trial; the file of one that has ended is read only once."""
        if number not in self._ended:
            with open(self._file(number, "json"), encoding="utf-8") as file:
                trial = Trial.from_plain(json.load(file))
            if trial.status == "stopped":
                return trial
            self._ended[number] = trial
        return self._ended[number]

    def read_ended(self, number: int) -> Trial:
        """Return a trial that another process has ended; a shared folder may show it late."""
        start = time.monotonic()
        while (trial := self.read(number)).status == "stopped" and time.monotonic() - start < PATIENCE:
            time.sleep(0.05)
        return trial

    def trials(self) -> list[Trial]:
        """Return all trials, in the order of their numbers."""
        try:
            names = os.listdir(self.folder / "trials")
        except FileNotFoundError:  # none was begun
            return []
        numbers = [name.removesuffix(".json") for name in names if name.endswith(".json")]
        return [self.read(number) for number in sorted(int(number) for number in numbers if number.isdigit())]

    def save_state(self, model: keras.Model, number: int) -> None:
        """Store all variables of a trained network and its optimizer."""
        arrays = [_storable(array) for array in state_of(model)]
        with new_file(self._file(number, "npz")) as file:
            np.savez(file, *arrays)

    def load_state(self, model: keras.Model, number: int) -> None:
        """Give a network the state that was stored for a trial."""
        with np.load(self._file(number, "npz")) as kept:
            restore(model, [kept[f"arr_{position}"] for position in range(len(kept.files))])

    def _file(self, number, ending):
        return self.folder / "trials" / f"{number}.{ending}"


def _storable(array):
    """An array as NumPy's files give it back: bfloat16 would come back as bytes without a type, so it is float32."""
    return array if array.dtype.kind in "biuf" else array.astype(np.float32)
