"""Images from the network: the real OpenML client against servers on loopback that serve, stall, lie or are dead."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from contextlib import contextmanager
from dataclasses import replace
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from lecture import data
from lecture.data import sources
from lecture.data.catalog import FASHION_MNIST, Unavailable
from lecture.data.downloading import child, clients, parent
from lecture.data.images import Images, digest, digest_of_rows, from_rows

pytest.importorskip("openml", reason="needs the OpenML client, which is not installed")
pd = pytest.importorskip("pandas", reason="needs pandas, which is not installed")

ROOT = Path(__file__).resolve().parent.parent
DEAD = "127.0.0.1:9"  # nobody listens at the port of "discard"
NUMBER = 4242

# What a data set looks like: 60 training and 20 test images of 4 × 4.
PIXELS = np.random.default_rng(0).integers(0, 256, (80, 16), dtype=np.uint8)
LABELS = (np.arange(80) % 10).astype(np.uint8)


def official():
    return Images(PIXELS[:60].reshape(-1, 4, 4), LABELS[:60], PIXELS[60:].reshape(-1, 4, 4), LABELS[60:])


TINY = replace(
    FASHION_MNIST, name="tiny", title="Tiny", shape=(4, 4), n_train=60, n_test=20, openml_id=NUMBER, keras_host=DEAD,
    digest=digest(official()), rows=digest_of_rows(official()), system=None, sample_digest=None,
)  # fmt: skip


def frame(pixels=PIXELS, labels=LABELS):
    """The table as OpenML has it."""
    table = pd.DataFrame(pixels, columns=[f"pixel{number}" for number in range(1, pixels.shape[1] + 1)])
    return table.assign(**{"class": labels})


def as_parquet(table, folder):
    path = Path(folder) / "table.pq"
    table.to_parquet(path)
    return path.read_bytes()


def as_arff(table):
    lines = ["@RELATION tiny"]
    lines += [f"@ATTRIBUTE {name} REAL" for name in table.columns[:-1]]
    lines += ["@ATTRIBUTE class {" + ",".join(map(str, range(10))) + "}", "@DATA"]
    lines += [",".join(map(str, row)) for row in table.to_numpy().tolist()]
    return "\n".join(lines).encode()


class Server(ThreadingHTTPServer):
    """An OpenML with one data set; ``behave(handler, body)`` sends the file."""

    daemon_threads = True

    def __init__(self, *, parquet=None, arff=None, behave=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.parquet, self.arff, self.behave, self.asked = parquet, arff, behave, []

    @property
    def home(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def description(self):
        parquet = (
            f"<oml:parquet_url>{self.home}/datasets/tiny/tiny.pq</oml:parquet_url>" if self.parquet is not None else ""
        )
        checksum = f"<oml:md5_checksum>{md5(self.arff).hexdigest()}</oml:md5_checksum>" if self.arff is not None else ""
        return f"""<oml:data_set_description xmlns:oml="http://openml.org/openml">
            <oml:id>{NUMBER}</oml:id><oml:name>tiny</oml:name><oml:version>1</oml:version><oml:format>ARFF</oml:format>
            <oml:url>{self.home}/data/tiny.arff</oml:url>{parquet}{checksum}
            <oml:default_target_attribute>class</oml:default_target_attribute></oml:data_set_description>""".encode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.asked.append(f"{self.command} {self.path}")
        if server.behave == "silent":
            time.sleep(60)
        body = {
            f"/api/v1/xml/data/{NUMBER}": server.description(),
            "/datasets/tiny/tiny.pq": server.parquet,
            "/data/tiny.arff": server.arff,
        }
        content = body.get(self.path.split("?")[0])
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"tiny"')
        self.send_header("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT")
        self.end_headers()
        if self.command == "HEAD":
            return
        if callable(server.behave) and not self.path.startswith("/api"):
            server.behave(self, content)
        else:
            self.wfile.write(content)

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@contextmanager
def serving(**what):
    server = Server(**what)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def find(server, source="openml", entry=TINY, **how):
    """Ask a server as ``load_fashion_mnist`` would; return images, source and the warnings' words."""
    address = server if isinstance(server, str) else f"{server.home}/api/v1/xml"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        images, used = sources.find(entry, source, server=address, **how)
    assert all(warning.category is data.DataWarning for warning in caught)
    return images, used, [str(warning.message) for warning in caught]


def with_sample():
    """An entry that ends in the real embedded sample, and has nothing else on this machine."""
    return replace(FASHION_MNIST, openml_id=NUMBER, keras_host=DEAD, system=None)


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "cache"))
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "cache"


def kept(folder):
    """Everything that lies in the cache."""
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


@pytest.fixture
def here(monkeypatch):
    """Run the client in this process, which has loaded it: for what the client gets, not for how long it waits."""

    def run(request, title, limit):
        try:
            child.fetch(request, lambda: None)
        except Exception as error:
            raise Unavailable(f"failed ({child.sentence(error)})") from error

    monkeypatch.setattr(parent, "_run_child", run)


# -- served right


def test_parquet_by_the_real_client_in_its_own_process(tmp_path, empty_cache, capfd):
    def slowly(handler, content):
        for part in np.array_split(np.frombuffer(content, np.uint8), 8):
            handler.wfile.write(part.tobytes())
            handler.wfile.flush()
            time.sleep(0.5)

    words = np.array(TINY.class_names)[LABELS]
    with serving(parquet=as_parquet(frame(PIXELS.astype(float), words), tmp_path), behave=slowly) as server:
        images, used, said = find(server, limit=3)  # 4 s in all, but never 3 s without a byte
    assert server.asked == [
        f"GET /api/v1/xml/data/{NUMBER}",
        "HEAD /datasets/tiny/tiny.pq",
        "GET /datasets/tiny/tiny.pq",
    ]
    assert (digest(images), used, said) == (TINY.digest, "openml", [])
    assert kept(empty_cache) == [f"tiny.openml.{TINY.digest}.npz"]
    shown = capfd.readouterr().err
    assert "Tiny from OpenML" in shown and "starting its client" in shown and "downloading" in shown
    assert re.search(r"\| [\d.]+kB of [\d.]+kB \[", shown)
    # The second time nobody is asked.
    assert digest(find("http://127.0.0.1:9/api/v1/xml")[0]) == TINY.digest


def test_arff_by_the_real_client_in_its_own_process(empty_cache):
    with serving(arff=as_arff(frame())) as server:
        images, used, said = find(server)
    assert server.asked == [f"GET /api/v1/xml/data/{NUMBER}", "GET /data/tiny.arff"]
    assert (digest(images), used, said) == (TINY.digest, "openml", [])
    assert kept(empty_cache) == [f"tiny.openml.{TINY.digest}.npz"]


@pytest.mark.parametrize(
    "labels",
    [
        LABELS.astype(str),
        LABELS.astype(float),
        np.array(TINY.class_names)[LABELS],
        pd.Categorical(LABELS.astype(str), categories=list("9876543210")),
        [f"{label}.0" for label in LABELS],
        [str(label).encode() for label in LABELS],
    ],
    ids=["text", "floats", "names", "categories", "text of floats", "bytes"],
)
def test_labels_of_another_kind_are_put_right(labels, tmp_path, here):
    with serving(parquet=as_parquet(frame(labels=labels), tmp_path)) as server:
        assert digest(find(server)[0]) == TINY.digest


# -- served wrong


def lie(name):
    """A table that is not what it should be."""
    order = np.random.default_rng(1).permutation(80)
    pixels = PIXELS.copy()
    pixels[3, 3] ^= 1
    return {
        "one pixel": frame(pixels),
        "another order": frame(PIXELS[order], LABELS[order]),
        "too few columns": frame(PIXELS[:, 1:]),
        "too few rows": frame(PIXELS[1:], LABELS[1:]),
        "other labels": frame(labels=np.array(["shoe"] * 80)),
        "labels from 1": frame(labels=LABELS + 1),
        "fractions": frame(PIXELS / 255),
        "missing": frame(np.where(PIXELS == PIXELS[0, 0], np.nan, PIXELS.astype(float))),
        "words": frame(PIXELS.astype(str).astype(object), LABELS).replace("0", "none"),
        "no labels": frame().rename(columns={"class": "kind"}),
    }[name]


@pytest.mark.parametrize(
    "name, reason",
    [
        ("one pixel", "OpenML holds other images or labels than Tiny"),
        ("another order", "OpenML has the rows of Tiny in another order, so that the official split is lost"),
        ("too few columns", "OpenML has a table of 80 × 15 pixels, where 80 × 16 were wanted"),
        ("too few rows", "OpenML has a table of 79 × 16 pixels, where 80 × 16 were wanted"),
        ("other labels", "OpenML failed (ValueError: it has a label 'shoe' that is no class)"),
        ("labels from 1", "OpenML failed (ValueError: it has a label '10' that is no class)"),
        ("fractions", "OpenML failed (ValueError: it has pixels that are no whole numbers from 0 to 255)"),
        ("missing", "OpenML failed (ValueError: it has pixels that are no whole numbers from 0 to 255)"),
        ("words", "OpenML failed (ValueError: it has pixels that are no numbers)"),
        ("no labels", "OpenML failed (ValueError: it has no column of labels 'class')"),
    ],
)
def test_a_server_that_lies_is_named_and_the_next_source_is_tried(name, reason, tmp_path, empty_cache, here):
    with serving(parquet=as_parquet(lie(name), tmp_path)) as server, pytest.warns(data.DataWarning) as caught:
        with pytest.raises(
            Unavailable,
            match="Tiny was not loaded: the cache holds no Tiny; OpenML .*; the Keras mirror cannot be reached",
        ):
            sources.find(TINY, "auto", server=f"{server.home}/api/v1/xml")
    assert next(str(warning.message) for warning in caught).startswith(f"Tiny: {reason}")
    assert str(caught[0].message).endswith("next comes the Keras mirror.")
    assert kept(empty_cache) == []


def test_a_file_that_is_no_parquet(empty_cache, here):
    with serving(parquet=b"<html>down for maintenance</html>") as server:
        with pytest.raises(Unavailable, match="Tiny was not loaded: OpenML failed"):
            find(server)
    assert kept(empty_cache) == []


def test_an_arff_that_is_not_what_its_checksum_says(empty_cache, here):
    with serving(
        arff=as_arff(frame()), behave=lambda handler, content: handler.wfile.write(content[:-2] + b"9\n")
    ) as server:
        with pytest.raises(Unavailable, match="OpenML failed .OpenMLHashException"):
            find(server)
    assert kept(empty_cache) == []


def test_a_number_that_the_server_does_not_know(empty_cache, here):
    with serving(parquet=b"") as server:
        with pytest.raises(Unavailable, match="OpenML failed"):
            find(server, entry=replace(TINY, openml_id=1))
    assert kept(empty_cache) == []


def test_a_truncated_answer_ends_in_the_sample(tmp_path, empty_cache):
    def half(handler, content):
        handler.wfile.write(content[: len(content) // 2])
        handler.wfile.flush()
        handler.connection.close()

    with serving(parquet=as_parquet(frame(), tmp_path), behave=half) as server:
        images, used, said = find(server, "auto", with_sample())
    assert used == "sample" and len(images.y_train) == 8000
    assert said[0].startswith("Fashion-MNIST: OpenML failed (") and said[0].endswith("next comes the Keras mirror.")
    assert said[1].startswith(
        "Fashion-MNIST: the Keras mirror cannot be reached (127.0.0.1: Connection refused); next comes the embedded"
    )
    assert "the embedded sample is used, 10,000 of the 70,000 images (8,000 for training, 2,000 for testing)" in said[2]
    assert len(said) == 3 and kept(empty_cache) == []


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
from test_data_network import with_sample
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
