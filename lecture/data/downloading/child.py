"""The process that downloads images: ``python -m lecture.data.downloading.child '{"source": …}'``.

The clients have no time limit. So this process watches their sockets, whichever client it is, and five times a second
it reports in a line of JSON how much has arrived and for how long nothing has. The process that started it
(``parent``) decides, and can end it.
"""

import http.client
import json
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from lecture.data.downloading import clients

EVERY = 0.2  # seconds from one report to the next


class Traffic:
    """Bytes that have arrived, bytes that were announced, and the seconds spent waiting since the last byte.

    Only time inside a call that waits for the network counts: reading 100 MB of text into a data frame takes a
    minute in which nothing arrives and nothing is wrong.
    """

    def __init__(self):
        self.received = self.announced = 0
        self._waited, self._since = 0.0, None

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Count the time inside as waiting."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._waited, self._since = self.quiet(), None

    def arrived(self, n_bytes: int | None) -> None:
        """Count bytes; the waiting starts again."""
        if n_bytes:
            self.received += n_bytes
            self._waited, self._since = 0.0, None

    def quiet(self) -> float:
        """Return the seconds waited since the last byte."""
        since = self._since
        return self._waited + (time.monotonic() - since if since is not None else 0.0)


def watch_sockets(traffic: Traffic) -> None:
    """Count every look-up, connection, handshake and read of this process."""
    waits = (socket, "getaddrinfo"), (socket.socket, "connect"), (ssl.SSLSocket, "do_handshake")
    for owner, name in waits:
        setattr(owner, name, _waiting(getattr(owner, name), traffic))
    readinto, begin = socket.SocketIO.readinto, http.client.HTTPResponse.begin

    def counted_readinto(self, buffer):
        with traffic.waiting():
            n_bytes = readinto(self, buffer)
        traffic.arrived(n_bytes)
        return n_bytes

    def noted_begin(self):
        begin(self)
        traffic.announced += self.length or 0

    socket.SocketIO.readinto = counted_readinto  # ty: ignore[invalid-assignment]
    http.client.HTTPResponse.begin = noted_begin


def _waiting(function, traffic):
    def watched(*arguments, **options):
        with traffic.waiting():
            return function(*arguments, **options)

    return watched


class Reports:
    """Reports to the process that started this one; without it, this one ends."""

    def __init__(self, pipe, traffic):
        self._pipe, self._traffic, self._lock = pipe, traffic, threading.Lock()
        self._is_complete = False

    def start(self) -> None:
        """Report from now on, in another thread."""
        threading.Thread(target=self._go_on, daemon=True).start()

    def send(self, **report) -> None:
        """Send a line."""
        try:
            with self._lock:
                print(json.dumps(report), file=self._pipe, flush=True)
        except OSError:
            os._exit(1)

    def decoding(self) -> None:
        """Report that everything has arrived."""
        self._is_complete = True

    def _go_on(self):
        while True:
            traffic, quiet = self._traffic, self._traffic.quiet()
            self.send(doing=self._doing(quiet), received=traffic.received, announced=traffic.announced, quiet=quiet)
            time.sleep(EVERY)

    def _doing(self, quiet):
        if self._is_complete:
            return "reading it, up to a minute"
        if self._traffic.received:
            return "downloading"
        return "connecting" if quiet else "starting its client"


def fetch(request: dict, decoding: Callable[[], None]) -> None:
    """Ask the client for the images, and write them to ``images.npz`` in the folder of the request.

    Parameters
    ----------
    request : dict
        ``source``, ``folder``, and the arguments of ``clients``.
    decoding : callable
        Called when everything has arrived.
    """
    folder = Path(request["folder"])
    if request["source"] == "openml":
        arrays = clients.openml_table(
            request["openml_id"], request["class_names"], folder, server=request["server"], decoding=decoding
        )
    else:
        arrays = clients.keras_arrays(request["keras_module"], folder)
    np.savez(folder / "images.npz", allow_pickle=False, **arrays)


def main(request: dict) -> None:
    """Watch the sockets, download, and report how it ended."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # the output of clients must not go to the pipe
    traffic = Traffic()
    watch_sockets(traffic)
    reports = Reports(pipe, traffic)
    reports.start()
    try:
        fetch(request, reports.decoding)
    except Exception as error:  # a client may raise anything
        reports.send(failed=sentence(error))
    else:
        reports.send(done=True)


def sentence(error: Exception) -> str:
    """Return the kind of an error and the first line of its message."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
