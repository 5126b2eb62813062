"""Files as people store them: gzipped or not, whatever their names say, and in capitals or not."""

import gzip
from collections.abc import Iterable
from pathlib import Path

GZIP = b"\x1f\x8b"  # how every gzipped file begins: RFC 1952, section 2.3.1


class OtherContent(ValueError):
    """A file that is whole, but holds something other than what is wanted."""


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


def find(folder: Path, names: Iterable[str]) -> Path | None:
    """Return the file with the first of some names that is in a folder, in upper or lower case; else ``None``."""
    try:
        there = {path.name.lower(): path for path in sorted(folder.iterdir())}
    except OSError:  # no folder, or one without permission to read it
        return None
    found = (there.get(name.lower()) for name in names)
    return next((path for path in found if path and path.is_file()), None)
