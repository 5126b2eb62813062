"""Exercises: the notebooks' solutions pass, wrong answers get a hint, and no hint gives the answer away."""

import ast

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from wrong_answers import ANSWERS, WRONG

from lecture.exercises import EXERCISES, Feedback, check
from lecture.exercises.compare import number
from lecture.exercises.feedback import Wrong
from lecture.exercises.practice_training import stopping_epoch
from lecture.optimizers import Momentum, descend
from lecture.surfaces import BEALE
from publishing import notebooks


def _cells(tag):
    """The (exercise, notebook, source) of every code cell with a tag."""
    for source in notebooks.sources(ROOT / "notebooks"):
        for cell in notebooks.from_source(source).cells:
            if cell.cell_type == "code" and tag in cell.metadata.get("tags", []):
                call = ast.parse(cell.source).body[-1].value
                assert ast.unparse(call.func) == "exercises.check", cell.source
                yield call.args[0].value, source.stem, cell.source


ASKED, SOLVED = list(_cells("exercise")), list(_cells("solution"))

CASES = [
    pytest.param(name, answer, word, id=f"{name}-{number}")
    for name, wrong in WRONG.items()
    for number, (answer, word) in enumerate(wrong)
]


def test_every_exercise_stands_in_one_notebook_with_its_solution_and_has_wrong_answers():
    names = [name for name, _, _ in ASKED]
    assert sorted(names) == sorted(EXERCISES) == sorted(WRONG)
    assert [(name, book) for name, book, _ in ASKED] == [(name, book) for name, book, _ in SOLVED]
    assert all(len(wrong) >= 2 for wrong in WRONG.values())


def test_each_part_has_three_to_eight():
    for source in notebooks.sources(ROOT / "notebooks"):
        counts, anchor = {}, ""
        for cell in notebooks.from_source(source).cells:
            anchor = cell.metadata.get("anchor", anchor)
            if "exercise" in cell.metadata.get("tags", []) and cell.cell_type == "code":
                counts[anchor] = counts.get(anchor, 0) + 1
        assert counts and all(
            anchor.startswith("exercises-") and 3 <= count <= 8 for anchor, count in counts.items()
        ), counts


def _run(source):
    """What the check at the end of a cell says."""
    from lecture import exercises

    *body, last = ast.parse(source).body
    names = {"np": np, "exercises": exercises}
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@pytest.mark.parametrize("name, book, source", ASKED, ids=[name for name, _, _ in ASKED])
def test_an_unanswered_exercise_says_so(name, book, source):
    assert _run(source).status == "unanswered"


@pytest.mark.parametrize("name, book, source", SOLVED, ids=[name for name, _, _ in SOLVED])
def test_the_solution_is_right(name, book, source):
    feedback = _run(source)
    assert feedback.status == "right" and feedback.message.startswith("Right. "), str(feedback)


@pytest.mark.parametrize("name, answer, word", CASES)
def test_a_wrong_answer_is_told_what_is_wrong_and_not_the_answer(name, answer, word):
    feedback = check(name, answer)
    assert feedback.status == "wrong"
    assert feedback.message.startswith("Not yet. ") and feedback.message.endswith((".", "?"))
    assert word in feedback.message
    if name in ANSWERS:
        digits = feedback.message.replace(",", "").replace(" ", "")
        assert ANSWERS[name].replace(" ", "") not in digits


@pytest.mark.parametrize("name", WRONG)
def test_mistakes_of_different_kinds_are_told_different_things(name):
    assert len({check(name, answer).message for answer, _ in WRONG[name]}) >= 2


THIRD = np.float32(1 / 3)  # off by 1e-8, as what Keras computes


@pytest.mark.parametrize("answer", [THIRD, float(THIRD), np.array(THIRD), np.nextafter(THIRD, 1, dtype=np.float32)])
def test_the_rounding_of_float32_is_accepted(answer):
    number(answer, 1 / 3)


@pytest.mark.parametrize(
    "answer, wanted",
    [
        (1 / 3 + 1e-8, 1 / 3),  # in float64
        (np.float32(1 / 3 + 1e-5), 1 / 3),  # more than rounding
        (np.float32(669_707), 669_706),  # a count
        (np.float32(669_705.5), 669_706),
    ],
)
def test_other_differences_are_wrong(answer, wanted):
    with pytest.raises(Wrong, match="too large|too small"):
        number(answer, wanted)


def test_a_mistake_in_float32_gets_its_hint():
    with pytest.raises(Wrong, match="in percent"):
        number(np.float32(100 / 3), 1 / 3, known=[(100 / 3, "That is in percent.")])


def test_an_unknown_exercise_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="exercise must be one of .*counting-weights.*, got 'counting'"):
        check("counting", 1)


def test_a_students_function_cannot_change_what_it_is_checked_against():
    def sly(w, gradient, learning_rate):
        w[:], gradient[:] = 0, 0
        return w

    for _ in range(2):
        assert check("update-step", sly).status == "wrong"
    assert check("update-step", lambda w, g, r: w - r * g).status == "right"


@given(st.lists(st.integers(0, 9).map(lambda n: n / 10), min_size=1, max_size=12), st.integers(1, 4))
def test_stopping_is_that_of_keras(losses, patience):
    keras = pytest.importorskip("keras")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
    model = keras.Sequential()
    model.stop_training = False
    stop.set_model(model)
    stop.on_train_begin()
    for epoch, loss in enumerate(losses):
        stop.on_epoch_end(epoch, {"val_loss": loss})
        if model.stop_training:
            break
    assert stopping_epoch(losses, patience) == epoch + 1


def test_the_step_of_momentum_is_the_rules():
    path = descend(Momentum(0.001, 0.9), BEALE, steps=2)
    velocity, gradient = path[1] - path[0], np.array(BEALE.gradient(*path[1]))
    assert np.allclose(path[1] + 0.9 * velocity - 0.001 * gradient, path[2], atol=1e-12)


def test_feedback_begins_with_a_sign_and_is_safe_in_html():
    feedback = Feedback("wrong", "a < b & <script>")
    assert str(feedback) == repr(feedback) == "✗ a < b & <script>"
    html = feedback._repr_html_()
    assert "✗" in html and "<script>" not in html and "a &lt; b" in html
