"""Runs the trials that an oracle hands out: makes each network, trains it, and stores the outcome."""

import time
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np

from lecture.tuning.compiled import Trainer
from lecture.tuning.kept import Kept
from lecture.tuning.space import FunctionSpace, Space
from lecture.tuning.strategies import hyperband_rounds
from lecture.tuning.trials import Trial, first_line

SCORE = "val_accuracy"
PAUSE = 0.2  # seconds until an idle tuner asks the oracle again


class TrialError(ValueError):
    """Why a trial counts as failed, in a sentence."""


class Tuner:
    """Trains the networks of a search's trials, one after the other.

    Parameters
    ----------
    oracle : lecture.tuning.oracle.Oracle
        What hands out the trials, or KerasTuner's client for an oracle in another process.
    kept : lecture.tuning.kept.Kept
    space : Space or FunctionSpace
    data : lecture.data.Dataset
    epochs, batch_size : int
        Number of epochs of a trial (Hyperband: of the longest), and of images in a mini-batch.
    report : callable, optional
        Called after each trial with all trials so far, a list of `Trial`.
    name : str
        Name by which the oracle knows this tuner.
    """

    def __init__(
        self,
        oracle,
        kept: Kept,
        space: Space | FunctionSpace,
        data,
        *,
        epochs: int,
        batch_size: int,
        report: Callable[[list[Trial]], None] | None = None,
        name: str = "tuner0",
    ):
        self.oracle, self.kept, self.report, self.name = oracle, kept, report, name
        self.make, self.trainer, self.epochs = space.make, Trainer(data, batch_size), epochs

    def search(self) -> None:
        """Run trials until there are no more."""
        while (message := self.oracle.create_trial(self.name)).status != "STOPPED":
            if message.status == "IDLE":
                time.sleep(PAUSE)
                continue
            self.kept.write(self.run_trial(self.kept.read(int(message.trial_id))))
            self.oracle.end_trial(message)
            if self.report:
                self.report(self.kept.trials())

    def run_trial(self, trial: Trial) -> Trial:
        """Return a trial with its outcome, completed or failed."""
        start = time.perf_counter()
        try:
            curve = self._train(trial)
        except Exception as error:  # the search goes on
            reason = str(error) if isinstance(error, TrialError) else f"{type(error).__name__}: {first_line(error)}"
            return replace(trial, status="failed", reason=reason, seconds=time.perf_counter() - start)
        score = max(curve[self._n_before(trial) :])
        return replace(trial, status="completed", score=score, curve=tuple(curve), seconds=time.perf_counter() - start)

    def _train(self, trial):
        """Train a trial's network; return its score after each epoch, from the first."""
        first, last = self._n_before(trial), self._n_epochs(trial)
        keras.utils.set_random_seed(trial.seed)
        model = self.make(trial.values)
        if trial.origin is not None:
            self.kept.load_state(model, trial.origin)
        history = self.trainer.fit(model, last - first, first=first, seed=trial.seed)
        _check_finite(history, model, first)
        if SCORE not in history:
            raise TrialError('the network must be compiled with metrics=["accuracy"]')
        if trial.bracket is not None:
            self.kept.save_state(model, trial.number)
        before = self.kept.read(trial.origin).curve if trial.origin is not None else ()
        return [*before, *history[SCORE]]

    def _n_epochs(self, trial):
        """The number of epochs of a trial's network, including those before the trial."""
        if trial.bracket is None:
            return self.epochs
        planned = {(bracket, round_): n_epochs for bracket, round_, _, n_epochs in hyperband_rounds(self.epochs)}
        return planned[trial.bracket, trial.round]

    def _n_before(self, trial):
        """The number of epochs before the trial."""
        return 0 if trial.origin is None else self.kept.read(trial.origin).epochs


def _check_finite(history, model, first):
    """Refuse a network that left the finite numbers, and name the first epoch in which that shows."""
    values = np.array([history[name] for name in ("loss", "val_loss") if name in history], dtype=float)
    broken = np.flatnonzero(~np.isfinite(values).all(axis=0))
    if len(broken):
        raise TrialError(f"the training left the finite numbers in epoch {first + broken[0] + 1}")
    if not all(np.isfinite(np.asarray(weight.value)).all() for weight in model.weights):
        raise TrialError(f"the training left the finite numbers by epoch {first + values.shape[1]}")
