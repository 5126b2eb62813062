"""Images from this machine: the official sets, the sample, folders, the cache, splits and scales."""

import gzip
import os
import pickle
import runpy
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lecture import data
from lecture.data import cache, catalog, cifar_files, folders, idx, sources
from lecture.data.catalog import CIFAR10, FASHION_MNIST, Unavailable
from lecture.data.dataset import build, pixel_statistics, split
from lecture.data.images import Images, channels_last, check, digest, digest_of_rows

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


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def system():
    if not folders.holds(FASHION_MNIST.system, FASHION_MNIST):
        pytest.skip("needs the Debian package dataset-fashion-mnist, which is not installed")


# -- the sample and the real sets


def test_the_sample_is_what_the_catalog_says():
    dataset = data.load_fashion_mnist("sample")
    assert (len(dataset.X_train), len(dataset.X_val), len(dataset.X_test)) == (6667, 1333, 2000)
    assert dataset.source == "sample"
    assert np.bincount(np.concatenate([dataset.labels("train"), dataset.labels("val")])).tolist() == [800] * 10
    assert np.bincount(dataset.labels("test")).tolist() == [200] * 10
    assert str(dataset) == (
        "Fashion-MNIST, 10,000 images from the embedded sample: "
        "6,667 for training, 1,333 for validation, 2,000 for testing; "
        "28 × 28, flat (784), pixels scaled to [0, 1]; 10 classes, labels one-hot."
    )


def test_the_sample_comes_with_its_notice_and_stays_small():
    files = list(sources.SAMPLE.iterdir())
    assert sum(file.stat().st_size for file in files) <= 5e6
    notice = (sources.SAMPLE / "LICENSE-fashion-mnist").read_text(encoding="utf-8")
    assert "MIT License" in notice and "2017 Zalando SE" in notice


def test_the_script_makes_the_sample_again(system, tmp_path):
    script = runpy.run_path(str(ROOT / "scripts" / "make_sample.py"))
    script["main"](tmp_path)
    assert digest(folders.read(tmp_path, FASHION_MNIST)) == FASHION_MNIST.sample_digest


def test_the_sample_is_a_part_of_the_official_parts(system):
    official, sample = folders.read(FASHION_MNIST.system, FASHION_MNIST), folders.read(sources.SAMPLE, FASHION_MNIST)
    for part in ("train", "test"):
        rows = {
            image.tobytes() + label.tobytes()
            for image, label in zip(getattr(official, f"X_{part}"), getattr(official, f"y_{part}"))
        }
        sampled = zip(getattr(sample, f"X_{part}"), getattr(sample, f"y_{part}"))
        assert all(image.tobytes() + label.tobytes() in rows for image, label in sampled)


def test_the_systems_copy_is_the_official_set(system, empty_cache, recwarn):
    dataset = data.load_fashion_mnist()
    assert dataset.source == "system"
    assert (dataset.X_train.shape, dataset.X_val.shape, dataset.X_test.shape) == (
        (50000, 784),
        (10000, 784),
        (10000, 784),
    )
    assert np.bincount(dataset.labels("train")).tolist() == [5000] * 10
    # The first ten labels of the training part, as everybody knows them from keras.datasets.
    assert data.load_fashion_mnist(validation=0).labels("train")[:10].tolist() == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]
    assert not recwarn.list


def test_mnist_from_a_folder(shared):
    dataset = data.load_mnist(shared / "data" / "mnist", validation=5000, one_hot=False)
    assert (len(dataset.X_train), len(dataset.X_val), len(dataset.X_test)) == (55000, 5000, 10000)
    assert dataset.y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    with pytest.raises(Unavailable, match="holds MNIST, not Fashion-MNIST"):
        data.load_fashion_mnist(shared / "data" / "mnist")


def test_cifar10_from_a_recompressed_folder(shared, tmp_path):
    pytest.importorskip("PIL", reason="needs Pillow to unpack the JPEGs, which is not installed")
    subprocess.run([sys.executable, shared / "tools" / "unpack_cifar10.py", tmp_path], check=True, capture_output=True)
    with pytest.warns(data.DataWarning, match="other training images than CIFAR-10.*it is used because it was named"):
        dataset = data.load_cifar10(tmp_path, validation=0, flatten=False)
    assert (dataset.X_train.shape, dataset.X_test.shape) == ((50000, 32, 32, 3), (10000, 32, 32, 3))
    assert np.bincount(dataset.labels("test")).tolist() == [1000] * 10
    # JPEG changes pixels, but hardly their mean: the published one stands for the right channels and the right split.
    mean = dataset.X_train.mean(axis=(0, 1, 2), dtype=float)
    np.testing.assert_allclose(mean, CIFAR10.marks.train_mean, atol=5e-4)


# -- splits and scales


@settings(max_examples=60)
@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=8).filter(lambda counts: sum(counts) > 1),
    share=st.floats(0, 0.999),
    as_count=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_a_split_is_disjoint_stratified_and_seeded(counts, share, as_count, seed):
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    n_out = min(round(share * len(y)), len(y) - 1)
    training, held_out = split(y, n_out if as_count else share, seed)
    assert len(held_out) == n_out
    assert np.array_equal(np.sort(np.concatenate([training, held_out])), np.arange(len(y)))
    assert np.all(np.diff(training) > 0) and np.all(np.diff(held_out) > 0)
    fair = np.array(counts) * n_out / len(y)
    assert np.all(np.abs(np.bincount(y[held_out], minlength=len(counts)) - fair) < 1)
    again = split(y, n_out if as_count else share, seed)
    assert np.array_equal(held_out, again[1])


def test_another_seed_holds_out_other_images():
    y = np.arange(600) % 10
    assert not np.array_equal(split(y, 100, 0)[1], split(y, 100, 1)[1])


def test_a_fraction_and_its_count_hold_out_the_same():
    y = np.arange(600) % 10
    assert np.array_equal(split(y, 1 / 6, 3)[1], split(y, 100, 3)[1])


def test_scales_use_the_training_part_only():
    images = some_images()
    images.X_train[:, 0, 0] = 7  # a pixel that is always the same
    make = {
        scale: build(images, entry_of(images), "system", **OPTIONS | {"scale": scale})
        for scale in ("raw", "minmax", "standard")
    }
    raw = make["raw"]
    assert raw.X_train.dtype == np.float32 and raw.X_train.max() > 200
    np.testing.assert_allclose(make["minmax"].X_test, raw.X_test / 255, rtol=1e-6)
    mean, std = raw.X_train.astype(float).mean(axis=0), raw.X_train.astype(float).std(axis=0)
    std[std == 0] = 1
    for part in ("X_train", "X_val", "X_test"):
        np.testing.assert_allclose(getattr(make["standard"], part), (getattr(raw, part) - mean) / std, atol=1e-5)
    assert np.all(make["standard"].X_train[:, 0] == 0)


def test_pixel_statistics_are_those_of_numpy():
    X = some_images(n_train=500).X_train
    mean, std = pixel_statistics(X)
    np.testing.assert_allclose(mean, X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(std, X.std(axis=0, dtype=float), rtol=1e-9)


def test_forms_of_images_and_labels():
    images = some_images()
    flat = build(images, entry_of(images), "system", **OPTIONS)
    shaped = build(images, entry_of(images), "system", **OPTIONS | {"flatten": False, "one_hot": False})
    assert (flat.X_train.shape, shaped.X_train.shape) == ((50, 16), (50, 4, 4))
    assert (flat.y_train.shape, shaped.y_train.shape) == ((50, 10), (50,))
    for part in ("train", "val", "test"):
        np.testing.assert_array_equal(flat.images(part), shaped.images(part))
        np.testing.assert_array_equal(flat.labels(part), shaped.labels(part))
    assert flat.y_train.sum(axis=1).tolist() == [1] * 50
    assert "flat" in str(flat) and "flat" not in str(shaped) and "labels 0 to 9" in str(shaped)
    np.testing.assert_allclose(flat.images("test") * 255, images.X_test, atol=1e-4)


def test_no_validation_part():
    images = some_images()
    dataset = build(images, entry_of(images), "system", **OPTIONS | {"validation": 0})
    assert (dataset.X_val.shape, dataset.y_val.shape) == ((0, 16), (0, 10))
    assert dataset.validation_data is None and len(dataset.X_train) == 60
    assert build(images, entry_of(images), "system", **OPTIONS).validation_data[0].shape == (10, 16)


def test_a_dataset_is_frozen():
    dataset = data.load_fashion_mnist("sample")
    with pytest.raises(FrozenInstanceError):
        dataset.X_train = None


def test_options_are_checked_before_anything_is_loaded(monkeypatch):
    monkeypatch.setattr(sources, "find", lambda *_: pytest.fail("loaded"))
    with pytest.raises(ValueError, match="scale must be one of minmax, standard, raw, got 'max'"):
        data.load_fashion_mnist(scale="max")
    with pytest.raises(
        ValueError, match="count of 60,000 training images, must be a whole number from 0 to 59999, got 70000"
    ):
        data.load_fashion_mnist(validation=70000)
    with pytest.raises(ValueError, match="validation, as a count.* got -1"):
        data.load_fashion_mnist(validation=-1)
    with pytest.raises(
        ValueError, match="validation, as a fraction, must be a number of at least 0 and below 1, got 1.5"
    ):
        data.load_fashion_mnist(validation=1.5)
    with pytest.raises(ValueError, match="validation.*got '10%'"):
        data.load_fashion_mnist(validation="10%")
    with pytest.raises(ValueError, match="seed must be a whole number.*got -3"):
        data.load_fashion_mnist(seed=-3)


def test_a_split_larger_than_the_sample():
    with pytest.raises(
        ValueError, match="count of 8,000 training images, must be a whole number from 0 to 7999, got 9000"
    ):
        data.load_fashion_mnist("sample", validation=9000)


@pytest.mark.parametrize("source", ["opnml", "/no/such/folder", 3, None])
def test_unknown_sources(source):
    with pytest.raises(
        ValueError,
        match="source must be one of auto, cache, system, openml, keras, sample, or a folder that exists, got",
    ):
        data.load_fashion_mnist(source)


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
    with pytest.raises(Unavailable, match="lacks data_batch_1, .*test_batch of the folder cifar-10-batches-py"):
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
    batched = some_images(shape=(32, 32, 3))
    write_batches(tmp_path / cifar_files.FOLDER, batched)
    (tmp_path / cifar_files.FOLDER / "data_batch_1").write_bytes(content)
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


def write_batches(folder, images, changes=()):
    """The six files of CIFAR-10, with as few images as there are."""
    folder.mkdir(exist_ok=True)
    X = [*np.array_split(images.X_train, 5), images.X_test]
    y = [*np.array_split(images.y_train, 5), images.y_test]
    for name, pixels, labels in zip(cifar_files.TRAIN + cifar_files.TEST, X, y):
        rows = pixels.transpose(0, 3, 1, 2).reshape(len(pixels), -1)
        batch = {b"data": rows, b"labels": labels.tolist()} | dict(changes)
        batch = {key: values for key, values in batch.items() if values is not None}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))


def test_batches_of_colour_images(tmp_path):
    images = some_images(shape=(32, 32, 3))
    write_batches(tmp_path / cifar_files.FOLDER, images)
    entry = entry_of(images)
    for folder in (tmp_path, tmp_path / cifar_files.FOLDER):
        assert digest(sources.find(entry, folder)[0]) == digest(images)


def test_batches_may_be_packed_under_any_name(tmp_path):
    images = some_images(shape=(32, 32, 3))
    write_batches(tmp_path, images)
    for number, path in enumerate(sorted(tmp_path.iterdir())):
        path.write_bytes(gzip.compress(path.read_bytes()))
        path.rename(path.with_name(path.name + (".gz" if number % 2 else "")))
    assert digest(sources.find(entry_of(images), tmp_path)[0]) == digest(images)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({b"data": np.zeros((12, 3072), np.float32)}, "its values are float32 where bytes are wanted"),
        ({b"labels": None}, "it has no data and labels"),  # as CIFAR-100, whose labels are called otherwise
    ],
)
def test_whole_batches_of_another_kind_are_not_called_damaged(tmp_path, changes, words):
    images = some_images(shape=(32, 32, 3))
    write_batches(tmp_path, images, changes)
    with pytest.raises(Unavailable, match=f"has a file of another kind, data_batch_1: {words}"):
        sources.find(entry_of(images), tmp_path)


def test_colours_that_come_one_after_the_other_are_put_side_by_side():
    row = np.arange(12, dtype=np.uint8).reshape(1, 12)  # red 0-3, green 4-7, blue 8-11 of 2 × 2 pixels
    assert channels_last(row, (2, 2, 3))[0, 0].tolist() == [[0, 4, 8], [1, 5, 9]]


@pytest.mark.parametrize(
    "changes, words",
    [
        ({b"labels": [3]}, "not 1 rows of 3072 bytes"),
        ({b"data": "pixels"}, "its images are str"),
        ({b"data": os.system}, "it asks for .*system, which no file of images needs"),
    ],
)
def test_batches_that_hold_something_else(tmp_path, changes, words):
    images = some_images(shape=(32, 32, 3))
    write_batches(tmp_path, images, changes)
    with pytest.raises(Unavailable, match=f"damaged file, data_batch_1: .*{words}"):
        sources.find(entry_of(images), tmp_path)


# -- what is checked


def test_checks_name_what_is_wrong():
    images = some_images()
    entry = entry_of(images)
    check(images, entry)
    order = np.random.default_rng(1).permutation(60)
    with pytest.raises(Unavailable, match="has the rows of Tiny in another order"):
        check(replace(images, X_train=images.X_train[order], y_train=images.y_train[order]), entry)
    with pytest.raises(Unavailable, match="holds other images or labels than Tiny"):
        check(replace(images, y_train=images.y_train[order]), entry)
    with pytest.raises(Unavailable, match=r"train images of shape \(59, 4, 4\).*where \(60, 4, 4\)"):
        check(replace(images, X_train=images.X_train[1:]), entry)
    with pytest.raises(Unavailable, match="of type float32 and uint8, where uint8 was wanted"):
        check(replace(images, X_test=images.X_test.astype(np.float32)), entry)
    with pytest.raises(Unavailable, match="test label 10, where 0 to 9"):
        check(replace(images, y_test=images.y_test + np.uint8(1)), entry)


def test_marks_stand_in_for_a_digest():
    images = replace(
        some_images(shape=(4, 4, 3)),
        y_train=np.arange(60, dtype=np.uint8) % 10,
        y_test=np.arange(20, dtype=np.uint8) % 10,
    )
    mean = images.X_train.reshape(-1, 3).mean(axis=0) / 255
    entry = entry_of(
        images, digest=None, rows=None, marks=catalog.Marks(tuple(range(10)), tuple(range(10)), tuple(mean))
    )
    check(images, entry)
    with pytest.raises(Unavailable, match="has the images of Tiny in another order"):
        check(replace(images, y_test=images.y_test[::-1]), entry)
    with pytest.raises(Unavailable, match="has other training images than Tiny"):
        check(replace(images, X_train=images.X_train[..., ::-1]), entry)
    with pytest.raises(Unavailable, match="has 0 to 12 train images per class, where equally many were wanted"):
        check(replace(images, y_train=np.where(images.y_train == 5, 9, images.y_train).astype(np.uint8)), entry)


# -- the cache


def test_the_cache_gives_back_what_it_keeps(empty_cache):
    images = some_images()
    entry = entry_of(images)
    with pytest.raises(Unavailable, match="the cache holds no Tiny"):
        sources.find(entry, "cache")
    path = cache.keep(images, entry, "openml")
    assert [path] == list(empty_cache.iterdir())
    for source in ("cache", "auto", "openml"):
        found, used = sources.find(entry, source)
        assert (digest(found), used) == (digest(images), source.replace("auto", "cache"))
    assert sources.fingerprint(entry, "auto") == f"cache:{entry.digest}"
    assert sources.fingerprint(entry, "openml") == f"openml:{entry.digest}"
    assert sources.fingerprint(entry, "keras") == "keras"


def test_a_damaged_cache_is_left_for_the_next_source(empty_cache, system):
    path = cache.keep(some_images(), FASHION_MNIST, "openml")
    path = path.rename(path.with_name(f"fashion-mnist.openml.{FASHION_MNIST.digest}.npz"))
    with pytest.warns(
        data.DataWarning, match="Fashion-MNIST: the cache had a damaged file, .* next comes the system's copy"
    ):
        assert data.load_fashion_mnist().source == "system"
    assert list(empty_cache.iterdir()) == []


@pytest.mark.parametrize("keep_bytes", [0, 100, -1])
def test_a_truncated_cache_file_is_removed(empty_cache, keep_bytes):
    images = some_images()
    path = cache.keep(images, entry_of(images), "keras")
    path.write_bytes(path.read_bytes()[:keep_bytes])
    with pytest.raises(Unavailable, match="had a damaged file, tiny.keras.*npz, which was removed"):
        cache.read(entry_of(images))
    assert not path.exists()


def test_a_cache_file_that_holds_another_form_is_removed(empty_cache):
    images = some_images()
    path = cache.keep(images, entry_of(images), "keras")
    with open(path, "wb") as file:
        np.save(file, images.X_train)  # one array, which np.load gives as it is
    with pytest.raises(Unavailable, match="had a damaged file, tiny.keras.*npz, which was removed"):
        cache.read(entry_of(images))
    assert not path.exists()


def test_a_failing_write_leaves_no_half_file(empty_cache, monkeypatch):
    monkeypatch.setattr(np, "savez", lambda file, **_: (file.write(b"half"), 1 / 0))
    images = some_images()
    with pytest.raises(ZeroDivisionError):
        cache.keep(images, entry_of(images), "openml")
    assert list(empty_cache.iterdir()) == []


def test_the_folder_of_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path))
    assert cache.folder() == tmp_path
    monkeypatch.delenv("LECTURE_CACHE")
    for platform, variable in (("linux", "XDG_CACHE_HOME"), ("win32", "LOCALAPPDATA")):
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setenv(variable, str(tmp_path / platform))
        assert cache.folder() == tmp_path / platform / "lecture"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache.folder() == Path.home() / "Library" / "Caches" / "lecture"


def test_two_processes_fill_the_cache_at_once(empty_cache):
    code = """
import sys, time
sys.path[:0] = [{tests!r}, {root!r}]
from test_data import entry_of, some_images
from lecture.data import cache
from lecture.data.images import digest
images = some_images(n_train=20000, shape=(28, 28))
entry = entry_of(images)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(10):
    cache.keep(images, entry, "openml")
    assert digest(cache.read(entry)) == entry.digest
print("well", flush=True)
"""
    code = code.format(tests=str(ROOT / "tests"), root=str(ROOT))
    command = {
        "args": [sys.executable, "-W", "error", "-c", code],
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "text": True,
    }
    both = [subprocess.Popen(**command) for _ in range(2)]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        out, _ = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, "well\n")
    assert [path.suffix for path in empty_cache.iterdir()] == [".npz"]


# -- what is chosen


def test_the_variable_chooses_for_those_who_do_not(monkeypatch):
    monkeypatch.setenv("LECTURE_DATA", "sample")
    assert data.load_fashion_mnist().source == "sample"
    with pytest.raises(Unavailable, match="MNIST was not loaded: the embedded sample does not exist"):
        data.load_mnist()
    monkeypatch.setenv("LECTURE_DATA", "nowhere")
    with pytest.raises(ValueError, match="source must be one of .* got 'nowhere'"):
        data.load_fashion_mnist()
    assert data.load_fashion_mnist("sample").source == "sample"


def test_what_is_at_hand(empty_cache, system):
    assert data.available_sources() == {"Fashion-MNIST": ("system", "sample"), "MNIST": (), "CIFAR-10": ()}


def test_identities_tell_images_apart(empty_cache, tmp_path, monkeypatch):
    assert data.fingerprint(source="sample") == f"sample:{FASHION_MNIST.sample_digest}"
    assert data.fingerprint("mnist") == "auto" and data.fingerprint("mnist", "openml") == "openml"
    folder = tmp_path / "mine"
    folder.mkdir()
    write_folder(folder, some_images())
    before = data.fingerprint(source=folder)
    assert before.startswith(f"{folder}:") and before == data.fingerprint(source=str(folder))
    write_folder(folder, some_images(n_train=70, seed=1))
    assert data.fingerprint(source=folder) != before
    with pytest.raises(ValueError, match="name must be one of fashion-mnist, mnist, cifar10, got 'kmnist'"):
        data.fingerprint("kmnist")


def test_importing_the_room_loads_no_client():
    clients = {"openml", "pandas", "keras", "tensorflow", "tqdm"}
    code = f"import sys; from lecture import data; print(*{clients} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
