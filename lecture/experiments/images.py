"""The images that experiments train on: MNIST or CIFAR-10 where this machine has it, Fashion-MNIST otherwise."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from lecture import data
from lecture.checks import whole
from lecture.data.catalog import CIFAR10
from lecture.data.folders import holds
from lecture.data.sources import as_source, find

ORDER = 0  # seed of the order from which images are taken


class Images(NamedTuple):
    """Images in rows of pixels from 0 to 1, and labels as one-hot rows.

    Attributes
    ----------
    X, X_test : array (n, n_pixels)
        Images.
    y, y_test : array (n, 10)
        Labels.
    """

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def digits(n_train: int, n_test: int) -> tuple[Images, str]:
    """Return images to train and to test on, and the name of the data.

    They are MNIST's if this machine has it already, and Fashion-MNIST's otherwise: nothing of MNIST is downloaded. Both
    sets are drawn at random, the same every time, because MNIST's first test images are harder than its last.

    Parameters
    ----------
    n_train, n_test : int
        Number of training and of test images.

    Returns
    -------
    images : Images
    name : str
        ``"MNIST"`` or ``"Fashion-MNIST"``.

    Raises
    ------
    ValueError
        If there are fewer images than asked for.
    """
    found = data.available_sources()["MNIST"]
    loaded = data.load_mnist(found[0], validation=0) if found else data.load_fashion_mnist(validation=0)
    X, y = _some(loaded.X_train, loaded.y_train, whole(n_train, "n_train", least=1, most=len(loaded.X_train)))
    X_test, y_test = _some(loaded.X_test, loaded.y_test, whole(n_test, "n_test", least=1, most=len(loaded.X_test)))
    return Images(X, y, X_test, y_test), loaded.name


def pictures(n_train: int, n_test: int, *, averaged: bool = True) -> tuple[Images, str]:
    """Return colour images to train and to test on, and the name of the data.

    They are CIFAR-10's if this machine has it already, in the cache or in the folder that ``LECTURE_DATA`` names, and
    Fashion-MNIST's otherwise. Both sets are drawn at random, the same every time.

    Parameters
    ----------
    n_train, n_test : int
        Number of training and of test images.
    averaged : bool
        Whether to average each 2 × 2 pixels of CIFAR-10: rows of 768 numbers, 16 × 16 pixels in three colours, instead
        of 3,072.

    Returns
    -------
    images : Images
    name : str
        ``"CIFAR-10"`` or ``"Fashion-MNIST"``.

    Raises
    ------
    ValueError
        If there are fewer images than asked for.
    """
    source = source_of_cifar10()
    if source is None:
        loaded = data.load_fashion_mnist(validation=0)
        name, train, test = loaded.name, (loaded.X_train, loaded.y_train), (loaded.X_test, loaded.y_test)
    else:
        found, _ = find(CIFAR10, source)  # as bytes: 50,000 images as numbers would take 600 MB
        name, train, test = CIFAR10.title, (found.X_train, found.y_train), (found.X_test, found.y_test)
    X, y = _some(*train, whole(n_train, "n_train", least=1, most=len(train[0])))
    X_test, y_test = _some(*test, whole(n_test, "n_test", least=1, most=len(test[0])))
    if source is not None:
        X, X_test = (_rows(part, averaged) for part in (X, X_test))
        y, y_test = (np.eye(len(CIFAR10.class_names), dtype=np.float32)[part] for part in (y, y_test))
    return Images(X, y, X_test, y_test), name


def describe_images(name: str, wanted: str = "MNIST") -> str:
    """Return a sentence that says which images were used where they are not those wanted; empty if they are."""
    if name == wanted:
        return ""
    return (
        f" The images are {name}'s, not {wanted}'s, which is not on this machine: published numbers are not compared."
    )


def source_of_cifar10() -> str | Path | None:
    """Return where this machine has CIFAR-10, as ``data.load_cifar10`` takes it; None where it has not."""
    named = as_source("auto")
    if isinstance(named, Path) and holds(named, CIFAR10):
        return named
    found = data.available_sources()["CIFAR-10"]
    return found[0] if found else None


def _rows(X, averaged):
    """Images of bytes (n, 32, 32, 3) as rows of numbers from 0 to 1, each 2 × 2 pixels averaged if asked for."""
    X = np.asarray(X, dtype=np.float32) / 255
    if averaged:
        X = X.reshape(len(X), 16, 2, 16, 2, 3).mean(axis=(2, 4))
    return X.reshape(len(X), -1)


def _some(X, y, n):
    chosen = np.random.default_rng(ORDER).permutation(len(X))[:n]
    return X[chosen], y[chosen]
