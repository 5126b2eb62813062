#!/usr/bin/env bash
# Guess: a picture in a Markdown cell comes along into a book, whether as ![](figure.png) or as
# <img src="figure.png" width="300">, which JupyterLab shows alike.
# Instead: the tag is passed through as text. The file is not copied, the page shows a broken image, and the build says
# nothing. A progress bar drawn with "\r" fares no better: each of its states is an output of its own, one below the
# other.
# Seen with myst-nb 1.4.0, Sphinx 7.4.7. myst_enable_extensions = ["html_image"] brings the picture.
# Concerns: notebooks that set the width of their pictures.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    myst-nb==1.4.0 sphinx==7.4.7 myst-parser==4.0.1 ipykernel==7.4.0 nbformat==5.11.1 nbclient==0.11.0
cd "$work"
HOME="$work" "$work/venv/bin/python" - <<'EOS'
import base64
import pathlib
import re
import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
BAR = """import sys, time
for step in range(1, 6):
    sys.stdout.write(f"\\rstep {step} of 5")
    sys.stdout.flush()
    time.sleep(0.5)"""
TEXT = '# Title\n\n![first](first.png)\n\n<img src="second.png" width="300">'


def build(name, extensions):
    """Pictures of the book, states of the bar on its page, and what the build complained of."""
    folder = pathlib.Path(name)
    folder.mkdir()
    for picture in ("first.png", "second.png"):
        (folder / picture).write_bytes(base64.b64decode(PIXEL))
    kernel = {"name": "python3", "display_name": "Python"}
    cells = [new_markdown_cell(TEXT), new_code_cell(BAR)]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "index.ipynb")
    settings = f"extensions = ['myst_nb']\nnb_execution_mode = 'force'\nmyst_enable_extensions = {extensions}\n"
    (folder / "conf.py").write_text(settings)
    done = subprocess.run([sys.executable, "-m", "sphinx", "-q", name, f"{name}/html"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pictures = sorted(path.name for path in (folder / "html/_images").iterdir())
    states = re.findall(r"step \d of 5", (folder / "html/index.html").read_text())
    return pictures, states, "second.png" in done.stderr


plain, with_extension = build("plain", []), build("extended", ["html_image"])
print("pictures:", plain[0], "with html_image:", with_extension[0], "states of the bar:", plain[1])
assert plain[0] == ["first.png"] and not plain[2] and with_extension[0] == ["first.png", "second.png"]
assert len(plain[1]) > 1
print("as expected: the second picture is lost, the bar is there several times")
EOS
