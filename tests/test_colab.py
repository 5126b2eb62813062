"""The cell that sets up Colab: nothing elsewhere; on Colab a clone and what is missing (`make colab-test`)."""

import subprocess
import sys
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
from conftest import ROOT

from publishing import colab, notebooks

ADDRESS = "https://github.com/somebody/the-lecture"


@pytest.fixture
def on_colab(monkeypatch, tmp_path):
    """As if on Colab, in an empty folder: the commands that the cell gives, none of which runs."""
    given = []

    def run(command, **_):
        given.append(command)
        if "clone" in command:
            (tmp_path / "the-lecture").mkdir()
            (tmp_path / "the-lecture" / "preamble.py").touch()
        return SimpleNamespace(
            returncode=0, stdout="numpy==2.1.3\n" + "openml==0.15.1\n" * any("install" in it for it in given), stderr=""
        )

    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.chdir(tmp_path)
    return given


def _run(address):
    namespace = {}
    exec(colab.source(address), namespace)
    return namespace


def test_elsewhere_the_cell_does_nothing(monkeypatch, capsys):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("it gave a command"))
    for address in (ADDRESS, None):
        assert set(_run(address)) == {"__builtins__", "sys"}
    assert capsys.readouterr() == ("", "")


def test_on_colab_it_clones_once_and_installs_under_what_is_there(on_colab, tmp_path, capsys):
    _run(ADDRESS)
    clone, before, install, after = on_colab
    assert clone == ["git", "clone", "--quiet", "--depth", "1", ADDRESS, str(tmp_path / "the-lecture")]
    assert before[-2:] == after[-2:] == ["list", "--format=freeze"]
    assert install[-5:-1] == ["--quiet", "-r", str(tmp_path / "the-lecture" / "requirements_colab.txt"), "-c"]
    assert sys.path[0] == str(tmp_path / "the-lecture")
    assert (
        capsys.readouterr().out
        == f"The lecture is in {tmp_path / 'the-lecture'}. Installed: openml==0.15.1. Changed: nothing.\n"
    )
    _run(ADDRESS)
    assert sum("clone" in command for command in on_colab) == 1 and sys.path.count(str(tmp_path / "the-lecture")) == 1
    assert "Installed: nothing new." in capsys.readouterr().out


def test_without_an_address_it_says_so_on_colab(on_colab):
    with pytest.raises(
        RuntimeError, match=r"the address of its repository belongs in pyproject.toml, \[project.urls\] repository"
    ):
        _run(None)
    assert on_colab == []


def test_what_fails_is_told_with_its_reason(on_colab, monkeypatch):
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda *_, **__: SimpleNamespace(returncode=128, stdout="", stderr="fatal: no such repository\n"),
    )
    with pytest.raises(RuntimeError, match="git clone .* failed: fatal: no such repository"):
        _run(ADDRESS)


def test_every_notebook_starts_with_it_and_takes_the_address_from_one_place(tmp_path):
    for source in notebooks.sources(ROOT / "notebooks"):
        cells = notebooks.from_source(source).cells
        assert [cell.id for cell in cells if cell.cell_type == "code"].index("colab") == 0
        assert [cell.id for cell in cells].count("colab") == 1
    (tmp_path / "notebooks").mkdir()
    source = tmp_path / "notebooks" / "01_small.py"
    source.write_text("# %% [markdown]\n# # One\n\n# %%\n1 + 1\n")
    assert "repository = None" in notebooks.from_source(source).cells[1].source
    (tmp_path / "pyproject.toml").write_text(f'[project.urls]\nrepository = "{ADDRESS}"\n')
    made = notebooks.from_source(source)
    nbformat.validate(made)
    assert f'repository = "{ADDRESS}"' in made.cells[1].source
    assert made.cells[1].metadata == {
        "tags": ["colab", "remove-cell"],
        "jupyter": {"source_hidden": True},
        "cellView": "form",
    }
    source.write_text("# %% [markdown]\n# # Text alone\n")
    assert [cell.cell_type for cell in notebooks.from_source(source).cells] == ["markdown"]


def test_what_colab_lacks_is_part_of_what_all_of_it_needs():
    def lines(name):
        return {
            line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
        }

    assert lines("requirements_colab.txt") <= lines("requirements.txt")
    assert all(">=" in line and "<" not in line for line in lines("requirements_colab.txt")), "lower bounds only"
