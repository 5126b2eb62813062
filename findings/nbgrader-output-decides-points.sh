#!/usr/bin/env bash
# Guess: a test cell whose assertions hold earns all of its points; what it shows besides does not matter.
# Instead: a last line with a number is the number of points. A cell of 5 points that ends with `accuracy` earns .93;
# with the number of right answers, 93, the whole notebook is not graded (ValueError, in the log alone: status "failed",
# and the copy is removed). Anything on stderr, a mere warning, makes it 0. A text costs nothing.
# Seen with nbgrader 0.9.6. The documentation has partial credit; on warnings see pull request 1904 of nbgrader.
# Concerns: tests of notebooks with Keras, whose libraries warn on stderr on some machines and not on others. End test
# cells with an assertion, and import before them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile \
    nbgrader==0.9.6 ipykernel==7.4.0 nbformat==5.11.1 nbconvert==7.17.2
cd "$work"
export PATH="$work/venv/bin:$PATH" HOME="$work" # nbgrader calls alembic by its name
"$work/venv/bin/python" - <<'EOS'
import os

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

CELLS = {
    "silent": "assert 0.93 > 0.9",
    "text": "assert 0.93 > 0.9\n'passed'",
    "number": "accuracy = 0.93\nassert accuracy > 0.9\naccuracy",
    "warning": "import warnings\nwarnings.warn('an old name')\nassert 0.93 > 0.9",
}


def notebook(cells):
    graded = {"grade": True, "solution": False, "locked": True, "task": False, "points": 5, "schema_version": 3}
    made = [
        new_code_cell(source, id=name, metadata={"nbgrader": {"grade_id": name, **graded}})
        for name, source in cells.items()
    ]
    return new_notebook(cells=made, metadata={"kernelspec": {"name": "python3", "display_name": "Python"}})


def points(assignment, cells):
    """Whether grading succeeded, and the points of each cell."""
    for folder in (f"source/{assignment}", f"submitted/student/{assignment}"):
        os.makedirs(folder)
        nbformat.write(notebook(cells), f"{folder}/one.ipynb")
    api = NbGraderAPI()
    assert api.generate_assignment(assignment)["success"]
    success = api.autograde(assignment, "student")["success"]
    with Gradebook("sqlite:///gradebook.db") as book:
        grades = book.find_submission(assignment, "student").notebooks[0].grades
        return success, {grade.name: grade.auto_score for grade in grades}


first, second = points("first", CELLS), points("second", {"count": "93"})
print("points of 5:", first)
print("93 of 5:", second)
assert first == (True, {"silent": 5, "text": 5, "number": 0.93, "warning": 0})
assert second == (False, {"count": None})
print("as expected: output decides")
EOS
