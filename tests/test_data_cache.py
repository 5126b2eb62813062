"""The cache of images that passed their checks."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tiny_images import ROOT, entry_of, some_images

from lecture import data
from lecture.data import cache, folders, sources
from lecture.data.catalog import FASHION_MNIST, Unavailable
from lecture.data.images import digest


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def system():
    if not folders.holds(FASHION_MNIST.system, FASHION_MNIST):
        pytest.skip("needs the Debian package dataset-fashion-mnist, which is not installed")


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
from tiny_images import entry_of, some_images
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
