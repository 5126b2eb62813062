"""Files and folders that appear whole or not at all."""

import os
import shutil
from pathlib import Path


def write_whole(path, content):
    """Write text or bytes to ``path`` through a neighbour, so that no reader ever sees half of it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    neighbour = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        neighbour.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        os.replace(neighbour, path)
    finally:
        neighbour.unlink(missing_ok=True)


def replace_folder(new, target):
    """Put the folder ``new`` in the place of ``target``; what stood there goes only when the new one is whole."""
    new, target = Path(new), Path(target)
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        os.replace(target, old)
    os.replace(new, target)
    shutil.rmtree(old, ignore_errors=True)


class UnwritableError(RuntimeError):
    """A folder in which nothing can be written: which, and why."""


def need_writable(folder):
    """Make ``folder`` if it is missing, and see that a file can be written in it, before long work is done for it.

    Raises
    ------
    UnwritableError
        If not.
    """
    probe = Path(folder) / f".{os.getpid()}"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UnwritableError(f"nothing can be written in {folder}: {error.strerror}.") from error
