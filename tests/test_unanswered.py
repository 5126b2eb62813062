"""Exercises in the book: a check that nobody can answer there says how to answer it, and no other output is touched."""

import nbformat
import pytest

from lecture.exercises import check
from publishing import address, unanswered


def _cell(feedback, tags=("exercise",)):
    data = {"text/plain": repr(feedback), "text/html": feedback._repr_html_()}
    outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=1)]
    return nbformat.v4.new_code_cell("", metadata={"tags": list(tags)}, outputs=outputs)


def _said(*cells, repository=None):
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    unanswered.say_how(notebook, "01_neural_networks", repository)
    nbformat.validate(notebook)
    return [cell.outputs[0]["data"]["text/html"] for cell in notebook.cells]


def test_an_unanswered_exercise_says_how_to_answer_it():
    (said,) = _said(_cell(check("counting-weights", ...)))
    assert "make live" in said and "Not answered" not in said and "href" not in said


def test_only_the_first_of_a_page_says_that_the_page_does_not_run():
    first, *others = _said(*[_cell(check("counting-weights", ...)) for _ in range(3)])
    assert "does not run" in first
    assert ["does not run" in said for said in others] == [False, False]
    assert all("make live" in said for said in others)


def test_a_fault_that_is_still_there_counts_as_unanswered():
    def kept(weights, train_one_epoch, patience):
        for _ in range(6):
            train_one_epoch(weights)
        return weights

    assert "make live" in _said(_cell(check("kept-weights", kept)))[0]


def test_a_repository_gives_a_link_to_colab():
    for said in _said(*[_cell(check("counting-weights", ...)) for _ in range(2)], repository="https://github.com/a/b"):
        assert f'href="{address.COLAB}/github/a/b/blob/main/notebooks/01_neural_networks.ipynb"' in said


@pytest.mark.parametrize("answer, tags", [(79_510, ["exercise"]), (1, ["exercise"]), (..., ["solution"])])
def test_what_was_answered_and_other_cells_stay(answer, tags):
    feedback = check("counting-weights", answer)
    assert _said(_cell(feedback, tags)) == [feedback._repr_html_()]
