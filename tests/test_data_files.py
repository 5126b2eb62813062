"""Folders of images and the files in them: what is read, and what is named as damaged or missing."""

import gzip

import numpy as np
import pytest
from small_cifar import colour_images, write_batches
from tiny_images import entry_of, some_images, write_folder

from lecture import data
from lecture.data import folders, idx, sources
from lecture.data.catalog import FASHION_MNIST, Unavailable
from lecture.data.images import digest


@pytest.fixture(scope="module")
def system():
    if not folders.holds(FASHION_MNIST.system, FASHION_MNIST):
        pytest.skip("needs the Debian package dataset-fashion-mnist, which is not installed")


# -- folders and their files


def test_an_idx_file_says_what_was_written(tmp_path):
    for array in (some_images().X_train, some_images().y_train):
        for name in ("a.gz", "a"):
            idx.write(tmp_path / name, array)
            np.testing.assert_array_equal(idx.read(tmp_path / name), array)


@pytest.mark.parametrize("end", [".gz", ""])
def test_a_folder_gives_its_images(tmp_path, end):
    images = some_images()
    write_folder(tmp_path, images, end)
    found, used = sources.find(entry_of(images), tmp_path)
    assert used == str(tmp_path)
    for part, array in images.arrays().items():
        np.testing.assert_array_equal(found.arrays()[part], array)


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("end", ["", ".gz", ".GZ"])
def test_the_first_two_bytes_say_whether_a_file_is_packed_and_not_its_name(tmp_path, packed, end):
    images = some_images()
    write_folder(tmp_path, images, ".gz" if packed else "")
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / (path.name.removesuffix(".gz") + end))
    assert digest(sources.find(entry_of(images), tmp_path)[0]) == digest(images)


def test_names_in_capitals_are_found(tmp_path):
    images = some_images()
    write_folder(tmp_path, images)
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / path.name.upper())
    assert digest(sources.find(entry_of(images), tmp_path)[0]) == digest(images)


def test_a_folder_may_hold_several_sets(tmp_path):
    images = some_images()
    (tmp_path / "tiny").mkdir()
    write_folder(tmp_path / "tiny", images)
    assert digest(sources.find(entry_of(images), tmp_path)[0]) == digest(images)


def test_a_folder_without_the_files(tmp_path):
    with pytest.raises(
        Unavailable,
        match="Fashion-MNIST was not loaded: the folder .* lacks train-images-idx3-ubyte.gz, .*four IDX files",
    ):
        data.load_fashion_mnist(tmp_path)
    with pytest.raises(Unavailable, match="lacks data_batch_1, .*test_batch .wanted are CIFAR-10's six .*tar.gz.[.]$"):
        data.load_cifar10(tmp_path)
    write_folder(tmp_path, some_images())
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(Unavailable, match=r"lacks t10k-labels-idx1-ubyte.gz \("):
        data.load_fashion_mnist(tmp_path)


def damage_by_cutting(path):
    path.write_bytes(path.read_bytes()[:-20])


def damage_by_noise(path):
    path.write_bytes(b"\x1f\x8b" + bytes(50))


def damage_by_shortening(path):
    idx_bytes = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(idx_bytes[:-3]))


def damage_within_the_header(path):
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:7]))


def damage_by_replacing(path):
    path.write_bytes(gzip.compress(b"<html>404</html>"))


@pytest.mark.parametrize(
    "damage", [damage_by_cutting, damage_by_noise, damage_by_shortening, damage_within_the_header, damage_by_replacing]
)
def test_a_damaged_file_is_named(tmp_path, damage):
    images = some_images()
    write_folder(tmp_path, images)
    damage(tmp_path / "train-images-idx3-ubyte.gz")
    with pytest.raises(Unavailable, match="the folder .* has a damaged file, train-images-idx3-ubyte.gz: .+"):
        sources.find(entry_of(images), tmp_path)


@pytest.mark.parametrize("content", [b"", gzip.compress(b"", mtime=0)], ids=["bare", "packed"])
def test_an_empty_file_is_called_empty(tmp_path, content):
    images = some_images()
    write_folder(tmp_path, images)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(Unavailable, match="has a damaged file, train-images-idx3-ubyte.gz: it is empty.$"):
        sources.find(entry_of(images), tmp_path)
    batched = colour_images()
    write_batches(tmp_path / "cifar-10-batches-py", batched)
    (tmp_path / "cifar-10-batches-py" / "data_batch_1").write_bytes(content)
    with pytest.raises(Unavailable, match="has a damaged file, data_batch_1: it is empty.$"):
        sources.find(entry_of(batched), tmp_path)


@pytest.mark.parametrize(
    "code, kind",
    [(9, "int8"), (11, "int16"), (12, "int32"), (13, "float32"), (14, "float64")],  # of the format's page
)
def test_a_valid_file_of_another_type_is_not_called_damaged(tmp_path, code, kind):
    images = some_images()
    write_folder(tmp_path, images)
    values = np.zeros((60, 8), np.dtype(kind).newbyteorder(">"))  # as QMNIST's labels, which are int32
    header = bytes((0, 0, code, 2)) + (60).to_bytes(4, "big") + (8).to_bytes(4, "big")
    labels = tmp_path / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(header + values.tobytes())
    words = f"has a file of another kind, train-labels-idx1-ubyte.gz: its values are {kind} where bytes are wanted.$"
    with pytest.raises(Unavailable, match=words):
        sources.find(entry_of(images), tmp_path)
    labels.write_bytes(header + values.tobytes()[:-1])
    with pytest.raises(
        Unavailable, match=f"damaged file, .*it holds .* bytes where its header announces 60 × 8 {kind}.$"
    ):
        sources.find(entry_of(images), tmp_path)
