"""JPEG copies of CIFAR-10 in an archive of files such as ``train/ship/0001.jpg``: 19 MB instead of 163.

Such a copy has no order. It is dealt like cards: each of the five batches gets equally many images of every class, in
an order from a fixed seed, so that everybody who has the archive gets the same rows.
"""

import io
from pathlib import Path, PurePosixPath

import numpy as np

from lecture.data import archives
from lecture.data.catalog import CIFAR10, Unavailable
from lecture.data.cifar_batches import SHAPE
from lecture.data.images import JPEG, Images

NAMES = ("cifar10-jpeg.tar.xz", "cifar10-jpeg.tar.gz", "cifar10-jpeg.tar")
N_BATCHES = {"train": 5, "test": 1}


def read(path: Path) -> Images:
    """Return the images in an archive of JPEG copies.

    Raises
    ------
    ValueError
        If a file in it has another name, or is no JPEG of 32 × 32 pixels.
    Unavailable
        If Pillow is not installed.
    OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError
        If it ends too soon or cannot be unpacked.
    """
    parts = {"train": ([], []), "test": ([], [])}
    for name, content in archives.each(path):
        part, label = _place(name)
        parts[part][0].append(_decoded(content, name))
        parts[part][1].append(label)
    rng = np.random.default_rng(0)
    arrays = []
    for part, (X, y) in parts.items():
        if not X:
            raise ValueError(f"it has no {part} images")
        y = np.array(y, np.uint8)
        order = dealt(y, N_BATCHES[part], rng)
        arrays += [np.stack(X)[order], y[order]]
    return Images(*arrays, copy=JPEG)


def dealt(y: np.ndarray, n_batches: int, rng: np.random.Generator) -> np.ndarray:
    """Return an order of rows in which each batch has equally many of every class, shuffled within the batch.

    Parameters
    ----------
    y : array (n,) of uint8
        Class numbers, equally many of each.
    n_batches : int
        Number of batches.
    rng : numpy.random.Generator
        Source of the order.

    Returns
    -------
    array (n,) of int
        Numbers of the rows, batch by batch.
    """
    n_classes = len(CIFAR10.class_names)
    share = len(y) // n_batches // n_classes
    piles = [rng.permutation(np.flatnonzero(y == number)) for number in range(n_classes)]
    return np.concatenate(
        [
            rng.permutation(np.concatenate([pile[batch * share : (batch + 1) * share] for pile in piles]))
            for batch in range(n_batches)
        ]
    )


def _place(name: PurePosixPath):
    """The part and the class number of an image, from its name."""
    part, kind = name.parts[:2] if len(name.parts) == 3 else ("", "")
    if part not in N_BATCHES or kind not in CIFAR10.class_names:
        raise ValueError(f"it holds {name}, where names such as train/{CIFAR10.class_names[0]}/0000.jpg are wanted")
    return part, CIFAR10.class_names.index(kind)


def _decoded(content, name):
    """The pixels (32, 32, 3) in a JPEG."""
    try:
        from PIL import Image
    except ImportError:
        raise Unavailable("needs the package Pillow for its JPEGs, which is not installed") from None
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            pixels = np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{name} in it is a damaged JPEG") from error
    if pixels.shape != SHAPE:
        raise ValueError(f"{name} in it has {pixels.shape[1]} × {pixels.shape[0]} pixels, where 32 × 32 are wanted")
    return pixels
