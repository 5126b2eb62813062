"""Which choice of a question a run's numbers make right: ``decided(a=high < 0, b=low < 0 < high, c=low > 0)``."""

from dataclasses import dataclass

from lecture.words import listed


@dataclass(frozen=True, repr=False)
class Decided:
    """The right choice; a notebook shows it in a sentence, and the book's page marks the reader's guess by it.

    Attributes
    ----------
    letters : tuple of str
        All choices.
    right : str
        The right one; empty if the numbers leave it open.
    """

    letters: tuple[str, ...]
    right: str

    def __str__(self):
        return self._sentence("{}")

    __repr__ = __str__  # where Markdown cannot be shown

    def _repr_markdown_(self):
        return self._sentence("**{}**"), {"decided": self.right}

    def _sentence(self, look):
        if self.right:
            return f"So {look.format(self.right)} is right."
        return f"These numbers do not decide between {listed([look.format(letter) for letter in self.letters])}."


def decided(**choices: bool) -> Decided:
    """Return which of a question's choices the numbers make right; the question stays open where none is.

    Parameters
    ----------
    **choices : bool
        Whether each choice, by its letter, is what the numbers show. At most one can be.

    Raises
    ------
    ValueError
        If there are fewer than two choices, or two of them are right.

    >>> low, high = 0.01, 0.03  # an interval
    >>> print(decided(a=low > 0, b=high < 0))
    So a is right.
    """
    if len(choices) < 2:
        raise ValueError(f"choices must be two or more, got {', '.join(choices) or 'none'}.")
    right = [letter for letter, holds in choices.items() if holds]
    if len(right) > 1:
        raise ValueError(f"at most one choice can be right, got {' and '.join(right)}.")
    return Decided(tuple(choices), right[0] if right else "")
