"""Make the embedded sample of Fashion-MNIST from the system's copy: ``python scripts/make_sample.py``.

The first 800 images of each class of the training part and the first 200 of the test part, in the official order: no
random numbers, so that everybody gets the same. Prints the digest that ``lecture/data/catalog.py`` has to name.
Debian and Ubuntu: ``apt-get install dataset-fashion-mnist``.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lecture.data import idx, sources  # noqa: E402 (from this checkout, installed or not)
from lecture.data.catalog import FASHION_MNIST, SAMPLE_TEST, SAMPLE_TRAIN  # noqa: E402
from lecture.data.images import Images, digest  # noqa: E402


def first_of_each_class(y, n):
    """Return the rows of the first ``n`` images, balanced over the classes of ``y``, in their order."""
    classes = np.unique(y)
    return np.sort(np.concatenate([np.flatnonzero(y == number)[: n // len(classes)] for number in classes]))


def sample(images):
    """Return the sample of the official images."""
    train, test = first_of_each_class(images.y_train, SAMPLE_TRAIN), first_of_each_class(images.y_test, SAMPLE_TEST)
    return Images(images.X_train[train], images.y_train[train], images.X_test[test], images.y_test[test])


def main(folder=sources.SAMPLE):
    """Write the sample to ``folder``, and say what it is."""
    images, _ = sources.find(FASHION_MNIST, "system")
    chosen = sample(images)
    size = 0
    for part, array in chosen.arrays().items():
        path = Path(folder) / f"{idx.FILES[part]}.gz"
        idx.write(path, array)
        size += path.stat().st_size
    print(f"{len(chosen.y_train):,} training and {len(chosen.y_test):,} test images, {size / 1e6:.2f} MB in {folder}")
    print(f"digest {digest(chosen)}")


if __name__ == "__main__":
    main()
