"""The loss over a plane through a model's weights."""

from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import COLORS

N_LEVELS = 20


class Slice(Protocol):
    """Loss over a plane; `lecture.landscape.Slice` is one."""

    a: np.ndarray  # (n,)
    b: np.ndarray  # (n,)
    loss: np.ndarray  # (n, n), a row for each b
    path: np.ndarray | None  # (T, 2)

    def describe(self) -> str:
        """Say how high the loss is, where."""
        ...


def plot_slice(plane: Slice, *, ax: Axes | None = None) -> Axes:
    """Draw the loss over a plane as contours, evenly spread in its logarithm, and a training's path on it.

    Parameters
    ----------
    plane : lecture.landscape.Slice
        Loss of one model.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are planes of several replicas, or no loss is finite.
    """
    loss = drawable(plane.loss)
    if loss.ndim != 2:
        raise ValueError(f"the loss of a plane must have shape (n, n), got {loss.shape}: take one replica's.")
    finite = loss[np.isfinite(loss)]
    if not finite.size:
        raise ValueError("the loss of a plane must be finite somewhere.")
    ax = style.axes(ax, 26, 22)
    shown, low, high = np.ma.masked_invalid(loss), finite.min(), finite.max()
    is_positive = low > 0
    if high > low:
        levels = np.geomspace(low, high, N_LEVELS) if is_positive else np.linspace(low, high, N_LEVELS)
        filled = ax.contourf(
            plane.a, plane.b, shown, levels=levels, cmap="viridis", norm="log" if is_positive else None
        )
        ax.figure.colorbar(filled, ax=ax, label="loss", format="%.3g")
    ax.plot(0, 0, color="white", marker="+", markersize=style.size(), markeredgewidth=0.15 * style.size())
    if plane.path is not None:
        ax.plot(
            *plane.path.T, color=COLORS[1], linewidth=0.12 * style.size(), marker=".", markersize=0.4 * style.size()
        )
    ax.set(xlabel="step along the first direction", ylabel="along the second")
    ax.grid(False)
    on_it = "" if plane.path is None else f", with a path of {len(plane.path)} points on it"
    return describe(ax, f"The loss over a plane through the weights{on_it}: {plane.describe()}.")
