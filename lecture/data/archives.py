"""Archives (tar, packed by gzip, bzip2 or xz, or not), read in memory: no file of theirs ever gets to the disk."""

import hashlib
import tarfile
from collections.abc import Collection, Generator
from pathlib import Path, PurePosixPath

from lecture.data.files import OtherContent

LARGEST = 200_000_000  # bytes of a file in an archive; a batch has 31 million, or twice that as an old kind of pickle


def each(path: Path) -> Generator[tuple[PurePosixPath, bytes]]:
    """Return the name and the bytes of each file in an archive, in its order.

    Raises
    ------
    ValueError
        If it is no archive, or one of its members is a link or a device, has a name that leads out of the archive, or
        is larger than ``LARGEST``.
    OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError
        If it ends too soon or cannot be unpacked.
    """
    try:
        archive = tarfile.open(path)
    except tarfile.ReadError as error:
        raise ValueError("it is no tar archive, or ends within its first file") from error
    with archive:
        for member in archive:
            if member.isdir():
                continue
            name, file = _checked_name(member), archive.extractfile(member)
            if file is not None:  # never None for an ordinary file
                yield name, file.read()


def only(path: Path, wanted: Collection[str], folder: str) -> Generator[tuple[str, bytes]]:
    """Return the name and the bytes of some files of an archive, which lie in a folder of it or at its top.

    Parameters
    ----------
    path : Path
        Archive.
    wanted : collection of str
        Names of the files. Others are passed over.
    folder : str
        Name of the folder in the archive that may hold them.

    Raises
    ------
    OtherContent
        If the archive is whole, but lacks one of them.
    ValueError
        If one comes twice, and as ``each``.
    """
    missing = list(wanted)
    for name, content in each(path):
        if name.name not in wanted or str(name.parent) not in (".", folder):
            continue
        if name.name not in missing:
            raise ValueError(f"it holds {name.name} twice")
        missing.remove(name.name)
        yield name.name, content
    if missing:
        raise OtherContent(f"it lacks {', '.join(missing)}")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked_name(member):
    """The name of a member that is an ordinary file within the archive."""
    name = PurePosixPath(member.name)
    if not member.isreg():
        raise ValueError(f"its member {name} is no file, but a link or a device")
    if name.is_absolute() or ".." in name.parts:
        raise ValueError(f"its member {name} leads out of the archive")
    if member.size > LARGEST:
        raise ValueError(f"its member {name} has {member.size:,} bytes, more than any batch of images")
    return name
