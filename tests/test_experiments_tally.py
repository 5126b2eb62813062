"""The verdicts of results: one by the name of its hypothesis, and all of several experiments together."""

import re
from types import SimpleNamespace

import pytest
from conftest import ROOT

from lecture.experiments import Hypothesis, Result, get, stationary_points, tally, trajectories, verdict_table

CLAIM, NO_EFFECT = Hypothesis("It helps.", "gain", 0.1), Hypothesis("It does nothing.", "gain", 0.1, absent=True)


def result(question, verdicts):
    told = dict(title="Does it?", preset="short", protocol="None.", seeds=(0, 1), sweeps=(), compared=(), seconds=1.0)
    return Result(question=question, verdicts=tuple(verdicts), **told)


def test_a_verdict_is_found_by_the_name_of_its_hypothesis():
    judged = {name: getattr(trajectories, name).judge([n, n]) for n, name in enumerate(("OUTWARDS", "MORE", "DRIFT"))}
    found = result("trajectories", judged.values())
    assert {name: found.verdict(name) for name in judged} == judged


def test_of_several_hypotheses_of_one_name_the_one_that_is_meant_is_found():
    judged = {task: asked.judge([0.5, 0.5]) for task, asked in stationary_points.RISES.items()}
    found = result("stationary_points", judged.values())
    assert len(judged) > 1 and {task: found.verdict("RISES", task) for task in judged} == judged


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("MORE",), "trajectories must have a verdict on MORE in this run, got none"),
        (("NOT_A_NAME",), "trajectories must have a verdict on NOT_A_NAME in this run, got none"),
    ],
)
def test_a_verdict_that_is_not_there_is_missed_in_a_sentence(asked, sentence):
    found = result("trajectories", [trajectories.OUTWARDS.judge([0.1, 0.2])])
    with pytest.raises(ValueError, match=f"^{sentence}\\.$"):
        found.verdict(*asked)


def test_a_verdict_of_several_needs_to_know_which():
    found = result("stationary_points", [asked.judge([0.5, 0.5]) for asked in stationary_points.RISES.values()])
    for which in (None, "another task"):
        with pytest.raises(ValueError, match="must have a verdict on RISES"):
            found.verdict("RISES", which)


def test_every_verdict_that_a_chapter_asks_for_is_one_of_its_experiment():
    asked = 0
    for path in sorted((ROOT / "notebooks").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        runs = dict(re.findall(r"^(\w+) = experiments\.(\w+)\.run\(", text, flags=re.MULTILINE))
        for variable, name in re.findall(r"\b(\w+)\.verdict\(\s*\"([A-Z_]+)\"", text):
            assert hasattr(get(runs[variable]), name), f"{path.name}: {runs[variable]} has no hypothesis {name}"
            asked += 1
    assert asked > 40


ANSWERS = (
    SimpleNamespace(verdicts=[CLAIM.judge([0.2] * 5), CLAIM.judge([0.0] * 5)]),
    SimpleNamespace(verdicts=[NO_EFFECT.judge([0.0] * 5), CLAIM.judge([0.3])]),
)


def test_verdicts_of_several_experiments_are_counted_together():
    assert tally(ANSWERS) == "4 claims: 2 supported (50%), 1 contradicted (25%) and 1 undecided (25%)."
    assert tally(ANSWERS[:1]) == "2 claims: 1 supported (50%), 1 contradicted (50%) and 0 undecided (0%)."
    with pytest.raises(ValueError, match="must have a verdict at least, got none"):
        tally([SimpleNamespace(verdicts=[])])


def test_the_table_has_every_claim_in_its_order_and_no_interval_of_a_single_run():
    rows = verdict_table(ANSWERS).to_numpy().tolist()
    assert rows == [
        ["It helps.", "0.2 (0.2 to 0.2)", "supported"],
        ["It helps.", "0 (0 to 0)", "contradicted"],
        ["It does nothing.", "0 (0 to 0)", "supported"],
        ["It helps.", "0.3 (1 run)", "undecided"],
    ]
