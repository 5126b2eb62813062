"""A worker: runs trials for a chief as long as the chief lives and has some."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from lecture.tuning.distributed import beats
from lecture.tuning.distributed.address import split_address
from lecture.tuning.distributed.beats import Beat, Watch
from lecture.tuning.trials import SearchError
from lecture.tuning.tuner import Tuner

CHIEF_GONE = 3  # exit status of a worker whose chief is gone


def run_trials(
    make_tuner: Callable[[], Tuner],
    folder: str | Path,
    *,
    name: str,
    address: str,
    say: Callable[[str], None] = print,
    patience: float = beats.SILENT,
) -> None:
    """Run trials for a chief until it has no more.

    Parameters
    ----------
    make_tuner : callable
        Returns the worker's `Tuner`; called once the chief was seen.
    folder : str or pathlib.Path
        The folder of the search, which the chief must see as well.
    name : str
        Name of this worker, unlike that of any other.
    address : str
        HOST:PORT of the chief.
    say : callable
        Called with each line of news.
    patience : float
        Seconds to wait for the chief's first sign of life.

    Raises
    ------
    SearchError
        If there is no sign of this chief in the folder, before the first trial. A chief that is gone later ends the
        process, with status 3.
    """
    folder = Path(folder)
    _await_chief(folder, address, patience)
    tuner = make_tuner()  # which may refuse, before the chief has heard of this worker
    beat = Beat(folder / "workers" / f"{name}.json", pid=os.getpid())
    threading.Thread(target=_leave_without_chief, args=(folder, name, beat, say), daemon=True).start()
    try:
        tuner.search()
    finally:
        beat.stop()


def _await_chief(folder, address, patience):
    """See that the folder is shared with the chief: its file is there, is this chief's, and changes."""
    watch, start = Watch(folder / "chief.json"), time.monotonic()
    first = None
    while time.monotonic() - start < patience:
        sign = watch.read()
        if first is None:
            first = sign
        elif sign is not None and sign["count"] != first["count"]:
            if split_address(sign["address"])[1] != split_address(address)[1]:
                raise SearchError(f"{folder} belongs to the chief at {sign['address']}, not to one at {address}.")
            return
        time.sleep(0.1)
    raise SearchError(
        f"there is no sign of a chief in {folder}: start it first, with a --directory that both machines share."
    )


def _leave_without_chief(folder, name, beat, say):
    """End this process when the chief is gone: what it waits for will not come."""
    watch = Watch(folder / "chief.json")
    while watch.silence() < beats.SILENT:
        time.sleep(0.5)
    silence = f"the chief has given no sign of life for {beats.SILENT:.0f} s"
    say(f"{name}: {silence}, so this worker ends. --resume resumes the search.")
    beat.file.unlink(missing_ok=True)
    sys.stdout.flush()
    os._exit(CHIEF_GONE)
