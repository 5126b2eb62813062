"""The accuracy of many networks while they are trained."""

from typing import Protocol

import numpy as np
from matplotlib.axes import Axes

from lecture.plots import style
from lecture.plots.alt import describe
from lecture.plots.style import COLORS


class Curves(Protocol):
    """Accuracy over steps; `lecture.experiments.live.LearningCurves` is one."""

    steps: np.ndarray  # (T,)
    accuracy: np.ndarray  # (T, n_nets)
    label: str


def plot_learning_curves(curves: Curves, *, ax: Axes | None = None) -> Axes:
    """Draw the accuracy of many networks over the steps, a faint line for each, and their mean.

    Parameters
    ----------
    curves : object
        Steps, accuracies (T, n_nets) and what the networks have in common.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = style.axes(ax, 38, 22)
    size, mean, n = style.size(), curves.accuracy.mean(axis=1), curves.accuracy.shape[1]
    ax.plot(curves.steps, curves.accuracy, color=COLORS[0], alpha=0.2, linewidth=0.08 * size)
    ax.plot(curves.steps, mean, color=COLORS[1], linewidth=0.25 * size)
    ax.text(curves.steps[-1], mean[-1], f" {mean[-1]:.2f}", color=COLORS[1], va="center", weight="bold")
    ax.set(
        xlim=(0, curves.steps[-1] * 1.08),
        ylim=(0.3, 1.02),
        xlabel="step",
        ylabel="test accuracy",
        title=f"{n} networks, {curves.label}",
    )
    return describe(
        ax,
        f"Test accuracy of {n} networks over {curves.steps[-1]} steps, {curves.label}: the mean goes from "
        f"{mean[0]:.2f} to {mean[-1]:.2f}.",
    )
