"""KerasTuner's loop over trials, with the lecture's way to train one of them."""

import json
import time
from pathlib import Path

import keras
import keras_tuner
import numpy as np

from lecture.tuning.compiled import Trainer
from lecture.tuning.space import Space, maker
from lecture.tuning.trials import Trial, trial_seed, write_json

SCORE = "val_accuracy"
MANY = 10**9  # failed trials in a row are counted, and end no search


class Tuner(keras_tuner.Tuner):
    """Asks an oracle for hyperparameters and trains the networks that they make.

    Parameters
    ----------
    oracle : keras_tuner.Oracle
    space : Space or callable
    data : lecture.data.Dataset
    epochs, batch_size, seed : int
    folder : pathlib.Path
        Where the oracle and the trials are kept.
    report : callable, optional
        Called after each trial with all of them, a list of `Trial`. A worker, which knows its own only, has none.
    """

    def __init__(self, oracle, space, data, *, epochs, batch_size, seed, folder, report=None):
        self._is_idle = False
        self.space, self.epochs, self.seed, self.report = space, epochs, seed, report
        self.trainer, self.make, self.folder = Trainer(data, batch_size), maker(space), Path(folder)
        super().__init__(oracle=oracle, hypermodel=self._build, directory=str(folder), project_name="oracle", overwrite=False)

    def _build(self, hp):
        """The network of KerasTuner's hyperparameters."""
        return self.make(self.space.register(hp)) if isinstance(self.space, Space) else self.space(hp)

    def _populate_initial_space(self):
        """A `Space` says its ranges without a network being built."""
        if not isinstance(self.space, Space):
            return super()._populate_initial_space()
        hp = self.oracle.get_space()
        self.space.register(hp)
        self.oracle.update_space(hp)

    def pre_create_trial(self):
        """Wait a little before asking again, where the oracle had nothing to do."""
        if self._is_idle:
            time.sleep(0.2)
        self._is_idle = True

    def on_trial_begin(self, trial):
        self._is_idle = False

    def run_trial(self, trial):
        """Train the network of a trial; return its score."""
        start, told = time.perf_counter(), trial.hyperparameters.values
        past, first = told.get("tuner/trial_id"), int(told.get("tuner/initial_epoch", 0))
        epochs = int(told.get("tuner/epochs", self.epochs)) - first
        seed = self._record(past or trial.trial_id)["seed"]
        keras.utils.set_random_seed(seed)
        model = self._build(trial.hyperparameters)
        if past:
            self._load_state(model, past)
        history = self.trainer.fit(model, epochs, first=first, seed=seed)
        if SCORE not in history:
            raise ValueError('the network must be compiled with metrics=["accuracy"]')
        curve = history[SCORE]
        if "tuner/epochs" in told:
            self._save_state(model, trial.trial_id)
        before = self._record(past)["curve"] if past else []
        write_json(self._file(trial.trial_id, "json"), {"seed": seed, "curve": [*before, *curve], "seconds": time.perf_counter() - start})
        return {SCORE: max(curve)}

    def on_trial_end(self, trial):
        super().on_trial_end(trial)
        if self.report:
            self.report(self.trials())

    def trials(self):
        """Return all trials so far, in the order in which they were begun."""
        return [self._trial(self.oracle.trials[name]) for name in sorted(self.oracle.trials, key=int)]

    def _trial(self, trial):
        told = trial.hyperparameters.values
        record = self._record(trial.trial_id)
        status = {"COMPLETED": "completed", "RUNNING": "stopped"}.get(trial.status, "failed")
        return Trial(
            number=int(trial.trial_id), values=self._counting(trial.hyperparameters), seed=record["seed"], status=status,
            score=trial.score if status == "completed" else None, curve=tuple(record["curve"]), seconds=record["seconds"],
            bracket=told.get("tuner/bracket"), round=told.get("tuner/round"), reason=_last_line(trial.message) if status == "failed" else "",
        )

    def _counting(self, hp):
        if isinstance(self.space, Space):
            return self.space.counting(hp.values)
        return {name: value for name, value in hp.values.items() if not name.startswith("tuner/") and hp.is_active(name)}

    # What a trial leaves behind, where a later one of Hyperband, and every process, finds it.

    def _file(self, name, ending):
        return self.folder / "trials" / f"{name}.{ending}"

    def _record(self, name):
        file = self._file(name, "json")
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"seed": trial_seed(self.seed, int(name)), "curve": [], "seconds": 0.0}

    def _save_state(self, model, name):
        arrays = [np.asarray(variable.value) for variable in model.variables + model.optimizer.variables]
        file = self._file(name, "npz")
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part.npz")
        np.savez(part, *arrays)
        part.replace(file)

    def _load_state(self, model, name):
        model.optimizer.build(model.trainable_variables)
        with np.load(self._file(name, "npz")) as kept:
            for number, variable in enumerate(model.variables + model.optimizer.variables):
                variable.assign(kept[f"arr_{number}"])


def _last_line(message):
    """What a traceback says at its end."""
    lines = (message or "").strip().splitlines()
    return lines[-1].strip() if lines else "no reason was given"
