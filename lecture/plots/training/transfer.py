"""How accurate networks are after training on few images: a curve for each way of starting."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.legends import clear_legend
from lecture.plots.style import COLORS, axes

MARKERS = "osD^v"


def plot_few_images(counts: Sequence[int], accuracy: Mapping[str, ArrayLike], *, ax: Axes | None = None) -> Axes:
    """Draw the mean accuracy of each way over the number of labelled images.

    Bars show the range over seeds, faint points the seeds.

    Parameters
    ----------
    counts : sequence of int, shape (n_counts,)
        Numbers of labelled images, in rising order, for a logarithmic axis.
    accuracy : mapping of str to array of shape (n_counts, n_seeds)
        Accuracies of each way, of which there may be five.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is no way or more than five, or the accuracies have another shape.
    """
    numbers, accuracy = np.asarray(counts), {name: np.asarray(values) for name, values in accuracy.items()}
    if not 1 <= len(accuracy) <= len(MARKERS):
        raise ValueError(f"accuracy must hold one to {len(MARKERS)} ways, got {len(accuracy)}.")
    for name, values in accuracy.items():
        if values.ndim != 2 or len(values) != len(numbers) or not values.size:
            wanted, got = f"({len(numbers)}, n_seeds), a row for each count", f"{values.shape} for {name!r}"
            raise ValueError(f"accuracy must have shape {wanted}, got {got}.")
    ax = axes(ax, 47, 26)
    for i, (name, values) in enumerate(accuracy.items()):
        x = numbers * 1.08 ** (i - (len(accuracy) - 1) / 2)  # side by side, so that no way hides another
        mean, lowest, highest = values.mean(axis=1), values.min(axis=1), values.max(axis=1)
        ax.vlines(x, lowest, highest, color=COLORS[i], alpha=0.5, linewidth=1.5)
        look = {"color": COLORS[i], "marker": MARKERS[i]}
        faint = {"linestyle": "", "alpha": 0.4, "markersize": 5, "markeredgewidth": 0}
        ax.plot(np.repeat(x, values.shape[1]), values.ravel(), **look, **faint)
        ax.plot(x, mean, label=name, markersize=7, **look)
    ax.set_xscale("log")
    ax.set_xticks(numbers, [str(number) for number in numbers])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="labelled images", ylabel="validation accuracy")
    clear_legend(ax)
    n_seeds = max(values.shape[1] for values in accuracy.values())
    ends = [", ".join(f"{name} {values[i].mean():.3f}" for name, values in accuracy.items()) for i in (0, -1)]
    sentence = f"with {numbers[0]} labelled images: {ends[0]}; with {numbers[-1]}: {ends[1]}."
    return describe(ax, f"Mean validation accuracy over {n_seeds} seeds {sentence}")
