"""Search hyperparameters on this machine."""

import json
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from lecture.checks import one_of, whole
from lecture.tuning.asking import ask, at_random, first_value
from lecture.tuning.kept import Kept
from lecture.tuning.oracle import Oracle
from lecture.tuning.progress import Progress
from lecture.tuning.sameness import data_digest, function_digest
from lecture.tuning.space import Space, maker, words
from lecture.tuning.strategies import STRATEGIES, make_strategy, n_planned
from lecture.tuning.trials import SearchError, SearchResult, first_line, write_json
from lecture.tuning.tuner import Tuner

PLAN = "search.json"  # what a directory is the search for
N_TRIED = 10  # networks of a space that are made before it is refused


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
        if isinstance(space, Space):
            ranges, function = words(space), space.make_model
        else:
            ranges = {name: repr(it) for name, it in ask(space, {}, first_value)[1].items()}
            function = space
        return asdict(self) | {"space": ranges, "function": function_digest(function), "data": data_digest(data)}

    def oracle(self, space, kept, n_workers=1):
        """Return what hands out the trials, to ``n_workers`` at a time (None: nobody knows to how many)."""
        return Oracle(make_strategy(self.strategy, space, self.epochs, self.seed, n_workers), kept, self.n_trials)

    def tuner(self, oracle, kept, space, data, **more):
        """Return what runs the trials."""
        return Tuner(oracle, kept, space, data, epochs=self.epochs, batch_size=self.batch_size, **more)

    def result(self, space, trials, seconds):
        """Return the outcome."""
        return SearchResult(
            tuple(trials), self.strategy, self.seed, self.epochs, self.batch_size, words(space), maker(space), seconds
        )


def search(
    space,
    data,
    *,
    strategy="random",
    max_trials=None,
    epochs=5,
    batch_size=128,
    seed=0,
    directory=None,
    resume=False,
    show=True,
):
    """Try many choices of hyperparameters, and keep what became of each.

    A trial trains a network on the training part; its score is the best validation accuracy of its epochs. The test
    part is not touched. Dense networks that differ in numbers only share what was compiled for the first of them
    (`compiled.Trainer`). A trial fails if its network cannot be made or trained, or leaves the finite numbers: it is
    counted, with the reason, and the search goes on. Ctrl-C ends it with what it has.

    Parameters
    ----------
    space : Space or callable
        ``mlp_space()``, one of your own, or KerasTuner's way: ``make_model(hp)`` that returns a compiled network.
    data : lecture.data.Dataset
        With a validation part.
    strategy : str
        ``"random"``, ``"grid"``, ``"hyperband"`` (Li et al., 2018) or ``"bayesian"`` (a Gaussian process, after 6
        trials at random). A grid takes ten values of a `Real`, evenly spaced from its low end to its high end, or over
        its logarithm; a `Choice` says which. No choice is tried twice; the search ends when all were.
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
        Go on with the search that ``directory`` holds: what has ended stays as it is, a trial that was interrupted is
        trained again, then come the others. ``max_trials`` may be more than it was; all else must be the same.
    show : bool
        A bar of the trials; in a notebook their scores as a figure as well.

    Returns
    -------
    SearchResult

    Raises
    ------
    ValueError
        If an argument is not as above, or the data have no validation part, numbers that are not finite or labels that
        are no classes.
    SearchError
        If ``directory`` holds something else, or the network cannot be trained on the data.
    """
    plan = Plan(strategy, max_trials, epochs, batch_size, seed)
    start, progress = time.perf_counter(), Progress(plan.n_trials, show)
    with workplace(plan, space, data, directory, resume) as folder:
        kept = Kept(folder)
        tuner = plan.tuner(plan.oracle(space, kept), kept, space, data, report=progress.update)
        try:
            progress.update(kept.trials())
            tuner.search()
        except KeyboardInterrupt:
            progress.bar.write("Interrupted: the search ends with the trials that it has.")
        finally:
            progress.close()
        return plan.result(space, kept.trials(), time.perf_counter() - start)


def check_data(data):
    """Refuse data that no network can be trained on.

    Raises
    ------
    ValueError
        If there is no validation part, a pixel is not finite, or a label is none of the classes.
    """
    if not len(data.X_val):
        raise ValueError(
            "a search chooses by the validation part, and these data have none: load them with validation=1/6, say."
        )
    n_classes = len(data.class_names)
    for part in ("train", "val"):
        X, y = np.asarray(getattr(data, f"X_{part}")), np.asarray(getattr(data, f"y_{part}"))
        if not np.isfinite(X).all():
            raise ValueError(
                f"X_{part} must be finite numbers, got {np.count_nonzero(~np.isfinite(X)):,} that are not."
            )
        if y.ndim == 2 and (y.shape[1] != n_classes or not np.isfinite(y).all() or not np.allclose(y.sum(axis=1), 1)):
            raise ValueError(
                f"y_{part} must be one-hot rows for {n_classes} classes; these have {y.shape[1]} columns, or rows that do not sum to 1."
            )
        if y.ndim == 1 and (y.min() < 0 or y.max() >= n_classes):
            raise ValueError(f"y_{part} must be class numbers from 0 to {n_classes - 1}, got {y.min()} to {y.max()}.")


def check_space(space, data):
    """Refuse a space whose networks cannot be trained on the data: one is made, and tried on two images.

    Raises
    ------
    SearchError
        If none of the first networks can be made, or what comes is not compiled, or does not fit the data.
    """
    model, values = _some_network(space)
    if not isinstance(model, keras.Model) or not model.compiled:
        what = "one that is not compiled" if isinstance(model, keras.Model) else repr(model)
        raise SearchError(f"the space must make compiled Keras models, got {what}.")
    if not values:
        raise SearchError("make_model(hp) asks hp for nothing, so there is nothing to search.")
    try:
        model.compute_loss(y=data.y_train[:2], y_pred=model(data.X_train[:2]))
    except Exception as error:
        shapes = f"X {data.X_train.shape[1:]}, y {data.y_train.shape[1:] or 'class numbers'}"
        raise SearchError(f"the space's networks do not fit the data ({shapes}): {first_line(error)}") from error


def _some_network(space):
    """The first network of a space that can be made, and its values: that of the low ends, or one of some drawn at random."""
    failed = None
    for attempt in range(N_TRIED):
        values, _ = ask(space, {}, at_random(0, attempt) if attempt else first_value)
        try:
            return maker(space)(values), values
        except Exception as error:
            failed = failed or error
    raise SearchError(f"the space's first network could not be made: {first_line(failed)}") from failed


@contextmanager
def workplace(plan, space, data, directory, resume):
    """Give a search its folder: that of ``directory``, which must be empty or hold the same search; else one that is removed at the end.

    Raises
    ------
    ValueError, TypeError, SearchError
        As for `search`.
    """
    if not isinstance(space, Space) and not callable(space):
        raise TypeError(f"space must be a Space or a function make_model(hp), got {space!r}.")
    check_data(data)
    if directory is None:
        if resume:
            raise SearchError("resume=True goes on with the search in a directory: name it.")
        check_space(space, data)
        folder = Path(tempfile.mkdtemp(prefix="lecture-search-"))
        try:
            write_json(folder / PLAN, plan.describe(space, data))
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    folder = Path(directory)
    held = _held(folder)
    if not held:  # a search that is gone on with was looked at when it was begun
        check_space(space, data)
    ours = plan.describe(space, data)
    if held:
        _check_held(folder, ours, resume)
    elif resume:
        raise SearchError(f"{folder} holds no search to go on with.")
    if not held or read_plan(folder) != ours:
        try:
            write_json(folder / PLAN, ours)
        except OSError as error:
            raise SearchError(f"nothing can be written in {folder}: {error.strerror}.") from error
    yield folder


def _held(folder):
    """Whether a directory holds anything."""
    try:
        return folder.exists() and any(folder.iterdir())
    except OSError as error:
        raise SearchError(f"nothing can be written in {folder}: {error.strerror}.") from error


def _check_held(folder, ours, resume):
    """Refuse a directory that is not this search's, or is not to be gone on with."""
    theirs = read_plan(folder)
    differences = different(theirs, ours)
    if "max_trials" in differences and _is_longer(ours, theirs):
        differences.remove("max_trials")
    if differences:
        raise SearchError(
            f"{folder} holds another search (it differs in {', '.join(differences)}): name another directory."
        )
    if not resume:
        raise SearchError(
            f"{folder} holds this search already: resume=True goes on with it; or name another directory."
        )


def read_plan(folder):
    """Return what a directory is the search for, as `Plan.describe` gave it.

    Raises
    ------
    SearchError
        If it is no search's.
    """
    try:
        return dict(json.loads((Path(folder) / PLAN).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise SearchError(f"{folder} holds something else than a search: name another directory.") from error


def different(theirs, ours):
    """Return in what two searches differ, a list of names."""
    return [name for name in ours if name not in theirs or theirs[name] != ours[name]]


def _is_longer(ours, theirs):
    """Whether a search may now have more trials than it had before."""
    now, before = (n_planned(ours["strategy"], it.get("max_trials"), ours["epochs"]) for it in (ours, theirs))
    return now is None or (before is not None and now >= before)
