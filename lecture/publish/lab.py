"""JupyterLab on the notebooks: on this machine only, with a token of its own."""

import os
import socket
import subprocess
import sys


class PortTaken(RuntimeError):
    """Something else already answers at the port that was asked for."""


def command(notebooks, *, port, browser=True):
    """Return the command that starts JupyterLab on the folder ``notebooks``.

    It listens on 127.0.0.1 with the random token that Jupyter makes for each start, and refuses another port when
    ``port`` is taken, so that nobody teaches from the wrong one.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # in a container, say, where Jupyter would refuse to start
    options = ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={notebooks}", f"--ServerApp.allow_root={root}"]
    return [sys.executable, "-m", "jupyterlab", *options] + ([] if browser else ["--no-browser"])


def open_lab(root, *, port=8888, browser=True):
    """Start JupyterLab on ``root/notebooks`` and wait until it ends; return its exit status.

    Raises
    ------
    PortTaken
        If ``port`` is in use.
    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise PortTaken(f"port {port} is in use: end what runs there, or choose another with --port.")
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path, "LECTURE_LIVE": "1"}
    try:
        return subprocess.run(command(root / "notebooks", port=port, browser=browser), env=environment).returncode
    except KeyboardInterrupt:
        return 0
