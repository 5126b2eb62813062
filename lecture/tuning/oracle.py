"""Hands out the trials of a search, and continues a search from what its folder holds."""

import threading
from collections import deque
from dataclasses import replace

from lecture.tuning.kept import Kept
from lecture.tuning.keras_tuner_parts import Message, message
from lecture.tuning.trials import Trial


class Oracle:
    """Has a strategy choose the trials, and writes each into the search's folder before it is handed out.

    All that it knows is in that folder. So a search that was stopped, at whatever point, is the same search when it is
    resumed: a trial that has ended is not run again, one that was begun is run with the values and the seed it had. Its
    methods are those that KerasTuner's service calls; processes exchange only the numbers of trials.

    Parameters
    ----------
    strategy : Random, Grid, Hyperband or Bayesian
    kept : lecture.tuning.kept.Kept
    max_trials : int or None
        Number of trials at most; None for as many as the strategy has.
    """

    def __init__(self, strategy, kept: Kept, max_trials: int | None = None):
        self.strategy, self.kept, self.max_trials = strategy, kept, max_trials
        self.trials = {trial.number: trial for trial in kept.trials()}
        self.again = deque(number for number, trial in self.trials.items() if trial.status == "stopped")
        self.ongoing = {}  # by the name of a tuner, the number of the trial that it runs
        self.tuner_ids = set()  # names of the tuners that may ask for a trial
        self._lock = threading.Lock()

    @property
    def n_ended(self) -> int:
        """The number of trials that have ended."""
        return sum(trial.status != "stopped" for trial in self.trials.values())

    @property
    def is_left(self) -> bool:
        """Whether no tuner runs a trial, and none may ask for one."""
        return not self.ongoing and not self.tuner_ids

    def create_trial(self, tuner_id: str) -> Message:
        """Return KerasTuner's message to a tuner: a trial to run, "IDLE" to ask again, or "STOPPED" if none is left."""
        with self._lock:
            if tuner_id in self.ongoing:
                return message("RUNNING", self.ongoing[tuner_id])
            self.tuner_ids.add(tuner_id)
            number = self.again.popleft() if self.again else self._begin()
            if number is not None:
                self.ongoing[tuner_id] = number
                return message("RUNNING", number)
            if self.ongoing:  # their scores may lead to more
                return message("IDLE")
            self.tuner_ids.discard(tuner_id)
            return message("STOPPED")

    def _begin(self):
        """Have the strategy choose the next trial, and store it; None where it has none, or none yet."""
        trial = self.strategy.next(self.trials)
        if trial is None or (self.max_trials is not None and trial.number >= self.max_trials):
            return None
        self.kept.write(trial)
        self.trials[trial.number] = trial
        return trial.number

    def end_trial(self, ended: Message) -> None:
        """Note the outcome of a trial, which is in the folder."""
        with self._lock:
            number = int(ended.trial_id)
            trial = self.kept.read_ended(number)
            if trial.status == "stopped":
                trial = self._fail(number, "its outcome did not reach the search's folder")
            self.trials[number] = trial
            for tuner_id in [name for name, running in self.ongoing.items() if running == number]:
                del self.ongoing[tuner_id]

    def take_back(self, tuner_id: str) -> int | None:
        """Take the trial from a tuner that is gone; return its number, or None if it had none."""
        with self._lock:
            self.tuner_ids.discard(tuner_id)
            return self.ongoing.pop(tuner_id, None)

    def give_again(self, number: int) -> None:
        """Hand a trial to the next tuner that asks."""
        with self._lock:
            self.again.append(number)

    def give_up(self, number: int, reason: str) -> None:
        """Count a trial that no tuner runs as failed."""
        with self._lock:
            self.trials[number] = self._fail(number, reason)

    def _fail(self, number: int, reason: str) -> Trial:
        failed = replace(self.trials[number], status="failed", reason=reason)
        self.kept.write(failed)
        return failed
