"""How well networks do that have learnt from few images: a curve over their number for each way of starting."""

import numpy as np
from matplotlib.ticker import NullLocator

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, axes

MARKERS = "osD^v"


def plot_few_images(counts, accuracy, *, ax=None):
    """Draw the mean accuracy of each way over the number of labelled images, with the range over seeds and each seed as a faint point.

    Parameters
    ----------
    counts : sequence of int, shape (n_counts,)
        Labelled images, in rising order; drawn on a logarithmic axis.
    accuracy : mapping of str to array of shape (n_counts, n_seeds)
        For at most five ways.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no ways or more than five, or the accuracies are not of the shape above.
    """
    counts, accuracy = np.asarray(counts), {name: np.asarray(values) for name, values in accuracy.items()}
    if not 1 <= len(accuracy) <= len(MARKERS):
        raise ValueError(f"accuracy must hold one to {len(MARKERS)} ways, got {len(accuracy)}.")
    for name, values in accuracy.items():
        if values.ndim != 2 or len(values) != len(counts) or not values.size:
            raise ValueError(
                f"accuracy must have shape ({len(counts)}, n_seeds), a row for each count, got {values.shape} for {name!r}."
            )
    ax = axes(ax, 47, 26)
    for i, (name, values) in enumerate(accuracy.items()):
        x = counts * 1.08 ** (i - (len(accuracy) - 1) / 2)  # side by side, so that no way hides another
        mean, lowest, highest = values.mean(axis=1), values.min(axis=1), values.max(axis=1)
        ax.vlines(x, lowest, highest, color=COLORS[i], alpha=0.5, linewidth=1.5)
        ax.plot(
            np.repeat(x, values.shape[1]),
            values.ravel(),
            linestyle="",
            marker=MARKERS[i],
            color=COLORS[i],
            alpha=0.4,
            markersize=5,
            markeredgewidth=0,
        )
        ax.plot(x, mean, marker=MARKERS[i], color=COLORS[i], label=name, markersize=7)
    ax.set_xscale("log")
    ax.set_xticks(counts, [str(count) for count in counts])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="labelled images", ylabel="test accuracy")
    ax.legend(loc="lower right")
    n_seeds = max(values.shape[1] for values in accuracy.values())
    ends = [", ".join(f"{name} {values[i].mean():.3f}" for name, values in accuracy.items()) for i in (0, -1)]
    return describe(
        ax,
        f"Mean test accuracy over {n_seeds} seeds with {counts[0]} labelled images: {ends[0]}; with {counts[-1]}: {ends[1]}.",
    )
