"""How small the smallest letters of a figure are, so that a test can say which figure the back row cannot read."""

from matplotlib.figure import Figure
from matplotlib.text import Text


def smallest_letters(figure: Figure) -> tuple[float, str]:
    """Return the size of the smallest letters in points, and the words that have it.

    Digits above and below a letter, as in 10⁻³, are a part of their word.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A figure that has been drawn: before that, its ticks have no labels.

    Returns
    -------
    tuple of float and str
        Infinity and no words where nothing is written.
    """
    hidden = {text for ax in figure.axes for part in _not_drawn(ax) for text in part.findobj(Text)}
    written = (text for text in figure.findobj(Text) if text.get_visible() and text not in hidden)
    sizes = [(float(text.get_fontsize()), text.get_text()) for text in written if text.get_text().strip()]
    return min(sizes, default=(float("inf"), ""))


def _not_drawn(ax):
    """What Axes own and do not draw."""
    if not ax.get_visible():
        return [ax]
    return [] if ax.axison else [ax.xaxis, ax.yaxis]
