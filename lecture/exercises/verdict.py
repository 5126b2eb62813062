"""What a student hears."""

from dataclasses import dataclass
from html import escape

SIGNS = {"unanswered": "?", "wrong": "✗", "right": "✓"}
_COLORS = {"unanswered": "#56B4E9", "wrong": "#D55E00", "right": "#009E73"}


class Off(Exception):
    """An answer is not right: the sentence says what is off, and does not give it away."""


@dataclass(frozen=True)
class Verdict:
    """A status and one clear line.

    Attributes
    ----------
    status : "unanswered", "wrong" or "right"
    message : str
    """

    status: str
    message: str

    def __str__(self):
        return f"{SIGNS[self.status]} {self.message}"

    __repr__ = __str__

    def _repr_html_(self):
        color = _COLORS[self.status]  # the page's own text colour is kept, so that it can be read on dark pages as well
        style = f"border-left: 0.4em solid {color}; padding: 0.3em 0.8em; margin: 0.3em 0"
        return f'<div class="lecture-verdict" role="status" style="{style}"><strong>{SIGNS[self.status]}</strong> {escape(self.message)}</div>'
