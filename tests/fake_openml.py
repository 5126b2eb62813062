"""A server on loopback that is an OpenML with one small data set: what `test_data_network*` share."""

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
from lecture.data.downloading import child, parent
from lecture.data.images import Images, digest, digest_of_rows

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


def kept(folder):
    """Everything that lies in the cache."""
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def use_empty_cache(tmp_path, monkeypatch):
    """Keep downloads in a folder of the test, and ask no proxy; return the folder."""
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "cache"))
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "cache"


def run_client_here(monkeypatch):
    """Run the client in this process, which has loaded it: for what the client gets, not for how long it waits."""

    def run(request, title, limit):
        try:
            child.fetch(request, lambda: None)
        except Exception as error:
            raise Unavailable(f"failed ({child.sentence(error)})") from error

    monkeypatch.setattr(parent, "_run_child", run)
