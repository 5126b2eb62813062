"""Search hyperparameters on this machine."""

import time
from collections.abc import Callable
from pathlib import Path

from lecture.data import Dataset
from lecture.tuning.kept import Kept
from lecture.tuning.plan import Plan
from lecture.tuning.progress import Progress
from lecture.tuning.results import SearchResult
from lecture.tuning.space import Space, as_space
from lecture.tuning.workplace import workplace


def search(
    space: Space | Callable,
    data: Dataset,
    *,
    strategy: str = "random",
    max_trials: int | None = None,
    epochs: int = 5,
    batch_size: int = 128,
    seed: int = 0,
    directory: str | Path | None = None,
    resume: bool = False,
    show: bool = True,
) -> SearchResult:
    """Try many choices of hyperparameters, and record the outcome of each.

    A trial trains a network on the training set; its score is the best validation accuracy of its epochs. The test set
    is not touched. Dense networks that differ in numbers only share the compiled step of the first one (`Trainer`). A
    trial fails if its network cannot be made or trained, or if its numbers become infinite: it is counted, with the
    reason, and the search continues. Ctrl-C ends the search with the trials that it has.

    Parameters
    ----------
    space : Space or callable
        ``mlp_space()``, one of your own, or KerasTuner's way: ``make_model(hp)`` that returns a compiled network.
    data : lecture.data.Dataset
        Images with a validation set.
    strategy : str
        ``"random"``, ``"grid"``, ``"hyperband"`` (Li et al., 2018) or ``"bayesian"`` (a Gaussian process, after 6
        trials at random). A grid takes ten values of a `Real`, evenly spaced from its low end to its high end, or over
        its logarithm; a `Choice` names other values. No choice is tried twice; the search ends when all were tried.
    max_trials : int, optional
        Number of trials at most: by default 20 for random and bayesian, all of a grid, and as many as Hyperband's
        brackets have.
    epochs : int
        Number of epochs of a trial; with Hyperband, of the longest trial.
    batch_size : int
        Number of images in a mini-batch.
    seed : int
        Seed of the choices, and of the initial weights and mini-batches of each trial; from 0.
    directory : str or pathlib.Path, optional
        Folder to store the search in, so that it can be resumed. By default nothing is stored.
    resume : bool
        Whether to resume the search in ``directory``: trials that have ended stay as they are, one that was interrupted
        is trained again, then come the others. ``max_trials`` may be larger than before; all else must be the same.
    show : bool
        Whether to show a progress bar; in a notebook also a figure of the scores.

    Returns
    -------
    SearchResult

    Raises
    ------
    ValueError
        If an argument is out of range, or the data have no validation set, numbers that are not finite or labels that
        are no classes.
    TypeError
        If ``space`` is neither a `Space` nor a function.
    SearchError
        If ``directory`` holds something else, or the networks cannot be trained on the data.
    """
    plan = Plan(strategy=strategy, max_trials=max_trials, epochs=epochs, batch_size=batch_size, seed=seed)
    searched = as_space(space)
    start, progress = time.perf_counter(), Progress(plan.n_trials, show)
    with workplace(plan, searched, data, directory=directory, resume=resume) as folder:
        kept = Kept(folder)
        tuner = plan.tuner(plan.oracle(searched, kept), kept, searched, data, report=progress.update)
        try:
            progress.update(kept.trials())
            tuner.search()
        except KeyboardInterrupt:
            progress.bar.write("Interrupted: the search ends with the trials that it has.")
        finally:
            progress.close()
        return SearchResult.of(plan, searched, kept.trials(), seconds=time.perf_counter() - start)
