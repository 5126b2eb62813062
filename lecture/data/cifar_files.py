"""CIFAR-10 in a folder: the six batches, the official archive of either kind, or an archive of JPEG copies."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lecture.data import archives, cifar_batches, cifar_jpegs, files
from lecture.data.cifar_batches import TEST, TRAIN
from lecture.data.images import digest

# Where archives unpack to; the last is where Keras puts the first, in ``~/.keras/datasets``.
FOLDERS = ("cifar-10-batches-py", "cifar-10-batches-bin", "cifar-10-batches-py-target/cifar-10-batches-py")
WANTED = (
    "wanted are CIFAR-10's six batches, as pickles or as .bin, or their archive, cifar-10-python.tar.gz or "
    "cifar-10-binary.tar.gz"
)


class Kind(NamedTuple):
    """A kind of the official archive.

    Attributes
    ----------
    names : tuple of str
        Names that the archive goes by; first the official one.
    sha256 : str
        Its SHA-256.
    folder, end : str
        Folder in it, and what the names of its batches end in.
    decode : callable
        Function of ``cifar_batches`` that reads a batch.
    """

    names: tuple[str, ...]
    sha256: str
    folder: str
    end: str
    decode: Callable[[bytes], tuple[np.ndarray, np.ndarray]]


KINDS = (
    Kind(
        # The others: unpacked by a browser, and as Keras stores it, formerly and today.
        names=(
            "cifar-10-python.tar.gz",
            "cifar-10-python.tar",
            "cifar-10-batches-py.tar.gz",
            "cifar-10-batches-py-target_archive",
        ),
        sha256="6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",  # keras.datasets.cifar10
        folder="cifar-10-batches-py",
        end="",
        decode=cifar_batches.from_pickle,
    ),
    Kind(
        names=("cifar-10-binary.tar.gz", "cifar-10-binary.tar"),
        sha256="c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",  # torchvision-ruby and others
        folder="cifar-10-batches-bin",
        end=".bin",
        decode=cifar_batches.from_rows,
    ),
)


def forms(folder: Path) -> list[files.Form]:
    """Return the forms in which a folder can hold the set: first those that are the quickest to read."""
    there = files.listing(folder)
    six = [files.Form(_find_six(there, kind), partial(_read_six, kind)) for kind in KINDS]
    packed = [files.Form(_find_archive(there, kind.names), partial(_read_archive, kind)) for kind in KINDS]
    return [*six, *packed, files.Form(_find_archive(there, cifar_jpegs.NAMES), _read_jpegs)]


def _find_six(there, kind):
    """The six batches in a folder, gzipped or not."""
    names = [name + kind.end for name in (*TRAIN, TEST)]
    return {name: files.find(there, (name, f"{name}.gz")) for name in names}


def _find_archive(there, names):
    """The archive with one of some names."""
    return {names[0]: files.find(there, names)}


def _read_six(kind, found):
    """The images in six batches."""
    batches = {
        name.removesuffix(kind.end): files.named(path, lambda path: kind.decode(files.content(path)))
        for name, path in found.items()
    }
    return cifar_batches.joined(batches)


def _read_archive(kind, found):
    """The images in an archive; they are known to be the official ones if its checksum is the official one's."""
    (path,) = found.values()
    images = files.named(path, partial(_from_archive, kind))
    return replace(images, sha256=digest(images)) if archives.sha256(path) == kind.sha256 else images


def _from_archive(kind, path):
    """The images in an archive, of which a damaged batch is named."""
    batches = {}
    for name, content in archives.only(path, [name + kind.end for name in (*TRAIN, TEST)], kind.folder):
        try:
            batches[name.removesuffix(kind.end)] = kind.decode(content)
        except files.OtherContent as error:
            raise files.OtherContent(f"{name} in it: {error}") from error
        except (ValueError, EOFError, pickle.UnpicklingError) as error:
            raise ValueError(f"{name} in it: {error}") from error
    return cifar_batches.joined(batches)


def _read_jpegs(found):
    """The images in an archive of JPEG copies."""
    (path,) = found.values()
    return files.named(path, cifar_jpegs.read)
