"""CIFAR-10 with a few random images, and folders of it in every form: what `test_data_cifar*` share."""

import io
import pickle
import tarfile
import warnings
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest

from lecture.data import cache, cifar_files, sources
from lecture.data.catalog import CIFAR10, Marks, Unavailable
from lecture.data.images import Images

PYTHON, BINARY = (kind.names[0] for kind in cifar_files.KINDS)
BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")


def colour_images(n_train=50, n_test=20, seed=0):
    """Random colour images, as many of each class in either part."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 256, (n_train + n_test, 32, 32, 3), dtype=np.uint8)
    y = [rng.permutation(np.arange(n, dtype=np.uint8) % 10) for n in (n_train, n_test)]
    return Images(X[:n_train], y[0], X[n_train:], y[1])


def cifar10_of(images):
    """CIFAR-10's entry, if these images were the official ones; what is known of them is worked out afresh."""
    rows = dict(zip(BATCHES, batches_of(images, pickled=False).values(), strict=True))
    fifths = np.array_split(images.y_train, 5)
    marks = Marks(
        first_train=tuple(images.y_train[:10].tolist()),
        first_test=tuple(images.y_test[:10].tolist()),
        counts=tuple(tuple(int(sum(y == label)) for label in range(10)) for y in fifths),
        train_mean=tuple((images.X_train / 255).mean(axis=(0, 1, 2))),
        train_std=tuple((images.X_train / 255).std(axis=(0, 1, 2))),
        first_pixels=tuple(tuple(images.X_train[0, 0, column].tolist()) for column in range(3)),
        first_reds=tuple(images.X_test[0, 0, :3, 0].tolist()),
    )
    sizes = {"n_train": len(images.y_train), "n_test": len(images.y_test)}
    return replace(
        CIFAR10, batches=tuple(sha256(content).hexdigest() for content in rows.values()), marks=marks, **sizes
    )


def batches_of(images, *, pickled=True, changes=(), protocol=2):
    """The six files of CIFAR-10 by name, with as few images as there are; ``changes`` to what each pickle holds."""
    X = [*np.array_split(images.X_train, 5), images.X_test]
    y = [*np.array_split(images.y_train, 5), images.y_test]
    contents = {}
    for name, pixels, labels in zip(BATCHES, X, y, strict=True):
        rows = pixels.transpose(0, 3, 1, 2).reshape(len(pixels), -1)
        if pickled:
            batch = {b"data": rows, b"labels": labels.tolist()} | dict(changes)
            batch = {key: values for key, values in batch.items() if values is not None}
            contents[name] = pickle.dumps(batch, protocol=protocol)
        else:
            contents[f"{name}.bin"] = b"".join(bytes([label]) + row.tobytes() for label, row in zip(labels, rows))
    return contents


def write_batches(folder, images, **how):
    """Write the six files of CIFAR-10 into a folder; options as for ``batches_of``."""
    folder.mkdir(exist_ok=True, parents=True)
    for name, content in batches_of(images, **how).items():
        (folder / name).write_bytes(content)


def write_archive(path, contents, folder="", mode="w:gz", extra=()):
    """Write an archive of files, given their bytes by name, and of members that are given as they are."""
    with tarfile.open(path, mode) as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"{folder}/{name}" if folder else name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in extra:
            archive.addfile(member)


def as_pickles(folder, images):
    write_batches(folder / "cifar-10-batches-py", images)


def as_rows(folder, images):
    write_batches(folder / "cifar-10-batches-bin", images, pickled=False)


def as_python_archive(folder, images):
    readme = {"readme.html": b"<html>"}
    write_archive(folder / PYTHON, readme | batches_of(images), "cifar-10-batches-py")


def as_binary_archive(folder, images):
    write_archive(folder / BINARY, batches_of(images, pickled=False), "cifar-10-batches-bin")


FORMS = [as_pickles, as_rows, as_python_archive, as_binary_archive]


def quietly(entry, folder):
    """What ``sources.find`` gives, where it must not warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return sources.find(entry, folder)


def refused(folder, words, images=None):
    """A folder whose images are refused in one sentence that ends in some words, and of which nothing is kept."""
    with pytest.raises(Unavailable, match=words) as caught:
        sources.find(cifar10_of(images or colour_images()), folder)
    assert str(caught.value).startswith(f"CIFAR-10 was not loaded: the folder {folder} ")
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    assert list(cache.folder().iterdir()) == []
