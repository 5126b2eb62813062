"""Worker processes on this machine, and the GPUs that they use."""

import os
import signal
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

GOODBYE = 5  # seconds between asking a process to end and ending it


@contextmanager
def running(
    commands: Mapping[str, tuple[list[str], dict[str, str]]], folder: str | Path
) -> Generator[dict[str, subprocess.Popen]]:
    """Start a process for each command; none is left at the end.

    Parameters
    ----------
    commands : dict of str to (list of str, dict of str to str)
        For the name of each worker the command, and the variables to add to its environment. Its output goes to
        ``folder / "workers" / NAME.log``.
    folder : str or pathlib.Path
        The folder of the search.
    """
    logs = Path(folder) / "workers"
    logs.mkdir(parents=True, exist_ok=True)
    processes = {}
    try:
        for name, (command, environment) in commands.items():
            with open(logs / f"{name}.log", "ab") as log:
                processes[name] = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=os.environ | environment,
                    start_new_session=True,
                )
        yield processes
    finally:
        for process in processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in processes.values():
            try:
                process.wait(GOODBYE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def environments(n_workers: int, devices: list[str]) -> list[dict[str, str]]:
    """Return what each worker adds to its environment: with several GPUs one of them, in turn.

    >>> environments(3, ["0", "1"])
    [{'CUDA_VISIBLE_DEVICES': '0'}, {'CUDA_VISIBLE_DEVICES': '1'}, {'CUDA_VISIBLE_DEVICES': '0'}]
    """
    if len(devices) < 2:  # they share the only one
        return [{} for _ in range(n_workers)]
    return [{"CUDA_VISIBLE_DEVICES": devices[n % len(devices)]} for n in range(n_workers)]
