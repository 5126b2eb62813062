"""What a student is told about an answer."""

from dataclasses import dataclass
from html import escape

SIGNS = {"unanswered": "?", "wrong": "✗", "right": "✓"}
_COLORS = {"unanswered": "#56B4E9", "wrong": "#D55E00", "right": "#009E73"}


class Wrong(Exception):
    """An answer is wrong: the message says in which way, and does not give the answer away."""


class General(Wrong):
    """An answer is wrong, and the message says no more than a comparison with the right one shows."""


@dataclass(frozen=True)
class Feedback:
    """A status and a sentence or two.

    Attributes
    ----------
    status : {"unanswered", "wrong", "right"}
        Whether there is an answer, and whether it is right.
    message : str
        What is wrong, or why the answer is right.
    """

    status: str
    message: str

    def __str__(self):
        return f"{SIGNS[self.status]} {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        border = f"border-left: 0.4em solid {_COLORS[self.status]}"  # the text keeps the page's colour, light or dark
        style = f"{border}; padding: 0.3em 0.8em; margin: 0.3em 0"
        sign = f"<strong>{SIGNS[self.status]}</strong>"
        return f'<div class="lecture-feedback" role="status" style="{style}">{sign} {escape(self.message)}</div>'
