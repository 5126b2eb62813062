"""An assignment from the exercises of the chapters, for nbgrader or Otter-Grader, and the solutions apart.

A student's answer is given by the cell of the book; below it stands a cell that is graded. That cell runs the same
check, so that nothing that is handed out holds an answer.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lecture.checks import one_of
from lecture.words import counted
from publishing.files import write_whole
from publishing.notebooks import FORM, KERNEL, SOLUTION, as_text, from_source, sources
from publishing.outline import by_section

GRADERS = ("nbgrader", "otter")
IMPORTS = {
    "np": "import numpy as np",
    "keras": "import keras",
    "exercises": "from lecture import exercises",
    "models": "from lecture import models",
    "plots": "from lecture import plots",
}
NBGRADER_CONFIG = """c = get_config()  # noqa: F821 - nbgrader defines it

# A cell that trains takes longer than the 30 seconds after which nbgrader stops by default.
c.ExecutePreprocessor.timeout = 300
"""
NEXT = {
    "nbgrader": "Next, in {folder}: nbgrader generate_assignment exercises; hand out release/, never solutions/.",
    "otter": "Next: hand out the folders in {folder}/assignment; otter generate, in one of them, makes its autograder.",
}
TO_SECTION = re.compile(r"\[([^\]]+)\]\(#[^)]*\)")  # a link to a section that the hand-out does not have


class AssignmentError(RuntimeError):
    """An assignment could not be written: the sentence says why."""


@dataclass(frozen=True)
class Item:
    """One exercise of a chapter.

    Attributes
    ----------
    name : str
        Key in ``lecture.exercises.EXERCISES``.
    chapter : str
        Stem of the notebook's source.
    before : tuple of notebook cells
        What stands above the answer: the question, and figures.
    answer : str
        The cell that a student completes.
    solution : str
        The cell that solves it.
    """

    name: str
    chapter: str
    before: tuple
    answer: str
    solution: str

    @property
    def checked(self) -> str:
        """The expression that is checked, such as ``n_parameters``."""
        return ast.unparse(_check(self.answer).args[1])

    @property
    def solved(self) -> str:
        """The solution as a student would hand it in, under the names that the graded cell checks."""
        given = ast.unparse(_check(self.solution).args[1])
        if given == self.checked or not self.checked.isidentifier():
            return self.solution
        above = self.solution.splitlines()[: ast.parse(self.solution).body[-1].lineno - 1]
        return "\n".join([*above, f"{self.checked} = {given}", f"exercises.check({self.name!r}, {self.checked})"])


def items(folder: Path, chapters: Sequence[str] = ()) -> list[Item]:
    """Return the exercises of chapters, in the order of the book.

    Parameters
    ----------
    folder : pathlib.Path
        The folder with the notebooks' sources.
    chapters : sequence of str
        Numbers or names of notebooks, such as ``"01"`` or ``"01_neural_networks"``; all if there is none.

    Returns
    -------
    list of Item

    Raises
    ------
    ValueError
        If there is no such chapter.
    """
    stems = {source.stem: source for source in sources(folder)}
    numbers = {stem[:2]: stem for stem in stems}
    wanted = {numbers.get(name.zfill(2), name) for name in chapters}
    for name in wanted:
        one_of(name, [*numbers, *stems], "chapter")
    return [item for stem, source in stems.items() if not wanted or stem in wanted for item in _items(source)]


def _items(source) -> Iterator[Item]:
    """The exercises of one notebook: what stands before an answer belongs to it."""
    before, answer = [], ""
    for anchor, _, cell in by_section(from_source(source)):
        tags = cell.metadata.get("tags", [])
        if not anchor.startswith("exercises-"):
            before = []
        elif cell.cell_type == "code" and SOLUTION in tags:
            name = _check(answer).args[0].value
            yield Item(name, source.stem, tuple(before), answer, cell.source.removeprefix(f"{FORM}\n"))
            before = []
        elif cell.cell_type == "code" and "exercise" in tags:
            answer = cell.source
        elif cell.cell_type == "code" or "exercise" in tags:
            before.append(cell)


def _check(source):
    """The call of ``exercises.check`` that a cell ends with."""
    return ast.parse(source).body[-1].value


def export(found: Sequence[Item], folder: Path, *, grader: str = "nbgrader", points: dict[str, int]) -> list[Path]:
    """Write an assignment with one notebook for each chapter, and the solutions apart.

    Parameters
    ----------
    found : sequence of Item
        The exercises.
    folder : pathlib.Path
        Where it goes: into ``source/exercises`` for nbgrader, or a folder of each chapter's in ``assignment`` for
        Otter-Grader; the solutions into ``solutions``.
    grader : {"nbgrader", "otter"}
        Which program grades it.
    points : dict of str to int
        Points of each exercise, by name.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    ValueError
        If there is no such grader.
    AssignmentError
        If the folder has other files in it, or takes none; then nothing is written.
    """
    one_of(grader, GRADERS, "grader")
    by_chapter = {}
    for item in found:
        by_chapter.setdefault(item.chapter, []).append(item)
    written = {}
    for chapter, its in by_chapter.items():
        written[Path("solutions") / f"{chapter}.ipynb"] = as_text(_notebook(chapter, its, points, solved=True))
        written |= (_for_nbgrader if grader == "nbgrader" else _for_otter)(chapter, its, points)
    if grader == "nbgrader":
        written[Path("nbgrader_config.py")] = NBGRADER_CONFIG
    _refuse_other_files(folder, written)
    try:
        for file, text in written.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            write_whole(folder / file, text)
    except OSError as error:
        raise AssignmentError(f"{folder} cannot be written: {error.strerror or error}.") from error
    return [folder / file for file in written]


def _refuse_other_files(folder, written):
    if folder.is_file():
        raise AssignmentError(f"{folder} is a file: name a folder.")
    others = sorted(
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and file.relative_to(folder) not in written
    )
    if others:
        raise AssignmentError(f"{folder} has other files in it, such as {others[0]}: name a new folder.")


def _for_nbgrader(chapter, its, points):
    """The source of nbgrader's assignment: questions and graded cells are locked."""
    notebook = _notebook(chapter, its, points)
    for cell in notebook.cells:
        kind, name = cell.metadata.pop("lecture", (None, None))
        if kind == "graded":
            cell.metadata["nbgrader"] = _locked(name) | {"grade": True, "points": points[name]}
        elif kind == "question":
            cell.metadata["nbgrader"] = _locked(f"{name}-question")
    return {Path("source") / "exercises" / f"{chapter}.ipynb": as_text(notebook)}


def _locked(grade_id):
    """The metadata of a cell that nbgrader restores before it grades, by its schema 3."""
    return {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": False,
        "solution": False,
        "locked": True,
        "task": False,
    }


def _for_otter(chapter, its, points):
    """Otter-Grader's notebook and its tests, each in the file of its exercise."""
    folder = Path("assignment") / chapter
    notebook = _notebook(chapter, its, points)
    for cell in notebook.cells:
        kind, name = cell.metadata.pop("lecture", (None, None))
        if kind == "graded":
            cell.source = f'grader.check("{name}")'
            cell.metadata["deletable"] = cell.metadata["editable"] = False
    start = f'import otter\n\ngrader = otter.Notebook("{chapter}.ipynb")'
    notebook.cells.insert(0, new_code_cell(start, id="otter", metadata={"deletable": False, "editable": False}))
    tests = {folder / "tests" / f"{item.name}.py": _otter_test(item, points[item.name]) for item in its}
    return {folder / f"{chapter}.ipynb": as_text(notebook)} | tests


def _otter_test(item, points):
    """A file of Otter-Grader's: a doctest that the answer is right."""
    case = f">>> exercises.check({item.name!r}, {item.checked}).status\n'right'"
    suite = {"cases": [{"code": case, "hidden": False, "locked": False}], "scored": True, "type": "doctest"}
    test = {"name": item.name, "points": points, "suites": [suite | {"setup": "", "teardown": ""}]}
    return f"OK_FORMAT = True\n\ntest = {test!r}\n"


def _notebook(chapter, its, points, *, solved=False) -> Any:
    """A chapter's exercises as a notebook; cells that graders know have what they are in their metadata."""
    title = f"# {'Solutions' if solved else 'Exercises'}: {chapter[3:].replace('_', ' ')}"
    said = f"{len(its)} exercises, {sum(points[item.name] for item in its)} points."
    cells = [new_markdown_cell(f"{title}\n\n{said}", id="title"), new_code_cell(_imports(its), id="imports")]
    for item in its:
        for number, cell in enumerate(item.before):
            new = new_markdown_cell if cell.cell_type == "markdown" else new_code_cell
            above = new(TO_SECTION.sub(r"\1", cell.source), id=f"{item.name}-{number}")
            if cell.cell_type == "markdown" and not solved:
                above.metadata["lecture"] = ("question", item.name)
            cells.append(above)
        cells.append(new_code_cell(item.solved if solved else item.answer, id=f"{item.name}-answer"))
        if not solved:
            graded = new_code_cell(_graded(item, points[item.name]), id=f"{item.name}-graded")
            graded.metadata["lecture"] = ("graded", item.name)
            cells.append(graded)
    notebook = new_notebook(cells=cells, metadata=nbformat.from_dict({"kernelspec": KERNEL}))
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def _imports(its):
    """What the cells of a chapter use, as its first cell."""
    used = {node.id for source in _code(its) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return "\n".join(line for name, line in IMPORTS.items() if name in used)


def _code(its):
    """All code of the exercises."""
    for item in its:
        yield from (item.answer, item.solution)
        yield from (cell.source for cell in item.before if cell.cell_type == "code")


def _graded(item, points):
    """The cell that gives the points: it raises an exception unless the answer is right."""
    return (
        f"# {counted(points, 'point')}\n"
        f"found = exercises.check({item.name!r}, {item.checked})\n"
        'assert found.status == "right", found.message'
    )
