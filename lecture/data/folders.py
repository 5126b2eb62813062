"""Images from a folder: the four IDX files, or CIFAR-10's six batches."""

import os
import pickle
import zlib
from pathlib import Path

from lecture.data import cifar_files, idx
from lecture.data.catalog import Absent, Entry, Unavailable
from lecture.data.files import OtherContent
from lecture.data.images import Images

_BROKEN = (
    OSError,
    EOFError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    zlib.error,
    pickle.UnpicklingError,
)


def read(folder: Path, entry: Entry) -> Images:
    """Return the images of a set in a folder, or in its subfolder ``entry.name`` or ``cifar-10-batches-py``.

    Raises
    ------
    Absent
        If none of the files is there.
    Unavailable
        If only some are there, or one is damaged or holds something else.
    """
    files = _find(folder, entry)
    missing = [name for name, path in files.items() if path is None]
    if missing:
        kind = Absent if len(missing) == len(files) else Unavailable
        raise kind(f"lacks {_wanted(entry, missing)}")
    return _form(entry).read_files(files, read_one=lambda path: _read_one(path, _form(entry).read))


def holds(folder: Path, entry: Entry) -> bool:
    """Return whether a folder has all files of a set, without reading them."""
    return None not in _find(folder, entry).values()


def stamp(folder: Path, entry: Entry) -> str:
    """Return the names, sizes and times of a set's files as a text, which changes when they do."""
    found = [path for path in _find(folder, entry).values() if path is not None]
    return " ".join(f"{path.name}:{os.stat(path).st_size}:{os.stat(path).st_mtime_ns}" for path in found)


def _form(entry):
    """The module that reads the files of a set."""
    return cifar_files if len(entry.shape) == 3 else idx


def _find(folder, entry):
    """The files in the first place that has any of them."""
    places = [_form(entry).find(place) for place in (folder, folder / entry.name, folder / cifar_files.FOLDER)]
    return next((files for files in places if any(files.values())), places[0])


def _read_one(path, read_one):
    """Read one file, and name it if it is damaged or holds something else."""
    try:
        return read_one(path)
    except OtherContent as error:
        raise Unavailable(f"has a file of another kind, {path.name}: {error}") from error
    except _BROKEN as error:
        raise Unavailable(f"has a damaged file, {path.name}: {error or type(error).__name__}") from error


def _wanted(entry, missing):
    """The expected names of the missing files."""
    if _form(entry) is cifar_files:
        return f"{', '.join(missing)} of the folder {cifar_files.FOLDER}"
    names = ", ".join(f"{idx.FILES[part]}.gz" for part in missing)
    return f"{names} (the four IDX files are wanted, with or without .gz)"
