"""Which class is taken for which: a confusion matrix."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.style import TALL, axes
from lecture.words import counted, listed

N_TOLD = 3  # confusions in the text


def plot_confusion(counts: ArrayLike, class_names: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Draw of each true class, a row, which share of its images gets each answer, a column, in percent.

    Shares below half a percent are left blank. On the diagonal stands each class' recall.

    Parameters
    ----------
    counts : array (n_classes, n_classes)
        Images of each true class with each answer, as scikit-learn's ``confusion_matrix`` gives them.
    class_names : sequence of str
        Name of each class.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the counts are no square with a name for each row, one is negative or not finite, or a class has no image.
    """
    from sklearn.metrics import ConfusionMatrixDisplay

    counts, n = np.asarray(counts, dtype=float), len(class_names)
    if counts.shape != (n, n) or not n:
        raise ValueError(f"counts must have shape (n_classes, n_classes) with {n} names, got {counts.shape}.")
    if not np.isfinite(counts).all() or (counts < 0).any() or not counts.sum(axis=1).all():
        raise ValueError("counts must be 0 or more, with at least one image in each row.")
    percent = 100 * counts / counts.sum(axis=1, keepdims=True)
    ax = axes(ax, 44, TALL)
    drawn = ConfusionMatrixDisplay(percent, display_labels=list(class_names))
    drawn.plot(ax=ax, cmap="Blues", colorbar=False, values_format=".0f")
    ax.grid(visible=False)
    ax.set_xticks(range(n), class_names, rotation=40, ha="right", rotation_mode="anchor")
    for row, column in np.argwhere(percent < 0.5):
        drawn.text_[row, column].set_text("")
    ax.set(xlabel="answer", ylabel="true class (rows add up to 100%)")
    return describe(ax, _in_words(counts, percent, class_names))


def _in_words(counts, percent, names):
    """Accuracy, and the most frequent confusions."""
    wrong = np.where(np.eye(len(names), dtype=bool), 0, percent)
    order = np.dstack(np.unravel_index(np.argsort(-wrong, axis=None, kind="stable"), wrong.shape))[0][:N_TOLD]
    told = [f"of class {names[a]} {percent[a, b]:.0f}% as {names[b]}" for a, b in order if wrong[a, b]]
    most = f" Most often mistaken: {listed(told)}." if told else ""
    right = np.trace(counts) / counts.sum()
    return f"Confusion matrix of {counted(round(counts.sum()), 'answer')}, {right:.0%} of them right.{most}"
