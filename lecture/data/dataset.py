"""What a lecture trains on: images split into training, validation and test part, scaled, with their labels."""

import math
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np

from lecture.checks import one_of, real, whole
from lecture.data.catalog import SOURCES

SCALES = {"minmax": "pixels scaled to [0, 1]", "standard": "pixels standardized", "raw": "pixels 0 to 255"}


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Images in three parts; print it to see what it is.

    Attributes
    ----------
    X_train, X_val, X_test : array (n, n_pixels), or ``(n, *image_shape)``, of float32
        Without validation part, ``X_val`` and ``y_val`` have length 0.
    y_train, y_val, y_test : array (n, n_classes) of float32, one-hot, or (n,) of int64, the class numbers
    class_names : tuple of str
    source : str
        Where the images come from: "cache", "system", "openml", "keras", "sample" or a folder. Given as ``source``
        again, it loads the same images.
    name : str
        Such as "Fashion-MNIST".
    image_shape : tuple of int
        (28, 28) or (32, 32, 3).
    scale : str
        "minmax", "standard" or "raw".
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

    @property
    def validation_data(self):
        """``(X_val, y_val)`` as ``fit`` takes it, or ``None`` where there is no validation part."""
        return (self.X_val, self.y_val) if len(self.X_val) else None

    def images(self, part):
        """Return the images of "train", "val" or "test" as ``(n, *image_shape)``, whether they are flat or not."""
        return self._array("X", part).reshape(-1, *self.image_shape)

    def labels(self, part):
        """Return the class numbers of "train", "val" or "test" as (n,), whether they are one-hot or not."""
        y = self._array("y", part)
        return y.argmax(axis=1) if y.ndim == 2 else y

    def only(self, *classes):
        """Return the images of some classes alone, which become classes 0, 1, … in the order given.

        Parameters
        ----------
        *classes : str or int
            Names or numbers of two or more classes, each once.

        Returns
        -------
        Dataset
            Images in the order that they had, labels of the same kind (one-hot ones are as wide as there are classes).

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
        arrays = {}
        for part in ("train", "val", "test"):
            y = new[self.labels(part)]
            arrays[f"X_{part}"] = self._array("X", part)[y >= 0]
            arrays[f"y_{part}"] = (
                np.eye(len(numbers), dtype=np.float32)[y[y >= 0]] if self._array("y", part).ndim == 2 else y[y >= 0]
            )
        return replace(self, **arrays, class_names=tuple(self.class_names[number] for number in numbers))

    def describe(self):
        """Return what it is in a sentence."""
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
        """The number of a class that is given by name or by number."""
        if isinstance(name, str):
            return self.class_names.index(one_of(name, self.class_names, "class"))
        return whole(name, "the number of a class", least=0, most=len(self.class_names) - 1)

    def _array(self, letter, part):
        return getattr(self, f"{letter}_{one_of(part, ('train', 'val', 'test'), 'part')}")


def build(images, entry, source, *, validation, scale, flatten, one_hot, seed):
    """Return the Dataset made of checked images; the options are those of ``load_fashion_mnist``."""
    check_options(validation, scale, seed, len(images.y_train))
    training, held_out = split(images.y_train, validation, seed)
    parts = {
        "train": (images.X_train[training], images.y_train[training]),
        "val": (images.X_train[held_out], images.y_train[held_out]),
        "test": (images.X_test, images.y_test),
    }
    change = _scaling(scale, parts["train"][0])
    arrays = {}
    for part, (X, y) in parts.items():
        scaled = change(X)
        arrays[f"X_{part}"] = scaled.reshape(len(X), math.prod(entry.shape)) if flatten else scaled
        arrays[f"y_{part}"] = np.eye(len(entry.class_names), dtype=np.float32)[y] if one_hot else y.astype(np.int64)
    return Dataset(
        **arrays, class_names=entry.class_names, source=source, name=entry.title, image_shape=entry.shape, scale=scale
    )


def check_options(validation, scale, seed, n_train):
    """Refuse what cannot be meant; what is asked for first need not wait for the images."""
    n_held_out(validation, n_train)
    one_of(scale, SCALES, "scale")
    whole(seed, "seed", least=0)


def n_held_out(validation, n):
    """Return how many of ``n`` training images ``validation`` means: a fraction below 1, or a count that leaves some.

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


def split(y, validation, seed):
    """Return the rows to train on and the rows held out, each in their original order.

    Stratified: every class gives its share, to within one image.

    Parameters
    ----------
    y : array (n,) of int
        Class numbers.
    validation : float or int
        A fraction below 1, or a count.
    seed : int
        The same seed gives the same rows.

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


def pixel_statistics(X):
    """Return mean and standard deviation of each pixel of images (n, …) of uint8, exactly: sums of whole numbers."""
    rows = X.reshape(len(X), -1)
    total = rows.sum(axis=0, dtype=np.int64)
    squares = np.einsum("ij,ij->j", rows, rows, dtype=np.int64)
    mean = total / len(X)
    std = np.sqrt(len(X) * squares - total**2) / len(X)
    return mean.reshape(X.shape[1:]), std.reshape(X.shape[1:])


def _scaling(scale, X_train):
    """The function that turns images of uint8 into float32, with what it needs to know of the training part."""
    if scale == "standard":
        mean, std = pixel_statistics(X_train)
        shift, unit = mean.astype(np.float32), np.where(std > 0, std, 1).astype(np.float32)
    else:
        shift, unit = np.float32(0), np.float32(255 if scale == "minmax" else 1)

    def change(X):
        scaled = np.subtract(X, shift, dtype=np.float32)
        scaled /= unit
        return scaled

    return change
