"""Where images come from: one named source, or one after the other until one gives the real ones."""

import os
import sys
import warnings
from functools import partial
from pathlib import Path

from lecture.checks import one_of
from lecture.data import cache, folders
from lecture.data.catalog import DOWNLOADS, SOURCES, Absent, Unavailable
from lecture.data.images import check, check_form

NAMES = ("auto", *SOURCES)
SAMPLE = Path(__file__).parent / "sample"


class DataWarning(UserWarning):
    """A source failed and another one is used, or what is used is not the official set."""


def chosen(source):
    """Return what ``source`` names: "auto" is looked up in ``LECTURE_DATA``; a folder becomes a Path.

    Raises
    ------
    ValueError
        If it is neither a source nor a folder.
    """
    if source == "auto":
        source = os.environ.get("LECTURE_DATA") or "auto"
    if source in NAMES:
        return source
    if isinstance(source, (str, Path)) and Path(source).expanduser().is_dir():
        return Path(source).expanduser()
    return one_of(source, (*NAMES, "or a folder that exists"), "source")


def find(entry, source, **how):
    """Return the checked images of ``entry`` and the name of the source that gave them.

    Parameters
    ----------
    entry : Entry
    source : str or Path
        As ``chosen`` returns it.
    **how
        Options of ``download``; for tests.

    Raises
    ------
    Unavailable
        If no source gave them: the sentence says what was tried.
    """
    if isinstance(source, Path):
        return _from_folder(entry, source), str(source)
    steps = _those_for(entry) if source == "auto" else (source,)
    tried = []
    for step, following in zip(steps, (*steps[1:], None)):
        try:
            images = _READ[step](entry, **how)
        except Unavailable as problem:
            tried.append(f"{SOURCES[step]} {problem}")
            if following and not isinstance(problem, Absent):
                _warn(entry, f"{tried[-1]}; next comes {SOURCES[following]}")
            continue
        if step == "sample" and source == "auto":
            _warn(entry, _sample_is_used(entry))
        return images, step
    if source == "auto" and "sample" not in steps:
        tried.append("no sample of it is embedded")
    raise Unavailable(f"{entry.title} was not loaded: {'; '.join(tried)}.")


def here(entry):
    """Return the sources that have ``entry`` on this machine, best first, each with what it holds as a digest."""
    found = []
    if kept := cache.find(entry):
        found.append(("cache", kept[-1]))
    if entry.system and folders.holds(entry.system, entry):
        found.append(("system", entry.digest))
    if entry.sample_digest:
        found.append(("sample", entry.sample_digest))
    return found


def identity(entry, source):
    """Return ``source:digest`` of what ``source`` has on this machine, or the bare name where it has nothing."""
    if source in DOWNLOADS:
        kept = cache.find(entry, (source,))
        return f"{source}:{kept[-1]}" if kept else source
    return next((f"{name}:{held}" for name, held in here(entry) if source in ("auto", name)), source)


def _those_for(entry):
    """The sources that ``entry`` can have at all."""
    has = {"system": entry.system, "sample": entry.sample_digest}
    return tuple(step for step in SOURCES if has.get(step, True))


def _from_folder(entry, folder):
    """The folder that somebody named."""
    try:
        images = folders.read(folder, entry)
        check_form(images, entry)
        try:
            check(images, entry)
        except Unavailable as problem:
            if entry.digest is not None:
                raise
            # Of CIFAR-10 smaller, recompressed or reordered copies are about; whoever names one means it.
            _warn(entry, f"the folder {folder} {problem}; it is used because it was named")
    except Unavailable as problem:
        raise Unavailable(f"{entry.title} was not loaded: the folder {folder} {problem}.") from problem
    return images


def _from_cache(entry, **_):
    return cache.read(entry)


def _from_system(entry, **_):
    if entry.system is None:
        raise Absent("does not exist")
    try:
        images = folders.read(entry.system, entry)
    except Absent:
        raise Absent(f"is not installed (Debian and Ubuntu: apt-get install {entry.package})") from None
    check(images, entry)
    return images


def _from_network(source, entry, **how):
    """What was downloaded before, or now; then it is kept."""
    from lecture.data.download import download  # most calls need no network

    try:
        return cache.read(entry, (source,))
    except Unavailable:
        images = download(entry, source, **how)
    check(images, entry)
    try:
        cache.keep(images, entry, source)
    except OSError as error:
        _warn(entry, f"it could not be kept for the next time ({error})")
    return images


def _from_sample(entry, **_):
    if entry.sample_digest is None:
        raise Absent("does not exist")
    images = folders.read(SAMPLE, entry)
    check(images, entry.as_sample())
    return images


_READ = {
    "cache": _from_cache,
    "system": _from_system,
    "openml": partial(_from_network, "openml"),
    "keras": partial(_from_network, "keras"),
    "sample": _from_sample,
}


def _sample_is_used(entry):
    sample = entry.as_sample()
    some, all_of_them = sample.n_train + sample.n_test, entry.n_train + entry.n_test
    return (
        f"the embedded sample is used, {some:,} of the {all_of_them:,} images "
        f"({sample.n_train:,} for training, {sample.n_test:,} for testing); "
        f"for all of them, connect to a network or (Debian and Ubuntu) apt-get install {entry.package}"
    )


def _warn(entry, clause):
    """Warn, and name the line outside of this package that asked for the images."""
    level, frame = 1, sys._getframe()
    while frame.f_back and Path(frame.f_code.co_filename).parent == SAMPLE.parent:
        level, frame = level + 1, frame.f_back
    warnings.warn(f"{entry.title}: {clause}.", DataWarning, stacklevel=level)
