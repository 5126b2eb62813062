"""The same search, run by several processes: on this machine, or on several that share a folder."""

import signal
import time
from contextlib import closing, contextmanager
from pathlib import Path

from lecture.tuning.distributed.workers import Chief, cards, client, free_port, shares, split_address, started, work
from lecture.tuning.kept import Kept
from lecture.tuning.progress import Progress
from lecture.tuning.search import different, read_plan, workplace
from lecture.tuning.trials import SearchError


def lead(
    plan,
    space,
    data,
    *,
    command=None,
    n_workers=0,
    address="127.0.0.1:0",
    directory=None,
    resume=False,
    show=True,
    say=print,
):
    """Be the chief of a search: hand out its trials, and return what came of them.

    Parameters
    ----------
    plan : lecture.tuning.search.Plan
    space, data
        As for `search`.
    command : callable, optional
        ``command(name, address, folder)`` returns what starts a worker on this machine, a list of str.
    n_workers : int
        How many to start here. With 0 the chief waits for workers that are started elsewhere.
    address : str
        HOST:PORT on which it listens; port 0 is any that is free. KerasTuner's port has no authentication.
    directory, resume, show
        As for `search`; workers on other machines need a directory that they see as well.
    say : callable
        Told, a line at a time, what happens.

    Returns
    -------
    SearchResult
        With what was done, also where no worker was left, or Ctrl-C ended it.
    """
    host, _, port = address.rpartition(":")
    port = free_port(host, int(port))
    start, progress = time.perf_counter(), Progress(plan.n_trials, show)
    with closing(progress), workplace(plan, space, data, directory, resume) as folder, _ended_by_signals():
        kept = Kept(folder)
        for old in (folder / "workers").glob("*.json"):  # of a search that was killed
            old.unlink()
        oracle = plan.oracle(space, kept, n_workers or None)
        told = progress.bar.write if show else say
        chief = Chief(oracle, folder, lambda: progress.update(kept.trials()), host, port, say=told)
        address = f"{host}:{port}"
        found = cards()
        names = [f"worker-{number}" for number in range(1, n_workers + 1)]
        commands = {
            name: (command(name, address, folder), extra) for name, extra in zip(names, shares(n_workers, found))
        }
        if not commands:
            told(
                f"Waiting for workers: python -m lecture tune --worker {address} --directory {folder} (and the options of this search)."
            )
        try:
            with started(commands, folder) as processes:
                if not chief.serve(processes):
                    told(f"No worker is left: the search ends with what it has.{_last_words(folder, names)}")
        except KeyboardInterrupt:
            told("Interrupted: the search ends with the trials that it has.")
        return plan.result(space, kept.trials(), time.perf_counter() - start)


def follow(plan, space, data, *, address, directory, name, say=print):
    """Be a worker of a search until its chief has no more trials.

    Parameters
    ----------
    plan, space, data
        Those of the chief.
    address : str
        HOST:PORT of the chief.
    directory : str or pathlib.Path
        The search's folder, which the chief sees as well.
    name : str
        Of this worker; no two have the same.

    Raises
    ------
    SearchError
        If the folder is not shared with this chief, or its search is another one.
    ValueError
        If ``address`` is not HOST:PORT, or ``name`` cannot be one.
    """
    split_address(address)
    if not name or "chief" in name or not all(c.isalnum() or c in "-_." for c in name):
        raise ValueError(
            f"a worker's name must be of letters, digits, '-', '_' and '.', without the word chief, got {name!r}."
        )
    folder = Path(directory)

    def make_tuner():
        differences = different(read_plan(folder), plan.describe(space, data))
        if differences:
            raise SearchError(
                f"the chief's search is another one (it differs in {', '.join(differences)}): give the worker the same options."
            )
        kept = Kept(folder)
        return plan.tuner(client(), kept, space, data, name=name)

    work(make_tuner, folder, name, address, say)


@contextmanager
def _ended_by_signals():
    """Let SIGTERM end the search as Ctrl-C does: with its workers, and with what it has."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _last_words(folder, names):
    """What the first worker that said something said last."""
    for name in names:
        log = folder / "workers" / f"{name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
        if lines:
            return f" {name} said last: {lines[-1]}"
    return ""
