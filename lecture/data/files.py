"""Files as people store them: gzipped or not, whatever their names say, and in capitals or not."""

import gzip
import lzma
import pickle
import tarfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from lecture.data.catalog import Unavailable

GZIP = b"\x1f\x8b"  # how every gzipped file begins: RFC 1952, section 2.3.1

_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    pickle.UnpicklingError,
)
_T = TypeVar("_T")


class OtherContent(ValueError):
    """A file that is whole, but holds something other than what is wanted."""


class Form(NamedTuple):
    """One of the forms in which a folder can hold a set of images.

    Attributes
    ----------
    files : dict of str to Path
        Files of this form by name; ``None`` for one that is missing.
    read : callable
        Returns the images in these files.
    """

    files: Mapping[str, Path | None]
    read: Callable[[Mapping[str, Path]], Any]

    @property
    def missing(self) -> list[str]:
        """Names of the files that are missing."""
        return [name for name, path in self.files.items() if path is None]


def content(path: Path) -> bytes:
    """Return the bytes in a file, unpacked if it is gzipped, which its first two bytes say and not its name.

    Raises
    ------
    ValueError
        If the file is empty.
    OSError, EOFError, zlib.error
        If it cannot be read or unpacked.
    """
    data = path.read_bytes()
    if data.startswith(GZIP):
        data = gzip.decompress(data)
    if not data:
        raise ValueError("it is empty")
    return data


def listing(folder: Path) -> dict[str, Path]:
    """Return the files in a folder by their names in lower case; none if there is no folder that can be read."""
    try:
        return {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    except OSError:
        return {}


def find(there: Mapping[str, Path], names: Iterable[str]) -> Path | None:
    """Return the file with the first of some names that is in a ``listing``, in upper or lower case; else ``None``."""
    return next((there[name.lower()] for name in names if name.lower() in there), None)


def named(path: Path, read: Callable[[Path], _T]) -> _T:
    """Return what ``read`` gives for a file.

    Raises
    ------
    Unavailable
        If the file is damaged or holds something else; the message names it.
    """
    try:
        return read(path)
    except OtherContent as error:
        raise Unavailable(f"has a file of another kind, {path.name}: {error}") from error
    except _BROKEN as error:
        raise Unavailable(f"has a damaged file, {path.name}: {error or type(error).__name__}") from error
