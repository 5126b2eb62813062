"""Sources of images: a single one that is named, or one after the other until one gives the real images."""

import inspect
import os
import traceback
import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path

from lecture.checks import one_of
from lecture.data import cache, folders
from lecture.data.catalog import DOWNLOADS, SOURCES, Absent, Entry, Unavailable
from lecture.data.images import COPIES, Images
from lecture.data.official import Differs, check

NAMES = ("auto", *SOURCES)
ROOM = Path(__file__).parent
SAMPLE = ROOM / "sample"


class DataWarning(UserWarning):
    """A source failed and another one is used, or the images used are not the official set."""


def as_source(source: str | Path) -> str | Path:
    """Return the name of a source, or a folder as a Path; for "auto" what ``LECTURE_DATA`` says.

    A folder may be followed by what its images are, as in "data (a JPEG copy)": ``Dataset.source`` says so.

    Raises
    ------
    ValueError
        If it is neither a source nor a folder that exists.
    """
    if source == "auto":
        source = os.environ.get("LECTURE_DATA") or "auto"
    if source in NAMES:
        return source
    if isinstance(source, (str, Path)):
        for folder in (Path(source).expanduser(), Path(_bare(str(source))).expanduser()):
            if folder.is_dir():
                return folder
    return one_of(source, (*NAMES, "or a folder that exists"), "source")


def find(entry: Entry, source: str | Path, **how) -> tuple[Images, str]:
    """Return the images of a set, checked, and the name of the source that gave them.

    Parameters
    ----------
    entry : Entry
    source : str or Path
        As ``as_source`` returns it.
    **how
        Options of ``download``, for tests.

    Raises
    ------
    Unavailable
        If no source gave them; the message lists what was tried.
    """
    if isinstance(source, Path):
        images = _from_folder(entry, source)
        return images, f"{source} ({images.copy})" if images.copy else str(source)
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
        tried.append("no sample of it is embedded (a folder with its files can be named as the source)")
    raise Unavailable(f"{entry.title} was not loaded: {'; '.join(tried)}.")


def here(entry: Entry) -> list[tuple[str, str | None]]:
    """Return the sources that have a set on this machine, best first, each with the digest of its images."""
    found = []
    if kept := cache.find(entry):
        found.append(("cache", kept[-1]))
    if entry.system and folders.holds(entry.system, entry):
        found.append(("system", entry.digest))
    if entry.sample_digest:
        found.append(("sample", entry.sample_digest))
    return found


def fingerprint(entry: Entry, source: str) -> str:
    """Return ``source:digest`` of the images that a source has on this machine, or its bare name if it has none."""
    if source in DOWNLOADS:
        kept = cache.find(entry, (source,))
        return f"{source}:{kept[-1]}" if kept else source
    return next((f"{name}:{held}" for name, held in here(entry) if source in ("auto", name)), source)


def _those_for(entry):
    """The sources that a set can have at all."""
    has = {"system": entry.system, "sample": entry.sample_digest}
    return tuple(step for step in SOURCES if has.get(step, True))


def _bare(source):
    """A folder's name without what its images are."""
    for kind in COPIES:
        source = source.removesuffix(f" ({kind})")
    return source


def _from_folder(entry, folder):
    """The images in a folder that the user named."""
    try:
        images = _kept_of_folder(entry, folder) if entry.marks else _read_folder(entry, folder)
    except Unavailable as problem:
        raise Unavailable(f"{entry.title} was not loaded: the folder {folder} {problem}.") from problem
    if images.copy:
        _warn(entry, f"the folder {folder} holds {images.copy}, not the official set; it is used because it was named")
    return images


def _kept_of_folder(entry, folder):
    """What was read from a folder before, or is read now; then it goes to the cache, since that takes many seconds."""
    name = cache.of_folder(folder, folders.stamp(folder, entry))
    try:
        return cache.read(entry, (name,))
    except Unavailable:
        images = _read_folder(entry, folder)
    _keep(images, entry, name)
    return images


def _read_folder(entry, folder):
    """The images in a folder; there are recompressed or reordered copies of a set that has marks."""
    images = folders.read(folder, entry, passed=lambda clause: _warn(entry, f"the folder {folder} {clause}"))
    try:
        return check(images, entry)
    except Differs as problem:
        if entry.marks is None:
            raise
        return replace(images, copy=images.copy or problem.kind)


def _keep(images, entry, source):
    """Store images in the cache, or say that this is not possible."""
    try:
        cache.keep(images, entry, source)
    except OSError as error:
        _warn(entry, f"it could not be stored for the next time ({error})")


def _from_cache(entry, **_):
    return cache.read(entry)


def _from_system(entry, **_):
    if entry.system is None:
        raise Absent("does not exist")
    try:
        images = folders.read(entry.system, entry)
    except Absent:
        raise Absent(f"is not installed (Debian and Ubuntu: apt-get install {entry.package})") from None
    return check(images, entry)


def _from_network(source, entry, **how):
    """What was downloaded before, or is downloaded now; then it goes to the cache."""
    from lecture.data.downloading import download  # most calls need no network

    try:
        return cache.read(entry, (source,))
    except Unavailable:
        images = check(download(entry, source, **how), entry)
    _keep(images, entry, source)
    return images


def _from_sample(entry, **_):
    if entry.sample_digest is None:
        raise Absent("does not exist")
    return check(folders.read(SAMPLE, entry), entry.as_sample())


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
    """Warn, at the line outside of this room that asked for the images."""
    frames = [frame for frame, _ in traceback.walk_stack(inspect.currentframe())]
    ours = [Path(frame.f_code.co_filename).is_relative_to(ROOM) for frame in frames]
    level = 1 + ours.index(False) if False in ours else 1  # Python 3.12: skip_file_prefixes
    warnings.warn(f"{entry.title}: {clause}.", DataWarning, stacklevel=level)
