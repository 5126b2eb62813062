"""What is said of a figure beside its picture: the sentences that its Axes carry, its size and that of its letters."""

import struct
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase

from lecture.plots.legible import smallest_letters


def describe(ax: Axes, sentence: str) -> Axes:
    """Describe ``ax`` for readers who cannot see it, and return ``ax``.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    sentence : str
        One or two plain sentences with the numbers that matter, without LaTeX.
    """
    ax.set_label(sentence)  # an Artist's label is free text; legends read only those of lines and patches
    return ax


def alt_text(figure: FigureBase) -> str:
    """Return the descriptions of all Axes of ``figure`` as one text; empty if there are none."""
    labels = [str(ax.get_label()) for ax in figure.axes]
    return " ".join(label for label in labels if label not in ("", "<colorbar>"))


def about(figure: Figure, png: bytes, *, sharpness: float = 1) -> dict[str, Any]:
    """Return what a notebook keeps beside the picture of a figure.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A figure that has been drawn.
    png : bytes
        Its picture.
    sharpness : float
        Pixels of the picture for each one that it takes on a page.

    Returns
    -------
    dict
        ``alt``, its text; ``letters``, the size of its smallest letters, at most 99 points; ``width`` and ``height``:
        all in pixels of a page.
    """
    width, height = struct.unpack(">II", png[16:24])  # where a PNG has them
    points, _ = smallest_letters(figure)
    return {
        "alt": alt_text(figure),
        "letters": round(min(points, 99) / 72 * figure.dpi, 1),
        "width": round(width / sharpness),
        "height": round(height / sharpness),
    }
