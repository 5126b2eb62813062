"""What runs in a process of its own while images are downloaded: ``python -m lecture.data.child '{"source": …}'``.

The clients know no time limit. So their sockets are watched here, from below, whichever client it is, and a few times
a second a line of JSON says how much has come and for how long nothing has; the process that started this one
(``download``) decides, and can end it.
"""

import http.client
import json
import os
import socket
import ssl
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from lecture.data import clients

EVERY = 0.2  # seconds from one report to the next


class Traffic:
    """Bytes that came, bytes that were announced, and the seconds spent waiting since the last byte.

    Only time inside a call that waits for the network counts: reading 100 MB of text into a data frame takes a
    minute, in which nothing comes and nothing is wrong.
    """

    def __init__(self):
        self.received = self.announced = 0
        self._waited, self._since = 0.0, None

    @contextmanager
    def waiting(self):
        """Count the time inside as waiting."""
        self._since = time.monotonic()
        try:
            yield
        finally:
            self._waited, self._since = self.quiet(), None

    def arrived(self, n_bytes):
        """Count bytes: the waiting begins anew."""
        if n_bytes:
            self.received += n_bytes
            self._waited, self._since = 0.0, None

    def quiet(self):
        """Return the seconds waited since the last byte."""
        since = self._since
        return self._waited + (time.monotonic() - since if since is not None else 0.0)


def watch_sockets(traffic):
    """Let every look-up, connection, handshake and read of this process count into ``traffic``."""
    for owner, name in ((socket, "getaddrinfo"), (socket.socket, "connect"), (ssl.SSLSocket, "do_handshake")):
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

    socket.SocketIO.readinto = counted_readinto
    http.client.HTTPResponse.begin = noted_begin


def _waiting(function, traffic):
    def watched(*arguments, **options):
        with traffic.waiting():
            return function(*arguments, **options)

    return watched


class Reports:
    """Lines to the process that waits for us; without it there is nobody to work for."""

    def __init__(self, pipe, traffic):
        self._pipe, self._traffic, self._lock = pipe, traffic, threading.Lock()
        self._all_came = False

    def start(self):
        """Report from now on, beside the work."""
        threading.Thread(target=self._go_on, daemon=True).start()

    def send(self, **report):
        """Send one line."""
        try:
            with self._lock:
                print(json.dumps(report), file=self._pipe, flush=True)
        except OSError:
            os._exit(1)

    def decoding(self):
        """Say that everything has come."""
        self._all_came = True

    def _go_on(self):
        while True:
            traffic, quiet = self._traffic, self._traffic.quiet()
            self.send(doing=self._doing(quiet), received=traffic.received, announced=traffic.announced, quiet=quiet)
            time.sleep(EVERY)

    def _doing(self, quiet):
        if self._all_came:
            return "reading it, up to a minute"
        if self._traffic.received:
            return "downloading"
        return "connecting" if quiet else "starting its client"


def fetch(request, decoding):
    """Ask the client and leave what it gives in ``images.npz`` in the folder of the request.

    Parameters
    ----------
    request : dict
        ``source``, ``folder`` and what ``clients`` wants to know.
    decoding : callable
        Called when everything has come.
    """
    folder = Path(request["folder"])
    if request["source"] == "openml":
        arrays = clients.openml_table(
            request["openml_id"], request["class_names"], folder, server=request["server"], decoding=decoding
        )
    else:
        arrays = clients.keras_arrays(request["keras_module"], folder)
    np.savez(folder / "images.npz", **arrays)


def main(request):
    """Watch the sockets, do the work, and say how it ended."""
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what clients print is not for the pipe
    traffic = Traffic()
    watch_sockets(traffic)
    reports = Reports(pipe, traffic)
    reports.start()
    try:
        fetch(request, reports.decoding)
    except Exception as error:  # whatever a client may raise: one sentence goes up
        reports.send(failed=sentence(error))
    else:
        reports.send(done=True)


def sentence(error):
    """Return the kind of an error and the first line of what it says."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
