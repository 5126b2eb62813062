"""Downloads that are watched: dead and stalling servers, Ctrl-C, the mirror of Keras, and what counts as waiting."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from fake_openml import (
    DEAD,
    PIXELS,
    ROOT,
    TINY,
    as_parquet,
    find,
    frame,
    kept,
    official,
    serving,
    use_empty_cache,
    with_sample,
)

from lecture import data
from lecture.data import sources
from lecture.data.catalog import Unavailable
from lecture.data.downloading import child, clients, parent
from lecture.data.images import digest, from_rows


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    return use_empty_cache(tmp_path, monkeypatch)


# -- not served


def test_the_limit_is_ten_seconds():
    assert parent.LIMIT == 10
    assert parent.download.__kwdefaults__["limit"] == parent.LIMIT


def test_a_dead_server_is_given_up_at_once(empty_cache, monkeypatch):
    monkeypatch.setattr(parent, "_run_child", lambda *_: pytest.fail("a client was started"))
    _images, used, said = find(f"http://{DEAD}/api/v1/xml", "auto", with_sample())
    assert used == "sample"
    assert (
        said[0]
        == "Fashion-MNIST: OpenML cannot be reached (127.0.0.1: Connection refused); next comes the Keras mirror."
    )
    assert kept(empty_cache) == []


def test_a_host_that_nobody_knows(monkeypatch):
    with pytest.raises(Unavailable, match=r"OpenML cannot be reached \(no-such-host.invalid: .+\)"):
        find("http://no-such-host.invalid/api/v1/xml")


def test_a_name_that_is_looked_up_for_ever(monkeypatch):
    released = threading.Event()

    def look_up(*_, **__):
        released.wait(60)
        raise OSError

    monkeypatch.setattr(parent.socket, "create_connection", look_up)
    with pytest.raises(Unavailable, match=r"OpenML did not answer for 0.2 s \(127.0.0.1\)"):
        find(f"http://{DEAD}/api/v1/xml", limit=0.2)
    released.set()


def test_behind_a_proxy_the_client_finds_its_way(monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://{DEAD}")
    monkeypatch.setattr(parent, "_run_child", lambda *_: (_ for _ in ()).throw(Unavailable("was asked")))
    with pytest.raises(Unavailable, match="OpenML was asked"):
        find("http://no-such-host.invalid/api/v1/xml")


def test_a_server_that_stalls_half_way(tmp_path, empty_cache, monkeypatch):
    def stall(handler, content):
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        time.sleep(60)

    (tmp_path / "work").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "work"))
    with serving(parquet=as_parquet(frame(), tmp_path), behave=stall) as server:
        with pytest.raises(Unavailable, match="Tiny was not loaded: OpenML sent no byte for 1 s and was given up"):
            find(server, limit=1)
    assert kept(empty_cache) == []
    assert kept(tmp_path / "work") == []


def test_ctrl_c_goes_on_to_the_next_source(empty_cache):
    code = f"""
import sys, warnings
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests")!r}]
from fake_openml import with_sample
from lecture.data import sources
warnings.simplefilter("always")
images, used = sources.find(with_sample(), "auto", server=sys.argv[1])
print(used, len(images.y_train))
"""
    with serving(behave="silent", parquet=b"") as server:
        process = subprocess.Popen(
            [sys.executable, "-c", code, f"{server.home}/api/v1/xml"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while not server.asked and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # what a terminal does
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert out == "sample 8000\n"
    assert "OpenML was interrupted; next comes the Keras mirror" in errors
    assert kept(empty_cache) == []


# -- the Keras mirror


def a_keras(folder, code):
    """A package with the one function of Keras that is used, for the child to import."""
    (folder / "keras" / "datasets").mkdir(parents=True)
    (folder / "keras" / "__init__.py").touch()
    (folder / "keras" / "datasets" / "__init__.py").touch()
    (folder / "keras" / "datasets" / "fashion_mnist.py").write_text(code)
    return str(folder)


# Downloads as Keras does, and to where Keras would.
AS_KERAS = """
import os, urllib.request
import numpy as np
def load_data():
    print("Downloading data")
    path = os.path.join(os.environ["KERAS_HOME"], "all.npz")
    urllib.request.urlretrieve("ADDRESS", path)
    with np.load(path) as f:
        return (f["X_train"], f["y_train"].reshape(-1, 1)), (f["X_test"], f["y_test"].reshape(-1, 1))
"""


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A server whose file the Keras of the child downloads."""
    np.savez(tmp_path / "all.npz", **official().arrays())
    with serving(arff=(tmp_path / "all.npz").read_bytes()) as server:
        monkeypatch.setenv(
            "PYTHONPATH", a_keras(tmp_path, AS_KERAS.replace("ADDRESS", f"{server.home}/data/tiny.arff"))
        )
        monkeypatch.setattr(parent, "_reach", lambda *_: None)
        yield server


def test_the_mirror_is_downloaded_in_the_same_way(mirror, empty_cache):
    images, used = sources.find(TINY, "keras")
    assert (digest(images), used) == (TINY.digest, "keras")
    assert kept(empty_cache) == [f"tiny.keras.{TINY.digest}.npz"]


def answer_without_a_byte(handler, content):
    time.sleep(60)


def stall_after_some_bytes(handler, content):
    handler.wfile.write(content[:100])
    handler.wfile.flush()
    time.sleep(60)


@pytest.mark.parametrize("behave", ["silent", answer_without_a_byte, stall_after_some_bytes])
def test_the_mirror_is_watched_in_the_same_way(behave, mirror, empty_cache):
    mirror.behave = behave
    with pytest.raises(
        Unavailable, match="Tiny was not loaded: the Keras mirror sent no byte for 0.5 s and was given up"
    ):
        sources.find(TINY, "keras", limit=0.5)
    assert kept(empty_cache) == []


def test_a_cache_that_cannot_be_written(mirror, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "file"))
    with pytest.warns(data.DataWarning, match="Tiny: it could not be stored for the next time"):
        assert digest(sources.find(TINY, "keras")[0]) == TINY.digest


def test_a_child_that_dies_is_reported(tmp_path, monkeypatch):
    dying = "import os, sys; sys.stderr.write('first\\nout of memory\\n'); sys.stderr.flush(); os._exit(3)"
    monkeypatch.setenv("PYTHONPATH", a_keras(tmp_path, dying))
    monkeypatch.setattr(parent, "_reach", lambda *_: None)
    with pytest.raises(Unavailable, match=r"the Keras mirror failed: its process ended \(3\): out of memory"):
        sources.find(TINY, "keras")


def test_keras_still_reads_its_folder_where_we_put_it(tmp_path):
    """The real Keras finds the files in ``KERAS_HOME``, so that a half download never lies in ``~/.keras``."""
    pytest.importorskip("keras", reason="needs Keras, which is not installed")
    code = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}]
from pathlib import Path
from lecture.data import idx, sources
from lecture.data.downloading import clients
from lecture.data.images import Images, digest
from lecture.data.catalog import FASHION_MNIST
place = Path(sys.argv[1]) / "datasets" / "fashion-mnist"
place.mkdir(parents=True)
for file in sources.SAMPLE.glob("*.gz"):
    (place / file.name).write_bytes(file.read_bytes())
images = Images(**clients.keras_arrays("fashion_mnist", sys.argv[1]))
assert digest(images) == FASHION_MNIST.sample_digest
import keras.datasets.mnist, keras.datasets.cifar10
assert callable(keras.datasets.mnist.load_data) and callable(keras.datasets.cifar10.load_data)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# -- what counts as waiting


def test_only_waiting_for_the_network_counts():
    traffic = child.Traffic()
    time.sleep(0.05)
    assert traffic.quiet() == 0
    with traffic.waiting():
        time.sleep(0.05)
        assert traffic.quiet() >= 0.05
    waited = traffic.quiet()
    time.sleep(0.05)
    assert traffic.quiet() == waited
    with traffic.waiting():
        time.sleep(0.02)
    assert traffic.quiet() > waited
    traffic.arrived(0)
    assert traffic.quiet() > waited
    traffic.arrived(10)
    assert (traffic.quiet(), traffic.received) == (0, 10)


def test_colours_of_openml_come_one_after_the_other():
    entry = replace(TINY, shape=(2, 2, 3), n_train=1, n_test=0)
    images = from_rows(np.arange(12, dtype=np.uint8).reshape(1, 12), np.zeros(1, np.uint8), entry)
    assert images.X_train[0, 0].tolist() == [[0, 4, 8], [1, 5, 9]]


def test_pixels_keep_their_values_or_are_refused():
    table = frame().drop(columns="class")
    for kind in (np.uint8, np.int64, np.float32, float, object):
        np.testing.assert_array_equal(clients.as_pixels(table.astype(kind)), PIXELS)
    for wrong in (-1, 256, 0.5, np.nan, np.inf):
        with pytest.raises(ValueError, match="no whole numbers from 0 to 255"):
            clients.as_pixels(table.astype(float).where(table != table.iloc[0, 0], wrong))


def test_requests_survive_the_way_to_the_child():
    request = parent._request(TINY, "openml", "/tmp/x", None)
    assert json.loads(json.dumps(request))["class_names"] == list(TINY.class_names)
