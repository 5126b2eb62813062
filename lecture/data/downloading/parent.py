"""Starts the process that downloads images, follows its reports, and ends it when no byte arrives."""

import importlib.util
import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.parse
import urllib.request
from pathlib import Path

import numpy as np

from lecture.data.catalog import SOURCES, Entry, Unavailable
from lecture.data.images import Images, from_rows

LIMIT = 10.0  # seconds without a byte, while connecting or downloading
OPENML = "https://www.openml.org/api/v1/xml"


def download(entry: Entry, source: str, *, limit: float = LIMIT, server: str | None = None) -> Images:
    """Download the images of a set; they are not checked yet.

    The source is given up after ``limit`` seconds without a byte; while bytes arrive there is no limit, and a bar shows
    the megabytes. Ctrl-C gives the source up as well.

    Parameters
    ----------
    entry : Entry
    source : str
        "openml" or "keras".
    limit : float
        Seconds without a byte.
    server : str, optional
        Server to ask instead of OpenML's, for tests.

    Raises
    ------
    Unavailable
        If the images did not arrive.
    """
    if importlib.util.find_spec(source) is None:  # the sources have the names of their packages
        raise Unavailable(f"needs the package {source}, which is not installed")
    try:
        _reach((server or OPENML) if source == "openml" else f"https://{entry.keras_host}", limit)
        with tempfile.TemporaryDirectory(prefix="lecture-", ignore_cleanup_errors=True) as folder:
            request = _request(entry, source, folder, server)
            _run_child(request, f"{entry.title} from {SOURCES[source]}", limit)
            with np.load(Path(folder) / "images.npz", allow_pickle=False) as file:
                arrays = dict(file)
    except KeyboardInterrupt:
        raise Unavailable("was interrupted") from None
    return from_rows(arrays["pixels"], arrays["labels"], entry) if source == "openml" else Images(**arrays)


def _reach(address, limit):
    """Refuse a host that does not answer: without a network this takes milliseconds, loading a client takes seconds."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme in urllib.request.getproxies():
        return  # the clients go through the proxy
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    outcome = queue.SimpleQueue()

    def connect():
        try:
            socket.create_connection((parts.hostname, port), timeout=limit).close()
            outcome.put(None)
        except OSError as error:
            outcome.put(error)

    threading.Thread(target=connect, daemon=True).start()  # looking up a name has no time limit either
    try:
        error = outcome.get(timeout=limit)
    except queue.Empty:
        error = TimeoutError()
    if isinstance(error, TimeoutError):
        raise Unavailable(f"did not answer for {limit:g} s ({parts.hostname})")
    if error is not None:
        raise Unavailable(f"cannot be reached ({parts.hostname}: {error.strerror or error})")


def _request(entry, source, folder, server):
    """The request to the child."""
    return {
        "source": source,
        "folder": folder,
        "server": server,
        "openml_id": entry.openml_id,
        "class_names": entry.class_names,
        "keras_module": entry.keras_module,
    }


def _run_child(request, title, limit):
    """Let a child download, and end it in any case."""
    here = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))
    log = Path(request["folder"]) / "log"
    with open(log, "wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "lecture.data.downloading.child", json.dumps(request)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            env=os.environ | {"PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C should reach this process only, which ends the child
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    with child:
        try:
            _watch(child, title, limit)
        except EOFError:
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            why = "".join(f": {line[:200]}" for line in last)
            raise Unavailable(f"failed: its process ended ({child.wait()}){why}") from None
        finally:
            child.kill()


def _watch(child, title, limit):
    """Follow the reports of a child until it is done; raise EOFError if it ends before."""
    from tqdm import tqdm

    form = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}B of {total_fmt}B [{elapsed}{postfix}]"
    with tqdm(desc=title, unit_scale=True, bar_format=form, leave=False, mininterval=0.5, file=sys.stderr) as bar:
        doing = None
        for line in child.stdout:
            report = json.loads(line)
            if "done" in report:
                return
            if "failed" in report:
                raise Unavailable(f"failed ({report['failed']})")
            if report["quiet"] > limit:
                raise Unavailable(f"sent no byte for {limit:g} s and was given up")
            if report["announced"]:
                bar.total = max(report["announced"], report["received"])
            bar.update(report["received"] - bar.n)
            if report["doing"] != doing:
                doing = report["doing"]
                bar.set_postfix_str(doing)
    raise EOFError
