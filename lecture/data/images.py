"""Decoded images in their official split, and the checks that every source must pass."""

import hashlib
import math
from dataclasses import dataclass

import numpy as np

from lecture.data.catalog import CATALOG, Entry, Unavailable


@dataclass(frozen=True, eq=False)
class Images:
    """A set of images as published: pixels from 0 to 255 and class numbers, all uint8, in the official order.

    Attributes
    ----------
    X_train, X_test : array (n, 28, 28) or (n, 32, 32, 3)
        Pixels.
    y_train, y_test : array (n,)
        Class numbers.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the four arrays by name."""
        return {"X_train": self.X_train, "y_train": self.y_train, "X_test": self.X_test, "y_test": self.y_test}


def digest(images: Images) -> str:
    """Return the SHA-256 of the bytes of X_train, y_train, X_test, y_test, one after the other, in hexadecimal."""
    sha = hashlib.sha256()
    for array in images.arrays().values():
        sha.update(np.ascontiguousarray(array).data)
    return sha.hexdigest()


def digest_of_rows(images: Images) -> str:
    """Return a digest of all rows, training and test, which does not depend on their order."""
    rows = (
        hashlib.blake2b(image.tobytes() + label.tobytes(), digest_size=16).digest()
        for X, y in ((images.X_train, images.y_train), (images.X_test, images.y_test))
        for image, label in zip(X, y, strict=True)
    )
    return hashlib.sha256(b"".join(sorted(rows))).hexdigest()


def from_rows(pixels: np.ndarray, labels: np.ndarray, entry: Entry) -> Images:
    """Return the images in a table of all rows, training images first; colours come channel by channel.

    Parameters
    ----------
    pixels : array (n, n_pixels) of uint8
    labels : array (n,) of uint8
    entry : Entry

    Raises
    ------
    Unavailable
        If the table does not have the size of the set.
    """
    n, n_pixels = entry.n_train + entry.n_test, math.prod(entry.shape)
    if pixels.shape != (n, n_pixels):
        came = " × ".join(f"{size:,}" for size in pixels.shape)
        raise Unavailable(f"has a table of {came} pixels, where {n:,} × {n_pixels:,} were wanted")
    X = channels_last(pixels, entry.shape)
    return Images(X[: entry.n_train], labels[: entry.n_train], X[entry.n_train :], labels[entry.n_train :])


def channels_last(pixels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return rows of pixels (n, n_pixels) as images (n, *shape); a row in colour is all red, then green, then blue."""
    if len(shape) == 2:
        return pixels.reshape(-1, *shape)
    height, width, n_channels = shape
    return np.ascontiguousarray(pixels.reshape(-1, n_channels, height, width).transpose(0, 2, 3, 1))


def check_form(images: Images, entry: Entry) -> None:
    """Refuse images that cannot be a set, whatever they show.

    Raises
    ------
    Unavailable
        If a shape, a type or a label is wrong.
    """
    for part, n in (("train", entry.n_train), ("test", entry.n_test)):
        X, y = getattr(images, f"X_{part}"), getattr(images, f"y_{part}")
        wanted = (n, *entry.shape)
        if X.shape != wanted or y.shape != (n,):
            raise Unavailable(
                f"has {part} images of shape {X.shape} with labels {y.shape}, where {wanted} with ({n},) were wanted"
            )
        if X.dtype != np.uint8 or y.dtype != np.uint8:
            raise Unavailable(f"has {part} images and labels of type {X.dtype} and {y.dtype}, where uint8 was wanted")
        if y.max(initial=0) >= len(entry.class_names):
            raise Unavailable(f"has a {part} label {y.max()}, where 0 to {len(entry.class_names) - 1} were wanted")


def check(images: Images, entry: Entry) -> None:
    """Refuse images that are not, pixel by pixel and in the official order, those of a set.

    Where no digest is known (CIFAR-10) the check is weaker: the sizes, equally many images per class, the first ten
    labels of each part, and the mean of each colour over the training images, which changes with a single image.

    Raises
    ------
    Unavailable
        If they are not; the message says what they are instead, if the digest is known.
    """
    check_form(images, entry)
    if entry.digest is None:
        _check_marks(images, entry)
        return
    came = digest(images)
    if came == entry.digest:
        return
    for other in CATALOG.values():
        if came == other.digest:
            raise Unavailable(f"holds {other.title}, not {entry.title}")
    if entry.rows == digest_of_rows(images):
        raise Unavailable(f"has the rows of {entry.title} in another order, so that the official split is lost")
    raise Unavailable(
        f"holds other images or labels than {entry.title} (SHA-256 {came[:12]}…, not {entry.digest[:12]}…)"
    )


def _check_marks(images, entry):
    """Compare images with what is published about them."""
    marks = entry.marks
    for part, y in (("train", images.y_train), ("test", images.y_test)):
        counts = np.bincount(y, minlength=len(entry.class_names))
        if counts.min() != counts.max():
            raise Unavailable(
                f"has {counts.min():,} to {counts.max():,} {part} images per class, where equally many were wanted"
            )
    mean = images.X_train.mean(axis=(0, 1, 2)) / 255
    if not np.allclose(mean, marks.train_mean, rtol=0, atol=1e-6):
        raise Unavailable(
            f"has other training images than {entry.title} (their mean colour is {mean.round(6).tolist()})"
        )
    firsts = tuple(images.y_train[:10].tolist()), tuple(images.y_test[:10].tolist())
    if firsts != (marks.first_train, marks.first_test):
        raise Unavailable(f"has the images of {entry.title} in another order")
