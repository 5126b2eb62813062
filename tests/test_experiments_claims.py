"""Claims of prose: the sentence follows from the numbers, by the judgement of the experiments."""

import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from lecture.experiments import Hypothesis, StoredRun, claim, decided
from lecture.words import minus

SENTENCES = dict(if_so="It helps.", if_not="It does not.", if_undecided="That is open.")
BY_WORD = dict(zip(("supported", "contradicted", "undecided"), SENTENCES.values()))


def _claim(values, **settings):
    return claim(values, "with minus without", **dict(smallest=0.1) | SENTENCES | settings)


@given(st.lists(st.floats(-1, 1), min_size=5, max_size=12), st.floats(0.01, 1), st.booleans())
def test_a_verdict_is_told_as_it_is(values, smallest, absent):
    verdict = Hypothesis("A title.", "with minus without", smallest, absent).judge(values)
    assert str(claim(verdict, **SENTENCES)) == str(_claim(values, smallest=smallest, absent=absent))


@given(st.lists(st.floats(-1, 1), min_size=5, max_size=12), st.floats(0.01, 1), st.booleans())
def test_the_sentence_is_that_of_the_hypothesis(values, smallest, absent):
    verdict = Hypothesis("It helps.", "with minus without", smallest, absent).judge(values)
    found = _claim(values, smallest=smallest, absent=absent)
    assert (found.word, found.sentence) == (verdict.word, BY_WORD[verdict.word])
    assert (found.mean, found.low, found.high, found.n) == (verdict.mean, verdict.low, verdict.high, len(values))


@pytest.mark.parametrize(("mean", "wrong"), [(0.1, "It does not."), (0.0999, "It helps.")])
def test_at_the_border_a_wrong_sentence_stands_there_in_two_or_three_cases_of_a_hundred(mean, wrong):
    rng = np.random.default_rng(5)
    sentences = [_claim(rng.normal(mean, 0.05, size=20)).sentence for _ in range(4000)]
    assert sentences.count(wrong) / 4000 == pytest.approx(0.025, abs=0.01)


def test_fields_are_filled_in_with_three_digits_or_as_asked():
    text = "{mean} ({low:+.2f} to {high:.0%}) in {n} runs"
    found = _claim([0.21234, 0.25678, 0.2, 0.25, 0.3], if_so=text, if_not=text, if_undecided=text)
    assert found.sentence == f"0.244 ({minus(f'{found.low:+.2f}')} to {found.high:.0%}) in 5 runs"


def test_a_logarithm_is_told_as_a_factor():
    text = "by a factor of {times}"
    told = dict(if_so=text, if_not=text, if_undecided=text)
    assert _claim([2.0] * 5, **told).sentence == "by a factor of 100"
    assert _claim(np.log10([2.0, 2.0, 4.0, 8.0, 8.0]), **told).sentence == "by a factor of 4"  # their geometric mean
    assert _claim([-1.0] * 5, **told).sentence == "by a factor of 0.1"
    assert _claim([1e4] * 5, **told).sentence == "by a factor of 10³⁰⁰"  # no logarithm: nobody asks for it


@pytest.mark.parametrize(
    ("values", "text", "shown"),
    [
        ([-0.2] * 5, "{mean:+.0%}", "−20%"),
        ([-0.001] * 5, "{mean:.0%}", "0%"),
        ([-0.25] * 5, "{mean}", "−0.25"),
    ],
)
def test_negative_numbers_have_a_minus_sign_not_a_hyphen(values, text, shown):
    found = _claim(values, if_so=text, if_not=text, if_undecided=text)
    assert found.sentence == shown


def test_the_numbers_that_decide_stand_behind_the_sentence():
    found = _claim([0.2, 0.2, 0.21, 0.22, 0.22])
    assert str(found) == (
        "It helps. (with minus without: 0.21, 95% interval 0.198 to 0.222, 5 runs; the claim is at least 0.1)"
    )
    assert str(_claim([0.0, 0.01] * 3, absent=True)).endswith("the claim is within ±0.1)")


def test_a_notebook_shows_the_sentence_as_markdown_and_the_quantity_as_it_is():
    found = claim([0.2] * 5, "w_1 * 2", smallest=0.1, **SENTENCES | {"if_so": "It *does* help."})
    shown, metadata = found._repr_markdown_()
    assert shown.startswith("It *does* help. <small>(w\\_1 \\* 2: 0.2") and shown.endswith(")</small>")
    assert metadata == {"claim": found.record()}
    assert found.record() == dict(
        quantity="w_1 * 2", smallest=0.1, absent=False, mean=0.2, low=0.2, high=0.2, n=5, word="supported"
    )


def _stored(**changed):
    record = _claim([0.01, 0.01, 0.02, 0.03, 0.03]).record() | changed
    return {record["quantity"]: StoredRun("With all images (full mode, 2026-11-29)", {record["quantity"]: record})}


def test_what_a_stored_run_says_of_the_claim_stands_beside_it():
    texts = {name: f"{text[:-1]}: {{mean:.2f}}." for name, text in SENTENCES.items()}
    found = _claim([0.2, 0.2, 0.21, 0.22, 0.22], stored=_stored(), **texts)
    assert (found.sentence, found.word) == ("It helps: 0.21.", "supported")
    assert (
        found.elsewhere
        == "With all images (full mode, 2026-11-29): It does not: 0.02. (0.02, 95% interval 0.00758 to 0.0324)"
    )
    assert found._repr_markdown_()[0].endswith(f")</small>\n\n<small>{found.elsewhere}</small>")
    alone = _claim([0.2, 0.2, 0.21, 0.22, 0.22], **texts)
    assert found._repr_markdown_()[0].startswith(alone._repr_markdown_()[0]) and found.record() == alone.record()


@pytest.mark.parametrize("changed", [dict(quantity="gain"), dict(smallest=0.2), dict(absent=True)])
def test_a_stored_run_that_claimed_something_else_is_silent(changed):
    assert _claim([0.2, 0.2, 0.21, 0.22, 0.22], stored=_stored(**changed)).elsewhere == ""


@pytest.mark.parametrize(
    ("values", "settings", "sentence"),
    [
        ([], {}, "an interval must come from one or more finite numbers"),
        ([0.1, np.nan], {}, "an interval must come from one or more finite numbers"),
        ([0.1] * 4, {}, "a claim must rest on 5 runs or more, got 4: fewer have no interval"),
        ([0.1], dict(smallest=0), "smallest must be above 0"),
        ([0.1], dict(smallest=-1), "smallest must be a number of at least 0, got -1"),
        ([0.1], dict(if_not=""), "if_not must be a sentence, got ''"),
        (
            [0.1],
            dict(if_so="{best}"),
            r"if_so may contain the fields {mean}, {low}, {high}, {n} and {times}: got {best}\.",
        ),
        ([0.1], dict(if_so="{}"), r"if_so may contain the fields .*: got {}\."),
        ([0.1], dict(if_undecided="{mean"), "if_undecided may contain the fields"),
        ([0.1], dict(if_undecided="{mean:y}"), "if_undecided may contain the fields"),
    ],
)
def test_bad_input_is_one_sentence(values, settings, sentence):
    with pytest.raises(ValueError, match=sentence) as error:
        _claim(values, **settings)
    assert str(error.value).endswith(".") and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("values", "settings", "sentence"),
    [
        ([0.1], dict(quantity="gain"), "values must come with quantity and smallest, got quantity"),
        ([0.1], {}, "values must come with quantity and smallest, got neither"),
        ("verdict", dict(smallest=0.2), "a verdict must stand alone, for it says what counts, got smallest"),
        ("verdict", dict(absent=True), "a verdict must stand alone, for it says what counts, got absent"),
    ],
)
def test_what_counts_is_said_once(values, settings, sentence):
    verdict = Hypothesis("It helps.", "gain", 0.1).judge([0.2, 0.3])
    with pytest.raises(ValueError, match=f"{sentence}\\.$"):
        claim(verdict if values == "verdict" else values, **SENTENCES | settings)


def test_notebooks_have_it():
    told = f"print(claim([0.2] * 5, 'gain', smallest=0.1, **{SENTENCES}))"
    code = f"from preamble import *; {told}"  # in a process of its own: the preamble sets a style for all that follows
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("It helps. (gain: 0.2,")


@pytest.mark.parametrize("right", ["a", "b", "c"])
def test_a_question_is_decided_by_the_one_choice_that_the_numbers_show(right):
    found = decided(**{letter: letter == right for letter in "abc"})
    assert found.right == right and str(found) == f"So {right} is right."
    assert found._repr_markdown_() == (f"So **{right}** is right.", {"decided": right})


def test_a_question_that_no_choice_fits_stays_open_and_two_right_choices_are_refused():
    found = decided(a=False, b=False, c=False)
    assert found._repr_markdown_() == (
        "These numbers do not decide between **a**, **b** and **c**.",
        {"decided": ""},
    )
    with pytest.raises(ValueError, match="at most one choice can be right, got a and c"):
        decided(a=True, b=False, c=True)
    with pytest.raises(ValueError, match="choices must be two or more, got a"):
        decided(a=True)
