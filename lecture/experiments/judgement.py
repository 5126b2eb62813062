"""What an experiment claims before it runs, and what the numbers say of it."""

from dataclasses import dataclass

import numpy as np

from lecture.checks import real
from lecture.intervals import expected_mean, interval


@dataclass(frozen=True)
class Hypothesis:
    """A claim with the numbers that decide about it, stated before the run.

    Attributes
    ----------
    text : str
        The claim, a sentence.
    quantity : str
        What is measured for each seed, such as "accuracy at 1:1 minus accuracy at 50:1".
    smallest : float
        The smallest mean of it that would count, above 0.
    absent : bool
        Whether the claim is that there is *no* such effect, in neither direction.
    """

    text: str
    quantity: str
    smallest: float
    absent: bool = False

    def __post_init__(self):
        if real(self.smallest, "smallest", least=0) == 0:
            raise ValueError("smallest must be above 0: an effect of any size would count.")

    def judge(self, values):
        """Return the verdict on the quantity of each seed, an array (n_seeds,).

        Raises
        ------
        ValueError
            If there is none, or one is not finite.
        """
        return Verdict(self, *interval(values), len(values))


@dataclass(frozen=True)
class Verdict:
    """What the numbers say of a hypothesis.

    Attributes
    ----------
    hypothesis : Hypothesis
    mean, low, high : float
        Of the quantity over the seeds: its mean and the mean's 95 % confidence interval.
    n_seeds : int
    """

    hypothesis: Hypothesis
    mean: float
    low: float
    high: float
    n_seeds: int

    @property
    def word(self):
        """``"supported"`` if the whole interval lies where the claim has it, ``"contradicted"`` if none of it does, else ``"undecided"``."""
        smallest = self.hypothesis.smallest
        if self.hypothesis.absent:
            inside, outside = (
                -smallest < self.low and self.high < smallest,
                smallest <= self.low or self.high <= -smallest,
            )
        else:
            inside, outside = smallest <= self.low, self.high < smallest
        return "supported" if inside else "contradicted" if outside else "undecided"

    def describe(self):
        """Return the verdict with its numbers in a sentence."""
        least = f"{'below ±' if self.hypothesis.absent else 'at least '}{self.hypothesis.smallest:g} was claimed"
        return f"{self.word.capitalize()}: {self.hypothesis.quantity} is {self.mean:+.3f} ({self.low:+.3f} to {self.high:+.3f}, 95 %, {self.n_seeds} seeds), {least}."

    __str__ = describe


@dataclass(frozen=True, eq=False)
class Compared:
    """A published number beside ours.

    Attributes
    ----------
    what : str
    then : float
        As published, read off a figure to two digits or so.
    runs : int
        That its mean was taken over.
    values : array (n_seeds,)
        Ours.
    reading : float
        By how much the number may have been misread.
    """

    what: str
    then: float
    runs: int
    values: np.ndarray
    reading: float = 0.005

    @property
    def now(self):
        """Mean and 95 % confidence interval of ours: (mean, low, high)."""
        return interval(self.values)

    @property
    def expected(self):
        """Where 95 of 100 means of so many runs of ours would lie, with the reading's error: (low, high)."""
        _, low, high = expected_mean(self.values, self.runs)
        return low - self.reading, high + self.reading

    @property
    def agrees(self):
        """Whether the published number lies where one of ours would."""
        low, high = self.expected
        return low <= self.then <= high
