"""Formulas in numbers, whose pieces know which factor of the chain rule they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lecture.words import lowered, raised, short

SHOWN_TERMS = 3  # terms of a sum that are written out


@dataclass(frozen=True)
class Formula:
    """A formula as pieces (text, factor), the factor being "above", "activation", "input", or "" for none.

    ``+`` appends, ``*`` appends after a dot; both take plain text as well.

    >>> ("z = " + into(2.0) * "0.5" + " + 0.1").pieces
    (('z = ', ''), ('2', 'input'), (' · 0.5 + 0.1', ''))
    """

    pieces: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "Formula | str") -> "Formula":
        more = other.pieces if isinstance(other, Formula) else ((other, ""),)
        if self.pieces and more and self.pieces[-1][1] == more[0][1] == "":  # plain text continues
            joined = (self.pieces[-1][0] + more[0][0], "")
            return Formula((*self.pieces[:-1], joined, *more[1:]))
        return Formula(self.pieces + more)

    def __radd__(self, text: str) -> "Formula":
        return Formula(((text, ""),)) + self

    def __mul__(self, other: "Formula | str") -> "Formula":
        return self + " · " + other

    def __str__(self):
        return "".join(text for text, _ in self.pieces)


def above(value: float | str) -> Formula:
    """Return the factor that comes from the layers above: a number, in brackets if negative, or a text."""
    return Formula(((_text(value), "above"),))


def slope(value: float | str) -> Formula:
    """Return the factor that is the slope of the activation."""
    return Formula(((_text(value), "activation"),))


def into(value: float | str) -> Formula:
    """Return the factor that is the input of a weight."""
    return Formula(((_text(value), "input"),))


def joined(terms: Iterable[Formula | str], by: str) -> Formula:
    """Return formulas, or texts, one after the other with a text between them."""
    first, *others = terms
    whole = Formula() + first
    for term in others:
        whole = whole + by + term
    return whole


def first_terms(terms: Sequence) -> list:
    """Return the terms of a sum that are written out, and an ellipsis if there are more."""
    return [*terms[:SHOWN_TERMS], *["…"] * (len(terms) > SHOWN_TERMS)]


def bracketed(value: float) -> str:
    """Return a number as it is written in a product: in brackets if negative."""
    return f"({short(value)})" if value < 0 else short(value)


def indexed(letter: str, layer: int, *units: int) -> str:
    """Return a name with its layer above and its units below, such as w₁₂⁽¹⁾; from unit 10 on with commas.

    >>> indexed("w", 1, 2, 3), indexed("z", 12, 10), indexed("x", 0, 1)
    ('w₂₃⁽¹⁾', 'z₁₀⁽¹²⁾', 'x₁')
    """
    below = "" if max(units, default=0) < 10 else ","
    layer_above = f"⁽{raised(layer)}⁾" if layer else ""
    return letter + below.join(map(lowered, units)) + layer_above


def _text(value):
    return value if isinstance(value, str) else bracketed(value)
