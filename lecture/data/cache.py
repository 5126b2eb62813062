"""The cache of images that were downloaded and checked: one file for each set and source, whole or not there.

A file is named after its content, ``mnist.openml.<digest>.npz``, so that it can be checked without any list.
"""

import os
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lecture.data.catalog import DOWNLOADS, Absent, Entry, Unavailable
from lecture.data.images import Images, check_form, digest
from lecture.files import new_file


def folder() -> Path:
    """Return the folder of the cache: ``LECTURE_CACHE``, or the user's cache folder on this platform."""
    if os.environ.get("LECTURE_CACHE"):
        return Path(os.environ["LECTURE_CACHE"]).expanduser()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "lecture"


def find(entry: Entry, sources: Sequence[str] = DOWNLOADS) -> tuple[Path, str, str] | None:
    """Return the path, source and digest of the first file of a set; ``None`` if there is none."""
    for source in sources:
        for path in sorted(folder().glob(f"{entry.name}.{source}.*.npz")):
            kept = path.name.split(".")[-2]
            if entry.digest in (None, kept):
                return path, source, kept
    return None


def read(entry: Entry, sources: Sequence[str] = DOWNLOADS) -> Images:
    """Return the images of a set.

    Raises
    ------
    Absent
        If there are none.
    Unavailable
        If the file is damaged; it is then removed.
    """
    found = find(entry, sources)
    if found is None:
        raise Absent(f"holds no {entry.title}")
    path, _, kept = found
    try:
        with np.load(path, allow_pickle=False) as file:
            images = Images(**{name: file[name] for name in ("X_train", "y_train", "X_test", "y_test")})
        check_form(images, entry)
        if digest(images) != kept:
            raise ValueError("its content is not what its name says")
    except (OSError, EOFError, KeyError, TypeError, ValueError, Unavailable, zipfile.BadZipFile, zlib.error) as error:
        _remove(path)
        raise Unavailable(f"had a damaged file, {path.name}, which was removed ({error})") from error
    return images


def keep(images: Images, entry: Entry, source: str) -> Path:
    """Store images that passed their checks. The file appears whole: two processes may do this at once.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    target = folder() / f"{entry.name}.{source}.{digest(images)}.npz"
    try:
        with new_file(target) as file:
            np.savez(file, allow_pickle=False, **images.arrays())
    except PermissionError:  # Windows, while another process reads the same file: then it is there already
        if not target.exists():
            raise
    return target


def _remove(path):
    """Remove a file if it is there and can be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass
