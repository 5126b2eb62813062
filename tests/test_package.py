"""The package as others install it: what is in the wheel, and that drawings need NumPy and Matplotlib alone."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

import lecture

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
REQUIRED = {
    *PROJECT["project"]["dependencies"],
    *(line for name, extra in EXTRAS.items() if name != "all" for line in extra),
    *(line for group in PROJECT["dependency-groups"].values() for line in group),
}

DRAW = """
import importlib
import pkgutil
import sys
from pathlib import Path

import matplotlib
matplotlib.use("Agg")

import lecture
alone = {"activations", "checks", "data", "exercises", "explore", "from_scratch", "network", "optimizers", "plots"}
alone |= {"surfaces"}
for module in pkgutil.walk_packages(lecture.__path__, "lecture."):
    if module.name.split(".")[1] in alone:
        importlib.import_module(module.name)

from lecture.data import load_fashion_mnist
from lecture.explore import Paths, explore
from lecture.network import layout
from lecture.optimizers import SGD, Adam, descend
from lecture.plots import plot_activation, plot_network, plot_surface
from lecture.surfaces import BEALE

net = layout([4, 3, 1], bias=True, output="sigmoid")
plot_network(net, labels="functions", counts=True).figure.savefig("net.png")
plot_activation("tanh", derivative=True).figure.savefig("activation.svg")

surface = plot_surface(BEALE)
def draw_descent(steps=20, rate=0.01):
    return Paths(surface, {"SGD": descend(SGD(rate), steps=steps), "Adam": descend(Adam(rate), steps=steps)})
page = explore(draw_descent, live=False, steps=(0, 30), rate=[0.001, 0.01])
assert "lecture-explorer" in page.html
def draw_net(n_layers=2):
    return plot_network(layout([5, *[4] * n_layers, 2]))
assert "lecture-explorer" in explore(draw_net, live=False, n_layers=(0, 3)).html

print(load_fashion_mnist("sample", validation=0).X_train.shape)
print(all(Path(name).stat().st_size > 1000 for name in ("net.png", "activation.svg")))
print(sorted({"tensorflow", "keras", "sklearn", "IPython", "ipywidgets", "tqdm"} & set(sys.modules)))
print(Path(sys.modules["lecture"].__file__).parent)
"""


def _run(*command, **options):
    return subprocess.run([*map(str, command)], capture_output=True, text=True, **options)


def _must(done):
    """What a command printed; a test skips where packages cannot be fetched, but never in CI."""
    if (
        done.returncode
        and re.search(
            "No matching distribution|NewConnectionError|Could not fetch|connection broken", done.stdout + done.stderr
        )
        and not os.environ.get("CI")
    ):
        pytest.skip("no package registry can be reached")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _environment(folder, *packages):
    """A new environment with these packages only; returns its Python."""
    _must(_run(sys.executable, "-m", "venv", folder))
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    _must(_run(python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *packages, env=_clean()))
    return python


def _clean():
    """Nothing of this checkout or of the user reaches the other environments."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LECTURE_", "MPL"))}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A source archive of the checkout, and a wheel made from nothing but that archive."""
    folder = tmp_path_factory.mktemp("built")
    listed = _run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=ROOT)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / "checkout" / name)
    python = _environment(folder / "builder", *PROJECT["build-system"]["requires"])
    backend = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"
    _must(_run(python, "-c", backend, "build_sdist", folder, cwd=folder / "checkout", env=_clean()))
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    _must(_run(python, "-c", backend, "build_wheel", folder, cwd=unpacked, env=_clean()))
    (wheel,) = folder.glob("*.whl")
    return archive, wheel


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """The Python of an environment that holds the wheel, NumPy, Matplotlib and what these two need."""
    return _environment(tmp_path_factory.mktemp("empty") / "env", built[1], "-c", ROOT / "constraints.txt")


def test_the_wheel_holds_every_module_asset_and_image_and_nothing_else(built):
    archive, wheel = built
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
        metadata = opened.read(next(name for name in opened.namelist() if name.endswith("METADATA"))).decode()
    here = {
        str(file.relative_to(ROOT).as_posix())
        for file in (ROOT / "lecture").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert names == here
    assert {"lecture/data/sample/train-images-idx3-ubyte.gz", "lecture/explore/assets/explorer.js"} <= names
    assert "lecture/py.typed" in names
    assert (
        wheel.name.startswith(f"lecture-{lecture.__version__}-py3-none-any")
        and archive.name == f"lecture-{lecture.__version__}.tar.gz"
    )
    assert f"Version: {lecture.__version__}\n" in metadata
    assert {*re.findall(r"^Provides-Extra: (\w+)$", metadata, re.MULTILINE)} == set(EXTRAS)
    assert wheel.stat().st_size < 12e6


def test_drawings_work_with_numpy_and_matplotlib_alone(installed, tmp_path):
    out = _must(
        _run(installed, "-c", DRAW, cwd=tmp_path, env=_clean() | {"LECTURE_CACHE": str(tmp_path / "cache")})
    ).splitlines()
    assert out[:3] == ["(8000, 784)", "True", "[]"]
    assert ROOT not in Path(out[3]).parents and "site-packages" in out[3]
    listed = _must(_run(installed, "-m", "pip", "list", "--format=freeze", env=_clean())).lower()
    assert not re.search("^(tensorflow|keras|scikit-learn|ipython|jupyter|tqdm|pandas)", listed, re.MULTILINE)


def test_the_command_line_says_what_it_lacks(installed, tmp_path):
    def told(*arguments):
        done = _run(
            installed,
            "-m",
            "lecture",
            *arguments,
            cwd=tmp_path,
            env=_clean() | {"LECTURE_CACHE": str(tmp_path / "cache")},
        )
        return done.returncode, done.stdout, done.stderr

    status, out, _ = told("--help")
    assert status == 0 and "book" in out and "live" in out
    assert told("--version") == (0, f"{lecture.__version__}\n", "")
    status, out, _ = told("data", "--source", "sample")
    assert status == 0 and out.startswith("Fashion-MNIST, 10,000 images from the embedded sample")
    for command in ("book", "live", "notebooks"):
        status, out, said = told(command)
        assert (
            (status, out) == (1, "")
            and said.startswith("lecture: this needs the project's checkout, with its notebooks;")
            and said.count("\n") == 1
        )
    status, out, said = told("check")
    assert status == 1 and said.count("\n") == 1 and "pip install 'lecture[train]'" in said


def test_requirements_are_the_extras_and_groups_of_the_package():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == REQUIRED
    assert EXTRAS["all"] == [f"lecture[{','.join(name for name in EXTRAS if name != 'all')}]"]


def test_constraints_hold_each_requirement_at_a_version_that_it_allows():
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    pairs = [
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    held = {canonicalize_name(name): version for name, version in pairs}
    for line in REQUIRED:
        requirement = Requirement(line)
        assert held[canonicalize_name(requirement.name)] in requirement.specifier, line


def _yaml(name):
    return pytest.importorskip("yaml").safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_a_commit_is_formatted_by_the_version_that_checks_it():
    ruff, _ = _yaml(".pre-commit-config.yaml")["repos"]
    assert f"ruff=={ruff['rev'].removeprefix('v')}\n" in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_the_version_that_is_cited_is_that_of_the_package():
    cited = _yaml("CITATION.cff")
    assert (cited["cff-version"], cited["type"], cited["title"]) == ("1.2.0", "software", "Neural networks, running")
    assert cited["version"] == lecture.__version__
    assert cited["message"] and all(author.get("family-names") or author.get("name") for author in cited["authors"])


def test_the_changes_begin_with_what_is_not_released_and_name_the_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[?([^\]\n]+?)\]?(?: - \d{4}-\d\d-\d\d)?$", text, re.MULTILINE)
    assert headings[0] == "Unreleased" and lecture.__version__ in headings
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
