"""Exercises: the notebooks' solutions pass, wrong answers get a hint, and no hint gives the answer away."""

import ast
import importlib
import itertools
import re
from collections import Counter

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from wrong_answers import ANSWERS, WRONG
from wrong_answers_levels import WRONG_LEVELS
from wrong_answers_students import STUDENTS

from lecture.exercises import EXERCISES, Feedback, Prediction, check, curves
from lecture.exercises.compare import array, number
from lecture.exercises.counts import usual_counts
from lecture.exercises.feedback import Wrong
from lecture.exercises.practice_training import STOPPING_CASES, stopping_epoch, wrong_stops
from lecture.exercises.registry import call, exercise
from lecture.exercises.repair import trained
from lecture.optimizers import Momentum, descend
from lecture.surfaces import BEALE
from publishing import notebooks

WRONG = WRONG | WRONG_LEVELS
MARK = re.compile(r"^### Exercise: .*?(?: \((read|repair|design)\))?$", re.MULTILINE)


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
    for name in WRONG
    for number, (answer, word) in enumerate([*WRONG[name], *STUDENTS.get(name, [])])
]
VAGUE = re.compile(r"too (large|small)\.$|entries differ\.$")  # what is said where no mistake is recognized


def test_every_exercise_stands_in_one_notebook_with_its_solution_and_has_wrong_answers():
    names = [name for name, _, _ in ASKED]
    assert sorted(names) == sorted(EXERCISES) == sorted(WRONG)
    assert [(name, book) for name, book, _ in ASKED] == [(name, book) for name, book, _ in SOLVED]
    assert all(len(wrong) >= 2 for wrong in WRONG.values())


def test_each_part_has_three_to_twelve():
    for source in notebooks.sources(ROOT / "notebooks"):
        counts, anchor = {}, ""
        for cell in notebooks.from_source(source).cells:
            anchor = cell.metadata.get("anchor", anchor)
            if "exercise" in cell.metadata.get("tags", []) and cell.cell_type == "code":
                counts[anchor] = counts.get(anchor, 0) + 1
        assert counts and all(
            anchor.startswith("exercises-") and 3 <= count <= 12 for anchor, count in counts.items()
        ), counts


def _levels(source):
    """The level of each exercise of a notebook, as its title marks it, by the name that its cell checks."""
    marked, level = {}, None
    for cell in notebooks.from_source(source).cells:
        if cell.cell_type == "markdown" and (title := MARK.search(cell.source)):
            level = title[1] or "count"
        elif "exercise" in cell.metadata.get("tags", []) and cell.cell_type == "code":
            marked[ast.parse(cell.source).body[-1].value.args[0].value] = level
    return marked


def test_titles_mark_the_level_and_the_first_chapters_have_two_of_each():
    for source in notebooks.sources(ROOT / "notebooks"):
        levels = _levels(source)
        assert {name: EXERCISES[name].level for name in levels} == levels
        if source.stem[:2] in ("01", "02"):
            count = Counter(levels.values())
            assert count["read"] + count["repair"] >= 2 and count["design"] >= 2 and count["count"] >= 2, count


def test_higher_levels_give_more_points():
    assert [EXERCISES[name].points for name in ("counting-weights", "when-to-stop", "late-gradient")] == [1, 2, 2]
    assert EXERCISES["parameter-budget"].points == 4


def test_a_fault_that_was_not_repaired_is_not_wrong_but_unanswered():
    found = check("late-gradient", lambda *arguments: trained(*arguments, "late"))
    assert found.status == "unanswered" and "Not repaired yet" in found.message


def test_a_prediction_comes_before_the_measurement():
    def measure():
        raise AssertionError("measured too early")

    assert check("predict-momentum", Prediction(..., measure)).status == "unanswered"
    for guess, word in ((9, "Well predicted"), (2, "surprise")):
        found = check("predict-momentum", Prediction(guess, lambda: (987, 108)))
        assert found.status == "right" and f"You predicted {guess}; measured: 987 steps against 108" in found.message
        assert word in found.message


def test_two_accuracies_that_are_equal_by_chance_are_measured_again():
    measured = iter([(0.8, 0.8), (0.81, 0.79)])
    assert check("predict-noisy-labels", Prediction(0.7, lambda *_: next(measured))).status == "right"


def test_every_epoch_at_which_the_loss_is_nearly_lowest_is_right():
    losses = curves("stop")[""]["val_loss"]
    for epoch, loss in enumerate(losses, start=1):
        assert check("when-to-stop", epoch).status == ("right" if loss <= min(losses) + 0.015 else "wrong")


def test_the_recorded_curves_show_what_the_exercises_say():
    fits, rates = curves("fits"), curves("rates")
    assert fits["A"]["val_loss"][-1] > 1.2 * min(fits["A"]["val_loss"]) and fits["A"]["loss"][-1] < 0.2
    assert min(fits["B"]["loss"]) > 1 and abs(fits["B"]["loss"][-1] - fits["B"]["val_loss"][-1]) < 0.02
    assert fits["C"]["val_loss"][-1] == min(fits["C"]["val_loss"]) < min(fits["A"]["val_loss"])
    after_five = [rates[label]["loss"][4] for label in "CAB"]  # the order of the rates in scripts/record_curves.py
    assert after_five == sorted(after_five, reverse=True)


def test_an_unknown_recording_is_refused():
    with pytest.raises(ValueError, match="name must be one of .*stop.*, got 'start'"):
        curves("start")


def _run(source):
    """What the check at the end of a cell says."""
    from lecture import exercises

    *body, last = ast.parse(source).body
    names = {"np": np, "exercises": exercises}
    if re.search(r"\b(keras|models)\b", source):
        names |= {"keras": pytest.importorskip("keras"), "models": importlib.import_module("lecture.models")}
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


def test_nearly_all_wrong_answers_of_students_are_told_why():
    said = [check(name, answer).message for name, wrong in STUDENTS.items() for answer, _ in wrong]
    vague = [message for message in said if VAGUE.search(message)]
    assert len(said) >= 250 and len(vague) <= 0.05 * len(said), vague


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
    with pytest.raises(Wrong, match="too large|too small|Very close|whole number"):
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


def test_no_wrong_rule_of_stopping_is_the_right_one():
    right = [stopping_epoch(*case) for case in STOPPING_CASES]
    for rule in zip(*(wrong_stops(*case) for case in STOPPING_CASES)):
        assert [epoch for epoch, _ in rule] != right, rule[0][1]


@pytest.mark.parametrize("sizes", [[784, 100, 10], [784, 256, 32, 10], [3, 2], [5, 1]])
def test_no_usual_wrong_count_is_the_right_one(sizes):
    right = sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(sizes))
    counts = [count for count, _ in usual_counts(sizes)]
    assert right not in counts and len(set(counts)) == len(counts) and min(counts) > 0


@pytest.mark.parametrize(
    "what, verb",
    [("The labels", "have"), ("The softmax of large logits", "has"), ("The loss", "has"), ("The new weights", "have")],
)
def test_a_message_agrees_in_number(what, verb):
    with pytest.raises(Wrong, match=f"^{what} {verb} the right shape"):
        array([1.0, 3.0], [1.0, 2.0], what=what)
    with pytest.raises(Wrong, match=f"^{what} {verb} the shape"):
        array([1.0], [1.0, 2.0], what=what)


def test_zeros_are_not_called_scaled():
    with pytest.raises(Wrong, match="entries differ"):
        array([[0.0, 1.0], [1.0, 0.0]], np.eye(2)[[1, 1]], what="The rows")
    with pytest.raises(Wrong, match="0 everywhere"):
        array(np.zeros(3), np.ones(3))
    with pytest.raises(Wrong, match="same factor"):
        array([0.0, 3.0, 6.0], [0.0, 1.0, 2.0])


@pytest.mark.parametrize(
    "function, arguments, word",
    [
        (lambda a, b: a @ b, [np.ones((5, 3)), np.ones((5, 2))], "here 3 meets 5"),
        (lambda a, b: np.dot(a, b), [np.ones((5, 3)), np.ones((5, 2))], r"\(5,3\) and \(5,2\) do not fit"),
        (lambda a, b: a + b, [np.ones(4), np.ones(25)], "cannot be combined entry by entry"),
        (lambda a: a @ a, [np.ones((5, 3))], "your function got an array of shape"),
        (lambda a: a.nothing, [3], "AttributeError"),
        (lambda a: 1 / 0, [3], "ZeroDivisionError: division by zero.$"),
    ],
)
def test_an_exception_is_told_in_one_sentence(function, arguments, word):
    with pytest.raises(Wrong, match=word) as found:
        call(function, *arguments)
    assert "gufunc" not in str(found.value)


def test_an_error_is_an_answer_to_a_question_about_a_shape():
    for answer in (None, "error", "it is an error", ValueError):
        assert check("product-shape", answer).status == "right"
        assert check("broadcast-shape", answer).status == "wrong"
    for name in ("product-shape", "broadcast-shape"):
        assert check(name, ...).status == "unanswered"
    assert check("counting-weights", None).status == "unanswered"


@pytest.mark.parametrize("axis", [0, None])
def test_one_mean_and_a_mean_for_each_pixel_are_both_right(axis):
    def standardized(*both):
        return [(X - both[0].mean(axis=axis)) / both[0].std(axis=axis) for X in both]

    assert check("standardize", standardized).status == "right"


def test_feedback_begins_with_a_sign_and_is_safe_in_html():
    feedback = Feedback("wrong", "a < b & <script>")
    assert str(feedback) == repr(feedback) == "✗ a < b & <script>"
    html = feedback._repr_html_()
    assert "✗" in html and "<script>" not in html and "a &lt; b" in html


def test_no_exercise_takes_the_name_of_another():
    with pytest.raises(ValueError, match="counting-weights is the name of another exercise already"):
        exercise("counting-weights", "Right.")(lambda answer: None)
