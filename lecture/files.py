"""Files that appear whole or not at all: no reader ever sees half of one."""

import os
import secrets
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def new_file(path: str | os.PathLike[str]) -> Generator[BinaryIO]:
    """Open a binary file for writing that takes its name only when the block has ended well.

    Until then the content goes to a hidden file in the same folder. If the block fails, that file is removed, and
    whatever had the name before is still there. The folder is made if it is missing.

    Parameters
    ----------
    path : str or pathlib.Path
        The name of the finished file; a file that has it is replaced.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with open(hidden, "xb") as file:
            yield file
        os.replace(hidden, path)
    finally:
        hidden.unlink(missing_ok=True)


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write text (as UTF-8) or bytes to a file that appears whole."""
    encoded = content if isinstance(content, bytes) else content.encode("utf-8")
    with new_file(path) as file:
        file.write(encoded)


def refuse_unwritable(folder: str | os.PathLike[str]) -> None:
    """Refuse a folder in which nothing can be written, or that cannot be made; leave nothing behind.

    Raises
    ------
    ValueError
        If it is no folder, or nothing can be written in it or in the folder where it would be made.
    """
    there = Path(folder).absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError as error:
        raise ValueError(f"nothing can be written in {folder}: {error.strerror}.") from error
