"""What a search reports of its winner, and what the winner is worth."""

import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS, axes, size


def plot_overtuning(winners, *, best=None, ax=None):
    """Draw the winner's validation score and its test accuracy over the number of trials: means over many searches, and the middle 80 % of them as bands.

    Parameters
    ----------
    winners : Winners
        Any object with ``validation`` and ``test`` of shape (n_searches, n_networks), for the best of the first 1, 2, …
        trials, and ``n_images``.
    best : float, optional
        The highest test accuracy of all networks: a dotted line.
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the two arrays are not of one shape as above.
    """
    validation, test = np.asarray(winners.validation, dtype=float), np.asarray(winners.test, dtype=float)
    if validation.ndim != 2 or not validation.size or validation.shape != test.shape:
        raise ValueError(
            f"winners must have validation and test of one shape (n_searches, n_networks), got {validation.shape} and {test.shape}."
        )
    ax = axes(ax, 47, 26)
    letter, trials = size(), np.arange(1, validation.shape[1] + 1)
    for label, values, color, line in (
        ("what the search reports (validation)", validation, COLORS[1], "-"),
        ("what its winner is worth (test)", test, COLORS[0], "--"),
    ):
        ax.fill_between(trials, *np.quantile(values, [0.1, 0.9], axis=0), color=color, alpha=0.2, linewidth=0)
        ax.plot(trials, values.mean(axis=0), line, color=color, linewidth=0.28 * letter, label=label)
    if best is not None:
        ax.axhline(
            best, color=COLORS[6], linestyle=":", linewidth=0.18 * letter, label="the best network there is (test)"
        )
    ax.set(xscale="log", xlabel="trials", ylabel="accuracy", xlim=(1, trials[-1]) if trials[-1] > 1 else (0.9, 1.1))
    shown = [n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500) if n < 0.8 * trials[-1]] + [trials[-1]]
    ax.set_xticks(shown, [str(n) for n in shown])
    ax.xaxis.minorticks_off()
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2)
    reported, worth = validation[:, -1].mean(), test[:, -1].mean()
    told = "" if best is None else f" The best network has {best:.3g}."
    return describe(
        ax,
        f"Over 1 to {trials[-1]} trials, scored on {winners.n_images} images: the winner's validation score rises from {validation[:, 0].mean():.3g} to {reported:.3g} on average, "
        f"its test accuracy from {test[:, 0].mean():.3g} to {worth:.3g}.{told}",
    )
