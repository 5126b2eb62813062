"""Rows of words above and below columns: as large as they can be without running into each other."""

import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from lecture.plots.text import width

LARGEST, SMALLEST = 0.9, 0.45  # letters, in em; smaller words are left out, and stand in the alternative text
_APART = 0.55  # between two words, in their own em
_FEWER = 0.7  # letters smaller than this are avoided by shorter words, if there are any


def needed(words: Iterable[str | None]) -> float:
    """Return how far apart, in em, the middles of columns have to be for these words in the largest letters."""
    wide = [width(word) for word in words if word]
    return LARGEST * max((a + b) / 2 + _APART for a, b in itertools.pairwise(wide)) if len(wide) > 1 else 0.0


def fit_row(wordings: Sequence[Sequence[str]], gap: float, left: float, right: float) -> tuple[Sequence[str], float]:
    """Return the words of a row, and how large they are.

    Parameters
    ----------
    wordings : sequence of sequence of str
        The same row in longer and in shorter words, one for each column; "" for an empty one.
    gap, left, right : float
        Distances in em: from one column's middle to the next, from the first one's to the left edge, from the last
        one's to the right edge.

    Returns
    -------
    words : sequence of str
        The words; empty if they would be too small to read.
    size : float
        Size of the letters in em.
    """
    for words in wordings:
        size = _largest(words, gap, left, right)
        if size >= (_FEWER if words is not wordings[-1] else SMALLEST):
            return words, size
    return (), SMALLEST


def _largest(words, gap, left, right):
    """The size of letters at which a row has room."""
    at = [column for column, word in enumerate(words) if word]
    if not at:
        return LARGEST
    wide = np.array([width(words[column]) for column in at])
    rooms = [gap * (b - a) / ((v + w) / 2 + _APART) for a, b, v, w in zip(at, at[1:], wide, wide[1:])]
    ends = (left + gap * at[0]) / (wide[0] / 2), (right + gap * (len(words) - 1 - at[-1])) / (wide[-1] / 2)
    return min(LARGEST, *rooms, *ends)
