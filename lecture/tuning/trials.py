"""What a search found: its trials as a table, the best of them, and the network that they lead to."""

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from scipy import stats

from lecture.checks import whole
from lecture.files import write_whole
from lecture.tuning.compiled import Trainer, accuracy_on, fit_plain

FORMAT = 1  # of the file


class SearchError(RuntimeError):
    """A search that cannot start, go on, or give what is asked of it: why."""


@dataclass(frozen=True)
class Trial:
    """One choice of hyperparameters, and what became of it.

    Attributes
    ----------
    number : int
        From 0, in the order in which trials were begun.
    values : dict
        The hyperparameters that count, by name.
    seed : int
        Of its weights and batches; with Hyperband that of the trial that it goes on from.
    status : str
        ``"completed"``, ``"failed"`` or ``"stopped"`` (begun, and not ended).
    score : float or None
        The best validation accuracy of its epochs.
    curve : tuple of float
        The validation accuracy after each epoch, from the first; with Hyperband also those of the trial that it goes on
        from.
    epochs : int
        How long ``curve`` is.
    seconds : float
        That it took, model and all.
    bracket, round : int or None
        Of Hyperband.
    origin : int or None
        Of Hyperband: the trial whose network this one goes on training.
    reason : str
        Why it failed, in a line.
    """

    number: int
    values: dict
    seed: int
    status: str
    score: float = None
    curve: tuple = ()
    seconds: float = 0.0
    bracket: int = None
    round: int = None
    origin: int = None
    reason: str = ""

    @classmethod
    def from_plain(cls, plain):
        """Return the trial whose fields are in a dict, as JSON gives them back."""
        return cls(**plain | {"curve": tuple(plain["curve"])})

    @property
    def epochs(self):
        return len(self.curve)

    @property
    def best_epoch(self):
        """The epoch with the best validation accuracy, from 1; the first of several."""
        return int(np.argmax(self.curve)) + 1 if self.curve else 0


@dataclass(frozen=True)
class SearchResult:
    """All trials of a search; print it for the outcome in a few lines.

    Attributes
    ----------
    trials : tuple of Trial
    strategy : str
    seed, epochs, batch_size : int
    space : dict
        The ranges in words, by name; empty for a ``make_model(hp)``.
    make : callable or None
        ``make(values)`` returns the compiled network of a trial's values. A result that was loaded has it if its space
        was given again.
    seconds : float
        That the search took.
    """

    trials: tuple
    strategy: str
    seed: int
    epochs: int
    batch_size: int
    space: dict
    make: object = field(default=None, repr=False, compare=False)
    seconds: float = 0.0

    @property
    def n_failed(self):
        return sum(trial.status == "failed" for trial in self.trials)

    @property
    def best(self):
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

    def frame(self):
        """Return all trials as a pandas.DataFrame, a row a trial.

        The columns are the score, epochs, seconds, status and each hyperparameter; with Hyperband bracket and round;
        and where trials failed, the reason.
        """
        rows = [
            {
                "trial": it.number,
                "score": it.score,
                "epochs": it.epochs,
                "seconds": round(it.seconds, 2),
                "status": it.status,
            }
            | it.values
            for it in self.trials
        ]
        if self.strategy == "hyperband":
            rows = [row | {"bracket": it.bracket, "round": it.round} for row, it in zip(rows, self.trials)]
        if self.n_failed:
            rows = [row | {"reason": it.reason} for row, it in zip(rows, self.trials)]
        return pd.DataFrame(rows).set_index("trial") if rows else pd.DataFrame()

    def describe(self):
        """Return the outcome in a few lines."""
        done = sum(trial.status == "completed" for trial in self.trials)
        lines = [f"{self.strategy} search: {done} trials completed, {self.n_failed} failed, {self.seconds:.0f} s."]
        failed = next((trial for trial in self.trials if trial.status == "failed"), None)
        if failed:
            lines.append(f"The first that failed was trial {failed.number}: {failed.reason}")
        if done:
            best = self.best
            lines.append(
                f"Best: trial {best.number}, validation accuracy {best.score:.4f} after {best.best_epoch} of {best.epochs} epochs, with"
            )
            lines += [f"  {name} = {_short(value)}" for name, value in best.values.items()]
        return "\n".join(lines)

    __str__ = describe

    def retrain(self, data, *, trial=None, seed=None):
        """Train the network of the best trial anew, on training and validation part together, and score it once on the test part.

        It is trained for as many epochs as gave the trial its best score.

        Parameters
        ----------
        data : lecture.data.Dataset
            The data of the search.
        trial : Trial, optional
            Another one than the best.
        seed : int, optional
            Of the weights and batches; by default that of the trial.

        Returns
        -------
        Final

        Raises
        ------
        SearchError
            If no trial was completed, or the result was loaded without its space.
        """
        trial = trial or self.best
        seed = trial.seed if seed is None else whole(seed, "seed", least=0)
        keras.utils.set_random_seed(seed)
        model = self._made(trial)
        both = _Both(
            np.concatenate([data.X_train, data.X_val]),
            np.concatenate([data.y_train, data.y_val]),
            data.X_test[:1],
            data.y_test[:1],
        )
        fit_plain(model, both, trial.best_epoch, self.batch_size, seed=seed)
        loss, accuracy = model.evaluate(data.X_test, data.y_test, batch_size=1000, verbose=0)[:2]
        return Final(model, trial, float(loss), float(accuracy))

    def against(self, baseline, data, *, n_seeds=5):
        """Train the best trial's network and a baseline from the same seeds, and compare them on the test part.

        Both are trained on the training part, for as many epochs as a trial has.

        Parameters
        ----------
        baseline : callable
            Returns a compiled network: ``lambda: mlp(512, 512)``.
        data : lecture.data.Dataset
        n_seeds : int
            Of 2 or more.

        Returns
        -------
        Paired
        """
        whole(n_seeds, "n_seeds", least=2)
        best, trainer = self.best, Trainer(data, self.batch_size)
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
                "this result was loaded without what makes its networks: SearchResult.load(path, space) brings it along."
            )
        return self.make(trial.values)

    def save(self, path, *, overwrite=False):
        """Write the result to a file, which appears whole.

        Parameters
        ----------
        path : str or pathlib.Path
        overwrite : bool
            Whether a file that is there already is replaced.

        Raises
        ------
        FileExistsError
            If ``path`` is there already, and is not to be replaced.
        """
        path = Path(path)
        if path.exists() and not overwrite:
            raise FileExistsError(f"{path} is there already: name another file, or remove it first.")
        kept = {name: getattr(self, name) for name in ("strategy", "seed", "epochs", "batch_size", "space", "seconds")}
        write_json(path, {"format": FORMAT, **kept, "trials": [asdict(trial) for trial in self.trials]})

    @classmethod
    def load(cls, path, space=None):
        """Return a result that was saved.

        Parameters
        ----------
        path : str or pathlib.Path
        space : Space or callable, optional
            That of the search, for `retrain`.

        Raises
        ------
        SearchError
            If the file holds no result, or that of another space.
        """
        from lecture.tuning.space import maker, words

        try:
            kept = json.loads(Path(path).read_text(encoding="utf-8"))
            version = kept.pop("format")
            trials = tuple(map(Trial.from_plain, kept.pop("trials")))
            result = cls(trials=trials, make=maker(space) if space is not None else None, **kept)
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise SearchError(f"{path} is not the result of a search.") from error
        if version != FORMAT:
            raise SearchError(f"{path} has the format {version}, and this version reads {FORMAT}.")
        if space is not None and words(space) != result.space:
            raise SearchError(f"{path} is the result of a search in another space.")
        return result


@dataclass(frozen=True)
class Final:
    """The best network, trained on training and validation part: what the test part, used once, says of it."""

    model: keras.Model = field(repr=False)
    trial: Trial
    test_loss: float
    test_accuracy: float

    def describe(self):
        """Return it in a sentence."""
        return f"trial {self.trial.number}, trained on training and validation images for {self.trial.best_epoch} epochs: test accuracy {self.test_accuracy:.4f}"

    __str__ = describe


@dataclass(frozen=True, eq=False)
class Paired:
    """Test accuracies of two networks from the same seeds.

    Attributes
    ----------
    accuracies : array (n_seeds, 2)
        Of the first network and of the second.
    """

    accuracies: np.ndarray

    @property
    def differences(self):
        """The first's accuracy minus the second's, shape (n_seeds,)."""
        return self.accuracies[:, 0] - self.accuracies[:, 1]

    @property
    def interval(self):
        """The mean difference's 95 % confidence interval, by Student's t with n_seeds - 1 degrees of freedom: (low, high)."""
        n = len(self.differences)
        half = stats.t.ppf(0.975, n - 1) * self.differences.std(ddof=1) / np.sqrt(n)
        return float(self.differences.mean() - half), float(self.differences.mean() + half)

    def describe(self):
        """Return the comparison in a sentence."""
        low, high = self.interval
        first, second = self.accuracies.mean(axis=0)
        return f"test accuracy {first:.4f} against {second:.4f}: {self.differences.mean():+.4f} ({low:+.4f} to {high:+.4f}, {len(self.differences)} seeds, 95 %)"

    __str__ = describe


@dataclass(frozen=True)
class _Both:
    """Training and validation part as one training part; a row of the test part stands where `fit_plain` wants a validation part, and nobody looks at its score."""

    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray


def trial_seed(seed, number):
    """Return the seed of a trial's weights and batches: the same for the same search and number, whoever runs it."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0] % 2**31)


def begun(seed, number, values):
    """Return the trial of a search that is to be begun with these values; None if there are none."""
    return None if values is None else Trial(number, values, trial_seed(seed, number), "stopped")


def write_json(path, content):
    """Write plain data and NumPy numbers as JSON, to a file that appears whole."""
    write_whole(path, json.dumps(content, indent=1, default=_plain) + "\n")


def first_line(error):
    """Return what an error says, in a line; of Keras' errors in a layer the line that says what is wrong."""
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line).strip() for line in str(error).splitlines()]
    said = [line for line in lines if line]
    telling = [line for line in said if not line.startswith("Exception encountered when calling")]
    return next(iter(telling or said), type(error).__name__)


def _plain(value):
    """A NumPy number as Python's."""
    return value.item()


def _short(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)
