"""Assignments: every exercise is asked and graded, no hand-out has a solution, and solutions get all points."""

import ast
import json
import re

import nbformat
import numpy as np
import pytest
from conftest import ROOT

from lecture.__main__ import main
from lecture.exercises import EXERCISES
from publishing import assignment

ITEMS = assignment.items(ROOT / "notebooks")
POINTS = {item.name: EXERCISES[item.name].points for item in ITEMS}
HAND_OUT = {"nbgrader": "source", "otter": "assignment"}


@pytest.fixture(scope="module", params=assignment.GRADERS)
def exported(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param) / "new"
    assignment.export(ITEMS, folder, grader=request.param, points=POINTS)
    return request.param, folder


def _notebooks(folder):
    return {file.stem: nbformat.read(file, as_version=4) for file in sorted(folder.rglob("*.ipynb"))}


def _lines(code):
    """The lines of code that say something, without their indent."""
    return {line.strip() for line in code.splitlines() if len(line.strip()) > 12 and not line.startswith("#")}


def test_every_exercise_is_there_once():
    assert sorted(item.name for item in ITEMS) == sorted(EXERCISES)
    assert all(item.before and item.before[0].source.startswith("### Exercise: ") for item in ITEMS)


def test_the_notebooks_are_valid_and_no_id_comes_twice(exported):
    for notebook in _notebooks(exported[1]).values():
        nbformat.validate(notebook)
        ids = [cell.id for cell in notebook.cells]
        assert len(set(ids)) == len(ids) and all(len(each) <= 64 for each in ids)


def test_no_solution_is_handed_out(exported):
    grader, folder = exported
    text = "\n".join(
        "\n".join(cell.source for cell in nbformat.read(file, as_version=4).cells)
        if file.suffix == ".ipynb"
        else file.read_text(encoding="utf-8")
        for file in (folder / HAND_OUT[grader]).rglob("*")
        if file.is_file()
    )
    assert "Solution" not in text
    for item in ITEMS:
        asked = "\n".join([item.answer, *(cell.source for cell in item.before)])
        shared = {line for other in ITEMS for line in _lines(other.answer)}  # another exercise asks with it
        given_away = {line for line in _lines(item.solution) - shared if line in text and line not in asked}
        assert not given_away, item.name
        assert item.solved not in text


def test_a_graded_cell_of_nbgrader_has_its_schema_and_points(exported):
    grader, folder = exported
    if grader != "nbgrader":
        return
    points, grade_ids = {}, []
    for notebook in _notebooks(folder / "source").values():
        for cell in notebook.cells:
            if settings := cell.metadata.get("nbgrader"):
                assert settings["schema_version"] == 3 and settings["locked"] and not settings["solution"]
                assert re.fullmatch(r"[a-zA-Z0-9_\-]+", settings["grade_id"])
                grade_ids.append(settings["grade_id"])
                if settings["grade"]:
                    points[settings["grade_id"]] = settings["points"]
    assert points == POINTS and len(set(grade_ids)) == len(grade_ids)
    schema = pytest.importorskip("nbgrader.nbgraderformat")  # the real one, where it is installed
    for file in (folder / "source").rglob("*.ipynb"):
        schema.read(file, as_version=4)


def test_a_test_of_otter_is_a_doctest_of_the_answer(exported):
    grader, folder = exported
    if grader != "otter":
        return
    found = {}
    for file in folder.rglob("tests/*.py"):
        names = {}
        exec(file.read_text(encoding="utf-8"), names)
        found[file.stem] = names["test"]
        assert names["OK_FORMAT"] and names["test"]["name"] == file.stem
    assert {name: test["points"] for name, test in found.items()} == POINTS
    for notebook in _notebooks(folder / "assignment").values():
        assert notebook.cells[0].source.startswith("import otter")


def _run(notebook, replaced):
    """The names of graded cells that pass, with the answers of ``replaced`` in the place of a notebook's own."""
    names, passed = {}, []
    for cell in notebook.cells:
        source = replaced.get(cell.id, cell.source)
        if cell.cell_type != "code" or "keras" in source or "plots." in source:
            continue
        code = "\n".join(line for line in source.splitlines() if not line.startswith("import keras"))
        try:
            exec(compile(ast.parse(code), cell.id, "exec"), names)
        except (AssertionError, NameError):
            assert cell.id.endswith("-graded")
        else:
            passed += [cell.id.removesuffix("-graded")] if cell.id.endswith("-graded") else []
    return passed


@pytest.mark.parametrize("chapter", ["03_tuning", "05_landscape", "06_from_scratch"])
def test_the_solutions_get_all_points_and_the_hand_out_none(chapter, tmp_path):
    found = assignment.items(ROOT / "notebooks", [chapter])
    assignment.export(found, tmp_path / "new", points=POINTS)
    asked = _notebooks(tmp_path / "new" / "source")[chapter]
    solved = {cell.id: cell.source for cell in _notebooks(tmp_path / "new" / "solutions")[chapter].cells}
    easy = [item.name for item in found if "keras" not in item.solution and "models" not in item.solution]
    with np.errstate(all="ignore"):
        passed = _run(asked, {key: source for key, source in solved.items() if key.endswith("-answer")})
        assert set(easy) <= set(passed)
        assert _run(asked, {}) == []


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "grades.csv").write_text("ada, 3\n")
    with pytest.raises(
        assignment.AssignmentError, match="has other files in it, such as grades.csv: name a new folder"
    ):
        assignment.export(ITEMS[:2], tmp_path, points=POINTS)
    assert [file.name for file in tmp_path.iterdir()] == ["grades.csv"]


def test_the_same_export_may_be_written_again(tmp_path):
    for _ in range(2):
        files = assignment.export(ITEMS[:2], tmp_path / "new", points=POINTS)
    assert all(json.loads(file.read_text()) for file in files if file.suffix == ".ipynb")


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--chapter", "9"], r"chapter must be one of 01, .*, got '9'\."),
        (["--export", "new", "--for", "canvas"], r"grader must be one of nbgrader, otter, got 'canvas'\."),
        (["--export", str(ROOT / "README.md")], r"is a file: name a folder\."),
    ],
)
def test_the_command_refuses_in_one_sentence(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["exercises", *arguments]) == 1
    said = capsys.readouterr().err
    assert re.search(sentence, said) and said.count("\n") == 1 and not list(tmp_path.iterdir())


def test_the_command_lists_and_exports(capsys, tmp_path):
    assert main(["exercises", "--chapter", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(re.fullmatch(r"03  grid-fits +count +1 point", line) for line in lines)
    assert main(["exercises", "--chapter", "03", "--export", str(tmp_path / "new")]) == 0
    assert "solutions apart" in capsys.readouterr().out
    assert (tmp_path / "new" / "source" / "exercises" / "03_tuning.ipynb").exists()
