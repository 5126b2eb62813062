"""Files as people keep them: packed or not, whatever their names say, and in capitals or not."""

import gzip

GZIP = b"\x1f\x8b"  # how every gzipped file begins: RFC 1952, section 2.3.1


class OtherContent(ValueError):
    """A file that is whole, and holds something else than is wanted."""


def content(path):
    """Return the bytes in a file, unpacked if it is gzipped, which its first two bytes say and not its name.

    Raises
    ------
    ValueError
        If there are none.
    OSError, EOFError, zlib.error
        If it cannot be read or unpacked.
    """
    data = path.read_bytes()
    if data.startswith(GZIP):
        data = gzip.decompress(data)
    if not data:
        raise ValueError("it is empty")
    return data


def find(folder, names):
    """Return the file in ``folder`` that has the first of ``names`` that any has, in whatever case; else ``None``."""
    try:
        there = {path.name.lower(): path for path in sorted(folder.iterdir())}
    except OSError:  # no folder, or none that may be looked into
        return None
    found = (there.get(name.lower()) for name in names)
    return next((path for path in found if path and path.is_file()), None)
