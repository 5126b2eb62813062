"""Images from a folder, in whichever form it holds them: four IDX files, or CIFAR-10's batches and archives."""

import os
from collections.abc import Callable
from pathlib import Path

from lecture.data import cifar_files, idx
from lecture.data.catalog import Absent, Entry, Unavailable
from lecture.data.files import Form
from lecture.data.images import Images


def read(folder: Path, entry: Entry, passed: Callable[[str], None] = lambda clause: None) -> Images:
    """Return the images of a set in a folder, or in its subfolder of the set's name or of its archive's.

    Parameters
    ----------
    folder : Path
        Folder to look in.
    entry : Entry
        Set to look for.
    passed : callable
        Function that is called with a clause for each form that cannot be read, if another one can be tried.

    Raises
    ------
    Absent
        If none of the files is there.
    Unavailable
        If only some are there, or all forms are damaged or hold something else.
    """
    there = _find(folder, entry)
    if not there:
        raise Absent(_lacks(_form(entry).forms(folder)[0].missing, entry))
    tried = []
    for number, form in enumerate(there, start=1):
        try:
            if form.missing:
                raise Unavailable(_lacks(form.missing, entry))
            return form.read({name: path for name, path in form.files.items() if path})
        except Unavailable as problem:
            tried.append(str(problem))
            if number < len(there) and not there[number].missing:
                passed(f"{problem}; next comes {next(iter(there[number].files))}")
    raise Unavailable("; it ".join(tried))


def holds(folder: Path, entry: Entry) -> bool:
    """Return whether a folder has all files of a set in some form, without reading them."""
    return any(not form.missing for form in _find(folder, entry))


def stamp(folder: Path, entry: Entry) -> str:
    """Return the names, sizes and times of a set's files as a text, which changes when they do."""
    found = [path for form in _find(folder, entry) for path in form.files.values() if path]
    return " ".join(f"{path.name}:{os.stat(path).st_size}:{os.stat(path).st_mtime_ns}" for path in found)


def _form(entry):
    """The module that reads the files of a set."""
    return cifar_files if len(entry.shape) == 3 else idx


def _lacks(missing, entry):
    """A clause that says which files are missing, and which would do."""
    return f"lacks {', '.join(missing)} ({_form(entry).WANTED})"


def _find(folder, entry) -> list[Form]:
    """The forms of which a folder or its subfolders have any file: whole ones first, the quickest to read first."""
    places = [folder, folder / entry.name, *(folder / name for name in cifar_files.FOLDERS)]
    by_form = zip(*(_form(entry).forms(place) for place in places), strict=True)
    there = [form for forms in by_form for form in forms if any(form.files.values())]
    return sorted(there, key=lambda form: len(form.missing) > 0)
