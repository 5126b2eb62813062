"""The images that experiments train on: MNIST where this machine has it, Fashion-MNIST otherwise."""

from typing import NamedTuple

import numpy as np

from lecture import data
from lecture.checks import whole

ORDER = 0  # seed of the order from which images are taken


class Images(NamedTuple):
    """Images in rows of 784 pixels from 0 to 1, and labels as one-hot rows.

    Attributes
    ----------
    X, X_test : array (n, 784)
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


def describe_images(name: str) -> str:
    """Return a sentence that says which images were used where it is not MNIST; empty for MNIST."""
    if name == "MNIST":
        return ""
    return f" The images are {name}'s, not MNIST's, which is not on this machine: published numbers are not compared."


def _some(X, y, n):
    chosen = np.random.default_rng(ORDER).permutation(len(X))[:n]
    return X[chosen], y[chosen]
