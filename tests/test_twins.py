"""Copies for live coding: blanks, solutions, nothing lost that somebody typed; JupyterLab in a real browser."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

import nbformat
import pytest
from conftest import ROOT

from publishing import lab, notebooks, twins

SOURCE = """# %% [markdown]
# # Sums
#
# Some text.

# %%
from preamble import answer

# %% tags=["live"]
# Add the numbers from 1 to 10.
# What do you expect?
total = sum(range(1, 11))
# print it
print("total:", total)

# %% tags=["live"]
# Twice as much?
print(2 * total, "answer", answer)

# %% tags=["exercise"]
x = ...

# %% tags=["solution"]
x = 3
"""
OTHER = "# %% [markdown]\n# # Other\n"


@pytest.fixture
def checkout(tmp_path):
    """A checkout with two sources, one of them with cells to type."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_sums.py").write_text(SOURCE)
    (tmp_path / "notebooks" / "02_other.py").write_text(OTHER)
    (tmp_path / "preamble.py").write_text("answer = 42\n")
    notebooks.make(tmp_path / "notebooks")
    return tmp_path


@pytest.fixture
def written(checkout):
    """The twin of the first notebook, just written."""
    assert _write(checkout) == []
    return checkout / "live" / "01_sums.ipynb"


def _write(checkout, **options):
    return twins.write(checkout / "notebooks", checkout / "live", **options)


def _rewrite(file, change):
    """As JupyterLab saves a notebook that somebody changed."""
    notebook = nbformat.read(file, as_version=4)
    change(notebook)
    nbformat.write(notebook, file)
    return file.read_bytes()


def _type(notebook):
    notebook.cells[2].source += "total = 55"


def _run_and_save(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.update(execution_count=1, outputs=[nbformat.v4.new_output("stream", text="something\n")])
            cell.metadata["execution"] = {"started": "now"}
    notebook.cells[3].metadata.pop("jupyter")  # unfolded
    notebook.cells.append(nbformat.v4.new_code_cell(""))  # what Shift+Enter on the last cell leaves


def test_what_is_typed_is_blank_and_its_solution_folded_below(written):
    twin = nbformat.read(written, as_version=4)
    nbformat.validate(twin)
    assert [cell.id for cell in twin.cells] == [
        "cell-1",
        "cell-2",
        "cell-3-blank",
        "cell-3",
        "cell-4-blank",
        "cell-4",
        "cell-5",
        "cell-6",
    ]
    blank, solution = twin.cells[2:4]
    assert blank.source == "# Add the numbers from 1 to 10.\n# What do you expect?\n"
    assert "jupyter" not in blank.metadata
    assert (
        solution.source.startswith(f"{twins.HEADING}\n# Add the numbers")
        and 'print("total:", total)' in solution.source
    )
    assert solution.metadata["jupyter"] == {"source_hidden": True}
    assert twin.cells[6].source == "x = ..." and twin.cells[7].metadata["jupyter"] == {"source_hidden": True}


def test_the_notebooks_stay_as_they_are(checkout):
    files = sorted((checkout / "notebooks").iterdir())
    before = [file.read_bytes() for file in files]
    for fresh in (False, True):
        _write(checkout, fresh=fresh)
    assert sorted((checkout / "notebooks").iterdir()) == files and [file.read_bytes() for file in files] == before
    assert sorted(file.name for file in (checkout / "live").iterdir()) == ["01_sums.ipynb", "02_other.ipynb"]


def test_a_twin_runs_with_its_blanks_left_blank(checkout, written):
    from nbclient import NotebookClient

    twin = nbformat.read(written, as_version=4)
    NotebookClient(twin, resources={"metadata": {"path": str(written.parent)}}).execute(
        env=os.environ | {"PYTHONPATH": str(checkout)}
    )
    assert [cell.outputs[0].text for cell in twin.cells if cell.get("outputs")] == ["total: 55\n", "110 answer 42\n"]


def test_outputs_are_no_typing_and_stay_until_the_notebook_changes(checkout, written):
    saved = _rewrite(written, _run_and_save)
    assert _write(checkout) == [] and written.read_bytes() == saved
    (checkout / "notebooks" / "01_sums.py").write_text(SOURCE.replace("Some text", "More text"))
    assert _write(checkout) == []
    twin = nbformat.read(written, as_version=4)
    assert "More text" in twin.cells[0].source and not any(cell.get("outputs") for cell in twin.cells)


def test_fresh_clears_outputs_without_a_word(checkout, written):
    first = written.read_bytes()
    assert _rewrite(written, _run_and_save) != first
    assert _write(checkout, fresh=True) == [] and written.read_bytes() == first


@pytest.mark.parametrize(
    "change",
    [
        _type,
        lambda notebook: notebook.cells[0].update(source="# My sums"),
        lambda notebook: notebook.cells.insert(3, nbformat.v4.new_code_cell("1 + 1")),
        lambda notebook: notebook.cells.pop(3),
        lambda notebook: notebook.cells.insert(0, notebook.cells.pop(1)),
    ],
    ids=["typed", "text changed", "added", "removed", "moved"],
)
def test_what_somebody_typed_is_never_overwritten(checkout, written, change):
    typed = _rewrite(written, change)
    assert _write(checkout) == [] and written.read_bytes() == typed
    (checkout / "notebooks" / "01_sums.py").write_text(SOURCE + "\n# %%\n1 + 1\n")
    (sentence,) = _write(checkout)
    assert sentence == (
        "01_sums.ipynb was typed into and is kept, though its notebook has changed since:"
        " python -m lecture live --fresh makes a new one and puts this one aside."
    )
    assert written.read_bytes() == typed


def test_fresh_puts_aside_what_was_typed(checkout, written):
    asides = []
    for _ in range(3):
        typed = _rewrite(written, _type)
        (sentence,) = _write(checkout, fresh=True)
        name = re.fullmatch(r"01_sums.ipynb is new; the one that was typed into is (.+) now\.", sentence)[1]
        asides.append(name)
        assert (written.parent / name).read_bytes() == typed
        assert nbformat.read(written, as_version=4).cells[2].source.endswith("expect?\n")
    assert (
        len(set(asides)) == 3
        and re.fullmatch(r"01_sums-typed-\d{4}-\d\d-\d\d.ipynb", asides[0])
        and asides[1].endswith("-2.ipynb")
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "[]",
        '{"nbformat": 4, "cells": 3}',
        '{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    ],
)
def test_a_file_of_somebodys_own_is_kept_too(checkout, text):
    (checkout / "live").mkdir()
    own = checkout / "live" / "01_sums.ipynb"
    own.write_text(text)
    (sentence,) = _write(checkout)
    assert "01_sums.ipynb was typed into and is kept" in sentence and own.read_text() == text
    assert (checkout / "live" / "02_other.ipynb").exists()
    _write(checkout, fresh=True)
    assert [file.read_text() for file in own.parent.glob("01_sums-typed-*")] == [text]


@pytest.mark.parametrize(
    "cell",
    ['# %% tags=["live"]\ny = 1\n', '# %% [markdown] tags=["live"]\n# # Text\n', '# %% tags=["live"]\n'],
    ids=["no prompt", "text", "empty"],
)
def test_a_cell_without_a_prompt_is_refused_before_anything_is_written(checkout, cell):
    (checkout / "notebooks" / "02_other.py").write_text(OTHER + "\n" + cell)
    with pytest.raises(
        twins.TwinError,
        match="02_other.py: a cell with the tag live must be code that begins with a comment, its prompt, but ",
    ):
        _write(checkout)
    assert not (checkout / "live").exists()


def test_a_folder_that_takes_no_files_is_named(checkout, written, monkeypatch):
    typed = _rewrite(written, _type)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(twins, "write_whole", refuse)
    with pytest.raises(twins.TwinError, match=r"01_sums.ipynb cannot be written: Permission denied\.$"):
        _write(checkout, fresh=True)
    assert written.read_bytes() == typed
    monkeypatch.undo()
    (checkout / "file").touch()
    with pytest.raises(twins.TwinError, match="cannot be written: File exists"):
        twins.write(checkout / "notebooks", checkout / "file")


def test_every_notebook_of_the_lecture_has_a_twin(tmp_path):
    assert twins.write(ROOT / "notebooks", tmp_path) == []
    assert [file.stem for file in sorted(tmp_path.iterdir())] == [
        source.stem for source in notebooks.sources(ROOT / "notebooks")
    ]


def test_the_command_names_a_port_in_use_and_writes_nothing():
    before = sorted((ROOT / "live").iterdir()) if (ROOT / "live").exists() else None
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "lecture", "live", "--no-browser", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"lecture: port {port} is in use: end what runs there, or choose another with --port.\n"
    assert (sorted((ROOT / "live").iterdir()) if (ROOT / "live").exists() else None) == before
    wrong = subprocess.run(
        [sys.executable, "-m", "lecture", "live", "--port", "99999"], cwd=ROOT, capture_output=True, text=True
    )
    assert (wrong.returncode, wrong.stderr) == (1, "lecture: port must be a whole number from 1 to 65535, got 99999.\n")


# ------------------------------------------------------------------------------------------------- settings


def test_the_users_settings_are_copied_and_only_fonts_are_ours(tmp_path, monkeypatch):
    own = tmp_path / "own"
    (own / lab.THEMES).parent.mkdir(parents=True)
    (own / lab.THEMES).write_text(
        '{\n  // dark at night\n  "theme": "JupyterLab Dark",'
        ' "overrides": {"code-font-size": "9px", "code-font-family": "Mine"},\n}'
    )
    (own / "more.jupyterlab-settings").write_text("{}")
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(own))
    before = {file: file.read_bytes() for file in own.rglob("*") if file.is_file()}
    lab.copy_settings(tmp_path / "copy")
    settings = json.loads((tmp_path / "copy" / lab.THEMES).read_text())
    assert settings == {"theme": "JupyterLab Dark", "overrides": {"code-font-family": "Mine"} | lab.FONTS}
    assert (tmp_path / "copy" / "more.jupyterlab-settings").exists()
    assert {file: file.read_bytes() for file in own.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize("text", [None, "{ broken", "[]"])
def test_settings_that_are_missing_or_broken_do_not_stop_the_class(tmp_path, monkeypatch, text):
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", str(tmp_path / "own"))
    if text is not None:
        (tmp_path / "own" / lab.THEMES).parent.mkdir(parents=True)
        (tmp_path / "own" / lab.THEMES).write_text(text)
    lab.copy_settings(tmp_path / "copy")
    assert json.loads((tmp_path / "copy" / lab.THEMES).read_text()) == {"overrides": lab.FONTS}


# ------------------------------------------------------------------------------------------------- JupyterLab


@pytest.fixture
def start(checkout, written, tmp_path):
    """Start JupyterLab on the twins as the command does, with the given standard input: its process, log and port."""
    pytest.importorskip("jupyterlab")
    own = {f"JUPYTER_{name}_DIR": str(tmp_path / f".{name}") for name in ("CONFIG", "DATA", "RUNTIME")} | {
        "IPYTHONDIR": str(tmp_path / ".ipython")
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = f"Path({str(checkout)!r}), Path({str(written.parent)!r})"
    code = (
        "import sys; from pathlib import Path; from publishing.lab import open_lab;"
        f" sys.exit(open_lab({folders}, port={port}, browser=False))"
    )
    log = tmp_path / "lab.log"
    started = []

    def start(stdin):
        with open(log, "w") as stream:
            server = subprocess.Popen(
                [sys.executable, "-c", code],
                env=os.environ | own | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
                cwd=tmp_path,
                stdin=stdin,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
            )
        started.append(server)
        return server, log, port

    yield start
    for server in started:
        with suppress(ProcessLookupError):  # what a test that failed has left
            os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture
def running(start, tmp_path):
    """JupyterLab in a terminal: its address, with the token that it made. It ends by Ctrl-C, and a yes."""
    screen, terminal = pytest.importorskip("pty").openpty()
    server, log, port = start(terminal)
    os.close(terminal)
    yield _address(server, log, port)
    os.killpg(server.pid, signal.SIGINT)
    os.write(screen, b"y\n")
    assert _end(server, log, tmp_path) == 0, log.read_text()
    os.close(screen)


def _end(server, log, folder):
    """The exit status of JupyterLab, which was told to end, and which leaves no settings behind."""
    try:
        status = server.wait(60)
    except subprocess.TimeoutExpired:
        pytest.fail(f"JupyterLab did not end:\n{log.read_text()}")
    assert list(folder.glob("lecture-lab-*")) == []
    return status


def _address(server, log, port):
    for _ in range(240):
        found = re.search(rf"http://127\.0\.0\.1:{port}/lab\?token=(\w+)", log.read_text())
        if found:
            with (
                suppress(urllib.error.URLError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={found[1]}", timeout=10),
            ):  # it is told before it listens
                return f"http://127.0.0.1:{port}/lab/tree/01_sums.ipynb?token={found[1]}"
        assert server.poll() is None, log.read_text()
        time.sleep(0.25)
    pytest.fail(f"JupyterLab did not answer:\n{log.read_text()}")


def test_without_a_terminal_jupyterlab_ends_when_the_command_is_interrupted(start, tmp_path):
    server, log, port = start(subprocess.DEVNULL)
    address = _address(server, log, port)
    os.kill(server.pid, signal.SIGINT)  # the command alone: it has to pass the signal on
    assert _end(server, log, tmp_path) == 0, log.read_text()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address, timeout=10)


def test_in_jupyterlab_a_blank_is_typed_into_and_a_solution_unfolded_and_run(browser, running, written, tmp_path):
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    asked = []
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:"))
            or asked.append(request.url)
        ),
    )
    page.set_default_timeout(60_000)
    page.goto(running)
    page.locator("#jp-main-statusbar").get_by_text(
        "| Idle"
    ).wait_for()  # what is run before the kernel listens may be lost

    for text in (".jp-CodeCell .cm-line", ".jp-RenderedMarkdown p"):  # drawn anew while the page settles
        expect(page.locator(text).first).to_have_css("font-size", "20px")
    assert page.locator(".jp-Dialog").count() == 0

    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")  # the imports
    page.locator(".jp-CodeCell .jp-InputPrompt").first.get_by_text("[1]:").wait_for()
    blank, solution = page.locator(".jp-CodeCell").nth(1), page.locator(".jp-CodeCell").nth(2)
    lines = blank.locator(".cm-line")
    assert (
        lines.all_inner_texts()[:2] == ["# Add the numbers from 1 to 10.", "# What do you expect?"]
        and lines.last.inner_text().strip() == ""
    )
    assert solution.locator(".cm-content").count() == 0 or not solution.locator(".cm-content").is_visible()
    page.screenshot(path=tmp_path / "blank.png")
    blank.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("total = 7; print('mine:', total)")
    page.keyboard.press("Shift+Enter")
    text = blank.locator(".jp-OutputArea-output pre")
    text.wait_for()
    assert text.inner_text().strip() == "mine: 7"
    expect(text).to_have_css("font-size", "20px")
    solution.locator(".jp-InputPlaceholder, .jp-Placeholder").first.click()
    solution.locator(".cm-content").wait_for()
    assert "sum(range(1, 11))" in solution.locator(".cm-content").inner_text()
    solution.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    solution.locator(".jp-OutputArea-output pre").get_by_text("total: 55").wait_for()

    folded = page.locator(".jp-CodeCell").nth(4)  # runs without being unfolded
    page.locator(".jp-CodeCell").nth(3).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")  # its blank
    page.locator(".jp-CodeCell.jp-mod-active").nth(0).get_by_text(twins.HEADING).wait_for()
    page.keyboard.press("Shift+Enter")
    folded.locator(".jp-OutputArea-output pre").get_by_text("110 answer 42").wait_for()
    assert not folded.locator(".cm-content").count() or not folded.locator(".cm-content").is_visible()
    page.screenshot(path=tmp_path / "run.png")
    page.keyboard.press("Control+s")
    for _ in range(100):
        if "mine:" in written.read_text():
            break
        page.wait_for_timeout(100)
    assert "mine:" in written.read_text()
    assert page.locator(".Toastify__toast").count() == 0, "no question in front of a class"
    page.close()
    assert asked == []
