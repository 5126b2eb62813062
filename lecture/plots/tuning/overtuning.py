"""What a search reports of its winner, and what the winner is worth."""

import numpy as np
from matplotlib.axes import Axes

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, axes, size
from lecture.plots.tuning.trials import Winners

_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def plot_overtuning(winners: Winners, *, best: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw the winner's validation score and its test accuracy over the number of trials.

    Lines are means over many searches, bands hold the middle 80% of them.

    Parameters
    ----------
    winners : object
        The best of the first 1, 2, … trials of each search, with ``validation`` and ``test`` of shape (n_searches,
        n_networks).
    best : float, optional
        Highest test accuracy of all networks, for a dotted line.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If ``validation`` and ``test`` do not have the same shape with two axes.
    """
    validation, test = np.asarray(winners.validation, dtype=float), np.asarray(winners.test, dtype=float)
    if validation.ndim != 2 or not validation.size or validation.shape != test.shape:
        wanted, got = (
            "validation and test of one shape (n_searches, n_networks)",
            f"{validation.shape} and {test.shape}",
        )
        raise ValueError(f"winners must have {wanted}, got {got}.")
    ax, letter, n = axes(ax, 47, 26), size(), validation.shape[1]
    trials = np.arange(1, n + 1)
    for label, values, color, line in (
        ("what the search reports (validation)", validation, COLORS[1], "-"),
        ("what its winner is worth (new images)", test, COLORS[0], "--"),
    ):
        ax.fill_between(trials, *np.quantile(values, [0.1, 0.9], axis=0), color=color, alpha=0.2, linewidth=0)
        ax.plot(trials, values.mean(axis=0), line, color=color, linewidth=0.28 * letter, label=label)
    if best is not None:
        style = {"color": COLORS[6], "linestyle": ":", "linewidth": 0.18 * letter}
        ax.axhline(best, label="the best of these networks (new images)", **style)
    ax.set(xscale="log", xlabel="trials", ylabel="accuracy", xlim=(1, n) if n > 1 else (0.9, 1.1))
    shown = [tick for tick in _TICKS if tick < 0.8 * n] + [n]
    ax.set_xticks(shown, [str(tick) for tick in shown])
    ax.xaxis.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    (first, reported), (at_first, worth) = (values[:, [0, -1]].mean(axis=0) for values in (validation, test))
    sentences = [
        f"Over 1 to {n} trials, scored on {winners.n_images} images: the winner's validation score rises from "
        f"{first:.3g} to {reported:.3g} on average, its accuracy on new images from {at_first:.3g} to {worth:.3g}."
    ]
    if best is not None:
        sentences.append(f"The best network has {best:.3g}.")
    return describe(ax, " ".join(sentences))
