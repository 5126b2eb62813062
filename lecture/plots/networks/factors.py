"""The factors of the chain rule: their colours, and lines of text in these colours."""

from collections.abc import Collection, Iterable

from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea

from lecture.plots.style import COLORS

WIDEST_LAYER = 5  # units; with more of them, their numbers could not be read
# The factors of the chain rule. Each also has its place in every formula: above · activation · input.
FACTORS = {
    "above": COLORS[1],
    "activation": COLORS[0],
    "input": COLORS[2],
    "now": COLORS[3],  # not a factor: what is worked out from them
    "": "black",
}
_NAMES = {"above": "from above", "activation": "slope of the activation", "input": "input"}


def tint(factor: str) -> tuple[float, ...]:
    """Return a pale shade of a factor's colour, for black letters."""
    return (*(0.85 + 0.15 * part for part in to_rgba(FACTORS[factor])[:3]), 1.0)


def write_row(ax: Axes, pieces: Iterable[tuple[str, str]], *, letter: float, pad: float, above: bool = False) -> None:
    """Write one centred line along the lower edge of ``ax``, its pieces in the colours of their factors.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    pieces : iterable of (str, str)
        Each text with its factor; "" is black.
    letter : float
        Size of the letters in points.
    pad : float
        Distance from the edge in points.
    above : bool
        Whether to write along the upper edge.
    """
    areas = [TextArea(text, textprops=_style(factor) | {"fontsize": letter}) for text, factor in pieces]
    row = HPacker(children=areas, pad=0, sep=0, align="baseline")
    place, style = "upper center" if above else "lower center", {"prop": {"size": letter}, "frameon": False}
    ax.add_artist(AnchoredOffsetbox(place, child=row, pad=0, borderpad=pad / letter, **style))


def write_names(ax: Axes, used: Collection[str], *, letter: float, pad: float = 0.4, also: str = "") -> None:
    """Write what the colours of these factors mean, and something else, in a line ``pad`` em above the lower edge."""
    pieces = []
    for factor, name in _NAMES.items():
        if factor in used:
            pieces += [("   ·   ", ""), (name, factor)]
    write_row(ax, pieces[1:] + [(f"   ·   {also}", "")] * bool(also), letter=letter, pad=pad * letter)


def _style(factor):
    """How the text of a factor is written."""
    return {"color": FACTORS[factor], "fontweight": "bold" if factor else "normal"}
