"""A sentence of prose that follows from the numbers: ``claim(values, "quantity", smallest=…, if_so=…, …)``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from numpy.typing import ArrayLike

from lecture.experiments.judgement import WORDS, Hypothesis, Verdict
from lecture.experiments.stored import NONE, StoredRun
from lecture.intervals import enough
from lecture.words import counted, digits, listed, minus

_FIELDS = ("mean", "low", "high", "n", "times")
_LARGEST = 300  # of the powers of ten that a number can hold
_MARKUP = re.compile(r"([\\`*_$<\[])")


@dataclass(frozen=True, repr=False)
class Claim:
    """The sentence that the numbers support; a notebook shows it with these numbers.

    Attributes
    ----------
    sentence : str
        The chosen sentence.
    verdict : Verdict
        What the numbers say.
    elsewhere : str
        What the numbers of a stored run say; empty if there are none.
    """

    sentence: str
    verdict: Verdict
    elsewhere: str = ""

    @property
    def word(self) -> str:
        """``"supported"``, ``"contradicted"`` or ``"undecided"``."""
        return self.verdict.word

    @property
    def mean(self) -> float:
        """Mean of the values."""
        return self.verdict.mean

    @property
    def low(self) -> float:
        """Lower end of the mean's 95% confidence interval."""
        return self.verdict.low

    @property
    def high(self) -> float:
        """Upper end of the mean's 95% confidence interval."""
        return self.verdict.high

    @property
    def n(self) -> int:
        """Number of values."""
        return self.verdict.n_seeds

    def numbers(self) -> str:
        """Return the numbers that decide: what was measured, its interval, and the smallest effect that counts."""
        hypothesis = self.verdict.hypothesis
        counts = f"within ±{hypothesis.smallest:g}" if hypothesis.absent else f"at least {hypothesis.smallest:g}"
        spread = f"95% interval {digits(self.low)} to {digits(self.high)}, {counted(self.n, 'run')}"
        return f"{hypothesis.quantity}: {digits(self.mean)}, {spread}; the claim is {counts}"

    def record(self) -> dict[str, Any]:
        """Return what was claimed and what was measured, in words and numbers that JSON has."""
        hypothesis = self.verdict.hypothesis
        claimed = {"quantity": hypothesis.quantity, "smallest": hypothesis.smallest, "absent": hypothesis.absent}
        return claimed | {"mean": self.mean, "low": self.low, "high": self.high, "n": self.n, "word": self.word}

    def __str__(self):
        return f"{self.sentence} ({self.numbers()})"

    __repr__ = __str__  # where Markdown cannot be shown

    def _repr_markdown_(self):
        numbers = _MARKUP.sub(r"\\\1", self.numbers())
        elsewhere = f"\n\n<small>{self.elsewhere}</small>" if self.elsewhere else ""
        return f"{self.sentence} <small>({numbers})</small>{elsewhere}", {"claim": self.record()}


def claim(
    values: ArrayLike | Verdict,
    quantity: str | None = None,
    *,
    if_so: str,
    if_not: str,
    if_undecided: str,
    smallest: float | None = None,
    absent: bool = False,
    stored: Mapping[str, StoredRun] = NONE,
) -> Claim:
    """Return the sentence that follows from the numbers of a run, whatever they are.

    The judgement is that of an experiment's hypothesis: the effect is there if the whole 95% confidence interval of
    the mean lies at ``smallest`` or above, it is not if all of it lies below, and else it is undecided.

    Parameters
    ----------
    values : array (n,) or Verdict
        The measured effect in each run, such as a difference between two conditions; or an experiment's verdict, whose
        hypothesis says what was measured and what counts.
    quantity : str, optional
        What the values are, such as "accuracy with momentum minus without"; not with a verdict.
    if_so, if_not, if_undecided : str
        The sentence for each judgement. It may contain the fields ``{mean}``, ``{low}``, ``{high}`` and ``{n}``, with
        a format where three digits are not right: ``{mean:.0%}``. Where the values are logarithms to base 10,
        ``{times}`` is 10 to the power of their mean: "by a factor of {times}".
    smallest : float, optional
        Smallest mean that counts, above 0; not with a verdict.
    absent : bool
        Whether the claim is that there is *no* such effect, in neither direction; not with a verdict.
    stored : mapping of str to StoredRun
        Runs whose numbers are kept, by the quantities that they measured (`lecture.experiments.stored_runs`). What one
        of them says of the same claim stands beside the sentence.

    Raises
    ------
    ValueError
        If there are four values or fewer, which have no interval, or one is not finite, ``smallest`` is not above 0, a
        sentence is empty or contains another field, or what is measured and what counts is missing, or is given beside
        a verdict.

    >>> seeds = [0.031, 0.024, 0.028, 0.035, 0.0295]
    >>> print(claim(seeds, "gain", smallest=0.01, if_so="It gains {mean}.", if_not="It does not.", if_undecided="?"))
    It gains 0.0295. (gain: 0.0295, 95% interval 0.0245 to 0.0345, 5 runs; the claim is at least 0.01)
    """
    verdict = _verdict(values, quantity, smallest, absent)
    texts = {"if_so": if_so, "if_not": if_not, "if_undecided": if_undecided}
    sentence = _sentence(texts, verdict)
    enough(verdict.n_seeds, "a claim")
    return Claim(sentence, verdict, _elsewhere(texts, verdict.hypothesis, stored))


def _elsewhere(texts, hypothesis, stored):
    """What a stored run says of a hypothesis; nothing if there is none."""
    run = stored.get(hypothesis.quantity)
    verdict = run.verdict(hypothesis) if run else None
    if not run or not verdict:
        return ""
    numbers = f"{digits(verdict.mean)}, 95% interval {digits(verdict.low)} to {digits(verdict.high)}"
    return f"{run.title}: {_sentence(texts, verdict)} ({numbers})"


def _sentence(texts, verdict):
    """The sentence for a verdict, of those for each judgement, after all of them are checked."""
    fields = {"mean": verdict.mean, "low": verdict.low, "high": verdict.high, "n": verdict.n_seeds}
    fields["times"] = 10.0 ** min(verdict.mean, _LARGEST)
    filled = [_filled(text, fields, name) for name, text in texts.items()]
    return dict(zip(WORDS, filled))[verdict.word]


def _verdict(values, quantity, smallest, absent):
    """The verdict that was given, or that on the values."""
    given = [name for name, value in (("quantity", quantity), ("smallest", smallest)) if value is not None]
    if isinstance(values, Verdict):
        if given or absent:
            raise ValueError(f"a verdict must stand alone, for it says what counts, got {listed(given or ['absent'])}.")
        return values
    if len(given) < 2:
        raise ValueError(f"values must come with quantity and smallest, got {given[0] if given else 'neither'}.")
    return Hypothesis(quantity, quantity, smallest, absent).judge(values)


class _Digits(Formatter):
    """Fills fields in, with a true minus sign: numbers without a format get three digits."""

    def format_field(self, value, format_spec):
        return minus(format(value, format_spec)) if format_spec or isinstance(value, int) else digits(value)


def _filled(sentence, fields, name):
    """A sentence with its fields filled in, or what is wrong with it."""
    if not isinstance(sentence, str) or not sentence.strip():
        raise ValueError(f"{name} must be a sentence, got {sentence!r}.")
    known = listed(f"{{{field}}}" for field in _FIELDS)
    try:
        used = [field for _, field, _, _ in Formatter().parse(sentence) if field is not None]
        if unknown := [field for field in used if field not in _FIELDS]:
            raise ValueError(f"got {{{unknown[0]}}}")
        return _Digits().format(sentence, **fields)
    except ValueError as error:
        raise ValueError(f"{name} may contain the fields {known}: {error}.") from None
