"""Decoded images in their official split, the forms in which they come, and their digests."""

import hashlib
import math
from dataclasses import dataclass, field

import numpy as np

from lecture.data.catalog import Entry, Unavailable

# What images can be that are not the official ones.
JPEG, NEAR, ORDER, PIXELS, OTHER = COPIES = (
    "a JPEG copy",
    "a near copy",
    "the images in another order",
    "the pixels in another order",
    "other images",
)


@dataclass(frozen=True, eq=False)
class Images:
    """A set of images as published: pixels from 0 to 255 and class numbers, all uint8, in the official order.

    Attributes
    ----------
    X_train, X_test : array (n, 28, 28) or (n, 32, 32, 3)
        Pixels.
    y_train, y_test : array (n,)
        Class numbers.
    sha256 : str
        Their ``digest`` if a published checksum says that they are the official ones, else empty.
    copy : str
        Which of ``COPIES`` they are; empty for the official ones.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    sha256: str = field(default="", kw_only=True)
    copy: str = field(default="", kw_only=True)

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
