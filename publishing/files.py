"""Files and folders that appear whole or not at all."""

import os
import shutil
from pathlib import Path

from lecture.files import write_whole

__all__ = ["UnwritableError", "need_writable", "replace_folder", "write_whole"]


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
