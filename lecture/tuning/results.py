"""What a search found: its trials as a table, the best of them, and the network that they lead to."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from lecture.checks import seeds_of, whole
from lecture.intervals import FEW, interval
from lecture.tuning.compiled import Trainer, accuracy_on
from lecture.tuning.plan import Plan
from lecture.tuning.space import FunctionSpace, Space, as_space
from lecture.tuning.trials import SearchError, Trial, write_json

FORMAT = 1  # version of the file


@dataclass(frozen=True)
class SearchResult:
    """All trials of a search; print it for the outcome in a few lines.

    Attributes
    ----------
    trials : tuple of Trial
    plan : Plan
        The settings of the search: strategy, max_trials, epochs, batch_size and seed.
    space : dict
        The ranges in words, by name; empty for a ``make_model(hp)``.
    make : callable or None
        ``make(values)`` returns the compiled network of a trial's values. A loaded result has it only if it was loaded
        with its space.
    seconds : float
        How long the search took.
    """

    trials: tuple[Trial, ...]
    plan: Plan
    space: dict
    make: Callable | None = field(default=None, repr=False, compare=False)
    seconds: float = 0.0

    @classmethod
    def of(cls, plan: Plan, space: Space | FunctionSpace, trials: list[Trial], *, seconds: float) -> "SearchResult":
        """Return the result of a search that has ended."""
        return cls(tuple(trials), plan, space.words(), make=space.make, seconds=seconds)

    @property
    def n_failed(self) -> int:
        return sum(trial.status == "failed" for trial in self.trials)

    @property
    def best(self) -> Trial:
        """The trial with the highest score; the first of several.

        Raises
        ------
        SearchError
            If no trial was completed.
        """
        scored = [trial for trial in self.trials if trial.score is not None]
        if not scored:
            why = next((f": {trial.reason}" for trial in self.trials if trial.reason), "")
            raise SearchError(f"none of the {len(self.trials)} trials was completed{why}")
        return max(scored, key=lambda trial: trial.score)

    def frame(self) -> pd.DataFrame:
        """Return all trials as a table, one row per trial.

        The columns are score, epochs, seconds, status and each hyperparameter; with Hyperband also bracket and round;
        and if trials failed, the reason.
        """
        rows = [self._row(trial) for trial in self.trials]
        return pd.DataFrame(rows).set_index("trial") if rows else pd.DataFrame()

    def _row(self, trial):
        row = {"trial": trial.number, "score": trial.score, "epochs": trial.epochs}
        row |= {"seconds": round(trial.seconds, 2), "status": trial.status} | trial.values
        if self.plan.strategy == "hyperband":
            row |= {"bracket": trial.bracket, "round": trial.round}
        return row | ({"reason": trial.reason} if self.n_failed else {})

    def describe(self) -> str:
        """Return the outcome in a few lines."""
        done = sum(trial.status == "completed" for trial in self.trials)
        counts = f"{done} trials completed, {self.n_failed} failed"
        lines = [f"{self.plan.strategy} search: {counts}, {self.seconds:.0f} s."]
        failed = next((trial for trial in self.trials if trial.status == "failed"), None)
        if failed:
            lines.append(f"The first that failed was trial {failed.number}: {failed.reason}")
        if done:
            best = self.best
            reached = f"validation accuracy {best.score:.4f} after {best.best_epoch} of {best.epochs} epochs"
            lines.append(f"Best: trial {best.number}, {reached}, with")
            lines += [f"  {name} = {_short(value)}" for name, value in best.values.items()]
        return "\n".join(lines)

    __str__ = describe

    def retrain(self, data, *, trial: Trial | None = None, seed: int | None = None) -> "Final":
        """Train the best trial's network again, on training and validation set together, and test it once.

        It is trained for as many epochs as gave the trial its best score.

        Parameters
        ----------
        data : lecture.data.Dataset
            The data of the search.
        trial : Trial, optional
            Trial to retrain; the best one if None.
        seed : int, optional
            Seed of the initial weights and mini-batches; the trial's if None.

        Returns
        -------
        Final

        Raises
        ------
        SearchError
            If no trial was completed, or the result was loaded without its space.
        """
        trial = trial or self.best
        return self.retrain_seeds(data, [trial.seed if seed is None else seed], trial=trial)[0]

    def retrain_seeds(self, data, seeds: int | Sequence[int], *, trial: Trial | None = None) -> list["Final"]:
        """Retrain from several seeds what `retrain` retrains from one; where possible with one compiled step.

        Parameters
        ----------
        data : lecture.data.Dataset
            The data of the search.
        seeds : int or sequence of int
            Seeds of the initial weights and mini-batches, or their number.
        trial : Trial, optional
            Trial to retrain; the best one if None.

        Returns
        -------
        list of Final

        Raises
        ------
        SearchError
            If no trial was completed, or the result was loaded without its space.
        """
        trial, found = trial or self.best, []
        both = _Both(
            np.concatenate([data.X_train, data.X_val]),
            np.concatenate([data.y_train, data.y_val]),
            data.X_test[:1],
            data.y_test[:1],
        )
        trainer = Trainer(both, self.plan.batch_size)
        for seed in [whole(seed, "a seed", least=0) for seed in seeds_of(seeds)]:
            keras.utils.set_random_seed(seed)
            model = self._made(trial)
            trainer.fit(model, trial.best_epoch, seed=seed)
            loss, accuracy = model.evaluate(data.X_test, data.y_test, batch_size=1000, verbose=0)[:2]
            found.append(Final(model, trial, float(loss), float(accuracy)))
        return found

    def against(self, baseline: Callable[[], keras.Model], data, *, n_seeds: int = 5) -> "Paired":
        """Train the best trial's network and a baseline from the same seeds, and compare them on the test set.

        Both are trained on the training set, for as many epochs as the best trial has.

        Parameters
        ----------
        baseline : callable
            Returns a compiled network: ``lambda: mlp(512, 512)``.
        data : lecture.data.Dataset
            The data of the search.
        n_seeds : int
            Number of seeds, 2 or more.

        Returns
        -------
        Paired
        """
        whole(n_seeds, "n_seeds", least=2)
        best, trainer = self.best, Trainer(data, self.plan.batch_size)
        accuracies = []
        for seed in range(n_seeds):
            pair = []
            for build in (lambda: self._made(best), baseline):
                keras.utils.set_random_seed(seed)
                model = build()
                trainer.fit(model, best.epochs, seed=seed)
                pair.append(accuracy_on(model, data.X_test, data.y_test))
            accuracies.append(pair)
        return Paired(np.array(accuracies))

    def _made(self, trial):
        """A trial's network, with new weights."""
        if self.make is None:
            raise SearchError(
                "this result was loaded without what makes its networks: load it with SearchResult.load(path, space)."
            )
        return self.make(trial.values)

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the result to a file, which appears whole.

        Parameters
        ----------
        path : str or pathlib.Path
            Name of the file.
        overwrite : bool
            Whether to replace a file that is there already.

        Raises
        ------
        FileExistsError
            If ``path`` is there already, and is not to be replaced.
        """
        path = Path(path)
        if path.exists() and not overwrite:
            raise FileExistsError(f"{path} is there already: name another file, or remove it first.")
        about = {"space": self.space, "seconds": self.seconds, "trials": [asdict(trial) for trial in self.trials]}
        write_json(path, {"format": FORMAT} | asdict(self.plan) | about)

    @classmethod
    def load(cls, path: str | Path, space: Space | Callable | None = None) -> "SearchResult":
        """Return a result that was saved.

        Parameters
        ----------
        path : str or pathlib.Path
            Name of the file.
        space : Space or callable, optional
            Space of the search, which `retrain` and `against` need.

        Raises
        ------
        SearchError
            If the file holds no result, or the result of a search in another space.
        """
        searched = as_space(space) if space is not None else None
        try:
            saved = json.loads(Path(path).read_text(encoding="utf-8"))
            version = saved.pop("format")
            plan = Plan(**{setting.name: saved.pop(setting.name, None) for setting in fields(Plan)})
            trials = tuple(map(Trial.from_plain, saved.pop("trials")))
            result = cls(trials, plan, make=searched.make if searched else None, **saved)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise SearchError(f"{path} is not the result of a search.") from error
        if version != FORMAT:
            raise SearchError(f"{path} has the format {version}, and this version reads {FORMAT}.")
        if searched and searched.words() != result.space:
            raise SearchError(f"{path} is the result of a search in another space.")
        return result


@dataclass(frozen=True)
class Final:
    """The best network, trained on training and validation set together, and its one score on the test set."""

    model: keras.Model = field(repr=False)
    trial: Trial
    test_loss: float
    test_accuracy: float

    def describe(self) -> str:
        """Return the score in a sentence."""
        trained = f"trained on training and validation images for {self.trial.best_epoch} epochs"
        return f"trial {self.trial.number}, {trained}: test accuracy {self.test_accuracy:.4f}"

    __str__ = describe


@dataclass(frozen=True, eq=False)
class Paired:
    """Test accuracies of two networks from the same seeds.

    Attributes
    ----------
    accuracies : array (n_seeds, 2)
        Accuracies of the first network and of the second.
    """

    accuracies: np.ndarray

    @property
    def differences(self) -> np.ndarray:
        """The first's accuracy minus the second's, shape (n_seeds,)."""
        return self.accuracies[:, 0] - self.accuracies[:, 1]

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% confidence interval of the mean difference, by Student's t: (low, high).

        Four seeds or fewer have none: its ends are infinite.
        """
        _, low, high = interval(self.differences)
        return low, high

    def describe(self) -> str:
        """Return the comparison in a sentence."""
        mean, low, high = interval(self.differences)
        first, second = self.accuracies.mean(axis=0)
        n = len(self.accuracies)
        certainty = f"{n} seeds, no interval" if n <= FEW else f"{low:+z.4f} to {high:+z.4f}, {n} seeds, 95%"
        return f"test accuracy {first:.4f} against {second:.4f}: {mean:+z.4f} ({certainty})"

    __str__ = describe


@dataclass(frozen=True)
class _Both:
    """Training and validation set as one training set.

    A row of the test set stands where `Trainer` wants a validation set; its score is never used.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray


def _short(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)
