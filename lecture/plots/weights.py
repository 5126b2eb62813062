"""How the weights of a layer are distributed."""

import matplotlib.pyplot as plt
import numpy as np

from lecture.plots.alt import describe
from lecture.plots.style import COLORS


def plot_weight_histograms(weights, *, threshold=1e-3, bins=81):
    """Draw a histogram of each set of weights, all on the same axes' range.

    Parameters
    ----------
    weights : mapping of str to array of any shape
        Such as the first layer's weights of several networks.
    threshold : float
        The share of weights of smaller size than this is written above each: what "sparse" means here.
    bins : int

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (len(weights),)

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    if not weights:
        raise ValueError("weights must name at least one set of weights, got none.")
    flat = {name: np.ravel(values) for name, values in weights.items()}
    reach = max(float(np.quantile(np.abs(values), 0.999)) for values in flat.values()) or 1.0
    _, axes = plt.subplots(1, len(flat), figsize=(3.1 * len(flat), 3.0), sharex=True, sharey=True, squeeze=False)
    for ax, (name, values), color in zip(axes[0], flat.items(), COLORS):
        small = float(np.mean(np.abs(values) < threshold))
        ax.hist(values, np.linspace(-reach, reach, bins), weights=np.full(len(values), 1 / len(values)), color=color)
        ax.set_yscale("log")
        ax.set(title=f"{name}\n{small:.0%} below {threshold:g}", xlabel="weight")
        describe(ax, f"{name}: {small:.0%} of the weights are smaller than {threshold:g}, standard deviation {values.std():.2g}.")
    axes[0, 0].set_ylabel("share of weights")
    return axes[0]
