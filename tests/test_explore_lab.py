"""Explorers in JupyterLab: a dragged slider changes the picture, live and in a page's output."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from conftest import ROOT
from explorers import Seen, draw_wave

from lecture.explore import explore

NOTEBOOK = """
%matplotlib inline
import time
import matplotlib.pyplot as plt
from lecture.explore import explore
from lecture.plots import describe

def draw_line(n=0, steep=False):
    with open("calls.txt", "a") as calls:
        calls.write(f"{n}\\n")
    time.sleep(0.05)
    if n == 1:
        raise RuntimeError("not one")
    _, ax = plt.subplots(figsize=(4, 2))
    ax.plot([0, n])
    return describe(ax, f"A line to {n}, steep {steep}.")

explore(draw_line, live=True, n=(0, 60), steep=False)
---
explore(draw_line, live=False, n=(2, 9), steep=False)
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a notebook with a live and a static explorer: its address, with its token, and its folder."""
    pytest.importorskip("jupyterlab")
    folder = tmp_path_factory.mktemp("lab")
    cells = [
        {
            "cell_type": "code",
            "id": f"cell-{n}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": text.strip(),
        }
        for n, text in enumerate(NOTEBOOK.split("---\n"))
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (folder / "lines.ipynb").write_text(
        json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    own = {f"JUPYTER_{name}_DIR": str(folder / f".{name}") for name in ("CONFIG", "DATA", "RUNTIME")}
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={token}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
    ]
    environment = os.environ | own | {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(folder / ".ipython")}
    with open(folder / "lab.log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=environment, cwd=folder, stdout=log, stderr=log
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={token}", server, folder / "lab.log")
        yield f"http://127.0.0.1:{port}/lab/tree/lines.ipynb?reset&token={token}", folder
    finally:
        server.send_signal(signal.SIGTERM)  # it ends its kernels
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(address, server, log):
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.25)
    pytest.fail(f"JupyterLab did not answer:\n{log.read_text()}")


def test_in_jupyterlab_a_dragged_slider_changes_the_picture(browser, lab):
    address, folder = lab
    context = browser.new_context(viewport={"width": 1200, "height": 1000})
    page = context.new_page()
    page.goto(address)
    page.set_default_timeout(60_000)  # the kernel has to start
    page.get_by_text("| Idle").first.wait_for()  # the kernel is there: keys pressed before may be lost
    page.locator(".jp-Notebook .cm-content").first.click()
    for _ in range(2):
        page.keyboard.press("Shift+Enter")
    live = page.locator(".widget-vbox img")
    live.wait_for()
    assert live.get_attribute("alt") == "A line to 0, steep False."
    static = page.locator(".lecture-explorer")
    static.locator(".sheet img").wait_for()
    assert (
        page.locator(".jp-OutputArea-output img").count() == 1 + 2
    )  # live, first and shown one of the static: no figure shows twice

    (folder / "calls.txt").write_text("")
    handle = page.locator(".widget-vbox .noUi-handle").bounding_box()
    track = page.locator(".widget-vbox .noUi-base").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    seen = set()
    for _ in range(10):
        x += track["width"] / 20
        page.mouse.move(x, y, steps=5)
        page.wait_for_timeout(60)
        seen.add(live.get_attribute("alt"))
    assert len(seen) > 2  # it moves while it is dragged
    page.mouse.up()
    value = page.locator(".widget-vbox .widget-readout").inner_text()
    page.wait_for_function(
        "n => document.querySelector('.widget-vbox img').alt === `A line to ${n}, steep False.`", arg=value
    )
    drawn = (folder / "calls.txt").read_text().split()
    assert drawn[-1] == value  # moves that came too late are left out, the last is not
    assert len(drawn) < 30

    page.locator(".widget-vbox input[type=checkbox]").click()
    page.wait_for_function("document.querySelector('.widget-vbox img').alt.endsWith('steep True.')")
    page.locator(".widget-vbox .noUi-handle").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.locator(".widget-vbox pre").get_by_text("RuntimeError: not one").wait_for()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.widget-vbox img').alt === 'A line to 2, steep True.'")
    page.locator(".widget-vbox pre").wait_for(state="detached")

    explorer = Seen(page, 0)
    explorer.input("n").focus()
    page.keyboard.press("End")
    explorer.settle()
    assert explorer.alt == "A line to 9, steep False."
    page.keyboard.press("ArrowDown")  # JupyterLab goes to the next cell with it, but not from a control
    explorer.settle()
    assert explorer.alt == "A line to 8, steep False."
    assert "explorer=" not in page.url
    page.screenshot(path=folder / "lab.png")
    context.close()


def test_an_untrusted_notebook_shows_the_first_picture(browser, lab):
    address, folder = lab
    output = {
        "output_type": "execute_result",
        "execution_count": 1,
        "metadata": {},
        "data": {
            "text/html": explore(draw_wave, live=False, n=(1, 4), kind=["sin", "cos"], grid=False).html,
            "text/plain": "Page",
        },
    }
    cell = {
        "cell_type": "code",
        "id": "cell-0",
        "metadata": {},
        "outputs": [output],
        "execution_count": 1,
        "source": "somebody_elses()",
    }
    (folder / "foreign.ipynb").write_text(
        json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    context = browser.new_context()
    page = context.new_page()
    page.goto(address.replace("lines.ipynb", "foreign.ipynb"))
    image = page.locator(".jp-OutputArea-output img")
    image.wait_for(timeout=60_000)
    assert image.get_attribute("alt") == "sin of 2 x, grid False."
    assert image.evaluate("it => it.naturalWidth") > 100
    assert page.locator(".panel").count() == 0
    context.close()
