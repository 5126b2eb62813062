"""Copies of CIFAR-10 in a folder that is named, and what is kept of a folder in the cache."""

import io
import os

import numpy as np
import pytest
from small_cifar import FORMS, as_pickles, as_rows, cifar10_of, colour_images, quietly, refused, write_archive

from lecture import data
from lecture.data import cache, cifar_jpegs, folders, sources
from lecture.data.catalog import Unavailable
from lecture.data.images import digest


@pytest.fixture(autouse=True)
def empty_cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("LECTURE_CACHE", str(folder))
    return folder


# -- copies


def test_a_copy_is_used_because_it_was_named_and_says_what_it_is(tmp_path):
    images, others = colour_images(), colour_images(seed=1)
    as_pickles(tmp_path, others)
    words = f"CIFAR-10: the folder {tmp_path} holds other images, not the official set; it is used because it was named"
    for _ in range(2):  # read, and from the cache
        with pytest.warns(data.DataWarning, match=words):
            found, used = sources.find(cifar10_of(images), tmp_path)
        assert (digest(found), found.sha256, used) == (digest(others), "", f"{tmp_path} (other images)")
    assert sources.as_source(used) == tmp_path


def jpeg(pixels, form="JPEG"):
    image = pytest.importorskip("PIL.Image", reason="needs Pillow, which is not installed")
    file = io.BytesIO()
    image.fromarray(pixels).save(file, form, quality=95)
    return file.getvalue()


def jpegs_of(images, class_names):
    contents = {}
    for part, X, y in (("train", images.X_train, images.y_train), ("test", images.X_test, images.y_test)):
        contents |= {f"{part}/{class_names[label]}/{n:04}.jpg": jpeg(X[n]) for n, label in enumerate(y)}
    return contents


def flat(images):
    """Images of one colour each, which JPEG hardly changes."""
    one = images.X_train[:, :1, :1] // 4 + 90, images.X_test[:, :1, :1] // 4 + 90
    return type(images)(
        one[0].repeat(32, 1).repeat(32, 2), images.y_train, one[1].repeat(32, 1).repeat(32, 2), images.y_test
    )


def test_an_archive_of_jpeg_copies(tmp_path):
    images = flat(colour_images())
    entry = cifar10_of(images)
    write_archive(tmp_path / "cifar10-jpeg.tar.xz", jpegs_of(images, entry.class_names), mode="w:xz")
    with pytest.warns(
        data.DataWarning, match="holds a JPEG copy, not the official set; it is used because it was named"
    ):
        found, used = sources.find(entry, tmp_path)
    assert used == f"{tmp_path} (a JPEG copy)" and found.sha256 == ""
    for batch in np.array_split(found.y_train, 5):
        assert np.bincount(batch, minlength=10).tolist() == [1] * 10
    # Every image is near one of the originals of its class, and each original is used once.
    used = []
    for pixels, label in zip(found.X_train, found.y_train):
        apart = np.abs(images.X_train.astype(int) - pixels).max(axis=(1, 2, 3))
        assert apart.min() <= 3 and images.y_train[apart.argmin()] == label
        used.append(apart.argmin())
    assert sorted(used) == list(range(50))


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("train/ship/x.jpg", lambda: b"<html>", "damaged file, .*: train/ship/x.jpg in it is a damaged JPEG"),
        ("train/ship/x.jpg", lambda: jpeg(np.zeros((32, 32, 3), np.uint8), "PNG"), "is a damaged JPEG"),
        (
            "train/ship/x.jpg",
            lambda: jpeg(np.zeros((28, 30, 3), np.uint8)),
            "x.jpg in it has 30 × 28 pixels, where 32 × 32",
        ),
        ("train/shoe/x.jpg", lambda: b"", "it holds train/shoe/x.jpg, where names such as train/airplane/0000.jpg"),
        ("ship/x.jpg", lambda: b"", "it holds ship/x.jpg, where names such as"),
        ("train/ship/x.jpg", lambda: jpeg(np.zeros((32, 32, 3), np.uint8)), "it has no test images"),
    ],
)
def test_an_archive_of_other_pictures(tmp_path, name, content, words):
    write_archive(tmp_path / "cifar10-jpeg.tar.xz", {name: content()}, mode="w:xz")
    refused(tmp_path, words)


def test_dealing_gives_every_batch_as_many_of_each_class():
    y = np.random.default_rng(1).permutation(np.repeat(np.arange(10), 30)).astype(np.uint8)
    order = cifar_jpegs.dealt(y, 5, np.random.default_rng(0))
    assert sorted(order) == list(range(300))
    for batch in np.split(y[order], 5):
        assert np.bincount(batch).tolist() == [6] * 10
    assert np.array_equal(order, cifar_jpegs.dealt(y, 5, np.random.default_rng(0)))


# -- the cache of a folder


@pytest.mark.parametrize("form", FORMS)
def test_a_folder_is_read_once(tmp_path, empty_cache, form, monkeypatch):
    images = colour_images()
    form(tmp_path, images)
    entry = cifar10_of(images)
    quietly(entry, tmp_path)
    (kept,) = empty_cache.iterdir()
    assert kept.name.startswith("cifar10.folder-") and kept.name.endswith(f".{digest(images)}.npz")
    monkeypatch.setattr(folders, "read", lambda *_, **__: pytest.fail("read again"))
    found, used = quietly(entry, tmp_path)
    assert (digest(found), found.sha256, used) == (digest(images), digest(images), str(tmp_path))
    # It stands for this folder only: nobody else gets images that somebody had somewhere.
    with pytest.raises(Unavailable, match="the cache holds no CIFAR-10"):
        sources.find(entry, "cache")


def test_a_folder_that_changes_is_read_again(tmp_path, empty_cache):
    images, others = colour_images(), colour_images(seed=1)
    as_rows(tmp_path, images)
    quietly(cifar10_of(images), tmp_path)
    as_rows(tmp_path, others)
    os.utime(tmp_path / "cifar-10-batches-bin" / "data_batch_1.bin", ns=(0, 0))
    assert digest(quietly(cifar10_of(others), tmp_path)[0]) == digest(others)
    assert [path.name.split(".")[-2] for path in empty_cache.iterdir()] == [digest(others)]


def test_two_folders_are_kept_side_by_side(tmp_path, empty_cache):
    for seed in (0, 1):
        as_rows(tmp_path / str(seed), colour_images(seed=seed))
        quietly(cifar10_of(colour_images(seed=seed)), tmp_path / str(seed))
    assert len(list(empty_cache.iterdir())) == 2


def test_a_damaged_copy_in_the_cache_is_replaced(tmp_path, empty_cache):
    images = colour_images()
    as_rows(tmp_path, images)
    quietly(cifar10_of(images), tmp_path)
    (kept,) = empty_cache.iterdir()
    kept.write_bytes(kept.read_bytes()[:100])
    assert digest(quietly(cifar10_of(images), tmp_path)[0]) == digest(images)
    assert digest(cache.read(cifar10_of(images), (kept.name.split(".")[1],))) == digest(images)


def test_a_cache_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "file"))
    as_rows(tmp_path, colour_images())
    with pytest.warns(data.DataWarning, match="CIFAR-10: it could not be stored for the next time"):
        assert digest(sources.find(cifar10_of(colour_images()), tmp_path)[0]) == digest(colour_images())
