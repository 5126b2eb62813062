"""What is said to any wrong answer: it is true, it is a sentence, and nothing a student answers stops the check."""

import ast

import numpy as np
import pytest
from conftest import ROOT
from wrong_answers_fresh import FRESH
from wrong_answers_fresh_later import FRESH_LATER
from wrong_answers_second import SECOND

from lecture.exercises import EXERCISES, Prediction, check
from lecture.exercises.arguments import misused
from lecture.exercises.compare import array, number
from lecture.exercises.feedback import General, Wrong
from lecture.exercises.related import is_simple, last_digit, moved_point
from lecture.exercises.repair import trained
from publishing import notebooks

ALL_FRESH = FRESH | FRESH_LATER
NOT_WRONG = ("kept-weights-0", "step-budget-2")  # the fault is as it was; the function returns nothing
VAGUE = ("too large.", "too small.", "entries differ.", "wanted for each?")
JUNK = [
    *("x", "79510", "", b"x", {}, {"A": 1}, [], (), [[1], [1, 2]], [1, "a"], [None], (None, None), object(), len, int),
    *(np.nan, np.inf, -np.inf, True, 1j, 10**400, 1e300, -1, 0, np.float32(0.1), np.int64(3), range(3), [-1], [10**6]),
    *(np.zeros(0), np.zeros((3, 0)), np.array("a"), np.array([1, 2]), np.eye(2), np.array(5), np.array([1, None])),
    *((1, 2), (0, 0), ("a", "b"), (1, 2, 3), (np.zeros(3), "a"), (np.eye(2), np.eye(2)), [(np.eye(2), np.eye(2))]),
    *([np.zeros(2), np.zeros((2, 3))], ([], []), ([], [], []), (np.array([], int),) * 3, (one for one in [1])),
]


def _cases(wrong):
    return [
        pytest.param(name, answer, id=f"{name}-{place}")
        for name, answers in wrong.items()
        for place, (answer, _) in enumerate(answers)
        if f"{name}-{place}" not in NOT_WRONG
    ]


def test_the_fresh_answers_are_to_all_exercises():
    assert set(ALL_FRESH) == set(SECOND) == set(EXERCISES)
    assert all(2 <= len(answers) <= 4 and all(why for _, why in answers) for answers in ALL_FRESH.values())


@pytest.mark.parametrize("name, answer", _cases(ALL_FRESH))
def test_a_fresh_wrong_answer_is_told_why(name, answer):
    found = check(name, answer)
    assert found.status == "wrong" and found.message.endswith((".", "?")) and not found.message.endswith(VAGUE)


@pytest.mark.parametrize("name, answer", _cases(SECOND))
def test_any_other_wrong_answer_is_refused_in_a_sentence(name, answer):
    found = check(name, answer)
    assert found.status == "wrong" and found.message.endswith((".", "?"))


@pytest.mark.parametrize("name", EXERCISES)
def test_no_answer_stops_the_check(name):
    forms = [lambda junk: junk, lambda junk: lambda *arguments: junk]
    if name.startswith("predict-"):
        forms += [lambda junk: Prediction(junk, lambda *data: (1, 2)), lambda junk: Prediction(1, lambda *data: junk)]
    for form in forms:
        for junk in JUNK:
            found = check(name, form(junk))
            assert found.status != "right" and found.message.endswith((".", "?"))


@pytest.mark.parametrize(
    "answer, wanted, word",
    [
        (-0.357, 0.3567, "sign"),
        (1 / 66, 66, "one over"),
        (66**2, 66, "square"),
        (0.5973, 0.35667, "root"),
        (0.6433, 0.35667, "one minus"),
        (132, 66, "twice"),
        (33, 66, "half"),
        (np.log(66), 66, "logarithm"),
        (0.15, 0.015, "decimal point"),
        (5.1e-12, 5.107e-6, "decimal point"),
        (0.05, 0.0505, "more digits"),
        (65, 66, "one counted"),
        (-3, 66, "positive"),
        ("66", 66, "quotes"),
        ([60, 6], 66, "a list whose sum"),
        (np.array([0.25, 0.5]), 0.375, "an array whose mean"),
        ([66], 66, "number in it"),
        ({}, 66, "a dictionary"),
    ],
)
def test_a_number_is_told_how_it_is_related_to_the_right_one(answer, wanted, word):
    with pytest.raises(Wrong, match=word):
        number(answer, wanted)


@pytest.mark.parametrize("answer, wanted", [(0.25, 0.5), (1, 2), (0.2, 0.10056), (1.0, 5.1e-6), (0.3, 0.10056)])
def test_chance_is_not_told_as_a_reason(answer, wanted):
    with pytest.raises(General, match="too (large|small)"):
        number(answer, wanted)


@pytest.mark.parametrize(
    "answer, known", [(0.357, True), (0.36, True), (0.35667, True), (0.3601234, False), (0.0, False)]
)
def test_a_known_mistake_is_recognized_by_the_digits_that_are_written(answer, known):
    with pytest.raises(Wrong, match="known" if known else "too"):
        number(answer, 0.8123, known=[(0.356674943938, "known")])


def test_a_tiny_number_is_not_near_another():
    with pytest.raises(General, match="too small"):
        number(1e-20, 5.1e-6, known=[(5.1e-16, "the losses")])


def test_a_share_outside_of_its_range_is_told_so():
    with pytest.raises(Wrong, match="between 0 and 1 is wanted"):
        number(3.3, 0.75, within=(0, 1))


RIGHT = np.array([[1.0, 2.0, 4.0], [7.0, 11.0, 16.0]])


@pytest.mark.parametrize(
    "answer, word",
    [
        (-RIGHT, "sign"),
        (1 / RIGHT, "one over"),
        (RIGHT**2, "square"),
        (np.exp(RIGHT), "exponent"),
        (3 * RIGHT, "same factor everywhere, 3:"),
        (RIGHT + 0.5, "off by the same number"),
        (RIGHT[::-1], "reverse"),
        (np.roll(RIGHT, 1, axis=1), "one place off"),
        (RIGHT.ravel()[[2, 0, 1, 5, 4, 3]].reshape(2, 3), "another order"),
        (RIGHT.T, "transposed"),
        (RIGHT.ravel(), "shape, \\(6,\\), is not"),
        (RIGHT.sum(axis=0), "sum over axis 0"),
        (RIGHT.mean(axis=1, keepdims=True), "mean over axis 1"),
        (RIGHT.mean(), "That is the mean"),
        (np.stack([RIGHT, 0 * RIGHT]), "sum of these over axis 0"),
        (RIGHT * [1, 1, 2], "Only column 2"),
        (RIGHT * [[1], [0]], "0 that should not be"),
        (5.0, "single number here"),
        (np.ones((4, 4)), "Which shape"),
    ],
)
def test_an_array_is_told_how_it_is_related_to_the_right_one(answer, word):
    with pytest.raises(Wrong, match=word):
        array(answer, RIGHT)


def test_entries_that_should_be_0_are_told_apart():
    right = np.array([[1.0, 0.0], [0.0, 4.0]])
    for answer, word in ((right + (right == 0), "What should be 0 is not"), (right[right > 0], "cut out")):
        with pytest.raises(Wrong, match=word):
            array(answer, right)
    with pytest.raises(Wrong, match="diagonal"):
        array(np.diag([1.0, 2.0, 3.0]) + np.eye(3, k=1), [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "answer, digit", [(0.357, 1e-3 / 0.357), (2e-5, 0.02), (5.107e-06, 1e-3 / 5.107), (66, 1 / 66)]
)
def test_the_last_digit_is_that_of_the_number_as_it_is_written(answer, digit):
    assert last_digit(answer) == pytest.approx(digit)
    assert last_digit(1 / 3) < 1e-14 and last_digit(0) == 0


def test_numbers_of_one_digit_row_are_the_same_but_for_the_point():
    assert moved_point(250.0, 0.25, 1e-9) and not moved_point(0.25, 0.25, 1e-9)
    assert not moved_point(-250.0, 0.25, 1e-9) and not moved_point(1.0, 0.0, 1e-9)
    assert is_simple(20) and is_simple(1 / 3) and not is_simple(21) and not is_simple(0.03)


def test_rules_that_a_single_case_would_not_tell_apart_are_told_apart():
    said = [
        check("update-step", lambda w, g, r: w * (1 - r * g)).message,
        check("update-step", lambda w, g, r: w - r).message,
    ]
    assert "not multiplied" in said[0] and "gradient is missing" in said[1]
    at_most = check("verdict", lambda low, high, s: np.where(low >= s, 1, np.where(high <= s, -1, 0)))
    assert at_most.status == "wrong" and "exactly the size" in at_most.message
    assert check("late-gradient", lambda *arguments: list(trained(*arguments))).status == "right"


def _less(a, b, c):
    return a - b + 0 * c


@pytest.mark.parametrize(
    "function, word",
    [
        (lambda a, b, c: b - a + 0 * c, "a and b swapped"),
        (lambda a, b, c: -b + 0 * c, "change alone: add it to a"),
        (lambda a, b, c: b + 0 * c, "Where is a"),
        (lambda *values: 0, None),
        (np.hypot, None),
        (lambda a, b, c: a * b * c, None),
        (lambda a, b, c: sum(x * b for x in (a, c)), None),  # b is used inside of a generator
    ],
)
def test_the_use_of_arguments_is_told(function, word):
    found = misused(function, lambda answer: answer(7, 3, 2) == _less(7, 3, 2))
    assert found is None if word is None else word in found


def test_arguments_that_need_not_be_used_are_not_missed():
    unused = misused(lambda a, b: 1, lambda answer: False, spare=(0, 1))
    assert unused is None and misused(lambda a, b: b - a, lambda answer: answer(3, 1) == 2, swaps=False) is None


def test_the_solutions_use_all_arguments_but_those_that_are_spare():
    for source in notebooks.sources(ROOT / "notebooks"):
        for cell in notebooks.from_source(source).cells:
            if cell.cell_type == "code" and "solution" in cell.metadata.get("tags", []):
                *body, last = ast.parse(cell.source).body
                spare = EXERCISES[last.value.args[0].value].spare
                for function in (node for node in body if isinstance(node, ast.FunctionDef)):
                    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
                    missed = [k for k, argument in enumerate(function.args.args) if argument.arg not in used]
                    assert missed == list(spare), cell.source
