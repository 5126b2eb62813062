"""Who may import whom: the table of the README's map, held against the imports in the files."""

import ast
import subprocess
import sys

import pytest
from conftest import ROOT

CORE = {
    "lecture.activations",
    "lecture.architecture",
    "lecture.network",
    "lecture.surfaces",
    "lecture.optimizers",
    "lecture.from_scratch",
    "lecture.checks",
    "lecture.reading",
    "lecture.shuffling",
}
KERAS = {"keras", "tensorflow"}

# room: what it may import beyond the standard library and itself; {"inside": …} only inside a function
MAY = {
    "checks": set(),
    "shuffling": {"numpy"},
    "activations": {"numpy"} | CORE,
    "architecture": {"numpy"} | CORE,
    "network": {"numpy"} | CORE,
    "reading": set(),
    "surfaces": {"numpy"} | CORE,
    "optimizers": {"numpy"} | CORE,
    "from_scratch": {"numpy"} | CORE,
    "data": {"numpy", "lecture.checks"},
    "device": {"numpy"} | CORE | KERAS,
    "models": {"numpy"} | CORE | KERAS,
    "replicas": {"numpy", "tqdm", "lecture.device"} | CORE | KERAS,
    "experiments": {"numpy", "pandas", "scipy", "sklearn", "threadpoolctl", "tqdm", "lecture.replicas"} | CORE | KERAS,
    "training": {"numpy", "keras", "sklearn", "tqdm", "matplotlib", "lecture.plots"} | CORE,
    "tuning": {
        "numpy",
        "grpc",
        "keras",
        "keras_tuner",
        "matplotlib",
        "pandas",
        "scikeras",
        "scipy",
        "sklearn",
        "tensorflow",
        "tqdm",
        "lecture.data",
        "lecture.device",
        "lecture.models",
        "lecture.plots",
        "lecture.training",
    }
    | CORE,
    "exercises": {"numpy"} | CORE,
    "plots": {"numpy", "contourpy", "matplotlib"} | CORE,
    "explore": {"numpy", "matplotlib", "PIL", "lecture.plots"} | CORE,
    "publish": {
        "jupytext",
        "markdown_it",
        "mdit_py_plugins",
        "nbclient",
        "nbformat",
        "pygments",
        "tqdm",
        "yaml",
        "lecture.checks",
    },
    "__main__": {"lecture"},
    "__init__": set(),
}
INSIDE = {
    "data": {"openml", "pandas", "keras", "tqdm"},
    "plots": {"sklearn", "threadpoolctl"},
    "training": {"IPython", "ipywidgets", "tensorflow"},
    "tuning": {"IPython"},
    "explore": {"ipywidgets", "IPython", "tqdm"},
    "publish": {"json5", "jupyter_core"},
    "__main__": {"lecture", "benchmarks", "matplotlib"},
}


def _room(path):
    return path.relative_to(ROOT / "lecture").parts[0].removesuffix(".py")


def _imports(tree):
    """Yield (name, whether it is inside a function) of all imports."""
    inside = {
        child
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from (
                (f"{node.module}.{alias.name}" if node.module == "lecture" else node.module, node in inside)
                for alias in node.names
            )


def _allowed(name, room, inside):
    known = MAY[room] | (INSIDE.get(room, set()) if inside else set()) | {f"lecture.{room}"}
    parts = name.split(".")
    return parts[0] in sys.stdlib_module_names or any(".".join(parts[:n]) in known for n in range(1, len(parts) + 1))


@pytest.mark.parametrize("path", sorted((ROOT / "lecture").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_each_file_imports_only_what_its_room_may(path):
    room = _room(path)
    assert room in MAY, f"{room} is a room that the table does not know"
    refused = [
        name
        for name, inside in _imports(ast.parse(path.read_text(encoding="utf-8")))
        if not _allowed(name, room, inside)
    ]
    assert not refused, f"{path.relative_to(ROOT)} (room {room}) may not import {refused}"


def test_the_table_refuses_what_it_should():
    assert not _allowed("keras", "plots", True)
    assert not _allowed("sklearn.datasets", "plots", False)
    assert _allowed("sklearn.datasets", "plots", True)
    assert not _allowed("lecture.plots.style", "network", False)
    assert not _allowed("lecture.plots", "publish", True)


def test_nothing_imports_the_preamble():
    for path in (ROOT / "lecture").rglob("*.py"):
        assert "preamble" not in {name for name, _ in _imports(ast.parse(path.read_text(encoding="utf-8")))}, path


def test_importing_the_package_loads_neither_tensorflow_nor_matplotlib():
    code = "import sys, lecture; print(sorted({'tensorflow', 'keras', 'matplotlib', 'numpy'} & set(sys.modules)))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


def test_the_preamble_loads_no_tensorflow_before_it_is_used():
    code = "import sys; from preamble import *; print('tensorflow' in sys.modules); keras.layers; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    assert done.stderr == ""
