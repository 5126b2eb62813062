"""The outputs of two units for many images: a point for each, and the name of each class at its points."""

from collections.abc import Sequence

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from lecture.plots.alt import describe
from lecture.plots.page import drawable
from lecture.plots.style import axes


def plot_representation(
    activations: ArrayLike, classes: ArrayLike, class_names: Sequence[str], *, ax: Axes | None = None
) -> Axes:
    """Draw the outputs of a two-unit layer for many examples.

    Parameters
    ----------
    activations : array of shape (n, 2)
        Outputs of the two units for each example.
    classes : array of int, shape (n,)
        True class of each example.
    class_names : sequence of str
        Names of the classes, written at their medians: ten classes cannot be distinguished by colour alone.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If ``activations`` do not have two columns, or there is not one class for each example.
    """
    activations, classes = drawable(activations), np.asarray(classes)
    if activations.ndim != 2 or activations.shape[1] != 2 or len(classes) != len(activations):
        raise ValueError(
            f"activations must have shape (n, 2) with n classes, got {activations.shape} and {classes.shape}."
        )
    ax = axes(ax, 42, 28)
    n, finite = len(activations), np.isfinite(activations).all(axis=1)
    activations, classes = activations[finite], classes[finite]
    ax.scatter(*activations.T, c=classes, cmap="viridis", s=3, alpha=0.3, linewidths=0, rasterized=True)
    halo = [patheffects.withStroke(linewidth=4, foreground="white")]
    for number, name in enumerate(class_names):
        own = activations[classes == number]
        if len(own):
            ax.text(*np.median(own, axis=0), name, ha="center", va="center", weight="bold", path_effects=halo)
    ax.set(xlabel="activation of unit 1", ylabel="activation of unit 2")
    dead = int(np.sum(~(activations > 0).any(axis=0)))
    state = {
        0: "Both units are active for some of them.",
        1: "One unit is 0 for all of them.",
        2: "Both units are 0 for all of them.",
    }
    lost = n - len(activations)
    left_out = f" {lost:,} of {n:,} images {'is' if lost == 1 else 'are'} left out: not finite." if lost else ""
    return describe(ax, f"Outputs of two units for {n} images of {len(class_names)} classes. {state[dead]}{left_out}")
