"""Fewer and smaller images of a data set, for what has to be done in seconds."""

import math
from dataclasses import replace

import numpy as np

from lecture.checks import whole
from lecture.data.dataset import Dataset


def fewer(images: Dataset, n_train: int, n_val: int, *, averaged: bool = False) -> Dataset:
    """Return a data set with the first images of its training and of its validation set; test images stay.

    Parameters
    ----------
    images : Dataset
        Data set, whose images are in no order.
    n_train : int
        Number of training images, from 1 to all.
    n_val : int
        Number of validation images; all if there are not as many.
    averaged : bool
        Whether to average each 2 × 2 pixels, of all three sets: a quarter of the numbers for a network to look at.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If there are fewer training images than asked for, a number is not positive, or images with an odd number of
        rows or columns are to be averaged.
    """
    whole(n_train, "n_train", least=1, most=len(images.X_train))
    whole(n_val, "n_val", least=1)
    found = replace(
        images,
        X_train=images.X_train[:n_train],
        y_train=images.y_train[:n_train],
        X_val=images.X_val[:n_val],
        y_val=images.y_val[:n_val],
    )
    if not averaged:
        return found
    height, width, *channels = images.image_shape
    if height % 2 or width % 2:
        raise ValueError(f"images must have even numbers of rows and columns to be averaged, got {height} × {width}.")
    shape = (height // 2, width // 2, *channels)
    parts = {}
    for part in ("train", "val", "test"):
        blocks = found.images(part).reshape(-1, height // 2, 2, width // 2, 2, *channels)
        halved = blocks.mean(axis=(2, 4), dtype=np.float32)  # (n, *shape)
        parts[f"X_{part}"] = halved.reshape(len(halved), math.prod(shape)) if found.X_train.ndim == 2 else halved
    return replace(found, **parts, image_shape=shape)
