"""What an experiment claims before it runs, and what the numbers say about it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lecture.checks import real
from lecture.intervals import FEW, bounded, expected_mean, interval
from lecture.words import counted

WORDS = ("supported", "contradicted", "undecided")  # what a verdict can be
NOT_NEGATIVE = (0.0, math.inf)  # what a loss or a norm can be


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
        Smallest mean of the quantity that would count, above 0.
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

    def judge(self, values: ArrayLike) -> "Verdict":
        """Return the verdict on the quantity of each seed, an array (n_seeds,).

        The interval of an accuracy or a share ends at 0 and 1. Four seeds or fewer have none, and decide nothing.

        Raises
        ------
        ValueError
            If there are no numbers, or one of them is not finite.
        """
        mean, low, high = interval(values)
        return Verdict(self, mean, *bounded(self.quantity, low, high), np.size(values))


@dataclass(frozen=True)
class Verdict:
    """What the numbers say about a hypothesis.

    Attributes
    ----------
    hypothesis : Hypothesis
        What was claimed.
    mean, low, high : float
        Mean of the quantity over the seeds, and its 95% confidence interval; infinite ends for four seeds or fewer.
    n_seeds : int
        Number of seeds.
    """

    hypothesis: Hypothesis
    mean: float
    low: float
    high: float
    n_seeds: int

    @property
    def word(self) -> str:
        """``"supported"`` if the whole interval agrees with the claim, ``"contradicted"`` if none of it does.

        Otherwise ``"undecided"``.
        """
        smallest = self.hypothesis.smallest
        if self.hypothesis.absent:
            agrees = -smallest < self.low and self.high < smallest
            disagrees = smallest <= self.low or self.high <= -smallest
        else:
            agrees, disagrees = smallest <= self.low, self.high < smallest
        return "supported" if agrees else "contradicted" if disagrees else "undecided"

    def describe(self) -> str:
        """Return the verdict with its numbers in a sentence."""
        least = f"{'below ±' if self.hypothesis.absent else 'at least '}{self.hypothesis.smallest:g} was claimed"
        ends = "no interval" if self.n_seeds <= FEW else f"{self.low:+z.3f} to {self.high:+z.3f}, 95%"
        measured = f"{self.mean:+z.3f} ({ends}, {counted(self.n_seeds, 'seed')})"
        return f"{self.word.capitalize()}: {self.hypothesis.quantity} is {measured}, {least}."

    __str__ = describe


@dataclass(frozen=True, eq=False)
class Compared:
    """A published number beside ours.

    Attributes
    ----------
    what : str
        What the number is.
    published : float
        The published number, read off a figure to two digits or so.
    runs : int
        Number of runs whose mean was published.
    values : array (n_seeds,)
        Our numbers.
    reading : float
        By how much the published number may have been misread.
    within : tuple of float
        Lowest and highest value that the number can have: (0, 1) for an accuracy.
    """

    what: str
    published: float
    runs: int
    values: np.ndarray
    reading: float = 0.005
    within: tuple[float, float] = (-math.inf, math.inf)

    @property
    def measured(self) -> tuple[float, float, float]:
        """Mean of our numbers and its 95% confidence interval: (mean, low, high)."""
        return interval(self.values)

    @property
    def expected(self) -> tuple[float, float]:
        """Where 95 of 100 means of ``runs`` runs of ours would be read off, no wider than ``within``: (low, high)."""
        _, low, high = expected_mean(self.values, self.runs)
        least, most = self.within
        return max(low - self.reading, least), min(high + self.reading, most)

    @property
    def agrees(self) -> bool:
        """Whether the published number lies where one of ours would."""
        low, high = self.expected
        return low <= self.published <= high

    @property
    def word(self) -> str:
        """``"yes"`` if the published number agrees, ``"no"`` if not, ``"open"`` if we have four runs or fewer."""
        return "open" if np.size(self.values) <= FEW else "yes" if self.agrees else "no"


def beside_published(
    published: Mapping[Any, float],
    measured: Mapping[Any, np.ndarray],
    what: str,
    *,
    runs: int,
    reading: float = 0.005,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> tuple[Compared, ...]:
    """Return the published numbers that were measured as well, each beside ours.

    Parameters
    ----------
    published : mapping of hashable to float
        Published numbers by name.
    measured : mapping of hashable to array (n_seeds,)
        Our numbers by name.
    what : str
        What the numbers are, with ``{}`` for the name, or for each of its parts where names are tuples.
    runs : int
        Number of runs whose mean was published.
    reading : float
        By how much a published number may have been misread.
    within : tuple of float
        Lowest and highest value that such a number can have: (0, 1) for an accuracy.
    """
    return tuple(
        Compared(
            what.format(*name) if isinstance(name, tuple) else what.format(name),
            number,
            runs,
            measured[name],
            reading,
            within,
        )
        for name, number in published.items()
        if name in measured
    )
