"""The images of the deep dense networks: standardized pixels, or as many principal components, in three parts."""

from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh

from lecture import data
from lecture.checks import whole
from lecture.experiments.images import source_of_cifar10

LARGEST = 10.0  # standard deviations: a pixel that is almost always black reaches a hundred
N_ROTATED_BY = 10_000  # images whose principal components are taken
N_COMPONENTS = 512  # 98.9% of the variance of CIFAR-10


class StandardImages(NamedTuple):
    """Images in three parts, as rows of standardized pixels or of their principal components, and one-hot labels.

    Attributes
    ----------
    X, X_val, X_test : array (n, n_inputs) of float32
        Images.
    y, y_val, y_test : array (n, 10) of float32
        Labels.
    n_pixels : int
        Number of pixels of an image, each colour counted.
    name : str
        ``"CIFAR-10"`` or ``"Fashion-MNIST"``.
    kept : float
        Share of the variance that the inputs keep: 1 for pixels.
    """

    X: np.ndarray
    y: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    n_pixels: int
    name: str
    kept: float = 1.0

    def describe(self) -> str:
        """Return in a sentence what the images are."""
        n_inputs = self.X.shape[1]
        inputs = f"{n_inputs:,} standardized pixels"
        if n_inputs < self.n_pixels:
            inputs = f"the first {n_inputs:,} principal components of {self.n_pixels:,} pixels ({self.kept:.1%})"
        return (
            f"{self.name}: {len(self.X):,} images to train on, {len(self.X_val):,} to validate, "
            f"{len(self.X_test):,} to test; {inputs}."
        )


def standard_images(n_components: int | None = N_COMPONENTS) -> StandardImages:
    """Return images to train, to validate and to test on: CIFAR-10 if this machine has it, else Fashion-MNIST.

    Each pixel is standardized by the training images. A dense network does not see a rotation of its inputs: on as many
    principal components as there are pixels it learns the same, and on the first 512 nearly the same, three times as
    fast.

    Parameters
    ----------
    n_components : int or None
        Number of principal components, at least 1; the pixels themselves if None, or if there are no more of them.

    Raises
    ------
    ValueError
        If the number is out of range.
    """
    if n_components is not None:
        whole(n_components, "n_components", least=1)
    source = source_of_cifar10()
    load = data.load_fashion_mnist if source is None else data.load_cifar10
    loaded = load("auto" if source is None else source, validation=0.1, scale="standard")
    parts = [loaded.X_train, loaded.X_val, loaded.X_test]
    n_pixels, kept = parts[0].shape[1], 1.0
    if source is None:  # CIFAR-10's pixels stay within four
        parts = [part.clip(-LARGEST, LARGEST) for part in parts]
    if n_components is not None and n_components < n_pixels:
        axes, kept = principal_axes(parts[0][:N_ROTATED_BY], n_components)
        parts = [part @ axes for part in parts]
    X, X_val, X_test = parts
    return StandardImages(X, loaded.y_train, X_val, loaded.y_val, X_test, loaded.y_test, n_pixels, loaded.name, kept)


def principal_axes(X: np.ndarray, n_components: int) -> tuple[np.ndarray, float]:
    """Return the directions in which rows vary most, and the share of the variance that lies in them.

    Parameters
    ----------
    X : array (n, n_inputs)
        Rows whose columns have mean 0.
    n_components : int
        Number of directions, at most n_inputs.

    Returns
    -------
    axes : array (n_inputs, n_components)
        Orthogonal unit vectors as columns, that of the largest variance first.
    kept : float
        From 0 to 1.
    """
    covariance = X.T @ X / len(X)
    n = len(covariance)
    variances, axes = eigh(covariance, subset_by_index=(n - n_components, n - 1))
    return np.ascontiguousarray(axes[:, ::-1]), float(variances.sum() / np.trace(covariance))
