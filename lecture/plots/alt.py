"""The alternative text of a figure: each Axes carries a sentence that says what it shows."""


def describe(ax, sentence):
    """Say what ``ax`` shows, for readers who cannot see it, and return ``ax``.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    sentence : str
        One or two plain sentences with the numbers that matter, without LaTeX.
    """
    ax.set_label(sentence)  # an Artist's label is free text; legends read only those of lines and patches
    return ax


def alt_text(figure):
    """Return the sentences of all Axes of ``figure`` as one text; empty if no Axes was described."""
    return " ".join(ax.get_label() for ax in figure.axes if ax.get_label() not in ("", "<colorbar>"))
