"""Bad input is answered in one sentence that says what was wanted and what came."""

import math

import numpy as np
import pytest

from lecture.checks import one_of, real, seeds_of, whole


def test_good_input_comes_back():
    assert one_of("a", {"a": 1}, "letter") == "a"
    assert whole(np.int64(3), "epochs", least=1) == 3 and type(whole(np.int64(3), "epochs")) is int
    assert real(np.float32(0.5), "rate", least=0, below=1) == 0.5 and real(1, "rate") == 1.0
    assert seeds_of(np.int64(2)) == (0, 1) and seeds_of(np.array([5, 3])) == (5, 3)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: one_of("c", ("a", "b"), "letter"), "letter must be one of a, b, got 'c'."),
        (lambda: one_of(None, ("a", "b"), "letter"), "letter must be one of a, b, got None."),
        (lambda: whole(0, "epochs", least=1), "epochs must be a whole number of at least 1, got 0."),
        (lambda: whole("512", "units"), "units must be a whole number of at least 0, got '512'."),
        (lambda: whole(2.5, "units"), "units must be a whole number of at least 0, got 2.5."),
        (lambda: whole(True, "units"), "units must be a whole number of at least 0, got True."),
        (lambda: whole(9, "units", least=1, most=5), "units must be a whole number from 1 to 5, got 9."),
        (lambda: real(1, "dropout", least=0, below=1), "dropout must be a number of at least 0 and below 1, got 1."),
        (lambda: real(math.nan, "rate"), "rate must be a number, got nan."),
        (lambda: real("1", "rate", most=2), "rate must be a number of at most 2, got '1'."),
        (lambda: real(0, "radius", above=0), "radius must be a number above 0, got 0."),
        (lambda: real(2.0, "h", above=0, most=1), "h must be a number above 0 and at most 1, got 2.0."),
        (lambda: real(1, "share", above=0, below=1), "share must be a number above 0 and below 1, got 1."),
        (lambda: seeds_of(0), "seeds must be a whole number of at least 1, got 0."),
        (lambda: seeds_of(True), "seeds must be a whole number of at least 1, got True."),
        (lambda: seeds_of(()), "seeds must be one or more, got none."),
        (lambda: seeds_of([1, -1]), "a seed must be a whole number of at least 0, got -1."),
    ],
)
def test_bad_input_is_refused_in_these_words(call, sentence):
    with pytest.raises(ValueError) as error:
        call()
    assert str(error.value) == sentence
