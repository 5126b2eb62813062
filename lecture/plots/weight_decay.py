"""Where weights go that a penalty pulls at."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from lecture.optimizers import Pull
from lecture.plots.alt import describe
from lecture.plots.style import COLORS, em


def plot_pull(pull: Pull) -> np.ndarray:
    """Draw the paths of weights with each kind of penalty, a panel each: the mean over the runs, and its middle half.

    Parameters
    ----------
    pull : Pull
        From ``lecture.optimizers.pull``.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (n_ways,)
        Each with a line for each size of gradients.
    """
    _, axes = plt.subplots(1, len(pull.paths), figsize=(42 * em(), 17 * em()), sharey=True, layout="constrained")
    for ax, (way, path) in zip(axes, pull.paths.items()):
        _draw(ax, path, pull.scales)
        ax.set(title=way, xlabel="step", xticks=[0, len(path) // 2, len(path) - 1])
        ax.axhline(1, color="0.6", linewidth=1, linestyle=":")
    axes[0].set_ylabel("weight")
    axes[-1].legend(loc="lower right", title="size of gradients")
    describe(axes[0], pull.describe())
    return axes


def _draw(ax: Axes, path, scales):
    """A line and a band for each weight."""
    for scale, color, line, runs in zip(scales, COLORS, ("-", "--", ":") * len(scales), path.swapaxes(0, 1)):
        low, high = np.quantile(runs, (0.25, 0.75), axis=1)
        ax.fill_between(np.arange(len(runs)), low, high, color=color, alpha=0.2, linewidth=0)
        ax.plot(runs.mean(axis=1), color=color, linestyle=line, label=f"{scale:g}")
