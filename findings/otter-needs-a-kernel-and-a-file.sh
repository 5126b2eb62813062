#!/usr/bin/env bash
# Guess: pip install otter-grader brings all that it takes to grade a Python notebook, and `otter generate -o folder`
# writes the autograder into that folder, as `otter assign` does with its results.
# Instead: no kernel is installed along, and grading ends in NoSuchKernel: python3 (pip install ipykernel helps). And -o
# wants the name of a zip file; a folder that exists gives IsADirectoryError, from the attempt to remove it.
# Seen with otter-grader 7.0.0, on a machine without other kernels.
# Concerns: who grades a course's notebooks from a fresh environment or in a job of their own.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    otter-grader==7.0.0 nbformat==5.11.1 nbclient==0.11.0 jupyter_client==8.10.0
cd "$work"
HOME="$work" "$work/venv/bin/python" - <<'EOS'
import pathlib
import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

pathlib.Path("folder").mkdir()
pathlib.Path("tests").mkdir()
pathlib.Path("tests/q1.py").write_text(
    'OK_FORMAT = True\ntest = {"name": "q1", "points": 1, "suites": '
    '[{"type": "doctest", "cases": [{"code": ">>> x\\n1", "hidden": False}]}]}\n'
)
kernel = {"name": "python3", "display_name": "Python"}
nbformat.write(new_notebook(cells=[new_code_cell("x = 1")], metadata={"kernelspec": kernel}), "one.ipynb")


def last_line(*words):
    """The exit code and the last line of an otter command."""
    done = subprocess.run([sys.executable, "-m", "otter", *words], capture_output=True, text=True)
    last = (done.stdout + done.stderr).strip().split("\n")[-1]
    print("otter", *words, "->", done.returncode, last)
    return done.returncode, last


assert last_line("generate", "-o", "folder") == (1, "IsADirectoryError: [Errno 21] Is a directory: 'folder'")
assert last_line("generate", "-o", "autograder.zip")[0] == 0
code, last = last_line("run", "-a", "autograder.zip", "one.ipynb")
assert code == 1 and last.endswith("NoSuchKernel: No such kernel named python3")
print("as expected: a kernel and a file are wanted")
EOS
