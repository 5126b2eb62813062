"""Hands out the trials of a search to whoever runs them, and goes on where the folder says that it was left."""

import threading
from collections import deque
from dataclasses import replace

import keras_tuner
from keras_tuner.engine.trial import Trial as Message


class Oracle:
    """Has a strategy choose the trials, and writes each into the search's folder before it is handed out.

    All that it knows is in that folder. So a search that was stopped, wherever it was, is the same search when it goes
    on: a trial that has ended is not run again, one that was begun is run with the values and the seed that it had. Its
    methods are those that KerasTuner's service asks for; what goes from process to process is a trial's number.

    Parameters
    ----------
    strategy : Random, Grid, Hyperband or Bayesian
    kept : lecture.tuning.kept.Kept
    max_trials : int or None
        None for as many as the strategy has.
    """

    def __init__(self, strategy, kept, max_trials=None):
        self.strategy, self.kept, self.max_trials = strategy, kept, max_trials
        self.told = {trial.number: trial for trial in kept.trials()}
        self.again = deque(number for number, trial in self.told.items() if trial.status == "stopped")
        self.ongoing = {}  # the number of the trial that a tuner runs, by the tuner's name
        self.tuner_ids = set()  # tuners that may ask for a trial
        self._lock = threading.Lock()

    @property
    def n_ended(self):
        """How many trials have ended."""
        return sum(trial.status != "stopped" for trial in self.told.values())

    @property
    def is_left(self):
        """Whether nobody runs a trial, or may ask for one."""
        return not self.ongoing and not self.tuner_ids

    def create_trial(self, tuner_id):
        """Return KerasTuner's message to a tuner: a trial to run, to ask again (idle), or that none is left (stopped)."""
        with self._lock:
            if tuner_id in self.ongoing:
                return _message("RUNNING", self.ongoing[tuner_id])
            self.tuner_ids.add(tuner_id)
            number = self.again.popleft() if self.again else self._begin()
            if number is not None:
                self.ongoing[tuner_id] = number
                return _message("RUNNING", number)
            if self.ongoing:  # their scores may lead to more
                return _message("IDLE")
            self.tuner_ids.discard(tuner_id)
            return _message("STOPPED")

    def _begin(self):
        """Have the strategy choose the next trial, and keep it; None where it has none, or none yet."""
        trial = self.strategy.next(self.told)
        if trial is None or (self.max_trials is not None and trial.number >= self.max_trials):
            return None
        self.kept.write(trial)
        self.told[trial.number] = trial
        return trial.number

    def end_trial(self, message):
        """Take note of what became of a trial: it stands in the folder."""
        with self._lock:
            number = int(message.trial_id)
            trial = self.kept.read_ended(number)
            if trial.status == "stopped":
                trial = self._fail(number, "what became of it did not reach the search's folder")
            self.told[number] = trial
            for tuner_id in [name for name, running in self.ongoing.items() if running == number]:
                del self.ongoing[tuner_id]

    def take_back(self, tuner_id):
        """Take its trial from a tuner that is gone; return its number, or None if it had none."""
        with self._lock:
            self.tuner_ids.discard(tuner_id)
            return self.ongoing.pop(tuner_id, None)

    def give_again(self, number):
        """Hand a trial to the next tuner that asks."""
        with self._lock:
            self.again.append(number)

    def give_up(self, number, reason):
        """Count a trial that nobody runs as failed."""
        with self._lock:
            self.told[number] = self._fail(number, reason)

    def _fail(self, number, reason):
        failed = replace(self.told[number], status="failed", reason=reason)
        self.kept.write(failed)
        return failed


def _message(status, number=None):
    return Message(keras_tuner.HyperParameters(), "" if number is None else str(number), status)
