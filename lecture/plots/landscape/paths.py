"""The loss on the line through two models."""

from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import COLORS


class Path(Protocol):
    """Loss along a line; `lecture.landscape.Path` is one."""

    alphas: np.ndarray  # (A,)
    loss: np.ndarray  # (A,) or (R, A)

    def describe(self) -> str:
        """Say how high the wall is."""
        ...


def plot_path(path: Path, *, ax: Axes | None = None) -> Axes:
    """Draw the loss along the line through two models, on a logarithmic axis; with replicas, a line for each pair.

    Parameters
    ----------
    path : lecture.landscape.Path
        Loss of one pair of models, or of R pairs.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.axes(ax, 36, 19)
    lines = np.atleast_2d(drawable(path.loss))
    width = (0.14 if len(lines) == 1 else 0.07) * style.size()
    ax.plot(path.alphas, lines.T, color=COLORS[0], linewidth=width, alpha=1 if len(lines) == 1 else 0.4)
    if len(lines) > 1:
        ax.plot(path.alphas, np.median(lines, axis=0), color=COLORS[1], linewidth=0.2 * style.size(), label="median")
        ax.legend()
    for alpha in (0, 1):
        ax.axvline(alpha, color="0.6", linewidth=0.08 * style.size(), zorder=0)
    ax.set(xlabel="α: the first model at 0, the second at 1", ylabel="loss")
    if np.nanmin(lines) > 0:
        ax.set_yscale("log")
    said = f"The loss for α from {path.alphas[0]:g} to {path.alphas[-1]:g}: {path.describe()}."
    return describe(ax, said)
