"""CIFAR-10 in a folder: its six batches and its archives, whole and damaged."""

import gzip
import os
import pickle
import struct
import tarfile

import numpy as np
import pytest
from small_cifar import (
    BINARY,
    FORMS,
    PYTHON,
    as_binary_archive,
    as_pickles,
    as_python_archive,
    batches_of,
    cifar10_of,
    colour_images,
    quietly,
    refused,
    write_archive,
    write_batches,
)

from lecture import data
from lecture.data import archives, cifar_files, folders, sources
from lecture.data.images import channels_last, digest


@pytest.fixture(autouse=True)
def empty_cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("LECTURE_CACHE", str(folder))
    return folder


# -- the forms of a folder


@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_same_images(tmp_path, form):
    images = colour_images()
    form(tmp_path, images)
    entry = cifar10_of(images)
    assert folders.holds(tmp_path, entry)
    found, used = quietly(entry, tmp_path)
    assert (digest(found), found.sha256, used) == (digest(images), digest(images), str(tmp_path))


def test_batches_lie_in_the_folder_itself_or_in_one_of_its_own(tmp_path):
    images = colour_images()
    for folder in (tmp_path / "a", tmp_path / "b" / "cifar10", tmp_path / "c" / "cifar-10-batches-py"):
        write_batches(folder, images)
    for place in "abc":
        assert digest(folders.read(tmp_path / place, cifar10_of(images))) == digest(images)


def test_batches_may_be_packed_under_any_name(tmp_path):
    images = colour_images()
    write_batches(tmp_path, images)
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        path.write_bytes(gzip.compress(path.read_bytes()))
        path.rename(path.with_name(path.name + (".gz" if number % 2 else "")))
    assert digest(folders.read(tmp_path, cifar10_of(images))) == digest(images)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_pickles_of_any_protocol(tmp_path, protocol):
    images = colour_images()
    write_batches(tmp_path, images, protocol=protocol)
    assert digest(folders.read(tmp_path, cifar10_of(images))) == digest(images)


def test_pickles_of_the_first_numpy(tmp_path):
    """As the official ones: their module was called ``numpy.core``."""
    images = colour_images()
    write_batches(tmp_path, images)
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes().replace(b"cnumpy._core.", b"cnumpy.core."))
        assert b"cnumpy.core.multiarray" in path.read_bytes()
    assert digest(folders.read(tmp_path, cifar10_of(images))) == digest(images)


def by_python_2(batch):
    """A pickle as Python 2 wrote the official ones: texts are bytes without a codec, and so are the pixels."""

    def text(content):
        return b"U" + bytes([len(content)]) + content

    rows, n_pixels = batch[b"data"].shape
    kind = (
        b"cnumpy\ndtype\n"
        + text(b"u1")
        + b"K\x00K\x01\x87R(K\x03"
        + text(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    )
    pixels = b"T" + struct.pack("<I", batch[b"data"].size) + batch[b"data"].tobytes()
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b") + b"\x87R"
    array += (
        b"(K\x01"
        + b"M"
        + struct.pack("<H", rows)
        + b"M"
        + struct.pack("<H", n_pixels)
        + b"\x86"
        + kind
        + b"\x89"
        + pixels
        + b"tb"
    )
    labels = b"](" + b"".join(b"K" + bytes([label]) for label in batch[b"labels"]) + b"e"
    return (
        b"\x80\x02}("
        + text(b"data")
        + array
        + text(b"labels")
        + labels
        + text(b"batch_label")
        + text(b"1 of 5")
        + b"u."
    )


def test_pickles_of_python_2(tmp_path):
    images = colour_images()
    write_batches(tmp_path, images)
    for path in tmp_path.iterdir():
        path.write_bytes(by_python_2(pickle.loads(path.read_bytes())))
    assert digest(folders.read(tmp_path, cifar10_of(images))) == digest(images)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_archives_packed_in_any_way(tmp_path, mode):
    images = colour_images()
    write_archive(tmp_path / PYTHON.upper(), batches_of(images), "./cifar-10-batches-py", mode)
    assert digest(folders.read(tmp_path, cifar10_of(images))) == digest(images)


def test_the_archive_of_keras_is_found_where_keras_puts_it(tmp_path):
    images = colour_images()
    write_archive(tmp_path / "cifar-10-batches-py-target_archive", batches_of(images), "cifar-10-batches-py")
    assert digest(folders.read(tmp_path, cifar10_of(images))) == digest(images)


@pytest.mark.parametrize("form", FORMS)
def test_reading_writes_nothing_beside_the_files(tmp_path, form):
    form(tmp_path, colour_images())
    before = sorted(tmp_path.rglob("*"))
    sources.find(cifar10_of(colour_images()), tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("form, number", [(as_python_archive, 0), (as_binary_archive, 1)])
def test_an_archive_whose_checksum_passes_is_the_official_one(tmp_path, monkeypatch, form, number):
    images = colour_images()
    form(tmp_path, images)
    kind = cifar_files.KINDS[number]
    monkeypatch.setattr(archives, "sha256", lambda path: kind.sha256)
    assert folders.read(tmp_path, cifar10_of(images)).sha256 == digest(images)
    monkeypatch.setattr(archives, "sha256", lambda path: cifar_files.KINDS[1 - number].sha256)
    assert folders.read(tmp_path, cifar10_of(images)).sha256 == ""


def test_the_checksum_of_a_file(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert archives.sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# -- damaged and other files


@pytest.mark.parametrize("name", ["data_batch_3", "test_batch"])
def test_a_missing_batch_is_named(tmp_path, name):
    as_pickles(tmp_path, colour_images())
    (tmp_path / "cifar-10-batches-py" / name).unlink()
    refused(tmp_path, f"lacks {name} .wanted are CIFAR-10's six batches, .*cifar-10-binary.tar.gz")


@pytest.mark.parametrize(
    "changes, words",
    [
        ({b"data": np.zeros((10, 3072), np.float32)}, "another kind, data_batch_1: its values are float32 where bytes"),
        (
            {b"labels": None},
            "another kind, data_batch_1: it has no data and labels",
        ),  # as CIFAR-100 calls them otherwise
        ({b"labels": [3]}, "damaged file, data_batch_1: its images are .10, 3072., not 1 rows of 3072 bytes"),
        ({b"data": np.zeros((10, 3071), np.uint8)}, r"its images are \(10, 3071\), not 10 rows of 3072 bytes"),
        ({b"data": "pixels"}, "its images are str"),
        ({b"labels": [10] * 10}, "damaged file, data_batch_1: its labels are not numbers from 0 to 9"),
        ({b"labels": [-1] * 10}, "its labels are not numbers from 0 to 9"),
        ({b"labels": [0.5] * 10}, "its labels are not numbers from 0 to 9"),
        ({b"data": os.getpid}, "it asks for .*getpid, which no file of images needs"),
        ({b"data": pickle.Pickler}, "it asks for pickle.Pickler, which no file of images needs"),
    ],
)
def test_batches_that_hold_something_else(tmp_path, changes, words):
    write_batches(tmp_path, colour_images(), changes=changes)
    refused(tmp_path, words)


class Asks:
    """An object whose pickle asks for a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def test_a_pickle_runs_nothing(tmp_path):
    write_batches(tmp_path, colour_images(), changes={b"data": Asks(os.mkdir, str(tmp_path / "made"))})
    refused(tmp_path, "damaged file, data_batch_1: it asks for .*mkdir, which no file of images needs")
    assert not (tmp_path / "made").exists()


def test_a_pickle_unpacks_nothing(tmp_path):
    import _codecs

    write_batches(tmp_path, colour_images(), changes={b"data": Asks(_codecs.encode, "x", "utf-8")})
    refused(tmp_path, "it asks for the codec utf-8, which no file of images needs")


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\x80\x02}q\x00(", pickle.dumps([1, 2])])
def test_a_file_that_is_no_batch(tmp_path, content):
    write_batches(tmp_path, colour_images())
    (tmp_path / "data_batch_2").write_bytes(content)
    refused(tmp_path, "has a (damaged file|file of another kind), data_batch_2: .+")


def test_a_pickle_that_ends_too_soon(tmp_path):
    write_batches(tmp_path, colour_images())
    whole = (tmp_path / "data_batch_2").read_bytes()
    for length in range(0, len(whole), 997):
        (tmp_path / "data_batch_2").write_bytes(whole[:length])
        refused(tmp_path, "has a damaged file, data_batch_2: .+")


def test_rows_of_another_size(tmp_path):
    write_batches(tmp_path, colour_images(), pickled=False)
    path = tmp_path / "data_batch_4.bin"
    path.write_bytes(path.read_bytes()[:-1])
    refused(
        tmp_path, "damaged file, data_batch_4.bin: its 30,729 bytes are no rows of 3,073, which are a label and 3,072"
    )


def test_rows_with_a_label_that_is_no_class(tmp_path):
    write_batches(tmp_path, colour_images(), pickled=False)
    path = tmp_path / "data_batch_4.bin"
    path.write_bytes(b"\x0a" + path.read_bytes()[1:])
    refused(tmp_path, "damaged file, data_batch_4.bin: its labels are not numbers from 0 to 9")


def test_too_few_rows(tmp_path):
    write_batches(tmp_path, colour_images(), pickled=False)
    path = tmp_path / "data_batch_4.bin"
    path.write_bytes(path.read_bytes()[:-3073])
    refused(tmp_path, r"has train images of shape \(49, 32, 32, 3\) .* where \(50, 32, 32, 3\)")


# -- archives


@pytest.mark.parametrize("share", [0, 0.001, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_an_archive_that_ends_too_soon(tmp_path, share, mode):
    images = colour_images()
    write_archive(tmp_path / BINARY, batches_of(images, pickled=False), "cifar-10-batches-bin", mode)
    whole = (tmp_path / BINARY).read_bytes().rstrip(b"\0")
    (tmp_path / BINARY).write_bytes(whole[: int(share * len(whole))])
    refused(tmp_path, f"has a (damaged file|file of another kind), {BINARY}: .+")


def test_an_archive_that_lacks_a_batch(tmp_path):
    contents = batches_of(colour_images())
    del contents["data_batch_3"], contents["test_batch"]
    write_archive(tmp_path / PYTHON, contents, "cifar-10-batches-py")
    refused(tmp_path, f"has a file of another kind, {PYTHON}: it lacks data_batch_3, test_batch[.]$")


def test_an_archive_whose_batches_are_elsewhere(tmp_path):
    write_archive(tmp_path / PYTHON, batches_of(colour_images()), "cifar-100-python")
    refused(tmp_path, f"another kind, {PYTHON}: it lacks data_batch_1, data_batch_2, .*, test_batch[.]$")


def test_an_archive_with_a_damaged_batch(tmp_path):
    write_archive(tmp_path / PYTHON, batches_of(colour_images()) | {"data_batch_2": b"<html>"}, "cifar-10-batches-py")
    refused(tmp_path, f"damaged file, {PYTHON}: data_batch_2 in it: .+")
    rows = batches_of(colour_images(), pickled=False)
    (tmp_path / PYTHON).unlink()
    write_archive(tmp_path / BINARY, rows | {"test_batch.bin": rows["test_batch.bin"][1:]}, "cifar-10-batches-bin")
    refused(tmp_path, f"damaged file, {BINARY}: test_batch.bin in it: its 61,459 bytes are no rows of 3,073")


def member(name, kind=tarfile.REGTYPE, **more):
    made = tarfile.TarInfo(name)
    made.type = kind
    for field, value in more.items():
        setattr(made, field, value)
    return made


@pytest.mark.parametrize(
    "extra, words",
    [
        (
            member("cifar-10-batches-py/link", tarfile.SYMTYPE, linkname="/etc/passwd"),
            "link is no file, but a link or a",
        ),
        (
            member("cifar-10-batches-py/hard", tarfile.LNKTYPE, linkname="test_batch"),
            "hard is no file, but a link or a",
        ),
        (member("cifar-10-batches-py/fifo", tarfile.FIFOTYPE), "fifo is no file, but a link or a device"),
        (member("../outside"), "its member ../outside leads out of the archive"),
        (member("/etc/motd"), "its member /etc/motd leads out of the archive"),
        (member("cifar-10-batches-py/test_batch"), "it holds test_batch twice"),
    ],
)
def test_an_archive_with_members_that_no_archive_of_images_has(tmp_path, extra, words):
    write_archive(tmp_path / PYTHON, batches_of(colour_images()), "cifar-10-batches-py", extra=[extra])
    refused(tmp_path, f"has a damaged file, {PYTHON}: .*{words}")


def test_an_archive_with_a_file_that_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 50_000)
    as_binary_archive(tmp_path, colour_images())
    refused(tmp_path, "its member cifar-10-batches-bin/test_batch.bin has 61,460 bytes, more than any batch of images")


# -- several forms in a folder


def test_a_damaged_form_is_named_and_the_next_one_is_read(tmp_path):
    images = colour_images()
    as_pickles(tmp_path, images)
    (tmp_path / "cifar-10-batches-py" / "data_batch_1").write_bytes(b"<html>")
    as_binary_archive(tmp_path, images)
    words = "has a damaged file, data_batch_1: .*; next comes cifar-10-binary.tar.gz"
    with pytest.warns(data.DataWarning, match=f"CIFAR-10: the folder {tmp_path} {words}"):
        assert digest(sources.find(cifar10_of(images), tmp_path)[0]) == digest(images)


def test_a_form_that_lacks_files_comes_last_and_unsaid(tmp_path):
    images = colour_images()
    as_pickles(tmp_path, images)
    (tmp_path / "cifar-10-batches-py" / "data_batch_1").unlink()
    as_binary_archive(tmp_path, images)
    assert digest(quietly(cifar10_of(images), tmp_path)[0]) == digest(images)


def test_all_forms_damaged_are_one_sentence(tmp_path):
    write_archive(tmp_path / PYTHON, {"a": b"a"})
    write_archive(tmp_path / BINARY, {"b": b"b"})
    with pytest.warns(data.DataWarning, match=f"next comes {BINARY}"):
        refused(tmp_path, f"kind, {PYTHON}: it lacks .*; it has a file of another kind, {BINARY}: it lacks")


def test_colours_that_come_one_after_the_other_are_put_side_by_side():
    row = np.arange(12, dtype=np.uint8).reshape(1, 12)  # red 0-3, green 4-7, blue 8-11 of 2 × 2 pixels
    assert channels_last(row, (2, 2, 3))[0, 0].tolist() == [[0, 4, 8], [1, 5, 9]]
