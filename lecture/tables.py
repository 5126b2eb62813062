"""A table: in a notebook, a book and a deck with cells and headings, in a terminal in aligned columns."""

import html
import re
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import Any

_NUMBER = re.compile(r"[+\-−±<>≈]?\s?\.?\d[\d.,]*(e[+-]?\d+)?(\s?(%|s|×))?(\s\(.*\))?")
_LONG = 24  # characters; the words of such a cell are broken into lines, but not one to a line
_WIDE = "10em"


class Table:
    """Rows under a heading.

    The first column names the rows. A column of numbers stands at its right end, one of words at its left. On a page
    that is too narrow, the table scrolls and the page does not.

    Parameters
    ----------
    head : sequence of str
        Heading of each column.
    rows : iterable of sequence
        Cells: text as it is, whole numbers with a comma for thousands, other numbers with three digits.
    folded : str
        A title, at which a page opens the table; empty for a table that is open.

    Raises
    ------
    ValueError
        If there is no heading, or a row has more or fewer cells than the heading.

    Examples
    --------
    >>> print(Table(["layer", "parameters"], [["hidden", 401_920], ["output", 5_130]]))
    layer   parameters
    hidden     401,920
    output       5,130
    """

    def __init__(self, head: Sequence[str], rows: Iterable[Sequence[Any]], *, folded: str = "") -> None:
        self.folded = folded
        self.head = tuple(map(str, head))
        self.rows = tuple(tuple(map(_text, row)) for row in rows)
        if not self.head:
            raise ValueError("head must have the heading of one column or more, got none.")
        for n, row in enumerate(self.rows):
            if len(row) != len(self.head):
                raise ValueError(f"row {n} must have {len(self.head)} cells, as the heading has, got {len(row)}.")

    @classmethod
    def of(cls, frame: Any, *, folded: str = "") -> "Table":
        """Return the table of a DataFrame of pandas, without its index.

        Parameters
        ----------
        frame : object
            A DataFrame: with ``columns`` and ``itertuples``.
        folded : str
            As for a new table.
        """
        return cls([*frame.columns], frame.itertuples(index=False, name=None), folded=folded)

    @property
    def are_numbers(self) -> tuple[bool, ...]:
        """For each column whether at least half of its cells are numbers; the first, which names the rows, has none."""
        columns = [*zip(*self.rows)] or [()] * len(self.head)
        return (False, *map(_mostly_numbers, columns[1:]))

    def __str__(self):
        lines = self.head, *self.rows
        widths = [max(map(len, column)) for column in zip(*lines)]
        return "\n".join("  ".join(map(_padded, line, widths, self.are_numbers)).rstrip() for line in lines)

    __repr__ = __str__

    def _repr_html_(self):
        columns = [*zip(*self.rows)] or [()] * len(self.head)
        styles = [*map(_style, columns, self.are_numbers)]
        head = "".join(map(_heading, self.head, styles))
        rows = "\n".join(
            f"<tr>{_first(row[0], styles[0])}{''.join(map(_other, row[1:], styles[1:]))}</tr>" for row in self.rows
        )
        table = (
            '<div class="lecture-table" style="overflow-x: auto"><table class="dataframe">\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table></div>"
        )
        if not self.folded:
            return table
        return f"<details><summary>{html.escape(self.folded)}</summary>{table}</details>"


def _text(cell):
    """A cell as text."""
    if cell is None:
        return ""
    if isinstance(cell, Integral) and not isinstance(cell, bool):
        return f"{cell:,}"
    return f"{cell:.3g}" if isinstance(cell, Real) and not isinstance(cell, bool) else str(cell)


def _mostly_numbers(column):
    filled = [cell for cell in column if cell]
    return bool(filled) and 2 * sum(_NUMBER.fullmatch(cell) is not None for cell in filled) >= len(filled)


def _padded(cell, width, is_number):
    return cell.rjust(width) if is_number else cell.ljust(width)


def _style(column, is_number):
    """How the words of a column stand."""
    if is_number:
        return "text-align: right"
    is_long = max(map(len, column), default=0) > _LONG
    return f"text-align: left; min-width: {_WIDE}" if is_long else "text-align: left"


def _heading(words, style):
    return f'<th scope="col" style="{style}">{html.escape(words)}</th>'


def _first(words, style):
    """The cell that names its row."""
    return f'<th scope="row" style="{style}; font-weight: normal">{html.escape(words)}</th>'


def _other(words, style):
    return f'<td style="{style}{"; white-space: nowrap" if "right" in style else ""}">{html.escape(words)}</td>'
