"""Who may import whom: the table of the README's map, held against the imports in the files."""

import ast
import subprocess
import sys

import pytest
from conftest import ROOT

SMALL = {f"lecture.{name}" for name in ("checks", "files", "words", "shuffling", "tables")}
CORE = SMALL | {
    "lecture.activations",
    "lecture.architecture",
    "lecture.from_scratch",
    "lecture.graph_layout",
    "lecture.keras_graph",
    "lecture.network",
    "lecture.optimizers",
    "lecture.surfaces",
}
KERAS = {"keras", "tensorflow"}

# room: what it may import beyond the standard library and itself
MAY = {
    "checks": set(),
    "words": set(),
    "files": set(),
    "shuffling": {"numpy"},
    "intervals": {"numpy", "scipy", "lecture.checks"},
    "tables": set(),
    "activations": {"numpy"} | CORE,
    "architecture": {"numpy"} | CORE,
    "network": {"numpy"} | CORE,
    "graph_layout": set(),
    "keras_graph": {"lecture.checks", "lecture.words"},
    "surfaces": {"numpy"} | CORE,
    "optimizers": {"numpy"} | CORE,
    "from_scratch": {"numpy"} | CORE,
    "data": {"numpy"} | SMALL,
    "device": {"numpy"} | CORE | KERAS,
    "models": {"numpy"} | CORE | KERAS,
    "replicas": {"numpy", "tqdm", "lecture.device"} | CORE | KERAS,
    "landscape": {"numpy", "threadpoolctl", "lecture.device", "lecture.intervals", "lecture.replicas"} | CORE | KERAS,
    "experiments": {
        "numpy",
        "pandas",
        "scipy",
        "sklearn",
        "threadpoolctl",
        "tqdm",
        "lecture.data",
        "lecture.intervals",
        "lecture.landscape",
        "lecture.replicas",
    }
    | CORE
    | KERAS,
    "training": {
        "numpy",
        "keras",
        "sklearn",
        "tqdm",
        "matplotlib",
        "lecture.models",
        "lecture.plots",
        "lecture.replicas",
    }
    | CORE,
    "tuning": {"numpy", "grpc", "keras_tuner", "matplotlib", "pandas", "scipy", "sklearn", "tqdm"}
    | {"lecture.data", "lecture.device", "lecture.intervals", "lecture.models", "lecture.plots", "lecture.training"}
    | CORE
    | KERAS,
    "exercises": {"numpy"} | CORE,
    "plots": {"numpy", "contourpy", "matplotlib"} | CORE,
    "explore": {"numpy", "matplotlib", "PIL", "lecture.plots"} | CORE,
    "__main__": {"lecture"},
    "__init__": set(),
    "publishing": {"jupytext", "markdown_it", "mdit_py_plugins", "nbclient", "nbformat", "pygments", "tqdm", "yaml"}
    | {"lecture.device"}
    | SMALL,
    "preamble": {"lecture", "IPython", "matplotlib", "numpy", "keras", "tensorflow"},
    "benchmarks": {
        "lecture",
        "publishing",
        "benchmarks",
        "jax",
        "keras",
        "keras_tuner",
        "matplotlib",
        "mglearn",
        "numpy",
    }
    | {"IPython", "scikeras", "tensorflow", "tqdm"},
    "scripts": {"lecture", "publishing", "numpy", "nbclient", "nbformat", "jupyter_client", "keras"},
}
# … and only inside a function
INSIDE = {
    "exercises": {"lecture.data", "scipy"},
    "data": {"openml", "pandas", "keras", "PIL", "tqdm"},
    "from_scratch": {"threadpoolctl"},
    "plots": {"sklearn", "threadpoolctl"},
    "training": {"IPython", "ipywidgets", "tensorflow"},
    "tuning": {"IPython"},
    "explore": {"ipywidgets", "IPython", "tqdm"},
    "publishing": {"json5", "jupyter_core"},
    "benchmarks": {"playwright", "sklearn"},
    "__main__": {"lecture", "benchmarks", "matplotlib", "publishing"},
}
# The files of `plots` that every drawing may import; a folder beside them is a shelf, and shelves do not know each
# other.
GROUND = {"alt", "legends", "legible", "page", "pixels", "style", "text"}

FILES = sorted(
    [ROOT / "preamble.py"]
    + [file for folder in ("lecture", "publishing", "benchmarks", "scripts") for file in (ROOT / folder).rglob("*.py")]
)


def _room(path):
    parts = path.relative_to(ROOT).parts
    return (parts[1] if parts[0] == "lecture" else parts[0]).removesuffix(".py")


def _imports(tree):
    """Yield (name, whether it is inside a function) of all imports, each name in full."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    inside = {child for node in functions for child in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            yield from ((f"{node.module}.{alias.name}", node in inside) for alias in node.names)


def _names_in(path):
    return list(_imports(ast.parse(path.read_text(encoding="utf-8"))))


def _allowed(name, room, inside):
    known = MAY[room] | (INSIDE.get(room, set()) if inside else set()) | {f"lecture.{room}", room}
    parts = name.split(".")
    if parts[0] in sys.stdlib_module_names or parts[0] == "__future__":
        return True
    return any(".".join(parts[:n]) in known for n in range(1, len(parts) + 1))


def _shelf(name):
    """The shelf of a module of `plots`, given in full; None for the ground floor, the front and what is on its own."""
    parts = name.split(".")
    on_a_shelf = parts[:2] == ["lecture", "plots"] and (ROOT / "lecture" / "plots" / parts[2]).is_dir()
    return parts[2] if on_a_shelf else None


def _crosses(importer, name):
    """Whether a module of `plots` reaches past the ground floor, to another shelf or to a drawing on its own."""
    if not name.startswith("lecture.plots.") or name.split(".")[2] in GROUND:
        return False
    here = _shelf(importer)
    return _shelf(name) != here if here else name.split(".")[2] != importer.split(".")[2]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_file_imports_only_what_its_room_may(path):
    room = _room(path)
    assert room in MAY, f"{room} is a room that the table does not know"
    refused = [name for name, inside in _names_in(path) if not _allowed(name, room, inside)]
    assert not refused, f"{path.relative_to(ROOT)} (room {room}) may not import {refused}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_imports_a_private_name_of_another(path):
    ours = ("lecture.", "publishing.", "benchmarks.")
    private = [name for name, _ in _names_in(path) if name.startswith(ours) and name.split(".")[-1].startswith("_")]
    assert not [name for name in private if not name.endswith("__")], f"{path.relative_to(ROOT)} imports {private}"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "lecture" / "plots").rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_no_drawing_imports_a_drawing_of_another_shelf(path):
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    if path.name == "__init__.py":
        return  # the front hands on what all shelves have
    crossed = [name for name, _ in _names_in(path) if _crosses(module, name)]
    assert not crossed, f"{path.relative_to(ROOT)} may import {sorted(GROUND)} and its own shelf, not {crossed}"


def test_the_ground_floor_of_plots_imports_no_drawing():
    for name in GROUND:
        for imported, _ in _names_in(ROOT / "lecture" / "plots" / f"{name}.py"):
            assert not imported.startswith("lecture.plots.") or imported.split(".")[2] in GROUND, (name, imported)


def test_every_row_of_the_table_is_a_room():
    assert set(MAY) == {_room(path) for path in FILES}


def test_the_table_refuses_what_it_should():
    assert not _allowed("keras", "plots", True)
    assert not _allowed("sklearn.datasets", "plots", False)
    assert _allowed("sklearn.datasets", "plots", True)
    assert not _allowed("lecture.plots.style", "network", False)
    assert not _allowed("lecture.plots", "publishing", True)
    assert not _allowed("publishing.book", "explore", True)
    assert _crosses("lecture.plots.learning.arrays", "lecture.plots.networks.network.plot_network")
    assert _crosses("lecture.plots.optimizers", "lecture.plots.activations.plot_activation")
    assert not _crosses("lecture.plots.learning.arrays", "lecture.plots.style.COLORS")
    assert not _crosses("lecture.plots.networks.filters", "lecture.plots.networks.images.plot_images")


def test_a_file_can_be_read_in_one_sitting():
    folders = ("lecture", "publishing", "tests", "benchmarks", "scripts")
    for path in (path for folder in folders for path in (ROOT / folder).rglob("*.py")):
        n_lines = len(path.read_text(encoding="utf-8").splitlines())
        assert n_lines <= 460, f"{path.relative_to(ROOT)} has {n_lines} lines: part it by subject."


def test_nothing_imports_the_preamble():
    for path in FILES:
        assert "preamble" not in {name.split(".")[0] for name, _ in _names_in(path)}, path


def test_importing_the_package_loads_neither_tensorflow_nor_matplotlib():
    code = "import sys, lecture; print(sorted({'tensorflow', 'keras', 'matplotlib', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_preamble_loads_no_tensorflow_before_it_is_used():
    loaded = "print('tensorflow' in sys.modules)"
    code = f"import sys; from preamble import *; {loaded}; keras.layers; {loaded}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    assert done.stderr == ""
