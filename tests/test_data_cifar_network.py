"""CIFAR-10 from the network: OpenML's real client against a server on loopback, a mirror of Keras, and neither."""

from dataclasses import replace

import numpy as np
import pytest
from fake_openml import DEAD, NUMBER, as_parquet, find, frame, kept, run_client_here, serving, use_empty_cache
from small_cifar import as_python_archive, cifar10_of, colour_images

from lecture import data
from lecture.__main__ import main
from lecture.data import cache, sources
from lecture.data.catalog import Unavailable
from lecture.data.downloading import parent
from lecture.data.images import digest

IMAGES = colour_images()
SMALL = replace(cifar10_of(IMAGES), openml_id=NUMBER, keras_host=DEAD)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    return use_empty_cache(tmp_path, monkeypatch)


@pytest.fixture
def here(monkeypatch):
    run_client_here(monkeypatch)


def table(images):
    """The table at OpenML: all rows, colour by colour."""
    X = np.concatenate([images.X_train, images.X_test]).transpose(0, 3, 1, 2).reshape(-1, 3072)
    return frame(X, np.concatenate([images.y_train, images.y_test]))


def test_openml_gives_cifar10_with_its_digest(tmp_path, empty_cache, here):
    with serving(parquet=as_parquet(table(IMAGES), tmp_path)) as server:
        images, used, said = find(server, entry=SMALL)
    assert (digest(images), images.sha256, used, said) == (digest(IMAGES), digest(IMAGES), "openml", [])
    assert kept(empty_cache) == [f"cifar10.openml.{digest(IMAGES)}.npz"]
    assert sources.find(SMALL, "cache")[0].sha256 == digest(IMAGES)


def test_a_download_that_was_kept_uncompared_has_no_published_checksum(empty_cache):
    cache.keep(in_another_order(IMAGES), SMALL, "openml")
    assert sources.find(SMALL, "cache")[0].sha256 == ""


def in_another_order(images):
    order = np.random.default_rng(1).permutation(50)
    return replace(images, X_train=images.X_train[order], y_train=images.y_train[order])


def one_pixel(images):
    X = images.X_test.copy()
    X[7, 7, 7, 1] ^= 1
    return replace(images, X_test=X)


@pytest.mark.parametrize(
    "change, words",
    [
        (in_another_order, "has the images of CIFAR-10 in another order"),
        (one_pixel, "has images of CIFAR-10 with other pixels or labels here and there"),
    ],
)
def test_a_copy_at_openml_is_no_source_and_the_next_one_is_tried(change, words, tmp_path, empty_cache, here):
    with serving(parquet=as_parquet(table(change(IMAGES)), tmp_path)) as server:
        with pytest.warns(data.DataWarning, match=f"CIFAR-10: OpenML {words}.*; next comes the Keras mirror"):
            with pytest.raises(Unavailable, match="the Keras mirror cannot be reached"):
                sources.find(SMALL, "auto", server=f"{server.home}/api/v1/xml")
    assert kept(empty_cache) == []


def test_without_a_source_one_sentence_says_what_was_tried(empty_cache):
    with pytest.warns(data.DataWarning, match="OpenML cannot be reached .*; next comes the Keras mirror"):
        with pytest.raises(Unavailable) as caught:
            sources.find(SMALL, "auto", server=f"http://{DEAD}/api/v1/xml")
    said = str(caught.value)
    for clause in (
        "CIFAR-10 was not loaded: the cache holds no CIFAR-10; OpenML cannot be reached",
        "the Keras mirror cannot be reached",
        "no sample of it is embedded (a folder with its files can be named as the source).",
    ):
        assert clause in said
    assert kept(empty_cache) == []


def test_the_mirror_gives_cifar10_as_keras_shapes_it(tmp_path, empty_cache, monkeypatch):
    monkeypatch.setattr(parent, "_reach", lambda *_: None)
    path = tmp_path / "all.npz"
    np.savez(path, **IMAGES.arrays())
    package = tmp_path / "keras" / "datasets"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "cifar10.py").write_text(
        "import numpy as np\n"
        "def load_data():\n"
        f"    with np.load({str(path)!r}) as f:\n"
        "        return (f['X_train'], f['y_train'].reshape(-1, 1)), (f['X_test'], f['y_test'].reshape(-1, 1))\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    images, used = sources.find(SMALL, "keras")
    assert (images.sha256, used) == (digest(IMAGES), "keras")
    assert kept(empty_cache) == [f"cifar10.keras.{digest(IMAGES)}.npz"]


# -- on the command line


def test_the_command_prints_the_digest_where_a_checksum_passed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(data, "CIFAR10", SMALL)
    folder = tmp_path / "images"
    folder.mkdir()
    as_python_archive(folder, IMAGES)
    for _ in range(2):  # read, and from the cache
        assert main(["data", "cifar10", "--source", str(folder)]) == 0
        description, proof = capsys.readouterr().out.splitlines()
        assert description.startswith(f"CIFAR-10, 70 images from the folder {folder}: 42 for training")
        assert (
            proof == f"SHA-256 of the decoded images and labels, which a published checksum confirms: {digest(IMAGES)}"
        )


def test_the_command_prints_no_digest_of_a_copy(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(data, "CIFAR10", SMALL)
    folder = tmp_path / "images"
    folder.mkdir()
    as_python_archive(folder, colour_images(seed=1))
    with pytest.warns(data.DataWarning):
        assert main(["data", "cifar10", "--source", str(folder)]) == 0
    (description,) = capsys.readouterr().out.splitlines()
    assert f"from the folder {folder} (other images)" in description


def test_the_source_of_a_data_set_loads_it_again(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "CIFAR10", SMALL)
    as_python_archive(tmp_path, colour_images(seed=1))
    with pytest.warns(data.DataWarning):
        first = data.load_cifar10(tmp_path, validation=0)
        again = data.load_cifar10(first.source, validation=0)
    np.testing.assert_array_equal(first.X_train, again.X_train)
    assert first.source == again.source == f"{tmp_path} (other images)"
    assert data.fingerprint("cifar10", first.source) == data.fingerprint("cifar10", tmp_path)
