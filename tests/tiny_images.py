"""Small sets of random images, and catalog entries and folders for them: what `test_data*` share."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from lecture.data import idx
from lecture.data.catalog import FASHION_MNIST
from lecture.data.images import Images, digest, digest_of_rows

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = {"validation": 1 / 6, "scale": "minmax", "flatten": True, "one_hot": True, "seed": 0}


def some_images(n_train=60, n_test=20, shape=(4, 4), seed=0):
    """Random images of ten classes."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 256, (n_train + n_test, *shape), dtype=np.uint8)
    y = rng.permutation(np.arange(n_train + n_test) % 10).astype(np.uint8)
    return Images(X[:n_train], y[:n_train], X[n_train:], y[n_train:])


def entry_of(images, **changes):
    """A catalog entry under which these images are the official ones."""
    known = {"digest": digest(images), "rows": digest_of_rows(images)} | changes
    sizes = {"shape": images.X_train.shape[1:], "n_train": len(images.y_train), "n_test": len(images.y_test)}
    return replace(FASHION_MNIST, name="tiny", title="Tiny", system=None, sample_digest=None, **sizes, **known)


def write_folder(folder, images, end=".gz"):
    for part, array in images.arrays().items():
        idx.write(folder / (idx.FILES[part] + end), array)
