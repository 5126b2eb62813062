"""Fashion-MNIST, MNIST and CIFAR-10: the official images in their official split, from several sources.

``load_fashion_mnist()`` tries in this order: what was downloaded before (the cache), the system's own copy (Debian and
Ubuntu: ``apt-get install dataset-fashion-mnist``), OpenML, the mirror of Keras, and last 10,000 real images that come
with this package, with a warning. Every source is checked before it is used; one that fails is named in a
``DataWarning``, and the next is tried.

The variable ``LECTURE_DATA`` sets the source for all calls with ``source="auto"``: a source's name, or a folder with
the files. ``LECTURE_CACHE`` sets the folder of the cache.
"""

import hashlib
from pathlib import Path

from lecture.checks import one_of
from lecture.data import folders, sources
from lecture.data.catalog import CATALOG, CIFAR10, FASHION_MNIST, MNIST, Unavailable
from lecture.data.dataset import Dataset, build, check_options
from lecture.data.fewer import fewer
from lecture.data.sealed import SealedTest, sealed
from lecture.data.sources import DataWarning

__all__ = [
    "DataWarning",
    "Dataset",
    "SealedTest",
    "Unavailable",
    "available_sources",
    "fewer",
    "fingerprint",
    "load_cifar10",
    "load_fashion_mnist",
    "load_mnist",
    "sealed",
]


def load_fashion_mnist(
    source: str | Path = "auto",
    *,
    validation: float = 1 / 6,
    scale: str = "minmax",
    flatten: bool = True,
    one_hot: bool = True,
    seed: int = 0,
) -> Dataset:
    """Return Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 × 28, ten classes.

    Parameters
    ----------
    source : str or path
        "auto" (the order above), "cache", "system", "openml", "keras" (the last two look in the cache first), "sample",
        or a folder with the four IDX files, gzipped or not, in it or in its subfolder ``fashion-mnist``.
    validation : float or int
        Size of the validation set, which is taken from the official training images, the same fraction of every class:
        a fraction below 1, or a count; 0 for none (``X_val`` then has length 0, and ``validation_data`` is ``None``).
        The test set is the official one, whole.
    scale : str
        "minmax": pixels divided by 255, in [0, 1]. "standard": each pixel minus its mean, divided by its standard
        deviation, both over the training set; a pixel that never changes becomes 0, and one that is almost always
        black can exceed a hundred. "raw": 0 to 255.
    flatten : bool
        Whether images are rows of 784 pixels; otherwise 28 × 28.
    one_hot : bool
        Whether labels are rows of ten zeros and ones; otherwise the class numbers 0 to 9.
    seed : int
        Seed of the choice of validation images.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If an argument is out of range or unknown.
    Unavailable
        If no source gave the images; the message lists what was tried.

    Notes
    -----
    Han Xiao, Kashif Rasul, Roland Vollgraf: Fashion-MNIST, arXiv:1708.07747. MIT licence, Zalando SE.
    """
    return _load(FASHION_MNIST, source, validation=validation, scale=scale, flatten=flatten, one_hot=one_hot, seed=seed)


def load_mnist(
    source: str | Path = "auto",
    *,
    validation: float = 1 / 6,
    scale: str = "minmax",
    flatten: bool = True,
    one_hot: bool = True,
    seed: int = 0,
) -> Dataset:
    """Return MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 × 28.

    Arguments as in ``load_fashion_mnist``; there is no system's copy and no embedded sample.

    The first 5,000 test images are harder than the last 5,000: the nearest training image, by the sum of squared
    differences of the pixels, has another label for 221 of the first and 88 of the last. To test on some of them, draw
    them at random.

    Notes
    -----
    Yann LeCun, Léon Bottou, Yoshua Bengio, Patrick Haffner: Gradient-based learning applied to document recognition,
    Proceedings of the IEEE 86 (1998).
    """
    return _load(MNIST, source, validation=validation, scale=scale, flatten=flatten, one_hot=one_hot, seed=seed)


def load_cifar10(
    source: str | Path = "auto",
    *,
    validation: float = 1 / 6,
    scale: str = "minmax",
    flatten: bool = True,
    one_hot: bool = True,
    seed: int = 0,
) -> Dataset:
    """Return CIFAR-10: 50,000 training and 10,000 test colour images of animals and vehicles, 32 × 32.

    Arguments as in ``load_fashion_mnist``; there is no system's copy and no embedded sample, since the set has no
    licence. In rows of 3072 the three colours of a pixel are side by side.

    A folder holds one of these, in it or in the subfolder to which the archive unpacks: the six batches, as pickles
    (``data_batch_1`` …) or as rows of bytes (``data_batch_1.bin`` …), gzipped or not; ``cifar-10-python.tar.gz`` or
    ``cifar-10-binary.tar.gz``, which are read without unpacking them to the disk; or ``cifar10-jpeg.tar.xz``, an
    archive of JPEG copies such as ``train/ship/0001.jpg``. A pickle is read as arrays, lists and names only, so that it
    can run nothing. What was read from a folder goes to the cache as well (184 MB), for this folder as it is.

    Every source is checked pixel by pixel: the six batches, as rows of bytes, must have their published SHA-256, or the
    archive that they come from must have its own. Then ``Dataset.digest`` is the SHA-256 of all images and labels, and
    ``python -m lecture data cifar10`` prints it. Only a folder, because it was named, may hold other images of the same
    form, such as a recompressed or reordered copy. A warning and ``Dataset.source`` then say what they are: "data (a
    JPEG copy)". With JPEG copies of quality 75, accuracies of dense networks are those of the originals to within a
    point.

    The test set is not quite unseen: it contains duplicates and crops of training images. 72 of its 10,000 images have
    a correlation above 0.95 with the nearest training image (measured on a copy that was recompressed as JPEG).

    Notes
    -----
    Alex Krizhevsky: Learning multiple layers of features from tiny images, 2009.
    """
    return _load(CIFAR10, source, validation=validation, scale=scale, flatten=flatten, one_hot=one_hot, seed=seed)


def available_sources() -> dict[str, tuple[str, ...]]:
    """Return the sources that have each set of images on this machine, best first.

    Nothing is loaded, and the network is not used.

    Returns
    -------
    dict of str to tuple of str
        Such as ``{"Fashion-MNIST": ("system", "sample"), "MNIST": (), "CIFAR-10": ()}``.
    """
    return {entry.title: tuple(name for name, _ in sources.here(entry)) for entry in CATALOG.values()}


def fingerprint(name: str = "fashion-mnist", source: str | Path = "auto") -> str:
    """Return a text that is the same only for the same images, without loading them.

    Stored results can be compared with it to see whether they are still of these images. The network is not used: a
    source that has nothing on this machine yet gives its bare name, and "auto" the first that has the images here.

    Parameters
    ----------
    name : str
        "fashion-mnist", "mnist" or "cifar10".
    source : str or path
        As for ``load_fashion_mnist``.

    Returns
    -------
    str
        ``source:digest``, or for a folder its place and a digest of the sizes and times of its files.
    """
    entry = CATALOG[one_of(name, CATALOG, "name")]
    source = sources.as_source(source)
    if isinstance(source, Path):
        stamp = folders.stamp(source, entry)
        return f"{source.resolve()}:{hashlib.sha256(stamp.encode()).hexdigest()}"
    return sources.fingerprint(entry, source)


def _load(entry, source, *, validation, scale, flatten, one_hot, seed):
    """Check the options first, then find the images, then build the data set."""
    check_options(validation, scale, seed, entry.n_train)
    images, used = sources.find(entry, sources.as_source(source))
    return build(images, entry, used, validation=validation, scale=scale, flatten=flatten, one_hot=one_hot, seed=seed)
