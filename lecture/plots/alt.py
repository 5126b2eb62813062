"""The alternative text of a figure: each Axes carries a sentence that says what it shows."""

from matplotlib.axes import Axes
from matplotlib.figure import FigureBase


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
