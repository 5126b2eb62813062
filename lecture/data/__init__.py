"""Fashion-MNIST, MNIST and CIFAR-10: the official images in their official split, from wherever they are to be had.

``load_fashion_mnist()`` takes, in this order, what was downloaded before (the cache), the system's own copy (Debian and
Ubuntu: ``apt-get install dataset-fashion-mnist``), OpenML, the mirror of Keras, and last 10,000 real images that come
with this package, saying so. Every source is checked before it is used; one that fails is named in a ``DataWarning``,
and the next is tried.

``LECTURE_DATA`` chooses another source for every call that does not: a source's name, or a folder with the files.
``LECTURE_CACHE`` is the folder of the cache, if it should not be the user's.
"""

import hashlib
from pathlib import Path

from lecture.checks import one_of
from lecture.data import folders, sources
from lecture.data.catalog import CATALOG, CIFAR10, FASHION_MNIST, MNIST, Unavailable
from lecture.data.dataset import Dataset, build, check_options
from lecture.data.sources import DataWarning

__all__ = [
    "DataWarning",
    "Dataset",
    "Unavailable",
    "at_hand",
    "identity",
    "load_cifar10",
    "load_fashion_mnist",
    "load_mnist",
]


def load_fashion_mnist(source="auto", *, validation=1 / 6, scale="minmax", flatten=True, one_hot=True, seed=0):
    """Return Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28 × 28, ten classes.

    Parameters
    ----------
    source : str or path
        "auto" (see above), "cache", "system", "openml", "keras" (these two look first for what they gave before),
        "sample", or a folder with the four IDX files, gzipped or not, which may also lie in its subfolder
        ``fashion-mnist``.
    validation : float or int
        What is held out of the training part, the same share of every class: a fraction below 1, or a count; 0 for none
        (``X_val`` then has length 0, and ``validation_data`` is ``None``). The test part is the official one, whole.
    scale : str
        "minmax": pixels divided by 255, in [0, 1]. "standard": each pixel less its mean and divided by its standard
        deviation, both of the images trained on; a pixel that is always the same becomes 0, one that is almost always
        black can reach a hundred and more where it is not. "raw": 0 to 255.
    flatten : bool
        Rows of 784 pixels, or images of 28 × 28.
    one_hot : bool
        Rows of ten zeros and ones, or the class numbers 0 to 9.
    seed : int
        Which images are held out.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If an option is none of these.
    Unavailable
        If no source gave the images; the sentence says what was tried.

    Notes
    -----
    Han Xiao, Kashif Rasul, Roland Vollgraf: Fashion-MNIST, arXiv:1708.07747. MIT licence, Zalando SE.
    """
    return _load(FASHION_MNIST, source, validation=validation, scale=scale, flatten=flatten, one_hot=one_hot, seed=seed)


def load_mnist(source="auto", *, validation=1 / 6, scale="minmax", flatten=True, one_hot=True, seed=0):
    """Return MNIST: 60,000 training and 10,000 test images of handwritten digits, 28 × 28.

    Everything as in ``load_fashion_mnist``; there is no system's copy and no embedded sample.

    The first 5,000 test images are harder than the last 5,000: the nearest training image, by the sum of squared
    differences of the pixels, has another label for 221 of the first and 88 of the last. Whoever tests on a part of
    them should draw it at random.

    Notes
    -----
    Yann LeCun, Léon Bottou, Yoshua Bengio, Patrick Haffner: Gradient-based learning applied to document recognition,
    Proceedings of the IEEE 86 (1998).
    """
    return _load(MNIST, source, validation=validation, scale=scale, flatten=flatten, one_hot=one_hot, seed=seed)


def load_cifar10(source="auto", *, validation=1 / 6, scale="minmax", flatten=True, one_hot=True, seed=0):
    """Return CIFAR-10: 50,000 training and 10,000 test colour images of animals and vehicles, 32 × 32.

    Everything as in ``load_fashion_mnist``; there is no system's copy and no embedded sample, and a folder holds the
    six files of ``cifar-10-batches-py``, gzipped or not, or that folder. Rows of 3072 hold the three colours of a pixel
    side by side.

    What is checked: of this set we have no digest of the decoded arrays. A download has to have the right sizes and
    types, equally many images of each class, the published first ten labels of each part, and the published mean of
    each colour over the training part to six digits, so that the images, the split and (by the labels) the order are
    recognized, but not every pixel; Keras also checks the SHA-256 of the archive. A folder that is named need only
    have the right form: where the rest differs, a warning says so.

    The test part is not quite unseen: it holds doubles and crops of training images. 72 of its 10,000 images have a
    correlation above 0.95 with the nearest training image (measured on a copy that had been recompressed as JPEG).

    Notes
    -----
    Alex Krizhevsky: Learning multiple layers of features from tiny images, 2009.
    """
    return _load(CIFAR10, source, validation=validation, scale=scale, flatten=flatten, one_hot=one_hot, seed=seed)


def at_hand():
    """Return, for each set of images, which sources have it on this machine, best first.

    Nothing is loaded, and no network is asked.

    Returns
    -------
    dict of str to tuple of str
        Such as ``{"Fashion-MNIST": ("system", "sample"), "MNIST": (), "CIFAR-10": ()}``.
    """
    return {entry.title: tuple(name for name, _ in sources.here(entry)) for entry in CATALOG.values()}


def identity(name="fashion-mnist", source="auto"):
    """Return, quickly, what loading would use, as a text that is the same only for the same images.

    For whoever keeps results and has to know whether they are still of these images. Nothing is loaded, and no network
    is asked: a source that has nothing here yet gives its bare name, and "auto" what it finds without a network.

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
    source = sources.chosen(source)
    if isinstance(source, Path):
        return f"{source.resolve()}:{hashlib.sha256(folders.stamp(source, entry).encode()).hexdigest()}"
    return sources.identity(entry, source)


def _load(entry, source, *, validation, scale, flatten, one_hot, seed):
    """What the three have in common: refuse bad options first, then find, then build."""
    check_options(validation, scale, seed, entry.n_train)
    images, used = sources.find(entry, sources.chosen(source))
    return build(images, entry, used, validation=validation, scale=scale, flatten=flatten, one_hot=one_hot, seed=seed)
