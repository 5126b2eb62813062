"""Try the notebooks as on Colab, with its versions, first cell and widgets: ``make colab-test``.

Needs PyPI, about 3 GB and some minutes. What is tried is what is committed. Each notebook is opened from a clone; its
first cell clones it again, from that one, and installs what is missing. Then every cell runs in short mode on the
sample, and every live explorer is moved by code.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from publishing import colab

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = Path(__file__).with_name("colab_versions.txt")

# Run last, in the notebook's own kernel: each control of each live explorer goes to another value and back.
MOVE = """
def _moves(box):
    import ipywidgets
    *inputs, picture, problem = box.children
    inputs = [it.children[0] if isinstance(it, ipywidgets.HBox) else it for it in inputs]
    seen = set()
    for it in inputs:
        start = it.value if isinstance(it, ipywidgets.Checkbox) else it.index
        other = not start if isinstance(it, ipywidgets.Checkbox) else (start + 1) % len(it.options)
        for value in (other, start):
            setattr(it, "value" if isinstance(it, ipywidgets.Checkbox) else "index", value)
            assert not problem.value, problem.value
            seen.add(picture.value)
    return len(seen) > 1

def _explorers():
    import ipywidgets
    return [it for it in Out.values() if isinstance(it, ipywidgets.VBox)]

_moved = [_moves(it) for it in _explorers()]
_stuck = [n for n, moved in enumerate(_moved) if not moved]
assert not _stuck, f"explorers {_stuck} of this notebook did not change their picture"
import ipywidgets, IPython
print(f"{len(_moved)} live explorers moved, ipywidgets {ipywidgets.__version__}, IPython {IPython.__version__}")
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "notebooks", nargs="*", help="names or their beginnings, such as 01; all of them if none is named"
    )
    parser.add_argument("--python", default="python3.13", help="the interpreter that the environment is made with")
    parser.add_argument(
        "--folder",
        type=Path,
        default=ROOT / "_build" / "colab",
        help="where all of it goes; an environment that is there is used again",
    )
    options = parser.parse_args()
    folder = options.folder.resolve()
    python = environment(folder, options.python)
    clone = fresh_clone(folder)
    chosen = [
        file
        for file in sorted(clone.glob("notebooks/*.ipynb"))
        if not options.notebooks or file.name.startswith(tuple(options.notebooks))
    ]
    if not chosen:
        sys.exit(f"no notebook is called {' or '.join(options.notebooks)}.")
    sys.exit(1 if [file for file in chosen if not succeeds(file, python, folder, clone)] else 0)


def environment(folder, interpreter):
    """Return the Python of an environment with Colab's versions and nothing more: what an earlier try added goes."""
    python = folder / "env" / "bin" / "python"
    frozen = folder / "as-on-colab.txt"
    if not python.exists():
        if "Python 3.13." not in version_of(interpreter):
            sys.exit(
                f"Python 3.13 is wanted, and {interpreter} is not one that runs here:"
                " say which with make colab-test PYTHON313=/path/to/python3.13"
            )
        print(f"Installing Colab's versions into {folder}: about 3 GB.", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([interpreter, "-m", "venv", folder / "env"], check=True)
    elif frozen.exists():
        added = {line.split("==")[0] for line in installed(python) - set(frozen.read_text().split())}
        if added:
            subprocess.run([python, "-I", "-m", "pip", "uninstall", "--quiet", "--yes", *added], check=True)
    subprocess.run([python, "-I", "-m", "pip", "install", "--quiet", "-r", VERSIONS], check=True)
    frozen.write_text("\n".join(sorted(installed(python))) + "\n")
    return python


def version_of(interpreter):
    """Return what an interpreter says of itself; empty where there is none."""
    try:
        return subprocess.run([interpreter, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return ""


def installed(python):
    """Return ``name==version`` of everything that an environment holds."""
    return set(
        subprocess.run(
            [python, "-I", "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True
        ).stdout.split()
    )


def fresh_clone(folder):
    """Return a clone of what is committed here."""
    clone = folder / "repository" / "lecture"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", ROOT.as_uri(), clone], check=True)
    return clone


def succeeds(file, python, folder, clone):
    """Run a notebook as a student on Colab would; say how it went."""
    content = folder / "content"
    shutil.rmtree(content, ignore_errors=True)
    content.mkdir()
    before, start = installed(python), time.perf_counter()
    notebook = nbformat.read(file, as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    if first.source != colab.source(None) and "github.com" not in first.source:
        sys.exit(f"the first code cell of {file.name} is not the one that sets up Colab: make notebooks, and commit.")
    first.source = colab.source(clone.as_uri())
    notebook.cells.append(nbformat.v4.new_code_cell(MOVE))
    client = NotebookClient(
        notebook, timeout=3600, resources={"metadata": {"path": str(content)}}, km=kernel(python, folder)
    )
    try:
        asyncio.run(client.async_execute(env=kernel_environment(folder)))
    except CellExecutionError as error:
        print(f"{file.name}: FAILED, {error.ename}: {error.evalue} (with its outputs: {folder / file.name})")
        return False
    finally:
        nbformat.write(notebook, folder / file.name)
    after = installed(python)
    print(f"{file.name}: {written(first)}", flush=True)
    for cell in notebook.cells:
        if (said := written(cell, "stderr")) and "%|" not in said:  # a progress bar is no complaint
            print(f"{file.name}: {cell.id} says: {said.splitlines()[0]}")
    if gone := before - after:
        print(f"{file.name}: FAILED, the first cell changed what was there: {', '.join(sorted(gone))}")
        return False
    print(
        f"{file.name}: all cells ran in {time.perf_counter() - start:.0f} s; {written(notebook.cells[-1])}", flush=True
    )
    return True


def written(cell, stream="stdout"):
    """Return what a cell wrote to a stream."""
    return "".join(
        output.text for output in cell.get("outputs", []) if output.output_type == "stream" and output.name == stream
    ).strip()


def kernel(python, folder):
    """Return the manager of a kernel in the environment."""
    spec = folder / "kernels" / "colab" / "kernel.json"
    spec.parent.mkdir(parents=True, exist_ok=True)
    spec.write_text(
        json.dumps(
            {
                "argv": [str(python), "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                "display_name": "Colab",
                "language": "python",
            }
        )
    )
    return AsyncKernelManager(
        kernel_name="colab", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(folder / "kernels")])
    )


def kernel_environment(folder):
    """Return a kernel's variables: the sample, short mode, and a `google.colab` that is imported at the start."""
    fake = folder / "fake"
    (fake / "google" / "colab").mkdir(parents=True, exist_ok=True)
    (fake / "google" / "colab" / "__init__.py").touch()
    (fake / "sitecustomize.py").write_text("import google.colab\n")
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("LECTURE_", "PYTHON", "MPL"))
    }
    return inherited | {"PYTHONPATH": str(fake), "LECTURE_DATA": "sample", "LECTURE_MODE": "short"}


if __name__ == "__main__":
    main()
