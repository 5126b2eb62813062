import doctest
import math

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from lecture import words
from lecture.words import counted, digits, listed, lowered, metric, minus, plural, raised, rounded, short

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


def test_the_examples_are_right():
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize(
    "parts, wanted", [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_a_list_is_spelled_as_in_a_sentence(parts, wanted):
    assert listed(parts) == listed(iter(parts)) == wanted


def test_only_one_is_in_the_singular():
    assert [counted(n, "bias", "biases") for n in (0, 1, 2)] == ["0 biases", "1 bias", "2 biases"]
    assert [plural(n, "layer") for n in (0, 1, 2)] == ["layers", "layer", "layers"]
    assert counted(1_000_000, "weight") == "1,000,000 weights"


@given(NUMBERS, st.integers(0, 4))
def test_a_rounded_number_is_near_and_says_nothing_twice(value, decimals):
    text = rounded(value, decimals).replace("−", "-")
    assert abs(float(text) - value) <= 0.5 * 10**-decimals * 1.0001
    assert "." not in text or text[-1] not in "0."
    assert text != "-0"


@given(NUMBERS.filter(lambda value: abs(value) >= 1e-12))
def test_a_short_number_is_short_and_within_a_few_percent(value):
    text = short(value)
    assert len(text.lstrip("−")) <= 6 and "-" not in text
    relative = 0.06 if 0.01 <= abs(value) < 1000 else 0.5  # two digits, or one
    assert math.isclose(float(text.replace("−", "-")), value, rel_tol=relative)


@pytest.mark.parametrize(
    "value, wanted", [(9.994, "9.99"), (9.996, "10"), (0.0994, "0.099"), (0.0996, "0.10"), (3, "3")]
)
def test_short_changes_its_decimals_where_the_rounded_number_does(value, wanted):
    assert short(value) == wanted
    assert short(-value) == f"−{wanted}"


@pytest.mark.parametrize(
    "text, wanted", [("-0", "0"), ("-0.0", "0.0"), ("-0.01", "−0.01"), ("0", "0"), ("-1e-10", "−1e−10")]
)
def test_a_minus_is_true_and_never_before_a_zero(text, wanted):
    assert minus(text) == wanted


def test_the_minus_of_a_number_is_written_in_one_place():
    """So that no drawing shows a negative zero: each asks `minus`, which knows it."""
    sources = [path for path in (ROOT / "lecture").rglob("*.py") if path.name != "words.py"]
    assert [path.name for path in sources if '.replace("-", "−")' in path.read_text(encoding="utf-8")] == []


def test_digits_and_metrics():
    assert [digits(value) for value in (0.5, -0.00012345, 1234)] == ["0.5", "−0.000123", "1.23·10³"]
    assert [metric(value) for value in (0.5, 0.01, 0.0099, 999.9, 1000)] == [
        "0.500",
        "0.010",
        "0.0099",
        "999.900",
        "1e+03",
    ]


def test_a_power_of_ten_has_no_factor_1():
    assert [digits(value) for value in (2e-7, 1e-6, -1e-6, 0.0, -1e5)] == ["2·10⁻⁷", "10⁻⁶", "−10⁻⁶", "0", "−10⁵"]


def test_exponents_and_indices():
    assert (raised(-5), raised(10), lowered(12)) == ("⁻⁵", "¹⁰", "₁₂")
