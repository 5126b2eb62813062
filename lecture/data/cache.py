"""The cache of images that were downloaded and checked, or are slow to read: a file for each set and source, or none.

A file is named after its content, ``mnist.openml.<digest>.npz``, so that it can be checked without any list, and is
whole or not there. For images from a folder the source is ``folder-<place>-<state>``: place is a digest of the
folder's path, state one of the names, sizes and times of its files.
"""

import hashlib
import os
import sys
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from lecture.data.catalog import DOWNLOADS, Absent, Entry, Unavailable
from lecture.data.cifar_batches import digests
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
            if source not in DOWNLOADS or entry.digest in (None, kept):
                return path, source, kept
    return None


def of_folder(place: Path, stamp: str) -> str:
    """Return the name by which a folder is a source here.

    Parameters
    ----------
    place : Path
        Folder.
    stamp : str
        Text that changes when the files in the folder do, from ``folders.stamp``.
    """
    where, state = (hashlib.sha256(text.encode()).hexdigest()[:12] for text in (str(place.resolve()), stamp))
    return f"folder-{where}-{state}"


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
    path, source, kept = found
    try:
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            images = Images(**{name: file[name] for name in ("X_train", "y_train", "X_test", "y_test")})
            copy = str(file["copy"]) if "copy" in file else ""
        check_form(images, entry)
        if digest(images) != kept:
            raise ValueError("its content is not what its name says")
    except (OSError, EOFError, KeyError, TypeError, ValueError, Unavailable, zipfile.BadZipFile, zlib.error) as error:
        _remove(path)
        raise Unavailable(f"had a damaged file, {path.name}, which was removed ({error})") from error
    # version 0.1.0 kept downloads of CIFAR-10 that it had not compared with the published checksums
    compared = source not in DOWNLOADS or entry.batches is None or digests(images) == entry.batches
    return replace(images, copy=copy, sha256=kept if compared and not copy else "")


def keep(images: Images, entry: Entry, source: str) -> Path:
    """Store images that passed their checks. The file appears whole: two processes may do this at once.

    What was stored of the same folder in an earlier state is removed.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    target = folder() / f"{entry.name}.{source}.{digest(images)}.npz"
    try:
        with new_file(target) as file:
            np.savez(file, allow_pickle=False, **images.arrays(), **({"copy": images.copy} if images.copy else {}))
    except PermissionError:  # Windows, while another process reads the same file: then it is there already
        if not target.exists():
            raise
    if source not in DOWNLOADS:
        for path in set(folder().glob(f"{entry.name}.{source.rpartition('-')[0]}-*.npz")) - {target}:
            _remove(path)
    return target


def _remove(path):
    """Remove a file if it is there and can be removed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass
