"""What of a figure's words cannot be read: the smallest letters, what the edge cuts off, and what lies on others."""

from itertools import combinations

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
    sizes = [(float(text.get_fontsize()), text.get_text()) for text in _written(figure)]
    return min(sizes, default=(float("inf"), ""))


def cut_off(figure: Figure) -> list[str]:
    """Return the words that reach beyond the edge of a figure: an explorer shows it as it is, and cuts them off.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A figure that has been drawn.

    Returns
    -------
    list of str
    """
    edge = figure.bbox.padded(0.5)  # a letter may be half a pixel wider than it is drawn
    return [text.get_text() for text in _written(figure) if not _inside(text.get_window_extent(), edge)]


def on_each_other(figure: Figure) -> list[tuple[str, str]]:
    """Return the pairs of words that lie on each other.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A figure that has been drawn.

    Returns
    -------
    list of tuple of str and str
    """
    boxes = [(text.get_text(), text.get_window_extent().padded(-1)) for text in _written(figure)]
    return [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)]


def _written(figure):
    """All texts that are seen."""
    hidden = {text for ax in figure.axes for part in _not_drawn(ax) for text in part.findobj(Text)}
    hidden |= {label for ax in figure.axes for axis in (ax.xaxis, ax.yaxis) for label in _spare_labels(axis)}
    seen = (text for text in figure.findobj(Text) if text.get_visible() and text not in hidden)
    return [text for text in seen if text.get_text().strip()]


def _spare_labels(axis):
    """Labels of ticks outside the range of an axis: Matplotlib keeps them, and does not draw them."""
    low, high = sorted(axis.get_view_interval())
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return [label for tick in ticks if not low <= tick.get_loc() <= high for label in (tick.label1, tick.label2)]


def _inside(box, edge):
    return edge.x0 <= box.x0 and box.x1 <= edge.x1 and edge.y0 <= box.y0 and box.y1 <= edge.y1


def _not_drawn(ax):
    """What Axes own and do not draw."""
    if not ax.get_visible():
        return [ax]
    return [] if ax.axison else [ax.xaxis, ax.yaxis]
