"""Search hyperparameters on this machine."""

import json
import shutil
import tempfile
import time
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

import keras
import keras_tuner
import numpy as np

from lecture.checks import one_of, whole
from lecture.tuning.progress import Progress
from lecture.tuning.space import Space, maker, words
from lecture.tuning.strategies import STRATEGIES, make_oracle, n_planned
from lecture.tuning.trials import SearchError, SearchResult, write_json
from lecture.tuning.tuner import Tuner

PLAN = "search.json"  # what a directory is the search for


@dataclass(frozen=True)
class Plan:
    """What a search is, but for the space and the data: see `search` for what the numbers are.

    Raises
    ------
    ValueError
        If one of them is not as it says there.
    """

    strategy: str = "random"
    max_trials: int = None
    epochs: int = 5
    batch_size: int = 128
    seed: int = 0

    def __post_init__(self):
        one_of(self.strategy, STRATEGIES, "strategy")
        if self.max_trials is not None:
            whole(self.max_trials, "max_trials", least=1)
        whole(self.epochs, "epochs", least=1)
        whole(self.batch_size, "batch_size", least=1)
        whole(self.seed, "seed", least=0)

    @property
    def n_trials(self):
        """How many there will be at most; None where only the space knows."""
        return n_planned(self.strategy, self.max_trials, self.epochs)

    def describe(self, space, data):
        """Return all that makes two searches the same one, as plain data."""
        return asdict(self) | {"space": words(space), "n_train": len(data.X_train)}

    def tuner(self, space, data, folder, report=None):
        """Return what runs the trials, and keeps them in ``folder``."""
        with redirect_stdout(StringIO()):  # where KerasTuner says that it goes on
            oracle = make_oracle(self.strategy, self.max_trials, self.epochs, self.seed)
            return Tuner(oracle, space, data, epochs=self.epochs, batch_size=self.batch_size, seed=self.seed, folder=folder, report=report)

    def result(self, space, trials, seconds):
        """Return the outcome."""
        return SearchResult(tuple(trials), self.strategy, self.seed, self.epochs, self.batch_size, words(space), maker(space), seconds)


def search(space, data, *, strategy="random", max_trials=None, epochs=5, batch_size=128, seed=0, directory=None, resume=False, show=True):
    """Try many choices of hyperparameters, and keep what became of each.

    A trial trains a network on the training part; its score is the best validation accuracy of its epochs. The test part is not touched.
    Dense networks that differ in numbers only share what was compiled for the first of them (`compiled.Trainer`). A trial that fails is
    counted, and the search goes on. Ctrl-C ends it with what it has.

    Parameters
    ----------
    space : Space or callable
        ``mlp_space()``, one of your own, or KerasTuner's way: ``make_model(hp)`` that returns a compiled network.
    data : lecture.data.Dataset
        With a validation part.
    strategy : str
        ``"random"``, ``"grid"``, ``"hyperband"`` (Li et al., 2018) or ``"bayesian"`` (a Gaussian process).
    max_trials : int, optional
        By default 20 for random and bayesian, all of a grid, and as many as Hyperband's brackets have.
    epochs : int
        Of a trial; with Hyperband of the longest.
    batch_size : int
    seed : int
        Of the choices, and of each trial's weights and batches; from 0.
    directory : str or pathlib.Path, optional
        Where the search is kept, so that it can be gone on with. By default it is not.
    resume : bool
        Go on with the search that ``directory`` holds.
    show : bool
        A bar of the trials; in a notebook their scores as a figure as well.

    Returns
    -------
    SearchResult

    Raises
    ------
    ValueError
        If an argument is not as above, or the data have no validation part, numbers that are not finite or labels that are no classes.
    SearchError
        If ``directory`` holds something else, or the network cannot be trained on the data.
    """
    plan = Plan(strategy, max_trials, epochs, batch_size, seed)
    check_data(data)
    check_space(space, data)
    start, progress = time.perf_counter(), Progress(plan.n_trials, show)
    with workplace(directory, plan.describe(space, data), resume) as folder:
        tuner = plan.tuner(space, data, folder, progress.update)
        try:
            tuner.search()
        except KeyboardInterrupt:
            progress.bar.write("Interrupted: the search ends with the trials that it has.")
        finally:
            progress.close()
        return plan.result(space, tuner.trials(), time.perf_counter() - start)


def check_data(data):
    """Refuse data that no network can be trained on.

    Raises
    ------
    ValueError
        If there is no validation part, a pixel is not finite, or a label is none of the classes.
    """
    if not len(data.X_val):
        raise ValueError("a search chooses by the validation part, and these data have none: load them with validation=1/6, say.")
    n_classes = len(data.class_names)
    for part in ("train", "val"):
        X, y = np.asarray(getattr(data, f"X_{part}")), np.asarray(getattr(data, f"y_{part}"))
        if not np.isfinite(X).all():
            raise ValueError(f"X_{part} must be finite numbers, got {np.count_nonzero(~np.isfinite(X)):,} that are not.")
        if y.ndim == 2 and (y.shape[1] != n_classes or not np.isfinite(y).all() or not np.allclose(y.sum(axis=1), 1)):
            raise ValueError(f"y_{part} must be one-hot rows for {n_classes} classes; these have {y.shape[1]} columns, or rows that do not sum to 1.")
        if y.ndim == 1 and (y.min() < 0 or y.max() >= n_classes):
            raise ValueError(f"y_{part} must be class numbers from 0 to {n_classes - 1}, got {y.min()} to {y.max()}.")


def check_space(space, data):
    """Refuse a space whose networks cannot be trained on the data: its first one is built, and tried on two images.

    Raises
    ------
    TypeError
        If it is neither a Space nor a function.
    SearchError
        If no network comes of it, one that is not compiled, or one that does not fit the data.
    """
    if not isinstance(space, Space) and not callable(space):
        raise TypeError(f"space must be a Space or a function make_model(hp), got {space!r}.")
    hp = keras_tuner.HyperParameters()
    try:
        model = maker(space)(space.register(hp)) if isinstance(space, Space) else space(hp)
    except Exception as error:
        raise SearchError(f"the space's first network could not be made: {_line(error)}") from error
    if not isinstance(model, keras.Model) or not model.compiled:
        raise SearchError(f"the space must make compiled Keras models, got {'one that is not compiled' if isinstance(model, keras.Model) else repr(model)}.")
    if not isinstance(space, Space) and not hp.space:
        raise SearchError("make_model(hp) asks hp for nothing, so there is nothing to search.")
    try:
        model.compute_loss(y=data.y_train[:2], y_pred=model(data.X_train[:2]))
    except Exception as error:
        raise SearchError(f"the space's networks do not fit the data (X {data.X_train.shape[1:]}, y {data.y_train.shape[1:] or 'class numbers'}): {_line(error)}") from error


def _line(error):
    """What an error says, in a line."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


@contextmanager
def workplace(directory, plan, resume):
    """Give a search its folder: that of ``directory``, which must be empty or hold the same search; else one that is removed at the end.

    Raises
    ------
    SearchError
        If the directory cannot be written, holds something else, or holds a search and ``resume`` is False (or the other way round).
    """
    if directory is None:
        if resume:
            raise SearchError("resume=True goes on with the search in a directory: name it.")
        folder = Path(tempfile.mkdtemp(prefix="lecture-search-"))
        write_json(folder / PLAN, plan)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    folder = Path(directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = sorted(folder.iterdir())
        if not held and not resume:
            write_json(folder / PLAN, plan)
    except OSError as error:
        raise SearchError(f"nothing can be written in {folder}: {error.strerror}.") from error
    if held:
        _check_held(folder, plan, resume)
    elif resume:
        raise SearchError(f"{folder} holds no search to go on with.")
    yield folder


def _check_held(folder, plan, resume):
    """Refuse a directory that is not this search's, or is not to be gone on with."""
    try:
        theirs = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SearchError(f"{folder} holds something else than a search: name another directory.") from error
    ours = json.loads(json.dumps(plan))
    different = [name for name in ours if theirs.get(name) != ours[name]]
    if different:
        raise SearchError(f"{folder} holds another search (it differs in {', '.join(different)}): name another directory.")
    if not resume:
        raise SearchError(f"{folder} holds this search already: resume=True goes on with it; or name another directory.")
