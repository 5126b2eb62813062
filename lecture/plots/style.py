"""Colours and sizes. Nothing here changes Matplotlib's settings: ``preamble`` applies a style, once."""

from typing import Any

import matplotlib.pyplot as plt

# The most that a figure measures, in em. A page shows it 756 pixels wide on a screen of 1366, a slide on 1152 × 603 of
# 1280 × 720. Letters of an em then have 14 pixels or more on the page and 20 on a slide; smaller letters need a figure
# that is smaller by as much.
WIDE, TALL = 52, 29
# The Okabe-Ito palette without its yellow, which is too pale on white (Okabe & Ito, Color Universal Design, 2008).
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")

_COMMON = {
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "image.cmap": "gray_r",
    "svg.hashsalt": "lecture",
}
STYLES: dict[str, Any] = {  # settings of Matplotlib, by the name of the style
    "book": _COMMON | {"figure.figsize": (6.4, 3.4), "font.size": 11, "savefig.dpi": 110, "figure.dpi": 110},
    "slides": _COMMON | {"figure.figsize": (9.6, 5.0), "font.size": 17, "lines.linewidth": 2.5, "figure.dpi": 110},
    "print": _COMMON | {"figure.figsize": (5.0, 2.8), "font.size": 9, "lines.linewidth": 1.2, "figure.dpi": 200},
}


def size() -> float:
    """Return the size of the figures' letters, in points."""
    return plt.rcParams["font.size"]


def em() -> float:
    """Return the size of the figures' letters, in inches: the unit in which figures are laid out."""
    return size() / 72


def axes(ax: Any, width: float, height: float, **options: Any) -> Any:
    """Return the Axes to draw on: ``ax``, or those of a new figure if None.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
        Also a sequence of them, where ``options`` ask for several.
    width, height : float
        Size of the new figure in em, so that it grows with its letters.
    **options
        Passed on to `matplotlib.pyplot.subplots`.

    Returns
    -------
    matplotlib.axes.Axes
        An array of them where ``options`` ask for several.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(width * em(), height * em()), **options)
    return ax
