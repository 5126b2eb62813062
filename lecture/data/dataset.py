"""A data set: images and labels, scaled and split into training, validation and test set."""

import math
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.data.catalog import SOURCES, Entry
from lecture.data.images import Images

BLOCK = 256  # images that are scaled at once: 3 MB of colour images, five times as fast as all at once
SCALES = {"minmax": "pixels scaled to [0, 1]", "standard": "pixels standardized", "raw": "pixels 0 to 255"}


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images in three parts; print it for a description.

    Attributes
    ----------
    X_train, X_val, X_test : array (n, n_pixels), or ``(n, *image_shape)``, of float32
        Pixels. Without a validation set, ``X_val`` and ``y_val`` have length 0.
    y_train, y_val, y_test : array (n, n_classes) of float32, or (n,) of int64
        Labels: one-hot rows, or class numbers.
    class_names : tuple of str
        Names of the classes, in the order of their numbers.
    source : str
        Source of the images: "cache", "system", "openml", "keras", "sample" or a folder, followed by what its images
        are if not the official ones: "data (a JPEG copy)". Passed as ``source`` again, it loads the same images.
    name : str
        Name of the set, such as "Fashion-MNIST".
    image_shape : tuple of int
        Shape of an image: (28, 28) or (32, 32, 3).
    scale : str
        Scale of the pixels: "minmax", "standard" or "raw".
    digest : str
        SHA-256 of the bytes of all images and labels of the source, before scaling and splitting: training images,
        their labels, test images, their labels. Empty where no published checksum confirms them, as for a copy.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple
    source: str
    name: str
    image_shape: tuple
    scale: str
    digest: str = ""

    @property
    def validation_data(self) -> tuple[np.ndarray, np.ndarray] | None:
        """``(X_val, y_val)`` as ``fit`` takes it; ``None`` without a validation set."""
        return (self.X_val, self.y_val) if len(self.X_val) else None

    def images(self, part: str) -> np.ndarray:
        """Return the images of "train", "val" or "test" in the shape ``(n, *image_shape)``, even if they are flat."""
        return self._array("X", part).reshape(-1, *self.image_shape)

    def labels(self, part: str) -> np.ndarray:
        """Return the class numbers of "train", "val" or "test", shape (n,), even if labels are one-hot."""
        y = self._array("y", part)
        return y.argmax(axis=1) if y.ndim == 2 else y

    def only(self, *classes: str | int) -> "Dataset":
        """Return only the images of some classes, which become classes 0, 1, … in the order given.

        Parameters
        ----------
        *classes : str or int
            Names or numbers of two or more classes, each once.

        Returns
        -------
        Dataset
            The images in their previous order, with labels of the same kind: one-hot rows have a column for each class.

        Raises
        ------
        ValueError
            If fewer than two classes are named, one is unknown, or one comes twice.
        """
        numbers = [self._class_number(c) for c in classes]
        if len(numbers) < 2 or len(set(numbers)) < len(numbers):
            raise ValueError(
                f"classes must be two or more different ones, got {', '.join(map(str, classes)) or 'none'}."
            )
        new = np.full(len(self.class_names), -1)
        new[numbers] = np.arange(len(numbers))
        arrays, is_one_hot = {}, self.y_train.ndim == 2
        for part in ("train", "val", "test"):
            y = new[self.labels(part)]
            kept = y >= 0
            arrays[f"X_{part}"] = self._array("X", part)[kept]
            arrays[f"y_{part}"] = np.eye(len(numbers), dtype=np.float32)[y[kept]] if is_one_hot else y[kept]
        return replace(self, **arrays, class_names=tuple(self.class_names[number] for number in numbers))

    def describe(self) -> str:
        """Return a description in a sentence."""
        size = " × ".join(map(str, self.image_shape))
        flat = f", flat ({self.X_train.shape[1]:,})" if self.X_train.ndim == 2 else ""
        labels = "one-hot" if self.y_train.ndim == 2 else f"0 to {len(self.class_names) - 1}"
        n_train, n_val, n_test = len(self.X_train), len(self.X_val), len(self.X_test)
        origin = SOURCES.get(self.source, f"the folder {self.source}")
        return (
            f"{self.name}, {n_train + n_val + n_test:,} images from {origin}: "
            f"{n_train:,} for training, {n_val:,} for validation, {n_test:,} for testing; "
            f"{size}{flat}, {SCALES[self.scale]}; {len(self.class_names)} classes, labels {labels}."
        )

    __repr__ = __str__ = describe

    def _class_number(self, name):
        """The number of a class, given its name or number."""
        if isinstance(name, str):
            return self.class_names.index(one_of(name, self.class_names, "class"))
        return whole(name, "the number of a class", least=0, most=len(self.class_names) - 1)

    def _array(self, letter, part):
        return getattr(self, f"{letter}_{one_of(part, ('train', 'val', 'test'), 'part')}")


def build(
    images: Images,
    entry: Entry,
    source: str,
    *,
    validation: float,
    scale: str,
    flatten: bool,
    one_hot: bool,
    seed: int,
) -> Dataset:
    """Return a data set of checked images; the options are those of ``load_fashion_mnist``."""
    check_options(validation, scale, seed, len(images.y_train))
    training, held_out = split(images.y_train, validation, seed)
    parts = {
        "train": (images.X_train, images.y_train, training),
        "val": (images.X_train, images.y_train, held_out),
        "test": (images.X_test, images.y_test, np.arange(len(images.y_test))),
    }
    change = _scaling(scale, images.X_train, training)
    arrays = {}
    for part, (X, y, rows) in parts.items():
        scaled = change(X, rows)  # (n, n_pixels)
        arrays[f"X_{part}"] = scaled if flatten else scaled.reshape(len(rows), *entry.shape)
        labels = y[rows]
        arrays[f"y_{part}"] = (
            np.eye(len(entry.class_names), dtype=np.float32)[labels] if one_hot else labels.astype(np.int64)
        )
    return Dataset(
        **arrays,
        class_names=entry.class_names,
        source=source,
        name=entry.title,
        image_shape=entry.shape,
        scale=scale,
        digest=images.sha256,
    )


def check_options(validation: float, scale: str, seed: int, n_train: int) -> None:
    """Refuse options that are out of range or unknown, before any image is loaded."""
    n_held_out(validation, n_train)
    one_of(scale, SCALES, "scale")
    whole(seed, "seed", least=0)


def n_held_out(validation: float, n: int) -> int:
    """Return how many of ``n`` training images are held out: a fraction below 1 of them, or a count below ``n``.

    Raises
    ------
    ValueError
        If it is neither.

    >>> n_held_out(1 / 6, 60000), n_held_out(5000, 60000), n_held_out(0, 60000)
    (10000, 5000, 0)
    """
    if isinstance(validation, Integral):
        return whole(validation, f"validation, as a count of {n:,} training images,", least=0, most=n - 1)
    return min(round(n * real(validation, "validation, as a fraction,", least=0, below=1)), n - 1)


def split(y: np.ndarray, validation: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the training set and of the validation set, each in their original order.

    The split is stratified: both have the same fraction of every class, to within one image.

    Parameters
    ----------
    y : array (n,) of int
        Class numbers.
    validation : float or int
        Size of the validation set: a fraction below 1, or a count.
    seed : int
        Seed of the choice; the same seed gives the same rows.

    Returns
    -------
    training, held_out : array of int
    """
    n_out = n_held_out(validation, len(y))
    counts = np.bincount(y)
    shares = counts * n_out / len(y)
    quotas = shares.astype(int)
    largest = np.argsort(quotas - shares, kind="stable")  # the largest remainders round up, so that the sum is right
    quotas[largest[: n_out - quotas.sum()]] += 1
    rng = np.random.default_rng(seed)
    held_out = np.zeros(len(y), bool)
    for number, quota in enumerate(quotas):
        held_out[rng.permutation(np.flatnonzero(y == number))[:quota]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def pixel_statistics(X: np.ndarray, rows: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and standard deviation of each pixel of images (n, …) of uint8, from exact sums of integers.

    Parameters
    ----------
    X : array (n, …) of uint8
        Images.
    rows : array of int, optional
        Numbers of the images to take; all of them if None.
    """
    n = len(X) if rows is None else len(rows)
    total, squares = np.zeros((2, math.prod(X.shape[1:])), np.int64)
    for block in _blocks(X, np.arange(n) if rows is None else rows):
        total += block.sum(axis=0, dtype=np.int64)
        squares += np.einsum("ij,ij->j", block, block, dtype=np.int64)
    mean = total / n
    std = np.sqrt(n * squares - total**2) / n
    return mean.reshape(X.shape[1:]), std.reshape(X.shape[1:])


def _blocks(X, rows):
    """Some images as rows of pixels, a few at a time, so that what is worked out for them stays in the cache."""
    flat = X.reshape(len(X), -1)
    for start in range(0, len(rows), BLOCK):
        yield flat[rows[start : start + BLOCK]]


def _scaling(scale, X_train, rows):
    """The function that scales images of uint8 to float32, with the statistics of the rows of the training set."""
    if scale == "standard":
        mean, std = (statistic.reshape(-1) for statistic in pixel_statistics(X_train, rows))
        shift, unit = mean.astype(np.float32), np.where(std > 0, std, 1).astype(np.float32)
    else:
        shift, unit = np.float32(0), np.float32(255 if scale == "minmax" else 1)

    def change(X, rows):
        scaled = np.empty((len(rows), math.prod(X.shape[1:])), np.float32)
        for start, block in zip(range(0, len(rows), BLOCK), _blocks(X, rows)):
            part = scaled[start : start + BLOCK]
            part[:] = block
            part -= shift
            part /= unit
        return scaled

    return change
