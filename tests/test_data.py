"""Images from this machine: the official sets, the sample, splits, scales, and which source is taken."""

import runpy
import subprocess
import sys
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_images import OPTIONS, ROOT, entry_of, some_images, write_folder

from lecture import data
from lecture.data import folders, sources
from lecture.data.catalog import CIFAR10, FASHION_MNIST, Unavailable
from lecture.data.dataset import BLOCK, build, pixel_statistics, split
from lecture.data.images import digest
from lecture.data.official import Differs, check, colours


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


def test_cifar10_from_its_jpeg_copy(shared, empty_cache):
    pytest.importorskip("PIL", reason="needs Pillow to unpack the JPEGs, which is not installed")
    folder = shared / "data" / "cifar10"
    with pytest.warns(
        data.DataWarning, match="holds a JPEG copy, not the official set; it is used because it was named"
    ):
        dataset = data.load_cifar10(folder, validation=5000)
    assert (dataset.X_train.shape, dataset.X_val.shape, dataset.X_test.shape) == (
        (45000, 3072),
        (5000, 3072),
        (10000, 3072),
    )
    assert np.bincount(dataset.labels("val")).tolist() == [500] * 10
    assert np.bincount(dataset.labels("test")).tolist() == [1000] * 10
    assert (dataset.source, dataset.digest) == (f"{folder} (a JPEG copy)", "")
    assert f"from the folder {folder} (a JPEG copy): 45,000" in str(dataset)
    # The colours tell that it is near, even of batches that do not say so.
    with pytest.warns(data.DataWarning):
        images, _ = sources.find(CIFAR10, folder)
    with pytest.raises(Differs, match="has a near copy of CIFAR-10, such as JPEG makes") as caught:
        check(images, CIFAR10)
    assert caught.value.kind == "a near copy"
    mean, std = colours(images.X_train)
    np.testing.assert_allclose(mean, CIFAR10.marks.train_mean, atol=2e-4)
    np.testing.assert_allclose(std / CIFAR10.marks.train_std, 1, atol=0.008)
    assert np.all(std < CIFAR10.marks.train_std)


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
    rows = np.arange(1, 500, 3)
    np.testing.assert_array_equal(pixel_statistics(X, rows), pixel_statistics(X[rows]))


@pytest.mark.parametrize("n_train", [BLOCK, 2 * BLOCK - 1, 3 * BLOCK + 1])
def test_scaling_a_few_at_a_time_is_scaling_all_at_once(n_train):
    images = some_images(n_train=n_train, n_test=1)
    scaled = build(images, entry_of(images), "system", **OPTIONS | {"validation": 0, "scale": "standard"})
    X = images.X_train.reshape(n_train, -1)
    np.testing.assert_allclose(scaled.X_train, (X - X.mean(axis=0)) / X.std(axis=0, dtype=float), atol=1e-5)
    assert scaled.X_test.shape == (1, 16)


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
