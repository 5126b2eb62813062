"""JupyterLab in front of a class: on this machine only, with a random token, in letters for the back row."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from lecture.checks import whole

# Of code and plain outputs; of text; of the rest, the controls of explorers among it. JupyterLab's own are 13, 14 and
# 13 px.
FONTS = {"code-font-size": "20px", "content-font-size1": "20px", "ui-font-size1": "16px"}
THEMES = Path("@jupyterlab", "apputils-extension", "themes.jupyterlab-settings")
NEWS = Path("@jupyterlab", "apputils-extension", "notification.jupyterlab-settings")
NO_NEWS = {"fetchNews": "false", "checkForUpdates": False}  # no question in class, and no request to another host


class PortTaken(RuntimeError):
    """Something else already answers at the port that was asked for."""


def command(notebooks, *, port, browser=True):
    """Return the command that starts JupyterLab on the folder ``notebooks``.

    It listens on 127.0.0.1 with the random token that Jupyter makes for each start, and refuses another port when
    ``port`` is taken, so that nobody teaches from the wrong one.
    """
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # in a container, say, where Jupyter would refuse to start
    options = [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={notebooks}",
        f"--ServerApp.allow_root={root}",
    ]
    return [sys.executable, "-m", "jupyterlab", *options] + ([] if browser else ["--no-browser"])


def refuse_taken(port):
    """See that nothing answers at ``port`` of this machine.

    Raises
    ------
    PortTaken
        If something does.
    ValueError
        If it is no port.
    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", whole(port, "port", least=1, most=65535))) == 0:
            raise PortTaken(f"port {port} is in use: end what runs there, or choose another with --port.")


def open_lab(root, folder, *, port=8888, browser=True):
    """Start JupyterLab on ``folder`` and wait until it ends; return its exit status, 0 where Ctrl-C ended it.

    Kernels find the checkout ``root``, have live explorers and draw as for slides, unless ``LECTURE_STYLE`` says
    otherwise. JupyterLab starts with the user's own settings but for the sizes of fonts. What is changed in them, and
    which windows are open, is forgotten at the end.

    Raises
    ------
    PortTaken
        If ``port`` is in use.
    """
    refuse_taken(port)
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    style = os.environ.get("LECTURE_STYLE") or "slides"
    with tempfile.TemporaryDirectory(prefix="lecture-lab-") as own:
        own = Path(own)
        copy_settings(own / "settings")
        places = {
            "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        }
        environment = os.environ | places | {"PYTHONPATH": path, "LECTURE_LIVE": "1", "LECTURE_STYLE": style}
        with subprocess.Popen(command(folder, port=port, browser=browser), env=environment) as running:
            stopped = False
            while running.poll() is None:
                try:
                    running.wait()
                except KeyboardInterrupt:  # JupyterLab hears Ctrl-C too: it asks whether to end, and ends its kernels
                    stopped = True
                    if not (sys.stdin and sys.stdin.isatty()):  # it asks nobody then, and may lose the signal
                        running.terminate()
            return 0 if stopped else running.returncode


def copy_settings(target):
    """Copy the user's settings of JupyterLab into the folder ``target``, with larger fonts and without news."""
    import json5
    from jupyter_core.paths import jupyter_config_dir

    origin = Path(os.environ.get("JUPYTERLAB_SETTINGS_DIR") or Path(jupyter_config_dir(), "lab", "user-settings"))
    if origin.is_dir():
        shutil.copytree(origin, target)
    themes = _settings(target / THEMES, json5.loads)
    _write_settings(target / THEMES, themes | {"overrides": (themes.get("overrides") or {}) | FONTS})
    _write_settings(target / NEWS, _settings(target / NEWS, json5.loads) | NO_NEWS)


def _settings(file, read):
    """What a file of settings says; nothing if there is none, or none that JupyterLab could read either."""
    try:
        settings = read(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _write_settings(file, settings):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(settings, indent=2), encoding="utf-8")
