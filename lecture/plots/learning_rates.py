"""The loss that optimizers reach, over the learning rate."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from lecture.optimizers import OPTIMIZERS, Tuning
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em


def plot_rates(tunings: Mapping[str, Tuning], *, ax: Axes | None = None) -> Axes:
    """Draw the loss that each optimizer reaches over its learning rate, with a ring at its best rate.

    A line ends where the path leaves the surface's window.

    Parameters
    ----------
    tunings : mapping of str to Tuning
        What `optimizers.tune_rate` gives, by name; the names of ``optimizers.RULES`` have fixed colours.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there is none.
    """
    if not tunings:
        raise ValueError("tunings must hold at least one, got none.")
    if ax is None:
        _, ax = plt.subplots(figsize=(42 * em(), 22 * em()), layout="constrained")
    labels = {name: OPTIMIZERS[name].label if name in OPTIMIZERS else name for name in tunings}
    for number, (name, tuning) in enumerate(tunings.items()):
        look = OPTIMIZERS[name].look if name in OPTIMIZERS else (number % len(COLORS), "-.")
        color, line = COLORS[look[0]], look[1]
        shown = np.where(np.isfinite(tuning.losses), tuning.losses, np.nan)
        ax.plot(tuning.rates, shown, color=color, linestyle=line, label=labels[name])
        ax.plot(tuning.best, tuning.losses.min(), marker="o", markersize=8, mfc="white", mec=color, mew=2, zorder=4)
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="loss")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), borderaxespad=0)
    said = " ".join(f"{labels[name]}: {tuning.describe()}" for name, tuning in tunings.items())
    return describe(ax, said)
