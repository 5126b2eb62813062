"""What a search keeps in its folder: a file for each trial, and what Hyperband goes on from."""

import json
import os
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np

from lecture.files import new_file
from lecture.tuning.trials import Trial, write_json

PATIENCE = 10.0  # seconds for a file that another machine has written to be seen here


class Kept:
    """The trials of a search, ``trials/NUMBER.json``: written when a trial is begun, and once more when it has ended.

    Parameters
    ----------
    folder : str or pathlib.Path
        That of the search; several processes may share it.
    """

    def __init__(self, folder):
        self.folder, self._ended = Path(folder), {}

    def write(self, trial):
        """Keep a trial that was begun or has ended."""
        write_json(self._file(trial.number, "json"), asdict(trial))

    def read(self, number):
        """Return a trial; what has ended is read once."""
        if number not in self._ended:
            with open(self._file(number, "json"), encoding="utf-8") as file:
                trial = Trial.from_plain(json.load(file))
            if trial.status == "stopped":
                return trial
            self._ended[number] = trial
        return self._ended[number]

    def read_ended(self, number):
        """Return a trial that another process has ended; a shared folder may show it late."""
        start = time.monotonic()
        while (trial := self.read(number)).status == "stopped" and time.monotonic() - start < PATIENCE:
            time.sleep(0.05)
        return trial

    def trials(self):
        """Return all trials, in the order of their numbers."""
        try:
            names = os.listdir(self.folder / "trials")
        except FileNotFoundError:  # none was begun
            return []
        numbers = [name.removesuffix(".json") for name in names if name.endswith(".json")]
        return [self.read(number) for number in sorted(int(number) for number in numbers if number.isdigit())]

    def save_state(self, model, number):
        """Keep all variables of a trained network and its optimizer."""
        arrays = [_storable(np.asarray(variable.value)) for variable in _variables(model)]
        with new_file(self._file(number, "npz")) as file:
            np.savez(file, *arrays)

    def load_state(self, model, number):
        """Give a network what was kept of a trial."""
        model.optimizer.build(model.trainable_variables)
        with np.load(self._file(number, "npz")) as kept:
            for position, variable in enumerate(_variables(model)):
                variable.assign(kept[f"arr_{position}"])

    def _file(self, number, ending):
        return self.folder / "trials" / f"{number}.{ending}"


def _storable(array):
    """An array as NumPy's files give it back: bfloat16 comes back as bytes without a type, so it is kept as float32."""
    return array if array.dtype.kind in "biuf" else array.astype(np.float32)


def _variables(model):
    return model.variables + model.optimizer.variables
