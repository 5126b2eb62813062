"""The two roles in a search by several processes: the chief, and a worker."""

import signal
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

from lecture.device import cuda_devices
from lecture.tuning.distributed.address import free_port, split_address
from lecture.tuning.distributed.chief import Chief
from lecture.tuning.distributed.processes import environments, running
from lecture.tuning.distributed.worker import run_trials
from lecture.tuning.kept import Kept
from lecture.tuning.keras_tuner_parts import client
from lecture.tuning.plan import Plan
from lecture.tuning.progress import Progress
from lecture.tuning.results import SearchResult
from lecture.tuning.space import Space, as_space
from lecture.tuning.trials import SearchError
from lecture.tuning.workplace import differences, read_fingerprint, workplace


def serve(
    plan: Plan,
    space: Space | Callable,
    data,
    *,
    command: Callable[[str, str, Path], list[str]] | None = None,
    n_workers: int = 0,
    address: str = "127.0.0.1:0",
    directory: str | Path | None = None,
    resume: bool = False,
    show: bool = True,
    say: Callable[[str], None] = print,
) -> SearchResult:
    """Be the chief of a search: hand out its trials, and return their outcome.

    Parameters
    ----------
    plan : lecture.tuning.plan.Plan
        The settings of the search.
    space, data
        As for `search`.
    command : callable, optional
        ``command(name, address, folder)`` returns the command that starts a worker on this machine, a list of str.
    n_workers : int
        Number of workers to start here. With 0 the chief waits for workers that are started elsewhere.
    address : str
        HOST:PORT to listen on; port 0 is any that is free. KerasTuner's port has no authentication.
    directory, resume, show
        As for `search`; workers on other machines need a directory that they see as well.
    say : callable
        Called with each line of news.

    Returns
    -------
    SearchResult
        All trials so far, even if no worker was left, or Ctrl-C ended the search.
    """
    searched, address = as_space(space), _with_free_port(address)
    start, progress = time.perf_counter(), Progress(plan.n_trials, show)
    with closing(progress), _workplace(plan, searched, data, directory, resume) as folder, _ended_by_signals():
        kept, tell = Kept(folder), progress.bar.write if show else say
        oracle = plan.oracle(searched, kept, n_workers or None)
        chief = Chief(oracle, folder, report=lambda: progress.update(kept.trials()), address=address, say=tell)
        workers = _workers(command, n_workers, address, folder)
        if not workers:
            here = f"python -m lecture tune --worker {address} --directory {folder}"
            tell(f"Waiting for workers: {here} (and the options of this search).")
        try:
            with running(workers, folder) as processes:
                if not chief.serve(processes):
                    tell(f"No worker is left: the search ends with what it has.{_last_words(folder, workers)}")
        except KeyboardInterrupt:
            tell("Interrupted: the search ends with the trials that it has.")
        return SearchResult.of(plan, searched, kept.trials(), seconds=time.perf_counter() - start)


def run_worker(
    plan: Plan,
    space: Space | Callable,
    data,
    *,
    address: str,
    directory: str | Path,
    name: str,
    say: Callable[[str], None] = print,
) -> None:
    """Be a worker of a search until its chief has no more trials.

    Parameters
    ----------
    plan, space, data
        The same as the chief's.
    address : str
        HOST:PORT of the chief.
    directory : str or pathlib.Path
        The folder of the search, which the chief sees as well.
    name : str
        Name of this worker, unlike that of any other.
    say : callable
        Called with each line of news.

    Raises
    ------
    SearchError
        If the folder is not shared with this chief, or its search is another one.
    ValueError
        If ``address`` is not HOST:PORT, or ``name`` cannot be a name.
    """
    host, port = split_address(address)
    if not name or "chief" in name or not all(c.isalnum() or c in "-_." for c in name):
        raise ValueError(
            f"a worker's name must be of letters, digits, '-', '_' and '.', without the word chief, got {name!r}."
        )
    searched, folder = as_space(space), Path(directory)

    def make_tuner():
        trials_of = client(host, port, name)
        found = differences(read_fingerprint(folder), plan.fingerprint(searched, data))
        if found:
            raise SearchError(
                f"the chief's search is another one (it differs in {', '.join(found)}): "
                "give the worker the same options."
            )
        return plan.tuner(trials_of, Kept(folder), searched, data, name=name)

    run_trials(make_tuner, folder, name=name, address=address, say=say)


def _workers(command, n_workers, address, folder):
    """For the name of each worker its command, and what to add to its environment."""
    names = [f"worker-{number}" for number in range(1, n_workers + 1)]
    more = environments(n_workers, cuda_devices())
    return {name: (command(name, address, folder), own) for name, own in zip(names, more)}


def _with_free_port(address):
    host, port = split_address(address, lowest_port=0)
    return f"{host}:{free_port(host, port)}"


@contextmanager
def _workplace(plan, space, data, directory, resume) -> Generator[Path]:
    """The folder of the search, without the signs of life of workers whose search was killed."""
    with workplace(plan, space, data, directory=directory, resume=resume) as folder:
        for old in (folder / "workers").glob("*.json"):
            old.unlink()
        yield folder


@contextmanager
def _ended_by_signals():
    """Let SIGTERM end the search as Ctrl-C does: with its workers, and with the trials that it has."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _last_words(folder, names):
    """The last line that the first worker with any output wrote."""
    for name in names:
        log = folder / "workers" / f"{name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
        if lines:
            return f" {name} said last: {lines[-1]}"
    return ""
